// Rows of activations rounded to bfloat16 and packed for the matrix unit (bfloat16.h).
#include "bfloat16.h"

size_t ck_bfloat16_bytes(size_t rows, size_t columns) {
    size_t strips = (columns + CK_BF16_STRIP - 1) / CK_BF16_STRIP;
    return strips * ck_bf16_groups(rows) * CK_BF16_GROUP * sizeof(uint16_t);
}

/// Where the first of 16 rows stands in the first strip.
static inline uint16_t *group_of(void *out, size_t row) {
    return (uint16_t *)out + row / CK_BF16_TILE * CK_BF16_GROUP;
}

static void pack_rows_ref(
    size_t rows, size_t columns, const float *x, size_t stride, void *out, size_t all_rows,
    size_t first) {
    const size_t strip = ck_bf16_groups(all_rows) * CK_BF16_GROUP;
    for (size_t r = first; r < first + rows; r++, x += stride) {
        for (size_t c = 0; c < ck_bf16_steps(columns) * CK_BF16_STEP || c < columns; c++) {
            uint16_t *tile = group_of(out, r) + c / CK_BF16_STRIP * strip
                + c % CK_BF16_STRIP / CK_BF16_STEP * CK_BF16_HALVES;
            size_t at = c % CK_BF16_STEP;
            tile[at / 2 * CK_BF16_STEP + r % CK_BF16_TILE * 2 + at % 2] =
                c < columns ? ck_bf16_rounded(x[c]) : 0;
        }
    }
}

#ifdef CK_X86
/// 32 columns from `c` on of a row, zeros beyond its end.
CK_AMX_INLINE __m512i columns32(const float *x, size_t c, size_t columns) {
    size_t left = columns - c;
    __mmask32 mask = left >= CK_BF16_STEP ? 0xffffffff : (1u << left) - 1;
    return ck_bf16_step(
        _mm512_maskz_loadu_ps((__mmask16)mask, x + c),
        _mm512_maskz_loadu_ps((__mmask16)(mask >> 16), x + c + 16));
}

CK_AMX static void pack_rows_amx(
    size_t rows, size_t columns, const float *x, size_t stride, void *out, size_t all_rows,
    size_t first) {
    const size_t strip = ck_bf16_groups(all_rows) * CK_BF16_GROUP;
    for (size_t r = 0; r < rows; r += CK_BF16_TILE, x += CK_BF16_TILE * stride) {
        size_t count = rows - r < CK_BF16_TILE ? rows - r : CK_BF16_TILE;
        uint16_t *group = group_of(out, first + r);
        for (size_t c = 0; c < columns; c += CK_BF16_STEP) {
            __m512i lines[16];
            for (size_t i = 0; i < 16; i++) {
                lines[i] = i < count ? columns32(x + i * stride, c, columns)
                                     : _mm512_setzero_si512();
            }
            ck_transpose16(lines);
            uint16_t *tile = group + c / CK_BF16_STRIP * strip
                + c % CK_BF16_STRIP / CK_BF16_STEP * CK_BF16_HALVES;
            for (size_t i = 0; i < 16; i++) {
                _mm512_storeu_si512(tile + CK_BF16_STEP * i, lines[i]);
            }
        }
    }
}
#endif

void ck_round_rows_bfloat16(
    ck_level level, size_t rows, size_t columns, const float *x, size_t stride, void *out,
    size_t all_rows, size_t first) {
#ifdef CK_X86
    if (level >= CK_LEVEL_AMX) {
        pack_rows_amx(rows, columns, x, stride, out, all_rows, first);
        return;
    }
#endif
    (void)level;
    pack_rows_ref(rows, columns, x, stride, out, all_rows, first);
}
