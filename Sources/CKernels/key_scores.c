// The first half of attention for queries that share keys: each query times each key.
//
// 16 sums of products are in registers together, of 4 keys and 4 queries or of 16 keys and one, and
// are added up together: by itself the addition of the lanes of one sum takes as long as its
// products do. A sum has the same order in all of these shapes, so a score does not depend on what
// is computed beside it.
#include "load16.h"

#ifdef CK_X86

/// The sums of the lanes of 16 vectors: lane i has that of s[i % 4][i / 4].
CK_AVX512_INLINE __m512 sums_of_lanes(const __m512 s[4][4]) {
    __m512 quarters[4];  // of s[e]: 4 lanes for each of its vectors
    for (size_t e = 0; e < 4; e++) {
        __m512 a = _mm512_add_ps(_mm512_shuffle_f32x4(s[e][0], s[e][1], 0x44),
                                 _mm512_shuffle_f32x4(s[e][0], s[e][1], 0xee));
        __m512 b = _mm512_add_ps(_mm512_shuffle_f32x4(s[e][2], s[e][3], 0x44),
                                 _mm512_shuffle_f32x4(s[e][2], s[e][3], 0xee));
        quarters[e] = _mm512_add_ps(_mm512_shuffle_f32x4(a, b, 0x88),
                                    _mm512_shuffle_f32x4(a, b, 0xdd));
    }
    __m512 pairs[2];
    for (size_t e = 0; e < 2; e++) {
        __m512 a = quarters[2 * e], b = quarters[2 * e + 1];
        pairs[e] = _mm512_add_ps(_mm512_shuffle_ps(a, b, 0x44), _mm512_shuffle_ps(a, b, 0xee));
    }
    return _mm512_add_ps(_mm512_shuffle_ps(pairs[0], pairs[1], 0x88),
                         _mm512_shuffle_ps(pairs[0], pairs[1], 0xdd));
}

/// What scores are made of: `rows` keys of `columns` elements, `row_bytes` apart.
typedef struct {
    const char *first;
    size_t rows, columns, row_bytes;
} keys;

/// Rows that are asked for before they are needed: 12 KB of keys of 128 half floats.
#define ROWS_AHEAD 48

/// Asks for the rows from `first` to `end` that there are.
static inline void ask_for_rows(const keys *k, size_t first, size_t end) {
    end = end < k->rows ? end : k->rows;
    if (first < end) { ck_ask_for(k->first + first * k->row_bytes, (end - first) * k->row_bytes); }
}

/// The scores of Q queries with 16 / Q keys from `r` on, where Q is 1, 2 or 4: lanes of one query lie
/// together. A key that does not exist is stood in for by the last; so is a query beyond `queries`.
CK_AVX512_INLINE __m512 scores_of(
    const size_t Q, ck_type type, const keys *k, size_t r, size_t queries, const float *x,
    size_t x_stride) {
    __m512 sum[4][4];
    const char *key[16];
    const float *query[4];
#pragma clang loop unroll(full)
    for (size_t i = 0; i < 16 / Q; i++) {
        size_t row = r + i < k->rows ? r + i : k->rows - 1;
        key[i] = k->first + row * k->row_bytes;
    }
    for (size_t q = 0; q < Q; q++) { query[q] = x + (q < queries ? q : queries - 1) * x_stride; }
#pragma clang loop unroll(full)
    for (size_t i = 0; i < 16; i++) { sum[i / 4][i % 4] = _mm512_setzero_ps(); }
    for (size_t c = 0; c < k->columns; c += 16) {
        size_t left = k->columns - c;
        __mmask16 mask = left >= 16 ? 0xffff : (__mmask16)((1u << left) - 1);
        __m512 own[4];
        for (size_t q = 0; q < Q; q++) { own[q] = _mm512_maskz_loadu_ps(mask, query[q] + c); }
#pragma clang loop unroll(full)
        for (size_t i = 0; i < 16 / Q; i++) {
            __m512 element = ck_load16(type, key[i], c, mask);
            for (size_t q = 0; q < Q; q++) {
                size_t lane = q * (16 / Q) + i;
                sum[lane % 4][lane / 4] = _mm512_fmadd_ps(element, own[q], sum[lane % 4][lane / 4]);
            }
        }
    }
    return sums_of_lanes(sum);
}

/// Stores the scores of Q queries with all keys.
CK_AVX512_INLINE void score(
    const size_t Q, ck_type type, const keys *k, size_t r, size_t queries, const float *x,
    size_t x_stride, float *out, size_t out_stride) {
    const size_t lanes = 16 / Q;
    float scores[16];
    _mm512_storeu_ps(scores, scores_of(Q, type, k, r, queries, x, x_stride));
    size_t count = k->rows - r < lanes ? k->rows - r : lanes;
    for (size_t q = 0; q < queries; q++) {
        memcpy(out + q * out_stride + r, scores + q * lanes, count * sizeof *scores);
    }
}

/// All queries meet four keys while those are in the first-level cache; two meet eight, and one alone 16.
CK_AVX512_INLINE void all_scores(
    ck_type type, const keys *k, size_t vectors, const float *x, size_t x_stride, float *out,
    size_t out_stride) {
    const size_t together = vectors == 1 ? 16 : vectors == 2 ? 8 : 4;
    for (size_t r = 0; r < k->rows; r += together) {
        ask_for_rows(k, r == 0 ? together : r + ROWS_AHEAD, r + ROWS_AHEAD + together);
        if (vectors == 1) {
            score(1, type, k, r, 1, x, x_stride, out, out_stride);
        } else if (vectors == 2) {
            score(2, type, k, r, 2, x, x_stride, out, out_stride);
        } else {
            for (size_t v = 0; v < vectors; v += 4) {
                size_t queries = vectors - v < 4 ? vectors - v : 4;
                score(4, type, k, r, queries, x + v * x_stride, x_stride, out + v * out_stride,
                      out_stride);
            }
        }
    }
}

CK_AVX512 static void key_scores_avx512(
    ck_type type, const keys *k, size_t vectors, const float *x, size_t x_stride, float *out,
    size_t out_stride) {
    switch (type) {
    case CK_F32: all_scores(CK_F32, k, vectors, x, x_stride, out, out_stride); break;
    case CK_F16: all_scores(CK_F16, k, vectors, x, x_stride, out, out_stride); break;
    default: all_scores(CK_Q8_0, k, vectors, x, x_stride, out, out_stride); break;
    }
}
#endif

ck_status ck_key_scores(
    ck_level level, ck_type type, size_t rows, size_t columns, const void *first, size_t vectors,
    const float *x, size_t x_stride, float *out, size_t out_stride, float *scratch) {
    if (type != CK_F32 && type != CK_F16 && type != CK_Q8_0) { return CK_UNKNOWN_TYPE; }
    size_t row_bytes = ck_row_bytes(type, columns);
    if (row_bytes == 0) { return CK_BAD_LENGTH; }
#ifdef CK_X86
    if (level >= CK_LEVEL_AVX512) {
        const keys k = {first, rows, columns, row_bytes};
        key_scores_avx512(type, &k, vectors, x, x_stride, out, out_stride);
        return CK_OK;
    }
#endif
    return ck_dot_rows(
        level, type, rows, columns, first, vectors, x, x_stride, out, out_stride, scratch);
}
