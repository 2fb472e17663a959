// The second half of attention for one query: values weighted by probabilities.
#include "internal.h"

static void weighted_sum_f32_ref(
    size_t rows, size_t columns, const float *values, size_t stride, const float *p, float *out) {
    for (size_t c = 0; c < columns; c++) {
        double sum = 0;
        for (size_t r = 0; r < rows; r++) { sum += (double)p[r] * values[r * stride + c]; }
        out[c] = (float)sum;
    }
}

static void weighted_sum_f16_ref(
    size_t rows, size_t columns, const uint16_t *values, size_t stride, const float *p,
    float *out) {
    for (size_t c = 0; c < columns; c++) {
        double sum = 0;
        for (size_t r = 0; r < rows; r++) {
            sum += (double)p[r] * (double)ck_f16_value(values[r * stride + c]);
        }
        out[c] = (float)sum;
    }
}

#ifdef CK_X86
CK_AVX2_INLINE __m256 values8(ck_type type, const void *values, size_t i) {
    return type == CK_F32
        ? _mm256_loadu_ps((const float *)values + i)
        : _mm256_cvtph_ps(_mm_loadu_si128((const __m128i *)((const uint16_t *)values + i)));
}

// Columns stay in registers while the rows stream past, 64 columns at a time. Two interleaved
// sums (even and odd rows) hide the latency of the multiply-add.
CK_AVX2_INLINE void weighted_sum_by(
    const int K, ck_type type, size_t rows, const void *values, size_t stride, size_t first,
    const float *p, float *out) {
    __m256 even[4], odd[4];
    for (int k = 0; k < K; k++) { even[k] = odd[k] = _mm256_setzero_ps(); }
    size_t r = 0;
    for (; r + 2 <= rows; r += 2) {
        __m256 a = _mm256_set1_ps(p[r]), b = _mm256_set1_ps(p[r + 1]);
        for (int k = 0; k < K; k++) {
            size_t i = r * stride + first + 8 * (size_t)k;
            even[k] = _mm256_fmadd_ps(a, values8(type, values, i), even[k]);
            odd[k] = _mm256_fmadd_ps(b, values8(type, values, i + stride), odd[k]);
        }
    }
    if (r < rows) {
        __m256 a = _mm256_set1_ps(p[r]);
        for (int k = 0; k < K; k++) {
            size_t i = r * stride + first + 8 * (size_t)k;
            even[k] = _mm256_fmadd_ps(a, values8(type, values, i), even[k]);
        }
    }
    for (int k = 0; k < K; k++) {
        _mm256_storeu_ps(out + first + 8 * (size_t)k, _mm256_add_ps(even[k], odd[k]));
    }
}

CK_AVX2 static size_t weighted_sum_avx2(
    ck_type type, size_t rows, size_t columns, const void *values, size_t stride, const float *p,
    float *out) {
    size_t c = 0;
    if (type == CK_F32) {
        for (; c + 32 <= columns; c += 32) {
            weighted_sum_by(4, CK_F32, rows, values, stride, c, p, out);
        }
        for (; c + 8 <= columns; c += 8) {
            weighted_sum_by(1, CK_F32, rows, values, stride, c, p, out);
        }
    } else {
        for (; c + 32 <= columns; c += 32) {
            weighted_sum_by(4, CK_F16, rows, values, stride, c, p, out);
        }
        for (; c + 8 <= columns; c += 8) {
            weighted_sum_by(1, CK_F16, rows, values, stride, c, p, out);
        }
    }
    return c;
}
#endif

ck_status ck_weighted_sum(
    ck_level level, ck_type type, size_t rows, size_t columns, const void *values,
    size_t row_stride, const float *p, float *out) {
    if (type != CK_F32 && type != CK_F16) { return CK_UNKNOWN_TYPE; }
    size_t done = 0;
#ifdef CK_X86
    if (level >= CK_LEVEL_AVX2) {
        done = weighted_sum_avx2(type, rows, columns, values, row_stride, p, out);
    }
#endif
    (void)level;
    if (type == CK_F32) {
        weighted_sum_f32_ref(
            rows, columns - done, (const float *)values + done, row_stride, p, out + done);
    } else {
        weighted_sum_f16_ref(
            rows, columns - done, (const uint16_t *)values + done, row_stride, p, out + done);
    }
    return CK_OK;
}
