// Types with a scale for 32 columns as they lie in the file, spread out to bytes (int8_spread.h).
#include "int8_spread.h"

#ifdef CK_X86

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

/// Bytes of `count` blocks of 32 columns, `size` bytes apart, two of them a line, lowered where paired ones
/// are not negative.
CK_VNNI_INLINE void spread_lines(
    ck_type type, const int paired, const uint8_t *rows, size_t stride, size_t count, size_t size,
    ck_int8_tile *t, ck_int8_stream *ahead) {
    for (size_t k = 0; k < count; k += 2) {
        ck_int8_fetch(ahead, 2);
        __m512i lines[16];
        for (size_t r = 0; r < 16; r++) {
            const uint8_t *b = rows + r * stride + k * size;
            __m256i second = k + 1 < count ? bytes32(type, b + size) : _mm256_setzero_si256();
            lines[r] = _mm512_inserti64x4(_mm512_castsi256_si512(bytes32(type, b)), second, 1);
        }
        ck_transpose16(lines);
        const int lower = paired && ck_int8_kind_of(type) == CK_INT8_MINIMUM;
        const __m512i middle = _mm512_set1_epi8(lower ? CK_INT8_MIDDLE : 0);
        for (int i = 0; i < 16; i++) {
            _mm512_storeu_si512(t->bytes + 8 * k + i, _mm512_sub_epi8(lines[i], middle));
        }
    }
}

/// Sub-block `k` of lowered bytes.
CK_VNNI_INLINE void begin_paired_bytes(ck_int8_tile *t, size_t k) {
    __m512i own = _mm512_setzero_si512();
    for (size_t i = 8 * k; i < 8 * k + 8; i += 2) {
        own = add_own_pairs(
            own, _mm512_loadu_si512(t->bytes[i]), _mm512_loadu_si512(t->bytes[i + 1]));
    }
    begin_paired(t, k, own);
}

CK_VNNI_INLINE void spread_simple(
    ck_type type, const int paired, const uint8_t *rows, size_t stride, size_t columns,
    ck_int8_tile *t, ck_int8_stream *ahead) {
    size_t size = ck_block_bytes(type), count = columns / 32;
    spread_lines(type, paired, rows, stride, count, size, t, ahead);
    for (size_t k = 0; k < count; k++) {
        __m512i halves = words(rows + k * size, stride);
        store_scale(t, k, low_halves(halves));
        if (ck_int8_kind_of(type) == CK_INT8_MINIMUM) {
            // What is added is stored as what is subtracted.
            __m512 m = low_halves(_mm512_srli_epi32(halves, 16));
            _mm512_storeu_ps(t->minimum[k], _mm512_sub_ps(_mm512_setzero_ps(), m));
        } else if (!paired) {
            begin_signed(t, k, 8);
        }
        if (paired) { begin_paired_bytes(t, k); }
    }
}

CK_VNNI static void spread_iq4_xs(
    const uint8_t *rows, size_t stride, size_t columns, ck_int8_tile *t, ck_int8_stream *ahead) {
    (void)columns;
    spread_lines(CK_IQ4_XS, 0, rows + offsetof(ck_block_iq4_xs, qs), stride, 8, 16, t, ahead);
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

#define CK_SPREAD_SIMPLE(NAME, TYPE, PAIRED)                                                       \
    CK_VNNI static void NAME(                                                                      \
        const uint8_t *rows, size_t stride, size_t columns, ck_int8_tile *t,                       \
        ck_int8_stream *ahead) {                                                                   \
        spread_simple(TYPE, PAIRED, rows, stride, columns, t, ahead);                              \
    }

CK_SPREAD_SIMPLE(spread_q4_0, CK_Q4_0, 0)
CK_SPREAD_SIMPLE(spread_q4_0_paired, CK_Q4_0, 1)
CK_SPREAD_SIMPLE(spread_q4_1, CK_Q4_1, 0)
CK_SPREAD_SIMPLE(spread_q4_1_paired, CK_Q4_1, 1)
CK_SPREAD_SIMPLE(spread_q5_0, CK_Q5_0, 0)
CK_SPREAD_SIMPLE(spread_q5_1, CK_Q5_1, 0)
CK_SPREAD_SIMPLE(spread_q8_0, CK_Q8_0, 0)
CK_SPREAD_SIMPLE(spread_iq4_nl, CK_IQ4_NL, 0)

ck_int8_spread ck_int8_spread_of_simple(ck_type type, int paired) {
    switch (type) {
    case CK_Q4_0: return paired ? spread_q4_0_paired : spread_q4_0;
    case CK_Q4_1: return paired ? spread_q4_1_paired : spread_q4_1;
    case CK_Q5_0: return spread_q5_0;
    case CK_Q5_1: return spread_q5_1;
    case CK_Q8_0: return spread_q8_0;
    case CK_IQ4_NL: return spread_iq4_nl;
    default: return spread_iq4_xs;
    }
}

#endif
