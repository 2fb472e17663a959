// Prompts and pictures: many rows of activations times a panel of weights, in bfloat16 with sums in
// single precision.
//
// Both operands are packed first, so that the inner loop reads whole tiles one after the other:
//
//   activations  [row group][step][16 rows][32 columns]            bfloat16
//   weights      [output group][step][16 pairs][16 outputs][2]     bfloat16
//
// A step is 32 columns; columns beyond the end are zero. The weights' tile is what TDPBF16PS takes
// as its second operand (Intel's Architecture Instruction Set Extensions Reference, chapter 3), and
// a row of it is what VDPBF16PS takes. An output is summed over the steps in order, whatever else is
// in the call: a row's result does not depend on the rows beside it.
#include "internal.h"

#include <string.h>

/// Columns whose products are summed before the sums go back to memory: the weights' share of them,
/// 2 x 16 x 1024 x 2 bytes, then stays in the first-level cache beside a group of rows. A multiple
/// of 32.
#define STRIP 1024

size_t ck_tile_steps(size_t columns) { return (columns + 31) / 32; }

size_t ck_tile_halves(size_t rows, size_t columns) {
    return (rows + 15) / 16 * ck_tile_steps(columns) * 512;
}

// Definitions: one element after the other.

static void pack_rows_ref(
    size_t rows, size_t columns, const float *x, size_t stride, uint16_t *tiles) {
    memset(tiles, 0, ck_tile_halves(rows, columns) * sizeof *tiles);
    size_t steps = ck_tile_steps(columns);
    for (size_t r = 0; r < rows; r++) {
        for (size_t c = 0; c < columns; c++) {
            size_t tile = (r / 16 * steps + c / 32) * 512;
            tiles[tile + r % 16 * 32 + c % 32] = ck_bf16_rounded(x[r * stride + c]);
        }
    }
}

static void pack_weights_ref(
    ck_type type, size_t outputs, size_t columns, const uint8_t *weights, size_t row_bytes,
    uint16_t *tiles, float *scratch) {
    memset(tiles, 0, ck_tile_halves(outputs, columns) * sizeof *tiles);
    size_t steps = ck_tile_steps(columns);
    for (size_t n = 0; n < outputs; n++) {
        ck_dequantize(CK_LEVEL_PLAIN, type, columns, weights, scratch);
        weights += row_bytes;
        for (size_t c = 0; c < columns; c++) {
            size_t tile = (n / 16 * steps + c / 32) * 512;
            tiles[tile + c % 32 / 2 * 32 + n % 16 * 2 + c % 2] = ck_bf16_rounded(scratch[c]);
        }
    }
}

/// A row of f32 or f16 values, one of them.
static float value_at(ck_type type, const uint8_t *row, size_t column) {
    return type == CK_F32 ? ((const float *)row)[column]
                          : ck_f16_value(((const uint16_t *)row)[column]);
}

static void pack_values_ref(
    ck_type type, size_t rows, size_t columns, const uint8_t *values, size_t row_bytes,
    uint16_t *tiles) {
    memset(tiles, 0, ck_tile_halves(columns, rows) * sizeof *tiles);
    size_t steps = ck_tile_steps(rows);
    for (size_t r = 0; r < rows; r++) {
        for (size_t c = 0; c < columns; c++) {
            size_t tile = (c / 16 * steps + r / 32) * 512;
            tiles[tile + r % 32 / 2 * 32 + c % 16 * 2 + r % 2] =
                ck_bf16_rounded(value_at(type, values + r * row_bytes, c));
        }
    }
}

static float half_value(uint16_t half) {
    uint32_t bits = (uint32_t)half << 16;
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static void matmul_ref(
    size_t rows, size_t outputs, size_t columns, const uint16_t *x, const uint16_t *w, float *out,
    size_t out_stride) {
    size_t steps = ck_tile_steps(columns);
    for (size_t r = 0; r < rows; r++) {
        for (size_t n = 0; n < outputs; n++) {
            const uint16_t *a = x + r / 16 * steps * 512 + r % 16 * 32;
            const uint16_t *b = w + n / 16 * steps * 512 + n % 16 * 2;
            float sum = 0;
            for (size_t c = 0; c < 32 * steps; c++) {
                size_t tile = c / 32 * 512;
                sum += half_value(a[tile + c % 32])
                    * half_value(b[tile + c % 32 / 2 * 32 + c % 2]);
            }
            out[r * out_stride + n] = sum;
        }
    }
}

#ifdef CK_X86

CK_VNNI static void pack_rows_bf16(
    size_t rows, size_t columns, const float *x, size_t stride, uint16_t *tiles) {
    size_t steps = ck_tile_steps(columns);
    for (size_t r = 0; r < (rows + 15) / 16 * 16; r++) {
        uint16_t *target = tiles + r / 16 * steps * 512 + r % 16 * 32;
        const float *source = x + r * stride;
        for (size_t step = 0; step < steps; step++, target += 512) {
            __m512i halves = _mm512_setzero_si512();
            if (r < rows) {
                size_t left = columns - 32 * step;
                __mmask32 mask = left >= 32 ? 0xffffffff : (1u << left) - 1;
                __m512 low = _mm512_maskz_loadu_ps((__mmask16)mask, source + 32 * step);
                __m512 high = _mm512_maskz_loadu_ps((__mmask16)(mask >> 16), source + 32 * step + 16);
                halves = (__m512i)_mm512_cvtne2ps_pbh(high, low);
            }
            _mm512_storeu_si512(target, halves);
        }
    }
}

/// 256 columns of 16 outputs at a time: dequantised into `scratch`, which holds 4096 floats and so
/// stays in the first-level cache, rounded in pairs, transposed.
CK_VNNI static void pack_weights_bf16(
    ck_level level, ck_type type, size_t outputs, size_t columns, const uint8_t *weights,
    size_t row_bytes, uint16_t *tiles, float *scratch) {
    size_t steps = ck_tile_steps(columns);
    for (size_t n = 0; n < outputs; n += 16) {
        size_t count = outputs - n < 16 ? outputs - n : 16;
        uint16_t *target = tiles + n / 16 * steps * 512;
        for (size_t c = 0; c < columns; c += 256) {
            size_t length = columns - c < 256 ? columns - c : 256;
            size_t offset = c / ck_block_elements(type) * ck_block_bytes(type);
            for (size_t i = 0; i < count; i++) {
                ck_dequantize(
                    level, type, length, weights + (n + i) * row_bytes + offset,
                    scratch + 256 * i);
            }
            for (size_t s = 0; s < (length + 31) / 32; s++, target += 512) {
                size_t left = length - 32 * s;
                __mmask32 mask = left >= 32 ? 0xffffffff : (1u << left) - 1;
                __m512i lines[16];
                for (size_t i = 0; i < 16; i++) {
                    lines[i] = _mm512_setzero_si512();
                    if (i >= count) { continue; }
                    const float *source = scratch + 256 * i + 32 * s;
                    lines[i] = (__m512i)_mm512_cvtne2ps_pbh(
                        _mm512_maskz_loadu_ps((__mmask16)(mask >> 16), source + 16),
                        _mm512_maskz_loadu_ps((__mmask16)mask, source));
                }
                ck_transpose16(lines);
                for (size_t i = 0; i < 16; i++) {
                    _mm512_storeu_si512(target + 32 * i, lines[i]);
                }
            }
        }
    }
}

/// 16 of the columns that `mask` names, of a row that may not be there.
CK_VNNI_INLINE __m512 values16(ck_type type, const uint8_t *row, size_t c, __mmask16 mask) {
    return type == CK_F32
        ? _mm512_maskz_loadu_ps(mask, (const float *)row + c)
        : _mm512_cvtph_ps(_mm256_maskz_loadu_epi16(mask, (const uint16_t *)row + c));
}

/// Two rows of values make a row of a tile.
CK_VNNI static void pack_values_bf16(
    ck_type type, size_t rows, size_t columns, const uint8_t *values, size_t row_bytes,
    uint16_t *tiles) {
    size_t steps = ck_tile_steps(rows);
    for (size_t c = 0; c < columns; c += 16) {
        __mmask16 mask = columns - c >= 16 ? 0xffff : (__mmask16)((1u << (columns - c)) - 1);
        uint16_t *target = tiles + c / 16 * steps * 512;
        for (size_t r = 0; r < 32 * steps; r += 2, target += 32) {
            const uint8_t *row = values + r * row_bytes;
            __m512 first = values16(type, row, c, r < rows ? mask : 0);
            __m512 second = values16(type, row + row_bytes, c, r + 1 < rows ? mask : 0);
            __m512i low = _mm512_cvtepu16_epi32((__m256i)_mm512_cvtneps_pbh(first));
            __m512i high = _mm512_cvtepu16_epi32((__m256i)_mm512_cvtneps_pbh(second));
            _mm512_storeu_si512(target, _mm512_or_si512(low, _mm512_slli_epi32(high, 16)));
        }
    }
}

/// What a block of 32 rows and 32 outputs needs to know.
typedef struct {
    const uint16_t *a[2];  // activations of two row groups
    const uint16_t *b[2];  // weights of two output groups
    float *out;            // 32 x 32 sums
    size_t stride;         // floats from one row of sums to the next
    size_t steps;          // of 32 columns
    int goes_on;           // whether `out` holds sums to go on from
} block;

/// VDPBF16PS: 8 rows by 2 vectors of outputs in registers, a pair of columns at a time.
CK_VNNI static void block_bf16(const block *k) {
    for (int r = 0; r < 32; r += 8) {
        const uint16_t *a = k->a[r / 16] + r % 16 * 32;
        float *out = k->out + (size_t)r * k->stride;
        __m512 sum[8][2];
        for (int i = 0; i < 8; i++) {
            for (int j = 0; j < 2; j++) {
                sum[i][j] = k->goes_on ? _mm512_loadu_ps(out + (size_t)i * k->stride + 16 * j)
                                       : _mm512_setzero_ps();
            }
        }
        for (size_t s = 0; s < k->steps; s++) {
            for (int p = 0; p < 16; p++) {
                size_t at = s * 512 + 32 * (size_t)p;
                __m512bh b0 = (__m512bh)_mm512_loadu_si512(k->b[0] + at);
                __m512bh b1 = (__m512bh)_mm512_loadu_si512(k->b[1] + at);
                for (int i = 0; i < 8; i++) {
                    int32_t pair;
                    memcpy(&pair, a + s * 512 + 32 * (size_t)i + 2 * (size_t)p, sizeof pair);
                    __m512bh x = (__m512bh)_mm512_set1_epi32(pair);
                    sum[i][0] = _mm512_dpbf16_ps(sum[i][0], x, b0);
                    sum[i][1] = _mm512_dpbf16_ps(sum[i][1], x, b1);
                }
            }
        }
        for (int i = 0; i < 8; i++) {
            for (int j = 0; j < 2; j++) {
                _mm512_storeu_ps(out + (size_t)i * k->stride + 16 * j, sum[i][j]);
            }
        }
    }
}

/// TDPBF16PS: two by two tiles of sums.
CK_AMX static void block_amx(const block *k) {
    float *lower = k->out + 16 * k->stride;
    long bytes = (long)(k->stride * sizeof(float));
    if (k->goes_on) {
        _tile_loadd(0, k->out, bytes);
        _tile_loadd(1, k->out + 16, bytes);
        _tile_loadd(2, lower, bytes);
        _tile_loadd(3, lower + 16, bytes);
    } else {
        _tile_zero(0);
        _tile_zero(1);
        _tile_zero(2);
        _tile_zero(3);
    }
    for (size_t s = 0; s < k->steps; s++) {
        _tile_loadd(4, k->a[0] + s * 512, 64);
        _tile_loadd(6, k->b[0] + s * 512, 64);
        _tile_dpbf16ps(0, 4, 6);
        _tile_loadd(7, k->b[1] + s * 512, 64);
        _tile_dpbf16ps(1, 4, 7);
        _tile_loadd(5, k->a[1] + s * 512, 64);
        _tile_dpbf16ps(2, 5, 6);
        _tile_dpbf16ps(3, 5, 7);
    }
    _tile_stored(0, k->out, bytes);
    _tile_stored(1, k->out + 16, bytes);
    _tile_stored(2, lower, bytes);
    _tile_stored(3, lower + 16, bytes);
}

/// All eight tiles with 16 rows of 64 bytes, for this thread.
CK_AMX static void configure_tiles(void) {
    // Palette 1: byte 0; column bytes of each tile from 16 on, rows from 48 on.
    uint8_t configuration[64] = {1};
    for (int tile = 0; tile < 8; tile++) {
        configuration[16 + 2 * tile] = 64;
        configuration[48 + tile] = 16;
    }
    _tile_loadconfig(configuration);
}

CK_AMX static void release_tiles(void) { _tile_release(); }

/// Blocks of 32 x 32 sums; where rows or outputs end inside one, it is made beside the result and
/// its valid part copied.
static void matmul_blocks(
    void (*compute)(const block *), size_t rows, size_t outputs, size_t columns, const uint16_t *x,
    const uint16_t *w, float *out, size_t out_stride) {
    size_t steps = ck_tile_steps(columns), group = steps * 512;
    float beside[32 * 32];
    for (size_t from = 0; from < steps; from += STRIP / 32) {
        size_t count = steps - from < STRIP / 32 ? steps - from : STRIP / 32;
        for (size_t n = 0; n < outputs; n += 32) {
            const uint16_t *b = w + n / 16 * group + from * 512;
            size_t width = outputs - n < 32 ? outputs - n : 32;
            for (size_t r = 0; r < rows; r += 32) {
                const uint16_t *a = x + r / 16 * group + from * 512;
                size_t height = rows - r < 32 ? rows - r : 32;
                float *target = out + r * out_stride + n;
                int whole = width == 32 && height == 32;
                block k = {
                    // A group that does not exist is stood in for by the one before it.
                    .a = {a, height > 16 ? a + group : a}, .b = {b, width > 16 ? b + group : b},
                    .out = whole ? target : beside, .stride = whole ? out_stride : 32,
                    .steps = count, .goes_on = from > 0,
                };
                if (!whole && from > 0) {
                    memset(beside, 0, sizeof beside);
                    for (size_t i = 0; i < height; i++) {
                        memcpy(beside + 32 * i, target + i * out_stride, width * sizeof(float));
                    }
                }
                compute(&k);
                for (size_t i = 0; !whole && i < height; i++) {
                    memcpy(target + i * out_stride, beside + 32 * i, width * sizeof(float));
                }
            }
        }
    }
}

#endif

void ck_pack_rows_bf16(
    ck_level level, size_t rows, size_t columns, const float *x, size_t stride, uint16_t *tiles) {
#ifdef CK_X86
    if (level >= CK_LEVEL_BF16) { pack_rows_bf16(rows, columns, x, stride, tiles); return; }
#endif
    (void)level;
    pack_rows_ref(rows, columns, x, stride, tiles);
}

ck_status ck_pack_weights_bf16(
    ck_level level, ck_type type, size_t outputs, size_t columns, const void *weights,
    uint16_t *tiles, float *scratch) {
    if (ck_block_elements(type) == 0) { return CK_UNKNOWN_TYPE; }
    size_t row_bytes = ck_row_bytes(type, columns);
    if (row_bytes == 0) { return CK_BAD_LENGTH; }
#ifdef CK_X86
    if (level >= CK_LEVEL_BF16) {
        pack_weights_bf16(level, type, outputs, columns, weights, row_bytes, tiles, scratch);
        return CK_OK;
    }
#endif
    (void)level;
    pack_weights_ref(type, outputs, columns, weights, row_bytes, tiles, scratch);
    return CK_OK;
}

ck_status ck_pack_keys_bf16(
    ck_level level, ck_type type, size_t rows, size_t columns, const void *keys,
    size_t row_stride, uint16_t *tiles, float *scratch) {
    if (type != CK_F32 && type != CK_F16 && type != CK_Q8_0) { return CK_UNKNOWN_TYPE; }
    size_t row_bytes = ck_row_bytes(type, row_stride);
    if (row_bytes == 0 || columns % ck_block_elements(type) != 0) { return CK_BAD_LENGTH; }
#ifdef CK_X86
    if (level >= CK_LEVEL_BF16) {
        pack_weights_bf16(level, type, rows, columns, keys, row_bytes, tiles, scratch);
        return CK_OK;
    }
#endif
    (void)level;
    pack_weights_ref(type, rows, columns, keys, row_bytes, tiles, scratch);
    return CK_OK;
}

ck_status ck_pack_values_bf16(
    ck_level level, ck_type type, size_t rows, size_t columns, const void *values,
    size_t row_stride, uint16_t *tiles) {
    if (type != CK_F32 && type != CK_F16) { return CK_UNKNOWN_TYPE; }
    size_t row_bytes = row_stride * ck_block_bytes(type);
#ifdef CK_X86
    if (level >= CK_LEVEL_BF16) {
        pack_values_bf16(type, rows, columns, values, row_bytes, tiles);
        return CK_OK;
    }
#endif
    (void)level;
    pack_values_ref(type, rows, columns, values, row_bytes, tiles);
    return CK_OK;
}

void ck_matmul_bf16(
    ck_level level, size_t rows, size_t outputs, size_t columns, const uint16_t *x,
    const uint16_t *w, float *out, size_t out_stride) {
#ifdef CK_X86
    if (level >= CK_LEVEL_AMX) {
        configure_tiles();
        matmul_blocks(block_amx, rows, outputs, columns, x, w, out, out_stride);
        release_tiles();
        return;
    }
    if (level >= CK_LEVEL_BF16) {
        matmul_blocks(block_bf16, rows, outputs, columns, x, w, out, out_stride);
        return;
    }
#endif
    (void)level;
    matmul_ref(rows, outputs, columns, x, w, out, out_stride);
}
