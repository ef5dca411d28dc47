/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "core/base/decompress.h"

#include <lzma.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>

#include "core/base/error.h"

enum {
    WINDOW_LOG = 27 /* of zstd: 128 MiB */
};
#define MEMORY (UINT64_C(128) << 20)

struct AmrDecompress {
    AmrCompression kind;
    gboolean within;  /* a member or frame has begun and is not whole */
    gboolean padding; /* all that is to come is zeros */
    gboolean begun;   /* one member was whole */
    gboolean failed;
    z_stream gzip;
    lzma_stream xz;
    ZSTD_DStream *zstd;
};

static const struct {
    const char *magic;
    gsize len;
    AmrCompression kind;
} magics[] = {
    {"\x1f\x8b", 2, AMR_COMPRESSION_GZIP},
    {"\xfd\x37zXZ\0", 6, AMR_COMPRESSION_XZ},
    {"\x28\xb5\x2f\xfd", 4, AMR_COMPRESSION_ZSTD},
};

const char *
amr_compression_word(AmrCompression kind)
{
    switch (kind) {
#define AMR_COMPRESSION_CASE(name, word) \
    case AMR_COMPRESSION_##name:         \
        return word;
        AMR_COMPRESSIONS(AMR_COMPRESSION_CASE)
#undef AMR_COMPRESSION_CASE
    case AMR_COMPRESSION_NONE:
        break;
    }
    return NULL;
}

AmrCompression
amr_compression_guess(const char *bytes, gsize size, gboolean *unsure)
{
    *unsure = FALSE;
    for (gsize i = 0; i < G_N_ELEMENTS(magics); i++) {
        if (size > 0 && memcmp(bytes, magics[i].magic, MIN(size, magics[i].len)) == 0) {
            if (size >= magics[i].len)
                return magics[i].kind;
            *unsure = TRUE;
        }
    }
    return AMR_COMPRESSION_NONE;
}

AmrDecompress *
amr_decompress_new(AmrCompression kind)
{
    AmrDecompress *stream = g_new0(AmrDecompress, 1);

    stream->kind = kind;
    if (kind == AMR_COMPRESSION_GZIP) {
        if (inflateInit2(&stream->gzip, MAX_WBITS + 16) != Z_OK)
            g_error("zlib is not the one that this was built with");
    } else if (kind == AMR_COMPRESSION_XZ) {
        stream->xz = (lzma_stream)LZMA_STREAM_INIT;
        if (lzma_stream_decoder(&stream->xz, MEMORY, LZMA_CONCATENATED) != LZMA_OK)
            g_error("liblzma is not the one that this was built with");
    } else {
        stream->zstd = ZSTD_createDStream();
        g_assert(stream->zstd);
        (void)ZSTD_DCtx_setParameter(stream->zstd, ZSTD_d_windowLogMax, WINDOW_LOG);
    }
    return stream;
}

void
amr_decompress_free(AmrDecompress *stream)
{
    if (!stream)
        return;
    if (stream->kind == AMR_COMPRESSION_GZIP)
        (void)inflateEnd(&stream->gzip);
    else if (stream->kind == AMR_COMPRESSION_XZ)
        lzma_end(&stream->xz);
    (void)ZSTD_freeDStream(stream->zstd);
    g_free(stream);
}

static gboolean
damaged(AmrDecompress *stream, const char *why, GError **error)
{
    stream->failed = TRUE;
    return amr_error_set(error, AMR_ERROR_PARSE, "The data compressed by %s are damaged: %s",
                         amr_compression_word(stream->kind), why);
}

static gboolean
too_large(AmrDecompress *stream, GError **error)
{
    stream->failed = TRUE;
    return amr_error_set(error, AMR_ERROR_LIMIT, "Unpacking it with %s takes more than 128 MiB",
                         amr_compression_word(stream->kind));
}

/* Each of the three: one call of the library. */

static gboolean
step_gzip(AmrDecompress *stream, const char *bytes, gsize size, char *room, gsize room_size,
          AmrDecompressed *done, GError **error)
{
    z_stream *gzip = &stream->gzip;
    int status;

    gzip->next_in = (Bytef *)(gpointer)bytes;
    gzip->avail_in = (uInt)size;
    gzip->next_out = (Bytef *)room;
    gzip->avail_out = (uInt)room_size;
    status = inflate(gzip, Z_NO_FLUSH);
    done->taken = size - gzip->avail_in;
    done->given = room_size - gzip->avail_out;
    if (status == Z_STREAM_END) {
        (void)inflateReset(gzip);
        stream->within = FALSE;
        stream->begun = TRUE;
        return TRUE;
    }
    stream->within = TRUE;
    /* Z_BUF_ERROR: it could not go on without more input or room. */
    if (status != Z_OK && status != Z_BUF_ERROR)
        return damaged(stream, gzip->msg ? gzip->msg : "not its format", error);
    return TRUE;
}

static gboolean
step_xz(AmrDecompress *stream, const char *bytes, gsize size, gboolean last, char *room,
        gsize room_size, AmrDecompressed *done, GError **error)
{
    lzma_stream *xz = &stream->xz;
    lzma_ret status;

    xz->next_in = (const uint8_t *)bytes;
    xz->avail_in = size;
    xz->next_out = (uint8_t *)room;
    xz->avail_out = room_size;
    stream->within = TRUE;
    status = lzma_code(xz, last ? LZMA_FINISH : LZMA_RUN);
    done->taken = size - xz->avail_in;
    done->given = room_size - xz->avail_out;
    switch (status) {
    case LZMA_STREAM_END:
        stream->within = FALSE;
        stream->padding = TRUE;
        return TRUE;
    case LZMA_OK:
    case LZMA_BUF_ERROR:
        return TRUE;
    case LZMA_MEMLIMIT_ERROR:
    case LZMA_MEM_ERROR:
        return too_large(stream, error);
    case LZMA_FORMAT_ERROR:
        return damaged(stream, "not its format", error);
    case LZMA_OPTIONS_ERROR:
        return damaged(stream, "it uses what this liblzma does not know", error);
    default:
        return damaged(stream, "incorrect data check", error);
    }
}

static gboolean
step_zstd(AmrDecompress *stream, const char *bytes, gsize size, char *room, gsize room_size,
          AmrDecompressed *done, GError **error)
{
    ZSTD_inBuffer in = {bytes, size, 0};
    ZSTD_outBuffer out = {room, room_size, 0};
    const size_t left = ZSTD_decompressStream(stream->zstd, &out, &in);

    done->taken = in.pos;
    done->given = out.pos;
    if (ZSTD_isError(left)) {
        if (strstr(ZSTD_getErrorName(left), "memory"))
            return too_large(stream, error);
        return damaged(stream, ZSTD_getErrorName(left), error);
    }
    if (in.pos > 0 || out.pos > 0)
        stream->within = left != 0;
    stream->begun = stream->begun || left == 0;
    return TRUE;
}

/* Tapes, and disks that write whole blocks, leave zeros behind. */
static gboolean
step_padding(AmrDecompress *stream, const char *bytes, gsize size, AmrDecompressed *done,
             GError **error)
{
    for (done->taken = 0; done->taken < size; done->taken++) {
        if (bytes[done->taken] != '\0')
            return damaged(stream, "something else follows", error);
    }
    return TRUE;
}

gboolean
amr_decompress_step(AmrDecompress *stream, const char *bytes, gsize size, gboolean last, char *room,
                    gsize room_size, AmrDecompressed *done, GError **error)
{
    gboolean fine;

    *done = (AmrDecompressed){0};
    if (stream->failed)
        return damaged(stream, "not its format", error);
    if (!stream->within && stream->begun && size > 0 && bytes[0] == '\0')
        stream->padding = TRUE;
    if (stream->padding)
        return step_padding(stream, bytes, size, done, error);
    if (size == 0 && !stream->within)
        return TRUE;
    if (stream->kind == AMR_COMPRESSION_GZIP)
        fine = step_gzip(stream, bytes, size, room, room_size, done, error);
    else if (stream->kind == AMR_COMPRESSION_XZ)
        fine = step_xz(stream, bytes, size, last, room, room_size, done, error);
    else
        fine = step_zstd(stream, bytes, size, room, room_size, done, error);
    if (fine && last && stream->within && done->taken == size && done->given == 0) {
        stream->failed = TRUE;
        return amr_error_set(error, AMR_ERROR_PARSE,
                             "The data compressed by %s end too early: the rest is missing",
                             amr_compression_word(stream->kind));
    }
    return fine;
}
