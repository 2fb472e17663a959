// Q2_K, Q4_K and Q5_K: x = d * scale_k * q - dmin * minimum_k with small integers scale_k,
// minimum_k and q, all of them at least 0.
//
// How close the values come is the choice of the integers. Each sub-block is fitted alone first:
// several widths of the grid are tried, each followed by the least-squares line through the points
// (q, x), and the one that leaves the least squared error stays. The lines' slopes and offsets are
// then rounded to integers over a common d and dmin, elements are rounded again to what the
// integers really say, and d and dmin are moved to their own least-squares optimum.
#include "quantize_fit.h"

/// What differs between the three types.
typedef struct {
    int sub_blocks;   // in a super-block
    int vectors;      // of 8 elements in a sub-block
    float top;        // the greatest q
    float scale_top;  // the greatest scale_k and minimum_k
    float first, step;  // widths tried: top + first, top + first + step, ... over the range
    int tries;
} affine_shape;

typedef struct { float slope, offset; } line;

/// Sums over the elements of a sub-block for a choice of q.
typedef struct { float q, qq, xq; } moments;

CK_FIT moments choose(
    const ck_v8 *x, int vectors, line grid, float top, ck_v8 *chosen) {
    ck_v8 q_sum = {0}, qq_sum = {0}, xq_sum = {0};
    float inverse = ck_fit_inverse(grid.slope);
    for (int v = 0; v < vectors; v++) {
        ck_v8 q = ck_fit_clamp(ck_fit_round((x[v] - grid.offset) * inverse), 0, top);
        chosen[v] = q;
        q_sum += q;
        qq_sum += q * q;
        xq_sum += x[v] * q;
    }
    return (moments){ck_fit_sum(q_sum), ck_fit_sum(qq_sum), ck_fit_sum(xq_sum)};
}

/// The best line for a choice of q whose offset is not above 0; `gain` is by how much it lowers the
/// squared error below the sum of squares.
CK_FIT line best_line(moments m, float x_sum, float count, float *gain) {
    line best = {0, 0};
    float determinant = count * m.qq - m.q * m.q;
    if (determinant > 0) {
        best.slope = (count * m.xq - m.q * x_sum) / determinant;
        best.offset = (x_sum - best.slope * m.q) / count;
    }
    if (determinant <= 0 || best.offset > 0) {
        best.offset = 0;
        best.slope = m.qq > 0 ? m.xq / m.qq : 0;
    }
    *gain = best.slope * m.xq + best.offset * x_sum;
    return best;
}

/// Fits one sub-block alone.
CK_FIT line fit_sub_block(const ck_v8 *x, affine_shape shape) {
    ck_v8 low = {0}, high = x[0], sum = {0}, chosen[4];
    for (int v = 0; v < shape.vectors; v++) {
        low = __builtin_elementwise_min(low, x[v]);
        high = __builtin_elementwise_max(high, x[v]);
        sum += x[v];
    }
    float least = low[0], greatest = high[0], x_sum = ck_fit_sum(sum);
    for (int i = 1; i < 8; i++) {
        least = low[i] < least ? low[i] : least;
        greatest = high[i] > greatest ? high[i] : greatest;
    }
    float count = (float)(8 * shape.vectors);
    if (greatest <= least) { return (line){0, least}; }
    line best = {(greatest - least) / shape.top, least};
    float best_gain = -FLT_MAX;
    for (int t = 0; t < shape.tries; t++) {
        float width = shape.top + shape.first + (float)t * shape.step;
        line tried = {(greatest - least) / width, least};
        for (int round = 0; round < 2; round++) {
            float gain;
            moments m = choose(x, shape.vectors, tried, shape.top, chosen);
            tried = best_line(m, x_sum, count, &gain);
            if (gain > best_gain && tried.slope > 0) {
                best_gain = gain;
                best = tried;
            }
        }
    }
    return best;
}

/// A super-block as integers over d and dmin.
typedef struct {
    float d, dmin;
    int scales[16], minimums[16];
    ck_v8 q[32];
} affine_block;

/// Chooses each sub-block's integers: for the scale the one nearest to its fitted slope and the two
/// beside it, with the minimum that is best for each; gives the squared error.
CK_FIT float round_lines(
    const ck_v8 *x, const line *lines, affine_shape shape, affine_block *block) {
    float inverse = ck_fit_inverse(block->d), inverse_minimum = ck_fit_inverse(block->dmin);
    float count = (float)(8 * shape.vectors), total = 0;
    int top = (int)shape.scale_top;
    for (int k = 0; k < shape.sub_blocks; k++) {
        const ck_v8 *sub_block = x + k * shape.vectors;
        ck_v8 sum = {0}, q[4];
        for (int v = 0; v < shape.vectors; v++) { sum += sub_block[v]; }
        float x_sum = ck_fit_sum(sum), least = FLT_MAX;
        int middle = ck_fit_integer(lines[k].slope * inverse, 0, top);
        for (int scale = middle - 1; scale <= middle + 1; scale++) {
            if (scale < 0 || scale > top) { continue; }
            line grid = {block->d * (float)scale, lines[k].offset};
            moments m = choose(sub_block, shape.vectors, grid, shape.top, q);
            float offset = (x_sum - grid.slope * m.q) / count;
            int minimum = ck_fit_integer(-offset * inverse_minimum, 0, top);
            grid.offset = -(block->dmin * (float)minimum);
            choose(sub_block, shape.vectors, grid, shape.top, q);
            ck_v8 squares = {0};
            for (int v = 0; v < shape.vectors; v++) {
                ck_v8 miss = sub_block[v] - (q[v] * grid.slope + grid.offset);
                squares += miss * miss;
            }
            float error = ck_fit_sum(squares);
            if (error >= least) { continue; }
            least = error;
            block->scales[k] = scale;
            block->minimums[k] = minimum;
            memcpy(block->q + k * shape.vectors, q, (size_t)shape.vectors * sizeof *q);
        }
        total += least;
    }
    return total;
}

/// d and dmin where the squared error is least for the integers as they are.
CK_FIT void move_scales(const ck_v8 *x, affine_shape shape, affine_block *block) {
    float aa = 0, ab = 0, bb = 0, xa = 0, xb = 0;
    for (int k = 0; k < shape.sub_blocks; k++) {
        float scale = (float)block->scales[k], minimum = (float)block->minimums[k];
        ck_v8 q_sum = {0}, qq_sum = {0}, xq_sum = {0}, x_sum = {0};
        for (int v = 0; v < shape.vectors; v++) {
            int i = k * shape.vectors + v;
            q_sum += block->q[i];
            qq_sum += block->q[i] * block->q[i];
            xq_sum += x[i] * block->q[i];
            x_sum += x[i];
        }
        aa += scale * scale * ck_fit_sum(qq_sum);
        ab += scale * minimum * ck_fit_sum(q_sum);
        bb += minimum * minimum * (float)(8 * shape.vectors);
        xa += scale * ck_fit_sum(xq_sum);
        xb += minimum * ck_fit_sum(x_sum);
    }
    float determinant = aa * bb - ab * ab;
    if (determinant > 0) {
        float d = (xa * bb - xb * ab) / determinant, dmin = (xa * ab - xb * aa) / determinant;
        if (d > 0 && dmin >= 0) {
            block->d = ck_fit_half(d);
            block->dmin = ck_fit_half(dmin);
        }
    } else if (aa > 0 && xa > 0) {
        block->d = ck_fit_half(xa / aa);
    }
}

/// Fits a super-block.
CK_FIT void fit_block(const float *values, affine_shape shape, affine_block *best) {
    ck_v8 x[32];
    memcpy(x, values, sizeof x);
    line lines[16];
    float slope = 0, offset = 0;
    for (int k = 0; k < shape.sub_blocks; k++) {
        lines[k] = fit_sub_block(x + k * shape.vectors, shape);
        slope = lines[k].slope > slope ? lines[k].slope : slope;
        offset = -lines[k].offset > offset ? -lines[k].offset : offset;
    }
    affine_block block = {
        .d = ck_fit_half(slope / shape.scale_top),
        .dmin = ck_fit_half(offset / shape.scale_top),
    };
    *best = block;
    float least = FLT_MAX;
    for (int round = 0; round < 3; round++) {
        float error = round_lines(x, lines, shape, &block);
        if (error < least) {
            least = error;
            *best = block;
        }
        move_scales(x, shape, &block);
    }
}

CK_FIT uint8_t element(const affine_block *block, int i) {
    return (uint8_t)block->q[i / 8][i % 8];
}

/// The 6-bit scales and minimums of Q4_K and Q5_K, packed into 12 bytes.
CK_FIT void pack_six_bits(const affine_block *block, uint8_t *packed) {
    for (int k = 0; k < 4; k++) {
        packed[k] = (uint8_t)(block->scales[k] | (block->scales[k + 4] >> 4) << 6);
        packed[k + 4] = (uint8_t)(block->minimums[k] | (block->minimums[k + 4] >> 4) << 6);
        packed[k + 8] = (uint8_t)((block->scales[k + 4] & 15) | (block->minimums[k + 4] & 15) << 4);
    }
}

CK_FIT void quantize_q2_k(size_t blocks, const float *x, ck_block_q2_k *out) {
    const affine_shape shape = {16, 2, 3, 15, -0.9f, 0.2f, 10};
    for (size_t b = 0; b < blocks; b++, x += CK_SUPER, out++) {
        affine_block block;
        fit_block(x, shape, &block);
        memset(out, 0, sizeof *out);
        out->d = ck_f16_rounded(block.d);
        out->dmin = ck_f16_rounded(block.dmin);
        for (int k = 0; k < 16; k++) {
            out->scales[k] = (uint8_t)(block.scales[k] | block.minimums[k] << 4);
        }
        for (int i = 0; i < CK_SUPER; i++) {
            int shift = i % 128 / 32 * 2;
            out->qs[32 * (i / 128) + i % 32] |= (uint8_t)(element(&block, i) << shift);
        }
    }
}

CK_FIT void quantize_q4_k(size_t blocks, const float *x, ck_block_q4_k *out) {
    const affine_shape shape = {8, 4, 15, 63, -1.0f, 0.4f, 6};
    for (size_t b = 0; b < blocks; b++, x += CK_SUPER, out++) {
        affine_block block;
        fit_block(x, shape, &block);
        out->d = ck_f16_rounded(block.d);
        out->dmin = ck_f16_rounded(block.dmin);
        pack_six_bits(&block, out->scales);
        for (int i = 0; i < 128; i++) {
            int low = 64 * (i / 32) + i % 32;
            out->qs[i] = (uint8_t)(element(&block, low) | element(&block, low + 32) << 4);
        }
    }
}

CK_FIT void quantize_q5_k(size_t blocks, const float *x, ck_block_q5_k *out) {
    const affine_shape shape = {8, 4, 31, 63, -1.0f, 0.5f, 5};
    for (size_t b = 0; b < blocks; b++, x += CK_SUPER, out++) {
        affine_block block;
        fit_block(x, shape, &block);
        memset(out, 0, sizeof *out);
        out->d = ck_f16_rounded(block.d);
        out->dmin = ck_f16_rounded(block.dmin);
        pack_six_bits(&block, out->scales);
        for (int i = 0; i < CK_SUPER; i++) {
            int q = element(&block, i), k = i / 32, l = i % 32;
            out->qs[32 * (k / 2) + l] |= (uint8_t)((q & 15) << (k % 2 * 4));
            out->qh[l] |= (uint8_t)((q >> 4) << k);
        }
    }
}

CK_FIT void affine(ck_type type, size_t blocks, const float *x, void *out) {
    switch (type) {
    case CK_Q2_K: quantize_q2_k(blocks, x, out); break;
    case CK_Q4_K: quantize_q4_k(blocks, x, out); break;
    case CK_Q5_K: quantize_q5_k(blocks, x, out); break;
    default: break;
    }
}

#ifdef CK_X86
CK_AVX2 static void affine_avx2(ck_type type, size_t blocks, const float *x, void *out) {
    affine(type, blocks, x, out);
}
#endif

void ck_quantize_affine(
    ck_level level, ck_type type, size_t blocks, const float *x, void *out) {
#ifdef CK_X86
    if (level >= CK_LEVEL_AVX2) { affine_avx2(type, blocks, x, out); return; }
#endif
    (void)level;
    affine(type, blocks, x, out);
}
