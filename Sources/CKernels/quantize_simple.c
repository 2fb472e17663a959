// Q4_0, Q4_1, Q5_0, Q5_1 and Q8_0: blocks of 32 elements with one scale, by closed formulas.
//
// The formulas are those of `gguf-py/gguf/quants.py` of the repository ggml-org/llama.cpp, and the
// bytes are its bytes: a scale that lays the extreme on the end of the grid, stored in half
// precision, and elements rounded by the scale as it was before that.
#include "internal.h"

#include <float.h>
#include <math.h>
#include <string.h>

#pragma STDC FP_CONTRACT OFF

/// 1 / d; 0 where d is 0 or so small that it is stored as 0 whatever the elements.
static float inverse_of(float d) { return fabsf(d) > FLT_MIN ? 1.0f / d : 0.0f; }

/// The element of greatest magnitude, the first if there are several.
static float widest_of(const float *x) {
    float widest = x[0];
    for (int i = 1; i < CK_BLOCK; i++) {
        if (fabsf(x[i]) > fabsf(widest)) { widest = x[i]; }
    }
    return widest;
}

static void range_of(const float *x, float *low, float *high) {
    *low = *high = x[0];
    for (int i = 1; i < CK_BLOCK; i++) {
        *low = x[i] < *low ? x[i] : *low;
        *high = x[i] > *high ? x[i] : *high;
    }
}

static int clamped(float value, int top) {
    if (!(value > 0)) { return 0; }
    return value >= (float)top ? top : (int)value;
}

/// Numbers of 0 to `top` around the middle: the element of greatest magnitude becomes 0.
static float around_zero(const float *x, int top, int *q) {
    int middle = (top + 1) / 2;
    float d = widest_of(x) / (float)-middle, inverse = inverse_of(d);
    for (int i = 0; i < CK_BLOCK; i++) {
        q[i] = clamped(x[i] * inverse + ((float)middle + 0.5f), top);
    }
    return d;
}

/// Numbers of 0 to `top` from the least element to the greatest.
static float above_least(const float *x, int top, int *q, float *least) {
    float greatest;
    range_of(x, least, &greatest);
    float d = (greatest - *least) / (float)top, inverse = inverse_of(d);
    for (int i = 0; i < CK_BLOCK; i++) { q[i] = clamped((x[i] - *least) * inverse + 0.5f, top); }
    return d;
}

static void pack(const int *q, uint8_t *low, uint8_t *fifth) {
    for (int i = 0; i < 16; i++) { low[i] = (uint8_t)((q[i] & 15) | (q[i + 16] & 15) << 4); }
    if (fifth == NULL) { return; }
    memset(fifth, 0, 4);
    for (int i = 0; i < CK_BLOCK; i++) { fifth[i / 8] |= (uint8_t)((q[i] >> 4) << (i % 8)); }
}

void ck_quantize_simple(ck_type type, size_t blocks, const float *x, void *out) {
    int q[CK_BLOCK];
    float least;
    for (size_t b = 0; b < blocks; b++, x += CK_BLOCK) {
        switch (type) {
        case CK_Q4_0: {
            ck_block_q4_0 *block = (ck_block_q4_0 *)out + b;
            block->d = ck_f16_rounded(around_zero(x, 15, q));
            pack(q, block->qs, NULL);
            break;
        }
        case CK_Q4_1: {
            ck_block_q4_1 *block = (ck_block_q4_1 *)out + b;
            block->d = ck_f16_rounded(above_least(x, 15, q, &least));
            block->m = ck_f16_rounded(least);
            pack(q, block->qs, NULL);
            break;
        }
        case CK_Q5_0: {
            ck_block_q5_0 *block = (ck_block_q5_0 *)out + b;
            block->d = ck_f16_rounded(around_zero(x, 31, q));
            pack(q, block->qs, block->qh);
            break;
        }
        case CK_Q5_1: {
            ck_block_q5_1 *block = (ck_block_q5_1 *)out + b;
            block->d = ck_f16_rounded(above_least(x, 31, q, &least));
            block->m = ck_f16_rounded(least);
            pack(q, block->qs, block->qh);
            break;
        }
        case CK_Q8_0: {
            ck_block_q8_0 *block = (ck_block_q8_0 *)out + b;
            float d = fabsf(widest_of(x)) / 127.0f, inverse = inverse_of(d);
            block->d = ck_f16_rounded(d);
            // Halves away from zero.
            for (int i = 0; i < CK_BLOCK; i++) { block->qs[i] = (int8_t)roundf(x[i] * inverse); }
            break;
        }
        default: return;
        }
    }
}
