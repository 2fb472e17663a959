// Up to four rows of activations: weights are multiplied as they are spread out, without a tile between.
//
// A step of few answers reads all weights for little work. Writing their bytes to a tile and reading them
// again takes longer then than multiplying them, and longer than memory takes to deliver them. The sums are
// those of matmul_int8.c, in the same order.
#include "int8_spread.h"

#ifdef CK_X86

/// Adds sums of products that were scaled to those before them, for one of a row's scales.
CK_VNNI_INLINE __m512 add_scaled(__m512 sum, __m512 scaled, const ck_int8_block *x, size_t k) {
    return _mm512_fmadd_ps(scaled, _mm512_set1_ps(x->scale[k]), sum);
}

/// The sums of a scale's products, scaled.
CK_VNNI_INLINE __m512 scaled(__m512i products, const ck_int8_tile *t, size_t scale) {
    return _mm512_fmadd_ps(
        (__m512)products, _mm512_loadu_ps(t->scale[scale]), _mm512_loadu_ps(t->lift[scale]));
}

/// Adds the products of T rows, a constant where this is inlined. Of the tile only scales are used.
CK_VNNI_INLINE void few_q4_k_by(
    const size_t T, const uint8_t *rows, size_t stride, const ck_int8_block *x,
    float (*sums)[CK_INT8_PAIR], ck_int8_stream *ahead) {
    ck_int8_tile t;
    spread_scales_k(rows, stride, &t);
    __m512 sum[CK_INT8_FEW];
    for (size_t i = 0; i < T; i++) { sum[i] = _mm512_loadu_ps(sums[i]); }
    const __m512i nibble = _mm512_set1_epi8(15);
    for (size_t two = 0; two < 4; two++) {
        // Low nibbles are of one sub-block, high ones of the next.
        __m512i products[CK_INT8_FEW][2];
        for (size_t i = 0; i < T; i++) {
            products[i][0] = products[i][1] = _mm512_set1_epi32(CK_INT8_MAGIC_BITS);
        }
        for (size_t half = 0; half < 2; half++) {
            ck_int8_fetch(ahead, 1);
            __m512i words[4];
            four_words(rows + offsetof(ck_block_q4_k, qs) + 32 * two + 16 * half, stride, words);
            for (size_t w = 0; w < 4; w++) {
                const size_t four = 16 * two + 4 * half + w;
                __m512i low = _mm512_and_si512(words[w], nibble);
                __m512i high = _mm512_and_si512(_mm512_srli_epi16(words[w], 4), nibble);
                for (size_t i = 0; i < T; i++) {
                    products[i][0] = _mm512_dpbusd_epi32(
                        products[i][0], low, ck_same_bytes16(x + i, four));
                    products[i][1] = _mm512_dpbusd_epi32(
                        products[i][1], high, ck_same_bytes16(x + i, four + 8));
                }
            }
        }
        for (size_t h = 0; h < 2; h++) {
            const size_t k = 2 * two + h;
            for (size_t i = 0; i < T; i++) {
                sum[i] = add_scaled(sum[i], scaled(products[i][h], &t, k), x + i, k);
                sum[i] = _mm512_fnmadd_ps(
                    _mm512_loadu_ps(t.minimum[k]), _mm512_set1_ps(x[i].sum[k]), sum[i]);
            }
        }
    }
    for (size_t i = 0; i < T; i++) { _mm512_storeu_ps(sums[i], sum[i]); }
}

CK_VNNI static void few_q4_k(
    size_t rows, const uint8_t *weights, size_t stride, const ck_int8_block *x,
    float (*sums)[CK_INT8_PAIR], ck_int8_stream *ahead) {
    switch (rows) {
    case 1: few_q4_k_by(1, weights, stride, x, sums, ahead); break;
    case 2: few_q4_k_by(2, weights, stride, x, sums, ahead); break;
    case 3: few_q4_k_by(3, weights, stride, x, sums, ahead); break;
    default: few_q4_k_by(CK_INT8_FEW, weights, stride, x, sums, ahead); break;
    }
}

// Q6_K takes 4 to 9 % longer this way than by tiles (docs/performance.md).
ck_int8_few ck_int8_few_of(ck_type type) {
    return type == CK_Q4_K ? few_q4_k : 0;
}

#endif
