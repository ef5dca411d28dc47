/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/change/localfile.h"

#include <string.h>

#include "core/base/text.h"
#include "core/change/localfile_private.h"

GArray *
amr_localfile_split(const char *data, gsize len)
{
    GArray *lines = g_array_new(FALSE, FALSE, sizeof(AmrLocalLine));

    for (gsize at = 0; at < len;) {
        const char *newline = memchr(data + at, '\n', len - at);
        gsize end = newline ? (gsize)(newline - data) : len;
        AmrLocalLine line = {at, end, newline ? end + 1 : len};
        g_array_append_val(lines, line);
        at = line.next;
    }
    return lines;
}

static AmrBytes
strip(AmrBytes text)
{
    while (text.len && strchr(" \t\r", text.data[0]) && text.data[0]) {
        text.data++;
        text.len--;
    }
    while (text.len && strchr(" \t\r", text.data[text.len - 1]) && text.data[text.len - 1])
        text.len--;
    return text;
}

AmrBytes
amr_localfile_line(const char *data, const GArray *lines, guint n)
{
    const AmrLocalLine *line = &g_array_index(lines, AmrLocalLine, n);
    return strip((AmrBytes){data + line->start, line->end - line->start});
}

/* How deep in braces one is, and what the last word ended with. */
typedef struct {
    int depth;
    char last;
} Depth;

/* Goes over one line. Braces of globs and variables close on the line they open on; what stands in
 * quotes or behind a # at the start of a word is passed over. */
static void
pass_line(Depth *depth, AmrBytes text)
{
    gboolean quoted = FALSE;
    char before = ' ';

    for (gsize i = 0; i < text.len; before = text.data[i++]) {
        char c = text.data[i];
        if (c == '\\') {
            i = MIN(i + 1, text.len - 1);
        } else if (c == '"') {
            quoted = !quoted;
        } else if (!quoted) {
            if (c == '#' && g_ascii_isspace(before))
                return;
            depth->depth += c == '{' ? 1 : c == '}' ? -1 : 0;
        }
        if (!g_ascii_isspace(c))
            depth->last = c;
    }
}

gboolean *
amr_localfile_own(const char *data, const GArray *lines, int depth, gboolean whole)
{
    static const char ends[] = ",}>\"{"; /* the last one: of the braces around it */
    gboolean *own = g_new0(gboolean, lines->len + 1);
    Depth at = {0, '\0'};

    for (guint i = 0; i < lines->len; i++) {
        own[i] = at.depth == depth && (!whole || !at.last || strchr(ends, at.last));
        pass_line(&at, amr_localfile_line(data, lines, i));
    }
    return own;
}

gboolean
amr_localfile_has(GBytes *bytes, int depth, const char *line)
{
    g_autoptr(GArray) lines = NULL;
    g_autofree gboolean *own = NULL;
    const char *data;
    gsize len;

    if (!bytes)
        return FALSE;
    data = g_bytes_get_data(bytes, &len);
    lines = amr_localfile_split(data, len);
    own = amr_localfile_own(data, lines, depth, TRUE);
    for (guint i = 0; i < lines->len; i++) {
        if (own[i] && amr_bytes_is(amr_localfile_line(data, lines, i), line))
            return TRUE;
    }
    return FALSE;
}

/* ---- add ------------------------------------------------------------------------------------ */

static GBytes *
steal_bytes(GString *text)
{
    gsize len = text->len;
    return g_bytes_new_take(g_string_free(text, FALSE), len);
}

/* In UTC: the same change reads the same wherever it is looked at. */
static void
append_comment(GString *out, const char *indent, guint count, const char *id, gint64 when)
{
    g_autoptr(GDateTime) time = g_date_time_new_from_unix_utc(when / G_USEC_PER_SEC);
    g_autofree char *date = time ? g_date_time_format(time, "%Y-%m-%d") : NULL;

    g_string_append_printf(out, "%s# armorer: %s, %u rule%s, change %s\n", indent,
                           date ? date : "-", count, count == 1 ? "" : "s", id);
}

static void
append_rules(GString *out, const char *indent, const char *const *lines, const char *id,
             gint64 when, gboolean comments)
{
    if (comments)
        append_comment(out, indent, g_strv_length((char **)lines), id, when);
    for (guint i = 0; lines[i]; i++)
        g_string_append_printf(out, "%s%s\n", indent, lines[i]);
}

GBytes *
amr_localfile_add(GBytes *bytes, const char *const *lines, const char *id, gint64 when,
                  gboolean comments)
{
    gsize len = 0;
    const char *data = bytes ? g_bytes_get_data(bytes, &len) : NULL;
    GString *out = g_string_new_len(len ? data : "", (gssize)len);

    if (len && data[len - 1] != '\n')
        g_string_append_c(out, '\n');
    append_rules(out, "", lines, id, when, comments);
    return steal_bytes(out);
}

/* ---- includes ------------------------------------------------------------------------------- */

/* The white space at the start of the line that holds @at. */
static AmrBytes
indent_at(const char *data, gsize len, gsize at)
{
    gsize start = MIN(at, len);
    gsize end;

    while (start > 0 && data[start - 1] != '\n')
        start--;
    for (end = start; end < len && (data[end] == ' ' || data[end] == '\t'); end++)
        ;
    return (AmrBytes){data + start, end - start};
}

/* As the last line that says something in the block; in an empty block, two spaces more than its
 * header. */
static char *
block_indent(const char *data, gsize len, gsize open, gsize offset)
{
    AmrBytes header = indent_at(data, len, open);

    for (gsize at = offset; at > open + 1; at--) {
        AmrBytes indent;
        if (strchr(" \t\r\n", data[at - 1]) && data[at - 1])
            continue;
        indent = indent_at(data, len, at - 1);
        if (indent.data <= data + open || indent.len <= header.len)
            break;
        return g_strndup(indent.data, indent.len);
    }
    return g_strdup_printf("%.*s  ", (int)header.len, header.data);
}

GBytes *
amr_localfile_add_include(GBytes *bytes, gsize open, gsize offset, const char *target)
{
    gsize len;
    const char *data = g_bytes_get_data(bytes, &len);
    gsize at = MIN(offset, len);
    g_autofree char *indent = NULL;
    GString *out = g_string_new(NULL);

    indent = block_indent(data, len, open, at);
    g_string_append_len(out, data, (gssize)at);
    if (at > 0 && data[at - 1] != '\n')
        g_string_append_c(out, '\n');
    g_string_append_printf(out, "%sinclude if exists <%s>\n", indent, target);
    g_string_append_len(out, data + at, (gssize)(len - at));
    return steal_bytes(out);
}

/* ---- into a profile ------------------------------------------------------------------------- */

GBytes *
amr_localfile_insert(GBytes *bytes, gsize open, gsize offset, const char *const *lines,
                     const char *id, gint64 when, gboolean comments)
{
    gsize len;
    const char *data = g_bytes_get_data(bytes, &len);
    gsize at = MIN(offset, len);
    g_autofree char *indent = block_indent(data, len, open, at);
    GString *out = g_string_new(NULL);

    for (gsize end = at; end > open + 1 && g_ascii_isspace(data[end - 1]); end--)
        if (data[end - 1] == '\n')
            at = end;
    g_string_append_len(out, data, (gssize)at);
    if (at > 0 && data[at - 1] != '\n')
        g_string_append_c(out, '\n');
    append_rules(out, indent, lines, id, when, comments);
    g_string_append_len(out, data + at, (gssize)(len - at));
    return steal_bytes(out);
}
