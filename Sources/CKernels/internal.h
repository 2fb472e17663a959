// What the kernels share among themselves.
#ifndef CK_INTERNAL_H
#define CK_INTERNAL_H

#include "ckernels.h"

#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>
#define CK_X86 1
#define CK_AVX2 __attribute__((target("avx2,fma,f16c")))
#define CK_AVX512 __attribute__((target("avx2,fma,f16c,avx512f,avx512bw,avx512vl,avx512dq")))
// A helper is inlined into a function of the same target, and into that only.
#define CK_AVX2_INLINE static inline __attribute__((always_inline, target("avx2,fma,f16c")))
#define CK_AVX512_INLINE \
    static inline __attribute__((always_inline, \
        target("avx2,fma,f16c,avx512f,avx512bw,avx512vl,avx512dq")))
#define CK_VNNI_TARGET "avx2,fma,f16c,avx512f,avx512bw,avx512vl,avx512dq,avx512vnni"
#define CK_AMX_TARGET CK_VNNI_TARGET ",avx512bf16,amx-tile,amx-bf16"
#define CK_VNNI __attribute__((target(CK_VNNI_TARGET)))
#define CK_VNNI_INLINE static inline __attribute__((always_inline, target(CK_VNNI_TARGET)))
#define CK_AMX __attribute__((target(CK_AMX_TARGET)))
#define CK_AMX_INLINE static inline __attribute__((always_inline, target(CK_AMX_TARGET)))
#elif defined(__aarch64__) && defined(__LITTLE_ENDIAN__)
#include <arm_neon.h>
#define CK_NEON 1
#endif

void ck_dequantize_simple(ck_type type, size_t n, const void *blocks, float *target);
void ck_dequantize_super(
    ck_level level, ck_type type, size_t n, const void *blocks, float *target);
void ck_quantize_simple(ck_type type, size_t blocks, const float *x, void *out);
void ck_quantize_affine(ck_level level, ck_type type, size_t blocks, const float *x, void *out);
void ck_quantize_scaled(ck_level level, ck_type type, size_t blocks, const float *x, void *out);
extern const int8_t ck_iq4_values[16];

static inline float ck_float_of_bits(uint32_t bits) {
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/// The greatest size of any of `n` values. Sizes are compared as integers, among which what is no
/// number is the greatest: it stays visible in what is scaled by the result.
static inline float ck_greatest(size_t n, const float *x) {
    uint32_t greatest = 0;
    for (size_t i = 0; i < n; i++) {
        uint32_t bits;
        memcpy(&bits, x + i, sizeof bits);
        bits &= 0x7fffffff;
        greatest = bits > greatest ? bits : greatest;
    }
    return ck_float_of_bits(greatest);
}

/// Asks for memory in the second-level cache. What hardware fetches by itself came late wherever it was
/// measured, and a core that asks ahead of need waits for many lines at once instead of for each.
static inline void ck_ask_for(const char *first, size_t bytes) {
    for (size_t at = 0; at < bytes; at += 64) { __builtin_prefetch(first + at, 0, 2); }
}

#ifdef CK_X86
/// The sum of the 8 lanes, always in the same order.
CK_AVX2_INLINE float ck_sum8(__m256 v) {
    __m128 s = _mm_add_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps(v, 1));
    s = _mm_add_ps(s, _mm_movehl_ps(s, s));
    return _mm_cvtss_f32(_mm_add_ss(s, _mm_shuffle_ps(s, s, 1)));
}

/// The sum of the 16 lanes, always in the same order.
CK_AVX512_INLINE float ck_sum16(__m512 v) {
    __m256 s = _mm256_add_ps(_mm512_castps512_ps256(v), _mm512_extractf32x8_ps(v, 1));
    __m128 q = _mm_add_ps(_mm256_castps256_ps128(s), _mm256_extractf128_ps(s, 1));
    q = _mm_add_ps(q, _mm_movehl_ps(q, q));
    return _mm_cvtss_f32(_mm_add_ss(q, _mm_shuffle_ps(q, q, 1)));
}

/// Exchanges rows and columns of 16 x 16 elements of 32 bits.
CK_VNNI_INLINE void ck_transpose16(__m512i *r) {
    __m512i t[16];
    for (int i = 0; i < 16; i += 4) {
        __m512i a = _mm512_unpacklo_epi32(r[i], r[i + 1]), b = _mm512_unpackhi_epi32(r[i], r[i + 1]);
        __m512i c = _mm512_unpacklo_epi32(r[i + 2], r[i + 3]);
        __m512i d = _mm512_unpackhi_epi32(r[i + 2], r[i + 3]);
        t[i] = _mm512_unpacklo_epi64(a, c);
        t[i + 1] = _mm512_unpackhi_epi64(a, c);
        t[i + 2] = _mm512_unpacklo_epi64(b, d);
        t[i + 3] = _mm512_unpackhi_epi64(b, d);
    }
    for (int i = 0; i < 4; i++) {
        __m512i a = _mm512_shuffle_i32x4(t[i], t[i + 4], 0x88);
        __m512i b = _mm512_shuffle_i32x4(t[i], t[i + 4], 0xdd);
        __m512i c = _mm512_shuffle_i32x4(t[i + 8], t[i + 12], 0x88);
        __m512i d = _mm512_shuffle_i32x4(t[i + 8], t[i + 12], 0xdd);
        r[i] = _mm512_shuffle_i32x4(a, c, 0x88);
        r[i + 4] = _mm512_shuffle_i32x4(b, d, 0x88);
        r[i + 8] = _mm512_shuffle_i32x4(a, c, 0xdd);
        r[i + 12] = _mm512_shuffle_i32x4(b, d, 0xdd);
    }
}

// exp(x) by Cephes' single-precision expf: x = n ln 2 + r with ln 2 in two parts, a polynomial of
// degree 5 in r, then 2^n. Within 2 ulp; results below 2^-126 become 0 or stay tiny.
#define CK_EXP_LOW -87.3365448f
#define CK_EXP_HIGH 88.3762626f
#define CK_LOG2_E 1.44269504088896341f
#define CK_LN2_HIGH 0.693359375f
#define CK_LN2_LOW -2.12194440e-4f
#define CK_EXP_P0 1.9875691500e-4f
#define CK_EXP_P1 1.3981999507e-3f
#define CK_EXP_P2 8.3334519073e-3f
#define CK_EXP_P3 4.1665795894e-2f
#define CK_EXP_P4 1.6666665459e-1f
#define CK_EXP_P5 5.0000001201e-1f

CK_AVX2_INLINE __m256 ck_exp8(__m256 x) {
    x = _mm256_min_ps(x, _mm256_set1_ps(CK_EXP_HIGH));
    x = _mm256_max_ps(x, _mm256_set1_ps(CK_EXP_LOW));
    __m256 n = _mm256_round_ps(_mm256_mul_ps(x, _mm256_set1_ps(CK_LOG2_E)),
                               _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
    __m256 r = _mm256_fnmadd_ps(n, _mm256_set1_ps(CK_LN2_HIGH), x);
    r = _mm256_fnmadd_ps(n, _mm256_set1_ps(CK_LN2_LOW), r);
    __m256 p = _mm256_set1_ps(CK_EXP_P0);
    p = _mm256_fmadd_ps(p, r, _mm256_set1_ps(CK_EXP_P1));
    p = _mm256_fmadd_ps(p, r, _mm256_set1_ps(CK_EXP_P2));
    p = _mm256_fmadd_ps(p, r, _mm256_set1_ps(CK_EXP_P3));
    p = _mm256_fmadd_ps(p, r, _mm256_set1_ps(CK_EXP_P4));
    p = _mm256_fmadd_ps(p, r, _mm256_set1_ps(CK_EXP_P5));
    p = _mm256_fmadd_ps(p, _mm256_mul_ps(r, r), _mm256_add_ps(r, _mm256_set1_ps(1.0f)));
    __m256i e = _mm256_slli_epi32(
        _mm256_add_epi32(_mm256_cvtps_epi32(n), _mm256_set1_epi32(127)), 23);
    return _mm256_mul_ps(p, _mm256_castsi256_ps(e));
}

CK_AVX512_INLINE __m512 ck_exp16(__m512 x) {
    x = _mm512_min_ps(x, _mm512_set1_ps(CK_EXP_HIGH));
    x = _mm512_max_ps(x, _mm512_set1_ps(CK_EXP_LOW));
    __m512 n = _mm512_roundscale_ps(_mm512_mul_ps(x, _mm512_set1_ps(CK_LOG2_E)),
                                    _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
    __m512 r = _mm512_fnmadd_ps(n, _mm512_set1_ps(CK_LN2_HIGH), x);
    r = _mm512_fnmadd_ps(n, _mm512_set1_ps(CK_LN2_LOW), r);
    __m512 p = _mm512_set1_ps(CK_EXP_P0);
    p = _mm512_fmadd_ps(p, r, _mm512_set1_ps(CK_EXP_P1));
    p = _mm512_fmadd_ps(p, r, _mm512_set1_ps(CK_EXP_P2));
    p = _mm512_fmadd_ps(p, r, _mm512_set1_ps(CK_EXP_P3));
    p = _mm512_fmadd_ps(p, r, _mm512_set1_ps(CK_EXP_P4));
    p = _mm512_fmadd_ps(p, r, _mm512_set1_ps(CK_EXP_P5));
    p = _mm512_fmadd_ps(p, _mm512_mul_ps(r, r), _mm512_add_ps(r, _mm512_set1_ps(1.0f)));
    return _mm512_scalef_ps(p, n);
}
#endif

#endif
