/* libjpeg calls exit() on an error and prints warnings to stderr. Both handlers
 * are replaced here: an error jumps back to the function that called setjmp,
 * two C frames up at most, and becomes a status and a sentence.
 *
 * libjpeg's own memory source invents an end marker when the data run out, so a
 * truncated photo would come back half grey. The source below fails instead.
 */
#include "cimages.h"
#include "failure.h"

#include <setjmp.h>
#include <stdio.h>
#include <string.h>

#include <jpeglib.h>
#include <jerror.h>

/* One decode. It belongs to the caller of the function that calls setjmp, so
 * that its members keep their values across the jump (C11 7.13.2.1). */
typedef struct jpeg_session {
    struct jpeg_decompress_struct decoder;
    struct jpeg_error_mgr errors;
    struct jpeg_source_mgr source;
    struct jpeg_progress_mgr progress;
    jmp_buf escape;
    const cimages_limits *limits;
    cimages_error *error;
    double deadline;   /* thread CPU seconds */
} jpeg_session;

static jpeg_session *session_of(j_common_ptr decoder)
{
    return (jpeg_session *)decoder->client_data;
}

_Noreturn static void escape(jpeg_session *session)
{
    longjmp(session->escape, 1);
}

static cimages_status status_for_code(int code)
{
    switch (code) {
    case JERR_OUT_OF_MEMORY:
    case JERR_NO_BACKING_STORE:
    case JERR_IMAGE_TOO_BIG:
    case JERR_WIDTH_OVERFLOW:
        return CIMAGES_TOO_LARGE;
    case JERR_SOF_UNSUPPORTED:
    case JERR_BAD_PRECISION:
    case JERR_CONVERSION_NOTIMPL:
    case JERR_FRACT_SAMPLE_NOTIMPL:
    case JERR_CCIR601_NOTIMPL:
    case JERR_ARITH_NOTIMPL:
    case JERR_NOT_COMPILED:
        return CIMAGES_UNSUPPORTED;
    default:
        return CIMAGES_CORRUPT;
    }
}

_Noreturn static void on_error(j_common_ptr decoder)
{
    jpeg_session *session = session_of(decoder);
    char text[JMSG_LENGTH_MAX];
    decoder->err->format_message(decoder, text);
    cimages_fail(session->error, status_for_code(decoder->err->msg_code), "%s", text);
    escape(session);
}

/* Warnings (a restart marker out of place, a few extraneous bytes) leave a
 * picture, and Pillow accepts them: counted by libjpeg, not printed. */
static void on_message(j_common_ptr decoder)
{
    (void)decoder;
}

_Noreturn static void fail_truncated(j_decompress_ptr decoder)
{
    jpeg_session *session = session_of((j_common_ptr)decoder);
    cimages_fail(session->error, CIMAGES_TRUNCATED, "the JPEG data end before the picture does");
    escape(session);
}

static void source_start_or_end(j_decompress_ptr decoder)
{
    (void)decoder;
}

static boolean source_fill(j_decompress_ptr decoder)
{
    fail_truncated(decoder);
}

static void source_skip(j_decompress_ptr decoder, long count)
{
    if (count <= 0)
        return;
    if ((size_t)count > decoder->src->bytes_in_buffer)
        fail_truncated(decoder);
    decoder->src->next_input_byte += count;
    decoder->src->bytes_in_buffer -= (size_t)count;
}

/* libjpeg calls this for every row of blocks of every scan: the only place a
 * file of 80,000 almost empty scans can be stopped. */
static void on_progress(j_common_ptr common)
{
    jpeg_session *session = session_of(common);
    const cimages_limits *limits = session->limits;
    if (session->decoder.input_scan_number > (int)limits->max_scans) {
        cimages_fail(session->error, CIMAGES_TOO_LARGE,
            "the JPEG has more than %u progressive scans", limits->max_scans);
        escape(session);
    }
    if (cimages_thread_cpu_seconds() > session->deadline) {
        cimages_fail(session->error, CIMAGES_TOO_LARGE,
            "decoding the JPEG took more than %u s of CPU time", limits->max_cpu_seconds);
        escape(session);
    }
}

static void open_session(
    jpeg_session *session, const uint8_t *bytes, size_t count,
    const cimages_limits *limits, cimages_error *error)
{
    memset(session, 0, sizeof *session);
    session->limits = limits;
    session->error = error;
    session->deadline = cimages_thread_cpu_seconds() + limits->max_cpu_seconds;
    session->decoder.err = jpeg_std_error(&session->errors);
    session->errors.error_exit = on_error;
    session->errors.output_message = on_message;
    session->decoder.client_data = session;
    session->source.init_source = source_start_or_end;
    session->source.fill_input_buffer = source_fill;
    session->source.skip_input_data = source_skip;
    session->source.resync_to_restart = jpeg_resync_to_restart;
    session->source.term_source = source_start_or_end;
    session->source.next_input_byte = bytes;
    session->source.bytes_in_buffer = count;
    session->progress.progress_monitor = on_progress;
}

/* Creates the decoder and reads up to the first scan. Jumps on failure. */
static void read_header(jpeg_session *session)
{
    struct jpeg_decompress_struct *decoder = &session->decoder;
    const cimages_limits *limits = session->limits;
    jpeg_create_decompress(decoder);
    decoder->src = &session->source;
    decoder->progress = &session->progress;
    decoder->mem->max_memory_to_use = (long)limits->max_memory;
    jpeg_read_header(decoder, TRUE);

    uint64_t area = (uint64_t)decoder->image_width * decoder->image_height;
    if (decoder->image_width > limits->max_side || decoder->image_height > limits->max_side
        || area > limits->max_pixels) {
        cimages_fail(session->error, CIMAGES_TOO_LARGE, "the JPEG is %u x %u pixels",
            decoder->image_width, decoder->image_height);
        escape(session);
    }
    if (decoder->num_components != 1 && decoder->num_components != 3
        && decoder->num_components != 4) {
        cimages_fail(session->error, CIMAGES_UNSUPPORTED,
            "the JPEG has %d components, not 1, 3 or 4", decoder->num_components);
        escape(session);
    }
}

static cimages_status try_header(jpeg_session *session)
{
    if (setjmp(session->escape))
        return session->error->status;
    read_header(session);
    return CIMAGES_OK;
}

cimages_status cimages_jpeg_read_header(
    const uint8_t *bytes, size_t count, const cimages_limits *limits,
    cimages_jpeg_header *header, cimages_error *error)
{
    jpeg_session session;
    open_session(&session, bytes, count, limits, error);
    cimages_status status = try_header(&session);
    header->width = session.decoder.image_width;
    header->height = session.decoder.image_height;
    header->components = (uint32_t)session.decoder.num_components;
    header->bit_depth = (uint32_t)session.decoder.data_precision;
    header->progressive = session.decoder.progressive_mode;
    jpeg_destroy_decompress(&session.decoder);
    return status;
}

/* a x b / 255 to the nearest, in integers; Pillow's MULDIV255. */
static inline uint32_t multiply_255(uint32_t a, uint32_t b)
{
    uint32_t product = a * b + 128;
    return ((product >> 8) + product) >> 8;
}

/* Pillow takes every 4-component JPEG as Adobe writes it, that is inverted
 * (JpegImagePlugin, rawmode "CMYK;I"), and converts without a colour profile
 * (Convert.c, cmyk2rgb): R = (255 - K) - C (255 - K) / 255. */
static void rgb_from_inverted_cmyk(const uint8_t *cmyk, uint8_t *rgb, uint32_t width)
{
    for (uint32_t x = 0; x < width; x++, cmyk += 4, rgb += 3) {
        uint32_t not_key = cmyk[3];
        for (int channel = 0; channel < 3; channel++) {
            uint32_t ink = 255u - cmyk[channel];
            rgb[channel] = (uint8_t)(not_key - multiply_255(ink, not_key));
        }
    }
}

static void rgb_from_grey(const uint8_t *grey, uint8_t *rgb, uint32_t width)
{
    for (uint32_t x = 0; x < width; x++, rgb += 3)
        rgb[0] = rgb[1] = rgb[2] = grey[x];
}

/* Decodes every row. Jumps on failure. */
static void read_rows(
    jpeg_session *session, uint32_t denominator, uint32_t width, uint32_t height, uint8_t *rgb)
{
    struct jpeg_decompress_struct *decoder = &session->decoder;
    int components = decoder->num_components;
    if (components == 4)
        decoder->out_color_space = JCS_CMYK;
    else
        decoder->out_color_space = components == 1 ? JCS_GRAYSCALE : JCS_RGB;
    decoder->scale_num = 1;
    decoder->scale_denom = denominator;
    jpeg_start_decompress(decoder);
    if (decoder->output_width != width || decoder->output_height != height
        || decoder->output_components != components) {
        cimages_fail(session->error, CIMAGES_CORRUPT, "the JPEG header changed between two reads");
        escape(session);
    }
    /* From the decoder's pool, which the jump's handler frees. */
    JSAMPARRAY scratch = decoder->mem->alloc_sarray(
        (j_common_ptr)decoder, JPOOL_IMAGE, width * (JDIMENSION)components, 1);
    while (decoder->output_scanline < height) {
        uint8_t *row = rgb + (size_t)decoder->output_scanline * width * 3;
        JSAMPROW target = components == 3 ? row : scratch[0];
        jpeg_read_scanlines(decoder, &target, 1);
        if (components == 4)
            rgb_from_inverted_cmyk(scratch[0], row, width);
        else if (components == 1)
            rgb_from_grey(scratch[0], row, width);
    }
    /* Reads on to the end marker: a file that lacks it is still being written. */
    jpeg_finish_decompress(decoder);
}

static cimages_status try_decode(
    jpeg_session *session, uint32_t denominator, uint32_t width, uint32_t height, uint8_t *rgb)
{
    if (setjmp(session->escape))
        return session->error->status;
    read_header(session);
    read_rows(session, denominator, width, height, rgb);
    return CIMAGES_OK;
}

cimages_status cimages_jpeg_decode(
    const uint8_t *bytes, size_t count, const cimages_limits *limits, uint32_t denominator,
    uint32_t width, uint32_t height, uint8_t *rgb, cimages_error *error)
{
    jpeg_session session;
    open_session(&session, bytes, count, limits, error);
    cimages_status status = try_decode(&session, denominator, width, height, rgb);
    jpeg_destroy_decompress(&session.decoder);
    return status;
}
