/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/policy/ladder.h"

#include <string.h>

#include "core/policy/ladder_private.h"

const char *
amr_rung_word(AmrRung rung)
{
    switch (rung) {
#define WORD(name, word, of) \
    case AMR_RUNG_##name:    \
        return word;
        AMR_RUNGS(WORD)
#undef WORD
    case AMR_RUNG_NONE:
        break;
    }
    return "none";
}

AmrRung
amr_rung_from_word(const char *word)
{
#define ROW(name, word_, of)      \
    if (strcmp(word, word_) == 0) \
        return AMR_RUNG_##name;
    AMR_RUNGS(ROW)
#undef ROW
    return AMR_RUNG_NONE;
}

typedef enum {
    OF_ANY,
    OF_FILES,
    OF_DBUS,
    OF_SIGNALS,
    OF_SOCKETS,
    OF_INCLUDES,
} LadderOf;

static LadderOf
ladder_of(AmrRung rung)
{
    switch (rung) {
#define OF(name, word, of) \
    case AMR_RUNG_##name:  \
        return OF_##of;
        AMR_RUNGS(OF)
#undef OF
    case AMR_RUNG_NONE:
        break;
    }
    return OF_ANY;
}

gboolean
amr_rung_is_within(AmrRung rung, AmrRung limit)
{
    return rung <= limit && (ladder_of(rung) == OF_ANY || ladder_of(rung) == ladder_of(limit));
}

/* ---- spelling ---------------------------------------------------------------------------------
 */

static void
append_part(GString *out, const AmrName *name, const AmrVarying *part)
{
    AmrBytes text = {name->path.data + part->off, part->len};
    g_autofree char *variable = amr_name_variable(name, part);
    if (variable)
        g_string_append_printf(out, "@{%s}", variable);
    else
        amr_varying_append(out, part->kind, &text, 1);
}

static gboolean
append_literal(GString *out, const AmrName *name, gsize from, gsize to, GError **error)
{
    if (from == to)
        return TRUE;
    g_autofree char *spelled =
        amr_policy_pattern((AmrBytes){name->path.data + from, to - from}, error);
    if (spelled)
        g_string_append(out, spelled);
    return spelled != NULL;
}

/* Whether on this rung another one may stand in its place. */
static gboolean
is_open(const AmrName *name, AmrRung rung, const AmrVarying *part)
{
    if (rung >= AMR_RUNG_VARYING)
        return TRUE;
    if (rung == AMR_RUNG_TUNABLES && part->kind == AMR_VARYING_UID) {
        g_autofree char *variable = amr_name_variable(name, part);
        return variable != NULL;
    }
    return rung >= AMR_RUNG_EACH_RUN && part->each_run;
}

/* The prefix as a variable: on the rung of each run only if it means the very same. */
static gboolean
has_prefix(const AmrName *name, AmrRung rung)
{
    return name->prefix && (rung >= AMR_RUNG_TUNABLES ||
                            (rung == AMR_RUNG_EACH_RUN && name->same && name->each_run));
}

gboolean
amr_name_append(GString *out, const AmrName *name, AmrRung rung, gsize from, gsize to,
                GError **error)
{
    gsize at = from;

    if (has_prefix(name, rung) && from == 0 && to >= name->prefix_len) {
        g_string_append_printf(out, "@{%s}", name->prefix);
        at = name->prefix_len;
    }
    for (guint i = 0; i < name->parts->len; i++) {
        const AmrNamePart *part = &g_array_index(name->parts, AmrNamePart, i);
        gsize end = part->varying.off + part->varying.len;
        if (part->varying.off < at || end > to)
            continue;
        if (part->variable ? rung < AMR_RUNG_TUNABLES : !is_open(name, rung, &part->varying))
            continue;
        if (!append_literal(out, name, at, part->varying.off, error))
            return FALSE;
        if (part->variable)
            g_string_append_printf(out, "@{%s}", part->variable);
        else
            append_part(out, name, &part->varying);
        at = end;
    }
    return append_literal(out, name, at, to, error);
}

/* ---- rungs ------------------------------------------------------------------------------------
 */

static void
rung_free(gpointer data)
{
    AmrLadderRung *rung = data;
    g_free(rung->pattern);
    g_free(rung->what);
    g_free(rung->opens);
    g_free(rung);
}

/* Adds it (all taken over) unless it says what the last one says. FALSE if so. */
static gboolean
add(GPtrArray *rungs, AmrRung rung, char *pattern, char *what, char *opens)
{
    const AmrLadderRung *last = rungs->len ? rungs->pdata[rungs->len - 1] : NULL;
    AmrLadderRung *one = g_new0(AmrLadderRung, 1);
    *one = (AmrLadderRung){rung, pattern, what, opens, FALSE};
    if (last && strcmp(last->pattern, pattern) == 0) {
        rung_free(one);
        return FALSE;
    }
    g_ptr_array_add(rungs, one);
    return TRUE;
}

static gboolean
add_name(GPtrArray *rungs, const AmrName *name, AmrRung rung, GError **error)
{
    g_autoptr(GString) pattern = g_string_new(NULL);
    if (!amr_name_append(pattern, name, rung, 0, name->path.len, error))
        return FALSE;
    char *shown = rung == AMR_RUNG_EXACT ? amr_display(name->path)
                                         : amr_display_lines(amr_bytes(pattern->str));
    add(rungs, rung, g_string_free(g_steal_pointer(&pattern), FALSE), shown,
        amr_name_opens(name, rung));
    return TRUE;
}

static gboolean
add_names(GPtrArray *rungs, const AmrName *name, guint *best, GError **error)
{
    *best = 0;
    for (AmrRung rung = AMR_RUNG_EXACT; rung <= AMR_RUNG_VARYING; rung++) {
        if (rung == AMR_RUNG_EACH_RUN && !name->each_run)
            continue;
        if (!add_name(rungs, name, rung, error))
            return FALSE;
        if (rung == AMR_RUNG_EACH_RUN)
            *best = rungs->len - 1;
    }
    return TRUE;
}

/* The directory up to @end (its slash is the last byte) with @tail behind it. What it opens is the
 * directory in the middle of @words: "every file in %". */
static void
add_tail(GPtrArray *rungs, const AmrName *name, AmrRung rung, gsize end, const char *tail,
         const char *words)
{
    g_autoptr(GString) pattern = g_string_new(NULL);
    if (!amr_name_append(pattern, name, AMR_RUNG_VARYING, 0, end, NULL))
        return; /* spelled before, on the rung of names */
    g_auto(GStrv) around = g_strsplit(words, "%", 2);
    g_autofree char *directory = amr_display_lines(amr_bytes(pattern->str));
    g_string_append(pattern, tail);
    char *what = g_strconcat(around[0], directory, around[1], NULL);
    char *opens = g_strconcat(what, ".", NULL);
    opens[0] = g_ascii_toupper(opens[0]);
    add(rungs, rung, g_string_free(g_steal_pointer(&pattern), FALSE), what, opens);
}

static void
add_extension(GPtrArray *rungs, const AmrName *name, gsize directory)
{
    gsize dot = amr_name_extension(name, directory);
    g_autoptr(GString) pattern = g_string_new(NULL);

    if (!dot || !amr_name_append(pattern, name, AMR_RUNG_VARYING, 0, directory, NULL))
        return;
    g_autofree char *in = amr_display_lines(amr_bytes(pattern->str));
    g_string_append_c(pattern, '*');
    gsize at = pattern->len;
    if (!amr_name_append(pattern, name, AMR_RUNG_VARYING, dot, name->path.len, NULL))
        return;
    g_autofree char *end = amr_display_lines(amr_bytes(pattern->str + at));
    add(rungs, AMR_RUNG_EXTENSION, g_string_free(g_steal_pointer(&pattern), FALSE),
        g_strdup_printf("every file in %s whose name ends in %s", in, end),
        g_strdup_printf("Every other file in %s whose name ends in %s.", in, end));
}

/* Everything below the directory up to @end, then below those above it, as long as they are of one
 * thing: what many share is the last, and only where nothing of its own stood there. */
static void
add_subtrees(GPtrArray *rungs, const AmrName *name, gsize end, gboolean itself)
{
    gboolean first = TRUE;
    while (end > 0 && (first || (!amr_place_is_shared((AmrBytes){name->path.data, end}) &&
                                 end > name->prefix_len + 1))) {
        add_tail(rungs, name, AMR_RUNG_SUBTREE, end, itself ? "{,**}" : "**",
                 itself ? "all in and below %" : "all below %");
        end = amr_name_above(name->path, end);
        first = FALSE;
    }
}

/* A file: its like, then its directory. */
static void
add_of_file(GPtrArray *rungs, const AmrName *name, gboolean reads)
{
    gsize directory = amr_name_above(name->path, name->path.len + 1);
    add_extension(rungs, name, directory);
    /* Who reads what stands there will list it too. */
    add_tail(rungs, name, AMR_RUNG_DIRECTORY, directory, reads ? "{,*}" : "*",
             reads ? "the directory % and every file in it" : "every file in %");
    add_subtrees(rungs, name, directory, reads);
}

/* A directory. Who lists it wants what is in it; who makes it or takes it away will do so with
 * others beside it. */
static void
add_of_directory(GPtrArray *rungs, const AmrName *name, gboolean reads)
{
    gsize end = name->path.len, above = amr_name_above(name->path, end);
    if (reads || above == 0) {
        add_tail(rungs, name, AMR_RUNG_DIRECTORY, end, "{,*}",
                 "the directory % and every file in it");
        add_subtrees(rungs, name, end, TRUE);
        return;
    }
    add_tail(rungs, name, AMR_RUNG_DIRECTORY, above, "*/", "every directory in %");
    add_subtrees(rungs, name, above, FALSE);
}

/* What the compiler would make of the variables decides: where that is not the path any more, there
 * are none. */
static void
check_variables(AmrName *name)
{
    g_autoptr(GString) pattern = g_string_new(NULL);
    if (!amr_name_append(pattern, name, AMR_RUNG_VARYING, 0, name->path.len, NULL))
        return;
    if (strstr(pattern->str, "@{") && !amr_tunables_match(name->tunables, pattern->str, name->path))
        amr_name_drop_variables(name);
}

static GPtrArray *
climb(const AmrLadderQuestion *question, gboolean all, guint *best, GError **error)
{
    g_autoptr(GPtrArray) rungs = g_ptr_array_new_with_free_func(rung_free);
    AmrName name;

    amr_name_init(&name, question);
    check_variables(&name);
    gboolean spelled = add_names(rungs, &name, best, error);
    if (spelled && all && question->path.data[question->path.len - 1] == '/')
        add_of_directory(rungs, &name, question->reads);
    else if (spelled && all)
        add_of_file(rungs, &name, question->reads);
    amr_name_clear(&name);
    for (guint i = 0; i < rungs->len; i++) {
        AmrLadderRung *rung = rungs->pdata[i];
        rung->everything = amr_ladder_is_everything(question->tunables, rung->pattern);
    }
    return spelled ? g_steal_pointer(&rungs) : NULL;
}

GPtrArray *
amr_ladder(const AmrLadderQuestion *question, guint *best, GError **error)
{
    return climb(question, TRUE, best, error);
}

GPtrArray *
amr_ladder_of_name(const AmrLadderQuestion *question, guint *best, GError **error)
{
    return climb(question, FALSE, best, error);
}

char *
amr_ladder_named(const AmrTunables *tunables, AmrBytes path, const char *pattern, char **opens)
{
    const AmrLadderQuestion question = {.path = path, .tunables = tunables};
    g_autofree char *prefix = NULL, *named = NULL;
    AmrName name;

    *opens = NULL;
    amr_name_init(&name, &question);
    prefix = name.prefix ? amr_policy_pattern((AmrBytes){path.data, name.prefix_len}, NULL) : NULL;
    if (prefix && g_str_has_prefix(pattern, prefix) && pattern[strlen(prefix)] == '/') {
        named = g_strdup_printf("@{%s}%s", name.prefix, pattern + strlen(prefix));
        if (!name.same)
            *opens = g_strdup_printf("What else stands for @{%s}.", name.prefix);
    }
    amr_name_clear(&name);
    return g_steal_pointer(&named);
}
