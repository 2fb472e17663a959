// Both operands of a product of two matrices, packed so that the inner loop reads whole tiles one
// after the other: what pack_tiles.c writes and matmul_tiles.c multiplies.
//
//   activations  [row group][step][16 rows][32 columns], then a scale for each row
//   weights      [output group][step][16 pairs][16 outputs][2], then a scale for each output
//
// and behind the scales, where sums of pairs are multiplied (int8.h), what each row or output takes off.
//
// A step is 32 columns; columns beyond the end are zero. Elements are integers, value = scale * integer,
// which VPDPWSSD multiplies and sums, or VPMADDWD and an addition: a machine with VNNI does as many of them a
// cycle as of bfloat16 where it has instructions for that, one with AVX2 half as many again as of floats, and
// they miss less. With the matrix unit there is something better: bfloat16.h.
#ifndef CK_TILES_H
#define CK_TILES_H

#include "internal.h"

/// Columns of a step.
#define CK_STEP 32
/// Rows of a tile.
#define CK_TILE_ROWS 16
/// 16-bit elements of a tile: 512, 16 scales of 32 bits and 16 starts of sums, 18 lines of the cache.
#define CK_TILE_HALVES 576
/// Where a tile's scales begin.
#define CK_TILE_SCALES 512
/// Where the starts begin.
#define CK_TILE_STARTS 544

/// Steps whose integers share a row's scale, which stands in the tile of each: steps 0 and 1, 2 and 3,
/// and so on; a last one may be alone. Sums are brought to floats once for both.
#define CK_TILE_SHARED 2
/// Columns of these steps.
#define CK_SHARED_COLUMNS (CK_TILE_SHARED * CK_STEP)
/// How large the integers are that share a scale: as large as both of these allow. A sum of products is at
/// most the product of the lengths of its two vectors (Cauchy and Schwarz), so that those are bounded, not
/// each element for the worst of all sums; and a sum of an activation and a weight fits 16 bits.
typedef struct {
    float greatest;  // of any element
    float length;    // the root of the sum of squares
} ck_tile_limits;

/// Of activations, among which channels are found that are 20 times as large as others: those leave the
/// elements beside them few of the bits.
#define CK_ROWS_LIMITS ((ck_tile_limits){20480, 61000})
/// Of weights. 61000 * 35000 are 2^31 less 0.6 %: rounding makes vectors longer by 4 at most.
#define CK_WEIGHTS_LIMITS ((ck_tile_limits){12287, 35000})

static inline ck_tile_limits ck_tile_limits_of(int are_weights) {
    return are_weights ? CK_WEIGHTS_LIMITS : CK_ROWS_LIMITS;
}

/// The scale of a row of a tile of integers.
static inline float *ck_tile_scale(uint16_t *tile, size_t row) {
    return (float *)(void *)(tile + CK_TILE_SCALES) + row;
}

/// What the paired products of a row or output begin with, for all steps that share a scale: in the tile of
/// the first of them. Sums may pass 2^32 on the way, as they are taken modulo that.
static inline int32_t *ck_tile_start(uint16_t *tile, size_t row) {
    return (int32_t *)(void *)(tile + CK_TILE_STARTS) + row;
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

/// The first `count` of 16 rows of f32 or f16 values, `row_bytes` apart.
typedef struct {
    ck_type type;
    size_t count, row_bytes;
    const uint8_t *values;
} ck_rows16;

/// Asks for columns from `c` on that share a scale, of a row of the next 16 of weights: they follow in the
/// file, and what hardware fetches of 16 rows at once comes late. Where there are no more rows this asks
/// for memory of others or for none at all, which reads nothing and cannot fail.
static inline void ck_ask_for_next(const ck_rows16 *x, size_t row, size_t c) {
    const size_t size = sizeof(uint16_t);
    if (x->type != CK_F16) { return; }
    ck_ask_for(
        (const char *)x->values + (row + CK_TILE_ROWS) * x->row_bytes + c * size,
        CK_SHARED_COLUMNS * size);
}

/// How a level packs to tiles of integers.
typedef struct {
    /// Packs 16 rows, as weights or as activations; returns the tile after theirs.
    uint16_t *(*rows)(const ck_rows16 *x, size_t columns, int are_weights, uint16_t *tile);
    /// What ck_pack_values does, of rows `row_bytes` apart.
    void (*values)(
        ck_type type, size_t rows, size_t columns, const uint8_t *values, size_t row_bytes,
        uint16_t *tiles);
} ck_integer_packers;

extern const ck_integer_packers ck_packers_vnni;  // pack_integers.c
extern const ck_integer_packers ck_packers_pairs;  // the same, with starts
extern const ck_integer_packers ck_packers_avx2;  // pack_integers_avx2.c

/// What a block of 32 rows and 32 outputs needs to know.
typedef struct {
    const uint16_t *a[2];  // activations of two row groups
    const uint16_t *b[2];  // weights of two output groups
    float *out;            // 32 x 32 sums
    size_t stride;         // floats from one row of sums to the next
    size_t rows;           // of 32, those that are there
    size_t outputs;        // of 32, those that are there
    size_t steps;          // of 32 columns
    int goes_on;           // whether `out` holds sums to go on from
} ck_tile_block;

/// matmul_tiles_avx2.c: the sums of a block of tiles of integers.
void ck_tile_block_avx2(const ck_tile_block *block);
#endif

#endif
