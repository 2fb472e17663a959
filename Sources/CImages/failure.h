/* How both decoders report a failure, and the CPU budget they share. */
#ifndef CIMAGES_FAILURE_H
#define CIMAGES_FAILURE_H

#include "cimages.h"

/* Fills `error` from a printf format and returns `status`. */
cimages_status cimages_fail(
    cimages_error *error, cimages_status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* CPU time this thread has used, in seconds: unlike wall time it does not make
 * a decode fail because the machine was busy with something else. */
double cimages_thread_cpu_seconds(void);

#endif
