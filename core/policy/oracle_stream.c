/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The stream's elements. Each is a type byte and its value in little-endian order, before which a
 * tag may stand (aa_unpack_nameX and its kin, security/apparmor/policy_unpack.c of Linux 6.12).
 */
#include <string.h>

#include "core/policy/oracle_private.h"

static const char *const code_words[] = {
    "u8",     "u16",        "u32",  "u64",      "name",  "string",    "blob",
    "struct", "struct end", "list", "list end", "array", "array end",
};

const char *
amr_code_word(AmrCode code)
{
    return code <= AMR_CODE_LAST ? code_words[code] : "unknown";
}

gboolean
amr_cursor_at_end(const AmrCursor *cursor)
{
    return cursor->at >= cursor->size;
}

/* NULL, and *error set, if the stream ends before. */
static const guint8 *
take(AmrCursor *cursor, gsize size, GError **error)
{
    const guint8 *data = cursor->data + cursor->at;
    if (size > cursor->size - cursor->at) {
        amr_error_set(error, AMR_ERROR_PARSE, "ends within an element at offset %" G_GSIZE_FORMAT,
                      cursor->at);
        return NULL;
    }
    cursor->at += size;
    return data;
}

static gboolean
take_number(AmrCursor *cursor, gsize size, guint64 *number, GError **error)
{
    const guint8 *data = take(cursor, size, error);
    if (!data)
        return FALSE;
    *number = 0;
    for (gsize i = 0; i < size; i++)
        *number |= (guint64)data[i] << (8 * i);
    return TRUE;
}

/* Two bytes of length, then as many bytes, the last of which is a NUL. */
static gboolean
take_string(AmrCursor *cursor, const guint8 **data, gsize *size, GError **error)
{
    gsize offset = cursor->at;
    guint64 length;
    if (!take_number(cursor, 2, &length, error) || !(*data = take(cursor, length, error)))
        return FALSE;
    if (length == 0 || (*data)[length - 1] != '\0')
        return amr_error_set(error, AMR_ERROR_PARSE,
                             "a string without its end at offset %" G_GSIZE_FORMAT, offset);
    *size = length - 1;
    return TRUE;
}

static gboolean
take_value(AmrCursor *cursor, AmrElement *element, GError **error)
{
    guint64 size;
    switch (element->code) {
    case AMR_CODE_U8:
        return take_number(cursor, 1, &element->number, error);
    case AMR_CODE_U16:
    case AMR_CODE_ARRAY:
        return take_number(cursor, 2, &element->number, error);
    case AMR_CODE_U32:
        return take_number(cursor, 4, &element->number, error);
    case AMR_CODE_U64:
        return take_number(cursor, 8, &element->number, error);
    case AMR_CODE_STRING:
        return take_string(cursor, &element->data, &element->size, error);
    case AMR_CODE_BLOB:
        if (!take_number(cursor, 4, &size, error) || !(element->data = take(cursor, size, error)))
            return FALSE;
        element->size = size;
        return TRUE;
    case AMR_CODE_STRUCT:
    case AMR_CODE_STRUCT_END:
    case AMR_CODE_LIST:
    case AMR_CODE_LIST_END:
    case AMR_CODE_ARRAY_END:
        return TRUE;
    case AMR_CODE_NAME:
        break;
    }
    return amr_error_set(error, AMR_ERROR_PARSE, "unknown type %u at offset %" G_GSIZE_FORMAT,
                         (guint)element->code, element->offset);
}

gboolean
amr_cursor_next(AmrCursor *cursor, AmrElement *element, GError **error)
{
    guint64 code;
    *element = (AmrElement){.offset = cursor->at};
    if (!take_number(cursor, 1, &code, error))
        return FALSE;
    if (code == AMR_CODE_NAME) {
        const guint8 *tag;
        gsize size;
        if (!take_string(cursor, &tag, &size, error) || !take_number(cursor, 1, &code, error))
            return FALSE;
        element->tag = (const char *)tag;
    }
    element->code = (AmrCode)code;
    return take_value(cursor, element, error);
}

gboolean
amr_cursor_expect(AmrCursor *cursor, AmrCode code, AmrElement *element, GError **error)
{
    AmrElement own;
    if (!element)
        element = &own;
    if (!amr_cursor_next(cursor, element, error))
        return FALSE;
    if (element->code == code && !element->tag)
        return TRUE;
    g_autofree char *tag = element->tag ? amr_display_string(element->tag) : NULL;
    return amr_error_set(error, AMR_ERROR_PARSE,
                         "%s%s%s%s where %s is expected at offset %" G_GSIZE_FORMAT,
                         amr_code_word(element->code), tag ? " '" : "", tag ? tag : "",
                         tag ? "'" : "", amr_code_word(code), element->offset);
}

gboolean
amr_cursor_skip(AmrCursor *cursor, const AmrElement *element, GError **error)
{
    AmrElement inner = *element;
    gsize depth = 0;
    for (;;) {
        if (inner.code == AMR_CODE_STRUCT || inner.code == AMR_CODE_LIST ||
            inner.code == AMR_CODE_ARRAY) {
            depth++;
        } else if (inner.code == AMR_CODE_STRUCT_END || inner.code == AMR_CODE_LIST_END ||
                   inner.code == AMR_CODE_ARRAY_END) {
            if (depth == 0)
                return amr_error_set(error, AMR_ERROR_PARSE,
                                     "%s without a beginning at offset %" G_GSIZE_FORMAT,
                                     amr_code_word(inner.code), inner.offset);
            depth--;
        }
        if (depth == 0)
            return TRUE;
        if (!amr_cursor_next(cursor, &inner, error))
            return FALSE;
    }
}
