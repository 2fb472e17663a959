// Activations rounded to 8 bits with a scale for 32 of them: about half the error of a scale for 256
// on activations with outliers, and what the weights' own scales are for.
//
// Where 8 bits are too few, a row is rounded to 16 and split into two rows of 8: value = scale *
// (256 * upper + lower), both signed. The kernel takes them for two rows and adds their results.
//
// Blocks of 256 columns lie one after the other, each with all rows: [block][row], the parts of a
// row side by side. A block of weights meets them in that order.
#include "int8_halves.h"

#include <math.h>
#include <string.h>

size_t ck_int8_bytes(size_t parts, size_t rows, size_t columns) {
    return 2 * ck_int8_blocks(columns) * parts * rows * sizeof(ck_int8_block);
}

/// A block of a part of a row in both forms.
typedef struct { ck_int8_block *plain, *raised; } forms;

/// The greatest integers of a whole row and of one that is split.
#define GREATEST 127
#define GREATEST_SPLIT 32512  // 127 * 256
/// The least lower byte: AVX2 without VNNI turns signs around, and there is no 128. What would be
/// less, one in 256, misses by one unit of the 16 bits.
#define LEAST_LOWER -127

static void put32_ref(const int32_t q[32], float scale, forms f, size_t i) {
    int32_t sum = 0;
    for (size_t c = 0; c < 32; c++) {
        f.plain->bytes[32 * i + c] = (uint8_t)q[c];
        f.raised->bytes[32 * i + c] = (uint8_t)(q[c] + 128);
        sum += q[c];
    }
    f.plain->scale[i] = f.raised->scale[i] = scale;
    f.plain->sum[i] = f.raised->sum[i] = scale * (float)sum;
}

static void round32_ref(const float *x, size_t parts, const forms f[2], size_t i) {
    const float limit = parts == 1 ? GREATEST : GREATEST_SPLIT;
    float greatest = ck_greatest(32, x);
    float scale = greatest / limit, inverse = greatest > 0 ? limit / greatest : 0;
    int32_t q[32], lower[32], upper[32];
    for (size_t c = 0; c < 32; c++) {
        q[c] = (int32_t)nearbyintf(x[c] * inverse);
        lower[c] = (int8_t)(q[c] & 255);
        upper[c] = (q[c] - lower[c]) / 256;
        lower[c] = lower[c] < LEAST_LOWER ? LEAST_LOWER : lower[c];
    }
    if (parts == 1) { put32_ref(q, scale, f[0], i); return; }
    put32_ref(upper, 256 * scale, f[0], i);
    put32_ref(lower, scale, f[1], i);
}

static void round_columns_ref(const float *x, size_t columns, size_t parts, const forms f[2]) {
    for (size_t i = 0; i < columns / 32; i++) { round32_ref(x + 32 * i, parts, f, i); }
}

#ifdef CK_INT8_HALVES
/// The integers nearest to 8 products, as the plain twin rounds them.
CK_HALVES_INLINE ck_integers nearest(ck_floats x, float factor) {
    x *= factor;
#ifdef CK_X86
    return (ck_integers)_mm256_cvtps_epi32((__m256)x);
#else
    float32x4_t half[2];
    int32x4_t rounded[2];
    memcpy(half, &x, sizeof half);
    for (int i = 0; i < 2; i++) { rounded[i] = vcvtnq_s32_f32(half[i]); }
    ck_integers result;
    memcpy(&result, rounded, sizeof result);
    return result;
#endif
}

CK_HALVES_INLINE void put32_halves(const ck_integers q[4], float scale, forms f, size_t i) {
    typedef uint8_t bytes8 __attribute__((vector_size(8)));
    ck_words sum = {0};
    for (size_t j = 0; j < 4; j++) {
        bytes8 plain = __builtin_convertvector((ck_words)q[j], bytes8), raised = plain ^ 128;
        memcpy(f.plain->bytes + 32 * i + 8 * j, &plain, sizeof plain);
        memcpy(f.raised->bytes + 32 * i + 8 * j, &raised, sizeof raised);
        sum += (ck_words)q[j];
    }
    f.plain->scale[i] = f.raised->scale[i] = scale;
    f.plain->sum[i] = f.raised->sum[i] = scale * (float)(int32_t)__builtin_reduce_add(sum);
}

CK_HALVES static void round_columns_halves(
    const float *x, size_t columns, size_t parts, const forms f[2]) {
    const float limit = parts == 1 ? GREATEST : GREATEST_SPLIT;
    for (size_t i = 0; i < columns / 32; i++, x += 32) {
        ck_words sizes = {0};
        for (size_t j = 0; j < 32; j += 8) {
            sizes = __builtin_elementwise_max(sizes, (ck_words)ck_load_floats(x + j) & 0x7fffffff);
        }
        float greatest = ck_float_of_bits(__builtin_reduce_max(sizes));
        float scale = greatest / limit, inverse = greatest > 0 ? limit / greatest : 0;
        ck_integers q[4], upper[4], lower[4];
        for (size_t j = 0; j < 4; j++) {
            q[j] = nearest(ck_load_floats(x + 8 * j), inverse);
            // Shifted as words where signs do not matter: what is no number may overflow.
            lower[j] = (ck_integers)((ck_words)q[j] << 24) >> 24;
            upper[j] = (ck_integers)((ck_words)q[j] - (ck_words)lower[j]) >> 8;
            lower[j] = __builtin_elementwise_max(lower[j], (ck_integers){} + LEAST_LOWER);
        }
        if (parts == 1) { put32_halves(q, scale, f[0], i); continue; }
        put32_halves(upper, 256 * scale, f[0], i);
        put32_halves(lower, scale, f[1], i);
    }
}
#endif

#ifdef CK_X86
CK_VNNI_INLINE void put32_vnni(__m512i first, __m512i second, float scale, forms f, size_t i) {
    __m256i q = _mm256_inserti128_si256(
        _mm256_castsi128_si256(_mm512_cvtepi32_epi8(first)), _mm512_cvtepi32_epi8(second), 1);
    __m256i raised = _mm256_xor_si256(q, _mm256_set1_epi8((char)0x80));
    _mm256_storeu_si256((__m256i *)(f.plain->bytes + 32 * i), q);
    _mm256_storeu_si256((__m256i *)(f.raised->bytes + 32 * i), raised);
    int32_t sum = _mm512_reduce_add_epi32(_mm512_add_epi32(first, second));
    f.plain->scale[i] = f.raised->scale[i] = scale;
    f.plain->sum[i] = f.raised->sum[i] = scale * (float)sum;
}

/// The lower byte of each element, as a signed number.
CK_VNNI_INLINE __m512i lower_byte(__m512i q) {
    return _mm512_srai_epi32(_mm512_slli_epi32(q, 24), 24);
}

/// What is left of each element for the upper byte.
CK_VNNI_INLINE __m512i upper_byte(__m512i q) {
    return _mm512_srai_epi32(_mm512_sub_epi32(q, lower_byte(q)), 8);
}

CK_VNNI_INLINE void round32_vnni(const float *x, size_t parts, const forms f[2], size_t i) {
    __m512 low = _mm512_loadu_ps(x), high = _mm512_loadu_ps(x + 16);
    const float limit = parts == 1 ? GREATEST : GREATEST_SPLIT;
    float greatest = ck_float_of_bits(_mm512_reduce_max_epu32(_mm512_max_epu32(
        (__m512i)_mm512_abs_ps(low), (__m512i)_mm512_abs_ps(high))));
    float scale = greatest / limit, inverse = greatest > 0 ? limit / greatest : 0;
    __m512i first = _mm512_cvtps_epi32(_mm512_mul_ps(low, _mm512_set1_ps(inverse)));
    __m512i second = _mm512_cvtps_epi32(_mm512_mul_ps(high, _mm512_set1_ps(inverse)));
    if (parts == 1) { put32_vnni(first, second, scale, f[0], i); return; }
    put32_vnni(upper_byte(first), upper_byte(second), 256 * scale, f[0], i);
    const __m512i least = _mm512_set1_epi32(LEAST_LOWER);
    put32_vnni(_mm512_max_epi32(lower_byte(first), least),
               _mm512_max_epi32(lower_byte(second), least), scale, f[1], i);
}

CK_VNNI static void round_columns_vnni(
    const float *x, size_t columns, size_t parts, const forms f[2]) {
    for (size_t i = 0; i < columns / 32; i++) { round32_vnni(x + 32 * i, parts, f, i); }
}
#endif

/// What lies beyond a row's end multiplies to nothing.
static void clear_beyond(ck_int8_block *block, size_t columns, uint8_t zero) {
    memset(block->bytes + columns, zero, CK_INT8_COLUMNS - columns);
    for (size_t i = columns / 32; i < 8; i++) { block->scale[i] = block->sum[i] = 0; }
}

void ck_quantize_rows_int8(
    ck_level level, size_t parts, size_t rows, size_t columns, const float *x, size_t stride,
    void *out, size_t all_rows, size_t first) {
    void (*round_columns)(const float *, size_t, size_t, const forms[2]) = round_columns_ref;
#ifdef CK_INT8_HALVES
    if (level > CK_LEVEL_PLAIN) { round_columns = round_columns_halves; }
#endif
#ifdef CK_X86
    if (level >= CK_LEVEL_VNNI) { round_columns = round_columns_vnni; }
#endif
    (void)level;
    const size_t all = all_rows * parts;
    ck_int8_block *plain = ck_int8_form(out, all, columns, 0) + first * parts;
    ck_int8_block *raised = ck_int8_form(out, all, columns, 1) + first * parts;
    for (size_t column = 0; column < columns; column += CK_INT8_COLUMNS) {
        size_t left = columns - column;
        for (size_t r = 0; r < rows; r++) {
            forms f[2];
            for (size_t part = 0; part < parts; part++) {
                f[part] = (forms){plain + r * parts + part, raised + r * parts + part};
                if (left < CK_INT8_COLUMNS) {
                    clear_beyond(f[part].plain, left, 0);
                    clear_beyond(f[part].raised, left, 128);
                }
            }
            round_columns(
                x + r * stride + column, left < CK_INT8_COLUMNS ? left : CK_INT8_COLUMNS, parts, f);
        }
        plain += all;
        raised += all;
    }
}
