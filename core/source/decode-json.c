/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What `journalctl -o json` and its kin write: objects, one after another; a field is a string, an
 * array of numbers where it is not UTF-8, null where it is long, an array of those where it came
 * several times (systemd.io, Journal Export Formats). Byte by byte, without a tree: nothing grows
 * with the input.
 */
#include "config.h"

#include <string.h>

#include "core/source/decode-private.h"

typedef enum {
    TOP,          /* between objects */
    LINE,         /* the rest of a line that is none of the form */
    KEY_OR_CLOSE, /* after '{' */
    KEY,          /* after ',' within an object */
    COLON,
    VALUE_OR_CLOSE, /* after '[' */
    VALUE,
    NEXT,   /* after a value: ',' or the end of what it stands in */
    STRING, /* within quotes */
    ESCAPE,
    UNICODE,
    NUMBER,
    WORD, /* true, false, null */
} State;

enum {
    DEPTH_MAX = 32,
    NAME_ROOM = 80 /* longer than any name that we look for */
};

struct AmrJson {
    AmrEntry *entry;
    State state;
    guint depth;
    guint32 arrays; /* bit n: what stands open at depth n + 1 is an array */
    gboolean key;   /* the string is an object's key */
    char name[NAME_ROOM];
    gsize name_len;
    gboolean wanted;  /* the value is that of a field of the entry, or the first of its values */
    gboolean settled; /* of an array of values the first has come */
    guint number;     /* or the code of \uNNNN, or how far a word has come */
    guint digits;
    guint high; /* the first half of a surrogate pair */
    const char *word;
    gsize sse; /* how much of "data:" stands at the start of the line */
};

AmrJson *
amr_json_new(AmrEntry *entry)
{
    AmrJson *json = g_new0(AmrJson, 1);
    json->entry = entry;
    return json;
}

void
amr_json_free(AmrJson *json)
{
    g_free(json);
}

static gboolean
in_array(const AmrJson *json)
{
    return (json->arrays >> (json->depth - 1) & 1) != 0;
}

static void
broken(AmrJson *json, char c)
{
    json->entry->any = TRUE;
    amr_entry_drop(json->entry);
    json->depth = 0;
    json->state = c == '\n' ? TOP : LINE;
    json->sse = 0;
}

/* ---- strings --------------------------------------------------------------------------------- */

static void
put(AmrJson *json, const char *bytes, gsize size)
{
    if (!json->key) {
        if (json->wanted)
            amr_entry_add(json->entry, bytes, size);
        return;
    }
    /* A name that is too long is none of ours: it stays too long to be taken for one. */
    size = MIN(size, NAME_ROOM - json->name_len);
    memcpy(json->name + json->name_len, bytes, size);
    json->name_len += size;
}

static void
put_code(AmrJson *json, guint code)
{
    char utf8[8];
    put(json, utf8, (gsize)g_unichar_to_utf8(code, utf8));
}

/* Half a pair stands for nothing. */
static void
put_lone(AmrJson *json)
{
    if (json->high)
        put_code(json, 0xfffd);
    json->high = 0;
}

static void
take_unicode(AmrJson *json, char c)
{
    if (!g_ascii_isxdigit(c)) {
        broken(json, c);
        return;
    }
    json->number = json->number << 4 | (guint)g_ascii_xdigit_value(c);
    if (++json->digits < 4)
        return;
    json->state = STRING;
    if (json->number >= 0xdc00 && json->number < 0xe000 && json->high) {
        put_code(json, 0x10000 + ((json->high - 0xd800) << 10) + (json->number - 0xdc00));
        json->high = 0;
        return;
    }
    put_lone(json);
    if (json->number >= 0xd800 && json->number < 0xdc00)
        json->high = json->number;
    else if (json->number >= 0xdc00 && json->number < 0xe000)
        put_code(json, 0xfffd);
    else
        put_code(json, json->number);
}

static void
take_escape(AmrJson *json, char c)
{
    static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
    const char *at = c ? strchr(from, c) : NULL;

    if (c == 'u') {
        json->state = UNICODE;
        json->number = json->digits = 0;
    } else if (at) {
        json->state = STRING;
        put_lone(json);
        put(json, to + (at - from), 1);
    } else {
        broken(json, c);
    }
}

static void
end_value(AmrJson *json)
{
    if (json->depth == 1)
        amr_entry_end(json->entry);
    json->state = NEXT;
}

static void
end_string(AmrJson *json)
{
    put_lone(json);
    if (json->key) {
        json->state = COLON;
        if (json->depth == 1)
            amr_entry_begin(json->entry, json->name, json->name_len);
        json->wanted = json->depth == 1;
        json->settled = FALSE;
        return;
    }
    if (json->depth == 2)
        json->settled = TRUE;
    end_value(json);
}

/* A run of plain bytes at once; how many. */
static gsize
take_string(AmrJson *json, const char *bytes, gsize size)
{
    gsize n = 0;
    while (n < size && bytes[n] != '"' && bytes[n] != '\\' && (guchar)bytes[n] >= 0x20)
        n++;
    if (n > 0) {
        put_lone(json);
        put(json, bytes, n);
        return n;
    }
    if (*bytes == '"') {
        end_string(json);
    } else if (*bytes == '\\') {
        json->state = ESCAPE;
    } else {
        broken(json, *bytes);
    }
    return 1;
}

/* ---- structure ------------------------------------------------------------------------------- */

static void
open_one(AmrJson *json, gboolean array)
{
    if (json->depth == DEPTH_MAX) {
        broken(json, ' ');
        return;
    }
    /* Objects are no value of a field, nor is what stands deeper than an array of arrays. */
    if (json->depth > 0 && (!array || json->depth > 2))
        json->wanted = FALSE;
    json->arrays &= ~((guint32)1 << json->depth);
    json->arrays |= (guint32)array << json->depth;
    json->depth++;
    json->state = array ? VALUE_OR_CLOSE : KEY_OR_CLOSE;
}

static void
close_one(AmrJson *json)
{
    json->depth--;
    if (json->depth == 0) {
        amr_entry_finish(json->entry);
        json->state = TOP;
        json->sse = 0;
        return;
    }
    if (json->depth == 2)
        json->settled = TRUE;
    end_value(json);
}

static void
begin_string(AmrJson *json, gboolean key)
{
    json->state = STRING;
    json->key = key;
    json->high = 0;
    if (key)
        json->name_len = 0;
}

/* A number alone is the text that it is written with: other tools write stamps so. */
static void
put_digit(AmrJson *json, char c)
{
    if (json->wanted && json->depth == 1)
        amr_entry_add(json->entry, &c, 1);
}

static void
take_value(AmrJson *json, char c)
{
    /* Of several values of one field the first counts. */
    if (json->settled)
        json->wanted = FALSE;
    if (c == '"') {
        begin_string(json, FALSE);
    } else if (c == '[' || c == '{') {
        open_one(json, c == '[');
    } else if (g_ascii_isdigit(c) || c == '-') {
        json->state = NUMBER;
        json->number = c == '-' ? 256 : (guint)(c - '0');
        put_digit(json, c);
    } else if (c == 't' || c == 'f' || c == 'n') {
        json->word = c == 't' ? "true" : c == 'f' ? "false" : "null";
        json->state = WORD;
        json->number = 1;
    } else {
        broken(json, c);
    }
}

/* Within an array a number is a byte. */
static void
end_number(AmrJson *json)
{
    const char byte = (char)json->number;
    if (json->wanted && json->depth > 1 && json->number < 256)
        amr_entry_add(json->entry, &byte, 1);
    end_value(json);
}

static void
end_word(AmrJson *json)
{
    if (json->wanted && *json->word == 'n' && json->depth <= 2)
        amr_entry_left_out(json->entry);
    end_value(json);
}

/* Between objects: blanks, the marks of a sequence or an array of objects, "data:". */
static void
take_top(AmrJson *json, char c)
{
    static const char data[] = "data:";

    if (c == '\n') {
        json->sse = 0;
    } else if (c == '{') {
        json->sse = 0;
        open_one(json, FALSE);
    } else if (json->sse < strlen(data) && c == data[json->sse]) {
        json->sse++;
    } else if (!strchr(" \t\r\x1e[],", c) || c == '\0') {
        json->state = LINE;
    }
}

static void
take_next(AmrJson *json, char c)
{
    if (c == ',')
        json->state = in_array(json) ? VALUE : KEY;
    else if (c == (in_array(json) ? ']' : '}'))
        close_one(json);
    else
        broken(json, c);
}

static void
take_byte(AmrJson *json, char c)
{
    const gboolean blank = c == ' ' || c == '\t' || c == '\n' || c == '\r';

    if (json->state == TOP) {
        take_top(json, c);
    } else if (json->state == LINE) {
        if (c == '\n')
            json->state = TOP;
    } else if (json->state == ESCAPE) {
        take_escape(json, c);
    } else if (json->state == UNICODE) {
        take_unicode(json, c);
    } else if (blank) {
        return;
    } else if (json->state == NEXT) {
        take_next(json, c);
    } else if (json->state == COLON) {
        json->state = VALUE;
        if (c != ':')
            broken(json, c);
    } else if (json->state == KEY_OR_CLOSE && c == '}') {
        close_one(json);
    } else if (json->state == VALUE_OR_CLOSE && c == ']') {
        close_one(json);
    } else if (json->state == VALUE || json->state == VALUE_OR_CLOSE) {
        take_value(json, c);
    } else if (c == '"') {
        begin_string(json, TRUE);
    } else {
        broken(json, c);
    }
}

/* Within a number or a word; FALSE if @c stands after it. */
static gboolean
take_scalar(AmrJson *json, char c)
{
    if (json->state == NUMBER) {
        if (!g_ascii_isdigit(c) && !strchr("+-.eE", c ? c : ' ')) {
            end_number(json);
            return FALSE;
        }
        put_digit(json, c);
        json->number =
            g_ascii_isdigit(c) && json->number < 256 ? json->number * 10 + (guint)(c - '0') : 256;
        return TRUE;
    }
    if (json->word[json->number] == '\0') {
        end_word(json);
        return FALSE;
    }
    if (json->word[json->number] == c)
        json->number++;
    else
        broken(json, c);
    return TRUE;
}

void
amr_json_feed(AmrJson *json, const char *bytes, gsize size)
{
    while (size > 0) {
        gsize n = 1;
        if (json->state == STRING)
            n = take_string(json, bytes, size);
        else if ((json->state != NUMBER && json->state != WORD) || !take_scalar(json, *bytes))
            take_byte(json, *bytes);
        bytes += n;
        size -= n;
    }
}

void
amr_json_end(AmrJson *json)
{
    if (json->depth > 0)
        json->entry->any = TRUE;
    amr_entry_drop(json->entry);
    json->depth = 0;
    json->state = TOP;
}
