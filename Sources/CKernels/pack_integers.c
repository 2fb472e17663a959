// Packs to tiles of integers (tiles.h): 16 rows at a time, so that what is done once for each of them,
// their greatest values, scales and inverses, is done for all in one vector.
#include "tiles.h"

#ifdef CK_X86

/// A step of 16 rows: two vectors of 16 columns each.
typedef struct {
    __m512 low[16], high[16];
} step_of_rows;

CK_VNNI_INLINE __m512i bits_of_size(__m512 x) { return (__m512i)_mm512_abs_ps(x); }

/// The greatest element of each of 16 vectors, as the elements of one.
CK_VNNI_INLINE __m512i greatest_of_each(const __m512i r[16]) {
    __m512i fours[4];
    for (int i = 0; i < 4; i++) {
        __m512i pairs[2];
        for (int j = 0; j < 2; j++) {
            __m512i a = r[4 * i + 2 * j], b = r[4 * i + 2 * j + 1];
            pairs[j] = _mm512_max_epu32(_mm512_unpacklo_epi32(a, b), _mm512_unpackhi_epi32(a, b));
        }
        fours[i] = _mm512_max_epu32(
            _mm512_unpacklo_epi64(pairs[0], pairs[1]), _mm512_unpackhi_epi64(pairs[0], pairs[1]));
    }
    __m512i eights[2];
    for (int i = 0; i < 2; i++) {
        __m512i a = fours[2 * i], b = fours[2 * i + 1];
        eights[i] = _mm512_max_epu32(
            _mm512_shuffle_i32x4(a, b, 0x88), _mm512_shuffle_i32x4(a, b, 0xdd));
    }
    return _mm512_max_epu32(
        _mm512_shuffle_i32x4(eights[0], eights[1], 0x88),
        _mm512_shuffle_i32x4(eights[0], eights[1], 0xdd));
}

/// What values of up to `greatest` are multiplied by, as `round_step` has it; their scales go to the tile.
CK_VNNI_INLINE __m512 inverse_scales(__m512 greatest, uint16_t *tile) {
    __m512 limit = _mm512_set1_ps(CK_TILE_GREATEST);
    __mmask16 some = _mm512_cmp_ps_mask(greatest, _mm512_setzero_ps(), _CMP_GT_OQ);
    _mm512_storeu_ps(ck_tile_scale(tile, 0), _mm512_div_ps(greatest, limit));
    return _mm512_maskz_div_ps(some, limit, greatest);
}

/// The integers of 16 rows, columns in order, and their scales in the tile.
CK_VNNI_INLINE void round_rows(const step_of_rows *x, uint16_t *tile, __m512i lines[16]) {
    for (size_t i = 0; i < 16; i++) {
        lines[i] = _mm512_max_epu32(bits_of_size(x->low[i]), bits_of_size(x->high[i]));
    }
    _Alignas(64) float inverses[16];
    _mm512_store_ps(inverses, inverse_scales((__m512)greatest_of_each(lines), tile));
    // Narrowing two vectors leaves the four lanes of each beside those of the other.
    const __m512i order = _mm512_setr_epi64(0, 2, 4, 6, 1, 3, 5, 7);
    for (size_t i = 0; i < 16; i++) {
        __m512 inverse = _mm512_set1_ps(inverses[i]);
        __m512i narrow = _mm512_packs_epi32(
            _mm512_cvtps_epi32(_mm512_mul_ps(x->low[i], inverse)),
            _mm512_cvtps_epi32(_mm512_mul_ps(x->high[i], inverse)));
        lines[i] = _mm512_permutexvar_epi64(order, narrow);
    }
}

/// A step of the first `count` of 16 rows of f32 or f16 values, from column `c` to `columns`; what is
/// not there is zero.
CK_VNNI_INLINE void load_rows(
    ck_type type, size_t count, size_t c, size_t columns, const uint8_t *rows, size_t row_bytes,
    step_of_rows *x) {
    __mmask32 mask = ck_step_mask(columns - c);
    for (size_t i = 0; i < 16; i++) {
        const uint8_t *row = i < count ? rows + i * row_bytes : rows;
        __mmask32 own = i < count ? mask : 0;
        x->low[i] = ck_values16(type, row, c, (__mmask16)own);
        x->high[i] = ck_values16(type, row, c + 16, (__mmask16)(own >> 16));
    }
}

CK_VNNI void ck_pack_rows_integer(
    size_t rows, size_t columns, const float *x, size_t stride, uint16_t *tile) {
    for (size_t r = 0; r < rows; r += 16) {
        size_t count = rows - r < 16 ? rows - r : 16;
        for (size_t c = 0; c < columns; c += CK_STEP, tile += CK_TILE_HALVES) {
            step_of_rows values;
            __m512i lines[16];
            load_rows(
                CK_F32, count, c, columns, (const uint8_t *)(x + r * stride),
                stride * sizeof(float), &values);
            round_rows(&values, tile, lines);
            for (size_t i = 0; i < 16; i++) { _mm512_storeu_si512(tile + CK_STEP * i, lines[i]); }
        }
    }
}

/// Steps of the first `count` of 16 outputs of f32 or f16 weights; returns the tile after the last.
CK_VNNI_INLINE uint16_t *pack_outputs16(
    ck_type type, size_t count, size_t columns, const uint8_t *weights, size_t row_bytes,
    uint16_t *tile) {
    for (size_t c = 0; c < columns; c += CK_STEP, tile += CK_TILE_HALVES) {
        step_of_rows values;
        __m512i lines[16];
        load_rows(type, count, c, columns, weights, row_bytes, &values);
        round_rows(&values, tile, lines);
        ck_transpose16(lines);
        for (size_t i = 0; i < 16; i++) { _mm512_storeu_si512(tile + CK_STEP * i, lines[i]); }
    }
    return tile;
}

// Half precision is rounded as it is read (not fetched ahead: that makes this faster and the product after
// it slower by more); other types are dequantised, 256 columns of 16 outputs at a
// time, into `scratch`, which holds 4096 floats and so stays in the first-level cache.
CK_VNNI void ck_pack_weights_integer(
    ck_level level, ck_type type, size_t outputs, size_t columns, const uint8_t *weights,
    size_t row_bytes, uint16_t *tile, float *scratch) {
    for (size_t n = 0; n < outputs; n += 16, weights += 16 * row_bytes) {
        size_t count = outputs - n < 16 ? outputs - n : 16;
        if (type == CK_F16) {
            tile = pack_outputs16(CK_F16, count, columns, weights, row_bytes, tile);
            continue;
        }
        for (size_t c = 0; c < columns; c += 256) {
            size_t length = columns - c < 256 ? columns - c : 256;
            ck_dequantize_lines(level, type, count, c, length, weights, row_bytes, scratch);
            tile = pack_outputs16(
                CK_F32, count, length, (const uint8_t *)scratch, 256 * sizeof(float), tile);
        }
    }
}

CK_VNNI void ck_pack_values_integer(
    ck_type type, size_t rows, size_t columns, const uint8_t *values, size_t row_bytes,
    uint16_t *tile) {
    for (size_t c = 0; c < columns; c += 16) {
        __mmask16 mask = (__mmask16)ck_step_mask(columns - c);
        for (size_t r = 0; r < rows; r += CK_STEP, tile += CK_TILE_HALVES) {
            size_t count = rows - r < CK_STEP ? rows - r : CK_STEP;
            __m512i size = _mm512_setzero_si512();
            for (size_t i = 0; i < count; i++) {
                size = _mm512_max_epu32(
                    size, bits_of_size(ck_values16(type, values + (r + i) * row_bytes, c, mask)));
            }
            __m512 inverse = inverse_scales((__m512)size, tile);
            for (size_t i = 0; i < CK_STEP; i += 2) {
                __m256i pair[2];
                for (size_t j = 0; j < 2; j++) {
                    __m512 row = ck_values16(
                        type, values + (r + i + j) * row_bytes, c, i + j < count ? mask : 0);
                    pair[j] = _mm512_cvtepi32_epi16(
                        _mm512_cvtps_epi32(_mm512_mul_ps(row, inverse)));
                }
                _mm512_storeu_si512(tile + CK_STEP * (i / 2), ck_interleaved(pair[0], pair[1]));
            }
        }
    }
}

#endif
