// Products of rounded activations with spread out weights on machines without AVX-512: VPDPBUSD of 32
// bytes where there is AVX-VNNI, otherwise VPMADDUBSW, which adds two products in 16 bits, and
// VPMADDWD. The integers are the same, so the results are.
#include "int8_halves.h"

#ifdef CK_X86

#define CK_AVXVNNI_TARGET "avx2,fma,f16c,avxvnni"
#define CK_AVXVNNI __attribute__((target(CK_AVXVNNI_TARGET)))
#define CK_AVXVNNI_INLINE static inline __attribute__((always_inline, target(CK_AVXVNNI_TARGET)))

CK_AVX2_INLINE __m256i weights_of(const ck_int8_tile *t, size_t four, size_t v) {
    return (__m256i)ck_load_bytes(t->bytes[four] + 4 * CK_HALF * v);
}

CK_AVX2_INLINE __m256i start_of(
    ck_int8_kind kind, const ck_int8_tile *t, size_t first, size_t vectors, size_t v) {
    return kind == CK_INT8_MINIMUM
        ? _mm256_set1_epi32(CK_INT8_MAGIC_BITS)
        : (__m256i)ck_load_integers(t->start[first / vectors] + CK_HALF * v);
}

CK_AVXVNNI_INLINE void sum_avxvnni(
    size_t rows, ck_int8_kind kind, size_t first, size_t vectors, const ck_int8_tile *t,
    const ck_int8_block *x, ck_integers (*products)[2]) {
    for (size_t v = 0; v < 2; v++) {
        ck_integers start = (ck_integers)start_of(kind, t, first, vectors, v);
        for (size_t i = 0; i < rows; i++) { products[i][v] = start; }
    }
    for (size_t four = first; four < first + vectors; four++) {
        __m256i w[2] = {weights_of(t, four, 0), weights_of(t, four, 1)};
        for (size_t i = 0; i < rows; i++) {
            __m256i a = (__m256i)ck_same_bytes(x[i].bytes + 4 * four);
            for (size_t v = 0; v < 2; v++) {
                __m256i sum = (__m256i)products[i][v];
                products[i][v] = (ck_integers)(kind == CK_INT8_MINIMUM
                    ? _mm256_dpbusd_avx_epi32(sum, w[v], a)
                    : _mm256_dpbusd_avx_epi32(sum, a, w[v]));
            }
        }
    }
}

/// Weights of a few bits: the sums of `together` vectors still fit 16 bits.
CK_AVX2_INLINE void sum_narrow(
    const size_t together, size_t rows, ck_int8_kind kind, size_t first, size_t vectors,
    const ck_int8_tile *t, const ck_int8_block *x, ck_integers (*products)[2]) {
    const __m256i ones = _mm256_set1_epi16(1);
    for (size_t group = 0; group < vectors; group += together) {
        __m256i short_sum[CK_HALVES_ROWS][2];
        for (size_t four = first + group; four < first + group + together; four++) {
            __m256i w[2] = {weights_of(t, four, 0), weights_of(t, four, 1)};
            for (size_t i = 0; i < rows; i++) {
                __m256i a = (__m256i)ck_same_bytes(x[i].bytes + 4 * four);
                for (size_t v = 0; v < 2; v++) {
                    __m256i two = kind == CK_INT8_MINIMUM
                        ? _mm256_maddubs_epi16(w[v], a) : _mm256_maddubs_epi16(a, w[v]);
                    short_sum[i][v] = four == first + group
                        ? two : _mm256_add_epi16(short_sum[i][v], two);
                }
            }
        }
        for (size_t v = 0; v < 2; v++) {
            __m256i start = start_of(kind, t, first, vectors, v);
            for (size_t i = 0; i < rows; i++) {
                products[i][v] = (ck_integers)_mm256_add_epi32(
                    group == 0 ? start : (__m256i)products[i][v],
                    _mm256_madd_epi16(short_sum[i][v], ones));
            }
        }
    }
}

#define CK_SUM_NARROW(NAME, TOGETHER)                                                              \
    CK_AVX2_INLINE void NAME(                                                                      \
        size_t rows, ck_int8_kind kind, size_t first, size_t vectors, const ck_int8_tile *t,       \
        const ck_int8_block *x, ck_integers (*products)[2]) {                                      \
        sum_narrow(TOGETHER, rows, kind, first, vectors, t, x, products);                          \
    }

// Two products a vector: 16 * 15 * 127 are less than 2^15, as are 16 * 8 * 255 of the raised form.
CK_SUM_NARROW(sum_4_bits, 8)
// 8 * 31 * 127, or 8 * 16 * 255.
CK_SUM_NARROW(sum_5_bits, 4)
// 4 * 32 * 255.
CK_SUM_NARROW(sum_6_bits, 2)

/// Weights of 8 bits: their sizes times the activations with their signs, 128 * 127 at most.
CK_AVX2_INLINE void sum_wide(
    size_t rows, ck_int8_kind kind, size_t first, size_t vectors, const ck_int8_tile *t,
    const ck_int8_block *x, ck_integers (*products)[2]) {
    (void)kind;
    const __m256i ones = _mm256_set1_epi16(1);
    for (size_t i = 0; i < rows; i++) {
        products[i][0] = products[i][1] = (ck_integers)_mm256_set1_epi32(CK_INT8_MAGIC_BITS);
    }
    for (size_t four = first; four < first + vectors; four++) {
        __m256i w[2] = {weights_of(t, four, 0), weights_of(t, four, 1)};
        __m256i size[2] = {_mm256_abs_epi8(w[0]), _mm256_abs_epi8(w[1])};
        for (size_t i = 0; i < rows; i++) {
            __m256i a = (__m256i)ck_same_bytes(x[i].bytes + 4 * four);
            for (size_t v = 0; v < 2; v++) {
                __m256i two = _mm256_maddubs_epi16(size[v], _mm256_sign_epi8(a, w[v]));
                products[i][v] = (ck_integers)_mm256_add_epi32(
                    (__m256i)products[i][v], _mm256_madd_epi16(two, ones));
            }
        }
    }
}

/// Rows that are made together: their sums stay in the 16 registers, of narrow weights in 16 bits.
#define AVX2_ROWS 4
#define AVXVNNI_ROWS 6
/// Pairs of tiles in the first-level cache: 32 KB with AVX2 alone, 48 with AVX-VNNI (32 in the small cores
/// among them).
#define AVX2_PAIRS 1
#define AVXVNNI_PAIRS 2

CK_MULTIPLY_HALVES(CK_AVX2, minimum_4_bits, AVX2_ROWS, CK_INT8_MINIMUM, sum_4_bits)
CK_MULTIPLY_HALVES(CK_AVX2, minimum_5_bits, AVX2_ROWS, CK_INT8_MINIMUM, sum_5_bits)
CK_MULTIPLY_HALVES(CK_AVX2, signed_4_bits, AVX2_ROWS, CK_INT8_SIGNED, sum_4_bits)
CK_MULTIPLY_HALVES(CK_AVX2, signed_5_bits, AVX2_ROWS, CK_INT8_SIGNED, sum_5_bits)
CK_MULTIPLY_HALVES(CK_AVX2, signed_8_bits, AVX2_ROWS, CK_INT8_SIGNED, sum_wide)
CK_MULTIPLY_HALVES(CK_AVX2, signed16_6_bits, AVX2_ROWS, CK_INT8_SIGNED16, sum_6_bits)
CK_MULTIPLY_HALVES(CK_AVXVNNI, avxvnni_minimum, AVXVNNI_ROWS, CK_INT8_MINIMUM, sum_avxvnni)
CK_MULTIPLY_HALVES(CK_AVXVNNI, avxvnni_signed, AVXVNNI_ROWS, CK_INT8_SIGNED, sum_avxvnni)
CK_MULTIPLY_HALVES(CK_AVXVNNI, avxvnni_signed16, AVXVNNI_ROWS, CK_INT8_SIGNED16, sum_avxvnni)

static ck_int8_multiply multiply_avx2(ck_type type) {
    switch (type) {
    case CK_Q4_K: case CK_Q4_1: return minimum_4_bits;
    case CK_Q5_K: case CK_Q5_1: return minimum_5_bits;
    case CK_Q4_0: return signed_4_bits;
    case CK_Q5_0: return signed_5_bits;
    case CK_Q3_K: case CK_Q6_K: return signed16_6_bits;
    default: return signed_8_bits;  // CK_Q8_0, CK_IQ4_NL, CK_IQ4_XS
    }
}

static ck_int8_multiply multiply_avxvnni(ck_int8_kind kind) {
    switch (kind) {
    case CK_INT8_MINIMUM: return avxvnni_minimum;
    case CK_INT8_SIGNED: return avxvnni_signed;
    default: return avxvnni_signed16;
    }
}

ck_int8_kernel ck_int8_kernel_of_halves(ck_level level, ck_type type, size_t parts) {
    // A processor that has AVX-512 without VNNI is older than AVX-VNNI: at that level the question has
    // one answer, and the instructions of AVX2 are what is tested there on a newer one.
    const int avxvnni = level == CK_LEVEL_AVX2 && __builtin_cpu_supports("avxvnni");
    const ck_int8_kind kind = ck_int8_kind_of(type);
    const ck_int8_multiply multiply = avxvnni ? multiply_avxvnni(kind) : multiply_avx2(type);
    return (ck_int8_kernel){
        .spread = ck_int8_spread_of_halves(type), .multiply = multiply,
        .rows = avxvnni ? AVXVNNI_ROWS : AVX2_ROWS,
        .pairs = avxvnni ? AVXVNNI_PAIRS : AVX2_PAIRS, .turns = 2 * 8,
        .form = kind != CK_INT8_MINIMUM && multiply != signed_8_bits
            ? CK_INT8_RAISED : ck_int8_signed_form(type, parts),
    };
}

#endif
