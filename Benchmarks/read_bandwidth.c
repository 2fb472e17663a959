// How fast this machine reads memory, gigabytes a second: threads sum parts of one large block,
// the best of several rounds. Decoding reads every weight once a token, so this is its ceiling.
//   cc -O3 -march=native -pthread read_bandwidth.c -o read_bandwidth && ./read_bandwidth THREADS
#define _GNU_SOURCE
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

enum { ROUNDS = 5 };
static const size_t bytes = (size_t)2 << 30;
static uint64_t *block;
static int threads;
static uint64_t sums[64];

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

/// A line of the cache, which every compiler keeps in registers.
typedef uint64_t line __attribute__((vector_size(64)));

static void *sum(void *index) {
    size_t part = bytes / sizeof(line) / (size_t)threads, me = (size_t)(intptr_t)index;
    const line *from = (const line *)block + part * me;
    line lanes[4] = {{0}};
    for (size_t at = 0; at + 4 <= part; at += 4)
        for (size_t lane = 0; lane < 4; lane++) lanes[lane] += from[at + lane];
    for (size_t lane = 0; lane < 4; lane++)
        for (size_t i = 0; i < 8; i++) sums[me] += lanes[lane][i];
    return NULL;
}

int main(int count, char **arguments) {
    threads = count > 1 ? atoi(arguments[1]) : 1;
    if (threads < 1 || threads > 64) return 2;
    block = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (block == MAP_FAILED) return 1;
    madvise(block, bytes, MADV_HUGEPAGE);
    memset(block, 1, bytes);
    double best = 0;
    for (int round = 0; round < ROUNDS; round++) {
        pthread_t workers[64];
        double start = now();
        for (int t = 0; t < threads; t++)
            pthread_create(&workers[t], NULL, sum, (void *)(intptr_t)t);
        for (int t = 0; t < threads; t++) pthread_join(workers[t], NULL);
        double rate = (double)bytes / (now() - start) / 1e9;
        if (rate > best) best = rate;
    }
    printf("%.2f\n", best);
    return sums[0] == 0;
}
