// Rows of activations and weights rounded to bfloat16, as the matrix unit multiplies them: what
// bfloat16_rows.c packs, bfloat16_spread.c spreads out and matmul_bfloat16.c multiplies.
//
// TDPBF16PS adds the products of a tile of 16 rows by 32 columns, row-major, and of one that has 16 pairs
// of columns of 16 others side by side (Intel's Architecture Instruction Set Extensions Reference, chapter
// 3). Weights are the first kind, so that a row is spread out without exchanging anything; activations,
// which are packed once for all products with them, are the second. Sums come out with an output a row.
//
//   activations  [strip][row group][step][16 pairs][16 rows][2]
//   weights      [16 outputs][32 columns] a step, for one strip of 32 outputs
//
// A strip is 256 columns, a K-quant super-block: what 32 outputs have of it is a third of the first-level
// cache, and what 700 rows have of it, and their sums with 256 outputs, are half of the second-level one.
// Columns beyond the end are zero, rows and outputs beyond theirs anything.
#ifndef CK_BFLOAT16_H
#define CK_BFLOAT16_H

#include "internal.h"

/// Columns of a tile.
#define CK_BF16_STEP 32
/// Columns of a strip.
#define CK_BF16_STRIP 256
/// Rows or outputs of a tile.
#define CK_BF16_TILE 16
/// 16-bit elements of a tile: 1 KB.
#define CK_BF16_HALVES 512
/// 16-bit elements that a row group or output group has in a strip.
#define CK_BF16_GROUP (CK_BF16_STRIP / CK_BF16_STEP * CK_BF16_HALVES)

/// Rows and outputs of a block of sums: two by two tiles.
#define CK_BF16_BLOCK 32

/// Groups of 16 rows, of which there are whole pairs.
static inline size_t ck_bf16_groups(size_t rows) { return (rows + 31) / 32 * 2; }

/// Steps of a strip that has `columns` columns left.
static inline size_t ck_bf16_steps(size_t columns) {
    size_t here = columns < CK_BF16_STRIP ? columns : CK_BF16_STRIP;
    return (here + CK_BF16_STEP - 1) / CK_BF16_STEP;
}

#ifdef CK_X86
/// A strip of some rows of weights.
typedef struct {
    size_t count, stride;  // rows, and bytes from one to the next
    const uint8_t *rows;   // the strip's part of the first
    size_t columns;        // up to CK_BF16_STRIP
    const char *next;      // what follows of each row is asked for, if it is not NULL,
    size_t next_bytes;     // as much of it
} ck_bf16_strip;

/// Spreads out a strip. What lies beyond its columns becomes zero up to the end of its last step.
typedef void (*ck_bf16_spread)(const ck_bf16_strip *strip, uint16_t *w);

/// bfloat16_spread.c: how rows of a type are spread out.
ck_bf16_spread ck_bf16_spread_of(ck_type type);

/// 32 values rounded, the first ones first.
CK_AMX_INLINE __m512i ck_bf16_step(__m512 low, __m512 high) {
    return (__m512i)_mm512_cvtne2ps_pbh(high, low);
}

/// 16 values of each of two rows rounded, those of one place side by side: a row of a tile of activations.
CK_AMX_INLINE __m512i ck_bf16_pairs(__m512 first, __m512 second) {
    const __m512i order = _mm512_set_epi16(
        31, 15, 30, 14, 29, 13, 28, 12, 27, 11, 26, 10, 25, 9, 24, 8, 23, 7, 22, 6, 21, 5, 20, 4, 19, 3,
        18, 2, 17, 1, 16, 0);
    return _mm512_permutexvar_epi16(order, ck_bf16_step(first, second));
}

/// The first `left` of 16 lanes.
CK_AMX_INLINE __mmask16 ck_bf16_mask(size_t left) {
    return left < CK_BF16_TILE ? (__mmask16)((1u << left) - 1) : 0xffff;
}

/// All eight tiles with 16 rows of 64 bytes, for this thread.
CK_AMX_INLINE void ck_configure_tiles(void) {
    // Palette 1: byte 0; column bytes of each tile from 16 on, rows from 48 on.
    uint8_t configuration[64] = {1};
    for (int tile = 0; tile < 8; tile++) {
        configuration[16 + 2 * tile] = 64;
        configuration[48 + tile] = 16;
    }
    _tile_loadconfig(configuration);
}

CK_AMX_INLINE void ck_bf16_block_of(
    const int both, size_t steps, const uint16_t *w, const uint16_t *x, const char *ahead,
    const size_t ahead_bytes, float *sums, int goes_on) {
    if (goes_on) {
        _tile_loadd(0, sums, 64);
        if (both) { _tile_loadd(1, sums + 256, 64); }
        _tile_loadd(2, sums + 512, 64);
        if (both) { _tile_loadd(3, sums + 768, 64); }
    } else {
        _tile_zero(0);
        _tile_zero(1);
        _tile_zero(2);
        _tile_zero(3);
    }
    for (size_t s = 0; s < steps; s++, w += CK_BF16_HALVES, x += CK_BF16_HALVES) {
        _tile_loadd(4, w, 64);
        _tile_loadd(6, x, 64);
        _tile_dpbf16ps(0, 4, 6);
        if (both) {
            _tile_loadd(7, x + CK_BF16_GROUP, 64);
            _tile_dpbf16ps(1, 4, 7);
        }
        _tile_loadd(5, w + CK_BF16_GROUP, 64);
        _tile_dpbf16ps(2, 5, 6);
        if (both) { _tile_dpbf16ps(3, 5, 7); }
        if (ahead) {
            ck_ask_for(ahead, ahead_bytes);
            ahead += ahead_bytes;
        }
    }
    _tile_stored(0, sums, 64);
    if (both) { _tile_stored(1, sums + 256, 64); }
    _tile_stored(2, sums + 512, 64);
    if (both) { _tile_stored(3, sums + 768, 64); }
}

/// Products of a strip's `steps` of two groups of outputs and two of rows, or the first of them alone,
/// added to a block of sums if it `goes_on`: four tiles one after the other, [output group][row group][16
/// outputs][16 rows]. Asks for what is at `ahead`, if that is not NULL, `ahead_bytes` a step: more at once
/// hold up the tiles of this strip. Tiles must be configured.
CK_AMX_INLINE void ck_bf16_block(
    int both, size_t steps, const uint16_t *w, const uint16_t *x, const char *ahead,
    const size_t ahead_bytes, float *sums, int goes_on) {
    if (both) {
        ck_bf16_block_of(1, steps, w, x, ahead, ahead_bytes, sums, goes_on);
    } else {
        ck_bf16_block_of(0, steps, w, x, ahead, ahead_bytes, sums, goes_on);
    }
}

/// Stores a tile of sums, 16 outputs by 16 rows, as the outputs `there` of the first `count` rows.
CK_AMX_INLINE void ck_bf16_store_rows(
    __m512i lines[16], size_t count, __mmask16 there, float *out, size_t out_stride) {
    ck_transpose16(lines);
    for (size_t i = 0; i < count; i++) {
        _mm512_mask_storeu_epi32(out + i * out_stride, there, lines[i]);
    }
}

#endif

#endif
