/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/testing.h"

#include "tests/unit/pack.h"

#include <lzma.h>
#include <zlib.h>
#include <zstd.h>

static gsize
pack_gzip(guint8 *room, gsize size, const char *text, gsize len)
{
    z_stream stream = {0};

    assert_int_equal(deflateInit2(&stream, 6, Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY),
                     Z_OK);
    stream.next_in = (Bytef *)(gpointer)text;
    stream.avail_in = (uInt)len;
    stream.next_out = room;
    stream.avail_out = (uInt)size;
    assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
    assert_int_equal(deflateEnd(&stream), Z_OK);
    return size - stream.avail_out;
}

void
test_pack(AmrCompression kind, GByteArray *packed, const char *text, gsize len)
{
    const gsize size = len + len / 2 + 4096;
    g_autofree guint8 *room = g_malloc(size);
    gsize used = 0;

    if (kind == AMR_COMPRESSION_GZIP) {
        used = pack_gzip(room, size, text, len);
    } else if (kind == AMR_COMPRESSION_XZ) {
        assert_int_equal(lzma_easy_buffer_encode(6, LZMA_CHECK_CRC64, NULL, (const uint8_t *)text,
                                                 len, room, &used, size),
                         LZMA_OK);
    } else {
        used = ZSTD_compress(room, size, text, len, 3);
        assert_false(ZSTD_isError(used));
    }
    g_byte_array_append(packed, room, (guint)used);
}
