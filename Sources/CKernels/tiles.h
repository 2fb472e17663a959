// Both operands of a product of two matrices, packed so that the inner loop reads whole tiles one
// after the other: what pack_tiles.c writes and matmul_tiles.c multiplies.
//
//   activations  [row group][step][16 rows][32 columns], then a scale for each row
//   weights      [output group][step][16 pairs][16 outputs][2], then a scale for each output
//
// A step is 32 columns; columns beyond the end are zero. Elements have 16 bits. With the matrix unit
// (CK_LEVEL_AMX) they are bfloat16 and the scales are not used; the weights' tile is what TDPBF16PS
// takes as its second operand (Intel's Architecture Instruction Set Extensions Reference, chapter 3).
// Elsewhere they are integers of 13.5 bits, value = scale * integer, which VPDPWSSD multiplies and sums:
// a machine with VNNI does as many of them a cycle as of bfloat16 where it has instructions for that,
// and they miss less.
#ifndef CK_TILES_H
#define CK_TILES_H

#include "internal.h"

/// Columns of a step.
#define CK_STEP 32
/// Rows of a tile.
#define CK_TILE_ROWS 16
/// 16-bit elements of a tile: 512 and 16 scales of 32 bits, 17 lines of the cache.
#define CK_TILE_HALVES 544
/// Where a tile's scales begin.
#define CK_TILE_SCALES 512

/// Steps whose integers share a row's scale, which stands in the tile of each: steps 0 and 1, 2 and 3,
/// and so on; a last one may be alone. Sums are brought to floats once for both.
#define CK_TILE_SHARED 2
/// Columns of these steps.
#define CK_SHARED_COLUMNS (CK_TILE_SHARED * CK_STEP)
/// The greatest integer: a sum of CK_SHARED_COLUMNS products of two of them is below 2^31.
#define CK_TILE_GREATEST 5792

/// The scale of a row of a tile of integers.
static inline float *ck_tile_scale(uint16_t *tile, size_t row) {
    return (float *)(void *)(tile + CK_TILE_SCALES) + row;
}

#ifdef CK_X86
/// The first `left` of 32 columns.
static inline __mmask32 ck_step_mask(size_t left) {
    return left >= CK_STEP ? 0xffffffff : (1u << left) - 1;
}

/// 16 of the columns that `mask` names, of a row that may not be there.
CK_VNNI_INLINE __m512 ck_values16(ck_type type, const uint8_t *row, size_t c, __mmask16 mask) {
    return type == CK_F32
        ? _mm512_maskz_loadu_ps(mask, (const float *)row + c)
        : _mm512_cvtph_ps(_mm256_maskz_loadu_epi16(mask, (const uint16_t *)row + c));
}

/// Two rows of 16-bit elements side by side: a row of a tile.
CK_VNNI_INLINE __m512i ck_interleaved(__m256i first, __m256i second) {
    return _mm512_or_si512(
        _mm512_cvtepu16_epi32(first), _mm512_slli_epi32(_mm512_cvtepu16_epi32(second), 16));
}

/// Columns `c` to `c + length` of `count` rows as floats, 256 from one row to the next.
static inline void ck_dequantize_lines(
    ck_level level, ck_type type, size_t count, size_t c, size_t length, const uint8_t *rows,
    size_t row_bytes, float *lines) {
    size_t offset = c / ck_block_elements(type) * ck_block_bytes(type);
    for (size_t i = 0; i < count; i++) {
        ck_dequantize(level, type, length, rows + i * row_bytes + offset, lines + 256 * i);
    }
}

// pack_integers.c, pack_bfloat16.c: what ck_pack_rows, ck_pack_weights and ck_pack_values do at a level;
// rows of weights and of values lie `row_bytes` apart.
#define CK_PACKERS(FORMAT)                                                                         \
    void ck_pack_rows_##FORMAT(                                                                    \
        size_t rows, size_t columns, const float *x, size_t stride, uint16_t *tiles);              \
    void ck_pack_weights_##FORMAT(                                                                 \
        ck_level level, ck_type type, size_t outputs, size_t columns, const uint8_t *weights,      \
        size_t row_bytes, uint16_t *tiles, float *scratch);                                        \
    void ck_pack_values_##FORMAT(                                                                  \
        ck_type type, size_t rows, size_t columns, const uint8_t *values, size_t row_bytes,        \
        uint16_t *tiles);

CK_PACKERS(integer)
CK_PACKERS(bfloat16)
#undef CK_PACKERS
#endif

#endif
