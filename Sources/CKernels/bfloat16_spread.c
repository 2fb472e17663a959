// Rows of weights of any type, spread out and rounded to bfloat16 for the matrix unit (bfloat16.h): the
// exact value rounded once, to nearest.
#include "bfloat16.h"

#ifdef CK_X86

/// Stores the 32 columns of a step.
CK_AMX_INLINE void store_step(uint16_t *tile, size_t step, __m512i columns) {
    _mm512_storeu_si512(tile + step * CK_BF16_HALVES, columns);
}

/// Up to 256 values, followed by enough zeros for whole steps.
CK_AMX_INLINE void store_values(const float *values, size_t columns, uint16_t *tile) {
    for (size_t s = 0; s < ck_bf16_steps(columns); s++) {
        const float *at = values + CK_BF16_STEP * s;
        store_step(tile, s, ck_bf16_step(_mm512_loadu_ps(at), _mm512_loadu_ps(at + 16)));
    }
}

/// Any type by way of single precision; the type is a constant where this is inlined.
CK_AMX_INLINE void row_values(
    const ck_type type, const uint8_t *row, size_t columns, uint16_t *tile) {
    float values[CK_BF16_STRIP];
    if (columns < CK_BF16_STRIP) { memset(values, 0, sizeof values); }
    ck_dequantize(CK_LEVEL_AVX512, type, columns, row, values);
    store_values(values, columns, tile);
}

/// The step that a row of unblocked values ends in, if it is not a whole one.
CK_AMX_INLINE void store_rest(
    const ck_type type, const uint8_t *row, size_t columns, uint16_t *tile) {
    size_t whole = columns / CK_BF16_STEP, rest = columns % CK_BF16_STEP;
    if (rest == 0) { return; }
    row_values(
        type, row + whole * CK_BF16_STEP * ck_block_bytes(type), rest, tile + whole * CK_BF16_HALVES);
}

CK_AMX_INLINE void row_f32(const uint8_t *row, size_t columns, uint16_t *tile) {
    const float *values = (const float *)row;
    for (size_t s = 0; s < columns / CK_BF16_STEP; s++, values += CK_BF16_STEP) {
        store_step(
            tile, s, ck_bf16_step(_mm512_loadu_ps(values), _mm512_loadu_ps(values + 16)));
    }
    store_rest(CK_F32, row, columns, tile);
}

CK_AMX_INLINE void row_f16(const uint8_t *row, size_t columns, uint16_t *tile) {
    const uint16_t *values = (const uint16_t *)row;
    for (size_t s = 0; s < columns / CK_BF16_STEP; s++, values += CK_BF16_STEP) {
        __m512i halves = _mm512_loadu_si512(values);
        store_step(tile, s, ck_bf16_step(
            _mm512_cvtph_ps(_mm512_castsi512_si256(halves)),
            _mm512_cvtph_ps(_mm512_extracti64x4_epi64(halves, 1))));
    }
    store_rest(CK_F16, row, columns, tile);
}

CK_AMX_INLINE void row_bf16(const uint8_t *row, size_t columns, uint16_t *tile) {
    const uint16_t *values = (const uint16_t *)row;
    for (size_t s = 0; s < columns / CK_BF16_STEP; s++, values += CK_BF16_STEP) {
        store_step(tile, s, _mm512_loadu_si512(values));
    }
    store_rest(CK_BF16, row, columns, tile);
}

/// Keeps scales in memory, from where one comes to all lanes as it is loaded: the compiler would exchange
/// lanes of the vector they were made in, on the one pipe that looks nibbles up.
CK_AMX_INLINE void keep_in_memory(float (*scales)[16]) { __asm__("" : "+m"(*scales)); }

// A sub-block of nibbles has 16 values: they are made and rounded once, for two sub-blocks side by side, and
// looked up by the nibbles of 32 columns at a time.

/// The values of `q` * scale - minimum for each of 16 nibbles, of two sub-blocks.
CK_AMX_INLINE __m512i nibble_values(const float scale[2], const float minimum[2]) {
    const __m512 q = _mm512_setr_ps(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    // A product and a difference, each rounded, as the format defines.
    __m512 low = _mm512_mul_ps(q, _mm512_set1_ps(scale[0]));
    __m512 high = _mm512_mul_ps(q, _mm512_set1_ps(scale[1]));
    return ck_bf16_step(
        _mm512_sub_ps(low, _mm512_set1_ps(minimum[0])),
        _mm512_sub_ps(high, _mm512_set1_ps(minimum[1])));
}

/// The 8 scales and 8 minimums of Q4_K and Q5_K, one array after the other.
CK_AMX_INLINE void scales_k(const uint8_t *row, float (*scales)[16]) {
    uint32_t head[4];
    memcpy(head, row, sizeof head);
    const uint32_t six = 0x3f3f3f3f, four = 0x0f0f0f0f, upper = 0x30303030;
    __m128i integers = _mm_setr_epi32(
        (int)(head[1] & six), (int)((head[3] & four) | (head[1] >> 2 & upper)),
        (int)(head[2] & six), (int)((head[3] >> 4 & four) | (head[2] >> 2 & upper)));
    float d = _cvtsh_ss((uint16_t)head[0]), minimum = _cvtsh_ss((uint16_t)(head[0] >> 16));
    __m512 factors = _mm512_insertf32x8(_mm512_set1_ps(d), _mm256_set1_ps(minimum), 1);
    _mm512_storeu_ps(
        *scales, _mm512_mul_ps(factors, _mm512_cvtepi32_ps(_mm512_cvtepu8_epi32(integers))));
    keep_in_memory(scales);
}

CK_AMX_INLINE void row_q4_k(const uint8_t *row, uint16_t *tile) {
    float scales[16];
    scales_k(row, &scales);
    const __m512i nibble = _mm512_set1_epi16(15), second = _mm512_set1_epi16(16);
    const uint8_t *qs = row + offsetof(ck_block_q4_k, qs);
    for (size_t pair = 0; pair < 4; pair++, qs += 32) {
        __m512i values = nibble_values(scales + 2 * pair, scales + 8 + 2 * pair);
        __m512i bytes = _mm512_cvtepu8_epi16(_mm256_loadu_si256((const __m256i *)qs));
        __m512i low = _mm512_and_si512(bytes, nibble);
        __m512i high = _mm512_or_si512(_mm512_srli_epi16(bytes, 4), second);
        store_step(tile, 2 * pair, _mm512_permutexvar_epi16(low, values));
        store_step(tile, 2 * pair + 1, _mm512_permutexvar_epi16(high, values));
    }
}

/// 32 signed bytes times a scale for the first and one for the last 16.
CK_AMX_INLINE __m512i scaled_bytes(__m256i bytes, const float scale[2]) {
    __m512 low = _mm512_cvtepi32_ps(_mm512_cvtepi8_epi32(_mm256_castsi256_si128(bytes)));
    __m512 high = _mm512_cvtepi32_ps(_mm512_cvtepi8_epi32(_mm256_extracti128_si256(bytes, 1)));
    return ck_bf16_step(
        _mm512_mul_ps(low, _mm512_set1_ps(scale[0])),
        _mm512_mul_ps(high, _mm512_set1_ps(scale[1])));
}

CK_AMX_INLINE void row_q6_k(const uint8_t *row, uint16_t *tile) {
    uint16_t half;
    memcpy(&half, row + offsetof(ck_block_q6_k, d), sizeof half);
    float scales[16];
    __m128i integers = _mm_loadu_si128((const __m128i *)(row + offsetof(ck_block_q6_k, scales)));
    _mm512_storeu_ps(scales, _mm512_mul_ps(
        _mm512_set1_ps(_cvtsh_ss(half)), _mm512_cvtepi32_ps(_mm512_cvtepi8_epi32(integers))));
    keep_in_memory(&scales);
    const __m256i nibble = _mm256_set1_epi8(15), upper = _mm256_set1_epi8(0x30);
    const __m256i middle = _mm256_set1_epi8(32);
    for (size_t n = 0; n < 2; n++) {
        // Two bits of 4 groups of 32 columns are in a byte of `high`; groups 0 and 1 take the low
        // nibbles of `low`, 2 and 3 the high ones.
        const uint8_t *ql = row + 64 * n, *qh = row + offsetof(ck_block_q6_k, qh) + 32 * n;
        const __m256i low[2] = {
            _mm256_loadu_si256((const __m256i *)ql), _mm256_loadu_si256((const __m256i *)(ql + 32)),
        };
        __m256i high = _mm256_loadu_si256((const __m256i *)qh);
        // The fifth and sixth bit of each group's bytes, among others.
        const __m256i bits[4] = {
            _mm256_slli_epi16(high, 4), _mm256_slli_epi16(high, 2), high, _mm256_srli_epi16(high, 2),
        };
        for (size_t group = 0; group < 4; group++) {
            __m256i four = group < 2 ? low[group] : _mm256_srli_epi16(low[group - 2], 4);
            __m256i bytes = _mm256_or_si256(
                _mm256_and_si256(four, nibble), _mm256_and_si256(bits[group], upper));
            store_step(tile, 4 * n + group, scaled_bytes(
                _mm256_sub_epi8(bytes, middle), scales + 8 * n + 2 * group));
        }
    }
}

/// The half floats that begin blocks of `size` bytes, twice each.
CK_AMX_INLINE void first_scales(
    const uint8_t *row, size_t blocks, size_t size, float (*scales)[16]) {
    __m512i halves = _mm512_setzero_si512();
    for (size_t i = 0; i < blocks; i++) {
        uint16_t half;
        memcpy(&half, row + i * size, sizeof half);
        halves = _mm512_mask_set1_epi32(halves, (__mmask16)(3u << 2 * i), half);
    }
    _mm512_storeu_ps(*scales, _mm512_cvtph_ps(_mm512_cvtepi32_epi16(halves)));
    keep_in_memory(scales);
}

CK_AMX_INLINE void row_q8_0(const uint8_t *row, size_t columns, uint16_t *tile) {
    float scales[16];
    first_scales(row, ck_bf16_steps(columns), sizeof(ck_block_q8_0), &scales);
    for (size_t s = 0; s < ck_bf16_steps(columns); s++, row += sizeof(ck_block_q8_0)) {
        const uint8_t *qs = row + offsetof(ck_block_q8_0, qs);
        store_step(tile, s, scaled_bytes(_mm256_loadu_si256((const __m256i *)qs), scales + 2 * s));
    }
}

/// All rows of a strip, by the row.
#define CK_SPREAD(NAME, ROW)                                                                       \
    CK_AMX static void NAME(const ck_bf16_strip *s, uint16_t *w) {                                 \
        for (size_t i = 0; i < s->count; i++) {                                                    \
            if (s->next) { ck_ask_for(s->next + i * s->stride, s->next_bytes); }                   \
            const uint8_t *row = s->rows + i * s->stride;                                          \
            uint16_t *tile = w + i / CK_BF16_TILE * CK_BF16_GROUP + i % CK_BF16_TILE * CK_BF16_STEP; \
            ROW;                                                                                   \
        }                                                                                          \
    }

CK_SPREAD(spread_f16, row_f16(row, s->columns, tile))
CK_SPREAD(spread_bf16, row_bf16(row, s->columns, tile))
CK_SPREAD(spread_q8_0, row_q8_0(row, s->columns, tile))
CK_SPREAD(spread_q4_k, row_q4_k(row, tile))
CK_SPREAD(spread_q6_k, row_q6_k(row, tile))
CK_SPREAD(spread_f32, row_f32(row, s->columns, tile))
CK_SPREAD(spread_q4_0, row_values(CK_Q4_0, row, s->columns, tile))
CK_SPREAD(spread_q4_1, row_values(CK_Q4_1, row, s->columns, tile))
CK_SPREAD(spread_q5_0, row_values(CK_Q5_0, row, s->columns, tile))
CK_SPREAD(spread_q5_1, row_values(CK_Q5_1, row, s->columns, tile))
CK_SPREAD(spread_iq4_nl, row_values(CK_IQ4_NL, row, s->columns, tile))
CK_SPREAD(spread_iq4_xs, row_values(CK_IQ4_XS, row, s->columns, tile))
CK_SPREAD(spread_q2_k, row_values(CK_Q2_K, row, s->columns, tile))
CK_SPREAD(spread_q3_k, row_values(CK_Q3_K, row, s->columns, tile))
CK_SPREAD(spread_q5_k, row_values(CK_Q5_K, row, s->columns, tile))

ck_bf16_spread ck_bf16_spread_of(ck_type type) {
    switch (type) {
    case CK_F16: return spread_f16;
    case CK_BF16: return spread_bf16;
    case CK_Q4_0: return spread_q4_0;
    case CK_Q4_1: return spread_q4_1;
    case CK_Q5_0: return spread_q5_0;
    case CK_Q5_1: return spread_q5_1;
    case CK_Q8_0: return spread_q8_0;
    case CK_IQ4_NL: return spread_iq4_nl;
    case CK_IQ4_XS: return spread_iq4_xs;
    case CK_Q2_K: return spread_q2_k;
    case CK_Q3_K: return spread_q3_k;
    case CK_Q4_K: return spread_q4_k;
    case CK_Q5_K: return spread_q5_k;
    case CK_Q6_K: return spread_q6_k;
    default: return spread_f32;
    }
}

#endif
