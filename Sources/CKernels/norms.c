// RMSNorm (Zhang and Sennrich, 2019) and LayerNorm (Ba et al., 2016), one vector at a time.
#include "internal.h"

#include <math.h>

static void rms_norm_ref(size_t n, const float *x, const float *weight, float epsilon, float *out) {
    double sum = 0;
    for (size_t i = 0; i < n; i++) { sum += (double)x[i] * (double)x[i]; }
    float scale = (float)(1.0 / sqrt(sum / (double)n + (double)epsilon));
    for (size_t i = 0; i < n; i++) { out[i] = x[i] * scale * weight[i]; }
}

static void layer_norm_ref(
    size_t n, const float *x, const float *weight, const float *bias, float epsilon, float *out) {
    double sum = 0, squares = 0;
    for (size_t i = 0; i < n; i++) { sum += (double)x[i]; }
    double mean = sum / (double)n;
    for (size_t i = 0; i < n; i++) {
        double centred = (double)x[i] - mean;
        squares += centred * centred;
    }
    double scale = 1.0 / sqrt(squares / (double)n + (double)epsilon);
    for (size_t i = 0; i < n; i++) {
        out[i] = (float)(((double)x[i] - mean) * scale) * weight[i] + bias[i];
    }
}

#ifdef CK_X86
// Sums in double, as in the definition: a norm's vector is long and its cost small.
CK_AVX2_INLINE double sum4(__m256d v) {
    __m128d s = _mm_add_pd(_mm256_castpd256_pd128(v), _mm256_extractf128_pd(v, 1));
    return _mm_cvtsd_f64(_mm_add_sd(s, _mm_unpackhi_pd(s, s)));
}

CK_AVX2 static void rms_norm_avx2(
    size_t n, const float *x, const float *weight, float epsilon, float *out) {
    __m256d even = _mm256_setzero_pd(), odd = _mm256_setzero_pd();
    size_t i = 0;
    for (; i + 8 <= n; i += 8) {
        __m256d a = _mm256_cvtps_pd(_mm_loadu_ps(x + i));
        __m256d b = _mm256_cvtps_pd(_mm_loadu_ps(x + i + 4));
        even = _mm256_fmadd_pd(a, a, even);
        odd = _mm256_fmadd_pd(b, b, odd);
    }
    double sum = sum4(_mm256_add_pd(even, odd));
    for (; i < n; i++) { sum += (double)x[i] * (double)x[i]; }
    float scale = (float)(1.0 / sqrt(sum / (double)n + (double)epsilon));
    __m256 scales = _mm256_set1_ps(scale);
    for (i = 0; i + 8 <= n; i += 8) {
        __m256 y = _mm256_mul_ps(_mm256_loadu_ps(x + i), scales);
        _mm256_storeu_ps(out + i, _mm256_mul_ps(y, _mm256_loadu_ps(weight + i)));
    }
    for (; i < n; i++) { out[i] = x[i] * scale * weight[i]; }
}

CK_AVX2 static void layer_norm_avx2(
    size_t n, const float *x, const float *weight, const float *bias, float epsilon, float *out) {
    __m256d even = _mm256_setzero_pd(), odd = _mm256_setzero_pd();
    size_t i = 0;
    for (; i + 8 <= n; i += 8) {
        even = _mm256_add_pd(even, _mm256_cvtps_pd(_mm_loadu_ps(x + i)));
        odd = _mm256_add_pd(odd, _mm256_cvtps_pd(_mm_loadu_ps(x + i + 4)));
    }
    double sum = sum4(_mm256_add_pd(even, odd));
    for (; i < n; i++) { sum += (double)x[i]; }
    double mean = sum / (double)n;
    __m256d means = _mm256_set1_pd(mean);
    even = odd = _mm256_setzero_pd();
    for (i = 0; i + 8 <= n; i += 8) {
        __m256d a = _mm256_sub_pd(_mm256_cvtps_pd(_mm_loadu_ps(x + i)), means);
        __m256d b = _mm256_sub_pd(_mm256_cvtps_pd(_mm_loadu_ps(x + i + 4)), means);
        even = _mm256_fmadd_pd(a, a, even);
        odd = _mm256_fmadd_pd(b, b, odd);
    }
    double squares = sum4(_mm256_add_pd(even, odd));
    for (; i < n; i++) {
        double centred = (double)x[i] - mean;
        squares += centred * centred;
    }
    double scale = 1.0 / sqrt(squares / (double)n + (double)epsilon);
    __m256d scales = _mm256_set1_pd(scale);
    for (i = 0; i + 4 <= n; i += 4) {
        __m256d centred = _mm256_sub_pd(_mm256_cvtps_pd(_mm_loadu_ps(x + i)), means);
        __m128 z = _mm256_cvtpd_ps(_mm256_mul_pd(centred, scales));
        _mm_storeu_ps(
            out + i, _mm_fmadd_ps(z, _mm_loadu_ps(weight + i), _mm_loadu_ps(bias + i)));
    }
    for (; i < n; i++) {
        out[i] = (float)(((double)x[i] - mean) * scale) * weight[i] + bias[i];
    }
}
#endif

void ck_rms_norm(
    ck_level level, size_t n, const float *x, const float *weight, float epsilon, float *out) {
#ifdef CK_X86
    if (level >= CK_LEVEL_AVX2) { rms_norm_avx2(n, x, weight, epsilon, out); return; }
#endif
    (void)level;
    rms_norm_ref(n, x, weight, epsilon, out);
}

void ck_layer_norm(
    ck_level level, size_t n, const float *x, const float *weight, const float *bias,
    float epsilon, float *out) {
#ifdef CK_X86
    if (level >= CK_LEVEL_AVX2) { layer_norm_avx2(n, x, weight, bias, epsilon, out); return; }
#endif
    (void)level;
    layer_norm_ref(n, x, weight, bias, epsilon, out);
}
