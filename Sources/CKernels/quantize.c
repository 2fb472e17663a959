// f32 to any element type.
#include "internal.h"

#include <string.h>

/// Whether a stored half is an infinity or no number.
static int is_broken(uint16_t half) { return (half & 0x7c00) == 0x7c00; }

/// Where the one or two halves of a block lie, as byte offsets; equal where there is one.
static void halves_of(ck_type type, size_t *first, size_t *second) {
    switch (type) {
    case CK_Q4_1: *first = offsetof(ck_block_q4_1, d); *second = offsetof(ck_block_q4_1, m); break;
    case CK_Q5_1: *first = offsetof(ck_block_q5_1, d); *second = offsetof(ck_block_q5_1, m); break;
    case CK_Q2_K:
        *first = offsetof(ck_block_q2_k, d);
        *second = offsetof(ck_block_q2_k, dmin);
        break;
    case CK_Q4_K: case CK_Q5_K:
        *first = offsetof(ck_block_q4_k, d);
        *second = offsetof(ck_block_q4_k, dmin);
        break;
    case CK_Q3_K: *first = *second = offsetof(ck_block_q3_k, d); break;
    case CK_Q6_K: *first = *second = offsetof(ck_block_q6_k, d); break;
    default: *first = *second = 0; break;  // the others begin with their only half
    }
}

static ck_status checked(ck_type type, size_t blocks, const uint8_t *out) {
    size_t bytes = ck_block_bytes(type), places[2];
    halves_of(type, &places[0], &places[1]);
    for (size_t b = 0; b < blocks; b++, out += bytes) {
        for (int i = 0; i < 2; i++) {
            uint16_t half;
            memcpy(&half, out + places[i], sizeof half);
            if (is_broken(half)) { return CK_OUT_OF_RANGE; }
        }
    }
    return CK_OK;
}

ck_status ck_quantize(ck_level level, ck_type type, size_t n, const float *x, void *out) {
    size_t elements = ck_block_elements(type);
    if (elements == 0) { return CK_UNKNOWN_TYPE; }
    if (n % elements != 0) { return CK_BAD_LENGTH; }
    size_t blocks = n / elements;
    switch (type) {
    case CK_F32: memcpy(out, x, n * sizeof(float)); return CK_OK;
    case CK_F16: ck_f32_to_f16(level, n, x, out); break;
    case CK_BF16:
        for (size_t i = 0; i < n; i++) { ((uint16_t *)out)[i] = ck_bf16_rounded(x[i]); }
        return CK_OK;
    case CK_Q4_0: case CK_Q4_1: case CK_Q5_0: case CK_Q5_1: case CK_Q8_0:
        ck_quantize_simple(type, blocks, x, out);
        break;
    case CK_Q2_K: case CK_Q4_K: case CK_Q5_K:
        ck_quantize_affine(level, type, blocks, x, out);
        break;
    case CK_Q3_K: case CK_Q6_K: case CK_IQ4_NL: case CK_IQ4_XS:
        ck_quantize_scaled(level, type, blocks, x, out);
        break;
    }
    return checked(type, blocks, out);
}
