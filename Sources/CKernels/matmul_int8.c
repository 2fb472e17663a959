// Rows of activations, rounded to 8 bits, times quantised weights as they lie in the file: prompts
// and steps.
//
// Sums of the products of a scale's columns are exact integers; they are scaled and added in single
// precision in the order of the columns. So a row's result does not depend on the rows beside it.
#include "int8_spread.h"

#include <string.h>

/// Rows of activations made together: with two vectors each, 12 sums of products and 12 results stay
/// in registers.
#define ROWS 6
/// Processors with AVX-512 VNNI have 48 KB of first-level cache, the first of them 32. One pair is as fast on
/// Zen 5 and takes 7 % longer on Emerald Rapids; three take 1 to 6 % longer on the one, 2 % less on the other,
/// but claims of 128 outputs are no whole number of them.
#define PAIRS 2
/// Rows from which on sums of pairs pay: weights take longer to be spread out for them.
#define PAIRED_ROWS 5

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

/// Adds the products of `vectors` vectors of 4 columns from `first` on.
CK_VNNI_INLINE void add_products(
    const size_t T, const ck_int8_kind kind, size_t first, const size_t vectors,
    const ck_int8_tile *t, const ck_int8_block *x, __m512i products[ROWS][2]) {
    for (size_t four = first; four < first + vectors; four++) {
        __m512i w0 = _mm512_loadu_si512(t[0].bytes[four]);
        __m512i w1 = _mm512_loadu_si512(t[1].bytes[four]);
        for (size_t i = 0; i < T; i++) {
            __m512i a = ck_same_bytes16(x + i, four);
            if (kind == CK_INT8_MINIMUM) {
                products[i][0] = _mm512_dpbusd_epi32(products[i][0], w0, a);
                products[i][1] = _mm512_dpbusd_epi32(products[i][1], w1, a);
            } else {
                products[i][0] = _mm512_dpbusd_epi32(products[i][0], a, w0);
                products[i][1] = _mm512_dpbusd_epi32(products[i][1], a, w1);
            }
        }
    }
}

/// The same with sums of pairs (int8.h): half as many products, which are what some processors are slow
/// at, and two additions for each that is left.
CK_VNNI_INLINE void add_paired_products(
    const size_t T, size_t first, const size_t vectors, const ck_int8_tile *t,
    const ck_int8_block *x, __m512i products[ROWS][2]) {
    for (size_t four = first; four < first + vectors; four += 2) {
        __m512i even[2], odd[2];
        for (size_t v = 0; v < 2; v++) {
            even[v] = _mm512_loadu_si512(t[v].bytes[four]);
            odd[v] = _mm512_loadu_si512(t[v].bytes[four + 1]);
        }
        for (size_t i = 0; i < T; i++) {
            __m512i raised = ck_same_bytes16(x + i, four), plain = ck_same_bytes16(x + i, four + 1);
            for (size_t v = 0; v < 2; v++) {
                products[i][v] = _mm512_dpbusd_epi32(
                    products[i][v], _mm512_add_epi8(raised, odd[v]),
                    _mm512_add_epi8(plain, even[v]));
            }
        }
    }
}

/// Adds the products of two tiles to the sums of T rows; T, the kind and whether they are paired are
/// constants where this is inlined.
CK_VNNI_INLINE void multiply_by(
    const size_t T, const ck_int8_kind kind, const int paired, size_t sub_blocks,
    const ck_int8_tile *t, const ck_int8_block *x, float (*sums)[CK_INT8_PAIR]) {
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
                    products[i][v] = kind == CK_INT8_MINIMUM && !paired
                        ? _mm512_set1_epi32(CK_INT8_MAGIC_BITS)
                        : _mm512_loadu_si512(t[v].start[scale]);
                    if (paired) {
                        products[i][v] = _mm512_add_epi32(
                            products[i][v], _mm512_set1_epi32(x[i].start[scale]));
                    }
                }
            }
            if (paired) {
                add_paired_products(T, scale * vectors, vectors, t, x, products);
            } else {
                add_products(T, kind, scale * vectors, vectors, t, x, products);
            }
            for (size_t v = 0; v < 2; v++) {
                __m512 factor = _mm512_loadu_ps(t[v].scale[scale]);
                __m512 lift = _mm512_loadu_ps(t[v].lift[scale]);
                for (size_t i = 0; i < T; i++) {
                    __m512 some = _mm512_fmadd_ps((__m512)products[i][v], factor, lift);
                    scaled[i][v] = part == 0 ? some : _mm512_add_ps(scaled[i][v], some);
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

/// Defines a kernel for up to ROWS rows.
#define CK_MULTIPLY(NAME, KIND, PAIRED)                                                            \
    CK_VNNI static void NAME(                                                                      \
        size_t rows, size_t sub_blocks, const ck_int8_tile *t, const ck_int8_block *x,             \
        float (*sums)[CK_INT8_PAIR]) {                                                             \
        switch (rows) {                                                                            \
        case 1: multiply_by(1, KIND, PAIRED, sub_blocks, t, x, sums); break;                       \
        case 2: multiply_by(2, KIND, PAIRED, sub_blocks, t, x, sums); break;                       \
        case 3: multiply_by(3, KIND, PAIRED, sub_blocks, t, x, sums); break;                       \
        case 4: multiply_by(4, KIND, PAIRED, sub_blocks, t, x, sums); break;                       \
        case 5: multiply_by(5, KIND, PAIRED, sub_blocks, t, x, sums); break;                       \
        default: multiply_by(ROWS, KIND, PAIRED, sub_blocks, t, x, sums); break;                   \
        }                                                                                          \
    }

CK_MULTIPLY(multiply_minimum, CK_INT8_MINIMUM, 0)
CK_MULTIPLY(multiply_signed, CK_INT8_SIGNED, 0)
CK_MULTIPLY(multiply_signed16, CK_INT8_SIGNED16, 0)
CK_MULTIPLY(multiply_paired_minimum, CK_INT8_MINIMUM, 1)
CK_MULTIPLY(multiply_paired_signed, CK_INT8_SIGNED, 1)

static ck_int8_kernel kernel_vnni(ck_type type, size_t parts, int paired) {
    const int is_simple = ck_block_elements(type) == 32 || type == CK_IQ4_XS;
    ck_int8_kernel k = {
        .spread = is_simple
            ? ck_int8_spread_of_simple(type, paired) : ck_int8_spread_of_super(type, paired),
        .few = ck_int8_few_of(type), .turns = 8, .rows = ROWS, .pairs = PAIRS,
    };
    switch (ck_int8_kind_of(type)) {
    case CK_INT8_MINIMUM:
        k.multiply = paired ? multiply_paired_minimum : multiply_minimum;
        k.form = paired ? CK_INT8_PAIRED : ck_int8_signed_form(type, parts);
        break;
    case CK_INT8_SIGNED:
        k.multiply = paired ? multiply_paired_signed : multiply_signed;
        k.form = paired ? CK_INT8_PAIRED_SIGNED : CK_INT8_RAISED;
        break;
    default:
        k.multiply = multiply_signed16;
        k.form = CK_INT8_RAISED;
        k.rows = 4;  // A scale for 16 columns takes a third set of sums.
    }
    return k;
}

#endif

/// The kernel of a level for a type that has one; without `multiply` there is the definition alone.
static ck_int8_kernel kernel_of(ck_level level, ck_type type, size_t parts, size_t rows) {
    (void)level, (void)rows;
#ifdef CK_X86
    if (level >= CK_LEVEL_VNNI) {
        const int paired = level == CK_LEVEL_PAIRS && parts * rows >= PAIRED_ROWS;
        return kernel_vnni(type, parts, paired && ck_int8_is_narrow(type, parts));
    }
#endif
#ifdef CK_INT8_HALVES
    if (level > CK_LEVEL_PLAIN) { return ck_int8_kernel_of_halves(level, type, parts); }
#endif
    // The definition takes signed bytes.
    return (ck_int8_kernel){.form = ck_int8_signed_form(type, parts)};
}

int ck_has_int8(ck_level level, ck_type type) {
    return ck_int8_kind_of(type) != CK_INT8_NONE && kernel_of(level, type, 1, 1).multiply != 0;
}

ck_int8_form ck_int8_form_of(ck_level level, ck_type type, size_t parts, size_t rows) {
    return kernel_of(level, type, parts, rows).form;
}

ck_status ck_matmul_int8(
    ck_level level, ck_type type, size_t parts, size_t rows, size_t outputs, size_t following,
    size_t columns, const void *x, const void *weights, float *out, size_t out_stride,
    void *scratch) {
    if (ck_int8_kind_of(type) == CK_INT8_NONE) { return CK_UNKNOWN_TYPE; }
    if (columns % 32 != 0 || ck_row_bytes(type, columns) == 0) { return CK_BAD_LENGTH; }
    const ck_int8_kernel kernel = kernel_of(level, type, parts, rows);
    if (kernel.multiply) {
        ck_int8_panels(
            &kernel, type, parts, rows, outputs, following, columns, x, weights, out, out_stride,
            scratch);
    } else {
        matmul_ref(type, parts, rows, outputs, columns, x, weights, out, out_stride, scratch);
    }
    return CK_OK;
}
