/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/change/localfile.h"

#include <string.h>

#include "core/base/error.h"
#include "core/base/text.h"

/* One line of a text, without its newline; @next is where the following one begins. */
typedef struct {
    gsize start, end, next;
} Line;

static GArray *
split(const char *data, gsize len)
{
    GArray *lines = g_array_new(FALSE, FALSE, sizeof(Line));

    for (gsize at = 0; at < len;) {
        const char *newline = memchr(data + at, '\n', len - at);
        gsize end = newline ? (gsize)(newline - data) : len;
        Line line = {at, end, newline ? end + 1 : len};
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

static AmrBytes
line_text(const char *data, const GArray *lines, guint n)
{
    const Line *line = &g_array_index(lines, Line, n);
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

/* For each line whether it is the file's own, not one of a child; @whole: and not the rest of a
 * rule that began on the line above. */
static gboolean *
find_own(const char *data, const GArray *lines, gboolean whole)
{
    gboolean *own = g_new0(gboolean, lines->len + 1);
    Depth depth = {0, '\0'};

    for (guint i = 0; i < lines->len; i++) {
        own[i] = depth.depth == 0 && (!whole || !depth.last || strchr(",}>\"", depth.last));
        pass_line(&depth, line_text(data, lines, i));
    }
    return own;
}

gboolean
amr_localfile_has(GBytes *bytes, const char *line)
{
    g_autoptr(GArray) lines = NULL;
    g_autofree gboolean *own = NULL;
    const char *data;
    gsize len;

    if (!bytes)
        return FALSE;
    data = g_bytes_get_data(bytes, &len);
    lines = split(data, len);
    own = find_own(data, lines, TRUE);
    for (guint i = 0; i < lines->len; i++) {
        if (own[i] && amr_bytes_is(line_text(data, lines, i), line))
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
append_comment(GString *out, guint count, const char *id, gint64 when)
{
    g_autoptr(GDateTime) time = g_date_time_new_from_unix_utc(when / G_USEC_PER_SEC);
    g_autofree char *date = time ? g_date_time_format(time, "%Y-%m-%d") : NULL;

    g_string_append_printf(out, "# armorer: %s, %u rule%s, change %s\n", date ? date : "-", count,
                           count == 1 ? "" : "s", id);
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
    if (comments)
        append_comment(out, g_strv_length((char **)lines), id, when);
    for (guint i = 0; lines[i]; i++)
        g_string_append_printf(out, "%s\n", lines[i]);
    return steal_bytes(out);
}

/* ---- remove --------------------------------------------------------------------------------- */

static gboolean
is_comment_of(AmrBytes text, const char *id)
{
    static const char start[] = "# armorer: ";
    g_autofree char *end = g_strdup_printf(", change %s", id);
    gsize len = strlen(end);

    return text.len >= sizeof start - 1 + len && memcmp(text.data, start, sizeof start - 1) == 0 &&
           memcmp(text.data + text.len - len, end, len) == 0;
}

static gboolean
is_comment(AmrBytes text)
{
    return text.len >= 11 && memcmp(text.data, "# armorer: ", 11) == 0;
}

static gboolean
missing(GError **error, const char *line)
{
    g_autofree char *shown = amr_display_string(line);
    return amr_error_set(error, AMR_ERROR_CHANGED_UNDERNEATH,
                         "The line \"%s\" is not there as it was written", shown);
}

/* Marks in @gone the rules under the comment line @from, in order, up to the next one's block. */
static gboolean
mark_under_comment(const char *data, const GArray *lines, guint from, const char *const *wanted,
                   gboolean *gone, GError **error)
{
    guint want = 0;

    gone[from] = TRUE;
    for (guint i = from + 1; i < lines->len && wanted[want]; i++) {
        AmrBytes text = line_text(data, lines, i);
        if (is_comment(text))
            break;
        if (amr_bytes_is(text, wanted[want])) {
            gone[i] = TRUE;
            want++;
        }
    }
    return wanted[want] ? missing(error, wanted[want]) : TRUE;
}

/* The number of rules that a comment line of ours tells; 0 if it tells none. */
static guint
told_rules(AmrBytes comment)
{
    const char *comma = memchr(comment.data, ',', comment.len);
    gsize at = comma ? (gsize)(comma - comment.data) + 2 : comment.len;
    guint count = 0;

    for (; at < comment.len && g_ascii_isdigit(comment.data[at]) && count < 100000; at++)
        count = count * 10 + (guint)(comment.data[at] - '0');
    return count;
}

/* Takes out of @free the lines that another change tells to be its own: those behind its comment.
 */
static void
drop_claimed(const char *data, const GArray *lines, gboolean *free)
{
    guint claimed = 0;

    for (guint i = 0; i < lines->len; i++) {
        AmrBytes text = line_text(data, lines, i);
        if (is_comment(text)) {
            claimed = told_rules(text);
        } else if (claimed) {
            free[i] = FALSE;
            claimed--;
        }
    }
}

static gboolean
is_run(const char *data, const GArray *lines, guint from, const char *const *wanted,
       const gboolean *free)
{
    for (guint i = 0; wanted[i]; i++) {
        if (from + i >= lines->len || (free && !free[from + i]) ||
            !amr_bytes_is(line_text(data, lines, from + i), wanted[i]))
            return FALSE;
    }
    return TRUE;
}

/* @free: the lines that may be taken, NULL for all. */
static gboolean
mark_run(const char *data, const GArray *lines, const char *const *wanted, const gboolean *free,
         gboolean *gone, GError **error)
{
    for (guint i = lines->len; i-- > 0;) {
        if (!is_run(data, lines, i, wanted, free))
            continue;
        for (guint k = 0; wanted[k]; k++)
            gone[i + k] = TRUE;
        return TRUE;
    }
    /* Which one to name: the first that stands nowhere, else they stand apart. */
    for (guint k = 0; wanted[k]; k++) {
        gboolean found = FALSE;
        for (guint i = 0; i < lines->len && !found; i++)
            found = (!free || free[i]) && amr_bytes_is(line_text(data, lines, i), wanted[k]);
        if (!found)
            return missing(error, wanted[k]);
    }
    return amr_error_set(error, AMR_ERROR_CHANGED_UNDERNEATH,
                         "The lines that were written do not stand together any more");
}

static GBytes *
without(const char *data, const GArray *lines, const gboolean *gone)
{
    GString *out = g_string_new(NULL);

    for (guint i = 0; i < lines->len; i++) {
        const Line *line = &g_array_index(lines, Line, i);
        if (!gone[i])
            g_string_append_len(out, data + line->start, (gssize)(line->next - line->start));
    }
    return steal_bytes(out);
}

GBytes *
amr_localfile_remove(GBytes *bytes, const char *const *lines, const char *id, GError **error)
{
    gsize len;
    const char *data = g_bytes_get_data(bytes, &len);
    g_autoptr(GArray) all = split(data, len);
    g_autofree gboolean *gone = g_new0(gboolean, all->len + 1);
    g_autofree gboolean *free = find_own(data, all, FALSE);
    gboolean done = FALSE;
    guint i;

    if (!lines[0])
        return g_bytes_ref(bytes);
    for (i = 0; i < all->len && !is_comment_of(line_text(data, all, i), id); i++)
        ;
    if (i < all->len) {
        done = mark_under_comment(data, all, i, lines, gone, error);
    } else {
        drop_claimed(data, all, free);
        done = mark_run(data, all, lines, free, gone, error);
    }
    return done ? without(data, all, gone) : NULL;
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

GBytes *
amr_localfile_remove_include(GBytes *bytes, const char *target, GError **error)
{
    g_autofree char *line = g_strdup_printf("include if exists <%s>", target);
    const char *const lines[] = {line, NULL};
    gsize len;
    const char *data = g_bytes_get_data(bytes, &len);
    g_autoptr(GArray) all = split(data, len);
    g_autofree gboolean *gone = g_new0(gboolean, all->len + 1);

    return mark_run(data, all, lines, NULL, gone, error) ? without(data, all, gone) : NULL;
}
