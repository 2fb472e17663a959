// Super-blocks of 256 elements: Q2_K to Q6_K and IQ4_XS.
//
// Element i: n = i / 128 (half), j = i % 128 / 32 (group), l = i % 32, k = i / 32 (sub-block).
#include "internal.h"

// The products of scales are rounded before they meet an element, as the definition has it.
#pragma STDC FP_CONTRACT OFF

static void q2_k(size_t blocks, const ck_block_q2_k *b, float *y) {
    for (size_t i = 0; i < blocks; i++, b++, y += CK_SUPER) {
        float d = ck_f16_value(b->d), dmin = ck_f16_value(b->dmin);
        for (int s = 0; s < 16; s++) {
            float scale = d * (float)(b->scales[s] & 15);
            float minimum = dmin * (float)(b->scales[s] >> 4);
            const uint8_t *q = b->qs + 32 * (s / 8) + 16 * (s % 2);
            int shift = s % 8 / 2 * 2;
            for (int t = 0; t < 16; t++) {
                y[16 * s + t] = scale * (float)(q[t] >> shift & 3) - minimum;
            }
        }
    }
}

static void q3_k(size_t blocks, const ck_block_q3_k *b, float *y) {
    for (size_t i = 0; i < blocks; i++, b++, y += CK_SUPER) {
        float d = ck_f16_value(b->d);
        for (int s = 0; s < 16; s++) {
            int low = s < 8 ? b->scales[s] & 15 : b->scales[s - 8] >> 4;
            int high = b->scales[8 + s % 4] >> (2 * (s / 4)) & 3;
            float scale = d * (float)((low | high << 4) - 32);
            int first = 16 * (s % 2), shift = s % 8 / 2 * 2;
            const uint8_t *q = b->qs + 32 * (s / 8) + first;
            for (int t = 0; t < 16; t++) {
                int set = b->hmask[first + t] >> (s / 2) & 1;
                y[16 * s + t] = scale * (float)((q[t] >> shift & 3) - (set ? 0 : 4));
            }
        }
    }
}

/// The 6-bit scale and minimum of sub-block k of Q4_K and Q5_K.
static void scale_and_minimum(const uint8_t *scales, int k, int *scale, int *minimum) {
    if (k < 4) {
        *scale = scales[k] & 63;
        *minimum = scales[k + 4] & 63;
    } else {
        *scale = (scales[k + 4] & 15) | (scales[k - 4] >> 6) << 4;
        *minimum = scales[k + 4] >> 4 | (scales[k] >> 6) << 4;
    }
}

static void q4_k(size_t blocks, const ck_block_q4_k *b, float *y) {
    for (size_t i = 0; i < blocks; i++, b++, y += CK_SUPER) {
        float d = ck_f16_value(b->d), dmin = ck_f16_value(b->dmin);
        for (int k = 0; k < 8; k++) {
            int sc, m;
            scale_and_minimum(b->scales, k, &sc, &m);
            float scale = d * (float)sc, minimum = dmin * (float)m;
            const uint8_t *q = b->qs + 32 * (k / 2);
            int shift = 4 * (k % 2);
            for (int l = 0; l < 32; l++) {
                y[32 * k + l] = scale * (float)(q[l] >> shift & 15) - minimum;
            }
        }
    }
}

static void q5_k(size_t blocks, const ck_block_q5_k *b, float *y) {
    for (size_t i = 0; i < blocks; i++, b++, y += CK_SUPER) {
        float d = ck_f16_value(b->d), dmin = ck_f16_value(b->dmin);
        for (int k = 0; k < 8; k++) {
            int sc, m;
            scale_and_minimum(b->scales, k, &sc, &m);
            float scale = d * (float)sc, minimum = dmin * (float)m;
            const uint8_t *q = b->qs + 32 * (k / 2);
            int shift = 4 * (k % 2);
            for (int l = 0; l < 32; l++) {
                int value = (q[l] >> shift & 15) | (b->qh[l] >> k & 1) << 4;
                y[32 * k + l] = scale * (float)value - minimum;
            }
        }
    }
}

static void q6_k(size_t blocks, const ck_block_q6_k *b, float *y) {
    for (size_t i = 0; i < blocks; i++, b++, y += CK_SUPER) {
        float d = ck_f16_value(b->d);
        for (int k = 0; k < 8; k++) {
            int n = k / 4, g = k % 4;
            const uint8_t *low = b->ql + 64 * n + 32 * (g % 2), *high = b->qh + 32 * n;
            float first = d * (float)b->scales[2 * k], second = d * (float)b->scales[2 * k + 1];
            int shift = g < 2 ? 0 : 4;
            for (int l = 0; l < 32; l++) {
                int value = (low[l] >> shift & 15) | (high[l] >> (2 * g) & 3) << 4;
                y[32 * k + l] = (l < 16 ? first : second) * (float)(value - 32);
            }
        }
    }
}

static void iq4_xs(size_t blocks, const ck_block_iq4_xs *b, float *y) {
    for (size_t i = 0; i < blocks; i++, b++, y += CK_SUPER) {
        float d = ck_f16_value(b->d);
        for (int k = 0; k < 8; k++) {
            int low = b->scales_l[k / 2] >> (4 * (k % 2)) & 15;
            int high = b->scales_h >> (2 * k) & 3;
            float scale = d * (float)((low | high << 4) - 32);
            for (int t = 0; t < 16; t++) {
                uint8_t q = b->qs[16 * k + t];
                y[32 * k + t] = scale * (float)ck_iq4_values[q & 15];
                y[32 * k + 16 + t] = scale * (float)ck_iq4_values[q >> 4];
            }
        }
    }
}

#ifdef CK_X86
// The same values, eight at a time: products are rounded before the subtraction here as well,
// because intrinsics are never contracted.

/// 32 bytes as f32, times `scale`, minus `minimum`.
CK_AVX2_INLINE void scaled32(__m256i bytes, __m256 scale, __m256 minimum, float *y) {
    __m128i halves[2] = {_mm256_castsi256_si128(bytes), _mm256_extracti128_si256(bytes, 1)};
    for (int h = 0; h < 2; h++) {
        __m256 low = _mm256_cvtepi32_ps(_mm256_cvtepu8_epi32(halves[h]));
        __m256 high = _mm256_cvtepi32_ps(_mm256_cvtepu8_epi32(_mm_srli_si128(halves[h], 8)));
        _mm256_storeu_ps(y + 16 * h, _mm256_sub_ps(_mm256_mul_ps(scale, low), minimum));
        _mm256_storeu_ps(y + 16 * h + 8, _mm256_sub_ps(_mm256_mul_ps(scale, high), minimum));
    }
}

CK_AVX2 static void q4_k_avx2(size_t blocks, const ck_block_q4_k *b, float *y) {
    const __m256i nibble = _mm256_set1_epi8(15);
    for (size_t i = 0; i < blocks; i++, b++, y += CK_SUPER) {
        float d = _cvtsh_ss(b->d), dmin = _cvtsh_ss(b->dmin);
        for (int pair = 0; pair < 4; pair++) {
            __m256i q = _mm256_loadu_si256((const __m256i *)(b->qs + 32 * pair));
            __m256i parts[2] = {
                _mm256_and_si256(q, nibble),
                _mm256_and_si256(_mm256_srli_epi16(q, 4), nibble),
            };
            for (int odd = 0; odd < 2; odd++) {
                int k = 2 * pair + odd, sc, m;
                scale_and_minimum(b->scales, k, &sc, &m);
                scaled32(parts[odd], _mm256_set1_ps(d * (float)sc),
                         _mm256_set1_ps(dmin * (float)m), y + 32 * k);
            }
        }
    }
}

CK_AVX2 static void q5_k_avx2(size_t blocks, const ck_block_q5_k *b, float *y) {
    const __m256i nibble = _mm256_set1_epi8(15), sixteen = _mm256_set1_epi8(16);
    for (size_t i = 0; i < blocks; i++, b++, y += CK_SUPER) {
        float d = _cvtsh_ss(b->d), dmin = _cvtsh_ss(b->dmin);
        const __m256i high = _mm256_loadu_si256((const __m256i *)b->qh);
        for (int pair = 0; pair < 4; pair++) {
            __m256i q = _mm256_loadu_si256((const __m256i *)(b->qs + 32 * pair));
            __m256i parts[2] = {
                _mm256_and_si256(q, nibble),
                _mm256_and_si256(_mm256_srli_epi16(q, 4), nibble),
            };
            for (int odd = 0; odd < 2; odd++) {
                int k = 2 * pair + odd, sc, m;
                scale_and_minimum(b->scales, k, &sc, &m);
                __m256i bit = _mm256_set1_epi8((char)(1 << k));
                __m256i isSet = _mm256_cmpeq_epi8(_mm256_and_si256(high, bit), bit);
                __m256i value = _mm256_or_si256(parts[odd], _mm256_and_si256(isSet, sixteen));
                scaled32(value, _mm256_set1_ps(d * (float)sc), _mm256_set1_ps(dmin * (float)m),
                         y + 32 * k);
            }
        }
    }
}

CK_AVX2 static void q6_k_avx2(size_t blocks, const ck_block_q6_k *b, float *y) {
    const __m256i nibble = _mm256_set1_epi8(15), low_two = _mm256_set1_epi8(3);
    const __m256i middle = _mm256_set1_epi8(32);
    for (size_t i = 0; i < blocks; i++, b++, y += CK_SUPER) {
        float d = _cvtsh_ss(b->d);
        for (int k = 0; k < 8; k++) {
            int n = k / 4, g = k % 4;
            __m256i low = _mm256_loadu_si256((const __m256i *)(b->ql + 64 * n + 32 * (g % 2)));
            __m256i high = _mm256_loadu_si256((const __m256i *)(b->qh + 32 * n));
            if (g >= 2) { low = _mm256_srli_epi16(low, 4); }
            high = _mm256_and_si256(_mm256_srl_epi16(high, _mm_cvtsi32_si128(2 * g)), low_two);
            __m256i value = _mm256_or_si256(
                _mm256_and_si256(low, nibble), _mm256_slli_epi16(high, 4));
            value = _mm256_sub_epi8(value, middle);
            __m128i halves[2] = {_mm256_castsi256_si128(value), _mm256_extracti128_si256(value, 1)};
            for (int h = 0; h < 2; h++) {
                __m256 scale = _mm256_set1_ps(d * (float)b->scales[2 * k + h]);
                float *out = y + 32 * k + 16 * h;
                __m256i first = _mm256_cvtepi8_epi32(halves[h]);
                __m256i second = _mm256_cvtepi8_epi32(_mm_srli_si128(halves[h], 8));
                _mm256_storeu_ps(out, _mm256_mul_ps(scale, _mm256_cvtepi32_ps(first)));
                _mm256_storeu_ps(out + 8, _mm256_mul_ps(scale, _mm256_cvtepi32_ps(second)));
            }
        }
    }
}

/// Whether a vector form did the work.
static int dequantize_avx2(ck_type type, size_t count, const void *blocks, float *target) {
    switch (type) {
    case CK_Q4_K: q4_k_avx2(count, blocks, target); return 1;
    case CK_Q5_K: q5_k_avx2(count, blocks, target); return 1;
    case CK_Q6_K: q6_k_avx2(count, blocks, target); return 1;
    default: return 0;
    }
}
#endif

void ck_dequantize_super(
    ck_level level, ck_type type, size_t n, const void *blocks, float *target) {
    size_t count = n / CK_SUPER;
#ifdef CK_X86
    if (level >= CK_LEVEL_AVX2 && dequantize_avx2(type, count, blocks, target)) { return; }
#endif
    (void)level;
    switch (type) {
    case CK_Q2_K: q2_k(count, blocks, target); break;
    case CK_Q3_K: q3_k(count, blocks, target); break;
    case CK_Q4_K: q4_k(count, blocks, target); break;
    case CK_Q5_K: q5_k(count, blocks, target); break;
    case CK_Q6_K: q6_k(count, blocks, target); break;
    case CK_IQ4_XS: iq4_xs(count, blocks, target); break;
    default: break;
    }
}
