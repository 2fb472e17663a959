// Packs to tiles of integers (tiles.h) with AVX-512: 16 rows at a time, so that what is done once for each of them,
// their greatest values, scales and inverses, is done for all in one vector.
#include "tiles.h"

#ifdef CK_X86

CK_VNNI_INLINE __m512i bits_of_size(__m512 x) { return (__m512i)_mm512_abs_ps(x); }

/// What is made of two vectors of 32-bit elements, element by element.
typedef __m512i (*of_two)(__m512i, __m512i);

CK_VNNI_INLINE __m512i greater(__m512i a, __m512i b) { return _mm512_max_epu32(a, b); }

CK_VNNI_INLINE __m512i sum(__m512i a, __m512i b) { return _mm512_add_epi32(a, b); }

CK_VNNI_INLINE __m512i sum_of_floats(__m512i a, __m512i b) {
    return (__m512i)_mm512_add_ps((__m512)a, (__m512)b);
}

/// The elements of each of 16 vectors taken together, as the elements of one.
CK_VNNI_INLINE __m512i each_together(const __m512i r[16], const of_two both) {
    __m512i fours[4];
    for (int i = 0; i < 4; i++) {
        __m512i pairs[2];
        for (int j = 0; j < 2; j++) {
            __m512i a = r[4 * i + 2 * j], b = r[4 * i + 2 * j + 1];
            pairs[j] = both(_mm512_unpacklo_epi32(a, b), _mm512_unpackhi_epi32(a, b));
        }
        fours[i] = both(
            _mm512_unpacklo_epi64(pairs[0], pairs[1]), _mm512_unpackhi_epi64(pairs[0], pairs[1]));
    }
    __m512i eights[2];
    for (int i = 0; i < 2; i++) {
        __m512i a = fours[2 * i], b = fours[2 * i + 1];
        eights[i] = both(_mm512_shuffle_i32x4(a, b, 0x88), _mm512_shuffle_i32x4(a, b, 0xdd));
    }
    return both(
        _mm512_shuffle_i32x4(eights[0], eights[1], 0x88),
        _mm512_shuffle_i32x4(eights[0], eights[1], 0xdd));
}

/// The sum of 16 vectors in the order in which `each_together` takes the elements of one.
CK_VNNI_INLINE __m512i sum_of_lanes(const __m512 l[16]) {
    __m512 fours[4];
    for (int i = 0; i < 4; i++) {
        fours[i] = _mm512_add_ps(
            _mm512_add_ps(l[4 * i], l[4 * i + 2]), _mm512_add_ps(l[4 * i + 1], l[4 * i + 3]));
    }
    return (__m512i)_mm512_add_ps(
        _mm512_add_ps(fours[0], fours[1]), _mm512_add_ps(fours[2], fours[3]));
}

/// Where sums of products begin, in the first of `count` tiles; the others' are not used.
CK_VNNI_INLINE void store_starts(uint16_t *tile, size_t count, __m512i pairs) {
    __m512i start = _mm512_sub_epi32(_mm512_setzero_si512(), pairs);
    for (size_t t = 0; t < count; t++, start = _mm512_setzero_si512()) {
        _mm512_storeu_si512(ck_tile_start(tile + t * CK_TILE_HALVES, 0), start);
    }
}

/// What values are multiplied by, as `round_shared` has it. The tiles of `steps` steps get their scales.
CK_VNNI_INLINE __m512 inverse_scales(
    __m512i greatest, __m512i squares, ck_tile_limits limits, size_t steps, uint16_t *tile) {
    __m512 by_length = _mm512_div_ps(
        _mm512_sqrt_ps((__m512)squares), _mm512_set1_ps(limits.length));
    // The second is what comes of no number.
    __m512 scale = _mm512_max_ps(
        _mm512_div_ps((__m512)greatest, _mm512_set1_ps(limits.greatest)), by_length);
    for (size_t s = 0; s < steps; s++, tile += CK_TILE_HALVES) {
        _mm512_storeu_ps(ck_tile_scale(tile, 0), scale);
    }
    __mmask16 some = _mm512_cmp_ps_mask(scale, _mm512_setzero_ps(), _CMP_GT_OQ);
    return _mm512_maskz_div_ps(some, _mm512_set1_ps(1), scale);
}

/// 16 columns of a row from column `c` on; unless all are known to be there, zeros beyond `columns` and of a
/// row that is not.
CK_VNNI_INLINE __m512 columns16(
    const ck_rows16 *x, const int whole, size_t row, size_t c, size_t columns) {
    if (whole) { return ck_values16(x->type, x->values + row * x->row_bytes, c, 0xffff); }
    __mmask32 mask = row < x->count && c < columns ? ck_step_mask(columns - c) : 0;
    const uint8_t *values = mask ? x->values + row * x->row_bytes : x->values;
    return ck_values16(x->type, values, mask ? c : 0, (__mmask16)mask);
}

/// What columns `c` to `end` of 16 rows, which share a scale, are multiplied by.
CK_VNNI_INLINE __m512 inverses16(
    const ck_rows16 *x, const int whole, size_t c, size_t end, const int are_weights,
    uint16_t *tile) {
    __m512i sizes[16], squares[16];
    for (size_t i = 0; i < 16; i++) {
        if (are_weights) { ck_ask_for_next(x, i, c); }
        __m512i size = _mm512_setzero_si512();
        __m512 square = _mm512_setzero_ps();
        for (size_t at = c; at < end; at += 16) {
            __m512 some = columns16(x, whole, i, at, end);
            size = _mm512_max_epu32(size, bits_of_size(some));
            square = _mm512_fmadd_ps(some, some, square);
        }
        sizes[i] = size;
        squares[i] = (__m512i)square;
    }
    return inverse_scales(
        each_together(sizes, greater), each_together(squares, sum_of_floats),
        ck_tile_limits_of(are_weights), ck_tile_steps(end - c), tile);
}

/// Packs columns `c` to `end`, with starts where they are paired; returns the tile after theirs.
CK_VNNI_INLINE uint16_t *pack_shared(
    const ck_rows16 *x, const int whole, size_t c, size_t end, const int are_weights,
    const int paired, uint16_t *tile) {
    // Narrowing two vectors leaves the four lanes of each beside those of the other.
    const __m512i order = _mm512_setr_epi64(0, 2, 4, 6, 1, 3, 5, 7);
    _Alignas(64) float inverses[16];
    _mm512_store_ps(inverses, inverses16(x, whole, c, end, are_weights, tile));
    uint16_t *first = tile;
    __m512i pairs[16];
    for (size_t i = 0; paired && i < 16; i++) { pairs[i] = _mm512_setzero_si512(); }
    for (size_t at = c; at < end; at += CK_STEP, tile += CK_TILE_HALVES) {
        __m512i lines[16];
        for (size_t i = 0; i < 16; i++) {
            __m512 inverse = _mm512_set1_ps(inverses[i]);
            __m512 low = _mm512_mul_ps(columns16(x, whole, i, at, end), inverse);
            __m512 high = _mm512_mul_ps(columns16(x, whole, i, at + 16, end), inverse);
            lines[i] = _mm512_permutexvar_epi64(
                order, _mm512_packs_epi32(_mm512_cvtps_epi32(low), _mm512_cvtps_epi32(high)));
        }
        if (are_weights) { ck_transpose16(lines); }
        for (size_t i = 0; i < 16; i++) {
            _mm512_storeu_si512(tile + CK_STEP * i, lines[i]);
            if (paired && are_weights && i % 2 == 1) {
                pairs[0] = _mm512_dpwssd_epi32(pairs[0], lines[i - 1], lines[i]);
            } else if (paired && !are_weights) {
                // Pairs of odd number beside those before them, and nothing in their own place.
                pairs[i] = _mm512_dpwssd_epi32(pairs[i], lines[i], _mm512_srli_epi64(lines[i], 32));
            }
        }
    }
    if (paired) {
        store_starts(
            first, ck_tile_steps(end - c), are_weights ? pairs[0] : each_together(pairs, sum));
    }
    return tile;
}

/// Packs 16 rows, as weights or as activations; returns the tile after theirs.
CK_VNNI_INLINE uint16_t *pack16(
    const ck_rows16 *x, size_t columns, const int are_weights, const int paired, uint16_t *tile) {
    for (size_t c = 0; c < columns; c += CK_SHARED_COLUMNS) {
        if (x->count == 16 && columns - c >= CK_SHARED_COLUMNS) {
            // The number of columns is a constant here.
            tile = pack_shared(x, 1, c, c + CK_SHARED_COLUMNS, are_weights, paired, tile);
        } else {
            size_t end = columns - c < CK_SHARED_COLUMNS ? columns : c + CK_SHARED_COLUMNS;
            tile = pack_shared(x, 0, c, end, are_weights, paired, tile);
        }
    }
    return tile;
}

CK_VNNI_INLINE uint16_t *pack_rows_of(
    const ck_rows16 *x, size_t columns, int are_weights, const int paired, uint16_t *tile) {
    // Copies whose type is a constant.
    ck_rows16 floats = {CK_F32, x->count, x->row_bytes, x->values};
    ck_rows16 halves = {CK_F16, x->count, x->row_bytes, x->values};
    if (!are_weights) { return pack16(&floats, columns, 0, paired, tile); }
    if (x->type == CK_F16) { return pack16(&halves, columns, 1, paired, tile); }
    return pack16(&floats, columns, 1, paired, tile);
}

CK_VNNI_INLINE void pack_values_of(
    ck_type type, size_t rows, size_t columns, const uint8_t *values, size_t row_bytes,
    const int paired, uint16_t *tile) {
    for (size_t c = 0; c < columns; c += 16) {
        __mmask16 mask = (__mmask16)ck_step_mask(columns - c);
        for (size_t r = 0; r < rows; r += CK_SHARED_COLUMNS) {
            size_t end = rows - r < CK_SHARED_COLUMNS ? rows : r + CK_SHARED_COLUMNS;
            __m512i size = _mm512_setzero_si512();
            __m512 lanes[16];
            for (size_t i = 0; i < 16; i++) { lanes[i] = _mm512_setzero_ps(); }
            for (size_t i = r; i < end; i++) {
                __m512 some = ck_values16(type, values + i * row_bytes, c, mask), *lane = lanes + i % 16;
                size = _mm512_max_epu32(size, bits_of_size(some));
                *lane = _mm512_fmadd_ps(some, some, *lane);
            }
            __m512 inverse = inverse_scales(
                size, sum_of_lanes(lanes), CK_WEIGHTS_LIMITS, ck_tile_steps(end - r), tile);
            uint16_t *first = tile;
            __m512i pairs = _mm512_setzero_si512(), before = pairs;
            for (size_t at = r; at < end; at += CK_STEP, tile += CK_TILE_HALVES) {
                for (size_t i = 0; i < CK_STEP; i += 2) {
                    __m256i pair[2];
                    for (size_t j = 0; j < 2; j++) {
                        size_t row = at + i + j;
                        __m512 some = ck_values16(
                            type, values + row * row_bytes, c, row < end ? mask : 0);
                        pair[j] = _mm512_cvtepi32_epi16(
                            _mm512_cvtps_epi32(_mm512_mul_ps(some, inverse)));
                    }
                    __m512i line = ck_interleaved(pair[0], pair[1]);
                    _mm512_storeu_si512(tile + CK_STEP * (i / 2), line);
                    if (paired && i % 4 != 0) { pairs = _mm512_dpwssd_epi32(pairs, before, line); }
                    before = line;
                }
            }
            if (paired) { store_starts(first, ck_tile_steps(end - r), pairs); }
        }
    }
}

#define CK_PACKERS(NAME, PAIRED)                                                                   \
    CK_VNNI static uint16_t *NAME##_rows(                                                          \
        const ck_rows16 *x, size_t columns, int are_weights, uint16_t *tile) {                     \
        return pack_rows_of(x, columns, are_weights, PAIRED, tile);                                \
    }                                                                                              \
    CK_VNNI static void NAME##_values(                                                             \
        ck_type type, size_t rows, size_t columns, const uint8_t *values, size_t row_bytes,        \
        uint16_t *tile) {                                                                          \
        pack_values_of(type, rows, columns, values, row_bytes, PAIRED, tile);                      \
    }                                                                                              \
    const ck_integer_packers ck_packers_##NAME = {NAME##_rows, NAME##_values};

CK_PACKERS(vnni, 0)
CK_PACKERS(pairs, 1)

#endif
