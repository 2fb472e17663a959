// Packs to tiles of bfloat16 (tiles.h), for the matrix unit.
#include "tiles.h"

#ifdef CK_X86

/// 32 columns of a row, the first ones first.
__attribute__((always_inline, target(CK_AMX_TARGET)))
static inline __m512i bfloat16_step(const float *source, __mmask32 mask) {
    __m512 low = _mm512_maskz_loadu_ps((__mmask16)mask, source);
    __m512 high = _mm512_maskz_loadu_ps((__mmask16)(mask >> 16), source + 16);
    return (__m512i)_mm512_cvtne2ps_pbh(high, low);
}

CK_AMX void ck_pack_rows_bfloat16(
    size_t rows, size_t columns, const float *x, size_t stride, uint16_t *tiles) {
    size_t steps = ck_tile_steps(columns);
    for (size_t r = 0; r < (rows + 15) / 16 * 16; r++) {
        uint16_t *tile = tiles + r / 16 * steps * CK_TILE_HALVES;
        for (size_t step = 0; step < steps; step++, tile += CK_TILE_HALVES) {
            __mmask32 mask = r < rows ? ck_step_mask(columns - CK_STEP * step) : 0;
            _mm512_storeu_si512(
                tile + r % 16 * CK_STEP, bfloat16_step(x + r * stride + CK_STEP * step, mask));
            *ck_tile_scale(tile, r % 16) = 1;
        }
    }
}

// 256 columns of 16 outputs at a time: dequantised into `scratch`, which holds 4096 floats and so stays
// in the first-level cache, rounded, transposed.
CK_AMX void ck_pack_weights_bfloat16(
    ck_level level, ck_type type, size_t outputs, size_t columns, const uint8_t *weights,
    size_t row_bytes, uint16_t *tile, float *scratch) {
    for (size_t n = 0; n < outputs; n += 16) {
        size_t count = outputs - n < 16 ? outputs - n : 16;
        for (size_t c = 0; c < columns; c += 256) {
            size_t length = columns - c < 256 ? columns - c : 256;
            ck_dequantize_lines(
                level, type, count, c, length, weights + n * row_bytes, row_bytes, scratch);
            for (size_t s = 0; s < ck_tile_steps(length); s++, tile += CK_TILE_HALVES) {
                __m512i lines[16];
                for (size_t i = 0; i < 16; i++) {
                    __mmask32 mask = i < count ? ck_step_mask(length - CK_STEP * s) : 0;
                    lines[i] = bfloat16_step(scratch + 256 * i + CK_STEP * s, mask);
                    *ck_tile_scale(tile, i) = 1;
                }
                ck_transpose16(lines);
                for (size_t i = 0; i < 16; i++) {
                    _mm512_storeu_si512(tile + CK_STEP * i, lines[i]);
                }
            }
        }
    }
}

CK_AMX void ck_pack_values_bfloat16(
    ck_type type, size_t rows, size_t columns, const uint8_t *values, size_t row_bytes,
    uint16_t *tile) {
    for (size_t c = 0; c < columns; c += 16) {
        __mmask16 mask = (__mmask16)ck_step_mask(columns - c);
        for (size_t r = 0; r < rows; r += CK_STEP, tile += CK_TILE_HALVES) {
            for (size_t i = 0; i < CK_STEP; i += 2) {
                const uint8_t *row = values + (r + i) * row_bytes;
                __m512 first = ck_values16(type, row, c, r + i < rows ? mask : 0);
                __m512 second = ck_values16(type, row + row_bytes, c, r + i + 1 < rows ? mask : 0);
                _mm512_storeu_si512(
                    tile + CK_STEP * (i / 2),
                    ck_interleaved(
                        (__m256i)_mm512_cvtneps_pbh(first), (__m256i)_mm512_cvtneps_pbh(second)));
            }
        }
    }
}

#endif
