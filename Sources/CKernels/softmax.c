// Softmax of one row, shifted by its maximum so that nothing overflows.
#include "internal.h"

#include <math.h>

static void softmax_ref(size_t n, float scale, float *x) {
    float maximum = x[0] * scale;
    for (size_t i = 0; i < n; i++) {
        x[i] *= scale;
        if (x[i] > maximum) { maximum = x[i]; }
    }
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        x[i] = expf(x[i] - maximum);
        sum += (double)x[i];
    }
    float inverse = (float)(1.0 / sum);
    for (size_t i = 0; i < n; i++) { x[i] *= inverse; }
}

#ifdef CK_X86
CK_AVX512 static void softmax_avx512(size_t n, float scale, float *x) {
    const __m512 scales = _mm512_set1_ps(scale), lowest = _mm512_set1_ps(-INFINITY);
    __m512 top = lowest;
    for (size_t i = 0; i < n; i += 16) {
        __mmask16 mask = n - i >= 16 ? 0xffff : (__mmask16)((1u << (n - i)) - 1);
        __m512 v = _mm512_mask_mul_ps(lowest, mask, _mm512_maskz_loadu_ps(mask, x + i), scales);
        _mm512_mask_storeu_ps(x + i, mask, v);
        top = _mm512_max_ps(top, v);
    }
    const __m512 maximum = _mm512_set1_ps(_mm512_reduce_max_ps(top));
    __m512 sums = _mm512_setzero_ps();
    for (size_t i = 0; i < n; i += 16) {
        __mmask16 mask = n - i >= 16 ? 0xffff : (__mmask16)((1u << (n - i)) - 1);
        __m512 v = _mm512_maskz_loadu_ps(mask, x + i);
        v = _mm512_maskz_mov_ps(mask, ck_exp16(_mm512_sub_ps(v, maximum)));
        _mm512_mask_storeu_ps(x + i, mask, v);
        sums = _mm512_add_ps(sums, v);
    }
    const __m512 inverse = _mm512_set1_ps(1.0f / ck_sum16(sums));
    for (size_t i = 0; i < n; i += 16) {
        __mmask16 mask = n - i >= 16 ? 0xffff : (__mmask16)((1u << (n - i)) - 1);
        _mm512_mask_storeu_ps(
            x + i, mask, _mm512_mul_ps(_mm512_maskz_loadu_ps(mask, x + i), inverse));
    }
}

CK_AVX2 static void softmax_avx2(size_t n, float scale, float *x) {
    float maximum = x[0] * scale;
    for (size_t i = 0; i < n; i++) {
        x[i] *= scale;
        if (x[i] > maximum) { maximum = x[i]; }
    }
    const __m256 top = _mm256_set1_ps(maximum);
    __m256 sums = _mm256_setzero_ps();
    size_t i = 0;
    for (; i + 8 <= n; i += 8) {
        __m256 v = ck_exp8(_mm256_sub_ps(_mm256_loadu_ps(x + i), top));
        _mm256_storeu_ps(x + i, v);
        sums = _mm256_add_ps(sums, v);
    }
    float sum = ck_sum8(sums);
    for (; i < n; i++) {
        x[i] = expf(x[i] - maximum);
        sum += x[i];
    }
    float inverse = 1.0f / sum;
    for (i = 0; i < n; i++) { x[i] *= inverse; }
}
#endif

void ck_softmax(ck_level level, size_t n, float scale, float *x) {
    if (n == 0) { return; }
#ifdef CK_X86
    if (level >= CK_LEVEL_AVX512) { softmax_avx512(n, scale, x); return; }
    if (level >= CK_LEVEL_AVX2) { softmax_avx2(n, scale, x); return; }
#endif
    (void)level;
    softmax_ref(n, scale, x);
}
