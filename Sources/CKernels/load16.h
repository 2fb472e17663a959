// 16 elements of a row of any of the types that kernels read without dequantising it first.
#ifndef CK_LOAD16_H
#define CK_LOAD16_H

#include "internal.h"

#ifdef CK_X86

// From element `i` on, a multiple of 16; `mask` names the ones that exist.

CK_AVX512_INLINE __m512 ck_load16_f32(const void *row, size_t i, __mmask16 mask) {
    return _mm512_maskz_loadu_ps(mask, (const float *)row + i);
}

CK_AVX512_INLINE __m512 ck_load16_f16(const void *row, size_t i, __mmask16 mask) {
    return _mm512_cvtph_ps(_mm256_maskz_loadu_epi16(mask, (const uint16_t *)row + i));
}

CK_AVX512_INLINE __m512 ck_load16_bf16(const void *row, size_t i, __mmask16 mask) {
    __m256i bits = _mm256_maskz_loadu_epi16(mask, (const uint16_t *)row + i);
    return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(bits), 16));
}

CK_AVX512_INLINE __m512 ck_load16_q8_0(const void *row, size_t i, __mmask16 mask) {
    (void)mask;
    const ck_block_q8_0 *b = (const ck_block_q8_0 *)row + i / 32;
    __m512i q = _mm512_cvtepi8_epi32(_mm_loadu_si128((const __m128i *)(b->qs + i % 32)));
    return _mm512_mul_ps(_mm512_set1_ps(_cvtsh_ss(b->d)), _mm512_cvtepi32_ps(q));
}

CK_AVX512_INLINE __m512 ck_load16_q4_0(const void *row, size_t i, __mmask16 mask) {
    (void)mask;
    const ck_block_q4_0 *b = (const ck_block_q4_0 *)row + i / 32;
    __m512i q = _mm512_cvtepu8_epi32(_mm_loadu_si128((const __m128i *)b->qs));
    q = i % 32 == 0 ? _mm512_and_si512(q, _mm512_set1_epi32(15)) : _mm512_srli_epi32(q, 4);
    q = _mm512_sub_epi32(q, _mm512_set1_epi32(8));
    return _mm512_mul_ps(_mm512_set1_ps(_cvtsh_ss(b->d)), _mm512_cvtepi32_ps(q));
}

/// The same for the types of keys and values: f32, f16 and Q8_0. The type is a constant where this
/// is inlined.
CK_AVX512_INLINE __m512 ck_load16(ck_type type, const void *row, size_t i, __mmask16 mask) {
    switch (type) {
    case CK_F32: return ck_load16_f32(row, i, mask);
    case CK_F16: return ck_load16_f16(row, i, mask);
    default: return ck_load16_q8_0(row, i, mask);
    }
}

#endif

#endif
