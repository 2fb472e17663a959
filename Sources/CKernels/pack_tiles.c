// Packs activations, weights, and the keys and values of attention to tiles (tiles.h).
#include "tiles.h"

#include <math.h>
#include <string.h>

size_t ck_tile_steps(size_t columns) { return (columns + CK_STEP - 1) / CK_STEP; }

size_t ck_tile_halves(size_t rows, size_t columns) {
    return (rows + CK_TILE_ROWS - 1) / CK_TILE_ROWS * ck_tile_steps(columns) * CK_TILE_HALVES;
}

// Definitions: one step of one row after the other.

/// The integers of up to 32 values, and their scale.
static float round_step(const float *x, size_t count, int16_t q[CK_STEP]) {
    float greatest = ck_greatest(count, x);
    float inverse = greatest > 0 ? CK_TILE_GREATEST / greatest : 0;
    memset(q, 0, CK_STEP * sizeof *q);
    for (size_t c = 0; c < count; c++) { q[c] = (int16_t)nearbyintf(x[c] * inverse); }
    return greatest / CK_TILE_GREATEST;
}

static size_t step_columns(size_t columns, size_t step) {
    size_t left = columns - CK_STEP * step;
    return left < CK_STEP ? left : CK_STEP;
}

static void pack_rows_ref(
    size_t rows, size_t columns, const float *x, size_t stride, uint16_t *tiles) {
    memset(tiles, 0, ck_tile_halves(rows, columns) * sizeof *tiles);
    size_t steps = ck_tile_steps(columns);
    for (size_t r = 0; r < rows; r++) {
        for (size_t s = 0; s < steps; s++) {
            uint16_t *tile = tiles + (r / CK_TILE_ROWS * steps + s) * CK_TILE_HALVES;
            size_t row = r % CK_TILE_ROWS;
            *ck_tile_scale(tile, row) = round_step(
                x + r * stride + CK_STEP * s, step_columns(columns, s),
                (int16_t *)tile + row * CK_STEP);
        }
    }
}

/// Puts the integers of a step of an output in their places.
static void put_output(uint16_t *tile, size_t output, const int16_t q[CK_STEP], float scale) {
    for (size_t c = 0; c < CK_STEP; c++) {
        tile[c / 2 * CK_STEP + 2 * output + c % 2] = (uint16_t)q[c];
    }
    *ck_tile_scale(tile, output) = scale;
}

static void pack_weights_ref(
    ck_type type, size_t outputs, size_t columns, const uint8_t *weights, size_t row_bytes,
    uint16_t *tiles, float *scratch) {
    memset(tiles, 0, ck_tile_halves(outputs, columns) * sizeof *tiles);
    size_t steps = ck_tile_steps(columns);
    for (size_t n = 0; n < outputs; n++) {
        ck_dequantize(CK_LEVEL_PLAIN, type, columns, weights, scratch);
        weights += row_bytes;
        for (size_t s = 0; s < steps; s++) {
            int16_t q[CK_STEP];
            float scale = round_step(scratch + CK_STEP * s, step_columns(columns, s), q);
            uint16_t *tile = tiles + (n / CK_TILE_ROWS * steps + s) * CK_TILE_HALVES;
            put_output(tile, n % CK_TILE_ROWS, q, scale);
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
        for (size_t s = 0; s < steps; s++) {
            float some[CK_STEP];
            int16_t q[CK_STEP];
            size_t count = step_columns(rows, s);
            for (size_t i = 0; i < count; i++) {
                some[i] = value_at(type, values + (CK_STEP * s + i) * row_bytes, c);
            }
            float scale = round_step(some, count, q);
            uint16_t *tile = tiles + (c / CK_TILE_ROWS * steps + s) * CK_TILE_HALVES;
            put_output(tile, c % CK_TILE_ROWS, q, scale);
        }
    }
}

#ifdef CK_X86

/// The first `left` of 32 columns.
static inline __mmask32 step_mask(size_t left) {
    return left >= CK_STEP ? 0xffffffff : (1u << left) - 1;
}

/// A step of a row as 16-bit elements of one of the two formats; `scale` is that of integers.
typedef __m512i (*round_kernel)(__m512 low, __m512 high, float *scale);

CK_VNNI_INLINE __m512i two_halves(__m256i low, __m256i high) {
    return _mm512_inserti64x4(_mm512_castsi256_si512(low), high, 1);
}

CK_VNNI_INLINE __m512i bits_of_size(__m512 x) { return (__m512i)_mm512_abs_ps(x); }

CK_VNNI_INLINE __m512i integer_step(__m512 low, __m512 high, float *scale) {
    float greatest = ck_float_of_bits(
        _mm512_reduce_max_epu32(_mm512_max_epu32(bits_of_size(low), bits_of_size(high))));
    __m512 inverse = _mm512_set1_ps(greatest > 0 ? CK_TILE_GREATEST / greatest : 0);
    *scale = greatest / CK_TILE_GREATEST;
    return two_halves(
        _mm512_cvtepi32_epi16(_mm512_cvtps_epi32(_mm512_mul_ps(low, inverse))),
        _mm512_cvtepi32_epi16(_mm512_cvtps_epi32(_mm512_mul_ps(high, inverse))));
}

__attribute__((always_inline, target(CK_AMX_TARGET)))
static inline __m512i bfloat16_step(__m512 low, __m512 high, float *scale) {
    *scale = 1;
    return (__m512i)_mm512_cvtne2ps_pbh(high, low);
}

// Each packer is one text for both formats: the step is a constant where it is inlined. CK_PACKERS
// makes the functions of a format.

#define CK_PACKERS(FORMAT, TARGET)                                                                 \
    __attribute__((target(TARGET))) static void pack_rows_##FORMAT(                                \
        size_t rows, size_t columns, const float *x, size_t stride, uint16_t *tiles) {             \
        size_t steps = ck_tile_steps(columns);                                                     \
        for (size_t r = 0; r < (rows + 15) / 16 * 16; r++) {                                       \
            uint16_t *tile = tiles + r / 16 * steps * CK_TILE_HALVES;                              \
            for (size_t step = 0; step < steps; step++, tile += CK_TILE_HALVES) {                  \
                const float *source = x + r * stride + CK_STEP * step;                             \
                __mmask32 mask = r < rows ? step_mask(columns - CK_STEP * step) : 0;               \
                __m512 low = _mm512_maskz_loadu_ps((__mmask16)mask, source);                       \
                __m512 high = _mm512_maskz_loadu_ps((__mmask16)(mask >> 16), source + 16);         \
                _mm512_storeu_si512(                                                               \
                    tile + r % 16 * CK_STEP,                                                       \
                    FORMAT##_step(low, high, ck_tile_scale(tile, r % 16)));                        \
            }                                                                                      \
        }                                                                                          \
    }                                                                                              \
                                                                                                   \
    /* 256 columns of 16 outputs at a time: dequantised into `scratch`, which holds 4096 floats */ \
    /* and so stays in the first-level cache, rounded, transposed. */                              \
    __attribute__((target(TARGET))) static void pack_weights_##FORMAT(                             \
        ck_level level, ck_type type, size_t outputs, size_t columns, const uint8_t *weights,      \
        size_t row_bytes, uint16_t *tile, float *scratch) {                                        \
        for (size_t n = 0; n < outputs; n += 16) {                                                 \
            size_t count = outputs - n < 16 ? outputs - n : 16;                                    \
            for (size_t c = 0; c < columns; c += 256) {                                            \
                size_t length = columns - c < 256 ? columns - c : 256;                             \
                size_t offset = c / ck_block_elements(type) * ck_block_bytes(type);                \
                for (size_t i = 0; i < count; i++) {                                               \
                    ck_dequantize(                                                                 \
                        level, type, length, weights + (n + i) * row_bytes + offset,               \
                        scratch + 256 * i);                                                        \
                }                                                                                  \
                for (size_t s = 0; s < ck_tile_steps(length); s++, tile += CK_TILE_HALVES) {       \
                    __m512i lines[16];                                                             \
                    for (size_t i = 0; i < 16; i++) {                                              \
                        __mmask32 mask = i < count ? step_mask(length - CK_STEP * s) : 0;          \
                        const float *source = scratch + 256 * i + CK_STEP * s;                     \
                        lines[i] = FORMAT##_step(                                                  \
                            _mm512_maskz_loadu_ps((__mmask16)mask, source),                        \
                            _mm512_maskz_loadu_ps((__mmask16)(mask >> 16), source + 16),           \
                            ck_tile_scale(tile, i));                                               \
                    }                                                                              \
                    ck_transpose16(lines);                                                         \
                    for (size_t i = 0; i < 16; i++) {                                              \
                        _mm512_storeu_si512(tile + CK_STEP * i, lines[i]);                         \
                    }                                                                              \
                }                                                                                  \
            }                                                                                      \
        }                                                                                          \
    }

CK_PACKERS(integer, CK_VNNI_TARGET)
CK_PACKERS(bfloat16, CK_AMX_TARGET)

/// 16 of the columns that `mask` names, of a row that may not be there.
CK_VNNI_INLINE __m512 values16(ck_type type, const uint8_t *row, size_t c, __mmask16 mask) {
    return type == CK_F32
        ? _mm512_maskz_loadu_ps(mask, (const float *)row + c)
        : _mm512_cvtph_ps(_mm256_maskz_loadu_epi16(mask, (const uint16_t *)row + c));
}

/// Two rows of 16-bit elements side by side: a row of a tile.
CK_VNNI_INLINE __m512i interleaved(__m256i first, __m256i second) {
    return _mm512_or_si512(
        _mm512_cvtepu16_epi32(first), _mm512_slli_epi32(_mm512_cvtepu16_epi32(second), 16));
}

CK_VNNI static void pack_values_integer(
    ck_type type, size_t rows, size_t columns, const uint8_t *values, size_t row_bytes,
    uint16_t *tile) {
    for (size_t c = 0; c < columns; c += 16) {
        __mmask16 mask = (__mmask16)step_mask(columns - c);
        for (size_t r = 0; r < rows; r += CK_STEP, tile += CK_TILE_HALVES) {
            size_t count = rows - r < CK_STEP ? rows - r : CK_STEP;
            __m512i size = _mm512_setzero_si512();
            for (size_t i = 0; i < count; i++) {
                size = _mm512_max_epu32(
                    size, bits_of_size(values16(type, values + (r + i) * row_bytes, c, mask)));
            }
            __m512 greatest = (__m512)size, limit = _mm512_set1_ps(CK_TILE_GREATEST);
            __mmask16 some = _mm512_cmp_ps_mask(greatest, _mm512_setzero_ps(), _CMP_GT_OQ);
            __m512 inverse = _mm512_maskz_div_ps(some, limit, greatest);
            _mm512_storeu_ps(ck_tile_scale(tile, 0), _mm512_div_ps(greatest, limit));
            for (size_t i = 0; i < CK_STEP; i += 2) {
                __m256i pair[2];
                for (size_t j = 0; j < 2; j++) {
                    __m512 row = values16(
                        type, values + (r + i + j) * row_bytes, c, i + j < count ? mask : 0);
                    pair[j] = _mm512_cvtepi32_epi16(
                        _mm512_cvtps_epi32(_mm512_mul_ps(row, inverse)));
                }
                _mm512_storeu_si512(tile + CK_STEP * (i / 2), interleaved(pair[0], pair[1]));
            }
        }
    }
}

__attribute__((target(CK_AMX_TARGET))) static void pack_values_bfloat16(
    ck_type type, size_t rows, size_t columns, const uint8_t *values, size_t row_bytes,
    uint16_t *tile) {
    for (size_t c = 0; c < columns; c += 16) {
        __mmask16 mask = (__mmask16)step_mask(columns - c);
        for (size_t r = 0; r < rows; r += CK_STEP, tile += CK_TILE_HALVES) {
            for (size_t i = 0; i < CK_STEP; i += 2) {
                const uint8_t *row = values + (r + i) * row_bytes;
                __m512 first = values16(type, row, c, r + i < rows ? mask : 0);
                __m512 second = values16(type, row + row_bytes, c, r + i + 1 < rows ? mask : 0);
                _mm512_storeu_si512(
                    tile + CK_STEP * (i / 2),
                    interleaved(
                        (__m256i)_mm512_cvtneps_pbh(first), (__m256i)_mm512_cvtneps_pbh(second)));
            }
        }
    }
}

#endif

void ck_pack_rows(
    ck_level level, size_t rows, size_t columns, const float *x, size_t stride, uint16_t *tiles) {
#ifdef CK_X86
    if (level >= CK_LEVEL_AMX) { pack_rows_bfloat16(rows, columns, x, stride, tiles); return; }
    if (level >= CK_LEVEL_VNNI) { pack_rows_integer(rows, columns, x, stride, tiles); return; }
#endif
    (void)level;
    pack_rows_ref(rows, columns, x, stride, tiles);
}

/// Rows of any type that lie `row_bytes` apart, as weights.
static void pack_outputs(
    ck_level level, ck_type type, size_t outputs, size_t columns, const uint8_t *weights,
    size_t row_bytes, uint16_t *tiles, float *scratch) {
#ifdef CK_X86
    if (level >= CK_LEVEL_AMX) {
        pack_weights_bfloat16(level, type, outputs, columns, weights, row_bytes, tiles, scratch);
        return;
    }
    if (level >= CK_LEVEL_VNNI) {
        pack_weights_integer(level, type, outputs, columns, weights, row_bytes, tiles, scratch);
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
    if (level >= CK_LEVEL_AMX) {
        pack_values_bfloat16(type, rows, columns, values, row_bytes, tiles);
        return CK_OK;
    }
    if (level >= CK_LEVEL_VNNI) {
        pack_values_integer(type, rows, columns, values, row_bytes, tiles);
        return CK_OK;
    }
#endif
    (void)level;
    pack_values_ref(type, rows, columns, values, row_bytes, tiles);
    return CK_OK;
}
