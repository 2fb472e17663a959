/* libpng's low-level interface, because the simplified one applies gamma and
 * scales 16-bit samples, and Pillow does neither. libpng's transformations are
 * chosen so that rows arrive as 8-bit RGB in the caller's buffer, also for
 * interlaced pictures; only 16-bit grey needs a step of our own.
 *
 * The caller has walked the chunks already (Images/PNGStructure.swift), so what
 * libpng sees is a whole file with a plausible header.
 */
#include "cimages.h"
#include "failure.h"

#include <setjmp.h>
#include <string.h>

#include <png.h>

/* libpng: 8 MB a chunk and 100 cached chunks, as browsers and fuzzers set it. */
enum { PNG_CHUNK_BYTES = 8 << 20, PNG_CACHED_CHUNKS = 100 };

typedef struct png_session {
    png_structp decoder;
    png_infop info;
    const uint8_t *next;
    size_t remaining;
    jmp_buf escape;
    const cimages_limits *limits;
    cimages_error *error;
    double deadline;   /* thread CPU seconds */
} png_session;

_Noreturn static void on_error(png_structp decoder, png_const_charp text)
{
    png_session *session = png_get_error_ptr(decoder);
    cimages_fail(session->error, CIMAGES_CORRUPT, "%s", text);
    longjmp(session->escape, 1);
}

/* Warnings concern chunks we do not use. */
static void on_warning(png_structp decoder, png_const_charp text)
{
    (void)decoder;
    (void)text;
}

static void read_bytes(png_structp decoder, png_bytep target, size_t count)
{
    png_session *session = png_get_io_ptr(decoder);
    if (count > session->remaining) {
        cimages_fail(session->error, CIMAGES_TRUNCATED,
            "the PNG data end before the picture does");
        longjmp(session->escape, 1);
    }
    memcpy(target, session->next, count);
    session->next += count;
    session->remaining -= count;
}

static void on_row(png_structp decoder, png_uint_32 row, int pass)
{
    (void)pass;
    png_session *session = png_get_error_ptr(decoder);
    if (row % 16 == 0 && cimages_thread_cpu_seconds() > session->deadline) {
        cimages_fail(session->error, CIMAGES_TOO_LARGE,
            "decoding the PNG took more than %u s of CPU time",
            session->limits->max_cpu_seconds);
        longjmp(session->escape, 1);
    }
}

/* Pillow opens 16-bit grey as "I;16" and clips on conversion to RGB: 256 and
 * above become white (engine facts: 51200 gives 255). The big-endian samples
 * stand in the first 2/3 of the row, so the row is widened from its end. */
static void widen_grey_16(uint8_t *row, uint32_t width)
{
    for (uint32_t x = width; x-- > 0;) {
        uint8_t value = row[2 * (size_t)x] != 0 ? 255 : row[2 * (size_t)x + 1];
        memset(row + 3 * (size_t)x, value, 3);
    }
}

/* Returns whether rows will be 16-bit grey instead of RGB. */
static int choose_transformations(png_session *session)
{
    png_structp decoder = session->decoder;
    int colour = png_get_color_type(decoder, session->info);
    int depth = png_get_bit_depth(decoder, session->info);
    if (colour == PNG_COLOR_TYPE_GRAY && depth == 16)
        return 1;
    if (depth == 16)
        png_set_strip_16(decoder);   /* keeps the high byte */
    if (colour == PNG_COLOR_TYPE_PALETTE)
        png_set_palette_to_rgb(decoder);
    if (!(colour & PNG_COLOR_MASK_COLOR))
        png_set_gray_to_rgb(decoder);   /* expands 1, 2 and 4 bits as well */
    png_set_strip_alpha(decoder);
    return 0;
}

/* Reads the whole picture. Jumps on failure. */
static void read_picture(png_session *session, uint32_t width, uint32_t height, uint8_t *rgb)
{
    png_structp decoder = session->decoder;
    png_set_user_limits(decoder, session->limits->max_side, session->limits->max_side);
    png_set_chunk_malloc_max(decoder, PNG_CHUNK_BYTES);
    png_set_chunk_cache_max(decoder, PNG_CACHED_CHUNKS);
    /* Profiles, texts and gamma are neither kept nor decompressed. */
    png_set_keep_unknown_chunks(decoder, PNG_HANDLE_CHUNK_NEVER, NULL, -1);
    png_set_read_fn(decoder, session, read_bytes);
    png_set_read_status_fn(decoder, on_row);
    png_read_info(decoder, session->info);
    if (png_get_image_width(decoder, session->info) != width
        || png_get_image_height(decoder, session->info) != height)
        png_error(decoder, "the PNG header changed between two reads");

    int is_grey_16 = choose_transformations(session);
    int passes = png_set_interlace_handling(decoder);
    png_read_update_info(decoder, session->info);
    if (png_get_rowbytes(decoder, session->info) != (size_t)width * (is_grey_16 ? 2 : 3))
        png_error(decoder, "the PNG rows do not have the size of its header");

    size_t stride = (size_t)width * 3;
    for (int pass = 0; pass < passes; pass++)
        for (uint32_t y = 0; y < height; y++)
            png_read_row(decoder, rgb + y * stride, NULL);
    if (is_grey_16)
        for (uint32_t y = 0; y < height; y++)
            widen_grey_16(rgb + y * stride, width);
}

/* The session belongs to the caller: see jpeg.c. */
static cimages_status try_decode(
    png_session *session, uint32_t width, uint32_t height, uint8_t *rgb)
{
    if (setjmp(session->escape))
        return session->error->status;
    session->decoder =
        png_create_read_struct(PNG_LIBPNG_VER_STRING, session, on_error, on_warning);
    if (session->decoder != NULL)
        session->info = png_create_info_struct(session->decoder);
    if (session->info == NULL)
        return cimages_fail(
            session->error, CIMAGES_TOO_LARGE, "not enough memory for a PNG decoder");
    read_picture(session, width, height, rgb);
    return CIMAGES_OK;
}

cimages_status cimages_png_decode(
    const uint8_t *bytes, size_t count, const cimages_limits *limits,
    uint32_t width, uint32_t height, uint8_t *rgb, cimages_error *error)
{
    png_session session;
    memset(&session, 0, sizeof session);
    session.next = bytes;
    session.remaining = count;
    session.limits = limits;
    session.error = error;
    session.deadline = cimages_thread_cpu_seconds() + limits->max_cpu_seconds;
    cimages_status status = try_decode(&session, width, height, rgb);
    png_destroy_read_struct(&session.decoder, &session.info, NULL);
    return status;
}
