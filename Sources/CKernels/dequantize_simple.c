// Blocks of 32 elements with one scale: Q4_0, Q4_1, Q5_0, Q5_1, Q8_0, IQ4_NL.
#include "internal.h"

#include <string.h>

// A contracted multiply-add would round once where the definition rounds twice.
#pragma STDC FP_CONTRACT OFF

// The non-linear 4-bit levels of IQ4_NL and IQ4_XS (ggml-common.h, kvalues_iq4nl).
const int8_t ck_iq4_values[16] = {
    -127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113,
};

static void q4_0(size_t blocks, const ck_block_q4_0 *b, float *y) {
    for (size_t i = 0; i < blocks; i++, b++, y += 32) {
        float d = ck_f16_value(b->d);
        for (int j = 0; j < 16; j++) {
            y[j] = d * (float)((b->qs[j] & 15) - 8);
            y[j + 16] = d * (float)((b->qs[j] >> 4) - 8);
        }
    }
}

static void q4_1(size_t blocks, const ck_block_q4_1 *b, float *y) {
    for (size_t i = 0; i < blocks; i++, b++, y += 32) {
        float d = ck_f16_value(b->d), m = ck_f16_value(b->m);
        for (int j = 0; j < 16; j++) {
            y[j] = d * (float)(b->qs[j] & 15) + m;
            y[j + 16] = d * (float)(b->qs[j] >> 4) + m;
        }
    }
}

static void q5_0(size_t blocks, const ck_block_q5_0 *b, float *y) {
    for (size_t i = 0; i < blocks; i++, b++, y += 32) {
        float d = ck_f16_value(b->d);
        uint32_t high;
        memcpy(&high, b->qh, sizeof high);
        for (int j = 0; j < 16; j++) {
            int low = (b->qs[j] & 15) | (int)(high >> j & 1) << 4;
            int top = b->qs[j] >> 4 | (int)(high >> (j + 16) & 1) << 4;
            y[j] = d * (float)(low - 16);
            y[j + 16] = d * (float)(top - 16);
        }
    }
}

static void q5_1(size_t blocks, const ck_block_q5_1 *b, float *y) {
    for (size_t i = 0; i < blocks; i++, b++, y += 32) {
        float d = ck_f16_value(b->d), m = ck_f16_value(b->m);
        uint32_t high;
        memcpy(&high, b->qh, sizeof high);
        for (int j = 0; j < 16; j++) {
            int low = (b->qs[j] & 15) | (int)(high >> j & 1) << 4;
            int top = b->qs[j] >> 4 | (int)(high >> (j + 16) & 1) << 4;
            y[j] = d * (float)low + m;
            y[j + 16] = d * (float)top + m;
        }
    }
}

static void q8_0(size_t blocks, const ck_block_q8_0 *b, float *y) {
    for (size_t i = 0; i < blocks; i++, b++, y += 32) {
        float d = ck_f16_value(b->d);
        for (int j = 0; j < 32; j++) { y[j] = d * (float)b->qs[j]; }
    }
}

static void iq4_nl(size_t blocks, const ck_block_iq4_nl *b, float *y) {
    for (size_t i = 0; i < blocks; i++, b++, y += 32) {
        float d = ck_f16_value(b->d);
        for (int j = 0; j < 16; j++) {
            y[j] = d * (float)ck_iq4_values[b->qs[j] & 15];
            y[j + 16] = d * (float)ck_iq4_values[b->qs[j] >> 4];
        }
    }
}

void ck_dequantize_simple(ck_type type, size_t n, const void *blocks, float *target) {
    size_t count = n / CK_BLOCK;
    switch (type) {
    case CK_Q4_0: q4_0(count, blocks, target); break;
    case CK_Q4_1: q4_1(count, blocks, target); break;
    case CK_Q5_0: q5_0(count, blocks, target); break;
    case CK_Q5_1: q5_1(count, blocks, target); break;
    case CK_Q8_0: q8_0(count, blocks, target); break;
    case CK_IQ4_NL: iq4_nl(count, blocks, target); break;
    default: break;
    }
}
