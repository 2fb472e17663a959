// Activation functions. Each is a whole vector; the vector forms use the exp of internal.h.
#include "internal.h"

#include <math.h>

// tanh-GELU is x·sigmoid(2u) with u = sqrt(2/pi)·(x + 0.044715·x³), as (1 + tanh u)/2 = sigmoid(2u)
// (Hendrycks and Gimpel, arXiv 1606.08415, section 2). Twice the root of 2/pi:
#define TANH_GELU_TWICE_ROOT 1.5957691216057308f
#define TANH_GELU_CUBE 0.044715f

static void gelu_tanh_ref(size_t n, float *x) {
    for (size_t i = 0; i < n; i++) {
        float v = x[i];
        x[i] = v / (1.0f + expf(-TANH_GELU_TWICE_ROOT * (v + TANH_GELU_CUBE * v * v * v)));
    }
}

// The 1.702 of OpenAI's CLIP (clip/model.py, QuickGELU).
#define QUICK_GELU_FACTOR 1.702f

static void quick_gelu_ref(size_t n, float *x) {
    for (size_t i = 0; i < n; i++) { x[i] = x[i] / (1.0f + expf(-QUICK_GELU_FACTOR * x[i])); }
}

static void silu_times_ref(size_t n, float *gate, const float *up) {
    for (size_t i = 0; i < n; i++) { gate[i] = gate[i] / (1.0f + expf(-gate[i])) * up[i]; }
}

void ck_gelu_erf(ck_level level, size_t n, float *x) {
    (void)level;  // libm's erff: the projector alone uses it, 576 rows a picture
    const float root_half = 0.70710678118654752f;
    for (size_t i = 0; i < n; i++) { x[i] = 0.5f * x[i] * (1.0f + erff(x[i] * root_half)); }
}

#ifdef CK_X86
CK_AVX2 static void quick_gelu_avx2(size_t n, float *x) {
    const __m256 factor = _mm256_set1_ps(-QUICK_GELU_FACTOR), one = _mm256_set1_ps(1.0f);
    size_t i = 0;
    for (; i + 8 <= n; i += 8) {
        __m256 v = _mm256_loadu_ps(x + i);
        __m256 below = _mm256_add_ps(one, ck_exp8(_mm256_mul_ps(v, factor)));
        _mm256_storeu_ps(x + i, _mm256_div_ps(v, below));
    }
    quick_gelu_ref(n - i, x + i);
}

CK_AVX2 static void gelu_tanh_avx2(size_t n, float *x) {
    const __m256 one = _mm256_set1_ps(1.0f), cube = _mm256_set1_ps(TANH_GELU_CUBE);
    const __m256 factor = _mm256_set1_ps(-TANH_GELU_TWICE_ROOT);
    size_t i = 0;
    for (; i + 8 <= n; i += 8) {
        __m256 v = _mm256_loadu_ps(x + i);
        __m256 third = _mm256_mul_ps(_mm256_mul_ps(cube, v), _mm256_mul_ps(v, v));
        __m256 below = _mm256_mul_ps(factor, _mm256_add_ps(v, third));
        _mm256_storeu_ps(x + i, _mm256_div_ps(v, _mm256_add_ps(one, ck_exp8(below))));
    }
    gelu_tanh_ref(n - i, x + i);
}

CK_AVX2 static void silu_times_avx2(size_t n, float *gate, const float *up) {
    const __m256 minus = _mm256_set1_ps(-1.0f), one = _mm256_set1_ps(1.0f);
    size_t i = 0;
    for (; i + 8 <= n; i += 8) {
        __m256 v = _mm256_loadu_ps(gate + i);
        __m256 below = _mm256_add_ps(one, ck_exp8(_mm256_mul_ps(v, minus)));
        _mm256_storeu_ps(
            gate + i, _mm256_mul_ps(_mm256_div_ps(v, below), _mm256_loadu_ps(up + i)));
    }
    silu_times_ref(n - i, gate + i, up + i);
}

CK_AVX512 static void quick_gelu_avx512(size_t n, float *x) {
    const __m512 factor = _mm512_set1_ps(-QUICK_GELU_FACTOR), one = _mm512_set1_ps(1.0f);
    size_t i = 0;
    for (; i + 16 <= n; i += 16) {
        __m512 v = _mm512_loadu_ps(x + i);
        __m512 below = _mm512_add_ps(one, ck_exp16(_mm512_mul_ps(v, factor)));
        _mm512_storeu_ps(x + i, _mm512_div_ps(v, below));
    }
    quick_gelu_ref(n - i, x + i);
}

CK_AVX512 static void gelu_tanh_avx512(size_t n, float *x) {
    const __m512 one = _mm512_set1_ps(1.0f), cube = _mm512_set1_ps(TANH_GELU_CUBE);
    const __m512 factor = _mm512_set1_ps(-TANH_GELU_TWICE_ROOT);
    size_t i = 0;
    for (; i + 16 <= n; i += 16) {
        __m512 v = _mm512_loadu_ps(x + i);
        __m512 third = _mm512_mul_ps(_mm512_mul_ps(cube, v), _mm512_mul_ps(v, v));
        __m512 below = _mm512_mul_ps(factor, _mm512_add_ps(v, third));
        _mm512_storeu_ps(x + i, _mm512_div_ps(v, _mm512_add_ps(one, ck_exp16(below))));
    }
    gelu_tanh_ref(n - i, x + i);
}

CK_AVX512 static void silu_times_avx512(size_t n, float *gate, const float *up) {
    const __m512 minus = _mm512_set1_ps(-1.0f), one = _mm512_set1_ps(1.0f);
    size_t i = 0;
    for (; i + 16 <= n; i += 16) {
        __m512 v = _mm512_loadu_ps(gate + i);
        __m512 below = _mm512_add_ps(one, ck_exp16(_mm512_mul_ps(v, minus)));
        _mm512_storeu_ps(
            gate + i, _mm512_mul_ps(_mm512_div_ps(v, below), _mm512_loadu_ps(up + i)));
    }
    silu_times_ref(n - i, gate + i, up + i);
}
#endif

void ck_quick_gelu(ck_level level, size_t n, float *x) {
#ifdef CK_X86
    if (level >= CK_LEVEL_AVX512) { quick_gelu_avx512(n, x); return; }
    if (level >= CK_LEVEL_AVX2) { quick_gelu_avx2(n, x); return; }
#endif
    (void)level;
    quick_gelu_ref(n, x);
}

void ck_gelu_tanh(ck_level level, size_t n, float *x) {
#ifdef CK_X86
    if (level >= CK_LEVEL_AVX512) { gelu_tanh_avx512(n, x); return; }
    if (level >= CK_LEVEL_AVX2) { gelu_tanh_avx2(n, x); return; }
#endif
    (void)level;
    gelu_tanh_ref(n, x);
}

void ck_silu_times(ck_level level, size_t n, float *gate, const float *up) {
#ifdef CK_X86
    if (level >= CK_LEVEL_AVX512) { silu_times_avx512(n, gate, up); return; }
    if (level >= CK_LEVEL_AVX2) { silu_times_avx2(n, gate, up); return; }
#endif
    (void)level;
    silu_times_ref(n, gate, up);
}
