// How activations rounded to 8 bits and quantised weights meet: what int8_rows.c writes,
// int8_spread.c spreads out, matmul_int8.c multiplies and int8_panels.c keeps in the caches.
#ifndef CK_INT8_H
#define CK_INT8_H

#include "internal.h"

/// Columns of a block of rounded activations; a K-quant super-block, or eight simple ones.
#define CK_INT8_COLUMNS 256

/// 256 columns of a row of activations: value = scale * q, with a scale for 32 columns and q within 127 of
/// zero.
///
/// VPDPBUSD multiplies unsigned bytes by signed ones. Weights that are not negative meet `bytes` = q, the
/// plain form; the others are the signed operand themselves, meet `bytes` = q + 128, the raised form, and
/// take 128 times their own sum off again.
///
/// Paired: the inner product of x and w is that of half as many products of sums,
///
///   sum (x[2j] + w[2j+1]) (x[2j+1] + w[2j]) - sum x[2j] x[2j+1] - sum w[2j+1] w[2j],
///
/// in integers without any rounding (S. Winograd, A New Algorithm for Inner Product, IEEE Transactions on
/// Computers C-17, 1968). Words of 4 columns take turns: those of even number are raised, so that with a
/// weight of 4 bits less 8 the first factor fits an unsigned byte and the second a signed one, if q stays
/// within 120. Both parts of 16 bits do, and 8 bits that meet Q4_K: 0.08 of a bit is lost where llama.cpp
/// has one scale for 256 columns. Types with a scale for 32 have it for activations there as well, and keep
/// 127. `start` is what a row takes off, for each scale.
typedef struct {
    uint8_t bytes[CK_INT8_COLUMNS];
    float scale[8];
    float sum[8];      // scale * sum of q: what minimums are multiplied by
    int32_t start[8];  // paired: - sum x[2j] x[2j+1], and what lifts weights by 8 that have minimums
} ck_int8_block;

/// What 4-bit weights that are not negative are lowered by where they are paired.
#define CK_INT8_MIDDLE 8

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

static inline ck_int8_kind ck_int8_kind_of(ck_type type) {
    switch (type) {
    case CK_Q4_0: case CK_Q5_0: case CK_Q8_0: case CK_IQ4_NL: case CK_IQ4_XS:
        return CK_INT8_SIGNED;
    case CK_Q4_1: case CK_Q5_1: case CK_Q4_K: case CK_Q5_K: return CK_INT8_MINIMUM;
    case CK_Q3_K: case CK_Q6_K: return CK_INT8_SIGNED16;
    default: return CK_INT8_NONE;
    }
}

/// Whether activations that meet a type are rounded to 120 steps.
static inline int ck_int8_is_narrow(ck_type type, size_t parts) {
    return type == CK_Q4_K || (parts == 2 && (type == CK_Q4_0 || type == CK_Q4_1));
}

/// The form of signed bytes for a type.
static inline ck_int8_form ck_int8_signed_form(ck_type type, size_t parts) {
    return ck_int8_is_narrow(type, parts) ? CK_INT8_NARROW : CK_INT8_PLAIN;
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
    int32_t start[16][16];  // for each scale: magic bits, less what bytes that are signed or paired add
    float scale[16][16];    // for each 32 (or 16) columns: of each row
    float lift[16][16];     // for each scale: -magic times it
    float minimum[8][16];   // for each 32 columns
} ck_int8_tile;

/// Outputs made together: a pair of tiles, so that an activation that was loaded serves twice.
#define CK_INT8_PAIR (2 * CK_INT8_TILE)
/// The most pairs of tiles that any kernel keeps beside each other.
#define CK_INT8_MOST_PAIRS 2

/// Weights that are needed soon, on their way to the second-level cache: those from `next` to `end`,
/// `share` bytes for some nanoseconds of other work. A core waits for few lines at once, and memory does
/// nothing while no line is waited for: many small shares are better than few large ones.
typedef struct {
    const uint8_t *next, *end;
    size_t share, due;
} ck_int8_stream;

/// Asks for some shares.
static inline void ck_int8_fetch(ck_int8_stream *s, size_t shares) {
    for (s->due += shares * s->share; s->due >= 64 && s->next < s->end; s->due -= 64, s->next += 64) {
        __builtin_prefetch(s->next, 0, 2);
    }
}

/// Spreads out up to 256 columns of 16 rows, which lie `stride` bytes apart, the first columns at
/// `rows`. What lies beyond `columns` is left as it is. Fetches a share now and then.
typedef void (*ck_int8_spread)(
    const uint8_t *rows, size_t stride, size_t columns, ck_int8_tile *tile, ck_int8_stream *ahead);

/// Adds the products of a pair of tiles with some rows of activations to sums of these rows; a
/// sub-block is 32 columns.
typedef void (*ck_int8_multiply)(
    size_t rows, size_t sub_blocks, const ck_int8_tile *tiles, const ck_int8_block *x,
    float (*sums)[CK_INT8_PAIR]);

/// The most rows of activations for which weights are multiplied as they are spread out.
#define CK_INT8_FEW 4

/// The same for a few rows: adds the products of 256 columns of 16 rows of weights, which lie `stride` bytes
/// apart, to the first 16 sums of each row.
typedef void (*ck_int8_few)(
    size_t rows, const uint8_t *weights, size_t stride, const ck_int8_block *x,
    float (*sums)[CK_INT8_PAIR], ck_int8_stream *ahead);

/// How weights of one type are multiplied with the instructions there are.
typedef struct {
    ck_int8_spread spread;
    ck_int8_multiply multiply;
    ck_int8_few few;  // if there is one, for up to CK_INT8_FEW rows instead of both
    size_t turns;  // shares that `spread` or `few` fetches for a whole tile
    size_t rows;   // the most that `multiply` takes
    size_t pairs;  // pairs of tiles (14 KB each) that stay in the first-level cache for many rows
    ck_int8_form form;  // of the activations it wants
} ck_int8_kernel;

/// int8_panels.c: `ck_matmul_int8` by a kernel.
void ck_int8_panels(
    const ck_int8_kernel *kernel, ck_type type, size_t parts, size_t rows, size_t outputs,
    size_t following, size_t columns, const void *x, const uint8_t *weights, float *out,
    size_t out_stride, float *scratch);

#ifdef CK_X86
/// int8_spread_simple.c and int8_spread_super.c: how bytes of a type are spread out, paired if that is
/// asked for and the type may be.
ck_int8_spread ck_int8_spread_of_simple(ck_type type, int paired);
ck_int8_spread ck_int8_spread_of_super(ck_type type, int paired);
/// int8_few.c, or NULL.
ck_int8_few ck_int8_few_of(ck_type type);
#endif

// Without AVX-512: int8_spread_halves.c, int8_multiply_avx2.c and int8_multiply_neon.c.
#if defined(CK_X86) || defined(CK_NEON)
#define CK_INT8_HALVES 1
ck_int8_spread ck_int8_spread_of_halves(ck_type type);
ck_int8_kernel ck_int8_kernel_of_halves(ck_level level, ck_type type, size_t parts);
#endif

#endif
