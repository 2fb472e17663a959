// 16-bit floats to f32 and back.
#include "internal.h"

#include <string.h>

static float float_of(uint32_t bits) {
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static uint32_t bits_of(float value) {
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

float ck_f16_value(uint16_t half) {
    uint32_t sign = (uint32_t)(half & 0x8000) << 16;
    uint32_t exponent = (half >> 10) & 31, mantissa = half & 1023;
    if (exponent == 31) { return float_of(sign | 0x7f800000 | mantissa << 13); }
    if (exponent != 0) { return float_of(sign | (exponent + 112) << 23 | mantissa << 13); }
    // Subnormal: mantissa * 2^-24, exact in f32.
    float magnitude = (float)mantissa * 0x1p-24f;
    return sign ? -magnitude : magnitude;
}

uint16_t ck_f16_rounded(float value) {
    uint32_t bits = bits_of(value), sign = bits >> 16 & 0x8000, magnitude = bits & 0x7fffffff;
    if (magnitude > 0x7f800000) { return (uint16_t)(sign | 0x7e00 | (magnitude >> 13 & 0x1ff)); }
    if (magnitude >= 0x477ff000) { return (uint16_t)(sign | 0x7c00); }  // rounds past 65504
    if (magnitude < 0x38800000) {
        // Subnormal result: adding 0.5 leaves exactly the rounded mantissa in the low bits.
        uint32_t rounded = bits_of(float_of(magnitude) + 0.5f) - 0x3f000000;
        return (uint16_t)(sign | rounded);
    }
    uint32_t odd = magnitude >> 13 & 1;
    return (uint16_t)(sign | ((magnitude - 0x38000000 + 0xfff + odd) >> 13));
}

uint16_t ck_bf16_rounded(float value) {
    uint32_t bits = bits_of(value);
    if ((bits & 0x7fffffff) > 0x7f800000) { return (uint16_t)(bits >> 16 | 64); }
    return (uint16_t)((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

static void f16_to_f32_ref(size_t n, const uint16_t *source, float *target) {
    for (size_t i = 0; i < n; i++) { target[i] = ck_f16_value(source[i]); }
}

static void f32_to_f16_ref(size_t n, const float *source, uint16_t *target) {
    for (size_t i = 0; i < n; i++) { target[i] = ck_f16_rounded(source[i]); }
}

#ifdef CK_X86
CK_AVX2 static void f16_to_f32_avx2(size_t n, const uint16_t *source, float *target) {
    size_t i = 0;
    for (; i + 8 <= n; i += 8) {
        _mm256_storeu_ps(
            target + i, _mm256_cvtph_ps(_mm_loadu_si128((const __m128i *)(source + i))));
    }
    f16_to_f32_ref(n - i, source + i, target + i);
}

CK_AVX2 static void f32_to_f16_avx2(size_t n, const float *source, uint16_t *target) {
    size_t i = 0;
    for (; i + 8 <= n; i += 8) {
        __m128i half = _mm256_cvtps_ph(
            _mm256_loadu_ps(source + i), _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
        _mm_storeu_si128((__m128i *)(target + i), half);
    }
    f32_to_f16_ref(n - i, source + i, target + i);
}
#endif

void ck_f16_to_f32(ck_level level, size_t n, const uint16_t *source, float *target) {
#ifdef CK_X86
    // Bandwidth-bound: the 512-bit form gains nothing over the 256-bit one.
    if (level >= CK_LEVEL_AVX2) { f16_to_f32_avx2(n, source, target); return; }
#endif
    (void)level;
    f16_to_f32_ref(n, source, target);
}

void ck_f32_to_f16(ck_level level, size_t n, const float *source, uint16_t *target) {
#ifdef CK_X86
    if (level >= CK_LEVEL_AVX2) { f32_to_f16_avx2(n, source, target); return; }
#endif
    (void)level;
    f32_to_f16_ref(n, source, target);
}

void ck_bf16_to_f32(ck_level level, size_t n, const uint16_t *source, float *target) {
    (void)level;  // the compiler vectorises this loop at the baseline
    for (size_t i = 0; i < n; i++) { target[i] = float_of((uint32_t)source[i] << 16); }
}
