// SIMD kernels of the engine. One file a kernel, a plain twin each (`_ref`), run-time dispatch.
#ifndef CKERNELS_H
#define CKERNELS_H
#endif
