// The order in which tiles of weights meet rows of activations, the same for all kernels.
//
// 32 rows of weights and 256 columns at a time are spread out once for all rows of activations, and
// stay in the first-level cache while they pass.
#include "int8.h"

#include <string.h>

/// Rows from which on more than one pair pays: fewer do not outweigh what the tiles push out.
#define MANY_ROWS 32
/// How many rows ahead activations are fetched.
#define AHEAD 12

/// What multiplying a row by a pair of tiles takes, in turns of spreading a tile.
#define ROW_SHARES 3

size_t ck_int8_scratch_bytes(ck_type type, size_t parts, size_t rows, size_t columns) {
    // Sums of all rows, and 32 rows of weights where there are no 32; one row of the plain twin.
    return CK_INT8_MOST_PAIRS * parts * rows * CK_INT8_PAIR * sizeof(float)
        + CK_INT8_PAIR * ck_row_bytes(type, columns) + columns * sizeof(float);
}

/// The tiles of `pairs` pairs meet the same rows while those are in the first-level cache; sums lie
/// [pair][row].
static void multiply(
    const ck_int8_kernel *kernel, size_t all_rows, size_t pairs, size_t sub_blocks,
    const ck_int8_tile *t, const ck_int8_block *x, ck_int8_stream *ahead,
    float (*sums)[CK_INT8_PAIR]) {
    const size_t most = kernel->rows;
    for (size_t r = 0; r < all_rows; r += most, x += most, sums += most) {
        size_t rows = all_rows - r < most ? all_rows - r : most;
        // The next rows: hardware fetches too little of what lies in the last-level cache. A few rows
        // are in the first.
        for (size_t line = 0; all_rows > most && line < most * sizeof *x; line += 64) {
            __builtin_prefetch((const char *)(x + AHEAD) + line, 0, 3);
        }
        for (size_t p = 0; p < pairs; p++) {
            ck_int8_fetch(ahead, ROW_SHARES * rows);
            kernel->multiply(rows, sub_blocks, t + 2 * p, x, sums + p * all_rows);
        }
    }
}

/// Sums of `pairs` pairs of outputs for all rows. The rows of weights from here to `end` follow each
/// other in the file, and are fetched a panel ahead.
static void panel(
    const ck_int8_kernel *kernel, ck_type type, size_t rows, size_t pairs, size_t columns,
    const ck_int8_block *x, const uint8_t *weights, const uint8_t *end,
    float (*sums)[CK_INT8_PAIR]) {
    const size_t stride = ck_row_bytes(type, columns);
    const size_t elements = ck_block_elements(type), size = ck_block_bytes(type);
    memset(sums, 0, pairs * rows * sizeof *sums);
    const int few = kernel->few && rows <= CK_INT8_FEW;
    // As much as a block of columns takes, shared out over its spreading and multiplying.
    const size_t shares = (2 * kernel->turns + (few ? 0 : ROW_SHARES * rows)) * pairs;
    ck_int8_stream ahead = {
        .next = weights + pairs * CK_INT8_PAIR * stride, .end = end,
        .share = CK_INT8_COLUMNS / elements * size * pairs * CK_INT8_PAIR / shares + 1,
    };
    _Alignas(64) ck_int8_tile tiles[2 * CK_INT8_MOST_PAIRS];
    for (size_t column = 0; column < columns; column += CK_INT8_COLUMNS, x += rows) {
        size_t left = columns - column;
        size_t length = left < CK_INT8_COLUMNS ? left : CK_INT8_COLUMNS;
        const uint8_t *blocks = weights + column / elements * size;
        for (size_t i = 0; few && i < 2; i++) {
            float (*own)[CK_INT8_PAIR] = (float (*)[CK_INT8_PAIR])(sums[0] + i * CK_INT8_TILE);
            kernel->few(rows, blocks + i * CK_INT8_TILE * stride, stride, x, own, &ahead);
        }
        if (few) { continue; }
        for (size_t i = 0; i < 2 * pairs; i++) {
            kernel->spread(blocks + i * CK_INT8_TILE * stride, stride, length, tiles + i, &ahead);
        }
        multiply(kernel, rows, pairs, length / 32, tiles, x, &ahead, sums);
    }
}

/// Adds the parts of rows of a pair of outputs, and stores those there are.
static inline void store_sums(
    size_t parts, size_t rows, size_t width, float (*sums)[CK_INT8_PAIR], float *out,
    size_t out_stride) {
    for (size_t r = 0; r < rows; r++, sums += parts) {
        if (parts == 2) {
            for (size_t i = 0; i < CK_INT8_PAIR; i++) { sums[0][i] += sums[1][i]; }
        }
        memcpy(out + r * out_stride, sums[0], width * sizeof(float));
    }
}

/// The last outputs are made from the last 32 rows of weights, some of them a second time; fewer
/// than 32 rows of weights are copied to `scratch` first.
void ck_int8_panels(
    const ck_int8_kernel *kernel, ck_type type, size_t parts, size_t rows, size_t outputs,
    size_t following, size_t columns, const void *x, const uint8_t *weights, float *out,
    size_t out_stride, float *scratch) {
    const size_t all = parts * rows;
    const ck_int8_block *blocks = x;
    const size_t stride = ck_row_bytes(type, columns);
    float (*sums)[CK_INT8_PAIR] = (float (*)[CK_INT8_PAIR])scratch;
    const size_t width = outputs < CK_INT8_PAIR ? outputs : CK_INT8_PAIR;
    const uint8_t *end = weights + (outputs + following) * stride;
    if (outputs < CK_INT8_PAIR) {
        uint8_t *copy = (uint8_t *)(sums + all);
        memset(copy, 0, CK_INT8_PAIR * stride);
        memcpy(copy, weights, outputs * stride);
        weights = copy;
        end = copy + CK_INT8_PAIR * stride;
    }
    for (size_t n = 0; n < outputs;) {
        if (n + width > outputs) { n = outputs - width; }
        size_t pairs = all < MANY_ROWS ? 1 : (outputs - n) / CK_INT8_PAIR;
        pairs = pairs < 1 ? 1 : pairs < kernel->pairs ? pairs : kernel->pairs;
        panel(kernel, type, all, pairs, columns, blocks, weights + n * stride, end, sums);
        for (size_t p = 0; p < pairs; p++, n += width) {
            store_sums(parts, rows, width, sums + p * all, out + n, out_stride);
        }
    }
}
