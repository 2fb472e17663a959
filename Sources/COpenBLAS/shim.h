// OpenBLAS as a Swift module: cblas_sgemm and the two thread switches.
#include <cblas.h>
