// Q3_K, Q6_K, IQ4_XS and IQ4_NL: x = d * scale_k * c, with c from a ladder of values around 0.
//
// The ladder's two ends differ (-4 to 3, -32 to 31, -127 to 113), so that the sign of a scale
// matters and both are tried: the element of greatest magnitude is laid on several places near
// either end, the rest is rounded to the ladder, and the least-squares scale of that choice is kept
// if it leaves the least squared error. With a common d the scales are then rounded to integers,
// elements are rounded again to what these really say, and d is moved to its own optimum.
#include "quantize_fit.h"

/// What differs between the types.
typedef struct {
    int sub_blocks;   // in a block
    int vectors;      // of 8 elements in a sub-block
    int is_table;     // whether c comes from the table of IQ4 types instead of low...high
    float low, high;  // the ends of the ladder
    float scale_low, scale_high;  // the ends of scale_k
    float first, step;  // places tried for the greatest element: first, first + step, ... of an end
    int tries;
} scaled_shape;

/// The value of the ladder nearest to each lane.
CK_FIT ck_v8 nearest(ck_v8 v, scaled_shape shape) {
    if (!shape.is_table) { return ck_fit_clamp(ck_fit_round(v), shape.low, shape.high); }
    ck_v8 value = {0};
    value += (float)ck_iq4_values[0];
    for (int j = 0; j < 15; j++) {
        float here = (float)ck_iq4_values[j], next = (float)ck_iq4_values[j + 1];
        ck_v8 rise = {0};
        rise += next - here;
        // A comparison is all ones where it holds, and those bits keep the rise.
        typedef int mask __attribute__((vector_size(32)));
        value += (ck_v8)((mask)rise & (mask)(v > (here + next) * 0.5f));
    }
    return value;
}

/// The scale of one sub-block taken alone.
CK_FIT float fit_sub_block(const ck_v8 *x, scaled_shape shape) {
    float widest = 0;
    for (int v = 0; v < shape.vectors; v++) {
        for (int i = 0; i < 8; i++) {
            float magnitude = x[v][i] < 0 ? -x[v][i] : x[v][i];
            if (magnitude > (widest < 0 ? -widest : widest)) { widest = x[v][i]; }
        }
    }
    if (widest == 0) { return 0; }
    float best = 0, best_gain = -1;
    for (int t = 0; t < 2 * shape.tries; t++) {
        float end = t % 2 == 0 ? shape.low : shape.high;
        float scale = widest / (end * (shape.first + (float)(t / 2) * shape.step));
        for (int round = 0; round < 2; round++) {
            ck_v8 cc_sum = {0}, xc_sum = {0};
            float inverse = ck_fit_inverse(scale);
            for (int v = 0; v < shape.vectors; v++) {
                ck_v8 c = nearest(x[v] * inverse, shape);
                cc_sum += c * c;
                xc_sum += x[v] * c;
            }
            float cc = ck_fit_sum(cc_sum), xc = ck_fit_sum(xc_sum);
            if (!(cc > 0)) { break; }
            scale = xc / cc;
            if (scale * xc > best_gain) {
                best_gain = scale * xc;
                best = scale;
            }
        }
    }
    return best;
}

/// A block as integers over d, and the ladder's values.
typedef struct {
    float d;
    int scales[16];
    ck_v8 c[32];
} scaled_block;

/// Rounds the elements of sub-block k to what an integer scale says; gives the squared error.
CK_FIT float round_sub_block(
    const ck_v8 *x, scaled_shape shape, float d, int integer, ck_v8 *c) {
    ck_v8 error = {0};
    float scale = d * (float)integer, inverse = ck_fit_inverse(scale);
    for (int v = 0; v < shape.vectors; v++) {
        c[v] = nearest(x[v] * inverse, shape);
        ck_v8 miss = x[v] - c[v] * scale;
        error += miss * miss;
    }
    return ck_fit_sum(error);
}

/// Chooses each sub-block's integer among the one nearest to its fitted scale and the two beside
/// it, which matters where one sub-block's outlier leaves the others only small integers; gives
/// the squared error.
CK_FIT float round_scales(
    const ck_v8 *x, const float *fitted, scaled_shape shape, scaled_block *block) {
    float inverse = ck_fit_inverse(block->d), total = 0;
    int low = (int)shape.scale_low, high = (int)shape.scale_high;
    for (int k = 0; k < shape.sub_blocks; k++) {
        int middle = ck_fit_integer(fitted[k] * inverse, low, high);
        const ck_v8 *sub_block = x + k * shape.vectors;
        float least = FLT_MAX;
        for (int integer = middle - 1; integer <= middle + 1; integer++) {
            if (integer < low || integer > high) { continue; }
            ck_v8 c[4];
            float error = round_sub_block(sub_block, shape, block->d, integer, c);
            if (error >= least) { continue; }
            least = error;
            block->scales[k] = integer;
            memcpy(block->c + k * shape.vectors, c, (size_t)shape.vectors * sizeof *c);
        }
        total += least;
    }
    return total;
}

/// d where the squared error is least for the integers as they are.
CK_FIT void move_scale(const ck_v8 *x, scaled_shape shape, scaled_block *block) {
    float aa = 0, xa = 0;
    for (int k = 0; k < shape.sub_blocks; k++) {
        float scale = (float)block->scales[k];
        ck_v8 cc_sum = {0}, xc_sum = {0};
        for (int v = 0; v < shape.vectors; v++) {
            int i = k * shape.vectors + v;
            cc_sum += block->c[i] * block->c[i];
            xc_sum += x[i] * block->c[i];
        }
        aa += scale * scale * ck_fit_sum(cc_sum);
        xa += scale * ck_fit_sum(xc_sum);
    }
    if (aa > 0) { block->d = ck_fit_half(xa / aa); }
}

/// Fits a block.
CK_FIT void fit_block(const float *values, scaled_shape shape, scaled_block *best) {
    ck_v8 x[32];
    memcpy(x, values, (size_t)(shape.sub_blocks * shape.vectors) * sizeof *x);
    float fitted[16], widest = 0;
    for (int k = 0; k < shape.sub_blocks; k++) {
        fitted[k] = fit_sub_block(x + k * shape.vectors, shape);
        float magnitude = fitted[k] < 0 ? -fitted[k] : fitted[k];
        if (magnitude > (widest < 0 ? -widest : widest)) { widest = fitted[k]; }
    }
    // The lower end reaches one step further.
    scaled_block block = {.d = ck_fit_half(widest / shape.scale_low)};
    *best = block;
    float least = FLT_MAX;
    for (int round = 0; round < 3; round++) {
        float error = round_scales(x, fitted, shape, &block);
        if (error < least) {
            least = error;
            *best = block;
        }
        move_scale(x, shape, &block);
    }
}

CK_FIT int element(const scaled_block *block, int i) { return (int)block->c[i / 8][i % 8]; }

/// The place of a value in the table of the IQ4 types.
CK_FIT int table_index(int value) {
    int index = 0;
    while (index < 15 && ck_iq4_values[index] < value) { index++; }
    return index;
}

CK_FIT void quantize_q3_k(size_t blocks, const float *x, ck_block_q3_k *out) {
    const scaled_shape shape = {16, 2, 0, -4, 3, -32, 31, 0.7f, 0.05f, 11};
    for (size_t b = 0; b < blocks; b++, x += CK_SUPER, out++) {
        scaled_block block;
        fit_block(x, shape, &block);
        memset(out, 0, sizeof *out);
        out->d = ck_f16_rounded(block.d);
        for (int s = 0; s < 16; s++) {
            int scale = block.scales[s] + 32;
            out->scales[s % 8] |= (uint8_t)((scale & 15) << (s / 8 * 4));
            out->scales[8 + s % 4] |= (uint8_t)((scale >> 4) << (2 * (s / 4)));
        }
        for (int i = 0; i < CK_SUPER; i++) {
            int q = element(&block, i) + 4;
            out->qs[32 * (i / 128) + i % 32] |= (uint8_t)((q & 3) << (i % 128 / 32 * 2));
            out->hmask[i % 32] |= (uint8_t)((q >> 2) << (i / 32));
        }
    }
}

CK_FIT void quantize_q6_k(size_t blocks, const float *x, ck_block_q6_k *out) {
    const scaled_shape shape = {16, 2, 0, -32, 31, -128, 127, 0.9f, 0.03f, 6};
    for (size_t b = 0; b < blocks; b++, x += CK_SUPER, out++) {
        scaled_block block;
        fit_block(x, shape, &block);
        memset(out, 0, sizeof *out);
        out->d = ck_f16_rounded(block.d);
        for (int s = 0; s < 16; s++) { out->scales[s] = (int8_t)block.scales[s]; }
        for (int i = 0; i < CK_SUPER; i++) {
            int q = element(&block, i) + 32, n = i / 128, g = i % 128 / 32, l = i % 32;
            out->ql[64 * n + 32 * (g % 2) + l] |= (uint8_t)((q & 15) << (g / 2 * 4));
            out->qh[32 * n + l] |= (uint8_t)((q >> 4) << (2 * g));
        }
    }
}

CK_FIT void quantize_iq4_xs(size_t blocks, const float *x, ck_block_iq4_xs *out) {
    const scaled_shape shape = {8, 4, 1, -127, 113, -32, 31, 0.7f, 0.1f, 5};
    for (size_t b = 0; b < blocks; b++, x += CK_SUPER, out++) {
        scaled_block block;
        fit_block(x, shape, &block);
        memset(out, 0, sizeof *out);
        out->d = ck_f16_rounded(block.d);
        for (int k = 0; k < 8; k++) {
            int scale = block.scales[k] + 32;
            out->scales_l[k / 2] |= (uint8_t)((scale & 15) << (k % 2 * 4));
            out->scales_h |= (uint16_t)((scale >> 4) << (2 * k));
            for (int t = 0; t < 16; t++) {
                int low = table_index(element(&block, 32 * k + t));
                int high = table_index(element(&block, 32 * k + 16 + t));
                out->qs[16 * k + t] = (uint8_t)(low | high << 4);
            }
        }
    }
}

CK_FIT void quantize_iq4_nl(size_t blocks, const float *x, ck_block_iq4_nl *out) {
    // One sub-block whose integer is 1: d is the scale itself.
    const scaled_shape shape = {1, 4, 1, -127, 113, 1, 1, 0.7f, 0.1f, 5};
    for (size_t b = 0; b < blocks; b++, x += CK_BLOCK, out++) {
        scaled_block block;
        fit_block(x, shape, &block);
        out->d = ck_f16_rounded(block.d);
        for (int t = 0; t < 16; t++) {
            int low = table_index(element(&block, t)), high = table_index(element(&block, 16 + t));
            out->qs[t] = (uint8_t)(low | high << 4);
        }
    }
}

CK_FIT void scaled(ck_type type, size_t blocks, const float *x, void *out) {
    switch (type) {
    case CK_Q3_K: quantize_q3_k(blocks, x, out); break;
    case CK_Q6_K: quantize_q6_k(blocks, x, out); break;
    case CK_IQ4_XS: quantize_iq4_xs(blocks, x, out); break;
    case CK_IQ4_NL: quantize_iq4_nl(blocks, x, out); break;
    default: break;
    }
}

#ifdef CK_X86
CK_AVX2 static void scaled_avx2(ck_type type, size_t blocks, const float *x, void *out) {
    scaled(type, blocks, x, out);
}
#endif

void ck_quantize_scaled(
    ck_level level, ck_type type, size_t blocks, const float *x, void *out) {
#ifdef CK_X86
    if (level >= CK_LEVEL_AVX2) { scaled_avx2(type, blocks, x, out); return; }
#endif
    (void)level;
    scaled(type, blocks, x, out);
}
