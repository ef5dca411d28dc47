/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lines that a change added, found again and taken out. */
#include <string.h>

#include "core/base/error.h"
#include "core/change/localfile_private.h"

#define COMMENT_START "# armorer: "

static const char *const none[] = {NULL};

/* A file that something is taken out of. */
typedef struct {
    const char *data;
    GArray *lines;     /* AmrLocalLine */
    gboolean *gone;    /* a flag a line */
    gboolean *free;    /* the lines that no other change claims */
    gboolean *under;   /* the lines under a comment line of the change itself */
    const char **heir; /* of a line that stays: the change that it is of from now on */
} Text;

static void
text_clear(Text *text)
{
    g_array_unref(text->lines);
    g_free(text->gone);
    g_free(text->free);
    g_free(text->under);
    g_free((gpointer)text->heir);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Text, text_clear)

static void
text_init(Text *text, GBytes *bytes, int depth)
{
    gsize len;

    text->data = g_bytes_get_data(bytes, &len);
    text->lines = amr_localfile_split(text->data, len);
    text->gone = g_new0(gboolean, text->lines->len + 1);
    text->under = g_new0(gboolean, text->lines->len + 1);
    text->heir = g_new0(const char *, text->lines->len + 1);
    text->free = amr_localfile_own(text->data, text->lines, depth, FALSE);
}

static AmrBytes
line_of(const Text *text, guint n)
{
    return amr_localfile_line(text->data, text->lines, n);
}

static gboolean
missing(GError **error, const char *line)
{
    g_autofree char *shown = amr_display_string(line);
    return amr_error_set(error, AMR_ERROR_CHANGED_UNDERNEATH,
                         "The line \"%s\" is not there as it was written", shown);
}

/* ---- comment lines -----------------------------------------------------------------------------
 */

static gboolean
is_comment(AmrBytes line)
{
    return line.len >= sizeof COMMENT_START - 1 &&
           memcmp(line.data, COMMENT_START, sizeof COMMENT_START - 1) == 0;
}

static gboolean
is_comment_of(AmrBytes line, const char *id)
{
    g_autofree char *end = g_strdup_printf(", change %s", id);
    gsize len = strlen(end);

    return is_comment(line) && line.len >= sizeof COMMENT_START - 1 + len &&
           memcmp(line.data + line.len - len, end, len) == 0;
}

static gboolean
has_comment_of(const Text *text, const char *id)
{
    for (guint i = 0; i < text->lines->len; i++) {
        if (is_comment_of(line_of(text, i), id))
            return TRUE;
    }
    return FALSE;
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

/* Takes out of text->free the lines that another change tells to be its own: those behind its
 * comment. */
static void
drop_claimed(Text *text, const char *id)
{
    guint claimed = 0;

    for (guint i = 0; i < text->lines->len; i++) {
        AmrBytes line = line_of(text, i);
        if (is_comment(line)) {
            claimed = is_comment_of(line, id) ? 0 : told_rules(line);
        } else if (claimed) {
            text->free[i] = FALSE;
            claimed--;
        }
    }
}

/* ---- lines -------------------------------------------------------------------------------------
 */

/* The rules under the comment line @from, in order, up to the next one's block; *where[k] is the
 * line of the kth. */
static gboolean
find_under_comment(const Text *text, guint from, const char *const *wanted, guint *where,
                   GError **error)
{
    guint want = 0;

    for (guint i = from + 1; i < text->lines->len && wanted[want]; i++) {
        AmrBytes line = line_of(text, i);
        if (is_comment(line))
            break;
        if (amr_bytes_is(line, wanted[want]))
            where[want++] = i;
    }
    return wanted[want] ? missing(error, wanted[want]) : TRUE;
}

static gboolean
is_run(const Text *text, guint from, const char *const *wanted, const gboolean *free)
{
    for (guint i = 0; wanted[i]; i++) {
        if (from + i >= text->lines->len || (free && !free[from + i]) ||
            !amr_bytes_is(line_of(text, from + i), wanted[i]))
            return FALSE;
    }
    return TRUE;
}

/* The last run of exactly these lines; @free: those that may be taken, NULL for all. */
static gboolean
find_run(const Text *text, const char *const *wanted, const gboolean *free, guint *where,
         GError **error)
{
    for (guint i = text->lines->len; i-- > 0;) {
        if (!is_run(text, i, wanted, free))
            continue;
        for (guint k = 0; wanted[k]; k++)
            where[k] = i + k;
        return TRUE;
    }
    /* Which one to name: the first that stands nowhere, else they stand apart. */
    for (guint k = 0; wanted[k]; k++) {
        gboolean found = FALSE;
        for (guint i = 0; i < text->lines->len && !found; i++)
            found = (!free || free[i]) && amr_bytes_is(line_of(text, i), wanted[k]);
        if (!found)
            return missing(error, wanted[k]);
    }
    return amr_error_set(error, AMR_ERROR_CHANGED_UNDERNEATH,
                         "The lines that were written do not stand together any more");
}

/* Takes out of text->free what changes since have written without a comment line: of equal lines
 * the last are the newest change's. */
static void
drop_later(Text *text, const AmrLocalRemoval *what)
{
    for (guint i = 0; i < what->n_later; i++) {
        const char *const *lines = what->later[i].lines;
        g_autofree guint *where = g_new0(guint, g_strv_length((char **)lines) + 1);

        if (!lines[0] || has_comment_of(text, what->later[i].id) ||
            !find_run(text, lines, text->free, where, NULL))
            continue;
        for (guint k = 0; lines[k]; k++)
            text->free[where[k]] = FALSE;
    }
}

/* A change may have several comment lines: its own, and those over what was handed to it. */
static gboolean
find_added(Text *text, const AmrLocalRemoval *what, guint *where, GError **error)
{
    g_autoptr(GError) first = NULL;

    if (!what->lines[0])
        return TRUE;
    for (guint i = 0; i < text->lines->len; i++) {
        if (is_comment_of(line_of(text, i), what->id) &&
            find_under_comment(text, i, what->lines, where, first ? NULL : &first))
            return TRUE;
    }
    if (!first)
        return find_run(text, what->lines, text->free, where, error);
    g_propagate_error(error, g_steal_pointer(&first));
    return FALSE;
}

/* A line that was handed over; G_MAXUINT if it is not there any more. */
static guint
find_handed(const Text *text, const char *line)
{
    for (int under = 1; under >= 0; under--) {
        for (guint i = text->lines->len; i-- > 0;) {
            if (!text->gone[i] && (under ? text->under[i] : text->free[i]) &&
                amr_bytes_is(line_of(text, i), line))
                return i;
        }
    }
    return G_MAXUINT;
}

static void
mark_comments(Text *text, const char *id)
{
    gboolean under = FALSE;

    for (guint i = 0; i < text->lines->len; i++) {
        AmrBytes line = line_of(text, i);
        if (is_comment(line))
            under = text->gone[i] = is_comment_of(line, id);
        else
            text->under[i] = under;
    }
}

/* ---- what is left ------------------------------------------------------------------------------
 */

/* A comment line for the lines from @from on that stay for the same change. Its date is that of
 * the change which wrote them. */
static void
append_heir(GString *out, const Text *text, guint from)
{
    const char *date = "-";
    int date_len = 1;
    guint count = 0;

    for (guint i = from; i-- > 0;) {
        AmrBytes line = line_of(text, i);
        const char *comma;
        if (!is_comment(line))
            continue;
        comma = memchr(line.data, ',', line.len);
        date = line.data + sizeof COMMENT_START - 1;
        date_len = comma ? (int)(comma - date) : 0;
        break;
    }
    for (guint i = from; i < text->lines->len && (text->gone[i] || text->heir[i]); i++) {
        if (!text->gone[i] && strcmp(text->heir[i], text->heir[from]) != 0)
            break;
        count += !text->gone[i];
    }
    g_string_append_printf(out, COMMENT_START "%.*s, %u rule%s, change %s\n", date_len, date, count,
                           count == 1 ? "" : "s", text->heir[from]);
}

static GBytes *
rest(const Text *text)
{
    GString *out = g_string_new(NULL);
    const char *heir = NULL;

    for (guint i = 0; i < text->lines->len; i++) {
        const AmrLocalLine *line = &g_array_index(text->lines, AmrLocalLine, i);
        if (text->gone[i])
            continue;
        if (text->heir[i] && g_strcmp0(heir, text->heir[i]) != 0)
            append_heir(out, text, i);
        heir = text->heir[i];
        g_string_append_len(out, text->data + line->start, (gssize)(line->next - line->start));
    }
    return g_string_free_to_bytes(out);
}

/* Line @n goes, or stays for @heir. */
static void
take(Text *text, guint n, const char *heir)
{
    text->gone[n] = heir == NULL;
    text->heir[n] = heir && text->under[n] ? heir : NULL;
    text->free[n] = text->under[n] = FALSE;
}

GBytes *
amr_localfile_remove(GBytes *bytes, const AmrLocalRemoval *what, GError **error)
{
    const char *const *handed = what->handed ? what->handed : none;
    guint n = g_strv_length((char **)what->lines);
    g_autofree guint *where = g_new0(guint, n + 1);
    g_auto(Text) text = {0};

    text_init(&text, bytes, what->depth);
    drop_claimed(&text, what->id);
    drop_later(&text, what);
    if (!find_added(&text, what, where, error))
        return NULL;
    mark_comments(&text, what->id);
    for (guint k = 0; k < n; k++)
        take(&text, where[k], what->heirs ? what->heirs[k] : NULL);
    for (guint k = 0; handed[k]; k++) {
        guint at = find_handed(&text, handed[k]);
        if (at != G_MAXUINT)
            take(&text, at, what->heirs ? what->heirs[n + k] : NULL);
    }
    return rest(&text);
}

/* ---- includes ----------------------------------------------------------------------------------
 */

static char *
include_line(const char *target)
{
    return g_strdup_printf("include if exists <%s>", target);
}

/* Both are gone over together: lines and newlines that only @after has are what was put there. */
gboolean
amr_localfile_include_parts(GBytes *before, GBytes *after, const char *target)
{
    g_autofree char *line = include_line(target);
    gsize was_len, is_len, at = 0;
    const char *was = g_bytes_get_data(before, &was_len);
    const char *is = g_bytes_get_data(after, &is_len);
    g_autoptr(GArray) lines = amr_localfile_split(is, is_len);

    for (guint i = 0; i < lines->len; i++) {
        const AmrLocalLine *next = &g_array_index(lines, AmrLocalLine, i);
        gsize len = next->next - next->start;
        if (len <= was_len - at && memcmp(was + at, is + next->start, len) == 0)
            at += len;
        else if (amr_bytes_is(amr_localfile_line(is, lines, i), line))
            return at > 0 && was[at - 1] != '\n';
        else if (len - 1 <= was_len - at && memcmp(was + at, is + next->start, len - 1) == 0)
            at += len - 1; /* its newline is ours */
    }
    return FALSE;
}

GBytes *
amr_localfile_remove_include(GBytes *bytes, const char *target, gboolean parted, GError **error)
{
    g_autofree char *line = include_line(target);
    const char *const lines[] = {line, NULL};
    g_auto(Text) text = {0};
    guint where;

    text_init(&text, bytes, 0);
    if (!find_run(&text, lines, NULL, &where, error))
        return NULL;
    text.gone[where] = TRUE;
    if (parted && where > 0) {
        AmrLocalLine *above = &g_array_index(text.lines, AmrLocalLine, where - 1);
        above->next = above->end;
    }
    return rest(&text);
}
