// Both operands of a product of two matrices, packed so that the inner loop reads whole tiles one
// after the other: what pack_tiles.c writes and matmul_tiles.c multiplies.
//
//   activations  [row group][step][16 rows][32 columns], then a scale for each row
//   weights      [output group][step][16 pairs][16 outputs][2], then a scale for each output
//
// A step is 32 columns; columns beyond the end are zero. Elements have 16 bits. With the matrix unit
// (CK_LEVEL_AMX) they are bfloat16 and the scales are not used; the weights' tile is what TDPBF16PS
// takes as its second operand (Intel's Architecture Instruction Set Extensions Reference, chapter 3).
// Elsewhere they are integers of 14 bits, value = scale * integer, which VPDPWSSD multiplies and sums:
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

/// The greatest integer: a sum of 32 products of two of them has 31 bits.
#define CK_TILE_GREATEST 8191

/// The scale of a row of a tile of integers.
static inline float *ck_tile_scale(uint16_t *tile, size_t row) {
    return (float *)(void *)(tile + CK_TILE_SCALES) + row;
}

#endif
