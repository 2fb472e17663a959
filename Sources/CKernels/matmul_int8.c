// Rows of activations, rounded to 8 bits, times quantised weights as they lie in the file: prompts
// and steps.
//
// Sums of the products of a scale's columns are exact integers; they are scaled and added in single
// precision in the order of the columns. So a row's result does not depend on the rows beside it.
#include "int8.h"

#include <string.h>

/// Rows of activations made together: with two vectors each, 12 sums of products and 12 results stay
/// in registers.
#define ROWS 6
/// Processors with AVX-512 VNNI have 48 KB of first-level cache, the first of them 32. One pair is as fast on
/// Zen 5 and takes 7 % longer on Emerald Rapids; three take 1 to 6 % longer on the one, 2 % less on the other,
/// but claims of 128 outputs are no whole number of them.
#define PAIRS 2

/// The definition: the rounded activations times the exact weights, in double precision.
static void matmul_ref(
    ck_type type, size_t parts, size_t rows, size_t outputs, size_t columns, const ck_int8_block *x,
    const uint8_t *weights, float *out, size_t out_stride, float *scratch) {
    for (size_t n = 0; n < outputs; n++, weights += ck_row_bytes(type, columns)) {
        ck_dequantize(CK_LEVEL_PLAIN, type, columns, weights, scratch);
        for (size_t r = 0; r < rows; r++) {
            double sum = 0;
            for (size_t c = 0; c < columns; c++) {
                const ck_int8_block *block = x + (c / CK_INT8_COLUMNS * rows + r) * parts;
                size_t at = c % CK_INT8_COLUMNS;
                for (size_t part = 0; part < parts; part++, block++) {
                    int8_t q = (int8_t)block->bytes[at];
                    sum += (double)scratch[c] * (double)q * (double)block->scale[at / 32];
                }
            }
            out[r * out_stride + n] = (float)sum;
        }
    }
}

#ifdef CK_X86

/// Adds the products of two tiles to the sums of T rows; T and the kind are constants where this is
/// inlined.
CK_VNNI_INLINE void multiply_by(
    const size_t T, const ck_int8_kind kind, size_t sub_blocks, const ck_int8_tile *t,
    const ck_int8_block *x, float (*sums)[CK_INT8_PAIR]) {
    const size_t parts = kind == CK_INT8_SIGNED16 ? 2 : 1, vectors = 8 / parts;
    __m512 sum[ROWS][2];
    for (size_t i = 0; i < T; i++) {
        for (size_t v = 0; v < 2; v++) { sum[i][v] = _mm512_loadu_ps(sums[i] + 16 * v); }
    }
    for (size_t k = 0; k < sub_blocks; k++) {
        __m512 scaled[ROWS][2];
        for (size_t part = 0; part < parts; part++) {
            const size_t scale = k * parts + part;
            __m512i products[ROWS][2];
            for (size_t i = 0; i < T; i++) {
                for (size_t v = 0; v < 2; v++) {
                    products[i][v] = kind == CK_INT8_MINIMUM
                        ? _mm512_set1_epi32(CK_INT8_MAGIC_BITS)
                        : _mm512_loadu_si512(t[v].start[scale]);
                }
            }
            for (size_t s = 0; s < vectors; s++) {
                const size_t four = scale * vectors + s;
                __m512i w0 = _mm512_loadu_si512(t[0].bytes[four]);
                __m512i w1 = _mm512_loadu_si512(t[1].bytes[four]);
                for (size_t i = 0; i < T; i++) {
                    int32_t bytes;
                    memcpy(&bytes, x[i].bytes + 4 * four, sizeof bytes);
                    __m512i a = _mm512_set1_epi32(bytes);
                    if (kind == CK_INT8_MINIMUM) {
                        products[i][0] = _mm512_dpbusd_epi32(products[i][0], w0, a);
                        products[i][1] = _mm512_dpbusd_epi32(products[i][1], w1, a);
                    } else {
                        products[i][0] = _mm512_dpbusd_epi32(products[i][0], a, w0);
                        products[i][1] = _mm512_dpbusd_epi32(products[i][1], a, w1);
                    }
                }
            }
            for (size_t v = 0; v < 2; v++) {
                __m512 factor = _mm512_loadu_ps(t[v].scale[scale]);
                for (size_t i = 0; i < T; i++) {
                    __m512 less = part == 0 ? _mm512_loadu_ps(t[v].lift[k]) : scaled[i][v];
                    scaled[i][v] = _mm512_fmadd_ps((__m512)products[i][v], factor, less);
                }
            }
        }
        for (size_t i = 0; i < T; i++) {
            __m512 scale = _mm512_set1_ps(x[i].scale[k]);
            for (size_t v = 0; v < 2; v++) {
                sum[i][v] = _mm512_fmadd_ps(scaled[i][v], scale, sum[i][v]);
            }
        }
        if (kind == CK_INT8_MINIMUM) {
            __m512 m0 = _mm512_loadu_ps(t[0].minimum[k]), m1 = _mm512_loadu_ps(t[1].minimum[k]);
            for (size_t i = 0; i < T; i++) {
                __m512 bytes = _mm512_set1_ps(x[i].sum[k]);
                sum[i][0] = _mm512_fnmadd_ps(m0, bytes, sum[i][0]);
                sum[i][1] = _mm512_fnmadd_ps(m1, bytes, sum[i][1]);
            }
        }
    }
    for (size_t i = 0; i < T; i++) {
        for (size_t v = 0; v < 2; v++) { _mm512_storeu_ps(sums[i] + 16 * v, sum[i][v]); }
    }
}

/// Up to ROWS rows.
CK_VNNI_INLINE void multiply(
    const ck_int8_kind kind, size_t rows, size_t sub_blocks, const ck_int8_tile *tiles,
    const ck_int8_block *x, float (*sums)[CK_INT8_PAIR]) {
    switch (rows) {
    case 1: multiply_by(1, kind, sub_blocks, tiles, x, sums); break;
    case 2: multiply_by(2, kind, sub_blocks, tiles, x, sums); break;
    case 3: multiply_by(3, kind, sub_blocks, tiles, x, sums); break;
    case 4: multiply_by(4, kind, sub_blocks, tiles, x, sums); break;
    case 5: multiply_by(5, kind, sub_blocks, tiles, x, sums); break;
    default: multiply_by(ROWS, kind, sub_blocks, tiles, x, sums); break;
    }
}

#define CK_MULTIPLY(NAME, KIND)                                                                    \
    CK_VNNI static void NAME(                                                                      \
        size_t rows, size_t sub_blocks, const ck_int8_tile *tiles, const ck_int8_block *x,         \
        float (*sums)[CK_INT8_PAIR]) {                                                             \
        multiply(KIND, rows, sub_blocks, tiles, x, sums);                                          \
    }

CK_MULTIPLY(multiply_minimum, CK_INT8_MINIMUM)
CK_MULTIPLY(multiply_signed, CK_INT8_SIGNED)
CK_MULTIPLY(multiply_signed16, CK_INT8_SIGNED16)

static ck_int8_multiply multiply_of(ck_int8_kind kind) {
    switch (kind) {
    case CK_INT8_MINIMUM: return multiply_minimum;
    case CK_INT8_SIGNED: return multiply_signed;
    default: return multiply_signed16;
    }
}

#endif

/// The kernel of a level for a type that has one; without `multiply` there is the definition alone.
static ck_int8_kernel kernel_of(ck_level level, ck_type type) {
#ifdef CK_X86
    if (level >= CK_LEVEL_VNNI) {
        ck_int8_kind kind = ck_int8_kind_of(type);
        return (ck_int8_kernel){
            .spread = ck_int8_spread_of(type), .multiply = multiply_of(kind), .turns = 8,
            // A scale for 16 columns takes a third set of sums.
            .rows = kind == CK_INT8_SIGNED16 ? 4 : ROWS, .pairs = PAIRS,
            .raised = kind != CK_INT8_MINIMUM,
        };
    }
#endif
#ifdef CK_INT8_HALVES
    if (level > CK_LEVEL_PLAIN) { return ck_int8_kernel_of_halves(level, type); }
#endif
    (void)level, (void)type;
    return (ck_int8_kernel){0};
}

int ck_has_int8(ck_level level, ck_type type) {
    return ck_int8_kind_of(type) != CK_INT8_NONE && kernel_of(level, type).multiply != 0;
}

ck_status ck_matmul_int8(
    ck_level level, ck_type type, size_t parts, size_t rows, size_t outputs, size_t following,
    size_t columns, const void *x, const void *weights, float *out, size_t out_stride,
    void *scratch) {
    if (ck_int8_kind_of(type) == CK_INT8_NONE) { return CK_UNKNOWN_TYPE; }
    if (columns % 32 != 0 || ck_row_bytes(type, columns) == 0) { return CK_BAD_LENGTH; }
    const ck_int8_kernel kernel = kernel_of(level, type);
    if (kernel.multiply) {
        ck_int8_panels(
            &kernel, type, parts, rows, outputs, following, columns, x, weights, out, out_stride,
            scratch);
    } else {
        matmul_ref(type, parts, rows, outputs, columns, x, weights, out, out_stride, scratch);
    }
    return CK_OK;
}
