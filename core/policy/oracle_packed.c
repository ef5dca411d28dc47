/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Policy that the compiler has packed for the kernel (apparmor_parser 5.0 where the features say
 * policy/compressed_load): each profile is a head of eight bytes (01, the level, six zeros) and a
 * frame of zstd. Tried with 5.0.2, levels 1 to 22.
 */
#include "config.h"

#include <string.h>

#include "core/base/decompress.h"
#include "core/base/error.h"
#include "core/policy/oracle_private.h"

#define HEAD  8
#define BLOCK (64 * 1024)

/* What follows the level, up to the first bytes of a frame. */
static const guint8 mark[] = {0, 0, 0, 0, 0, 0, 0x28, 0xb5, 0x2f, 0xfd};
#define MARK 2 /* where it stands in the head */

static gboolean
is_head(const guint8 *data, gsize size)
{
    return size >= MARK + sizeof mark && data[0] == 1 &&
           memcmp(data + MARK, mark, sizeof mark) == 0;
}

/* How far it is from @data to the next head, or to the end. */
static gsize
to_next(const guint8 *data, gsize size)
{
    gsize at = HEAD;
    const guint8 *found;

    while (at < size && (found = memmem(data + at, size - at, mark, sizeof mark))) {
        at = (gsize)(found - data);
        if (at >= HEAD + MARK && is_head(data + at - MARK, size - at + MARK))
            return at - MARK;
        at++;
    }
    return size;
}

static gboolean
unpack_frame(GByteArray *out, const guint8 *data, gsize size, gsize max, GError **error)
{
    g_autoptr(AmrDecompress) stream = amr_decompress_new(AMR_COMPRESSION_ZSTD);
    g_autofree char *room = g_malloc(BLOCK);
    AmrDecompressed done;

    do {
        if (!amr_decompress_step(stream, (const char *)data, size, TRUE, room, BLOCK, &done, error))
            return FALSE;
        if (done.given > max - out->len)
            return amr_error_set(error, AMR_ERROR_LIMIT, "more than %" G_GSIZE_FORMAT " bytes",
                                 max);
        g_byte_array_append(out, (const guint8 *)room, (guint)done.given);
        data += done.taken;
        size -= done.taken;
    } while (done.taken || done.given);
    return TRUE;
}

GBytes *
amr_oracle_unpacked(GBytes *compiled, gsize max, GError **error)
{
    g_autoptr(GByteArray) out = NULL;
    gsize size, at = 0;
    const guint8 *data = g_bytes_get_data(compiled, &size);

    if (!is_head(data, size))
        return g_bytes_ref(compiled);
    out = g_byte_array_new();
    while (at < size) {
        gsize len = to_next(data + at, size - at);
        if (!unpack_frame(out, data + at + HEAD, len - HEAD, max, error))
            return NULL;
        at += len;
    }
    return g_byte_array_free_to_bytes(g_steal_pointer(&out));
}
