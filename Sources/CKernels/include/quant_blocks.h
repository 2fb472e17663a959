// Block layouts of quantised GGUF tensors, little-endian, exactly as they lie in the file.
//
// Source: the GGUF format and ggml's `ggml-common.h`; every dequantiser here is tested bit for bit
// against gguf-py's `gguf.quants`. "nibble" is half a byte; `d` and `m` are IEEE half floats.
#ifndef CK_QUANT_BLOCKS_H
#define CK_QUANT_BLOCKS_H

#include <stdint.h>

#define CK_BLOCK 32   // elements in a simple block
#define CK_SUPER 256  // elements in a K-quant super-block

// Simple blocks: element j is the low nibble of qs[j], element j + 16 the high one.
typedef struct { uint16_t d; uint8_t qs[16]; } ck_block_q4_0;
typedef struct { uint16_t d, m; uint8_t qs[16]; } ck_block_q4_1;
typedef struct { uint16_t d; uint8_t qh[4]; uint8_t qs[16]; } ck_block_q5_0;
typedef struct { uint16_t d, m; uint8_t qh[4]; uint8_t qs[16]; } ck_block_q5_1;
typedef struct { uint16_t d; int8_t qs[32]; } ck_block_q8_0;
typedef struct { uint16_t d; uint8_t qs[16]; } ck_block_iq4_nl;

// Super-blocks: scales of 16 or 32 elements, themselves quantised.
typedef struct { uint8_t scales[16]; uint8_t qs[64]; uint16_t d, dmin; } ck_block_q2_k;
typedef struct { uint8_t hmask[32]; uint8_t qs[64]; uint8_t scales[12]; uint16_t d; } ck_block_q3_k;
typedef struct { uint16_t d, dmin; uint8_t scales[12]; uint8_t qs[128]; } ck_block_q4_k;
typedef struct {
    uint16_t d, dmin; uint8_t scales[12]; uint8_t qh[32]; uint8_t qs[128];
} ck_block_q5_k;
typedef struct { uint8_t ql[128]; uint8_t qh[64]; int8_t scales[16]; uint16_t d; } ck_block_q6_k;
typedef struct {
    uint16_t d, scales_h; uint8_t scales_l[4]; uint8_t qs[128];
} ck_block_iq4_xs;

_Static_assert(sizeof(ck_block_q4_0) == 18, "Q4_0 is 18 bytes a block");
_Static_assert(sizeof(ck_block_q4_1) == 20, "Q4_1 is 20 bytes a block");
_Static_assert(sizeof(ck_block_q5_0) == 22, "Q5_0 is 22 bytes a block");
_Static_assert(sizeof(ck_block_q5_1) == 24, "Q5_1 is 24 bytes a block");
_Static_assert(sizeof(ck_block_q8_0) == 34, "Q8_0 is 34 bytes a block");
_Static_assert(sizeof(ck_block_iq4_nl) == 18, "IQ4_NL is 18 bytes a block");
_Static_assert(sizeof(ck_block_q2_k) == 84, "Q2_K is 84 bytes a block");
_Static_assert(sizeof(ck_block_q3_k) == 110, "Q3_K is 110 bytes a block");
_Static_assert(sizeof(ck_block_q4_k) == 144, "Q4_K is 144 bytes a block");
_Static_assert(sizeof(ck_block_q5_k) == 176, "Q5_K is 176 bytes a block");
_Static_assert(sizeof(ck_block_q6_k) == 210, "Q6_K is 210 bytes a block");
_Static_assert(sizeof(ck_block_iq4_xs) == 136, "IQ4_XS is 136 bytes a block");

#endif
