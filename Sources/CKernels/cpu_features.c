#include "internal.h"

ck_level ck_best_level(void) {
#ifdef CK_X86
    __builtin_cpu_init();
    int avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")
        && __builtin_cpu_supports("f16c");
    if (!avx2) { return CK_LEVEL_PLAIN; }
    int avx512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw")
        && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq");
    return avx512 ? CK_LEVEL_AVX512 : CK_LEVEL_AVX2;
#else
    return CK_LEVEL_PLAIN;
#endif
}
