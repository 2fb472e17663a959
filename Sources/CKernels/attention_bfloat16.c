// Attention of a chunk of a prompt or of a picture, by the matrix unit: a head at a time.
//
// Keys are what weights are elsewhere, and so are values with keys for columns; queries and the weights of
// values are activations (bfloat16.h). Scores thus come with a key a row and a query a lane: of 16 queries
// the greatest score, the exponentials and their sum are taken side by side, and two rows of them rounded
// and interleaved are a row of the tile that meets the values.
//
// A query's result does not depend on the queries beside it: keys it does not see weigh nothing.
#include "bfloat16.h"
#include "load16.h"

#include <math.h>

/// Queries that are worked on together: their scores for 700 keys are 90 KB.
#define QUERIES CK_BF16_BLOCK
/// The most elements of a head: a strip.
#define MOST_SIZE CK_BF16_STRIP

static size_t strips(size_t keys) { return (keys + CK_BF16_STRIP - 1) / CK_BF16_STRIP; }

/// 16-bit elements of the packed keys, of the packed values, and of the weights of 32 queries.
static size_t key_halves(size_t keys) { return ck_bf16_groups(keys) * CK_BF16_GROUP; }
static size_t value_halves(size_t size, size_t keys) {
    return strips(keys) * ck_bf16_groups(size) * CK_BF16_GROUP;
}
static size_t weight_halves(size_t keys) { return strips(keys) * 2 * CK_BF16_GROUP; }

size_t ck_attention_scratch_bytes(size_t size, size_t keys) {
    size_t halves = key_halves(keys) + value_halves(size, keys) + 2 * CK_BF16_GROUP
        + weight_halves(keys);
    size_t floats = ck_bf16_groups(keys) * CK_BF16_TILE * QUERIES + ck_bf16_groups(size) / 2 * 1024;
    // A line of the cache to begin at; the plain twin takes two rows and all scores of a query.
    return halves * sizeof(uint16_t) + floats * sizeof(float) + 64
        + (2 * size + keys) * sizeof(double);
}

static double rounded(float x) {
    return (double)ck_float_of_bits((uint32_t)ck_bf16_rounded(x) << 16);
}

/// The definition: rounded queries, keys, exponentials and values, everything else in double precision.
static void attend_ref(
    const ck_attention_head *h, size_t rows, size_t first_sees, const float *queries,
    size_t query_stride, float *out, size_t out_stride, double *scratch) {
    const size_t bytes = ck_row_bytes(h->type, h->row_stride);
    float *values = (float *)scratch;
    double *sums = scratch + h->size, *scores = sums + h->size;
    for (size_t r = 0; r < rows; r++, queries += query_stride, out += out_stride) {
        size_t seen = first_sees ? first_sees + r : h->key_count;
        double greatest = -INFINITY, all = 0;
        for (size_t k = 0; k < seen; k++) {
            const uint8_t *key = (const uint8_t *)h->keys + k * bytes;
            ck_dequantize(CK_LEVEL_PLAIN, h->type, h->size, key, values);
            scores[k] = 0;
            for (size_t i = 0; i < h->size; i++) {
                scores[k] += rounded(queries[i]) * rounded(values[i]);
            }
            scores[k] *= (double)h->scale;
            greatest = scores[k] > greatest ? scores[k] : greatest;
        }
        memset(sums, 0, h->size * sizeof *sums);
        for (size_t k = 0; k < seen; k++) {
            double weight = exp(scores[k] - greatest);
            all += weight;
            const uint8_t *value = (const uint8_t *)h->values + k * bytes;
            ck_dequantize(CK_LEVEL_PLAIN, h->type, h->size, value, values);
            for (size_t i = 0; i < h->size; i++) {
                sums[i] += rounded((float)weight) * rounded(values[i]);
            }
        }
        for (size_t i = 0; i < h->size; i++) { out[i] = (float)(sums[i] / all); }
    }
}

#ifdef CK_X86
/// Memory of one head, each part on lines of its own.
typedef struct {
    uint16_t *keys;     // [key group][step][16 keys][32 elements], a group CK_BF16_GROUP long
    uint16_t *values;   // [strip of keys][group of elements][step][16 elements][32 keys]
    uint16_t *queries;  // 32 packed rows
    uint16_t *weights;  // 32 packed rows with a column a key
    float *scores;      // [32 keys]: a block of sums
    float *sums;        // [32 elements]: a block of sums
} room;

static room rooms(const ck_attention_head *h, void *scratch) {
    room m;
    m.keys = (uint16_t *)(((uintptr_t)scratch + 63) / 64 * 64);
    m.values = m.keys + key_halves(h->key_count);
    m.queries = m.values + value_halves(h->size, h->key_count);
    m.weights = m.queries + 2 * CK_BF16_GROUP;
    m.scores = (float *)(m.weights + weight_halves(h->key_count));
    m.sums = m.scores + ck_bf16_groups(h->key_count) * CK_BF16_TILE * QUERIES;
    return m;
}

/// Packs values as if elements were outputs and keys columns; there are zeros beyond the last key.
CK_AMX_INLINE void pack_values(const ck_type type, const ck_attention_head *h, uint16_t *values) {
    const size_t bytes = ck_row_bytes(type, h->row_stride), groups = ck_bf16_groups(h->size);
    for (size_t k = 0; k < h->key_count; k += CK_BF16_STEP) {
        uint16_t *step = values + k / CK_BF16_STRIP * groups * CK_BF16_GROUP
            + k % CK_BF16_STRIP / CK_BF16_STEP * CK_BF16_HALVES;
        for (size_t c = 0; c < h->size; c += CK_BF16_TILE) {
            __mmask16 there = ck_bf16_mask(h->size - c);
            __m512i lines[16];
            for (size_t p = 0; p < 16; p++) {
                const uint8_t *value = (const uint8_t *)h->values + (k + 2 * p) * bytes;
                __m512 pair[2];
                for (size_t i = 0; i < 2; i++) {
                    pair[i] = k + 2 * p + i < h->key_count
                        ? ck_load16(type, value + i * bytes, c, there) : _mm512_setzero_ps();
                }
                lines[p] = ck_bf16_pairs(pair[0], pair[1]);
            }
            ck_transpose16(lines);
            uint16_t *tile = step + c / CK_BF16_TILE * CK_BF16_GROUP;
            for (size_t i = 0; i < 16; i++) {
                _mm512_store_si512(tile + CK_BF16_STEP * i, lines[i]);
            }
        }
    }
}

CK_AMX static void pack_head(const ck_attention_head *h, const room *m) {
    const ck_bf16_strip keys = {
        .count = h->key_count, .stride = ck_row_bytes(h->type, h->row_stride), .rows = h->keys,
        .columns = h->size,
    };
    ck_bf16_spread_of(h->type)(&keys, m->keys);
    switch (h->type) {
    case CK_F32: pack_values(CK_F32, h, m->values); break;
    case CK_F16: pack_values(CK_F16, h, m->values); break;
    default: pack_values(CK_Q8_0, h, m->values); break;
    }
}

/// The scores of a key for 16 queries.
CK_AMX_INLINE float *scores_of(const room *m, size_t group, size_t key) {
    return m->scores + key / 32 * 1024 + key % 32 / 16 * 512 + group * 256 + key % 16 * 16;
}

/// The exponentials of a group of 16 queries, packed; returns one over their sums. `seen` is how many keys
/// each query sees, `most` the most of them.
CK_AMX_INLINE __m512 weigh(
    const room *m, size_t group, float scale, __m512i seen, size_t most) {
    const __m512 lowest = _mm512_set1_ps(-INFINITY), scales = _mm512_set1_ps(scale);
    __m512 top = lowest;
    for (size_t k = 0; k < most; k++) {
        __mmask16 sees = _mm512_cmpgt_epi32_mask(seen, _mm512_set1_epi32((int)k));
        __m512 score = _mm512_mul_ps(_mm512_load_ps(scores_of(m, group, k)), scales);
        top = _mm512_mask_max_ps(top, sees, top, score);
    }
    __m512 sum = _mm512_setzero_ps();
    for (size_t k = 0; k < (most + CK_BF16_STEP - 1) / CK_BF16_STEP * CK_BF16_STEP; k += 2) {
        __m512 weight[2];
        for (size_t i = 0; i < 2; i++) {
            __mmask16 sees = _mm512_cmpgt_epi32_mask(seen, _mm512_set1_epi32((int)(k + i)));
            __m512 score = _mm512_mul_ps(_mm512_load_ps(scores_of(m, group, k + i)), scales);
            weight[i] = _mm512_maskz_mov_ps(sees, ck_exp16(_mm512_sub_ps(score, top)));
            sum = _mm512_add_ps(sum, weight[i]);
        }
        uint16_t *tile = m->weights + (k / CK_BF16_STRIP * 2 + group) * CK_BF16_GROUP
            + k % CK_BF16_STRIP / CK_BF16_STEP * CK_BF16_HALVES;
        _mm512_store_si512(
            tile + k % CK_BF16_STEP / 2 * CK_BF16_STEP, ck_bf16_pairs(weight[0], weight[1]));
    }
    return _mm512_div_ps(_mm512_set1_ps(1), sum);
}

/// The results of `count` queries, from sums and what they are multiplied by.
CK_AMX static void store_results(
    const ck_attention_head *h, const room *m, size_t count, const __m512 inverse[2], float *out,
    size_t out_stride) {
    for (size_t c = 0; c < h->size; c += CK_BF16_TILE) {
        for (size_t r = 0; r < count; r += CK_BF16_TILE) {
            const float *tile = m->sums + c / 32 * 1024 + c % 32 / 16 * 512 + r / 16 * 256;
            __m512i lines[16];
            for (size_t i = 0; i < 16; i++) {
                lines[i] = (__m512i)_mm512_mul_ps(_mm512_load_ps(tile + 16 * i), inverse[r / 16]);
            }
            ck_bf16_store_rows(
                lines, count - r < CK_BF16_TILE ? count - r : CK_BF16_TILE,
                ck_bf16_mask(h->size - c), out + r * out_stride + c, out_stride);
        }
    }
}

/// Up to 32 queries; `first_sees` as in `ck_attend_bfloat16`.
CK_AMX static void attend_queries(
    const ck_attention_head *h, const room *m, size_t count, size_t first_sees,
    const float *queries, size_t query_stride, float *out, size_t out_stride) {
    const size_t most = first_sees ? first_sees + count - 1 : h->key_count;
    const size_t groups = ck_bf16_groups(h->size);
    const int both = count > CK_BF16_TILE;
    ck_round_rows_bfloat16(
        CK_LEVEL_AMX, count, h->size, queries, query_stride, m->queries, QUERIES, 0);
    for (size_t k = 0; k < most; k += CK_BF16_BLOCK) {
        ck_bf16_block(
            both, ck_bf16_steps(h->size), m->keys + k / CK_BF16_TILE * CK_BF16_GROUP, m->queries,
            NULL, 0, scores_of(m, 0, k), 0);
    }
    const __m512i lanes =
        _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    __m512 inverse[2] = {_mm512_setzero_ps(), _mm512_setzero_ps()};
    for (size_t group = 0; group < (size_t)both + 1; group++) {
        __m512i seen = first_sees
            ? _mm512_add_epi32(lanes, _mm512_set1_epi32((int)(first_sees + CK_BF16_TILE * group)))
            : _mm512_set1_epi32((int)h->key_count);
        // A lane without a query sees what the last one does.
        seen = _mm512_min_epi32(seen, _mm512_set1_epi32((int)most));
        inverse[group] = weigh(m, group, h->scale, seen, most);
    }
    for (size_t c = 0; c < h->size; c += CK_BF16_BLOCK) {
        for (size_t k = 0; k < most; k += CK_BF16_STRIP) {
            const uint16_t *values = m->values
                + (k / CK_BF16_STRIP * groups + c / CK_BF16_TILE) * CK_BF16_GROUP;
            ck_bf16_block(
                both, ck_bf16_steps(most - k), values,
                m->weights + k / CK_BF16_STRIP * 2 * CK_BF16_GROUP, NULL, 0,
                m->sums + c / 32 * 1024, k > 0);
        }
    }
    store_results(h, m, count, inverse, out, out_stride);
}

CK_AMX static void attend_amx(
    const ck_attention_head *h, size_t rows, size_t first_sees, const float *queries,
    size_t query_stride, float *out, size_t out_stride, void *scratch) {
    const room m = rooms(h, scratch);
    pack_head(h, &m);
    ck_configure_tiles();
    for (size_t r = 0; r < rows; r += QUERIES) {
        attend_queries(
            h, &m, rows - r < QUERIES ? rows - r : QUERIES, first_sees ? first_sees + r : 0,
            queries + r * query_stride, query_stride, out + r * out_stride, out_stride);
    }
    _tile_release();
}
#endif

ck_status ck_attend_bfloat16(
    ck_level level, const ck_attention_head *head, size_t rows, size_t first_sees,
    const float *queries, size_t query_stride, float *out, size_t out_stride, void *scratch) {
    const ck_type type = head->type;
    if (type != CK_F32 && type != CK_F16 && type != CK_Q8_0) { return CK_UNKNOWN_TYPE; }
    if (head->size > MOST_SIZE || ck_row_bytes(type, head->row_stride) == 0
        || head->size % ck_block_elements(type) != 0) {
        return CK_BAD_LENGTH;
    }
#ifdef CK_X86
    if (level >= CK_LEVEL_AMX) {
        attend_amx(head, rows, first_sees, queries, query_stride, out, out_stride, scratch);
        return CK_OK;
    }
#endif
    (void)level;
    attend_ref(head, rows, first_sees, queries, query_stride, out, out_stride, scratch);
    return CK_OK;
}
