// Quantised weights as they lie in the file, spread out to bytes in the order VPDPBUSD takes them:
// 4 columns of each of 16 rows a vector, with the scales of a sub-block side by side.
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

/// What takes the constant off 32 columns again, by the sum of their scales.
CK_VNNI_INLINE void store_lift(ck_int8_tile *t, size_t k, __m512 scale) {
    _mm512_storeu_ps(t->lift[k], _mm512_mul_ps(scale, _mm512_set1_ps(-CK_INT8_MAGIC)));
}

/// The one scale of 32 columns.
CK_VNNI_INLINE void store_scale(ck_int8_tile *t, size_t k, __m512 scale) {
    _mm512_storeu_ps(t->scale[k], scale);
    store_lift(t, k, scale);
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

/// Words of nibbles of one sub-block below and of the next above, 8 for each.
CK_VNNI_INLINE void store_nibbles(const __m512i words[4], uint8_t (*target)[64]) {
    const __m512i nibble = _mm512_set1_epi8(15);
    for (int i = 0; i < 4; i++) {
        _mm512_storeu_si512(target[i], _mm512_and_si512(words[i], nibble));
        _mm512_storeu_si512(
            target[i + 8], _mm512_and_si512(_mm512_srli_epi16(words[i], 4), nibble));
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

/// A scale of 16 columns each, integers times `d`, and what follows from them.
CK_VNNI_INLINE void store_scales16(const __m512i integers[16], __m512 d, ck_int8_tile *t) {
    for (size_t k = 0; k < 16; k += 2) {
        __m512 first = _mm512_mul_ps(d, _mm512_cvtepi32_ps(integers[k]));
        __m512 second = _mm512_mul_ps(d, _mm512_cvtepi32_ps(integers[k + 1]));
        _mm512_storeu_ps(t->scale[k], first);
        _mm512_storeu_ps(t->scale[k + 1], second);
        store_lift(t, k / 2, _mm512_add_ps(first, second));
        begin_signed(t, k, 4);
        begin_signed(t, k + 1, 4);
    }
}

CK_VNNI static void spread_q6_k(
    const uint8_t *rows, size_t stride, size_t columns, ck_int8_tile *t, ck_int8_stream *ahead) {
    (void)columns;
    const __m512i nibble = _mm512_set1_epi8(15), upper = _mm512_set1_epi8(0x30);
    const __m512i middle = _mm512_set1_epi8(32);
    for (size_t n = 0; n < 2; n++) {
        for (size_t half = 0; half < 2; half++) {
            // Two bits of 4 groups of 32 columns are in a byte of `high`; groups 0 and 1 take the
            // low nibbles of `low`, 2 and 3 the high ones.
            __m512i high[4];
            four_words(rows + offsetof(ck_block_q6_k, qh) + 32 * n + 16 * half, stride, high);
            for (size_t odd = 0; odd < 2; odd++) {
                ck_int8_fetch(ahead, 1);
                __m512i low[4];
                four_words(rows + 64 * n + 32 * odd + 16 * half, stride, low);
                uint8_t (*target)[64] = t->bytes + 32 * n + 8 * odd + 4 * half;
                for (int i = 0; i < 4; i++) {
                    __m512i bits = odd ? _mm512_slli_epi16(high[i], 2) : _mm512_slli_epi16(high[i], 4);
                    __m512i first = _mm512_or_si512(
                        _mm512_and_si512(low[i], nibble), _mm512_and_si512(bits, upper));
                    bits = odd ? _mm512_srli_epi16(high[i], 2) : high[i];
                    __m512i second = _mm512_or_si512(
                        _mm512_and_si512(_mm512_srli_epi16(low[i], 4), nibble),
                        _mm512_and_si512(bits, upper));
                    _mm512_storeu_si512(target[i], _mm512_sub_epi8(first, middle));
                    _mm512_storeu_si512(target[i + 16], _mm512_sub_epi8(second, middle));
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

/// The bytes of 16 columns of one row: nibbles of `qs`, the low ones or the high ones.
CK_VNNI_INLINE __m256i nibbles32(const uint8_t *qs) {
    __m128i q = _mm_loadu_si128((const __m128i *)qs);
    __m256i both = _mm256_inserti128_si256(_mm256_castsi128_si256(q), _mm_srli_epi16(q, 4), 1);
    return _mm256_and_si256(both, _mm256_set1_epi8(15));
}

/// The fifth bits of 32 elements, in place.
CK_VNNI_INLINE __m256i fifth_bits(const uint8_t *qh) {
    uint32_t bits;
    memcpy(&bits, qh, sizeof bits);
    return _mm256_maskz_set1_epi8((__mmask32)bits, 16);
}

CK_VNNI_INLINE __m256i iq4_bytes(const uint8_t *qs) {
    __m128i values = _mm_loadu_si128((const __m128i *)ck_iq4_values);
    return _mm256_shuffle_epi8(_mm256_broadcastsi128_si256(values), nibbles32(qs));
}

/// The bytes of one simple block, or of 32 columns of IQ4_XS whose nibbles begin at `b`.
CK_VNNI_INLINE __m256i bytes32(ck_type type, const uint8_t *b) {
    switch (type) {
    case CK_Q8_0: return _mm256_loadu_si256((const __m256i *)(b + 2));
    case CK_Q4_0: return _mm256_sub_epi8(nibbles32(b + 2), _mm256_set1_epi8(8));
    case CK_Q4_1: return nibbles32(b + 4);
    case CK_Q5_0:
        return _mm256_sub_epi8(
            _mm256_or_si256(nibbles32(b + 6), fifth_bits(b + 2)), _mm256_set1_epi8(16));
    case CK_Q5_1: return _mm256_or_si256(nibbles32(b + 8), fifth_bits(b + 4));
    case CK_IQ4_NL: return iq4_bytes(b + 2);
    default: return iq4_bytes(b);  // CK_IQ4_XS
    }
}

/// Bytes of `count` blocks of 32 columns, `size` bytes apart, two of them a line.
CK_VNNI_INLINE void spread_lines(
    ck_type type, const uint8_t *rows, size_t stride, size_t count, size_t size, ck_int8_tile *t,
    ck_int8_stream *ahead) {
    for (size_t k = 0; k < count; k += 2) {
        ck_int8_fetch(ahead, 2);
        __m512i lines[16];
        for (size_t r = 0; r < 16; r++) {
            const uint8_t *b = rows + r * stride + k * size;
            __m256i second = k + 1 < count ? bytes32(type, b + size) : _mm256_setzero_si256();
            lines[r] = _mm512_inserti64x4(_mm512_castsi256_si512(bytes32(type, b)), second, 1);
        }
        ck_transpose16(lines);
        for (int i = 0; i < 16; i++) { _mm512_storeu_si512(t->bytes + 8 * k + i, lines[i]); }
    }
}

CK_VNNI_INLINE void spread_simple(
    ck_type type, const uint8_t *rows, size_t stride, size_t columns, ck_int8_tile *t,
    ck_int8_stream *ahead) {
    size_t size = ck_block_bytes(type), count = columns / 32;
    spread_lines(type, rows, stride, count, size, t, ahead);
    for (size_t k = 0; k < count; k++) {
        __m512i halves = words(rows + k * size, stride);
        store_scale(t, k, low_halves(halves));
        if (ck_int8_kind_of(type) == CK_INT8_MINIMUM) {
            // What is added is stored as what is subtracted.
            __m512 m = low_halves(_mm512_srli_epi32(halves, 16));
            _mm512_storeu_ps(t->minimum[k], _mm512_sub_ps(_mm512_setzero_ps(), m));
        } else {
            begin_signed(t, k, 8);
        }
    }
}

CK_VNNI static void spread_iq4_xs(
    const uint8_t *rows, size_t stride, size_t columns, ck_int8_tile *t, ck_int8_stream *ahead) {
    (void)columns;
    spread_lines(CK_IQ4_XS, rows + offsetof(ck_block_iq4_xs, qs), stride, 8, 16, t, ahead);
    __m512i head = words(rows, stride);  // the half float, then two high bits of each scale
    __m512i low = words(rows + offsetof(ck_block_iq4_xs, scales_l), stride);
    __m512 d = low_halves(head);
    for (size_t k = 0; k < 8; k++) {
        __m512i four = _mm512_srl_epi32(low, _mm_cvtsi32_si128((int)(4 * k)));
        __m512i two = _mm512_srl_epi32(head, _mm_cvtsi32_si128((int)(16 + 2 * k)));
        __m512i integer = _mm512_or_si512(
            _mm512_and_si512(four, _mm512_set1_epi32(15)),
            _mm512_slli_epi32(_mm512_and_si512(two, _mm512_set1_epi32(3)), 4));
        integer = _mm512_sub_epi32(integer, _mm512_set1_epi32(32));
        store_scale(t, k, _mm512_mul_ps(d, _mm512_cvtepi32_ps(integer)));
        begin_signed(t, k, 8);
    }
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

#define CK_SPREAD_SIMPLE(NAME, TYPE)                                                               \
    CK_VNNI static void NAME(                                                                      \
        const uint8_t *rows, size_t stride, size_t columns, ck_int8_tile *t,                       \
        ck_int8_stream *ahead) {                                                                   \
        spread_simple(TYPE, rows, stride, columns, t, ahead);                                      \
    }

CK_SPREAD_SIMPLE(spread_q4_0, CK_Q4_0)
CK_SPREAD_SIMPLE(spread_q4_1, CK_Q4_1)
CK_SPREAD_SIMPLE(spread_q5_0, CK_Q5_0)
CK_SPREAD_SIMPLE(spread_q5_1, CK_Q5_1)
CK_SPREAD_SIMPLE(spread_q8_0, CK_Q8_0)
CK_SPREAD_SIMPLE(spread_iq4_nl, CK_IQ4_NL)

CK_INT8_SPREAD_OF(ck_int8_spread_of)

#endif
