// Rows of a weight matrix times activation vectors: the whole of decoding.
//
// A row is decoded to f32 registers and multiplied there, never re-quantising the activations, so
// the result is that of "dequantise, then multiply in f32" up to the order of the sum. Four vectors
// share one decoding of a row; each vector's sum has the order it would have alone, so a sequence's
// arithmetic does not depend on what else is in the call.
//
// Types without a loader here are dequantised row by row into the caller's scratch.
#include "load16.h"

#include <string.h>

static float dot_ref(size_t n, const float *w, const float *x) {
    double sum = 0;
    for (size_t i = 0; i < n; i++) { sum += (double)w[i] * (double)x[i]; }
    return (float)sum;
}

#ifdef CK_X86

// One row times V vectors (V is a constant where this is inlined), 64 elements a step.
#define CK_DOT_AVX512(NAME, LOAD)                                                                  \
    CK_AVX512_INLINE void NAME##_by(                                                               \
        const int V, size_t n, const void *w, const float *x, size_t stride, float *out,           \
        size_t out_stride) {                                                                       \
        __m512 sum[4][4];                                                                          \
        for (int v = 0; v < V; v++) {                                                              \
            for (int k = 0; k < 4; k++) { sum[v][k] = _mm512_setzero_ps(); }                       \
        }                                                                                          \
        size_t i = 0;                                                                              \
        for (; i + 64 <= n; i += 64) {                                                             \
            for (int k = 0; k < 4; k++) {                                                          \
                __m512 a = LOAD(w, i + 16 * (size_t)k, 0xffff);                                    \
                for (int v = 0; v < V; v++) {                                                      \
                    __m512 b = _mm512_loadu_ps(x + (size_t)v * stride + i + 16 * (size_t)k);       \
                    sum[v][k] = _mm512_fmadd_ps(a, b, sum[v][k]);                                  \
                }                                                                                  \
            }                                                                                      \
        }                                                                                          \
        for (int k = 0; k < 4 && i < n; k++, i += 16) {                                            \
            __mmask16 mask = n - i >= 16 ? 0xffff : (__mmask16)((1u << (n - i)) - 1);              \
            __m512 a = LOAD(w, i, mask);                                                           \
            for (int v = 0; v < V; v++) {                                                          \
                __m512 b = _mm512_maskz_loadu_ps(mask, x + (size_t)v * stride + i);                \
                sum[v][k] = _mm512_fmadd_ps(a, b, sum[v][k]);                                      \
            }                                                                                      \
        }                                                                                          \
        for (int v = 0; v < V; v++) {                                                              \
            __m512 s = _mm512_add_ps(_mm512_add_ps(sum[v][0], sum[v][1]),                          \
                                     _mm512_add_ps(sum[v][2], sum[v][3]));                         \
            out[(size_t)v * out_stride] = ck_sum16(s);                                             \
        }                                                                                          \
    }                                                                                              \
    CK_AVX512 static void NAME(                                                                    \
        size_t n, const void *w, size_t vectors, const float *x, size_t stride, float *out,        \
        size_t out_stride) {                                                                       \
        size_t v = 0;                                                                              \
        for (; v + 4 <= vectors; v += 4) {                                                         \
            NAME##_by(4, n, w, x + v * stride, stride, out + v * out_stride, out_stride);          \
        }                                                                                          \
        for (; v < vectors; v++) {                                                                 \
            NAME##_by(1, n, w, x + v * stride, stride, out + v * out_stride, out_stride);          \
        }                                                                                          \
    }

CK_DOT_AVX512(dot_f32_avx512, ck_load16_f32)
CK_DOT_AVX512(dot_f16_avx512, ck_load16_f16)
CK_DOT_AVX512(dot_bf16_avx512, ck_load16_bf16)
CK_DOT_AVX512(dot_q8_0_avx512, ck_load16_q8_0)
CK_DOT_AVX512(dot_q4_0_avx512, ck_load16_q4_0)

// AVX2: 8 elements from element `i` on, a multiple of 8; all of them exist.

CK_AVX2_INLINE __m256 load8_f32(const void *row, size_t i) {
    return _mm256_loadu_ps((const float *)row + i);
}

CK_AVX2_INLINE __m256 load8_f16(const void *row, size_t i) {
    return _mm256_cvtph_ps(_mm_loadu_si128((const __m128i *)((const uint16_t *)row + i)));
}

CK_AVX2_INLINE __m256 load8_bf16(const void *row, size_t i) {
    __m128i bits = _mm_loadu_si128((const __m128i *)((const uint16_t *)row + i));
    return _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_cvtepu16_epi32(bits), 16));
}

CK_AVX2_INLINE __m256 load8_q8_0(const void *row, size_t i) {
    const ck_block_q8_0 *b = (const ck_block_q8_0 *)row + i / 32;
    __m256i q = _mm256_cvtepi8_epi32(_mm_loadl_epi64((const __m128i *)(b->qs + i % 32)));
    return _mm256_mul_ps(_mm256_set1_ps(_cvtsh_ss(b->d)), _mm256_cvtepi32_ps(q));
}

CK_AVX2_INLINE __m256 load8_q4_0(const void *row, size_t i) {
    const ck_block_q4_0 *b = (const ck_block_q4_0 *)row + i / 32;
    __m256i q = _mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i *)(b->qs + i % 16)));
    q = i % 32 < 16 ? _mm256_and_si256(q, _mm256_set1_epi32(15)) : _mm256_srli_epi32(q, 4);
    q = _mm256_sub_epi32(q, _mm256_set1_epi32(8));
    return _mm256_mul_ps(_mm256_set1_ps(_cvtsh_ss(b->d)), _mm256_cvtepi32_ps(q));
}

// One row times V vectors, 32 elements a step; `TAIL` gives weight i of a row as f32.
#define CK_DOT_AVX2(NAME, LOAD, TAIL)                                                              \
    CK_AVX2_INLINE void NAME##_by(                                                                 \
        const int V, size_t n, const void *w, const float *x, size_t stride, float *out,           \
        size_t out_stride) {                                                                       \
        __m256 sum[2][4];                                                                          \
        for (int v = 0; v < V; v++) {                                                              \
            for (int k = 0; k < 4; k++) { sum[v][k] = _mm256_setzero_ps(); }                       \
        }                                                                                          \
        size_t i = 0;                                                                              \
        for (; i + 32 <= n; i += 32) {                                                             \
            for (int k = 0; k < 4; k++) {                                                          \
                __m256 a = LOAD(w, i + 8 * (size_t)k);                                             \
                for (int v = 0; v < V; v++) {                                                      \
                    __m256 b = _mm256_loadu_ps(x + (size_t)v * stride + i + 8 * (size_t)k);        \
                    sum[v][k] = _mm256_fmadd_ps(a, b, sum[v][k]);                                  \
                }                                                                                  \
            }                                                                                      \
        }                                                                                          \
        for (int v = 0; v < V; v++) {                                                              \
            __m256 s = _mm256_add_ps(_mm256_add_ps(sum[v][0], sum[v][1]),                          \
                                     _mm256_add_ps(sum[v][2], sum[v][3]));                         \
            float total = ck_sum8(s);                                                              \
            for (size_t j = i; j < n; j++) { total += TAIL(w, j) * x[(size_t)v * stride + j]; }    \
            out[(size_t)v * out_stride] = total;                                                   \
        }                                                                                          \
    }                                                                                              \
    CK_AVX2 static void NAME(                                                                      \
        size_t n, const void *w, size_t vectors, const float *x, size_t stride, float *out,        \
        size_t out_stride) {                                                                       \
        size_t v = 0;                                                                              \
        for (; v + 2 <= vectors; v += 2) {                                                         \
            NAME##_by(2, n, w, x + v * stride, stride, out + v * out_stride, out_stride);          \
        }                                                                                          \
        for (; v < vectors; v++) {                                                                 \
            NAME##_by(1, n, w, x + v * stride, stride, out + v * out_stride, out_stride);          \
        }                                                                                          \
    }

static inline float tail_bf16(const void *row, size_t i) {
    uint32_t bits = (uint32_t)((const uint16_t *)row)[i] << 16;
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

#define TAIL_F32(ROW, I) (((const float *)(ROW))[I])
#define TAIL_F16(ROW, I) ck_f16_value(((const uint16_t *)(ROW))[I])
#define TAIL_NONE(ROW, I) 0.0f  // rows are whole blocks of 32

CK_DOT_AVX2(dot_f32_avx2, load8_f32, TAIL_F32)
CK_DOT_AVX2(dot_f16_avx2, load8_f16, TAIL_F16)
CK_DOT_AVX2(dot_bf16_avx2, load8_bf16, tail_bf16)
CK_DOT_AVX2(dot_q8_0_avx2, load8_q8_0, TAIL_NONE)
CK_DOT_AVX2(dot_q4_0_avx2, load8_q4_0, TAIL_NONE)

#endif

static void dot_f32_plain(
    size_t n, const void *w, size_t vectors, const float *x, size_t stride, float *out,
    size_t out_stride) {
    for (size_t v = 0; v < vectors; v++) { out[v * out_stride] = dot_ref(n, w, x + v * stride); }
}

typedef void (*dot_kernel)(
    size_t n, const void *w, size_t vectors, const float *x, size_t stride, float *out,
    size_t out_stride);

/// The kernel that reads `type` itself, or NULL.
static dot_kernel kernel_of(ck_level level, ck_type type) {
#ifdef CK_X86
    if (level >= CK_LEVEL_AVX512) {
        switch (type) {
        case CK_F32: return dot_f32_avx512;
        case CK_F16: return dot_f16_avx512;
        case CK_BF16: return dot_bf16_avx512;
        case CK_Q8_0: return dot_q8_0_avx512;
        case CK_Q4_0: return dot_q4_0_avx512;
        default: return NULL;
        }
    }
    if (level >= CK_LEVEL_AVX2) {
        switch (type) {
        case CK_F32: return dot_f32_avx2;
        case CK_F16: return dot_f16_avx2;
        case CK_BF16: return dot_bf16_avx2;
        case CK_Q8_0: return dot_q8_0_avx2;
        case CK_Q4_0: return dot_q4_0_avx2;
        default: return NULL;
        }
    }
#endif
    (void)level;
    return type == CK_F32 ? dot_f32_plain : NULL;
}

/// Bytes that are asked for before they are needed.
#define BYTES_AHEAD 12288

ck_status ck_dot_rows(
    ck_level level, ck_type type, size_t rows, size_t columns, const void *weights,
    size_t vectors, const float *x, size_t x_stride, float *out, size_t out_stride,
    float *scratch) {
    if (ck_block_elements(type) == 0) { return CK_UNKNOWN_TYPE; }
    size_t row_bytes = ck_row_bytes(type, columns);
    if (row_bytes == 0 && columns != 0) { return CK_BAD_LENGTH; }
    const uint8_t *row = weights;
    dot_kernel kernel = kernel_of(level, type);
    if (kernel) {
        const size_t ahead = row_bytes == 0 ? 0 : 1 + BYTES_AHEAD / row_bytes;
        for (size_t r = 0; r < rows; r++, row += row_bytes) {
            if (r + ahead < rows) { ck_ask_for((const char *)row + ahead * row_bytes, row_bytes); }
            kernel(columns, row, vectors, x, x_stride, out + r, out_stride);
        }
        return CK_OK;
    }
    kernel = kernel_of(level, CK_F32);
    for (size_t r = 0; r < rows; r++, row += row_bytes) {
        ck_dequantize(level, type, columns, row, scratch);
        kernel(columns, scratch, vectors, x, x_stride, out + r, out_stride);
    }
    return CK_OK;
}
