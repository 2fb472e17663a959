#include "internal.h"

#ifdef CK_X86

#if defined(__linux__)
#include <sys/syscall.h>
#include <unistd.h>

/// Asks for tile registers: Linux hands them out on request only, because they make every thread's
/// saved state 8 KiB larger (Documentation/arch/x86/xstate.rst). Asking twice is no error.
static int may_use_tiles(void) {
    const long request = 0x1023;  // ARCH_REQ_XCOMP_PERM, asm/prctl.h
    const long tile_data = 18;    // XFEATURE_XTILEDATA
    return syscall(SYS_arch_prctl, request, tile_data) == 0;
}
#else
static int may_use_tiles(void) { return 0; }
#endif

#endif

ck_level ck_best_level(void) {
#ifdef CK_X86
    __builtin_cpu_init();
    int avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")
        && __builtin_cpu_supports("f16c");
    if (!avx2) { return CK_LEVEL_PLAIN; }
    int avx512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw")
        && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq");
    if (!avx512) { return CK_LEVEL_AVX2; }
    if (!__builtin_cpu_supports("avx512vnni")) { return CK_LEVEL_AVX512; }
    int amx = __builtin_cpu_supports("avx512bf16") && __builtin_cpu_supports("amx-tile")
        && __builtin_cpu_supports("amx-bf16");
    if (amx && may_use_tiles()) { return CK_LEVEL_AMX; }
    // Zen 4 and 5 have four pipes that add integers and two that multiply them; Intel's two do both.
    return __builtin_cpu_is("amd") ? CK_LEVEL_PAIRS : CK_LEVEL_VNNI;
#elif defined(CK_NEON)
    return CK_LEVEL_NEON;
#else
    return CK_LEVEL_PLAIN;
#endif
}
