// The second half of attention for one query: values weighted by probabilities.
#include "internal.h"

/// Row `r` of two runs of rows, the second going on where the first ends.
typedef struct {
    const void *first, *second;
    size_t first_rows, rows, row_bytes;
} runs;

static inline const void *row_at(const runs *v, size_t r) {
    return r < v->first_rows
        ? (const char *)v->first + r * v->row_bytes
        : (const char *)v->second + (r - v->first_rows) * v->row_bytes;
}

static float value_at(ck_type type, const void *row, size_t c) {
    if (type == CK_F32) { return ((const float *)row)[c]; }
    if (type == CK_F16) { return ck_f16_value(((const uint16_t *)row)[c]); }
    const ck_block_q8_0 *b = (const ck_block_q8_0 *)row + c / CK_BLOCK;
    return ck_f16_value(b->d) * (float)b->qs[c % CK_BLOCK];
}

static void weighted_sum_ref(
    ck_type type, const runs *v, size_t start, size_t columns, const float *p, float *out) {
    for (size_t c = start; c < columns; c++) {
        double sum = 0;
        for (size_t r = 0; r < v->rows; r++) {
            const void *row = row_at(v, r);
            sum += (double)p[r] * (double)value_at(type, row, c);
        }
        out[c] = (float)sum;
    }
}

#ifdef CK_X86
CK_AVX2_INLINE __m256 values8(ck_type type, const void *row, size_t i) {
    if (type == CK_F32) { return _mm256_loadu_ps((const float *)row + i); }
    if (type == CK_F16) {
        return _mm256_cvtph_ps(_mm_loadu_si128((const __m128i *)((const uint16_t *)row + i)));
    }
    const ck_block_q8_0 *b = (const ck_block_q8_0 *)row + i / CK_BLOCK;
    __m256i q = _mm256_cvtepi8_epi32(_mm_loadl_epi64((const __m128i *)(b->qs + i % CK_BLOCK)));
    return _mm256_mul_ps(_mm256_set1_ps(_cvtsh_ss(b->d)), _mm256_cvtepi32_ps(q));
}

// Columns stay in registers while the rows stream past, 64 columns at a time. Two interleaved
// sums (even and odd rows) hide the latency of the multiply-add; which rows are even does not depend
// on where the first run ends.
CK_AVX2_INLINE void weighted_sum_by(
    const int K, ck_type type, const runs *v, size_t first, const float *p, float *out) {
    __m256 even[4], odd[4];
    for (int k = 0; k < K; k++) { even[k] = odd[k] = _mm256_setzero_ps(); }
    size_t r = 0;
    for (; r + 2 <= v->rows; r += 2) {
        __m256 a = _mm256_set1_ps(p[r]), b = _mm256_set1_ps(p[r + 1]);
        const void *row = row_at(v, r), *next = row_at(v, r + 1);
        for (int k = 0; k < K; k++) {
            size_t i = first + 8 * (size_t)k;
            even[k] = _mm256_fmadd_ps(a, values8(type, row, i), even[k]);
            odd[k] = _mm256_fmadd_ps(b, values8(type, next, i), odd[k]);
        }
    }
    if (r < v->rows) {
        __m256 a = _mm256_set1_ps(p[r]);
        for (int k = 0; k < K; k++) {
            even[k] = _mm256_fmadd_ps(
                a, values8(type, row_at(v, r), first + 8 * (size_t)k), even[k]);
        }
    }
    for (int k = 0; k < K; k++) {
        _mm256_storeu_ps(out + first + 8 * (size_t)k, _mm256_add_ps(even[k], odd[k]));
    }
}

CK_AVX2 static size_t weighted_sum_avx2(
    ck_type type, const runs *v, size_t columns, const float *p, float *out) {
    size_t c = 0;
    if (type == CK_F32) {
        for (; c + 32 <= columns; c += 32) { weighted_sum_by(4, CK_F32, v, c, p, out); }
        for (; c + 8 <= columns; c += 8) { weighted_sum_by(1, CK_F32, v, c, p, out); }
    } else if (type == CK_F16) {
        for (; c + 32 <= columns; c += 32) { weighted_sum_by(4, CK_F16, v, c, p, out); }
        for (; c + 8 <= columns; c += 8) { weighted_sum_by(1, CK_F16, v, c, p, out); }
    } else {
        for (; c < columns; c += 32) { weighted_sum_by(4, CK_Q8_0, v, c, p, out); }
    }
    return c;
}
#endif

ck_status ck_weighted_sum(
    ck_level level, ck_type type, size_t first_rows, const void *first, size_t second_rows,
    const void *second, size_t columns, size_t row_stride, const float *p, float *out) {
    if (type != CK_F32 && type != CK_F16 && type != CK_Q8_0) { return CK_UNKNOWN_TYPE; }
    size_t row_bytes = ck_row_bytes(type, row_stride);
    if (row_bytes == 0 || columns % ck_block_elements(type) != 0) { return CK_BAD_LENGTH; }
    const runs v = {
        .first = first, .second = second, .first_rows = first_rows,
        .rows = first_rows + second_rows, .row_bytes = row_bytes,
    };
    size_t done = 0;
#ifdef CK_X86
    if (level >= CK_LEVEL_AVX2) { done = weighted_sum_avx2(type, &v, columns, p, out); }
#endif
    (void)level;
    weighted_sum_ref(type, &v, done, columns, p, out);
    return CK_OK;
}
