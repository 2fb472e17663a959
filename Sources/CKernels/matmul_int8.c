// Few rows of activations times quantised weights: the steps of decoding, and short prompts.
//
// Activations are rounded to 8 bits with a scale for 32 of them, about half the error of a scale for
// 256 on activations with outliers. Weights are read as they lie in the file. 16 rows of weights and
// 256 columns at a time are spread out to bytes in the order VPDPBUSD takes them (4 columns of each
// of 16 rows a vector), once for all rows of activations; sums of a sub-block are exact integers, and
// are scaled and added in single precision in the order of the columns. So a row's result does not
// depend on the rows beside it.
#include "internal.h"

#include <math.h>
#include <string.h>

// A row of activations: bytes, then for each 32 columns a scale, the scaled sum and the sum of the
// bytes, then for each 16 columns the sum of the bytes.
typedef struct {
    const int8_t *q;
    const float *scale;     // of 32 columns
    const float *sum;       // scale * sum of the bytes of 32 columns
    const int32_t *sum32;   // sum of the bytes of 32 columns
    const int32_t *sum16;   // sum of the bytes of 16 columns
} activations;

size_t ck_int8_bytes(size_t rows, size_t columns) {
    return rows * (columns + columns / 32 * 12 + columns / 16 * 4);
}

static activations row_of(const uint8_t *x, size_t row, size_t columns) {
    const uint8_t *base = x + row * ck_int8_bytes(1, columns);
    activations a = {.q = (const int8_t *)base, .scale = (const float *)(base + columns)};
    a.sum = a.scale + columns / 32;
    a.sum32 = (const int32_t *)(a.sum + columns / 32);
    a.sum16 = a.sum32 + columns / 32;
    return a;
}

static void quantize_rows_ref(
    size_t rows, size_t columns, const float *x, size_t stride, uint8_t *out) {
    for (size_t r = 0; r < rows; r++, x += stride) {
        activations a = row_of(out, r, columns);
        for (size_t block = 0; block < columns / 32; block++) {
            const float *source = x + 32 * block;
            float greatest = 0;
            for (int i = 0; i < 32; i++) { greatest = fmaxf(greatest, fabsf(source[i])); }
            float scale = greatest / 127, inverse = greatest > 0 ? 127 / greatest : 0;
            int32_t sums[2] = {0, 0};
            for (int i = 0; i < 32; i++) {
                int8_t q = (int8_t)nearbyintf(source[i] * inverse);
                ((int8_t *)a.q)[32 * block + (size_t)i] = q;
                sums[i / 16] += q;
            }
            ((float *)a.scale)[block] = scale;
            ((float *)a.sum)[block] = scale * (float)(sums[0] + sums[1]);
            ((int32_t *)a.sum32)[block] = sums[0] + sums[1];
            ((int32_t *)a.sum16)[2 * block] = sums[0];
            ((int32_t *)a.sum16)[2 * block + 1] = sums[1];
        }
    }
}

/// What a type's bytes mean: value = scale * (byte - offset) - minimum, for sub-blocks of `size`.
typedef struct { int size, offset, has_minimum; } meaning;

static meaning meaning_of(ck_type type) {
    switch (type) {
    case CK_Q4_0: return (meaning){32, 8, 0};
    case CK_Q5_0: return (meaning){32, 16, 0};
    case CK_Q8_0: return (meaning){32, 128, 0};
    case CK_IQ4_NL: return (meaning){32, 127, 0};
    case CK_Q4_1: case CK_Q5_1: case CK_Q4_K: case CK_Q5_K: return (meaning){32, 0, 1};
    case CK_Q6_K: return (meaning){16, 32, 0};
    default: return (meaning){0, 0, 0};
    }
}

int ck_has_int8(ck_level level, ck_type type) {
    return level >= CK_LEVEL_BF16 && meaning_of(type).size != 0;
}

/// The definition: the rounded activations times the exact weights, in double precision.
static void matmul_ref(
    ck_type type, size_t rows, size_t outputs, size_t columns, const uint8_t *x,
    const uint8_t *weights, float *out, size_t out_stride, float *scratch) {
    for (size_t n = 0; n < outputs; n++, weights += ck_row_bytes(type, columns)) {
        ck_dequantize(CK_LEVEL_PLAIN, type, columns, weights, scratch);
        for (size_t r = 0; r < rows; r++) {
            activations a = row_of(x, r, columns);
            double sum = 0;
            for (size_t c = 0; c < columns; c++) {
                sum += (double)scratch[c] * (double)a.q[c] * (double)a.scale[c / 32];
            }
            out[r * out_stride + n] = (float)sum;
        }
    }
}

#ifdef CK_X86

CK_VNNI static void quantize_rows_bf16(
    size_t rows, size_t columns, const float *x, size_t stride, uint8_t *out) {
    for (size_t r = 0; r < rows; r++, x += stride) {
        activations a = row_of(out, r, columns);
        for (size_t block = 0; block < columns / 32; block++) {
            __m512 low = _mm512_loadu_ps(x + 32 * block), high = _mm512_loadu_ps(x + 32 * block + 16);
            float greatest = _mm512_reduce_max_ps(
                _mm512_max_ps(_mm512_abs_ps(low), _mm512_abs_ps(high)));
            float scale = greatest / 127, inverse = greatest > 0 ? 127 / greatest : 0;
            __m512i first = _mm512_cvtps_epi32(_mm512_mul_ps(low, _mm512_set1_ps(inverse)));
            __m512i second = _mm512_cvtps_epi32(_mm512_mul_ps(high, _mm512_set1_ps(inverse)));
            __m128i *q = (__m128i *)(a.q + 32 * block);
            _mm_storeu_si128(q, _mm512_cvtepi32_epi8(first));
            _mm_storeu_si128(q + 1, _mm512_cvtepi32_epi8(second));
            int32_t sums[2] = {
                _mm512_reduce_add_epi32(first), _mm512_reduce_add_epi32(second),
            };
            ((float *)a.scale)[block] = scale;
            ((float *)a.sum)[block] = scale * (float)(sums[0] + sums[1]);
            ((int32_t *)a.sum32)[block] = sums[0] + sums[1];
            ((int32_t *)a.sum16)[2 * block] = sums[0];
            ((int32_t *)a.sum16)[2 * block + 1] = sums[1];
        }
    }
}

/// 16 rows by up to 256 columns of weights, spread out.
typedef struct {
    uint8_t bytes[64][64];  // for each 4 columns: 4 bytes of each row
    float scale[16][16];    // for each sub-block: of each row
    float minimum[16][16];
} tile;

/// Half floats in the low 16 bits of each element, as single precision.
CK_VNNI_INLINE __m512 low_halves(__m512i v) { return _mm512_cvtph_ps(_mm512_cvtepi32_epi16(v)); }

/// The 32 bits at `offset` of each of 16 rows.
CK_VNNI_INLINE __m512i words(const uint8_t *rows, __m512i starts, size_t offset) {
    return _mm512_i32gather_epi32(starts, rows + offset, 1);
}

/// Scales and minimums of Q4_K and Q5_K: half floats times 6-bit integers, packed into 12 bytes.
CK_VNNI_INLINE void spread_scales_k(const uint8_t *rows, __m512i starts, tile *t) {
    __m512i halves = words(rows, starts, 0), first = words(rows, starts, 4);
    __m512i second = words(rows, starts, 8), third = words(rows, starts, 12);
    __m512 d = low_halves(halves), dmin = low_halves(_mm512_srli_epi32(halves, 16));
    const __m512i six = _mm512_set1_epi32(63), four = _mm512_set1_epi32(15);
    const __m512i upper = _mm512_set1_epi32(48);
    for (int k = 0; k < 4; k++) {
        __m128i shift = _mm_cvtsi32_si128(8 * k);
        __m512i a = _mm512_srl_epi32(first, shift), b = _mm512_srl_epi32(second, shift);
        __m512i c = _mm512_srl_epi32(third, shift);
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
        for (int h = 0; h < 2; h++) {
            _mm512_storeu_ps(t->scale[k + 4 * h], _mm512_mul_ps(d, _mm512_cvtepi32_ps(sc[h])));
            _mm512_storeu_ps(t->minimum[k + 4 * h], _mm512_mul_ps(dmin, _mm512_cvtepi32_ps(m[h])));
        }
    }
}

/// Q4_K: whole words of nibbles are transposed, so half as many as of bytes.
CK_VNNI_INLINE void spread_q4_k(const uint8_t *rows, size_t stride, __m512i starts, tile *t) {
    spread_scales_k(rows, starts, t);
    const __m512i nibble = _mm512_set1_epi8(15);
    for (int half = 0; half < 2; half++) {
        __m512i lines[16];
        for (size_t r = 0; r < 16; r++) {
            lines[r] = _mm512_loadu_si512(rows + r * stride + 16 + 64 * half);
        }
        ck_transpose16(lines);
        for (int i = 0; i < 16; i++) {
            // 8 words hold 32 columns of one sub-block in their low nibbles and of the next above.
            uint8_t (*target)[64] = t->bytes + 32 * half + i / 8 * 16 + i % 8;
            _mm512_storeu_si512(target, _mm512_and_si512(lines[i], nibble));
            _mm512_storeu_si512(
                target + 8, _mm512_and_si512(_mm512_srli_epi16(lines[i], 4), nibble));
        }
    }
}

/// The bytes of 64 columns of one row from two blocks of 32, or of one where there is no second.
CK_VNNI_INLINE __m512i two_blocks(__m256i first, __m256i second) {
    return _mm512_inserti64x4(_mm512_castsi256_si512(first), second, 1);
}

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

/// The bytes of one simple block.
CK_VNNI_INLINE __m256i block32(ck_type type, const uint8_t *b) {
    switch (type) {
    case CK_Q8_0:
        return _mm256_xor_si256(
            _mm256_loadu_si256((const __m256i *)(b + 2)), _mm256_set1_epi8((char)0x80));
    case CK_Q4_0: return nibbles32(b + 2);
    case CK_Q4_1: return nibbles32(b + 4);
    case CK_Q5_0: return _mm256_or_si256(nibbles32(b + 6), fifth_bits(b + 2));
    case CK_Q5_1: return _mm256_or_si256(nibbles32(b + 8), fifth_bits(b + 4));
    default: {  // CK_IQ4_NL
        __m128i values = _mm_loadu_si128((const __m128i *)ck_iq4_values);
        __m128i table = _mm_add_epi8(values, _mm_set1_epi8(127));
        return _mm256_shuffle_epi8(_mm256_broadcastsi128_si256(table), nibbles32(b + 2));
    }
    }
}

/// `blocks` simple blocks, at most 8, of each row.
CK_VNNI_INLINE void spread_simple(
    ck_type type, const uint8_t *rows, size_t stride, __m512i starts, size_t blocks, tile *t) {
    size_t size = ck_block_bytes(type);
    for (size_t k = 0; k < blocks; k++) {
        __m512i halves = words(rows, starts, k * size);
        _mm512_storeu_ps(t->scale[k], low_halves(halves));
        // What is added is stored as what is subtracted.
        __m512 m = low_halves(_mm512_srli_epi32(halves, 16));
        _mm512_storeu_ps(t->minimum[k], _mm512_sub_ps(_mm512_setzero_ps(), m));
    }
    for (size_t k = 0; k < blocks; k += 2) {
        __m512i lines[16];
        for (size_t r = 0; r < 16; r++) {
            const uint8_t *b = rows + r * stride + k * size;
            lines[r] = two_blocks(
                block32(type, b), k + 1 < blocks ? block32(type, b + size) : _mm256_setzero_si256());
        }
        ck_transpose16(lines);
        for (int i = 0; i < 16; i++) { _mm512_storeu_si512(t->bytes + 8 * k + i, lines[i]); }
    }
}

CK_VNNI_INLINE void spread_q5_k(const uint8_t *rows, size_t stride, __m512i starts, tile *t) {
    spread_scales_k(rows, starts, t);
    const __m256i nibble = _mm256_set1_epi8(15), sixteen = _mm256_set1_epi8(16);
    for (int pair = 0; pair < 4; pair++) {
        __m512i lines[16];
        for (size_t r = 0; r < 16; r++) {
            const ck_block_q5_k *b = (const ck_block_q5_k *)(rows + r * stride);
            __m256i q = _mm256_loadu_si256((const __m256i *)(b->qs + 32 * pair));
            __m256i high = _mm256_loadu_si256((const __m256i *)b->qh);
            __m256i bits[2];
            for (int odd = 0; odd < 2; odd++) {
                __m256i bit = _mm256_set1_epi8((char)(1 << (2 * pair + odd)));
                bits[odd] = _mm256_maskz_mov_epi8(_mm256_test_epi8_mask(high, bit), sixteen);
            }
            lines[r] = two_blocks(
                _mm256_or_si256(_mm256_and_si256(q, nibble), bits[0]),
                _mm256_or_si256(_mm256_and_si256(_mm256_srli_epi16(q, 4), nibble), bits[1]));
        }
        ck_transpose16(lines);
        for (int i = 0; i < 16; i++) { _mm512_storeu_si512(t->bytes + 16 * pair + i, lines[i]); }
    }
}

CK_VNNI_INLINE void spread_q6_k(const uint8_t *rows, size_t stride, __m512i starts, tile *t) {
    // The half float ends the block: it is read as the upper part of the word it ends.
    __m512i last = words(rows, starts, offsetof(ck_block_q6_k, d) - 2);
    __m512 d = low_halves(_mm512_srli_epi32(last, 16));
    for (size_t k = 0; k < 16; k += 4) {
        __m512i four = words(rows, starts, offsetof(ck_block_q6_k, scales) + k);
        for (int i = 0; i < 4; i++) {
            __m512i sc = _mm512_srai_epi32(
                _mm512_sll_epi32(four, _mm_cvtsi32_si128(24 - 8 * i)), 24);
            _mm512_storeu_ps(t->scale[k + (size_t)i], _mm512_mul_ps(d, _mm512_cvtepi32_ps(sc)));
        }
    }
    const __m512i nibble = _mm512_set1_epi8(15), upper = _mm512_set1_epi8(0x30);
    for (int n = 0; n < 2; n++) {
        __m512i lines[2][16];
        for (size_t r = 0; r < 16; r++) {
            const ck_block_q6_k *b = (const ck_block_q6_k *)(rows + r * stride);
            __m512i low = _mm512_loadu_si512(b->ql + 64 * n);
            __m256i high = _mm256_loadu_si256((const __m256i *)(b->qh + 32 * n));
            // Groups 0 and 1 take the low nibbles, 2 and 3 the high ones; group g bits 2g of `high`.
            __m512i first = two_blocks(
                _mm256_slli_epi16(high, 4), _mm256_slli_epi16(high, 2));
            __m512i second = two_blocks(high, _mm256_srli_epi16(high, 2));
            lines[0][r] = _mm512_or_si512(
                _mm512_and_si512(low, nibble), _mm512_and_si512(first, upper));
            lines[1][r] = _mm512_or_si512(
                _mm512_and_si512(_mm512_srli_epi16(low, 4), nibble),
                _mm512_and_si512(second, upper));
        }
        for (int h = 0; h < 2; h++) {
            ck_transpose16(lines[h]);
            for (int i = 0; i < 16; i++) {
                _mm512_storeu_si512(t->bytes + 32 * n + 16 * h + i, lines[h][i]);
            }
        }
    }
}

/// Adds the products of a tile to the sums of T rows of activations; T is a constant where this is
/// inlined.
CK_VNNI_INLINE void multiply_by(
    const int T, meaning m, size_t sub_blocks, const tile *t, const activations *x, size_t column,
    float (*sums)[16]) {
    __m512 sum[8];
    const int steps = m.size / 4;
    for (int i = 0; i < T; i++) { sum[i] = _mm512_loadu_ps(sums[i]); }
    for (size_t k = 0; k < sub_blocks; k++) {
        size_t at = column + k * (size_t)m.size;
        __m512i products[8];
        for (int i = 0; i < T; i++) {
            int32_t bytes = m.size == 32 ? x[i].sum32[at / 32] : x[i].sum16[at / 16];
            products[i] = _mm512_set1_epi32(-m.offset * bytes);
        }
        for (int s = 0; s < steps; s++) {
            __m512i w = _mm512_loadu_si512(t->bytes[k * (size_t)steps + (size_t)s]);
            for (int i = 0; i < T; i++) {
                int32_t four;
                memcpy(&four, x[i].q + at + 4 * (size_t)s, sizeof four);
                products[i] = _mm512_dpbusd_epi32(products[i], w, _mm512_set1_epi32(four));
            }
        }
        __m512 scale = _mm512_loadu_ps(t->scale[k]);
        for (int i = 0; i < T; i++) {
            __m512 both = _mm512_mul_ps(scale, _mm512_set1_ps(x[i].scale[at / 32]));
            sum[i] = _mm512_fmadd_ps(_mm512_cvtepi32_ps(products[i]), both, sum[i]);
        }
        if (m.has_minimum) {
            __m512 minimum = _mm512_loadu_ps(t->minimum[k]);
            for (int i = 0; i < T; i++) {
                sum[i] = _mm512_fnmadd_ps(minimum, _mm512_set1_ps(x[i].sum[at / 32]), sum[i]);
            }
        }
    }
    for (int i = 0; i < T; i++) { _mm512_storeu_ps(sums[i], sum[i]); }
}

CK_VNNI_INLINE void multiply(
    meaning m, size_t sub_blocks, const tile *t, size_t rows, const activations *x, size_t column,
    float (*sums)[16]) {
    size_t r = 0;
    for (; r + 8 <= rows; r += 8) { multiply_by(8, m, sub_blocks, t, x + r, column, sums + r); }
    if (r + 4 <= rows) { multiply_by(4, m, sub_blocks, t, x + r, column, sums + r); r += 4; }
    if (r + 2 <= rows) { multiply_by(2, m, sub_blocks, t, x + r, column, sums + r); r += 2; }
    if (r < rows) { multiply_by(1, m, sub_blocks, t, x + r, column, sums + r); }
}

/// 16 outputs of at most `CK_INT8_ROWS` rows; `type` is a constant where this is inlined.
CK_VNNI_INLINE void outputs16(
    ck_type type, size_t rows, size_t columns, const activations *x, const uint8_t *weights,
    size_t stride, float (*sums)[16]) {
    const meaning m = meaning_of(type);
    __m512i line = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    __m512i starts = _mm512_mullo_epi32(line, _mm512_set1_epi32((int32_t)stride));
    memset(sums, 0, rows * sizeof *sums);
    const size_t elements = ck_block_elements(type), size = ck_block_bytes(type);
    // The next 16 rows follow these in the file: a share of them is fetched with every tile.
    const uint8_t *next = weights + 16 * stride;
    const size_t share = 256 / elements * size * 16;
    _Alignas(64) tile t;
    for (size_t column = 0; column < columns; column += 256, next += share) {
        size_t length = columns - column < 256 ? columns - column : 256;
        const uint8_t *blocks = weights + column / elements * size;
        for (size_t byte = 0; byte < share; byte += 64) {
            _mm_prefetch((const char *)next + byte, _MM_HINT_T1);
        }
        switch (type) {
        case CK_Q4_K: spread_q4_k(blocks, stride, starts, &t); break;
        case CK_Q5_K: spread_q5_k(blocks, stride, starts, &t); break;
        case CK_Q6_K: spread_q6_k(blocks, stride, starts, &t); break;
        default: spread_simple(type, blocks, stride, starts, length / 32, &t); break;
        }
        multiply(m, length / (size_t)m.size, &t, rows, x, column, sums);
    }
}

#define CK_OUTPUTS(NAME, TYPE)                                                                     \
    CK_VNNI static void NAME(                                                                      \
        size_t rows, size_t columns, const activations *x, const uint8_t *weights, size_t stride,  \
        float (*sums)[16]) {                                                                       \
        outputs16(TYPE, rows, columns, x, weights, stride, sums);                                  \
    }

CK_OUTPUTS(outputs_q4_0, CK_Q4_0)
CK_OUTPUTS(outputs_q4_1, CK_Q4_1)
CK_OUTPUTS(outputs_q5_0, CK_Q5_0)
CK_OUTPUTS(outputs_q5_1, CK_Q5_1)
CK_OUTPUTS(outputs_q8_0, CK_Q8_0)
CK_OUTPUTS(outputs_iq4_nl, CK_IQ4_NL)
CK_OUTPUTS(outputs_q4_k, CK_Q4_K)
CK_OUTPUTS(outputs_q5_k, CK_Q5_K)
CK_OUTPUTS(outputs_q6_k, CK_Q6_K)

typedef void (*outputs_kernel)(
    size_t rows, size_t columns, const activations *x, const uint8_t *weights, size_t stride,
    float (*sums)[16]);

static outputs_kernel kernel_of(ck_type type) {
    switch (type) {
    case CK_Q4_0: return outputs_q4_0;
    case CK_Q4_1: return outputs_q4_1;
    case CK_Q5_0: return outputs_q5_0;
    case CK_Q5_1: return outputs_q5_1;
    case CK_Q8_0: return outputs_q8_0;
    case CK_IQ4_NL: return outputs_iq4_nl;
    case CK_Q4_K: return outputs_q4_k;
    case CK_Q5_K: return outputs_q5_k;
    default: return outputs_q6_k;
    }
}

/// All outputs for at most `CK_INT8_ROWS` rows. The last outputs are made from the last 16 rows of
/// weights, some of them a second time; fewer than 16 rows of weights are copied to `scratch` first.
static void matmul_rows(
    ck_type type, size_t rows, size_t outputs, size_t columns, const activations *x,
    const uint8_t *weights, float *out, size_t out_stride, void *scratch) {
    size_t stride = ck_row_bytes(type, columns);
    outputs_kernel kernel = kernel_of(type);
    float sums[CK_INT8_ROWS][16];
    if (outputs < 16) {
        memset(scratch, 0, 16 * stride);
        memcpy(scratch, weights, outputs * stride);
        kernel(rows, columns, x, scratch, stride, sums);
        for (size_t r = 0; r < rows; r++) {
            memcpy(out + r * out_stride, sums[r], outputs * sizeof(float));
        }
        return;
    }
    for (size_t n = 0; n < outputs; n += 16) {
        if (n + 16 > outputs) { n = outputs - 16; }
        kernel(rows, columns, x, weights + n * stride, stride, sums);
        for (size_t r = 0; r < rows; r++) {
            memcpy(out + r * out_stride + n, sums[r], sizeof sums[r]);
        }
    }
}

#endif

void ck_quantize_rows_int8(
    ck_level level, size_t rows, size_t columns, const float *x, size_t stride, void *out) {
#ifdef CK_X86
    if (level >= CK_LEVEL_BF16) { quantize_rows_bf16(rows, columns, x, stride, out); return; }
#endif
    (void)level;
    quantize_rows_ref(rows, columns, x, stride, out);
}

ck_status ck_matmul_int8(
    ck_level level, ck_type type, size_t rows, size_t outputs, size_t columns, const void *x,
    const void *weights, float *out, size_t out_stride, void *scratch) {
    if (meaning_of(type).size == 0) { return CK_UNKNOWN_TYPE; }
    if (columns % 32 != 0 || ck_row_bytes(type, columns) == 0) { return CK_BAD_LENGTH; }
#ifdef CK_X86
    if (level >= CK_LEVEL_BF16) {
        activations some[CK_INT8_ROWS];
        for (size_t r = 0; r < rows; r += CK_INT8_ROWS) {
            size_t count = rows - r < CK_INT8_ROWS ? rows - r : CK_INT8_ROWS;
            for (size_t i = 0; i < count; i++) { some[i] = row_of(x, r + i, columns); }
            matmul_rows(
                type, count, outputs, columns, some, weights, out + r * out_stride, out_stride,
                scratch);
        }
        return CK_OK;
    }
#endif
    matmul_ref(type, rows, outputs, columns, x, weights, out, out_stride, scratch);
    return CK_OK;
}
