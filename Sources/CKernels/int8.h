// How activations rounded to 8 bits and quantised weights meet: what int8_rows.c writes,
// int8_spread.c spreads out and matmul_int8.c multiplies.
#ifndef CK_INT8_H
#define CK_INT8_H

#include "internal.h"

/// Columns of a block of rounded activations; a K-quant super-block, or eight simple ones.
#define CK_INT8_COLUMNS 256

/// 256 columns of a row of activations: value = scale * q, with a scale for 32 columns.
///
/// VPDPBUSD multiplies unsigned bytes by signed ones, so there are two forms. Weights that are not
/// negative meet `bytes` = q; the others are the signed operand themselves, meet `bytes` = q + 128,
/// and take 128 times their own sum off again.
typedef struct {
    uint8_t bytes[CK_INT8_COLUMNS];
    float scale[8];
    float sum[8];  // scale * sum of q: what minimums are multiplied by
} ck_int8_block;

/// Blocks of a row; the last may be partly beyond its end.
static inline size_t ck_int8_blocks(size_t columns) {
    return (columns + CK_INT8_COLUMNS - 1) / CK_INT8_COLUMNS;
}

/// What a type's bytes mean.
typedef enum {
    CK_INT8_NONE,      // no kernel
    CK_INT8_MINIMUM,   // scale * byte - minimum for 32 columns, bytes not negative
    CK_INT8_SIGNED,    // scale * byte for 32 columns
    CK_INT8_SIGNED16,  // scale * byte for 16 columns
} ck_int8_kind;

ck_int8_kind ck_int8_kind_of(ck_type type);

/// The blocks of all rows in the form that weights of a kind meet; they lie [block][row].
static inline ck_int8_block *ck_int8_form(
    void *x, size_t rows, size_t columns, ck_int8_kind kind) {
    size_t all = ck_int8_blocks(columns) * rows;
    return (ck_int8_block *)x + (kind == CK_INT8_MINIMUM ? 0 : all);
}

/// Rows of weights in a tile: lanes of a vector.
#define CK_INT8_TILE 16

/// A sum of products lies within 2^22 of zero. Added to the bits of 1.5 * 2^23 it is the
/// significand of a single-precision number that is larger by it, so that one multiplication with
/// addition scales it and takes the constant off: nothing is converted.
#define CK_INT8_MAGIC 12582912.0f
#define CK_INT8_MAGIC_BITS 0x4b400000

/// 16 rows by 256 columns of weights, spread out.
typedef struct {
    uint8_t bytes[64][64];  // for each 4 columns: 4 bytes of each row
    int32_t start[16][16];  // signed bytes: magic bits - 128 * sum of the bytes of a scale's columns
    float scale[16][16];    // for each 32 (or 16) columns: of each row
    float lift[8][16];      // for each 32 columns: -magic * sum of the scales
    float minimum[8][16];   // for each 32 columns
} ck_int8_tile;

#ifdef CK_X86
/// Spreads out up to 256 columns of 16 rows, which lie `stride` bytes apart, the first columns at
/// `rows`. What lies beyond `columns` is left as it is.
typedef void (*ck_int8_spread)(
    const uint8_t *rows, size_t stride, size_t columns, ck_int8_tile *tile);

ck_int8_spread ck_int8_spread_of(ck_type type);
#endif

#endif
