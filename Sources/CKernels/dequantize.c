// Any element type to f32, and the table of block sizes.
//
// The products d * q of Q8_0 and Q4_0 have at most 19 significant bits, so the vector forms here
// are exact and need no care about rounding order.
#include "internal.h"

#include <string.h>

size_t ck_block_elements(ck_type type) {
    switch (type) {
    case CK_F32: case CK_F16: case CK_BF16: return 1;
    case CK_Q4_0: case CK_Q4_1: case CK_Q5_0: case CK_Q5_1: case CK_Q8_0: case CK_IQ4_NL:
        return CK_BLOCK;
    case CK_Q2_K: case CK_Q3_K: case CK_Q4_K: case CK_Q5_K: case CK_Q6_K: case CK_IQ4_XS:
        return CK_SUPER;
    }
    return 0;
}

size_t ck_block_bytes(ck_type type) {
    switch (type) {
    case CK_F32: return 4;
    case CK_F16: case CK_BF16: return 2;
    case CK_Q4_0: return sizeof(ck_block_q4_0);
    case CK_Q4_1: return sizeof(ck_block_q4_1);
    case CK_Q5_0: return sizeof(ck_block_q5_0);
    case CK_Q5_1: return sizeof(ck_block_q5_1);
    case CK_Q8_0: return sizeof(ck_block_q8_0);
    case CK_IQ4_NL: return sizeof(ck_block_iq4_nl);
    case CK_Q2_K: return sizeof(ck_block_q2_k);
    case CK_Q3_K: return sizeof(ck_block_q3_k);
    case CK_Q4_K: return sizeof(ck_block_q4_k);
    case CK_Q5_K: return sizeof(ck_block_q5_k);
    case CK_Q6_K: return sizeof(ck_block_q6_k);
    case CK_IQ4_XS: return sizeof(ck_block_iq4_xs);
    }
    return 0;
}

size_t ck_row_bytes(ck_type type, size_t columns) {
    size_t elements = ck_block_elements(type);
    if (elements == 0 || columns % elements != 0) { return 0; }
    return columns / elements * ck_block_bytes(type);
}

#ifdef CK_X86
CK_AVX2 static void q8_0_avx2(size_t n, const ck_block_q8_0 *b, float *y) {
    for (size_t i = 0; i < n; i += 32, b++) {
        __m256 d = _mm256_set1_ps(_cvtsh_ss(b->d));
        for (int j = 0; j < 32; j += 8) {
            __m256i q = _mm256_cvtepi8_epi32(_mm_loadl_epi64((const __m128i *)(b->qs + j)));
            _mm256_storeu_ps(y + i + j, _mm256_mul_ps(d, _mm256_cvtepi32_ps(q)));
        }
    }
}

CK_AVX2 static void q4_0_avx2(size_t n, const ck_block_q4_0 *b, float *y) {
    const __m128i nibble = _mm_set1_epi8(15), eight = _mm_set1_epi8(8);
    for (size_t i = 0; i < n; i += 32, b++) {
        __m256 d = _mm256_set1_ps(_cvtsh_ss(b->d));
        __m128i bytes = _mm_loadu_si128((const __m128i *)b->qs);
        __m128i halves[2] = {
            _mm_sub_epi8(_mm_and_si128(bytes, nibble), eight),
            _mm_sub_epi8(_mm_and_si128(_mm_srli_epi16(bytes, 4), nibble), eight),
        };
        for (int h = 0; h < 2; h++) {
            __m256i low = _mm256_cvtepi8_epi32(halves[h]);
            __m256i high = _mm256_cvtepi8_epi32(_mm_srli_si128(halves[h], 8));
            _mm256_storeu_ps(y + i + 16 * h, _mm256_mul_ps(d, _mm256_cvtepi32_ps(low)));
            _mm256_storeu_ps(y + i + 16 * h + 8, _mm256_mul_ps(d, _mm256_cvtepi32_ps(high)));
        }
    }
}
#endif

ck_status ck_dequantize(
    ck_level level, ck_type type, size_t n, const void *blocks, float *target) {
    size_t elements = ck_block_elements(type);
    if (elements == 0) { return CK_UNKNOWN_TYPE; }
    if (n % elements != 0) { return CK_BAD_LENGTH; }
    switch (type) {
    case CK_F32: memcpy(target, blocks, n * sizeof(float)); return CK_OK;
    case CK_F16: ck_f16_to_f32(level, n, blocks, target); return CK_OK;
    case CK_BF16: ck_bf16_to_f32(level, n, blocks, target); return CK_OK;
#ifdef CK_X86
    case CK_Q8_0:
        if (level >= CK_LEVEL_AVX2) { q8_0_avx2(n, blocks, target); return CK_OK; }
        break;
    case CK_Q4_0:
        if (level >= CK_LEVEL_AVX2) { q4_0_avx2(n, blocks, target); return CK_OK; }
        break;
#endif
    default: break;
    }
    if (elements == CK_BLOCK) {
        ck_dequantize_simple(type, n, blocks, target);
    } else {
        ck_dequantize_super(level, type, n, blocks, target);
    }
    return CK_OK;
}
