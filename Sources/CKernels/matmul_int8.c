// Rows of activations, rounded to 8 bits, times quantised weights as they lie in the file: prompts
// and steps.
//
// 32 rows of weights and 256 columns at a time are spread out once for all rows of activations, and
// stay in the first-level cache while they pass. Sums of the products of a scale's columns are exact
// integers; they are scaled and added in single precision in the order of the columns. So a row's
// result does not depend on the rows beside it.
#include "int8.h"

#include <string.h>

/// Outputs made together: two vectors, so that an activation that was loaded serves twice.
#define PAIR 32

/// Pairs whose tiles are in the first-level cache together: 43 KB.
#define PAIRS 3
/// Rows from which on more than one pair pays: fewer do not outweigh what the tiles push out.
#define MANY_ROWS 32
/// How many rows ahead activations are fetched.
#define AHEAD 12

/// Rows of activations made together: with two vectors each, 12 sums of products and 12 results stay
/// in registers.
#define ROWS 6

int ck_has_int8(ck_level level, ck_type type) {
    return level >= CK_LEVEL_VNNI && ck_int8_kind_of(type) != CK_INT8_NONE;
}

size_t ck_int8_scratch_bytes(ck_type type, size_t parts, size_t rows, size_t columns) {
    // Sums of all rows, and 32 rows of weights where there are no 32; one row of the plain twin.
    return PAIRS * parts * rows * PAIR * sizeof(float) + PAIR * ck_row_bytes(type, columns)
        + columns * sizeof(float);
}

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
    const ck_int8_block *x, float (*sums)[PAIR]) {
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

/// Weights that are needed soon, on their way to the second-level cache: those from `next` to `end`,
/// `share` bytes whenever there was something else to do. A core waits for few lines at once.
typedef struct {
    const uint8_t *next, *end;
    size_t share, due;
} stream;

static inline void fetch(stream *s) {
    for (s->due += s->share; s->due >= 64 && s->next < s->end; s->due -= 64, s->next += 64) {
        _mm_prefetch((const char *)s->next, _MM_HINT_T1);
    }
}

/// The tiles of `pairs` pairs meet the same rows while those are in the first-level cache; sums lie
/// [pair][row].
CK_VNNI_INLINE void multiply(
    const ck_int8_kind kind, size_t all_rows, size_t pairs, size_t sub_blocks,
    const ck_int8_tile *t, const ck_int8_block *x, stream *ahead, float (*sums)[PAIR]) {
    // A scale for 16 columns takes a third set of sums.
    const size_t most = kind == CK_INT8_SIGNED16 ? 4 : ROWS;
    for (size_t r = 0; r < all_rows; r += most, x += most, sums += most) {
        size_t rows = all_rows - r < most ? all_rows - r : most;
        // The next rows: hardware fetches too little of what lies in the last-level cache.
        for (size_t line = 0; line < most * sizeof *x; line += 64) {
            _mm_prefetch((const char *)(x + AHEAD) + line, _MM_HINT_T0);
        }
        for (size_t p = 0; p < pairs; p++) {
            const ck_int8_tile *tiles = t + 2 * p;
            fetch(ahead);
            float (*own)[PAIR] = sums + p * all_rows;
            switch (rows) {
            case 1: multiply_by(1, kind, sub_blocks, tiles, x, own); break;
            case 2: multiply_by(2, kind, sub_blocks, tiles, x, own); break;
            case 3: multiply_by(3, kind, sub_blocks, tiles, x, own); break;
            case 4: multiply_by(4, kind, sub_blocks, tiles, x, own); break;
            case 5: multiply_by(5, kind, sub_blocks, tiles, x, own); break;
            default: multiply_by(ROWS, kind, sub_blocks, tiles, x, own); break;
            }
        }
    }
}

#define CK_MULTIPLY(NAME, KIND)                                                                    \
    CK_VNNI static void NAME(                                                                      \
        size_t rows, size_t pairs, size_t sub_blocks, const ck_int8_tile *t,                       \
        const ck_int8_block *x, stream *ahead, float (*sums)[PAIR]) {                              \
        multiply(KIND, rows, pairs, sub_blocks, t, x, ahead, sums);                                \
    }

CK_MULTIPLY(multiply_minimum, CK_INT8_MINIMUM)
CK_MULTIPLY(multiply_signed, CK_INT8_SIGNED)
CK_MULTIPLY(multiply_signed16, CK_INT8_SIGNED16)

typedef void (*multiply_kernel)(
    size_t rows, size_t pairs, size_t sub_blocks, const ck_int8_tile *t, const ck_int8_block *x,
    stream *ahead, float (*sums)[PAIR]);

static multiply_kernel multiply_of(ck_int8_kind kind) {
    switch (kind) {
    case CK_INT8_MINIMUM: return multiply_minimum;
    case CK_INT8_SIGNED: return multiply_signed;
    default: return multiply_signed16;
    }
}

/// Sums of `pairs` pairs of outputs for all rows. The rows of weights from here to `end` follow each
/// other in the file, and are fetched a panel ahead.
static void panel(
    ck_type type, size_t rows, size_t pairs, size_t columns, const ck_int8_block *x,
    const uint8_t *weights, const uint8_t *end, float (*sums)[PAIR]) {
    const multiply_kernel multiply = multiply_of(ck_int8_kind_of(type));
    const ck_int8_spread spread = ck_int8_spread_of(type);
    const size_t stride = ck_row_bytes(type, columns);
    const size_t elements = ck_block_elements(type), size = ck_block_bytes(type);
    memset(sums, 0, pairs * rows * sizeof *sums);
    // As much as a block of columns takes, shared out over its spreading and multiplying.
    const size_t times = 2 * pairs + (rows + ROWS - 1) / ROWS * pairs;
    stream ahead = {
        .next = weights + pairs * PAIR * stride, .end = end,
        .share = CK_INT8_COLUMNS / elements * size * pairs * PAIR / times + 1,
    };
    _Alignas(64) ck_int8_tile tiles[2 * PAIRS];
    for (size_t column = 0; column < columns; column += CK_INT8_COLUMNS, x += rows) {
        size_t left = columns - column;
        size_t length = left < CK_INT8_COLUMNS ? left : CK_INT8_COLUMNS;
        const uint8_t *blocks = weights + column / elements * size;
        for (size_t i = 0; i < 2 * pairs; i++) {
            fetch(&ahead);
            spread(blocks + i * CK_INT8_TILE * stride, stride, length, tiles + i);
        }
        multiply(rows, pairs, length / 32, tiles, x, &ahead, sums);
    }
}

/// Adds the parts of rows of a pair of outputs, and stores those there are.
static inline void store_sums(
    size_t parts, size_t rows, size_t width, float (*sums)[PAIR], float *out, size_t out_stride) {
    for (size_t r = 0; r < rows; r++, sums += parts) {
        if (parts == 2) {
            for (size_t i = 0; i < PAIR; i++) { sums[0][i] += sums[1][i]; }
        }
        memcpy(out + r * out_stride, sums[0], width * sizeof(float));
    }
}

/// The last outputs are made from the last 32 rows of weights, some of them a second time; fewer
/// than 32 rows of weights are copied to `scratch` first.
static void matmul_vnni(
    ck_type type, size_t parts, size_t rows, size_t outputs, size_t columns, const ck_int8_block *x,
    const uint8_t *weights, float *out, size_t out_stride, float *scratch) {
    size_t stride = ck_row_bytes(type, columns), all = parts * rows;
    float (*sums)[PAIR] = (float (*)[PAIR])scratch;
    size_t width = outputs < PAIR ? outputs : PAIR;
    const uint8_t *end = weights + outputs * stride;
    if (outputs < PAIR) {
        uint8_t *copy = (uint8_t *)(sums + all);
        memset(copy, 0, PAIR * stride);
        memcpy(copy, weights, outputs * stride);
        weights = copy;
        end = copy + PAIR * stride;
    }
    for (size_t n = 0; n < outputs;) {
        if (n + width > outputs) { n = outputs - width; }
        size_t pairs = all < MANY_ROWS ? 1 : (outputs - n) / PAIR;
        pairs = pairs < 1 ? 1 : pairs < PAIRS ? pairs : PAIRS;
        panel(type, all, pairs, columns, x, weights + n * stride, end, sums);
        for (size_t p = 0; p < pairs; p++, n += width) {
            store_sums(parts, rows, width, sums + p * all, out + n, out_stride);
        }
    }
}

#endif

ck_status ck_matmul_int8(
    ck_level level, ck_type type, size_t parts, size_t rows, size_t outputs, size_t columns,
    const void *x, const void *weights, float *out, size_t out_stride, void *scratch) {
    if (ck_int8_kind_of(type) == CK_INT8_NONE) { return CK_UNKNOWN_TYPE; }
    if (columns % 32 != 0 || ck_row_bytes(type, columns) == 0) { return CK_BAD_LENGTH; }
#ifdef CK_X86
    if (level >= CK_LEVEL_VNNI) {
        const ck_int8_block *blocks =
            ck_int8_form((void *)x, parts * rows, columns, ck_int8_kind_of(type));
        matmul_vnni(type, parts, rows, outputs, columns, blocks, weights, out, out_stride, scratch);
        return CK_OK;
    }
#endif
    (void)level;
    matmul_ref(type, parts, rows, outputs, columns, x, weights, out, out_stride, scratch);
    return CK_OK;
}
