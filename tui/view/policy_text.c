/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tui/view/policy_text.h"

#include <string.h>

#define LINES_MAX 4000
#define BYTES_MAX (1024 * 1024)
#define TAB       8

/* ---- colours -------------------------------------------------------------------------------- */

static gboolean
is_one_of(const char *word, gsize len, const char *const *words)
{
    for (; *words; words++) {
        if (strlen(*words) == len && memcmp(*words, word, len) == 0)
            return TRUE;
    }
    return FALSE;
}

static gboolean
is_permissions(const char *word, gsize len)
{
    return len > 0 && len <= 8 && strspn(word, "rwamklxiupcPUC") >= len;
}

static TuiRole
word_role(const char *word, gsize len)
{
    static const char *const keywords[] = {
        "abi",      "alias",   "all",    "allow",  "audit",   "capability", "change_profile",
        "dbus",     "else",    "file",   "flags",  "hat",     "if",         "include",
        "io_uring", "link",    "mount",  "mqueue", "network", "owner",      "pivot_root",
        "priority", "profile", "prompt", "ptrace", "quiet",   "remount",    "rlimit",
        "set",      "signal",  "umount", "unix",   "userns",  "#include",   "complain",
        NULL,
    };
    static const char *const denies[] = {"deny", NULL};

    if (word[0] == '/' || word[0] == '"' || word[0] == '@' || word[0] == '<')
        return TUI_ROLE_PATH;
    if (is_one_of(word, len, denies))
        return TUI_ROLE_DENIED;
    if (is_one_of(word, len, keywords))
        return TUI_ROLE_KEY;
    return is_permissions(word, len) ? TUI_ROLE_RULE : TUI_ROLE_TEXT;
}

/* Where the word at @p ends: at a blank or comma outside of quotes and braces. */
static gsize
word_length(const char *p)
{
    gboolean quoted = FALSE;
    guint braces = 0;
    gsize len = 0;

    for (; p[len]; len++) {
        if (p[len] == '\\' && p[len + 1]) {
            len++;
            continue;
        }
        if (p[len] == '"')
            quoted = !quoted;
        if (quoted)
            continue;
        if (p[len] == '{' && len > 0)
            braces++;
        else if (p[len] == '}' && braces > 0)
            braces--;
        else if (braces == 0 && strchr(" ,=(){}", p[len]))
            break;
    }
    return MAX(len, 1);
}

guint
tui_policy_text_lex(const char *line, TuiSpan spans[TUI_POLICY_SPANS_MAX])
{
    const char *p = line;
    guint n = 0;

    while (*p && n + 2 < TUI_POLICY_SPANS_MAX) {
        const guint from = (guint)(p - line);
        if (*p == ' ') {
            p++;
            continue;
        }
        if (*p == '#' && !g_str_has_prefix(p, "#include")) {
            spans[n++] = (TuiSpan){from, TUI_ROLE_QUIET};
            return n;
        }
        gsize len = word_length(p);
        TuiRole role = strchr("{}(),=", *p) ? TUI_ROLE_BORDER : word_role(p, len);
        if (n == 0 || spans[n - 1].role != role)
            spans[n++] = (TuiSpan){from, role};
        p += len;
    }
    return n;
}

/* ---- lines ---------------------------------------------------------------------------------- */

typedef struct {
    TuiFlow *flow;
    const AmrIndex *index;
    const AmrBlock *block;
    GPtrArray *locals; /* GArray of AmrLocal, of the block and of those in it */
    guint lines;
    gsize bytes;
} Text;

/* A line in display form, its tabs outside of quotes as blanks. */
static char *
show_line(AmrBytes line)
{
    g_autoptr(GString) text = g_string_new(NULL);
    gboolean quoted = FALSE;

    for (gsize i = 0; i < line.len; i++) {
        char c = line.data[i];
        quoted ^= c == '"';
        if (c != '\t' || quoted)
            g_string_append_c(text, c);
        else
            do
                g_string_append_c(text, ' ');
            while (text->len % TAB != 0);
    }
    g_autofree char *shown = amr_display_lines((AmrBytes){text->str, text->len});
    /* A tab in a name is no blank, and a line is one row. */
    g_auto(GStrv) parts = g_strsplit(shown, "\t", -1);
    return g_strjoinv("\\t", parts);
}

static void
add_line(Text *text, AmrBytes line, const char *lead)
{
    TuiSpan spans[TUI_POLICY_SPANS_MAX];
    g_autofree char *shown = show_line(line);
    guint n = tui_policy_text_lex(shown, spans);

    tui_flow_add_spans(text->flow, lead, shown, spans, n);
    text->lines++;
    text->bytes += line.len;
}

/* The next line of @rest, which is moved behind it. */
static AmrBytes
next_line(AmrBytes *rest)
{
    const char *newline = memchr(rest->data, '\n', rest->len);
    AmrBytes line = {rest->data, newline ? (gsize)(newline - rest->data) : rest->len};
    gsize used = line.len + (newline != NULL);

    rest->data += used;
    rest->len -= used;
    return line;
}

static AmrBytes
bytes_of(const AmrIndex *index, const char *file)
{
    GBytes *bytes = amr_index_bytes(index, file);
    gsize len = 0;
    const char *data = bytes ? g_bytes_get_data(bytes, &len) : NULL;
    return (AmrBytes){data, len};
}

static gboolean
is_full(const Text *text)
{
    return text->lines >= LINES_MAX || text->bytes >= BYTES_MAX;
}

static void
add_local(Text *text, const AmrLocal *local)
{
    AmrBytes rest = bytes_of(text->index, local->target);
    g_autofree char *name = amr_display_string(local->target);
    guint number = 0;

    if (!local->exists || !rest.data) {
        tui_flow_add_format(text->flow, TUI_ROLE_QUIET, "   + (%s %s)", name,
                            local->exists ? "cannot be read" : "is not there yet");
        return;
    }
    tui_flow_add_format(text->flow, TUI_ROLE_ADDED, "   + %s:", name);
    while (rest.len > 0 && !is_full(text)) {
        AmrBytes line = next_line(&rest);
        g_autofree char *lead = g_strdup_printf("%4u+ ", ++number);
        add_line(text, line, lead);
    }
}

/* The local files that line @number of the block's own file includes. */
static void
add_locals_at(Text *text, guint number)
{
    for (guint i = 0; i < text->locals->len; i++) {
        const GArray *locals = text->locals->pdata[i];
        for (guint j = 0; j < locals->len; j++) {
            const AmrLocal *local = &g_array_index(locals, AmrLocal, j);
            if (local->depth == 0 && local->line == number &&
                strcmp(local->file, text->block->file) == 0)
                add_local(text, local);
        }
    }
}

static void
add_locals_elsewhere(Text *text)
{
    for (guint i = 0; i < text->locals->len; i++) {
        const GArray *locals = text->locals->pdata[i];
        for (guint j = 0; j < locals->len; j++) {
            const AmrLocal *local = &g_array_index(locals, AmrLocal, j);
            if (local->depth == 0 && strcmp(local->file, text->block->file) == 0)
                continue;
            g_autofree char *file = amr_display_string(local->file);
            tui_flow_add_format(text->flow, TUI_ROLE_QUIET, "included by %s line %u:", file,
                                local->line);
            add_local(text, local);
        }
    }
}

static void
find_locals(Text *text)
{
    text->locals = g_ptr_array_new_with_free_func((GDestroyNotify)g_array_unref);
    for (guint i = 0; i < amr_index_count(text->index); i++) {
        const AmrBlock *block = amr_index_block(text->index, i);
        if (strcmp(block->file, text->block->file) == 0 && block->header >= text->block->header &&
            block->close <= text->block->close)
            g_ptr_array_add(text->locals, amr_index_locals(text->index, block));
    }
}

void
tui_policy_text_add(TuiFlow *flow, const AmrIndex *index, const AmrBlock *block)
{
    AmrBytes rest = bytes_of(index, block->file);
    Text text = {flow, index, block, NULL, 0, 0};
    guint number = block->line;

    if (!rest.data || block->header > rest.len) {
        tui_flow_add(flow, TUI_ROLE_WARNING, "Its file could not be read.");
        return;
    }
    find_locals(&text);
    gsize end = MIN(block->close + 1, rest.len);
    /* From the beginning of its line on. */
    gsize start = block->header;
    while (start > 0 && rest.data[start - 1] != '\n')
        start--;
    rest = (AmrBytes){rest.data + start, end - start};
    for (; rest.len > 0 && !is_full(&text); number++) {
        AmrBytes line = next_line(&rest);
        g_autofree char *lead = g_strdup_printf("%4u  ", number);
        add_line(&text, line, lead);
        add_locals_at(&text, number);
    }
    if (rest.len > 0)
        tui_flow_add_format(flow, TUI_ROLE_WARNING, "After %u lines: the rest is left out.",
                            text.lines);
    add_locals_elsewhere(&text);
    g_ptr_array_unref(text.locals);
}
