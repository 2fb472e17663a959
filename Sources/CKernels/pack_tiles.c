// Packs activations, weights, and the keys and values of attention to tiles (tiles.h): the definitions,
// and which packer a level has.
#include "tiles.h"

#include <math.h>
#include <string.h>

size_t ck_tile_steps(size_t columns) { return (columns + CK_STEP - 1) / CK_STEP; }

size_t ck_tile_halves(size_t rows, size_t columns) {
    return (rows + CK_TILE_ROWS - 1) / CK_TILE_ROWS * ck_tile_steps(columns) * CK_TILE_HALVES;
}

// Definitions: the steps of one row that share a scale after each other.

/// The sum of squares of up to 64 values, in the order in which vectors of 16 have it.
static float sum_of_squares(const float *x, size_t count) {
    float lanes[16] = {0}, fours[4];
    for (size_t c = 0; c < count; c++) { lanes[c % 16] = fmaf(x[c], x[c], lanes[c % 16]); }
    for (size_t i = 0; i < 4; i++) {
        const float *l = lanes + 4 * i;
        fours[i] = (l[0] + l[2]) + (l[1] + l[3]);
    }
    return (fours[0] + fours[1]) + (fours[2] + fours[3]);
}

/// The integers of the values of steps that share a scale, and that scale.
static float round_shared(
    const float *x, size_t count, ck_tile_limits limits, int16_t q[CK_SHARED_COLUMNS]) {
    float by_greatest = ck_greatest(count, x) / limits.greatest;
    float by_length = sqrtf(sum_of_squares(x, count)) / limits.length;
    float scale = by_greatest > by_length ? by_greatest : by_length;
    float inverse = scale > 0 ? 1 / scale : 0;
    memset(q, 0, CK_SHARED_COLUMNS * sizeof *q);
    for (size_t c = 0; c < count; c++) { q[c] = (int16_t)nearbyintf(x[c] * inverse); }
    return scale;
}

/// What a row or output takes off where the integers of its steps that share a scale are paired.
static int32_t start_of(const int16_t q[CK_SHARED_COLUMNS]) {
    uint32_t pairs = 0;
    for (size_t c = 0; c < CK_SHARED_COLUMNS; c++) {
        if (c / 2 % 2 == 0) { pairs += (uint32_t)(q[c] * q[c + 2]); }
    }
    return (int32_t)(0 - pairs);
}

/// Columns from `c` on that share a scale.
static size_t shared_columns(size_t columns, size_t c) {
    return columns - c < CK_SHARED_COLUMNS ? columns - c : CK_SHARED_COLUMNS;
}

static void pack_rows_ref(
    size_t rows, size_t columns, const float *x, size_t stride, uint16_t *tiles) {
    memset(tiles, 0, ck_tile_halves(rows, columns) * sizeof *tiles);
    size_t steps = ck_tile_steps(columns);
    for (size_t r = 0; r < rows; r++) {
        uint16_t *tile = tiles + r / CK_TILE_ROWS * steps * CK_TILE_HALVES;
        size_t row = r % CK_TILE_ROWS;
        for (size_t c = 0; c < columns; c += CK_SHARED_COLUMNS) {
            int16_t q[CK_SHARED_COLUMNS];
            size_t count = shared_columns(columns, c);
            float scale = round_shared(x + r * stride + c, count, CK_ROWS_LIMITS, q);
            *ck_tile_start(tile, row) = start_of(q);
            for (size_t at = 0; at < count; at += CK_STEP, tile += CK_TILE_HALVES) {
                memcpy(tile + row * CK_STEP, q + at, CK_STEP * sizeof *q);
                *ck_tile_scale(tile, row) = scale;
            }
        }
    }
}

/// Rounds values of an output that share a scale to their places; returns the tile after theirs.
static uint16_t *put_output(uint16_t *tile, size_t output, const float *x, size_t count) {
    int16_t q[CK_SHARED_COLUMNS];
    float scale = round_shared(x, count, CK_WEIGHTS_LIMITS, q);
    *ck_tile_start(tile, output) = start_of(q);
    for (size_t at = 0; at < count; at += CK_STEP, tile += CK_TILE_HALVES) {
        for (size_t c = 0; c < CK_STEP; c++) {
            tile[c / 2 * CK_STEP + 2 * output + c % 2] = (uint16_t)q[at + c];
        }
        *ck_tile_scale(tile, output) = scale;
    }
    return tile;
}

static void pack_weights_ref(
    ck_type type, size_t outputs, size_t columns, const uint8_t *weights, size_t row_bytes,
    uint16_t *tiles, float *scratch) {
    memset(tiles, 0, ck_tile_halves(outputs, columns) * sizeof *tiles);
    size_t steps = ck_tile_steps(columns);
    for (size_t n = 0; n < outputs; n++) {
        ck_dequantize(CK_LEVEL_PLAIN, type, columns, weights, scratch);
        weights += row_bytes;
        uint16_t *tile = tiles + n / CK_TILE_ROWS * steps * CK_TILE_HALVES;
        for (size_t c = 0; c < columns; c += CK_SHARED_COLUMNS) {
            tile = put_output(tile, n % CK_TILE_ROWS, scratch + c, shared_columns(columns, c));
        }
    }
}

/// A row of f32 or f16 values, one of them.
static float value_at(ck_type type, const uint8_t *row, size_t column) {
    return type == CK_F32 ? ((const float *)row)[column]
                          : ck_f16_value(((const uint16_t *)row)[column]);
}

static void pack_values_ref(
    ck_type type, size_t rows, size_t columns, const uint8_t *values, size_t row_bytes,
    uint16_t *tiles) {
    memset(tiles, 0, ck_tile_halves(columns, rows) * sizeof *tiles);
    size_t steps = ck_tile_steps(rows);
    for (size_t c = 0; c < columns; c++) {
        uint16_t *tile = tiles + c / CK_TILE_ROWS * steps * CK_TILE_HALVES;
        for (size_t r = 0; r < rows; r += CK_SHARED_COLUMNS) {
            float some[CK_SHARED_COLUMNS];
            size_t count = shared_columns(rows, r);
            for (size_t i = 0; i < count; i++) {
                some[i] = value_at(type, values + (r + i) * row_bytes, c);
            }
            tile = put_output(tile, c % CK_TILE_ROWS, some, count);
        }
    }
}

#ifdef CK_X86
/// How a level packs to integers, or NULL where there are definitions alone.
static const ck_integer_packers *packers_of(ck_level level) {
    if (level == CK_LEVEL_PAIRS) { return &ck_packers_pairs; }
    if (level >= CK_LEVEL_VNNI) { return &ck_packers_vnni; }
    return level >= CK_LEVEL_AVX2 ? &ck_packers_avx2 : NULL;
}

static void pack_rows_integer(
    const ck_integer_packers *pack, size_t rows, size_t columns, const float *x, size_t stride,
    uint16_t *tile) {
    for (size_t r = 0; r < rows; r += CK_TILE_ROWS) {
        const ck_rows16 some = {
            .type = CK_F32, .count = rows - r < CK_TILE_ROWS ? rows - r : CK_TILE_ROWS,
            .row_bytes = stride * sizeof(float), .values = (const uint8_t *)(x + r * stride),
        };
        tile = pack->rows(&some, columns, 0, tile);
    }
}

// Half precision is rounded as it is read, and fetched ahead; other types are dequantised, 256 columns of
// 16 outputs at a time, into `scratch`, which holds 4096 floats and so stays in the first-level cache.
static void pack_weights_integer(
    const ck_integer_packers *pack, ck_level level, ck_type type, size_t outputs, size_t columns,
    const uint8_t *weights, size_t row_bytes, uint16_t *tile, float *scratch) {
    for (size_t n = 0; n < outputs; n += CK_TILE_ROWS, weights += CK_TILE_ROWS * row_bytes) {
        size_t count = outputs - n < CK_TILE_ROWS ? outputs - n : CK_TILE_ROWS;
        if (type == CK_F16) {
            const ck_rows16 halves = {CK_F16, count, row_bytes, weights};
            tile = pack->rows(&halves, columns, 1, tile);
            continue;
        }
        const ck_rows16 floats = {CK_F32, count, 256 * sizeof(float), (const uint8_t *)scratch};
        for (size_t c = 0; c < columns; c += 256) {
            size_t length = columns - c < 256 ? columns - c : 256;
            ck_dequantize_lines(level, type, count, c, length, weights, row_bytes, scratch);
            tile = pack->rows(&floats, length, 1, tile);
        }
    }
}
#endif

void ck_pack_rows(
    ck_level level, size_t rows, size_t columns, const float *x, size_t stride, uint16_t *tiles) {
#ifdef CK_X86
    if (packers_of(level)) {
        pack_rows_integer(packers_of(level), rows, columns, x, stride, tiles);
        return;
    }
#endif
    (void)level;
    pack_rows_ref(rows, columns, x, stride, tiles);
}

/// Rows of any type that lie `row_bytes` apart, as weights.
static void pack_outputs(
    ck_level level, ck_type type, size_t outputs, size_t columns, const uint8_t *weights,
    size_t row_bytes, uint16_t *tiles, float *scratch) {
#ifdef CK_X86
    if (packers_of(level)) {
        pack_weights_integer(
            packers_of(level), level, type, outputs, columns, weights, row_bytes, tiles, scratch);
        return;
    }
#endif
    (void)level;
    pack_weights_ref(type, outputs, columns, weights, row_bytes, tiles, scratch);
}

ck_status ck_pack_weights(
    ck_level level, ck_type type, size_t outputs, size_t columns, const void *weights,
    uint16_t *tiles, float *scratch) {
    if (ck_block_elements(type) == 0) { return CK_UNKNOWN_TYPE; }
    size_t row_bytes = ck_row_bytes(type, columns);
    if (row_bytes == 0) { return CK_BAD_LENGTH; }
    pack_outputs(level, type, outputs, columns, weights, row_bytes, tiles, scratch);
    return CK_OK;
}

ck_status ck_pack_keys(
    ck_level level, ck_type type, size_t rows, size_t columns, const void *keys,
    size_t row_stride, uint16_t *tiles, float *scratch) {
    if (type != CK_F32 && type != CK_F16 && type != CK_Q8_0) { return CK_UNKNOWN_TYPE; }
    size_t row_bytes = ck_row_bytes(type, row_stride);
    if (row_bytes == 0 || columns % ck_block_elements(type) != 0) { return CK_BAD_LENGTH; }
    pack_outputs(level, type, rows, columns, keys, row_bytes, tiles, scratch);
    return CK_OK;
}

ck_status ck_pack_values(
    ck_level level, ck_type type, size_t rows, size_t columns, const void *values,
    size_t row_stride, uint16_t *tiles) {
    if (type != CK_F32 && type != CK_F16) { return CK_UNKNOWN_TYPE; }
    size_t row_bytes = row_stride * ck_block_bytes(type);
#ifdef CK_X86
    if (packers_of(level)) {
        packers_of(level)->values(type, rows, columns, values, row_bytes, tiles);
        return CK_OK;
    }
#endif
    (void)level;
    pack_values_ref(type, rows, columns, values, row_bytes, tiles);
    return CK_OK;
}
