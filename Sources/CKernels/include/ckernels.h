// SIMD kernels of the engine: one file a kernel, each with a plain twin that defines it.
//
// Every function that has variants takes a `ck_level`: CK_LEVEL_PLAIN is the definition (plain C),
// the others are the same sums in another order. A caller asks `ck_best_level()` once and passes
// the answer everywhere, so that what runs never depends on hidden state. A level above what the
// machine has is an illegal instruction; a level this platform lacks runs the plain twin.
//
// Within one level a result depends on the operands alone: not on the number of threads, and not
// on how many rows or vectors are worked on in the same call.
//
// Lengths come before pointers. Vectors need no alignment. Nothing here allocates or aborts.
#ifndef CKERNELS_H
#define CKERNELS_H

#include <stddef.h>
#include <stdint.h>

#include "quant_blocks.h"

/// Which instructions a kernel may use.
typedef enum ck_level : int32_t {
    CK_LEVEL_PLAIN = 0,
    CK_LEVEL_AVX2 = 1,    // AVX2, FMA, F16C; AVX-VNNI where there is that, which changes no bit
    CK_LEVEL_AVX512 = 2,  // AVX-512 F, BW, VL, DQ
    CK_LEVEL_VNNI = 3,    // and AVX-512 VNNI
    CK_LEVEL_PAIRS = 4,   // the same, by processors that add integers beside multiplying: sums of pairs
    CK_LEVEL_AMX = 5,     // VNNI, AVX-512 BF16 and AMX tiles with bfloat16
    // Another architecture counts from one again, so that a level is never above one it lacks.
    CK_LEVEL_NEON = 1,    // 64-bit ARM: the kernels for integers; dot products where there are any
} ck_level;

/// The best level this machine runs; asks the kernel for the tiles of `CK_LEVEL_AMX` where there
/// are any, which holds for the whole process.
ck_level ck_best_level(void);

/// Element types, numbered as in GGUF files.
typedef enum ck_type : int32_t {
    CK_F32 = 0, CK_F16 = 1, CK_Q4_0 = 2, CK_Q4_1 = 3, CK_Q5_0 = 6, CK_Q5_1 = 7, CK_Q8_0 = 8,
    CK_Q2_K = 10, CK_Q3_K = 11, CK_Q4_K = 12, CK_Q5_K = 13, CK_Q6_K = 14, CK_IQ4_NL = 20,
    CK_IQ4_XS = 23, CK_BF16 = 30,
} ck_type;

/// What a kernel that can refuse returns.
typedef enum ck_status : int32_t {
    CK_OK = 0,
    CK_UNKNOWN_TYPE = 1,  // not a type these kernels know
    CK_BAD_LENGTH = 2,    // the length is no multiple of the type's block
    CK_OUT_OF_RANGE = 3,  // a value or a scale does not fit half precision
} ck_status;

/// Elements a block of `type` holds; 0 for an unknown type.
size_t ck_block_elements(ck_type type);
/// Bytes a block of `type` takes; 0 for an unknown type.
size_t ck_block_bytes(ck_type type);
/// Bytes of a row of `columns` elements; 0 if the type is unknown or the row no whole blocks.
size_t ck_row_bytes(ck_type type, size_t columns);

// half.c: 16-bit floats. Rounding is to nearest, ties to even.
float ck_f16_value(uint16_t half);
uint16_t ck_f16_rounded(float value);
uint16_t ck_bf16_rounded(float value);
void ck_f16_to_f32(ck_level level, size_t n, const uint16_t *source, float *target);
void ck_f32_to_f16(ck_level level, size_t n, const float *source, uint16_t *target);
void ck_bf16_to_f32(ck_level level, size_t n, const uint16_t *source, float *target);

// dequantize*.c: any type to f32, bit for bit the same at every level.
ck_status ck_dequantize(
    ck_level level, ck_type type, size_t n, const void *blocks, float *target);

// quantize*.c: f32 to any type, the same bytes at every level. Values must be finite.
ck_status ck_quantize(ck_level level, ck_type type, size_t n, const float *x, void *blocks);

// dot.c: rows of a weight matrix times activations.
//
/// out[v * out_stride + r] = sum over c of weights[r][c] * x[v * x_stride + c].
///
/// `weights` is the first of `rows` rows of `columns` elements, one after the other.
/// `scratch` holds `columns` floats; only types without a kernel of their own write to it.
ck_status ck_dot_rows(
    ck_level level, ck_type type, size_t rows, size_t columns, const void *weights,
    size_t vectors, const float *x, size_t x_stride, float *out, size_t out_stride,
    float *scratch);

// pack_*.c, matmul_tiles.c: rows of activations times rows of a weight matrix in 16 bits, sums in
// f32. Both are packed to tiles first: `ck_tile_halves` says how many 16-bit elements a packed matrix
// takes. Tiles of one level mean nothing to another.
//
/// Whether the level has such kernels.
int ck_has_tiles(ck_level level);
/// Steps of 32 columns.
size_t ck_tile_steps(size_t columns);
/// 16-bit elements that `rows` rows of `columns` columns take when packed.
size_t ck_tile_halves(size_t rows, size_t columns);
/// Packs activations; rows lie `stride` floats apart.
void ck_pack_rows(
    ck_level level, size_t rows, size_t columns, const float *x, size_t stride, uint16_t *tiles);
/// Packs `outputs` rows of a weight matrix of any type, which lie one after the other. `scratch`
/// holds `columns` floats and at least 4096.
ck_status ck_pack_weights(
    ck_level level, ck_type type, size_t outputs, size_t columns, const void *weights,
    uint16_t *tiles, float *scratch);
/// Packs keys of attention, f32, f16 or Q8_0 rows `row_stride` elements apart, as weights are;
/// `scratch` as there.
ck_status ck_pack_keys(
    ck_level level, ck_type type, size_t rows, size_t columns, const void *keys,
    size_t row_stride, uint16_t *tiles, float *scratch);
/// Packs values of attention, f32 or f16 rows `row_stride` elements apart, as the weights whose
/// outputs are the columns.
ck_status ck_pack_values(
    ck_level level, ck_type type, size_t rows, size_t columns, const void *values,
    size_t row_stride, uint16_t *tiles);
/// out[r * out_stride + n] = sum over c of x[r][c] * w[n][c], both packed.
void ck_matmul_tiles(
    ck_level level, size_t rows, size_t outputs, size_t columns, const uint16_t *x,
    const uint16_t *w, float *out, size_t out_stride);

// bfloat16_*.c, matmul_bfloat16.c: rows of activations, rounded to bfloat16 and packed, times rows of a
// weight matrix of any type as it lies in the file, rounded as it is read; sums in f32.
//
/// Whether the level has such a kernel: the matrix unit.
int ck_has_bfloat16(ck_level level);
/// Bytes that `rows` packed rows take.
size_t ck_bfloat16_bytes(size_t rows, size_t columns);
/// Rounds and packs `rows` rows of activations, which lie `stride` floats apart, to the rows from
/// `first` on, a multiple of 16, of `all_rows`; `out` is the memory of all.
void ck_round_rows_bfloat16(
    ck_level level, size_t rows, size_t columns, const float *x, size_t stride, void *out,
    size_t all_rows, size_t first);
/// Bytes of scratch memory that a product needs.
size_t ck_bfloat16_scratch_bytes(size_t rows, size_t columns);
/// out[r * out_stride + n] = sum over c of x[r][c] * weights[n][c].
ck_status ck_matmul_bfloat16(
    ck_level level, ck_type type, size_t rows, size_t outputs, size_t columns, const void *x,
    const void *weights, float *out, size_t out_stride, void *scratch);

// attention_bfloat16.c: scaled dot-product attention of one head by the same unit.
/// A head's keys and values.
typedef struct ck_attention_head {
    ck_type type;               // f32, f16 or Q8_0
    size_t size;                // elements of a key, at most 256
    size_t row_stride;          // elements from one key, or value, to the next
    const void *keys, *values;
    size_t key_count;
    float scale;                // what scores are multiplied by
} ck_attention_head;

/// Bytes of scratch memory that a head with so many keys needs.
size_t ck_attention_scratch_bytes(size_t size, size_t keys);
/// out[r * out_stride + i] = sum over k of softmax(scale * queries[r] . keys)[k] * values[k][i]. The first
/// row sees the first `first_sees` keys, each that follows one more, all of them there; 0: every row sees
/// every key. A row's result does not depend on the rows beside it.
ck_status ck_attend_bfloat16(
    ck_level level, const ck_attention_head *head, size_t rows, size_t first_sees,
    const float *queries, size_t query_stride, float *out, size_t out_stride, void *scratch);

// int8_rows.c, matmul_int8.c: rows of activations, rounded to 8 bits with a scale for 32 of them,
// times rows of a quantised weight matrix as it lies in the file. Columns are a multiple of 32. Every
// level but the plain one gives the same bits.
// A row has `parts` parts of 8 bits: 1, or 2 for an upper and a lower part of nearly 16 bits.
//
/// How activations are rounded and their bytes written: what the instructions of a kernel want.
typedef enum ck_int8_form : int32_t {
    CK_INT8_PLAIN = 0,          // signed bytes, within 127 of zero
    CK_INT8_RAISED = 1,         // 128 more, not negative
    CK_INT8_NARROW = 2,         // signed bytes within 120, as the next are
    CK_INT8_PAIRED = 3,         // raised and signed words in turns, for weights with minimums
    CK_INT8_PAIRED_SIGNED = 4,  // the same for weights without
} ck_int8_form;
enum { CK_INT8_FORMS = 5 };

/// Whether the level has such a kernel for the type.
int ck_has_int8(ck_level level, ck_type type);
/// The form in which `rows` rows in `parts` parts meet weights of a type.
ck_int8_form ck_int8_form_of(ck_level level, ck_type type, size_t parts, size_t rows);
/// Bytes that `rows` rows of rounded activations take.
size_t ck_int8_bytes(size_t parts, size_t rows, size_t columns);
/// Rounds `rows` rows of activations, which lie `stride` floats apart, to the rows from `first` on of
/// `all_rows`; `out` is the memory of all.
void ck_quantize_rows_int8(
    ck_level level, ck_int8_form form, size_t parts, size_t rows, size_t columns, const float *x,
    size_t stride, void *out, size_t all_rows, size_t first);
/// Bytes of scratch memory that a product needs.
size_t ck_int8_scratch_bytes(ck_type type, size_t parts, size_t rows, size_t columns);
/// out[r * out_stride + n] = sum over c of x[r][c] * weights[n][c], with `x` in the form of so many rows.
/// The weights of the next call are fetched while these are multiplied, if they are among the
/// `following` outputs behind them.
ck_status ck_matmul_int8(
    ck_level level, ck_type type, size_t parts, size_t rows, size_t outputs, size_t following,
    size_t columns, const void *x, const void *weights, float *out, size_t out_stride,
    void *scratch);

// key_scores.c
/// out[v * out_stride + r] = sum over c of keys[r][c] * x[v * x_stride + c] for `vectors` queries and
/// `rows` keys of f32, f16 or Q8_0, one after the other. A score does not depend on how many queries
/// or keys there are. `scratch` holds `columns` floats.
ck_status ck_key_scores(
    ck_level level, ck_type type, size_t rows, size_t columns, const void *keys, size_t vectors,
    const float *x, size_t x_stride, float *out, size_t out_stride, float *scratch);

// weighted_sum.c
/// A query of several that share their first rows of values.
typedef struct ck_weighting {
    const float *p;       // a weight for each of the first rows, then for each of its own
    const void *second;   // its own rows
    size_t second_rows;   // how many
    float *out;           // the columns of the result
} ck_weighting;

/// out[c] = sum over r of p[r] * values[r][c] for each query, for rows of f32, f16 or Q8_0 values that
/// lie `row_stride` elements apart: the shared ones, then the query's own. Where the first ends
/// changes no bit of the result, nor does another query.
ck_status ck_weighted_sums(
    ck_level level, ck_type type, size_t first_rows, const void *first, size_t columns,
    size_t row_stride, size_t count, const ck_weighting *queries);

// norms.c
/// out = x / sqrt(mean(x^2) + epsilon) * weight.
void ck_rms_norm(
    ck_level level, size_t n, const float *x, const float *weight, float epsilon, float *out);
/// out = (x - mean) / sqrt(variance + epsilon) * weight + bias, with the biased variance.
void ck_layer_norm(
    ck_level level, size_t n, const float *x, const float *weight, const float *bias,
    float epsilon, float *out);

// softmax.c
/// x = softmax(x * scale) in place.
void ck_softmax(ck_level level, size_t n, float scale, float *x);

// activations.c: in place, unless said otherwise.
/// x * sigmoid(1.702 x), as OpenAI's CLIP has it.
void ck_quick_gelu(ck_level level, size_t n, float *x);
/// 0.5 x (1 + erf(x / sqrt 2)).
void ck_gelu_erf(ck_level level, size_t n, float *x);
/// x = x / (1 + exp(-2·sqrt(2/pi)·(x + 0.044715·x³))), torch's GELU of approximate="tanh".
void ck_gelu_tanh(ck_level level, size_t n, float *x);
/// gate = silu(gate) * up.
void ck_silu_times(ck_level level, size_t n, float *gate, const float *up);

// vectors.c
/// y += x.
void ck_add(size_t n, const float *x, float *y);

// rope.c
/// Turns the pairs (x[2i], x[2i+1]) by the angle whose cosine and sine are cosines[i], sines[i].
void ck_rope_pairs(size_t pairs, const float *cosines, const float *sines, float *x);
/// Turns the pairs (x[i], x[i + pairs]), the "rotate half" order of Hugging Face checkpoints.
void ck_rope_halves(size_t pairs, const float *cosines, const float *sines, float *x);

#endif
