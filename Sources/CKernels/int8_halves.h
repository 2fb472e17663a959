// Vectors of 32 bytes, half of a tile's: the bytes of 4 columns of 8 rows, or a number of each of 8
// rows. AVX2 has registers for them; with NEON the compiler takes two for one. What is written here
// and in int8_spread_halves.c is the same for both, and gives the same bits as AVX-512 does.
#ifndef CK_INT8_HALVES_H
#define CK_INT8_HALVES_H

#include "int8.h"

#ifdef CK_INT8_HALVES

#if defined(CK_X86)
#define CK_HALVES CK_AVX2
#define CK_HALVES_INLINE CK_AVX2_INLINE
#else
#define CK_HALVES
#define CK_HALVES_INLINE static inline __attribute__((always_inline))
#endif

/// Rows of a half.
#define CK_HALF 8

typedef uint8_t ck_bytes __attribute__((vector_size(32)));
typedef uint32_t ck_words __attribute__((vector_size(32)));
typedef int32_t ck_integers __attribute__((vector_size(32)));
typedef float ck_floats __attribute__((vector_size(32)));

CK_HALVES_INLINE ck_bytes ck_load_bytes(const uint8_t *at) {
    ck_bytes v;
    memcpy(&v, at, sizeof v);
    return v;
}

CK_HALVES_INLINE void ck_store_bytes(uint8_t *at, ck_bytes v) { memcpy(at, &v, sizeof v); }

CK_HALVES_INLINE ck_integers ck_load_integers(const int32_t *at) {
    ck_integers v;
    memcpy(&v, at, sizeof v);
    return v;
}

CK_HALVES_INLINE ck_floats ck_load_floats(const float *at) {
    ck_floats v;
    memcpy(&v, at, sizeof v);
    return v;
}

CK_HALVES_INLINE void ck_store_floats(float *at, ck_floats v) { memcpy(at, &v, sizeof v); }

CK_HALVES_INLINE ck_floats ck_same_floats(float x) {
    return (ck_floats){x, x, x, x, x, x, x, x};
}

/// The bytes of 4 columns of a row of activations, beside those of each of 8 rows of weights.
CK_HALVES_INLINE ck_words ck_same_bytes(const uint8_t *at) {
    uint32_t x;
    memcpy(&x, at, sizeof x);
    return (ck_words){x, x, x, x, x, x, x, x};
}

/// The most rows of activations that are made together.
#define CK_HALVES_ROWS 6

/// Sums of products, of `rows` rows of activations with the two halves of a tile, that are scaled
/// together: of `vectors` vectors of 4 columns from `first` on. They begin with the bits of
/// CK_INT8_MAGIC, in what form the activations may be.
typedef void (*ck_sums_of_products)(
    size_t rows, ck_int8_kind kind, size_t first, size_t vectors, const ck_int8_tile *t,
    const ck_int8_block *x, ck_integers (*products)[2]);

/// Adds the products of a tile to the first 16 sums of `rows` rows, in the order in which the kernel
/// for AVX-512 adds them; everything but pointers is a constant where this is inlined.
CK_HALVES_INLINE void ck_multiply_tile(
    const size_t rows, const ck_int8_kind kind, const ck_sums_of_products sum_products,
    size_t sub_blocks, const ck_int8_tile *t, const ck_int8_block *x,
    float (*sums)[CK_INT8_PAIR]) {
    const size_t parts = kind == CK_INT8_SIGNED16 ? 2 : 1, vectors = 8 / parts;
    for (size_t k = 0; k < sub_blocks; k++) {
        ck_floats scaled[CK_HALVES_ROWS][2];
        for (size_t part = 0; part < parts; part++) {
            const size_t scale = k * parts + part;
            ck_integers products[CK_HALVES_ROWS][2];
            sum_products(rows, kind, scale * vectors, vectors, t, x, products);
            for (size_t v = 0; v < 2; v++) {
                ck_floats factor = ck_load_floats(t->scale[scale] + CK_HALF * v);
                ck_floats lift = ck_load_floats(t->lift[scale] + CK_HALF * v);
                for (size_t i = 0; i < rows; i++) {
                    ck_floats some =
                        __builtin_elementwise_fma((ck_floats)products[i][v], factor, lift);
                    scaled[i][v] = part == 0 ? some : scaled[i][v] + some;
                }
            }
        }
        for (size_t v = 0; v < 2; v++) {
            for (size_t i = 0; i < rows; i++) {
                float *at = sums[i] + CK_HALF * v;
                ck_floats sum = __builtin_elementwise_fma(
                    scaled[i][v], ck_same_floats(x[i].scale[k]), ck_load_floats(at));
                if (kind == CK_INT8_MINIMUM) {
                    sum = __builtin_elementwise_fma(
                        -ck_load_floats(t->minimum[k] + CK_HALF * v),
                        ck_same_floats(x[i].sum[k]), sum);
                }
                ck_store_floats(at, sum);
            }
        }
    }
}

/// The same for a pair of tiles and up to `most` rows, a number that is a constant.
CK_HALVES_INLINE void ck_multiply_halves(
    const size_t most, const ck_int8_kind kind, const ck_sums_of_products sum_products,
    size_t rows, size_t sub_blocks, const ck_int8_tile *tiles, const ck_int8_block *x,
    float (*sums)[CK_INT8_PAIR]) {
    for (size_t i = 0; i < 2; i++) {
        const ck_int8_tile *t = tiles + i;
        float (*own)[CK_INT8_PAIR] = (float (*)[CK_INT8_PAIR])(sums[0] + CK_INT8_TILE * i);
        switch (rows) {
        case 1: ck_multiply_tile(1, kind, sum_products, sub_blocks, t, x, own); break;
        case 2: ck_multiply_tile(2, kind, sum_products, sub_blocks, t, x, own); break;
        case 3: ck_multiply_tile(3, kind, sum_products, sub_blocks, t, x, own); break;
        case 4: ck_multiply_tile(4, kind, sum_products, sub_blocks, t, x, own); break;
        case 5: ck_multiply_tile(5, kind, sum_products, sub_blocks, t, x, own); break;
        default: ck_multiply_tile(most, kind, sum_products, sub_blocks, t, x, own); break;
        }
    }
}

/// Defines a `ck_int8_multiply` for functions of `TARGET`.
#define CK_MULTIPLY_HALVES(TARGET, NAME, ROWS, KIND, SUM_PRODUCTS)                                 \
    TARGET static void NAME(                                                                       \
        size_t rows, size_t sub_blocks, const ck_int8_tile *tiles, const ck_int8_block *x,         \
        float (*sums)[CK_INT8_PAIR]) {                                                             \
        ck_multiply_halves(ROWS, KIND, SUM_PRODUCTS, rows, sub_blocks, tiles, x, sums);            \
    }

#endif
#endif
