// Least-squares fits that the searching quantisers share.
//
// Everything here is plain C over vectors of 8 floats and inlined into callers of any target, so
// that the wide variants are the same sums in the same order: the bytes do not depend on the level.
#ifndef CK_QUANTIZE_FIT_H
#define CK_QUANTIZE_FIT_H

#include "internal.h"

#include <float.h>
#include <string.h>

// A product that is fused into a sum on one machine and not on another would make other bytes.
#pragma STDC FP_CONTRACT OFF

// Vectors wider than the target's registers have no calling convention; nothing here is ever called.
#pragma clang diagnostic ignored "-Wpsabi"

#define CK_FIT static inline __attribute__((always_inline))

typedef float ck_v8 __attribute__((vector_size(32)));

/// The sum of the 8 lanes, always in the same order.
CK_FIT float ck_fit_sum(ck_v8 v) {
    return ((v[0] + v[4]) + (v[2] + v[6])) + ((v[1] + v[5]) + (v[3] + v[7]));
}

/// To the nearest integer, ties to even, for magnitudes below 2^22: adding 1.5 * 2^23 leaves no
/// bits behind the point.
CK_FIT ck_v8 ck_fit_round(ck_v8 v) {
    const float shift = 12582912.0f;
    return (v + shift) - shift;
}

CK_FIT ck_v8 ck_fit_clamp(ck_v8 v, float low, float high) {
    ck_v8 lows = {low, low, low, low, low, low, low, low};
    ck_v8 highs = {high, high, high, high, high, high, high, high};
    return __builtin_elementwise_min(__builtin_elementwise_max(v, lows), highs);
}

/// The rounding of a float to half precision, as what a reader will see.
CK_FIT float ck_fit_half(float value) { return ck_f16_value(ck_f16_rounded(value)); }

/// 1 / value where that is a number one can multiply with, else 0.
CK_FIT float ck_fit_inverse(float value) {
    float magnitude = value < 0 ? -value : value;
    return magnitude > FLT_MIN ? 1.0f / value : 0.0f;
}

CK_FIT int ck_fit_integer(float value, int low, int high) {
    const float shift = 12582912.0f;
    if (!(value > (float)low)) { return low; }
    if (value >= (float)high) { return high; }
    return (int)((value + shift) - shift);
}

#endif
