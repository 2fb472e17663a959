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

void ck_dequantize_super(ck_type type, size_t n, const void *blocks, float *target) {
    size_t count = n / CK_SUPER;
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
