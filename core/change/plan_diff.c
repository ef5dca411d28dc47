/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A unified diff. A plan adds or takes out lines; so the difference of two files is found between
 * their common beginning and end by the longest common subsequence, bounded, and told as one hunk
 * where that bound is passed. */
#include <string.h>

#include "core/base/text.h"
#include "core/change/plan_private.h"

#define CONTEXT   3
#define CELLS_MAX (4 * 1024 * 1024)

typedef struct {
    AmrBytes text;
    gboolean newline;
} Line;

/* One line of the whole: ' ' in both, '-' in the old one, '+' in the new one. */
typedef struct {
    char sign;
    const Line *line;
} Edit;

static GArray *
split(GBytes *bytes)
{
    GArray *lines = g_array_new(FALSE, FALSE, sizeof(Line));
    gsize len = 0;
    const char *data = bytes ? g_bytes_get_data(bytes, &len) : NULL;

    while (len) {
        const char *newline = memchr(data, '\n', len);
        Line line = {{data, newline ? (gsize)(newline - data) : len}, newline != NULL};
        gsize step = line.text.len + (newline ? 1 : 0);
        g_array_append_val(lines, line);
        data += step;
        len -= step;
    }
    return lines;
}

static gboolean
same(const Line *a, const Line *b)
{
    return a->newline == b->newline && amr_bytes_equal(a->text, b->text);
}

static void
emit(GArray *edits, char sign, const Line *line)
{
    Edit edit = {sign, line};
    g_array_append_val(edits, edit);
}

/* The middle, where the files differ: @a has @n lines, @b has @m. */
static void
compare_middle(GArray *edits, const Line *a, gsize n, const Line *b, gsize m)
{
    gboolean small = n + 1 <= CELLS_MAX / (m + 1);
    g_autofree guint *best = small ? g_new0(guint, (n + 1) * (m + 1)) : NULL;
    gsize i = 0;
    gsize k = 0;

    for (gsize x = n; best && x-- > 0;) {
        for (gsize y = m; y-- > 0;) {
            guint *cell = &best[x * (m + 1) + y];
            *cell = same(&a[x], &b[y]) ? cell[m + 2] + 1 : MAX(cell[m + 1], cell[1]);
        }
    }
    while (i < n || k < m) {
        if (best && i < n && k < m && same(&a[i], &b[k])) {
            emit(edits, ' ', &a[i++]);
            k++;
        } else if (i < n &&
                   (!best || k >= m || best[(i + 1) * (m + 1) + k] >= best[i * (m + 1) + k + 1])) {
            emit(edits, '-', &a[i++]);
        } else {
            emit(edits, '+', &b[k++]);
        }
    }
}

static GArray *
compare(const GArray *old, const GArray *new)
{
    GArray *edits = g_array_new(FALSE, FALSE, sizeof(Edit));
    const Line *a = (const Line *)(gpointer)old->data;
    const Line *b = (const Line *)(gpointer) new->data;
    gsize n = old->len;
    gsize m = new->len;
    gsize head = 0;
    gsize tail = 0;

    while (head < n && head < m && same(&a[head], &b[head]))
        emit(edits, ' ', &a[head++]);
    while (tail < n - head && tail < m - head && same(&a[n - 1 - tail], &b[m - 1 - tail]))
        tail++;
    if (n > head + tail || m > head + tail)
        compare_middle(edits, n ? a + head : a, n - head - tail, m ? b + head : b, m - head - tail);
    for (gsize i = n - tail; i < n; i++)
        emit(edits, ' ', &a[i]);
    return edits;
}

static const Edit *
edit_at(const GArray *edits, guint n)
{
    return &g_array_index(edits, Edit, n);
}

static void
print_line(GString *out, const Edit *edit)
{
    g_autofree char *shown = amr_display_lines(edit->line->text); /* as it stands in the file */

    g_string_append_printf(out, "%c%s\n", edit->sign, shown);
    if (!edit->line->newline)
        g_string_append(out, "\\ No newline at end of file\n");
}

/* From @from up to @to, of which the first stands at lines @old and @new (from 1). */
static void
print_hunk(GString *out, const GArray *edits, guint from, guint to, guint old, guint new)
{
    guint n = 0;
    guint m = 0;

    for (guint i = from; i < to; i++) {
        n += edit_at(edits, i)->sign != '+';
        m += edit_at(edits, i)->sign != '-';
    }
    g_string_append_printf(out, "@@ -%u,%u +%u,%u @@\n", n ? old : old - 1, n, m ? new : new - 1,
                           m);
    for (guint i = from; i < to; i++)
        print_line(out, edit_at(edits, i));
}

static void
print_hunks(GString *out, const GArray *edits)
{
    guint old = 1;
    guint new = 1;

    for (guint i = 0; i < edits->len;) {
        guint from, to, quiet;

        if (edit_at(edits, i)->sign == ' ') {
            i++;
            old++;
            new ++;
            continue;
        }
        from = i - MIN(i, CONTEXT);
        for (to = i, quiet = 0; to < edits->len && quiet <= 2 * CONTEXT; to++)
            quiet = edit_at(edits, to)->sign == ' ' ? quiet + 1 : 0;
        to -= quiet > CONTEXT ? quiet - CONTEXT : 0;
        print_hunk(out, edits, from, to, old - (i - from), new - (i - from));
        for (; i < to; i++) {
            old += edit_at(edits, i)->sign != '+';
            new += edit_at(edits, i)->sign != '-';
        }
    }
}

static void
print_link(GString *out, const AmrPlanFile *file, const char *path)
{
    GBytes *const ends[] = {file->before, file->after};

    g_string_append_printf(out, "--- %s\n+++ %s\n", file->before ? path : "/dev/null",
                           file->after ? path : "/dev/null");
    for (guint i = 0; i < G_N_ELEMENTS(ends); i++) {
        gsize len;
        const char *data = ends[i] ? g_bytes_get_data(ends[i], &len) : NULL;
        g_autofree char *to = data ? amr_display((AmrBytes){data, len}) : NULL;
        if (to)
            g_string_append_printf(out, "%csymbolic link to %s\n", i ? '+' : '-', to);
    }
}

char *
amr_plan_diff(const AmrPlan *plan)
{
    GString *out = g_string_new(NULL);

    for (guint i = 0; i < plan->files->len; i++) {
        const AmrPlanFile *file = plan->files->pdata[i];
        g_autofree char *path = amr_display_string(file->path);
        g_autoptr(GArray) old = split(file->before);
        g_autoptr(GArray) new = split(file->after);
        g_autoptr(GArray) edits = compare(old, new);

        if (amr_plan_is_link(file->path)) {
            print_link(out, file, path);
            continue;
        }
        g_string_append_printf(out, "--- %s\n+++ %s\n", file->before ? path : "/dev/null",
                               file->after ? path : "/dev/null");
        print_hunks(out, edits);
    }
    return g_string_free(out, FALSE);
}

/* ---- the sum -----------------------------------------------------------------------------------
 */

static void
append_count(GString *out, const char *before, guint n, const char *what)
{
    g_string_append_printf(out, "%s%u %s%s", before, n, what, n == 1 ? "" : "s");
}

char *
amr_plan_sum(const AmrPlan *plan)
{
    g_autoptr(GHashTable) profiles = g_hash_table_new(g_str_hash, g_str_equal);
    GString *out = g_string_new(NULL);
    guint rules = 0, loads = 0;
    gboolean off = plan->kind == AMR_PLAN_DISABLE;

    for (guint i = 0; i < plan->parts->len; i++) {
        const AmrPlanPart *part = plan->parts->pdata[i];
        rules += part->rules->len;
        g_hash_table_add(profiles, part->profile);
    }
    for (guint i = 0; i < plan->loads->len; i++) {
        const AmrPlanLoad *load = plan->loads->pdata[i];
        loads += load->loaded && (!load->disabled || off);
    }
    if (plan->parts->len &&
        amr_plan_sets_mode(plan, ((AmrPlanPart *)plan->parts->pdata[0])->profile))
        g_string_append(out, plan->kind == AMR_PLAN_UNDO ? "the earlier mode"
                                                         : amr_plan_kind_says(plan->kind));
    else
        append_count(out, "", rules, "rule");
    append_count(out, plan->kind == AMR_PLAN_UNDO && rules ? " taken from " : " for ",
                 g_hash_table_size(profiles), "profile");
    append_count(out, "; ", plan->files->len, "file");
    g_string_append_printf(out, " %s written, ", plan->files->len == 1 ? "is" : "are");
    g_string_append_printf(out, "%u %s", loads,
                           off                             ? "unloaded"
                           : plan->kind == AMR_PLAN_ENABLE ? "loaded"
                                                           : "loaded again");
    return g_string_free(out, FALSE);
}
