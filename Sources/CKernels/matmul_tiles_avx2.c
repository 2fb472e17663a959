// Blocks of sums of tiles of integers without AVX-512 VNNI: VPMADDWD and an addition. The integers are the
// same, and so is the order of what is rounded, so the bits are.
#include "tiles.h"

#ifdef CK_X86

/// Rows made together: with the two halves of a tile's outputs, 8 sums, and registers for what they meet.
#define ROWS 4

/// Of the intrinsics Clang makes longer sums, for which it has too few registers.
CK_AVX2_INLINE void add_products(__m256i *sum, __m256i x, __m256i w) {
    __m256i products;
    __asm__("vpmaddwd %3, %2, %1\n\tvpaddd %1, %0, %0" : "+x"(*sum), "=&x"(products) : "x"(x), "x"(w));
}

/// The 16 outputs of one group.
CK_AVX2_INLINE void group_avx2(const ck_tile_block *k, const uint16_t *weights, float *out) {
    for (size_t r = 0; r < k->rows; r += ROWS, out += ROWS * k->stride) {
        const uint16_t *a = k->a[r / CK_TILE_ROWS], *b = weights;
        _Alignas(32) float sums[ROWS][CK_TILE_ROWS] = {{0}};
        for (size_t i = 0; k->goes_on && i < ROWS; i++) {
            memcpy(sums[i], out + i * k->stride, sizeof sums[i]);
        }
        for (size_t s = 0; s < k->steps; s += CK_TILE_SHARED) {
            const float *row_scales = ck_tile_scale((uint16_t *)a, r % CK_TILE_ROWS);
            const float *scales = ck_tile_scale((uint16_t *)b, 0);
            size_t shared = k->steps - s < CK_TILE_SHARED ? k->steps - s : CK_TILE_SHARED;
            __m256i products[ROWS][2];
            for (size_t i = 0; i < ROWS; i++) {
                products[i][0] = products[i][1] = _mm256_setzero_si256();
            }
            for (size_t t = 0; t < shared; t++, a += CK_TILE_HALVES, b += CK_TILE_HALVES) {
                const uint16_t *rows = a + r % CK_TILE_ROWS * CK_STEP;
#pragma clang loop unroll(full)
                for (size_t p = 0; p < CK_STEP / 2; p++) {
                    __m256i w[2];
                    memcpy(w, b + CK_STEP * p, sizeof w);
#pragma clang loop unroll(full)
                    for (size_t i = 0; i < ROWS; i++) {
                        int32_t pair;
                        memcpy(&pair, rows + CK_STEP * i + 2 * p, sizeof pair);
                        __m256i x = _mm256_set1_epi32(pair);
                        add_products(&products[i][0], x, w[0]);
                        add_products(&products[i][1], x, w[1]);
                    }
                }
            }
            for (size_t i = 0; i < ROWS; i++) {
                __m256 row_scale = _mm256_set1_ps(row_scales[i]);
                for (size_t v = 0; v < 2; v++) {
                    float *at = sums[i] + 8 * v;
                    __m256 scaled = _mm256_mul_ps(
                        _mm256_cvtepi32_ps(products[i][v]), _mm256_loadu_ps(scales + 8 * v));
                    _mm256_store_ps(at, _mm256_fmadd_ps(scaled, row_scale, _mm256_load_ps(at)));
                }
            }
        }
        for (size_t i = 0; i < ROWS; i++) { memcpy(out + i * k->stride, sums[i], sizeof sums[i]); }
    }
}

CK_AVX2 void ck_tile_block_avx2(const ck_tile_block *k) {
    for (size_t group = 0; CK_TILE_ROWS * group < k->outputs; group++) {
        group_avx2(k, k->b[group], k->out + CK_TILE_ROWS * group);
    }
}

#endif
