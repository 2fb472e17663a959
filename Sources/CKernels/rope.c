// Rotary position embedding (Su et al., 2021) of one head at one position.
#include "ckernels.h"

void ck_rope_pairs(size_t pairs, const float *cosines, const float *sines, float *x) {
    for (size_t i = 0; i < pairs; i++) {
        float a = x[2 * i], b = x[2 * i + 1];
        x[2 * i] = a * cosines[i] - b * sines[i];
        x[2 * i + 1] = a * sines[i] + b * cosines[i];
    }
}

void ck_rope_halves(size_t pairs, const float *cosines, const float *sines, float *x) {
    for (size_t i = 0; i < pairs; i++) {
        float a = x[i], b = x[i + pairs];
        x[i] = a * cosines[i] - b * sines[i];
        x[i + pairs] = a * sines[i] + b * cosines[i];
    }
}
