// Activations rounded to 8 bits with a scale for 32 of them: about half the error of a scale for 256
// on activations with outliers, and what the weights' own scales are for.
//
// Where 8 bits are too few, a row is rounded to nearly 16 and split into two rows of 8: value = scale *
// (240 * upper + lower), both signed. The kernel takes them for two rows and adds their results.
//
// Blocks of 256 columns lie one after the other, each with all rows: [block][row], the parts of a
// row side by side. A block of weights meets them in that order.
#include "int8_halves.h"

#include <math.h>
#include <string.h>

size_t ck_int8_bytes(size_t parts, size_t rows, size_t columns) {
    return ck_int8_blocks(columns) * parts * rows * sizeof(ck_int8_block);
}

/// How many of the lower part make one of the upper: both are within 120 of zero.
#define SPLIT 240

/// The greatest integer of a row.
static inline float greatest_of(size_t parts, ck_int8_form form) {
    if (parts == 2) { return 120 * SPLIT; }
    return form <= CK_INT8_RAISED ? 127 : 120;
}

/// What a byte of q differs by, with its number among the columns.
static inline uint8_t raise_of(ck_int8_form form, size_t column) {
    switch (form) {
    case CK_INT8_PLAIN: case CK_INT8_NARROW: return 0;
    case CK_INT8_RAISED: return 128;
    default: return column / 4 % 2 == 0 ? 128 : 0;
    }
}

/// Sub-block `i` of a part of a row. Sums are of words, whose signs do not matter: what is no number may
/// overflow.
static void put32_ref(const int32_t q[32], float scale, ck_int8_form form, ck_int8_block *b, size_t i) {
    uint8_t *bytes = b->bytes + 32 * i;
    uint32_t sum = 0, pairs = 0;
    for (size_t c = 0; c < 32; c++) {
        bytes[c] = (uint8_t)((uint32_t)q[c] + raise_of(form, c));
        sum += (uint32_t)q[c];
    }
    for (size_t c = 0; form >= CK_INT8_PAIRED && c < 32; c++) {
        if (c / 4 % 2 == 0) { pairs += (uint32_t)(bytes[c] * (int8_t)bytes[c + 4]); }
    }
    b->scale[i] = scale;
    b->sum[i] = scale * (float)(int32_t)sum;
    b->start[i] = (int32_t)((form == CK_INT8_PAIRED ? CK_INT8_MIDDLE * sum : 0) - pairs);
}

static void round32_ref(const float *x, size_t parts, ck_int8_form form, ck_int8_block *b, size_t i) {
    const float limit = greatest_of(parts, form);
    float greatest = ck_greatest(32, x);
    float scale = greatest / limit, inverse = greatest > 0 ? limit / greatest : 0;
    int32_t q[32], lower[32], upper[32];
    for (size_t c = 0; c < 32; c++) {
        q[c] = (int32_t)nearbyintf(x[c] * inverse);
        upper[c] = (int32_t)nearbyintf((float)q[c] * (1.0f / SPLIT));
        lower[c] = (int32_t)((uint32_t)q[c] - SPLIT * (uint32_t)upper[c]);
    }
    if (parts == 1) { put32_ref(q, scale, form, b, i); return; }
    put32_ref(upper, SPLIT * scale, form, b, i);
    put32_ref(lower, scale, form, b + 1, i);
}

/// Rounds the columns of a row's block, whose parts are side by side.
typedef void (*round_columns)(
    const float *x, size_t columns, size_t parts, ck_int8_form form, ck_int8_block *b);

static void round_columns_ref(
    const float *x, size_t columns, size_t parts, ck_int8_form form, ck_int8_block *b) {
    for (size_t i = 0; i < columns / 32; i++) { round32_ref(x + 32 * i, parts, form, b, i); }
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

CK_HALVES_INLINE void put32_halves(
    const ck_integers q[4], float scale, ck_int8_form form, ck_int8_block *b, size_t i) {
    typedef uint8_t bytes8 __attribute__((vector_size(8)));
    ck_words sum = {0};
    for (size_t j = 0; j < 4; j++) {
        bytes8 bytes = __builtin_convertvector((ck_words)q[j], bytes8);
        if (form == CK_INT8_RAISED) { bytes ^= 128; }
        memcpy(b->bytes + 32 * i + 8 * j, &bytes, sizeof bytes);
        sum += (ck_words)q[j];
    }
    b->scale[i] = scale;
    b->sum[i] = scale * (float)(int32_t)__builtin_reduce_add(sum);
    b->start[i] = 0;
}

CK_HALVES static void round_columns_halves(
    const float *x, size_t columns, size_t parts, ck_int8_form form, ck_int8_block *b) {
    const float limit = greatest_of(parts, form);
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
            upper[j] = nearest(__builtin_convertvector(q[j], ck_floats), 1.0f / SPLIT);
            lower[j] = (ck_integers)((ck_words)q[j] - SPLIT * (ck_words)upper[j]);
        }
        if (parts == 1) { put32_halves(q, scale, form, b, i); continue; }
        put32_halves(upper, SPLIT * scale, form, b, i);
        put32_halves(lower, scale, form, b + 1, i);
    }
}
#endif

#ifdef CK_X86
CK_VNNI_INLINE void put32_vnni(
    __m512i first, __m512i second, float scale, ck_int8_form form, ck_int8_block *b, size_t i) {
    __m256i bytes = _mm256_inserti128_si256(
        _mm256_castsi128_si256(_mm512_cvtepi32_epi8(first)), _mm512_cvtepi32_epi8(second), 1);
    int32_t sum = _mm512_reduce_add_epi32(_mm512_add_epi32(first, second));
    b->scale[i] = scale;
    b->sum[i] = scale * (float)sum;
    b->start[i] = 0;
    if (form == CK_INT8_RAISED) {
        bytes = _mm256_xor_si256(bytes, _mm256_set1_epi8((char)128));
    } else if (form >= CK_INT8_PAIRED) {
        bytes = _mm256_xor_si256(bytes, _mm256_set1_epi64x(0x80808080));
        // Words of odd number beside the raised ones before them, and nothing in their own place.
        __m256i pairs = _mm256_dpbusd_epi32(
            _mm256_setzero_si256(), bytes, _mm256_srli_epi64(bytes, 32));
        b->start[i] = (form == CK_INT8_PAIRED ? CK_INT8_MIDDLE * sum : 0)
            - _mm512_reduce_add_epi32(_mm512_zextsi256_si512(pairs));
    }
    _mm256_storeu_si256((__m256i *)(b->bytes + 32 * i), bytes);
}

/// The integers nearest to a part of what integers are.
CK_VNNI_INLINE __m512i upper_part(__m512i q) {
    return _mm512_cvtps_epi32(_mm512_mul_ps(_mm512_cvtepi32_ps(q), _mm512_set1_ps(1.0f / SPLIT)));
}

CK_VNNI_INLINE __m512i lower_part(__m512i q, __m512i upper) {
    return _mm512_sub_epi32(q, _mm512_mullo_epi32(upper, _mm512_set1_epi32(SPLIT)));
}

CK_VNNI_INLINE void round32_vnni(
    const float *x, size_t parts, ck_int8_form form, ck_int8_block *b, size_t i) {
    __m512 low = _mm512_loadu_ps(x), high = _mm512_loadu_ps(x + 16);
    const float limit = greatest_of(parts, form);
    float greatest = ck_float_of_bits(_mm512_reduce_max_epu32(_mm512_max_epu32(
        (__m512i)_mm512_abs_ps(low), (__m512i)_mm512_abs_ps(high))));
    float scale = greatest / limit, inverse = greatest > 0 ? limit / greatest : 0;
    __m512i first = _mm512_cvtps_epi32(_mm512_mul_ps(low, _mm512_set1_ps(inverse)));
    __m512i second = _mm512_cvtps_epi32(_mm512_mul_ps(high, _mm512_set1_ps(inverse)));
    if (parts == 1) { put32_vnni(first, second, scale, form, b, i); return; }
    __m512i upper[2] = {upper_part(first), upper_part(second)};
    put32_vnni(upper[0], upper[1], SPLIT * scale, form, b, i);
    put32_vnni(lower_part(first, upper[0]), lower_part(second, upper[1]), scale, form, b + 1, i);
}

CK_VNNI static void round_columns_vnni(
    const float *x, size_t columns, size_t parts, ck_int8_form form, ck_int8_block *b) {
    for (size_t i = 0; i < columns / 32; i++) { round32_vnni(x + 32 * i, parts, form, b, i); }
}
#endif

static round_columns round_columns_of(ck_level level, ck_int8_form form) {
    (void)level, (void)form;
#ifdef CK_X86
    if (level >= CK_LEVEL_VNNI) { return round_columns_vnni; }
#endif
#ifdef CK_INT8_HALVES
    // Kernels of these levels pair nothing.
    if (level > CK_LEVEL_PLAIN && form < CK_INT8_PAIRED) { return round_columns_halves; }
#endif
    return round_columns_ref;
}

/// What lies beyond a row's end multiplies to nothing.
static void clear_beyond(ck_int8_block *block, size_t columns, ck_int8_form form) {
    for (size_t c = columns; c < CK_INT8_COLUMNS; c++) { block->bytes[c] = raise_of(form, c); }
    for (size_t i = columns / 32; i < 8; i++) {
        block->scale[i] = block->sum[i] = 0;
        block->start[i] = 0;
    }
}

void ck_quantize_rows_int8(
    ck_level level, ck_int8_form form, size_t parts, size_t rows, size_t columns, const float *x,
    size_t stride, void *out, size_t all_rows, size_t first) {
    const round_columns round = round_columns_of(level, form);
    ck_int8_block *blocks = (ck_int8_block *)out + first * parts;
    for (size_t column = 0; column < columns; column += CK_INT8_COLUMNS, blocks += all_rows * parts) {
        size_t left = columns - column;
        for (size_t r = 0; r < rows; r++) {
            ck_int8_block *b = blocks + r * parts;
            for (size_t part = 0; left < CK_INT8_COLUMNS && part < parts; part++) {
                clear_beyond(b + part, left, form);
            }
            round(
                x + r * stride + column, left < CK_INT8_COLUMNS ? left : CK_INT8_COLUMNS, parts,
                form, b);
        }
    }
}
