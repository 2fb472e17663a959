// Quantised weights spread out as in int8_spread_*.c, 8 rows at a time (int8_halves.h), to the same tiles;
// with NEON, which has no use for the raised form of activations, without where its sums begin.
#include "int8_halves.h"

#ifdef CK_INT8_HALVES

/// Half a tile: rows of weights from `rows` on, and the lane their numbers go to.
typedef struct {
    const uint8_t *rows;
    size_t stride;
    ck_int8_tile *tile;
    size_t lane;
    ck_int8_stream *ahead;
} half_tile;

typedef uint32_t words4 __attribute__((vector_size(16)));

CK_HALVES_INLINE words4 load_words4(const uint8_t *at) {
    words4 v;
    memcpy(&v, at, sizeof v);
    return v;
}

/// Four words at `offset` of each of 8 rows: out[i] has word i of every row.
CK_HALVES_INLINE void four_words(half_tile h, size_t offset, ck_words out[4]) {
    ck_words piece[4];
    for (size_t j = 0; j < 4; j++) {
        const uint8_t *row = h.rows + offset + j * h.stride;
        piece[j] = __builtin_shufflevector(
            load_words4(row), load_words4(row + 4 * h.stride), 0, 1, 2, 3, 4, 5, 6, 7);
    }
    ck_words a = __builtin_shufflevector(piece[0], piece[1], 0, 8, 1, 9, 4, 12, 5, 13);
    ck_words b = __builtin_shufflevector(piece[0], piece[1], 2, 10, 3, 11, 6, 14, 7, 15);
    ck_words c = __builtin_shufflevector(piece[2], piece[3], 0, 8, 1, 9, 4, 12, 5, 13);
    ck_words d = __builtin_shufflevector(piece[2], piece[3], 2, 10, 3, 11, 6, 14, 7, 15);
    out[0] = __builtin_shufflevector(a, c, 0, 1, 8, 9, 4, 5, 12, 13);
    out[1] = __builtin_shufflevector(a, c, 2, 3, 10, 11, 6, 7, 14, 15);
    out[2] = __builtin_shufflevector(b, d, 0, 1, 8, 9, 4, 5, 12, 13);
    out[3] = __builtin_shufflevector(b, d, 2, 3, 10, 11, 6, 7, 14, 15);
}

/// The word at `offset` of each of 8 rows.
CK_HALVES_INLINE ck_words words(half_tile h, size_t offset) {
    ck_words v;
    for (size_t r = 0; r < CK_HALF; r++) {
        uint32_t word;
        memcpy(&word, h.rows + offset + r * h.stride, sizeof word);
        v[r] = word;
    }
    return v;
}

/// Half floats in the low 16 bits of each element, as single precision.
CK_HALVES_INLINE ck_floats low_halves(ck_words v) {
    typedef uint16_t shorts8 __attribute__((vector_size(16)));
    typedef _Float16 halves8 __attribute__((vector_size(16)));
    return __builtin_convertvector(
        (halves8)__builtin_convertvector(v & 0xffff, shorts8), ck_floats);
}

CK_HALVES_INLINE ck_floats floats_of(ck_words v) {
    return __builtin_convertvector((ck_integers)v, ck_floats);
}

/// 16 in each byte that has bit `bit` set.
CK_HALVES_INLINE ck_words sixteens(ck_words v, size_t bit) {
    return (bit < 4 ? v << (uint32_t)(4 - bit) : v >> (uint32_t)(bit - 4)) & 0x10101010;
}

/// Bytes of columns 4 * vector and the three after it.
CK_HALVES_INLINE void store_bytes(half_tile h, size_t vector, ck_words bytes) {
    ck_store_bytes(h.tile->bytes[vector] + 4 * h.lane, (ck_bytes)bytes);
}

CK_HALVES_INLINE ck_words less(ck_words bytes, uint8_t number) {
    return (ck_words)((ck_bytes)bytes - number);
}

/// A scale, and what takes the constant off again.
CK_HALVES_INLINE void store_scale(half_tile h, size_t k, ck_floats scale) {
    ck_store_floats(h.tile->scale[k] + h.lane, scale);
    ck_store_floats(h.tile->lift[k] + h.lane, scale * -CK_INT8_MAGIC);
}

/// Sums of signed bytes of a scale's columns, two by two.
typedef int16_t ck_byte_sums __attribute__((vector_size(32)));

/// Signed bytes of columns 4 * vector and the three after it, and their sums for `begin_signed`.
CK_HALVES_INLINE void store_signed(half_tile h, size_t vector, ck_words bytes, ck_byte_sums *sum) {
    store_bytes(h, vector, bytes);
#ifdef CK_X86
    *sum += (ck_byte_sums)_mm256_maddubs_epi16(_mm256_set1_epi8(1), (__m256i)bytes);
#else
    (void)sum;
#endif
}

/// Where the sums of signed bytes begin that meet raised activations.
CK_HALVES_INLINE void begin_signed(half_tile h, size_t scale, ck_byte_sums sum) {
#ifdef CK_X86
    ck_integers start = (ck_integers)_mm256_sub_epi32(
        _mm256_set1_epi32(CK_INT8_MAGIC_BITS),
        _mm256_madd_epi16((__m256i)sum, _mm256_set1_epi16(128)));
    memcpy(h.tile->start[scale] + h.lane, &start, sizeof start);
#else
    (void)h, (void)scale, (void)sum;
#endif
}

/// Scales and minimums of Q4_K and Q5_K: half floats times 6-bit integers, packed into 12 bytes.
CK_HALVES_INLINE void spread_scales_k(half_tile h) {
    ck_words head[4];
    four_words(h, 0, head);
    ck_floats d = low_halves(head[0]), dmin = low_halves(head[0] >> 16);
    for (size_t k = 0; k < 4; k++) {
        const uint32_t shift = (uint32_t)(8 * k);
        ck_words a = head[1] >> shift, b = head[2] >> shift, c = head[3] >> shift;
        ck_words sc[2] = {a & 63, (c & 15) | ((a >> 2) & 48)};
        ck_words m[2] = {b & 63, ((c >> 4) & 15) | ((b >> 2) & 48)};
        for (size_t i = 0; i < 2; i++) {
            store_scale(h, k + 4 * i, d * floats_of(sc[i]));
            ck_store_floats(h.tile->minimum[k + 4 * i] + h.lane, dmin * floats_of(m[i]));
        }
    }
}

CK_HALVES_INLINE ck_words low_nibbles(ck_words v) { return v & 0x0f0f0f0f; }
CK_HALVES_INLINE ck_words high_nibbles(ck_words v) { return (v >> 4) & 0x0f0f0f0f; }

CK_HALVES_INLINE void spread_half_q4_k(half_tile h) {
    spread_scales_k(h);
    for (size_t piece = 0; piece < 8; piece++) {
        ck_int8_fetch(h.ahead, 1);
        ck_words four[4];
        four_words(h, offsetof(ck_block_q4_k, qs) + 16 * piece, four);
        const size_t first = piece / 2 * 16 + piece % 2 * 4;
        for (size_t i = 0; i < 4; i++) {
            store_bytes(h, first + i, low_nibbles(four[i]));
            store_bytes(h, first + 8 + i, high_nibbles(four[i]));
        }
    }
}

CK_HALVES_INLINE void spread_half_q5_k(half_tile h) {
    spread_scales_k(h);
    for (size_t half = 0; half < 2; half++) {
        // 16 columns of every sub-block: a bit of each is in the same byte.
        ck_words high[4];
        four_words(h, offsetof(ck_block_q5_k, qh) + 16 * half, high);
        for (size_t pair = 0; pair < 4; pair++) {
            ck_int8_fetch(h.ahead, 1);
            ck_words four[4];
            four_words(h, offsetof(ck_block_q5_k, qs) + 32 * pair + 16 * half, four);
            const size_t first = 16 * pair + 4 * half;
            for (size_t i = 0; i < 4; i++) {
                store_bytes(
                    h, first + i, low_nibbles(four[i]) | sixteens(high[i], 2 * pair));
                store_bytes(
                    h, first + 8 + i, high_nibbles(four[i]) | sixteens(high[i], 2 * pair + 1));
            }
        }
    }
}

/// A scale of 16 columns each, integers times `d`, and what follows from them.
CK_HALVES_INLINE void store_scales16(half_tile h, const ck_words integers[16], ck_floats d) {
    for (size_t k = 0; k < 16; k++) { store_scale(h, k, d * floats_of(integers[k])); }
}

CK_HALVES_INLINE void spread_half_q6_k(half_tile h) {
    for (size_t n = 0; n < 2; n++) {
        for (size_t half = 0; half < 2; half++) {
            // Two bits of 4 groups of 32 columns are in a byte of `high`; groups 0 and 1 take the
            // low nibbles of `low`, 2 and 3 the high ones.
            ck_words high[4];
            four_words(h, offsetof(ck_block_q6_k, qh) + 32 * n + 16 * half, high);
            for (size_t odd = 0; odd < 2; odd++) {
                ck_int8_fetch(h.ahead, 1);
                ck_words low[4];
                four_words(h, 64 * n + 32 * odd + 16 * half, low);
                const size_t scale = 8 * n + 2 * odd + half;
                ck_byte_sums sums[2] = {{0}};
                for (size_t i = 0; i < 4; i++) {
                    ck_words lower = (odd ? high[i] << 2 : high[i] << 4) & 0x30303030;
                    ck_words upper = (odd ? high[i] >> 2 : high[i]) & 0x30303030;
                    lower = less(low_nibbles(low[i]) | lower, 32);
                    upper = less(high_nibbles(low[i]) | upper, 32);
                    store_signed(h, 4 * scale + i, lower, &sums[0]);
                    store_signed(h, 4 * scale + 16 + i, upper, &sums[1]);
                }
                begin_signed(h, scale, sums[0]);
                begin_signed(h, scale + 4, sums[1]);
            }
        }
    }
    ck_words packed[4], scales[16];
    four_words(h, offsetof(ck_block_q6_k, scales), packed);
    for (size_t k = 0; k < 16; k++) {
        ck_integers top = (ck_integers)(packed[k / 4] << (uint32_t)(24 - 8 * (k % 4)));
        scales[k] = (ck_words)(top >> 24);
    }
    // The half float ends the block: it is read as the upper part of the word it ends.
    store_scales16(h, scales, low_halves(words(h, offsetof(ck_block_q6_k, d) - 2) >> 16));
}

CK_HALVES_INLINE void spread_half_q3_k(half_tile h) {
    for (size_t half = 0; half < 2; half++) {
        ck_words high[4];
        four_words(h, offsetof(ck_block_q3_k, hmask) + 16 * half, high);
        for (size_t n = 0; n < 2; n++) {
            ck_words low[4];
            four_words(h, offsetof(ck_block_q3_k, qs) + 32 * n + 16 * half, low);
            for (size_t group = 0; group < 4; group++) {
                if (group % 2 == 0) { ck_int8_fetch(h.ahead, 1); }
                const size_t scale = 8 * n + 2 * group + half;
                ck_byte_sums sum = {0};
                for (size_t i = 0; i < 4; i++) {
                    ck_words bits = (low[i] >> (uint32_t)(2 * group)) & 0x03030303;
                    // Without its high bit a value is 4 lower.
                    ck_words four = sixteens(high[i], 4 * n + group) >> 2;
                    store_signed(h, 4 * scale + i, less(bits | four, 4), &sum);
                }
                begin_signed(h, scale, sum);
            }
        }
    }
    // 16 scales of 6 bits: 4 low ones in 8 bytes, 2 high ones in 4.
    const size_t packed = offsetof(ck_block_q3_k, scales);
    ck_words low[2] = {words(h, packed), words(h, packed + 4)};
    ck_words high = words(h, packed + 8), scales[16];
    for (size_t k = 0; k < 16; k++) {
        ck_words lower = (low[k / 4 % 2] >> (uint32_t)(8 * (k % 4) + k / 8 * 4)) & 15;
        ck_words upper = (high >> (uint32_t)(8 * (k % 4) + k / 4 * 2)) & 3;
        scales[k] = (lower | (upper << 4)) - 32;
    }
    store_scales16(h, scales, low_halves(words(h, offsetof(ck_block_q3_k, d) - 2) >> 16));
}

/// The values that nibbles name.
CK_HALVES_INLINE ck_words iq4_values(ck_words nibbles) {
#ifdef CK_X86
    __m128i values = _mm_loadu_si128((const __m128i *)ck_iq4_values);
    return (ck_words)_mm256_shuffle_epi8(_mm256_broadcastsi128_si256(values), (__m256i)nibbles);
#else
    uint8x16_t values = vreinterpretq_u8_s8(vld1q_s8(ck_iq4_values)), half[2];
    memcpy(half, &nibbles, sizeof half);
    for (int i = 0; i < 2; i++) { half[i] = vqtbl1q_u8(values, half[i]); }
    memcpy(&nibbles, half, sizeof half);
    return nibbles;
#endif
}

/// 16 in the bytes of 4 columns whose bits are the lowest 4 of each word: each bit is put at the
/// place of its byte's, and nothing that is added meets.
CK_HALVES_INLINE ck_words fifth_bits(ck_words bits) {
    return ((bits & 15) * (0x00204081 << 4)) & 0x10101010;
}

/// 32 columns whose nibbles are at `offset`, the low ones first; `fifth` has a bit for each.
CK_HALVES_INLINE void spread_nibbles(
    ck_type type, half_tile h, size_t offset, ck_words fifth, size_t k) {
    const int is_signed = ck_int8_kind_of(type) != CK_INT8_MINIMUM;
    ck_words four[4];
    ck_byte_sums sum = {0};
    four_words(h, offset, four);
    for (size_t i = 0; i < 8; i++) {
        ck_words v = i < 4 ? low_nibbles(four[i]) : high_nibbles(four[i - 4]);
        switch (type) {
        case CK_Q4_0: v = less(v, 8); break;
        case CK_Q5_0: v = less(v | fifth_bits(fifth >> (uint32_t)(4 * i)), 16); break;
        case CK_Q5_1: v |= fifth_bits(fifth >> (uint32_t)(4 * i)); break;
        case CK_IQ4_NL: case CK_IQ4_XS: v = iq4_values(v); break;
        default: break;  // CK_Q4_1
        }
        if (is_signed) { store_signed(h, 8 * k + i, v, &sum); } else { store_bytes(h, 8 * k + i, v); }
    }
    if (is_signed) { begin_signed(h, k, sum); }
}

/// The bytes of one simple block.
CK_HALVES_INLINE void spread_block(ck_type type, half_tile h, size_t block, size_t k) {
    const ck_words none = {0};
    switch (type) {
    case CK_Q8_0: {
        ck_byte_sums sum = {0};
        for (size_t piece = 0; piece < 2; piece++) {
            ck_words four[4];
            four_words(h, block + offsetof(ck_block_q8_0, qs) + 16 * piece, four);
            for (size_t i = 0; i < 4; i++) {
                store_signed(h, 8 * k + 4 * piece + i, four[i], &sum);
            }
        }
        begin_signed(h, k, sum);
        break;
    }
    case CK_Q5_0:
        spread_nibbles(
            type, h, block + offsetof(ck_block_q5_0, qs),
            words(h, block + offsetof(ck_block_q5_0, qh)), k);
        break;
    case CK_Q5_1:
        spread_nibbles(
            type, h, block + offsetof(ck_block_q5_1, qs),
            words(h, block + offsetof(ck_block_q5_1, qh)), k);
        break;
    case CK_Q4_1: spread_nibbles(type, h, block + offsetof(ck_block_q4_1, qs), none, k); break;
    default: spread_nibbles(type, h, block + offsetof(ck_block_q4_0, qs), none, k); break;
    }
}

CK_HALVES_INLINE void spread_half_simple(ck_type type, half_tile h, size_t columns) {
    const size_t size = ck_block_bytes(type);
    for (size_t k = 0; k < columns / 32; k++) {
        ck_int8_fetch(h.ahead, 1);
        spread_block(type, h, k * size, k);
        ck_words halves = words(h, k * size);
        store_scale(h, k, low_halves(halves));
        if (ck_int8_kind_of(type) == CK_INT8_MINIMUM) {
            // What is added is stored as what is subtracted.
            ck_store_floats(h.tile->minimum[k] + h.lane, 0.0f - low_halves(halves >> 16));
        }
    }
}

CK_HALVES_INLINE void spread_half_iq4_xs(half_tile h) {
    const ck_words none = {0};
    ck_words head = words(h, 0);  // the half float, then two high bits of each scale
    ck_words low = words(h, offsetof(ck_block_iq4_xs, scales_l));
    ck_floats d = low_halves(head);
    for (size_t k = 0; k < 8; k++) {
        ck_int8_fetch(h.ahead, 1);
        spread_nibbles(CK_IQ4_XS, h, offsetof(ck_block_iq4_xs, qs) + 16 * k, none, k);
        ck_words four = (low >> (uint32_t)(4 * k)) & 15;
        ck_words two = (head >> (uint32_t)(16 + 2 * k)) & 3;
        store_scale(h, k, d * floats_of((four | (two << 4)) - 32));
    }
}

CK_HALVES_INLINE void spread_half(ck_type type, half_tile h, size_t columns) {
    switch (type) {
    case CK_Q3_K: spread_half_q3_k(h); break;
    case CK_Q4_K: spread_half_q4_k(h); break;
    case CK_Q5_K: spread_half_q5_k(h); break;
    case CK_Q6_K: spread_half_q6_k(h); break;
    case CK_IQ4_XS: spread_half_iq4_xs(h); break;
    default: spread_half_simple(type, h, columns); break;
    }
}

#define CK_SPREAD(NAME, TYPE)                                                                      \
    CK_HALVES static void NAME(                                                                    \
        const uint8_t *rows, size_t stride, size_t columns, ck_int8_tile *t,                       \
        ck_int8_stream *ahead) {                                                                   \
        for (size_t lane = 0; lane < CK_INT8_TILE; lane += CK_HALF) {                              \
            half_tile h = {rows + lane * stride, stride, t, lane, ahead};                          \
            spread_half(TYPE, h, columns);                                                         \
        }                                                                                          \
    }

CK_SPREAD(spread_q4_0, CK_Q4_0)
CK_SPREAD(spread_q4_1, CK_Q4_1)
CK_SPREAD(spread_q5_0, CK_Q5_0)
CK_SPREAD(spread_q5_1, CK_Q5_1)
CK_SPREAD(spread_q8_0, CK_Q8_0)
CK_SPREAD(spread_iq4_nl, CK_IQ4_NL)
CK_SPREAD(spread_iq4_xs, CK_IQ4_XS)
CK_SPREAD(spread_q3_k, CK_Q3_K)
CK_SPREAD(spread_q4_k, CK_Q4_K)
CK_SPREAD(spread_q5_k, CK_Q5_K)
CK_SPREAD(spread_q6_k, CK_Q6_K)

ck_int8_spread ck_int8_spread_of_halves(ck_type type) {
    switch (type) {
    case CK_Q4_0: return spread_q4_0;
    case CK_Q4_1: return spread_q4_1;
    case CK_Q5_0: return spread_q5_0;
    case CK_Q5_1: return spread_q5_1;
    case CK_Q8_0: return spread_q8_0;
    case CK_IQ4_NL: return spread_iq4_nl;
    case CK_IQ4_XS: return spread_iq4_xs;
    case CK_Q3_K: return spread_q3_k;
    case CK_Q4_K: return spread_q4_k;
    case CK_Q5_K: return spread_q5_k;
    default: return spread_q6_k;
    }
}

#endif
