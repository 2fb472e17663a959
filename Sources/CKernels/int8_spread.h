// What spreads out quantised weights share (int8_spread_simple.c, int8_spread_super.c): to bytes in the
// order VPDPBUSD takes them, 4 columns of each of 16 rows a vector, with the scales of a sub-block side by
// side.
#ifndef CK_INT8_SPREAD_H
#define CK_INT8_SPREAD_H

#include "int8.h"

#include <string.h>

#ifdef CK_X86

/// Half floats in the low 16 bits of each element, as single precision.
CK_VNNI_INLINE __m512 low_halves(__m512i v) { return _mm512_cvtph_ps(_mm512_cvtepi32_epi16(v)); }

/// Four words at `at` of each of 16 rows: out[i] has word i of every row. Pieces of 16 bytes are put
/// in place as they are loaded, which leaves half of the exchanges of a transposition of vectors.
CK_VNNI_INLINE void four_words(const uint8_t *at, size_t stride, __m512i out[4]) {
    __m512i piece[4];
    for (size_t j = 0; j < 4; j++) {
        const uint8_t *row = at + j * stride;
        __m512i v = _mm512_castsi128_si512(_mm_loadu_si128((const __m128i *)row));
        v = _mm512_inserti32x4(v, _mm_loadu_si128((const __m128i *)(row + 4 * stride)), 1);
        v = _mm512_inserti32x4(v, _mm_loadu_si128((const __m128i *)(row + 8 * stride)), 2);
        piece[j] = _mm512_inserti32x4(v, _mm_loadu_si128((const __m128i *)(row + 12 * stride)), 3);
    }
    __m512i a = _mm512_unpacklo_epi32(piece[0], piece[1]);
    __m512i b = _mm512_unpackhi_epi32(piece[0], piece[1]);
    __m512i c = _mm512_unpacklo_epi32(piece[2], piece[3]);
    __m512i d = _mm512_unpackhi_epi32(piece[2], piece[3]);
    out[0] = _mm512_unpacklo_epi64(a, c);
    out[1] = _mm512_unpackhi_epi64(a, c);
    out[2] = _mm512_unpacklo_epi64(b, d);
    out[3] = _mm512_unpackhi_epi64(b, d);
}

/// The word at `at` of each of 16 rows.
CK_VNNI_INLINE __m512i words(const uint8_t *at, size_t stride) {
    int32_t word[16];
    for (size_t r = 0; r < 16; r++) { memcpy(word + r, at + r * stride, sizeof *word); }
    return _mm512_loadu_si512(word);
}

/// A scale, and what takes the constant off again.
CK_VNNI_INLINE void store_scale(ck_int8_tile *t, size_t k, __m512 scale) {
    _mm512_storeu_ps(t->scale[k], scale);
    _mm512_storeu_ps(t->lift[k], _mm512_mul_ps(scale, _mm512_set1_ps(-CK_INT8_MAGIC)));
}

/// Where the sums of signed bytes begin: the sub-block's `vectors` of bytes from `first` on.
CK_VNNI_INLINE void begin_signed(ck_int8_tile *t, size_t sub_block, size_t vectors) {
    __m512i sum = _mm512_setzero_si512();
    for (size_t i = 0; i < vectors; i++) {
        __m512i bytes = _mm512_loadu_si512(t->bytes[sub_block * vectors + i]);
        sum = _mm512_dpbusd_epi32(sum, _mm512_set1_epi8((char)128), bytes);
    }
    _mm512_storeu_si512(
        t->start[sub_block], _mm512_sub_epi32(_mm512_set1_epi32(CK_INT8_MAGIC_BITS), sum));
}

/// Scales and minimums of Q4_K and Q5_K: half floats times 6-bit integers, packed into 12 bytes.
CK_VNNI_INLINE void spread_scales_k(const uint8_t *rows, size_t stride, ck_int8_tile *t) {
    __m512i head[4];
    four_words(rows, stride, head);
    __m512 d = low_halves(head[0]), dmin = low_halves(_mm512_srli_epi32(head[0], 16));
    const __m512i six = _mm512_set1_epi32(63), four = _mm512_set1_epi32(15);
    const __m512i upper = _mm512_set1_epi32(48);
    for (size_t k = 0; k < 4; k++) {
        __m128i shift = _mm_cvtsi32_si128((int)(8 * k));
        __m512i a = _mm512_srl_epi32(head[1], shift), b = _mm512_srl_epi32(head[2], shift);
        __m512i c = _mm512_srl_epi32(head[3], shift);
        __m512i sc[2] = {
            _mm512_and_si512(a, six),
            _mm512_or_si512(_mm512_and_si512(c, four),
                            _mm512_and_si512(_mm512_srli_epi32(a, 2), upper)),
        };
        __m512i m[2] = {
            _mm512_and_si512(b, six),
            _mm512_or_si512(_mm512_and_si512(_mm512_srli_epi32(c, 4), four),
                            _mm512_and_si512(_mm512_srli_epi32(b, 2), upper)),
        };
        for (size_t h = 0; h < 2; h++) {
            store_scale(t, k + 4 * h, _mm512_mul_ps(d, _mm512_cvtepi32_ps(sc[h])));
            _mm512_storeu_ps(t->minimum[k + 4 * h], _mm512_mul_ps(dmin, _mm512_cvtepi32_ps(m[h])));
        }
    }
}

/// 4 bytes of a row of activations, beside those of each of 16 rows of weights.
CK_VNNI_INLINE __m512i ck_same_bytes16(const ck_int8_block *x, size_t four) {
    int32_t bytes;
    memcpy(&bytes, x->bytes + 4 * four, sizeof bytes);
    return _mm512_set1_epi32(bytes);
}

/// What the weights of a pair of vectors make of activations that are zero, added to `sum`.
CK_VNNI_INLINE __m512i add_own_pairs(__m512i sum, __m512i even, __m512i odd) {
    const __m512i raised = _mm512_xor_si512(odd, _mm512_set1_epi8((char)128));
    return _mm512_dpbusd_epi32(sum, raised, even);
}

/// Where the sums of a sub-block's products of pairs begin.
CK_VNNI_INLINE void begin_paired(ck_int8_tile *t, size_t sub_block, __m512i own) {
    _mm512_storeu_si512(
        t->start[sub_block], _mm512_sub_epi32(_mm512_set1_epi32(CK_INT8_MAGIC_BITS), own));
}

#endif
#endif
