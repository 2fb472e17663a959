// K-quants as they lie in the file, spread out to bytes (int8_spread.h).
#include "int8_spread.h"

#ifdef CK_X86

/// Words of nibbles of one sub-block below and of the next above, 8 for each.
CK_VNNI_INLINE void store_nibbles(const __m512i words[4], uint8_t (*target)[64]) {
    const __m512i nibble = _mm512_set1_epi8(15);
    for (int i = 0; i < 4; i++) {
        _mm512_storeu_si512(target[i], _mm512_and_si512(words[i], nibble));
        _mm512_storeu_si512(
            target[i + 8], _mm512_and_si512(_mm512_srli_epi16(words[i], 4), nibble));
    }
}

/// The same lowered, to be paired: `own` has the sums of their products with each other, for each of the two.
CK_VNNI_INLINE void store_lowered(
    const __m512i words[4], uint8_t (*target)[64], __m512i own[2]) {
    const __m512i nibble = _mm512_set1_epi8(15), middle = _mm512_set1_epi8(CK_INT8_MIDDLE);
    for (int i = 0; i < 4; i += 2) {
        for (int high = 0; high < 2; high++) {
            __m512i bytes[2];
            for (int odd = 0; odd < 2; odd++) {
                __m512i word = words[i + odd];
                __m512i some = high ? _mm512_srli_epi16(word, 4) : word;
                bytes[odd] = _mm512_sub_epi8(_mm512_and_si512(some, nibble), middle);
                _mm512_storeu_si512(target[8 * high + i + odd], bytes[odd]);
            }
            own[high] = add_own_pairs(own[high], bytes[0], bytes[1]);
        }
    }
}

CK_VNNI static void spread_q4_k(
    const uint8_t *rows, size_t stride, size_t columns, ck_int8_tile *t, ck_int8_stream *ahead) {
    (void)columns;
    spread_scales_k(rows, stride, t);
    for (size_t piece = 0; piece < 8; piece++) {
        ck_int8_fetch(ahead, 1);
        __m512i four[4];
        four_words(rows + offsetof(ck_block_q4_k, qs) + 16 * piece, stride, four);
        store_nibbles(four, t->bytes + piece / 2 * 16 + piece % 2 * 4);
    }
}

CK_VNNI static void spread_q4_k_paired(
    const uint8_t *rows, size_t stride, size_t columns, ck_int8_tile *t, ck_int8_stream *ahead) {
    (void)columns;
    spread_scales_k(rows, stride, t);
    for (size_t two = 0; two < 4; two++) {
        __m512i own[2] = {_mm512_setzero_si512(), _mm512_setzero_si512()};
        for (size_t half = 0; half < 2; half++) {
            ck_int8_fetch(ahead, 1);
            __m512i four[4];
            four_words(rows + offsetof(ck_block_q4_k, qs) + 32 * two + 16 * half, stride, four);
            store_lowered(four, t->bytes + 16 * two + 4 * half, own);
        }
        begin_paired(t, 2 * two, own[0]);
        begin_paired(t, 2 * two + 1, own[1]);
    }
}

CK_VNNI static void spread_q5_k(
    const uint8_t *rows, size_t stride, size_t columns, ck_int8_tile *t, ck_int8_stream *ahead) {
    (void)columns;
    spread_scales_k(rows, stride, t);
    const __m512i sixteen = _mm512_set1_epi8(16);
    for (size_t half = 0; half < 2; half++) {
        // 16 columns of every sub-block: a bit of each is in the same byte.
        __m512i high[4];
        four_words(rows + offsetof(ck_block_q5_k, qh) + 16 * half, stride, high);
        for (size_t pair = 0; pair < 4; pair++) {
            ck_int8_fetch(ahead, 1);
            __m512i four[4];
            four_words(
                rows + offsetof(ck_block_q5_k, qs) + 32 * pair + 16 * half, stride, four);
            uint8_t (*target)[64] = t->bytes + 16 * pair + 4 * half;
            store_nibbles(four, target);
            for (int i = 0; i < 4; i++) {
                for (int odd = 0; odd < 2; odd++) {
                    uint8_t *vector = target[i + 8 * odd];
                    __mmask64 set = _mm512_test_epi8_mask(
                        high[i], _mm512_set1_epi8((char)(1 << (2 * pair + (size_t)odd))));
                    _mm512_storeu_si512(vector, _mm512_or_si512(
                        _mm512_loadu_si512(vector), _mm512_maskz_mov_epi8(set, sixteen)));
                }
            }
        }
    }
}

/// A scale of 16 columns each, integers times `d`, and where sums of their bytes begin.
CK_VNNI_INLINE void store_scales16(const __m512i integers[16], __m512 d, ck_int8_tile *t) {
    for (size_t k = 0; k < 16; k++) {
        store_scale(t, k, _mm512_mul_ps(d, _mm512_cvtepi32_ps(integers[k])));
        begin_signed(t, k, 4);
    }
}

/// Bytes of Q6_K: of two groups of 32 columns, 64 apart, which take the low and the high nibbles of `low`,
/// and two bits each of four in a byte of `high`; `odd` for the second and the fourth of these.
CK_VNNI_INLINE void bytes_q6_k(
    __m512i low, __m512i high, size_t odd, __m512i *first, __m512i *second) {
    const __m512i nibble = _mm512_set1_epi8(15), upper = _mm512_set1_epi8(0x30);
    const __m512i middle = _mm512_set1_epi8(32);
    __m512i bits = odd ? _mm512_slli_epi16(high, 2) : _mm512_slli_epi16(high, 4);
    __m512i bytes = _mm512_or_si512(_mm512_and_si512(low, nibble), _mm512_and_si512(bits, upper));
    *first = _mm512_sub_epi8(bytes, middle);
    bits = odd ? _mm512_srli_epi16(high, 2) : high;
    bytes = _mm512_or_si512(
        _mm512_and_si512(_mm512_srli_epi16(low, 4), nibble), _mm512_and_si512(bits, upper));
    *second = _mm512_sub_epi8(bytes, middle);
}

CK_VNNI static void spread_q6_k(
    const uint8_t *rows, size_t stride, size_t columns, ck_int8_tile *t, ck_int8_stream *ahead) {
    (void)columns;
    for (size_t n = 0; n < 2; n++) {
        for (size_t half = 0; half < 2; half++) {
            __m512i high[4];
            four_words(rows + offsetof(ck_block_q6_k, qh) + 32 * n + 16 * half, stride, high);
            for (size_t odd = 0; odd < 2; odd++) {
                ck_int8_fetch(ahead, 1);
                __m512i low[4];
                four_words(rows + 64 * n + 32 * odd + 16 * half, stride, low);
                uint8_t (*target)[64] = t->bytes + 32 * n + 8 * odd + 4 * half;
                for (int i = 0; i < 4; i++) {
                    __m512i first, second;
                    bytes_q6_k(low[i], high[i], odd, &first, &second);
                    _mm512_storeu_si512(target[i], first);
                    _mm512_storeu_si512(target[i + 16], second);
                }
            }
        }
    }
    __m512i packed[4], scales[16];
    four_words(rows + offsetof(ck_block_q6_k, scales), stride, packed);
    for (int k = 0; k < 16; k++) {
        __m512i top = _mm512_sll_epi32(packed[k / 4], _mm_cvtsi32_si128(24 - 8 * (k % 4)));
        scales[k] = _mm512_srai_epi32(top, 24);
    }
    // The half float ends the block: it is read as the upper part of the word it ends.
    __m512i last = words(rows + offsetof(ck_block_q6_k, d) - 2, stride);
    store_scales16(scales, low_halves(_mm512_srli_epi32(last, 16)), t);
}

CK_VNNI static void spread_q3_k(
    const uint8_t *rows, size_t stride, size_t columns, ck_int8_tile *t, ck_int8_stream *ahead) {
    (void)columns;
    const __m512i three = _mm512_set1_epi8(3), four = _mm512_set1_epi8(4);
    for (size_t half = 0; half < 2; half++) {
        __m512i high[4];
        four_words(rows + offsetof(ck_block_q3_k, hmask) + 16 * half, stride, high);
        for (size_t n = 0; n < 2; n++) {
            __m512i low[4];
            four_words(
                rows + offsetof(ck_block_q3_k, qs) + 32 * n + 16 * half, stride, low);
            for (size_t group = 0; group < 4; group++) {
                if (group % 2 == 0) { ck_int8_fetch(ahead, 1); }
                __m512i bit = _mm512_set1_epi8((char)(1 << (4 * n + group)));
                for (size_t i = 0; i < 4; i++) {
                    __m512i bytes = _mm512_and_si512(
                        _mm512_srl_epi16(low[i], _mm_cvtsi32_si128((int)(2 * group))), three);
                    // Without its high bit a value is 4 lower.
                    __mmask64 lower = _mm512_testn_epi8_mask(high[i], bit);
                    _mm512_storeu_si512(
                        t->bytes[32 * n + 8 * group + 4 * half + i],
                        _mm512_mask_sub_epi8(bytes, lower, bytes, four));
                }
            }
        }
    }
    // 16 scales of 6 bits: 4 low ones in 8 bytes, 2 high ones in 4.
    const uint8_t *packed = rows + offsetof(ck_block_q3_k, scales);
    __m512i low[2] = {words(packed, stride), words(packed + 4, stride)};
    __m512i high = words(packed + 8, stride), scales[16];
    for (int k = 0; k < 16; k++) {
        __m512i bits = _mm512_srl_epi32(
            low[k / 4 % 2], _mm_cvtsi32_si128(8 * (k % 4) + k / 8 * 4));
        __m512i upper = _mm512_srl_epi32(high, _mm_cvtsi32_si128(8 * (k % 4) + k / 4 * 2));
        __m512i integer = _mm512_or_si512(
            _mm512_and_si512(bits, _mm512_set1_epi32(15)),
            _mm512_slli_epi32(_mm512_and_si512(upper, _mm512_set1_epi32(3)), 4));
        scales[k] = _mm512_sub_epi32(integer, _mm512_set1_epi32(32));
    }
    __m512i last = words(rows + offsetof(ck_block_q3_k, d) - 2, stride);
    store_scales16(scales, low_halves(_mm512_srli_epi32(last, 16)), t);
}

ck_int8_spread ck_int8_spread_of_super(ck_type type, int paired) {
    switch (type) {
    case CK_Q3_K: return spread_q3_k;
    case CK_Q4_K: return paired ? spread_q4_k_paired : spread_q4_k;
    case CK_Q5_K: return spread_q5_k;
    default: return spread_q6_k;
    }
}

#endif
