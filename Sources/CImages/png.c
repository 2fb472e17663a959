/* libpng's low-level interface, because the simplified one applies gamma and
 * scales 16-bit samples, and Pillow does neither. libpng's transformations are
 * chosen so that rows arrive as 8-bit RGB in the caller's buffer, also for
 * interlaced pictures; only 16-bit grey and transparency need steps of our own.
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
    int on_white;      /* whether transparency shows white, else it is dropped */
} png_session;

/* The one colour of a picture without alpha that is transparent. */
typedef struct colour_key {
    int exists;
    uint8_t value[3];
} colour_key;

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
    /* Of a palette with tRNS the expansion above has made an alpha channel. */
    if (!session->on_white)
        png_set_strip_alpha(decoder);
    return 0;
}

/* Pillow compares the colour of tRNS with samples that it has brought to 8 bits
 * already, and of the colour it keeps the lower byte; of 1 bit whether it is set. */
static colour_key key_of(png_session *session)
{
    colour_key key = {0, {0, 0, 0}};
    int colour = png_get_color_type(session->decoder, session->info);
    png_bytep alphas = NULL;
    png_color_16p value = NULL;
    int count = 0;
    if (!session->on_white || (colour != PNG_COLOR_TYPE_GRAY && colour != PNG_COLOR_TYPE_RGB)
        || !png_get_tRNS(session->decoder, session->info, &alphas, &count, &value)
        || value == NULL)
        return key;
    key.exists = 1;
    if (colour == PNG_COLOR_TYPE_RGB) {
        key.value[0] = (uint8_t)value->red;
        key.value[1] = (uint8_t)value->green;
        key.value[2] = (uint8_t)value->blue;
    } else {
        int is_bit = png_get_bit_depth(session->decoder, session->info) == 1;
        memset(key.value, is_bit && value->gray != 0 ? 255 : (uint8_t)value->gray, 3);
    }
    return key;
}

/* Lays a row of `channels` samples a pixel on white, as Pillow's alpha_composite
 * does (which rounds to nearest), and packs it as RGB. `rgb` may be the row's own
 * beginning or lie before it. */
static void lay_on_white(
    const uint8_t *row, uint8_t *rgb, uint32_t width, size_t channels, const colour_key *key)
{
    for (uint32_t x = 0; x < width; x++, row += channels, rgb += 3) {
        unsigned alpha = channels == 4 ? row[3] : 255;
        if (key->exists && memcmp(row, key->value, 3) == 0)
            alpha = 0;
        for (int i = 0; i < 3; i++)
            rgb[i] = (uint8_t)((2 * (row[i] * alpha + 255 * (255 - alpha)) + 255) / 510);
    }
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

    colour_key key = key_of(session);
    int is_grey_16 = choose_transformations(session);
    int passes = png_set_interlace_handling(decoder);
    png_read_update_info(decoder, session->info);
    size_t samples = png_get_rowbytes(decoder, session->info) / width;
    int is_expected = is_grey_16 ? samples == 2 : samples == 3 || (session->on_white && samples == 4);
    if (!is_expected || png_get_rowbytes(decoder, session->info) != width * samples)
        png_error(decoder, "the PNG rows do not have the size of its header");

    size_t stride = (size_t)width * (session->on_white ? 4 : 3);
    for (int pass = 0; pass < passes; pass++)
        for (uint32_t y = 0; y < height; y++)
            png_read_row(decoder, rgb + y * stride, NULL);
    for (uint32_t y = 0; y < height; y++) {
        uint8_t *row = rgb + y * stride;
        if (is_grey_16)
            widen_grey_16(row, width);
        if (session->on_white)
            lay_on_white(row, rgb + (size_t)y * width * 3, width, is_grey_16 ? 3 : samples, &key);
    }
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

static cimages_status decode_png(
    const uint8_t *bytes, size_t count, const cimages_limits *limits,
    uint32_t width, uint32_t height, int on_white, uint8_t *rgb, cimages_error *error)
{
    png_session session;
    memset(&session, 0, sizeof session);
    session.next = bytes;
    session.remaining = count;
    session.limits = limits;
    session.error = error;
    session.deadline = cimages_thread_cpu_seconds() + limits->max_cpu_seconds;
    session.on_white = on_white;
    cimages_status status = try_decode(&session, width, height, rgb);
    png_destroy_read_struct(&session.decoder, &session.info, NULL);
    return status;
}

cimages_status cimages_png_decode(
    const uint8_t *bytes, size_t count, const cimages_limits *limits,
    uint32_t width, uint32_t height, uint8_t *rgb, cimages_error *error)
{
    return decode_png(bytes, count, limits, width, height, 0, rgb, error);
}

cimages_status cimages_png_decode_on_white(
    const uint8_t *bytes, size_t count, const cimages_limits *limits,
    uint32_t width, uint32_t height, uint8_t *rgb, cimages_error *error)
{
    return decode_png(bytes, count, limits, width, height, 1, rgb, error);
}
