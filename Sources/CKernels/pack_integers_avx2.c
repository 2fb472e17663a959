// Packs to tiles of integers (tiles.h) without AVX-512: 8 rows or outputs at a time, half of a tile's.
#include "tiles.h"

#ifdef CK_X86

/// Rows or outputs of half a tile.
#define HALF 8

/// The first `count` of 8 f32 or f16 values, then zeros.
static void copy_first(ck_type type, const uint8_t *values, size_t count, float first[HALF]) {
    memset(first, 0, HALF * sizeof *first);
    if (type == CK_F32) { memcpy(first, values, count * sizeof *first); return; }
    for (size_t i = 0; i < count; i++) { first[i] = ck_f16_value(((const uint16_t *)values)[i]); }
}

/// 8 columns of a row from column `c` on; zeros beyond `columns`.
CK_AVX2_INLINE __m256 columns8(ck_type type, const uint8_t *row, size_t c, size_t columns) {
    if (c + HALF <= columns) {
        return type == CK_F32
            ? _mm256_loadu_ps((const float *)row + c)
            : _mm256_cvtph_ps(_mm_loadu_si128((const __m128i *)((const uint16_t *)row + c)));
    }
    if (c >= columns) { return _mm256_setzero_ps(); }
    float first[HALF];
    copy_first(type, row + c * ck_block_bytes(type), columns - c, first);
    return _mm256_loadu_ps(first);
}

CK_AVX2_INLINE __m256i bits_of_size(__m256 x) {
    return _mm256_and_si256((__m256i)x, _mm256_set1_epi32(0x7fffffff));
}

/// Exchanges rows and columns of 8 x 8 elements of 32 bits.
CK_AVX2_INLINE void transpose8(__m256i r[HALF]) {
    __m256i t[HALF];
    for (int i = 0; i < HALF; i += 4) {
        __m256i a = _mm256_unpacklo_epi32(r[i], r[i + 1]), b = _mm256_unpackhi_epi32(r[i], r[i + 1]);
        __m256i c = _mm256_unpacklo_epi32(r[i + 2], r[i + 3]);
        __m256i d = _mm256_unpackhi_epi32(r[i + 2], r[i + 3]);
        t[i] = _mm256_unpacklo_epi64(a, c);
        t[i + 1] = _mm256_unpackhi_epi64(a, c);
        t[i + 2] = _mm256_unpacklo_epi64(b, d);
        t[i + 3] = _mm256_unpackhi_epi64(b, d);
    }
    for (int i = 0; i < 4; i++) {
        r[i] = _mm256_permute2x128_si256(t[i], t[i + 4], 0x20);
        r[i + 4] = _mm256_permute2x128_si256(t[i], t[i + 4], 0x31);
    }
}

/// The greatest element of each of 8 vectors, as the elements of one.
CK_AVX2_INLINE __m256 greatest_of_each(__m256i r[HALF]) {
    transpose8(r);
    __m256i greatest = r[0];
    for (int i = 1; i < HALF; i++) { greatest = _mm256_max_epu32(greatest, r[i]); }
    return (__m256)greatest;
}

/// The sums of 8 vectors, in the order in which pack_tiles.c has those of half of its lanes.
CK_AVX2_INLINE __m256 sum_of_eight(const __m256 l[HALF]) {
    __m256 first = _mm256_add_ps(_mm256_add_ps(l[0], l[2]), _mm256_add_ps(l[1], l[3]));
    __m256 second = _mm256_add_ps(_mm256_add_ps(l[4], l[6]), _mm256_add_ps(l[5], l[7]));
    return _mm256_add_ps(first, second);
}

/// The sum of the elements of each of 8 vectors, as the elements of one.
CK_AVX2_INLINE __m256 sum_of_each(__m256i r[HALF]) {
    transpose8(r);
    return sum_of_eight((const __m256 *)r);
}

/// What values are multiplied by, as pack_tiles.c has it. The tiles of `steps` steps get their scales.
CK_AVX2_INLINE __m256 inverse_scales(
    __m256 greatest, __m256 squares, ck_tile_limits limits, size_t steps, size_t lane,
    uint16_t *tile) {
    __m256 by_length = _mm256_div_ps(_mm256_sqrt_ps(squares), _mm256_set1_ps(limits.length));
    // The second is what comes of no number.
    __m256 scale = _mm256_max_ps(
        _mm256_div_ps(greatest, _mm256_set1_ps(limits.greatest)), by_length);
    for (size_t s = 0; s < steps; s++, tile += CK_TILE_HALVES) {
        _mm256_storeu_ps(ck_tile_scale(tile, lane), scale);
    }
    __m256 some = _mm256_cmp_ps(scale, _mm256_setzero_ps(), _CMP_GT_OQ);
    return _mm256_and_ps(some, _mm256_div_ps(_mm256_set1_ps(1), scale));
}

/// 16 columns of a row from column `c` on, as integers of 16 bits.
CK_AVX2_INLINE __m256i rounded16(
    ck_type type, const uint8_t *row, size_t c, size_t columns, __m256 inverse) {
    __m256i low = _mm256_cvtps_epi32(_mm256_mul_ps(columns8(type, row, c, columns), inverse));
    __m256i high = _mm256_cvtps_epi32(_mm256_mul_ps(columns8(type, row, c + 8, columns), inverse));
    // Narrowing leaves the two lanes of each beside those of the other.
    return _mm256_permute4x64_epi64(_mm256_packs_epi32(low, high), 0xd8);
}

/// Packs 8 of 16 rows, from `lane` on, as weights or as activations.
CK_AVX2_INLINE void pack8(
    ck_type type, const ck_rows16 *x, size_t lane, size_t columns, const int are_weights,
    uint16_t *tile) {
    const uint8_t *row[HALF];
    size_t ends[HALF];
    for (size_t i = 0; i < HALF; i++) {
        int exists = lane + i < x->count;
        row[i] = x->values + (exists ? (lane + i) * x->row_bytes : 0);
        ends[i] = exists ? columns : 0;
    }
    for (size_t c = 0; c < columns; c += CK_SHARED_COLUMNS) {
        size_t end = columns - c < CK_SHARED_COLUMNS ? columns : c + CK_SHARED_COLUMNS;
        __m256i lines[HALF], squares[2][HALF];
        for (size_t i = 0; i < HALF; i++) {
            if (are_weights) { ck_ask_for_next(x, lane + i, c); }
            __m256 square[2] = {_mm256_setzero_ps(), _mm256_setzero_ps()};
            lines[i] = _mm256_setzero_si256();
            for (size_t at = c; at < end; at += 16) {
                for (size_t half = 0; half < 2; half++) {
                    __m256 some = columns8(type, row[i], at + 8 * half, ends[i]);
                    lines[i] = _mm256_max_epu32(lines[i], bits_of_size(some));
                    square[half] = _mm256_fmadd_ps(some, some, square[half]);
                }
            }
            for (size_t half = 0; half < 2; half++) { squares[half][i] = (__m256i)square[half]; }
        }
        float inverses[HALF];
        _mm256_storeu_ps(
            inverses,
            inverse_scales(
                greatest_of_each(lines),
                _mm256_add_ps(sum_of_each(squares[0]), sum_of_each(squares[1])),
                ck_tile_limits_of(are_weights), ck_tile_steps(end - c), lane, tile));
        for (size_t at = c; at < end; at += CK_STEP, tile += CK_TILE_HALVES) {
            for (size_t half = 0; half < CK_STEP; half += 16) {
                for (size_t i = 0; i < HALF; i++) {
                    lines[i] = rounded16(
                        type, row[i], at + half, ends[i], _mm256_set1_ps(inverses[i]));
                }
                uint16_t *target = tile + (are_weights ? half / 2 * CK_STEP + 2 * lane
                                                       : lane * CK_STEP + half);
                if (are_weights) { transpose8(lines); }
                for (size_t i = 0; i < HALF; i++) {
                    _mm256_storeu_si256((__m256i *)(target + CK_STEP * i), lines[i]);
                }
            }
        }
    }
}

CK_AVX2 static uint16_t *pack16(
    const ck_rows16 *x, size_t columns, int are_weights, uint16_t *tile) {
    for (size_t lane = 0; lane < CK_TILE_ROWS; lane += HALF) {
        if (!are_weights) {
            pack8(CK_F32, x, lane, columns, 0, tile);
        } else if (x->type == CK_F16) {
            pack8(CK_F16, x, lane, columns, 1, tile);
        } else {
            pack8(CK_F32, x, lane, columns, 1, tile);
        }
    }
    return tile + ck_tile_steps(columns) * CK_TILE_HALVES;
}

/// Packs values, 8 columns of them.
CK_AVX2_INLINE void pack_values8(
    ck_type type, size_t rows, size_t c, size_t columns, const uint8_t *values, size_t row_bytes,
    uint16_t *tile) {
    const size_t lane = c % CK_TILE_ROWS;
    for (size_t r = 0; r < rows; r += CK_SHARED_COLUMNS) {
        size_t end = rows - r < CK_SHARED_COLUMNS ? rows : r + CK_SHARED_COLUMNS;
        __m256i size = _mm256_setzero_si256();
        __m256 lanes[2 * HALF];
        for (size_t i = 0; i < 2 * HALF; i++) { lanes[i] = _mm256_setzero_ps(); }
        for (size_t i = r; i < end; i++) {
            __m256 some = columns8(type, values + i * row_bytes, c, columns);
            __m256 *own = lanes + i % (2 * HALF);
            size = _mm256_max_epu32(size, bits_of_size(some));
            *own = _mm256_fmadd_ps(some, some, *own);
        }
        __m256 inverse = inverse_scales(
            (__m256)size, _mm256_add_ps(sum_of_eight(lanes), sum_of_eight(lanes + HALF)),
            CK_WEIGHTS_LIMITS, ck_tile_steps(end - r), lane, tile);
        for (size_t at = r; at < end; at += CK_STEP, tile += CK_TILE_HALVES) {
            for (size_t i = 0; i < CK_STEP; i += 2) {
                __m256i pair[2];
                for (size_t j = 0; j < 2; j++) {
                    size_t row = at + i + j;
                    __m256 some = columns8(
                        type, values + (row < end ? row : 0) * row_bytes, c,
                        row < end ? columns : 0);
                    pair[j] = _mm256_cvtps_epi32(_mm256_mul_ps(some, inverse));
                }
                _mm256_storeu_si256(
                    (__m256i *)(tile + CK_STEP * (i / 2) + 2 * lane),
                    _mm256_blend_epi16(pair[0], _mm256_slli_epi32(pair[1], 16), 0xaa));
            }
        }
    }
}

CK_AVX2 static void pack_values(
    ck_type type, size_t rows, size_t columns, const uint8_t *values, size_t row_bytes,
    uint16_t *tiles) {
    const size_t group = ck_tile_steps(rows) * CK_TILE_HALVES;
    const size_t whole = (columns + CK_TILE_ROWS - 1) / CK_TILE_ROWS * CK_TILE_ROWS;
    for (size_t c = 0; c < whole; c += HALF) {
        uint16_t *tile = tiles + c / CK_TILE_ROWS * group;
        if (type == CK_F32) {
            pack_values8(CK_F32, rows, c, columns, values, row_bytes, tile);
        } else {
            pack_values8(CK_F16, rows, c, columns, values, row_bytes, tile);
        }
    }
}

const ck_integer_packers ck_packers_avx2 = {pack16, pack_values};

#endif
