// Pictures, attention, and prompts in the accurate arithmetic or with weights that are not quantised:
// products of packed matrices (tiles.h), with sums in single precision.
//
// An output is summed over the steps in order, whatever else is in the call: a row's result does not
// depend on the rows beside it.
#include "tiles.h"

#include <string.h>

int ck_has_tiles(ck_level level) {
#ifdef CK_X86
    return level >= CK_LEVEL_AVX2;
#else
    return (void)level, 0;
#endif
}

// The definition: one output after the other, the products of a step exactly.
static void matmul_ref(
    size_t rows, size_t outputs, size_t columns, const uint16_t *x, const uint16_t *w, float *out,
    size_t out_stride) {
    size_t steps = ck_tile_steps(columns);
    for (size_t r = 0; r < rows; r++) {
        for (size_t n = 0; n < outputs; n++) {
            double sum = 0;
            for (size_t s = 0; s < steps; s++) {
                const uint16_t *a = x + (r / CK_TILE_ROWS * steps + s) * CK_TILE_HALVES;
                const uint16_t *b = w + (n / CK_TILE_ROWS * steps + s) * CK_TILE_HALVES;
                size_t row = r % CK_TILE_ROWS, output = n % CK_TILE_ROWS;
                int64_t products = 0;
                for (size_t c = 0; c < CK_STEP; c++) {
                    int16_t left = (int16_t)a[row * CK_STEP + c];
                    int16_t right = (int16_t)b[c / 2 * CK_STEP + 2 * output + c % 2];
                    products += (int64_t)left * right;
                }
                sum += (double)products * (double)*ck_tile_scale((uint16_t *)a, row)
                    * (double)*ck_tile_scale((uint16_t *)b, output);
            }
            out[r * out_stride + n] = (float)sum;
        }
    }
}

#ifdef CK_X86

/// VPDPWSSD. Of its intrinsic Clang makes a product and a sum, where it holds many of them for a chain to
/// be shortened: that is half as fast.
CK_VNNI_INLINE void add_products(__m512i *sum, __m512i x, __m512i w) {
    __asm__("vpdpwssd %2, %1, %0" : "+v"(*sum) : "v"(x), "v"(w));
}

/// Two columns of a row, beside those of each of 16 outputs.
CK_VNNI_INLINE __m512i same_columns(const uint16_t *at) {
    int32_t pair;
    memcpy(&pair, at, sizeof pair);
    return _mm512_set1_epi32(pair);
}

/// Rows made together: with 2 vectors of outputs, 16 sums of products in registers.
#define TILE_ROWS 8

/// Adds a step's products of a pair of columns.
CK_VNNI_INLINE void add_pair(
    const uint16_t *rows, const uint16_t *b0, const uint16_t *b1, size_t p,
    __m512i products[TILE_ROWS][2]) {
    __m512i w0 = _mm512_loadu_si512(b0 + CK_STEP * p);
    __m512i w1 = _mm512_loadu_si512(b1 + CK_STEP * p);
#pragma clang loop unroll(full)
    for (size_t i = 0; i < TILE_ROWS; i++) {
        __m512i x = same_columns(rows + CK_STEP * i + 2 * p);
        add_products(&products[i][0], x, w0);
        add_products(&products[i][1], x, w1);
    }
}

/// The same for two pairs of columns, by sums of their numbers: half as many products (int8.h).
CK_VNNI_INLINE void add_two_pairs(
    const uint16_t *rows, const uint16_t *b0, const uint16_t *b1, size_t p,
    __m512i products[TILE_ROWS][2]) {
    const uint16_t *b[2] = {b0 + CK_STEP * p, b1 + CK_STEP * p};
    __m512i even[2], odd[2];
    for (size_t v = 0; v < 2; v++) {
        even[v] = _mm512_loadu_si512(b[v]);
        odd[v] = _mm512_loadu_si512(b[v] + CK_STEP);
    }
#pragma clang loop unroll(full)
    for (size_t i = 0; i < TILE_ROWS; i++) {
        __m512i first = same_columns(rows + CK_STEP * i + 2 * p);
        __m512i second = same_columns(rows + CK_STEP * i + 2 * p + 2);
        for (size_t v = 0; v < 2; v++) {
            add_products(
                &products[i][v], _mm512_add_epi16(first, odd[v]), _mm512_add_epi16(second, even[v]));
        }
    }
}

/// 8 rows by 2 vectors of outputs in registers; the sums of steps that share a scale are exact, and are
/// scaled and added to those before them.
CK_VNNI_INLINE void block_of(const ck_tile_block *k, const int paired) {
    for (size_t r = 0; r < k->rows; r += TILE_ROWS) {
        const uint16_t *a = k->a[r / 16], *b0 = k->b[0], *b1 = k->b[1];
        float *out = k->out + r * k->stride;
        // In registers there is room for the integers alone.
        _Alignas(64) float sums[TILE_ROWS][2][16] = {{{0}}};
        for (size_t i = 0; k->goes_on && i < TILE_ROWS; i++) {
            memcpy(sums[i], out + i * k->stride, sizeof sums[i]);
        }
        for (size_t s = 0; s < k->steps; s += CK_TILE_SHARED) {
            const float *row_scales = ck_tile_scale((uint16_t *)a, r % 16);
            __m512 scale0 = _mm512_loadu_ps(ck_tile_scale((uint16_t *)b0, 0));
            __m512 scale1 = _mm512_loadu_ps(ck_tile_scale((uint16_t *)b1, 0));
            size_t shared = k->steps - s < CK_TILE_SHARED ? k->steps - s : CK_TILE_SHARED;
            __m512i products[TILE_ROWS][2];
            for (size_t i = 0; i < TILE_ROWS; i++) {
                products[i][0] = products[i][1] = _mm512_setzero_si512();
                if (paired) {
                    __m512i start = _mm512_set1_epi32(*ck_tile_start((uint16_t *)a, r % 16 + i));
                    products[i][0] = _mm512_add_epi32(
                        start, _mm512_loadu_si512(ck_tile_start((uint16_t *)b0, 0)));
                    products[i][1] = _mm512_add_epi32(
                        start, _mm512_loadu_si512(ck_tile_start((uint16_t *)b1, 0)));
                }
            }
            for (size_t t = 0; t < shared; t++) {
                const uint16_t *rows = a + r % 16 * CK_STEP;
#pragma clang loop unroll(full)
                for (size_t p = 0; p < 16; p++) {
                    if (!paired) { add_pair(rows, b0, b1, p, products); }
                    if (paired && p % 2 == 0) { add_two_pairs(rows, b0, b1, p, products); }
                    // The next step's tiles come from the second-level cache.
                    _mm_prefetch((const char *)(b0 + CK_TILE_HALVES + CK_STEP * p), _MM_HINT_T0);
                    _mm_prefetch((const char *)(b1 + CK_TILE_HALVES + CK_STEP * p), _MM_HINT_T0);
                    if (p < TILE_ROWS) {
                        _mm_prefetch(
                            (const char *)(rows + CK_TILE_HALVES + CK_STEP * p), _MM_HINT_T0);
                    }
                }
                a += CK_TILE_HALVES;
                b0 += CK_TILE_HALVES;
                b1 += CK_TILE_HALVES;
            }
            for (size_t i = 0; i < TILE_ROWS; i++) {
                __m512 row_scale = _mm512_set1_ps(row_scales[i]);
                __m512 left = _mm512_mul_ps(_mm512_cvtepi32_ps(products[i][0]), scale0);
                __m512 right = _mm512_mul_ps(_mm512_cvtepi32_ps(products[i][1]), scale1);
                _mm512_store_ps(
                    sums[i][0], _mm512_fmadd_ps(left, row_scale, _mm512_load_ps(sums[i][0])));
                _mm512_store_ps(
                    sums[i][1], _mm512_fmadd_ps(right, row_scale, _mm512_load_ps(sums[i][1])));
            }
        }
        for (size_t i = 0; i < TILE_ROWS; i++) {
            memcpy(out + i * k->stride, sums[i], sizeof sums[i]);
        }
    }
}

CK_VNNI static void block_vnni(const ck_tile_block *k) { block_of(k, 0); }

CK_VNNI static void block_pairs(const ck_tile_block *k) { block_of(k, 1); }

/// The sums of a block by the instructions of a level.
static void (*block_of_level(ck_level level))(const ck_tile_block *) {
    if (level == CK_LEVEL_PAIRS) { return block_pairs; }
    return level >= CK_LEVEL_VNNI ? block_vnni : ck_tile_block_avx2;
}

/// Blocks of 32 x 32 sums, `strip` steps at a time, so that the weights' share of them stays in the
/// first-level cache while rows pass; where rows or outputs end inside a block, it is made beside
/// the result and its valid part copied.
static void matmul_blocks(
    void (*compute)(const ck_tile_block *), size_t strip, size_t rows, size_t outputs, size_t columns,
    const uint16_t *x, const uint16_t *w, float *out, size_t out_stride) {
    size_t steps = ck_tile_steps(columns), group = steps * CK_TILE_HALVES;
    float beside[32 * 32];
    for (size_t from = 0; from < steps; from += strip) {
        size_t count = steps - from < strip ? steps - from : strip;
        for (size_t n = 0; n < outputs; n += 32) {
            const uint16_t *b = w + n / 16 * group + from * CK_TILE_HALVES;
            size_t width = outputs - n < 32 ? outputs - n : 32;
            for (size_t r = 0; r < rows; r += 32) {
                const uint16_t *a = x + r / 16 * group + from * CK_TILE_HALVES;
                size_t height = rows - r < 32 ? rows - r : 32;
                float *target = out + r * out_stride + n;
                int whole = width == 32 && height == 32;
                ck_tile_block k = {
                    // A group that does not exist is stood in for by the one before it.
                    .a = {a, height > 16 ? a + group : a}, .b = {b, width > 16 ? b + group : b},
                    .out = whole ? target : beside, .stride = whole ? out_stride : 32,
                    .rows = height, .outputs = width, .steps = count, .goes_on = from > 0,
                };
                if (!whole && from > 0) {
                    memset(beside, 0, sizeof beside);
                    for (size_t i = 0; i < height; i++) {
                        memcpy(beside + 32 * i, target + i * out_stride, width * sizeof(float));
                    }
                }
                compute(&k);
                for (size_t i = 0; !whole && i < height; i++) {
                    memcpy(target + i * out_stride, beside + 32 * i, width * sizeof(float));
                }
            }
        }
    }
}

/// Steps whose two tiles of weights fill 35 KB of the first-level cache; a multiple of CK_TILE_SHARED.
#define INTEGER_STRIP 16
/// Rows and outputs whose sums are kept between strips, 32 KB: rows of `out` often lie a power of two
/// apart, so that a column of them has few places in a cache and would come from memory for each strip.
#define KEPT_ROWS 64
#define KEPT_OUTPUTS 128

/// Blocks of sums in `out` where there is one strip, else in memory of their own, 64 x 128 at a time.
static void matmul_integers(
    void (*compute)(const ck_tile_block *), size_t rows, size_t outputs, size_t columns,
    const uint16_t *x, const uint16_t *w, float *out, size_t out_stride) {
    size_t group = ck_tile_steps(columns) * CK_TILE_HALVES;
    if (ck_tile_steps(columns) <= INTEGER_STRIP) {
        matmul_blocks(compute, INTEGER_STRIP, rows, outputs, columns, x, w, out, out_stride);
        return;
    }
    float sums[KEPT_ROWS * KEPT_OUTPUTS];
    for (size_t n = 0; n < outputs; n += KEPT_OUTPUTS) {
        size_t width = outputs - n < KEPT_OUTPUTS ? outputs - n : KEPT_OUTPUTS;
        for (size_t r = 0; r < rows; r += KEPT_ROWS) {
            size_t height = rows - r < KEPT_ROWS ? rows - r : KEPT_ROWS;
            matmul_blocks(
                compute, INTEGER_STRIP, height, width, columns, x + r / CK_TILE_ROWS * group,
                w + n / CK_TILE_ROWS * group, sums, KEPT_OUTPUTS);
            for (size_t i = 0; i < height; i++) {
                memcpy(
                    out + (r + i) * out_stride + n, sums + i * KEPT_OUTPUTS, width * sizeof *out);
            }
        }
    }
}

#endif

void ck_matmul_tiles(
    ck_level level, size_t rows, size_t outputs, size_t columns, const uint16_t *x,
    const uint16_t *w, float *out, size_t out_stride) {
#ifdef CK_X86
    if (level >= CK_LEVEL_AVX2) {
        matmul_integers(
            block_of_level(level), rows, outputs, columns, x, w, out, out_stride);
        return;
    }
#endif
    (void)level;
    matmul_ref(rows, outputs, columns, x, w, out, out_stride);
}
