/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "core/change/talk.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "core/base/error.h"
#include "core/base/wire.h"

#define HEAD 5 /* bytes: the kind, and the length */

typedef struct {
    guint8 byte;
    const char *type;
    guint32 limit;
} Kind;

static const Kind kinds[] = {
#define AMR_TALK_KIND(name, byte, type, limit, help) [AMR_TALK_##name] = {byte, type, limit},
    AMR_TALKS(AMR_TALK_KIND)
#undef AMR_TALK_KIND
};

static AmrTalk
kind_of_byte(guint8 byte)
{
    for (guint i = AMR_TALK_UNKNOWN + 1; i < G_N_ELEMENTS(kinds); i++)
        if (kinds[i].byte == byte)
            return (AmrTalk)i;
    return AMR_TALK_UNKNOWN;
}

/* ---- writing ----------------------------------------------------------------------------------
 */

static gboolean
write_all(int fd, const guint8 *data, gsize len, GError **error)
{
    while (len > 0) {
        ssize_t n = write(fd, data, len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return amr_error_errno(error, n < 0 ? errno : EIO, "Speaking to the other side");
        data += n;
        len -= (gsize)n;
    }
    return TRUE;
}

gboolean
amr_talk_write(int fd, AmrTalk kind, GVariant *content, GError **error)
{
    g_autoptr(GVariant) owned = g_variant_ref_sink(content);
    g_autoptr(GByteArray) whole = g_byte_array_new();
    g_autoptr(GBytes) bytes = NULL;
    gsize len;

    g_return_val_if_fail(g_variant_is_of_type(owned, G_VARIANT_TYPE(kinds[kind].type)), FALSE);
    bytes = amr_wire_pack(owned);
    len = g_bytes_get_size(bytes);
    if (len > kinds[kind].limit)
        return amr_error_set(error, AMR_ERROR_LIMIT, "More than can be said at once");
    const guint8 head[HEAD] = {kinds[kind].byte, (guint8)len, (guint8)(len >> 8),
                               (guint8)(len >> 16), (guint8)(len >> 24)};
    g_byte_array_append(whole, head, HEAD);
    if (len)
        g_byte_array_append(whole, g_bytes_get_data(bytes, NULL), (guint)len);
    return write_all(fd, whole->data, whole->len, error);
}

/* ---- reading ----------------------------------------------------------------------------------
 */

static AmrTalk
wrong(GError **error, const char *what)
{
    (void)amr_error_set(error, AMR_ERROR_PARSE, "The other side says %s", what);
    return AMR_TALK_UNKNOWN;
}

AmrTalk
amr_talk_take(GByteArray *buffer, GVariant **content, GError **error)
{
    const guint8 *data = buffer->data;
    GVariant *said;
    AmrTalk kind;
    guint32 len;

    if (buffer->len == 0)
        return AMR_TALK_UNKNOWN;
    kind = kind_of_byte(data[0]);
    if (kind == AMR_TALK_UNKNOWN)
        return wrong(error, "what is no message");
    if (buffer->len < HEAD)
        return AMR_TALK_UNKNOWN;
    len =
        (guint32)data[1] | (guint32)data[2] << 8 | (guint32)data[3] << 16 | (guint32)data[4] << 24;
    if (len > kinds[kind].limit)
        return wrong(error, "more than a message may hold");
    if (buffer->len - HEAD < len)
        return AMR_TALK_UNKNOWN;
    said = amr_wire_unpack(kinds[kind].type, data + HEAD, len);
    if (!said)
        return wrong(error, "a message that is not what it should be");
    g_byte_array_remove_range(buffer, 0, HEAD + len);
    *content = said;
    return kind;
}

/* ---- what failed ------------------------------------------------------------------------------
 */

const char *
amr_talk_code(const GError *error)
{
    return error->domain == AMR_ERROR ? amr_error_word(error->code) : "io";
}

gboolean
amr_talk_error(GError **error, const char *code, const char *message)
{
    static const struct {
        AmrErrorCode code;
        const char *word;
    } codes[] = {
#define AMR_TALK_CODE(name, word) {AMR_ERROR_##name, word},
        AMR_ERROR_CODES(AMR_TALK_CODE)
#undef AMR_TALK_CODE
    };

    for (guint i = 0; i < G_N_ELEMENTS(codes); i++)
        if (strcmp(codes[i].word, code) == 0)
            return amr_error_set(error, codes[i].code, "%s", message);
    g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_FAILED, message);
    return FALSE;
}
