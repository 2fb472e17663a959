// Products of rounded activations with spread out weights on 64-bit ARM: SDOT where the processor has
// it (FEAT_DotProd), otherwise products in 16 bits. Both multiply signed bytes by signed ones, so every
// kind of weights meets the plain activations.
#include "int8_halves.h"

#ifdef CK_NEON

#if defined(__linux__)
#include <sys/auxv.h>

static int has_dot_products(void) {
    const unsigned long asimddp = 1ul << 20;  // HWCAP_ASIMDDP, asm/hwcap.h
    return (getauxval(AT_HWCAP) & asimddp) != 0;
}
#elif defined(__ARM_FEATURE_DOTPROD)
static int has_dot_products(void) { return 1; }
#else
static int has_dot_products(void) { return 0; }
#endif

#define CK_DOT_PRODUCTS __attribute__((target("dotprod")))
#define CK_DOT_PRODUCTS_INLINE static inline __attribute__((always_inline, target("dotprod")))

/// A quarter of a tile's vector: the bytes of 4 columns of 4 rows.
CK_HALVES_INLINE int8x16_t weights_of(const ck_int8_tile *t, size_t four, size_t quarter) {
    return vld1q_s8((const int8_t *)t->bytes[four] + 16 * quarter);
}

CK_HALVES_INLINE int8x16_t activations_of(const ck_int8_block *x, size_t four) {
    int32_t bytes;
    memcpy(&bytes, x->bytes + 4 * four, sizeof bytes);
    return vreinterpretq_s8_s32(vdupq_n_s32(bytes));
}

CK_HALVES_INLINE void store_products(int32x4_t sums[4], ck_integers products[2]) {
    memcpy(products, sums, 2 * sizeof *products);
}

CK_DOT_PRODUCTS_INLINE void sum_dot_products(
    size_t rows, ck_int8_kind kind, size_t first, size_t vectors, const ck_int8_tile *t,
    const ck_int8_block *x, ck_integers (*products)[2]) {
    (void)kind;
    int32x4_t sums[CK_HALVES_ROWS][4];
    for (size_t i = 0; i < rows; i++) {
        for (size_t j = 0; j < 4; j++) { sums[i][j] = vdupq_n_s32(CK_INT8_MAGIC_BITS); }
    }
    for (size_t four = first; four < first + vectors; four++) {
        for (size_t i = 0; i < rows; i++) {
            int8x16_t a = activations_of(x + i, four);
            for (size_t j = 0; j < 4; j++) {
                sums[i][j] = vdotq_s32(sums[i][j], weights_of(t, four, j), a);
            }
        }
    }
    for (size_t i = 0; i < rows; i++) { store_products(sums[i], products[i]); }
}

/// Two columns of a row are a sum in 32 bits, until the end; two products of 8 bits, 128 * 127 at most,
/// fit 16.
CK_HALVES_INLINE void sum_long(
    size_t rows, ck_int8_kind kind, size_t first, size_t vectors, const ck_int8_tile *t,
    const ck_int8_block *x, ck_integers (*products)[2]) {
    (void)kind;
    for (size_t i = 0; i < rows; i++) {
        int32x4_t sums[4];
        for (size_t j = 0; j < 4; j++) {
            int32x4_t low = vdupq_n_s32(0), high = low;
            for (size_t four = first; four < first + vectors; four += 2) {
                int8x16_t w0 = weights_of(t, four, j), w1 = weights_of(t, four + 1, j);
                int8x16_t a0 = activations_of(x + i, four), a1 = activations_of(x + i, four + 1);
                int16x8_t two = vmull_s8(vget_low_s8(w0), vget_low_s8(a0));
                low = vpadalq_s16(low, vmlal_s8(two, vget_low_s8(w1), vget_low_s8(a1)));
                two = vmull_high_s8(w0, a0);
                high = vpadalq_s16(high, vmlal_high_s8(two, w1, a1));
            }
            sums[j] = vaddq_s32(vdupq_n_s32(CK_INT8_MAGIC_BITS), vpaddq_s32(low, high));
        }
        store_products(sums, products[i]);
    }
}

/// Rows that are made together: of the 32 registers, sums take 4 a row.
#define DOT_ROWS 6
#define LONG_ROWS 4

/// Pairs of tiles in the first-level cache, 64 KB in most large cores; claims of 128 outputs are two panels.
#define PAIRS 2

CK_MULTIPLY_HALVES(CK_DOT_PRODUCTS, dot_32, DOT_ROWS, CK_INT8_SIGNED, sum_dot_products)
CK_MULTIPLY_HALVES(CK_DOT_PRODUCTS, dot_minimum, DOT_ROWS, CK_INT8_MINIMUM, sum_dot_products)
CK_MULTIPLY_HALVES(CK_DOT_PRODUCTS, dot_16, DOT_ROWS, CK_INT8_SIGNED16, sum_dot_products)
CK_MULTIPLY_HALVES(CK_HALVES, long_32, LONG_ROWS, CK_INT8_SIGNED, sum_long)
CK_MULTIPLY_HALVES(CK_HALVES, long_minimum, LONG_ROWS, CK_INT8_MINIMUM, sum_long)
CK_MULTIPLY_HALVES(CK_HALVES, long_16, LONG_ROWS, CK_INT8_SIGNED16, sum_long)

static ck_int8_multiply multiply_of(ck_int8_kind kind, int dot) {
    switch (kind) {
    case CK_INT8_MINIMUM: return dot ? dot_minimum : long_minimum;
    case CK_INT8_SIGNED: return dot ? dot_32 : long_32;
    default: return dot ? dot_16 : long_16;
    }
}

ck_int8_kernel ck_int8_kernel_of_halves(ck_level level, ck_type type, size_t parts) {
    (void)level;
    const int dot = has_dot_products();
    return (ck_int8_kernel){
        .spread = ck_int8_spread_of_halves(type), .multiply = multiply_of(ck_int8_kind_of(type), dot),
        .rows = dot ? DOT_ROWS : LONG_ROWS, .pairs = PAIRS, .turns = 2 * 8,
        .form = ck_int8_signed_form(type, parts),
    };
}

#endif
