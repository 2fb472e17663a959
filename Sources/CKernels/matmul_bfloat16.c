// Rows of activations times rows of a weight matrix of any type as it lies in the file, both rounded to
// bfloat16, sums in single precision: what the matrix unit does best, so prompts and pictures.
//
// An output is summed over its columns in order, whatever else is in the call: a row's result does not
// depend on the rows beside it.
#include "bfloat16.h"

/// Outputs whose sums are kept for all rows while the columns pass: with 700 rows 0.7 MB. All rows are
/// read again for the next ones, from the last-level cache (measured: docs/performance.md).
#define PANEL 256
/// Rows and outputs of a block of sums: two by two tiles.
#define BLOCK CK_BF16_BLOCK

static size_t padded(size_t rows) { return ck_bf16_groups(rows) * CK_BF16_TILE; }

size_t ck_bfloat16_scratch_bytes(size_t rows, size_t columns) {
    // Sums of a panel, a strip of 32 outputs; one row of the plain twin.
    return PANEL * padded(rows) * sizeof(float)
        + BLOCK / CK_BF16_TILE * CK_BF16_GROUP * sizeof(uint16_t) + columns * sizeof(float) + 64;
}

/// The definition: rounded activations times rounded weights, in double precision.
static void matmul_ref(
    ck_type type, size_t rows, size_t outputs, size_t columns, const uint16_t *x,
    const uint8_t *weights, float *out, size_t out_stride, float *values) {
    const size_t strip = ck_bf16_groups(rows) * CK_BF16_GROUP;
    for (size_t n = 0; n < outputs; n++, weights += ck_row_bytes(type, columns)) {
        ck_dequantize(CK_LEVEL_PLAIN, type, columns, weights, values);
        for (size_t r = 0; r < rows; r++) {
            double sum = 0;
            for (size_t c = 0; c < columns; c++) {
                const uint16_t *tile = x + c / CK_BF16_STRIP * strip
                    + r / CK_BF16_TILE * CK_BF16_GROUP
                    + c % CK_BF16_STRIP / CK_BF16_STEP * CK_BF16_HALVES;
                size_t at = c % CK_BF16_STEP;
                uint32_t left = tile[at / 2 * CK_BF16_STEP + r % CK_BF16_TILE * 2 + at % 2];
                uint32_t right = ck_bf16_rounded(values[c]);
                sum += (double)ck_float_of_bits(left << 16) * (double)ck_float_of_bits(right << 16);
            }
            out[r * out_stride + n] = (float)sum;
        }
    }
}

#ifdef CK_X86
/// Bytes that are asked for in a step: what a pair of row groups has of a strip, shared out over the steps
/// of a panel's blocks.
#define AHEAD (2 * CK_BF16_GROUP * sizeof(uint16_t) / (CK_BF16_STRIP / CK_BF16_STEP) / (PANEL / BLOCK))

/// The sums of a panel as rows of outputs: what is next to each other in `out` is written together.
CK_AMX static void store_sums(
    size_t rows, size_t outputs, const float *sums, float *out, size_t out_stride) {
    const size_t output_stride = padded(rows) * BLOCK;
    for (size_t r = 0; r < rows; r += CK_BF16_TILE) {
        size_t count = rows - r < CK_BF16_TILE ? rows - r : CK_BF16_TILE;
        for (size_t n = 0; n < outputs; n += CK_BF16_TILE) {
            __mmask16 there = ck_bf16_mask(outputs - n);
            const float *tile = sums + n / BLOCK * output_stride + r / BLOCK * BLOCK * BLOCK
                + n % BLOCK / CK_BF16_TILE * 512 + r % BLOCK / CK_BF16_TILE * 256;
            __m512i lines[16];
            // By twos, or the compiler calls memcpy for the tile before it loads what was copied.
            for (size_t i = 0; i < 16; i += 2) {
                lines[i] = _mm512_loadu_si512(tile + 16 * i);
                lines[i + 1] = _mm512_loadu_si512(tile + 16 * (i + 1));
            }
            ck_bf16_store_rows(lines, count, there, out + r * out_stride + n, out_stride);
        }
    }
}

/// Up to PANEL outputs for all rows.
CK_AMX static void panel_amx(
    ck_bf16_spread spread, ck_type type, size_t rows, size_t outputs, size_t columns,
    const uint16_t *x, const uint8_t *weights, float *sums, uint16_t *w) {
    const size_t stride = ck_row_bytes(type, columns);
    const size_t elements = ck_block_elements(type), size = ck_block_bytes(type);
    const size_t groups = ck_bf16_groups(rows), last_block = (outputs - 1) / BLOCK * BLOCK;
    const size_t share = CK_BF16_STRIP / CK_BF16_STEP * AHEAD;
    for (size_t c = 0; c < columns; c += CK_BF16_STRIP, x += groups * CK_BF16_GROUP) {
        const size_t left = columns - c, length = left < CK_BF16_STRIP ? left : CK_BF16_STRIP;
        const uint8_t *strip = weights + c / elements * size;
        const size_t bytes = length / elements * size;
        float *block = sums;
        for (size_t n = 0; n < outputs; n += BLOCK) {
            const ck_bf16_strip some = {
                .count = outputs - n < BLOCK ? outputs - n : BLOCK, .stride = stride,
                .rows = strip + n * stride, .columns = length, .next_bytes = bytes,
                // The next outputs of this strip, or the first ones of the next.
                .next = (const char *)(n < last_block ? strip + (n + BLOCK) * stride
                    : left > CK_BF16_STRIP ? strip + bytes : NULL),
            };
            spread(&some, w);
            for (size_t g = 0; g < groups; g += 2, block += BLOCK * BLOCK) {
                const uint16_t *two = x + g * CK_BF16_GROUP;
                // A share of the same rows in the next strip, which come from the last-level cache.
                const char *ahead = left > CK_BF16_STRIP
                    ? (const char *)(two + groups * CK_BF16_GROUP) + n / BLOCK * share : NULL;
                ck_bf16_block(
                    rows > (g + 1) * CK_BF16_TILE, ck_bf16_steps(left), w, two, ahead, AHEAD, block,
                    c > 0);
            }
        }
    }
}

CK_AMX static void matmul_amx(
    ck_type type, size_t rows, size_t outputs, size_t columns, const uint16_t *x,
    const uint8_t *weights, float *out, size_t out_stride, void *scratch) {
    const size_t stride = ck_row_bytes(type, columns);
    // Tiles are read and written in whole lines of the cache.
    float *sums = (float *)(((uintptr_t)scratch + 63) / 64 * 64);
    uint16_t *w = (uint16_t *)(sums + PANEL * padded(rows));
    memset(w, 0, BLOCK / CK_BF16_TILE * CK_BF16_GROUP * sizeof *w);
    ck_configure_tiles();
    for (size_t n = 0; n < outputs; n += PANEL) {
        size_t width = outputs - n < PANEL ? outputs - n : PANEL;
        panel_amx(
            ck_bf16_spread_of(type), type, rows, width, columns, x, weights + n * stride, sums, w);
        store_sums(rows, width, sums, out + n, out_stride);
    }
    _tile_release();
}
#endif

int ck_has_bfloat16(ck_level level) {
#ifdef CK_X86
    return level >= CK_LEVEL_AMX;
#else
    return (void)level, 0;
#endif
}

ck_status ck_matmul_bfloat16(
    ck_level level, ck_type type, size_t rows, size_t outputs, size_t columns, const void *x,
    const void *weights, float *out, size_t out_stride, void *scratch) {
    if (ck_block_elements(type) == 0) { return CK_UNKNOWN_TYPE; }
    if (ck_row_bytes(type, columns) == 0) { return CK_BAD_LENGTH; }
#ifdef CK_X86
    if (level >= CK_LEVEL_AMX) {
        matmul_amx(type, rows, outputs, columns, x, weights, out, out_stride, scratch);
        return CK_OK;
    }
#endif
    (void)level;
    matmul_ref(type, rows, outputs, columns, x, weights, out, out_stride, scratch);
    return CK_OK;
}
