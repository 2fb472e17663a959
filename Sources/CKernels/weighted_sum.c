// The second half of attention for queries that share their first values: values weighted by
// probabilities.
//
// Two interleaved sums (even and odd rows) hide the latency of the multiply-add; which rows are even
// does not depend on where the first run ends, nor a query's result on the queries beside it.
#include "load16.h"

/// Row `r` of two runs of rows, the second going on where the first ends.
typedef struct {
    const void *first, *second;
    size_t first_rows, rows, row_bytes;
} runs;

static inline const char *row_at(const runs *v, size_t r) {
    return r < v->first_rows
        ? (const char *)v->first + r * v->row_bytes
        : (const char *)v->second + (r - v->first_rows) * v->row_bytes;
}

/// Rows that are asked for before they are needed: 8 KB of values of 128 half floats.
#define ROWS_AHEAD 32

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

// Columns stay in registers while the rows stream past; the pass of the first ones asks for whole rows.
CK_AVX2_INLINE void weighted_sum_by(
    const int K, ck_type type, const runs *v, size_t first, const float *p, float *out) {
    __m256 even[4], odd[4];
    for (int k = 0; k < K; k++) { even[k] = odd[k] = _mm256_setzero_ps(); }
    size_t r = 0;
    for (; r + 2 <= v->rows; r += 2) {
        if (first == 0 && r + ROWS_AHEAD + 1 < v->rows) {
            ck_ask_for(row_at(v, r + ROWS_AHEAD), v->row_bytes);
            ck_ask_for(row_at(v, r + ROWS_AHEAD + 1), v->row_bytes);
        }
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

/// Queries that take a row of values together.
#define TOGETHER 4

/// Even and odd sums of 32 columns.
typedef struct { __m512 sum[2][2]; } halves;

/// Adds an even number of rows to the sums of Q queries; Q is a constant where this is inlined. The first
/// columns' pass asks for whole rows.
CK_AVX512_INLINE void add_pairs(
    const size_t Q, ck_type type, size_t rows, const void *first, size_t row_bytes, size_t c,
    const __mmask16 mask[2], const ck_weighting *queries, halves *all) {
    __m512 sum[TOGETHER][2][2];
    for (size_t q = 0; q < Q; q++) {
        for (size_t i = 0; i < 4; i++) { sum[q][i / 2][i % 2] = _mm512_setzero_ps(); }
    }
    const char *row = first;
    for (size_t r = 0; r < rows; r += 2) {
        if (c == 0 && r + ROWS_AHEAD < rows) { ck_ask_for(row + ROWS_AHEAD * row_bytes, 2 * row_bytes); }
        for (size_t odd = 0; odd < 2; odd++, row += row_bytes) {
            __m512 low = ck_load16(type, row, c, mask[0]);
            __m512 high = ck_load16(type, row, c + 16, mask[1]);
            for (size_t q = 0; q < Q; q++) {
                __m512 p = _mm512_set1_ps(queries[q].p[r + odd]);
                sum[q][odd][0] = _mm512_fmadd_ps(p, low, sum[q][odd][0]);
                sum[q][odd][1] = _mm512_fmadd_ps(p, high, sum[q][odd][1]);
            }
        }
    }
    for (size_t q = 0; q < Q; q++) {
        for (size_t i = 0; i < 4; i++) { all[q].sum[i / 2][i % 2] = sum[q][i / 2][i % 2]; }
    }
}

/// Goes on from row `r`, which is even, to the end of a query's own rows, and stores its result.
CK_AVX512_INLINE void finish(
    ck_type type, const runs *v, size_t r, size_t c, const __mmask16 mask[2],
    const ck_weighting *query, const halves *all) {
    __m512 sum[2][2];
    for (size_t i = 0; i < 4; i++) { sum[i / 2][i % 2] = all->sum[i / 2][i % 2]; }
    for (; r < v->rows; r += 2) {
        for (size_t odd = 0; odd < 2 && r + odd < v->rows; odd++) {
            const void *row = row_at(v, r + odd);
            __m512 p = _mm512_set1_ps(query->p[r + odd]);
            for (size_t k = 0; k < 2; k++) {
                sum[odd][k] =
                    _mm512_fmadd_ps(p, ck_load16(type, row, c + 16 * k, mask[k]), sum[odd][k]);
            }
        }
    }
    for (size_t k = 0; k < 2; k++) {
        _mm512_mask_storeu_ps(
            query->out + c + 16 * k, mask[k], _mm512_add_ps(sum[0][k], sum[1][k]));
    }
}

CK_AVX512_INLINE void weighted_sums(
    ck_type type, size_t first_rows, const void *first, size_t columns, size_t row_bytes,
    size_t count, const ck_weighting *queries) {
    const size_t pairs = first_rows / 2 * 2;
    for (size_t c = 0; c < columns; c += 32) {
        size_t left = columns - c;
        uint32_t bits = left >= 32 ? 0xffffffff : (1u << left) - 1;
        const __mmask16 mask[2] = {(__mmask16)bits, (__mmask16)(bits >> 16)};
        for (size_t q = 0; q < count;) {
            halves all[TOGETHER];
            size_t some = count - q < TOGETHER ? count - q : TOGETHER;
            switch (some) {
            case 1: add_pairs(1, type, pairs, first, row_bytes, c, mask, queries + q, all); break;
            case 2: add_pairs(2, type, pairs, first, row_bytes, c, mask, queries + q, all); break;
            case 3: add_pairs(3, type, pairs, first, row_bytes, c, mask, queries + q, all); break;
            default:
                add_pairs(TOGETHER, type, pairs, first, row_bytes, c, mask, queries + q, all);
                break;
            }
            for (size_t i = 0; i < some; i++, q++) {
                const runs v = {
                    .first = first, .second = queries[q].second, .first_rows = first_rows,
                    .rows = first_rows + queries[q].second_rows, .row_bytes = row_bytes,
                };
                finish(type, &v, pairs, c, mask, queries + q, all + i);
            }
        }
    }
}

CK_AVX512 static void weighted_sums_avx512(
    ck_type type, size_t first_rows, const void *first, size_t columns, size_t row_bytes,
    size_t count, const ck_weighting *queries) {
    switch (type) {
    case CK_F32:
        weighted_sums(CK_F32, first_rows, first, columns, row_bytes, count, queries);
        break;
    case CK_F16:
        weighted_sums(CK_F16, first_rows, first, columns, row_bytes, count, queries);
        break;
    default: weighted_sums(CK_Q8_0, first_rows, first, columns, row_bytes, count, queries); break;
    }
}
#endif

ck_status ck_weighted_sums(
    ck_level level, ck_type type, size_t first_rows, const void *first, size_t columns,
    size_t row_stride, size_t count, const ck_weighting *queries) {
    if (type != CK_F32 && type != CK_F16 && type != CK_Q8_0) { return CK_UNKNOWN_TYPE; }
    size_t row_bytes = ck_row_bytes(type, row_stride);
    if (row_bytes == 0 || columns % ck_block_elements(type) != 0) { return CK_BAD_LENGTH; }
#ifdef CK_X86
    if (level >= CK_LEVEL_AVX512) {
        weighted_sums_avx512(type, first_rows, first, columns, row_bytes, count, queries);
        return CK_OK;
    }
#endif
    for (size_t q = 0; q < count; q++) {
        const runs v = {
            .first = first, .second = queries[q].second, .first_rows = first_rows,
            .rows = first_rows + queries[q].second_rows, .row_bytes = row_bytes,
        };
        size_t done = 0;
#ifdef CK_X86
        if (level >= CK_LEVEL_AVX2) {
            done = weighted_sum_avx2(type, &v, columns, queries[q].p, queries[q].out);
        }
#endif
        weighted_sum_ref(type, &v, done, columns, queries[q].p, queries[q].out);
    }
    (void)level;
    return CK_OK;
}
