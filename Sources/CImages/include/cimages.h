/* JPEG and PNG decoding behind status codes.
 *
 * Every function takes the whole file in memory, checks the limits before it
 * allocates, and returns a status; none aborts, prints, or lets a longjmp leave
 * its own C frames. Pixels come out as 8-bit interleaved RGB, row-major, with
 * the values Pillow's `Image.open(f).convert("RGB")` gives for the same file.
 */
#ifndef CIMAGES_H
#define CIMAGES_H

#include <stddef.h>
#include <stdint.h>

typedef enum cimages_status {
    CIMAGES_OK = 0,
    CIMAGES_TRUNCATED,     /* the data end before the picture does */
    CIMAGES_CORRUPT,       /* the data contradict themselves or the format */
    CIMAGES_UNSUPPORTED,   /* a coding this build does not decode */
    CIMAGES_TOO_LARGE,     /* a limit of cimages_limits, or memory, is exceeded */
} cimages_status;

typedef struct cimages_limits {
    uint32_t max_side;         /* pixels */
    uint64_t max_pixels;       /* width x height */
    uint32_t max_scans;        /* progressive JPEG scans */
    uint32_t max_cpu_seconds;  /* of the calling thread, per decode */
    uint64_t max_memory;       /* bytes libjpeg may hold for one picture */
} cimages_limits;

enum { CIMAGES_MESSAGE_BYTES = 256 };

typedef struct cimages_error {
    cimages_status status;
    char message[CIMAGES_MESSAGE_BYTES];   /* NUL-terminated, no newline */
} cimages_error;

typedef struct cimages_jpeg_header {
    uint32_t width;        /* pixels, as stored */
    uint32_t height;
    uint32_t components;   /* 1 grey, 3 colour, 4 CMYK or YCCK */
    uint32_t bit_depth;    /* bits a sample */
    int progressive;
} cimages_jpeg_header;

/* Reads a JPEG up to its first scan. */
cimages_status cimages_jpeg_read_header(
    const uint8_t *bytes, size_t count, const cimages_limits *limits,
    cimages_jpeg_header *header, cimages_error *error);

/* Decodes a JPEG into `rgb`, which holds exactly width x height x 3 bytes: its
 * own size divided by `denominator`, which is 1, 2, 4 or 8, and rounded up. Of
 * fewer pixels than there are each is made from fewer coefficients of a block
 * (ITU-T T.81 has 8 x 8), as Pillow's `Image.draft` has it done. */
cimages_status cimages_jpeg_decode(
    const uint8_t *bytes, size_t count, const cimages_limits *limits, uint32_t denominator,
    uint32_t width, uint32_t height, uint8_t *rgb, cimages_error *error);

/* Decodes a PNG (of an animated one, the still picture) into `rgb`, which holds
 * exactly width x height x 3 bytes. */
cimages_status cimages_png_decode(
    const uint8_t *bytes, size_t count, const cimages_limits *limits,
    uint32_t width, uint32_t height, uint8_t *rgb, cimages_error *error);

/* The same with what is transparent laid on white. `rgb` holds width x height x 4
 * bytes, of which the first width x height x 3 become the picture. */
cimages_status cimages_png_decode_on_white(
    const uint8_t *bytes, size_t count, const cimages_limits *limits,
    uint32_t width, uint32_t height, uint8_t *rgb, cimages_error *error);

#endif
