/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tui/ignored.h"

#include <string.h>

#include "core/denial/digest.h"
#include "tui/home.h"

#define NAME     "ignored"
#define MOST     4096
#define LINES    (3 * MOST)    /* beyond it nothing is kept before it is written anew */
#define FILE_MAX (1024 * 1024) /* bytes */
#define WAIT_MS  500

struct TuiIgnored {
    AmrStore *store;
    GHashTable *digests;
    AmrDenialId known; /* up to here they were looked at */
    gboolean keeps;
    guint lines;       /* in the file, and to be written */
    GString *to_write; /* while @writing */
    gboolean writing, gone;
};

/* ---- the file -------------------------------------------------------------------------------- */

static gboolean
is_line(const char *line)
{
    return (line[0] == '+' || line[0] == '-') && strlen(line) == AMR_DIGEST_LEN + 1 &&
           strspn(line + 1, "0123456789abcdef") == AMR_DIGEST_LEN;
}

/* The newest line of a digest counts. Returns how many lines there are. */
static guint
read_lines(TuiIgnored *ignored, char **lines, GPtrArray *kept)
{
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
    guint n = g_strv_length(lines);

    for (guint i = n; i-- > 0 && kept->len < MOST;) {
        if (!is_line(lines[i]) || !g_hash_table_add(seen, lines[i] + 1) || lines[i][0] == '-')
            continue;
        g_hash_table_add(ignored->digests, g_strdup(lines[i] + 1));
        g_ptr_array_insert(kept, 0, lines[i]);
    }
    return n;
}

static void
read_file(TuiIgnored *ignored)
{
    g_autofree char *text = tui_home_state(NAME, FILE_MAX);
    g_auto(GStrv) lines = g_strsplit(text ? text : "", "\n", -1);
    g_autoptr(GPtrArray) kept = g_ptr_array_new();

    ignored->lines = read_lines(ignored, lines, kept);
    if (ignored->lines > 2 * MOST && ignored->keeps) {
        ignored->lines = kept->len;
        g_ptr_array_add(kept, (char *)"");
        g_ptr_array_add(kept, NULL);
        g_autofree char *anew = g_strjoinv("\n", (char **)kept->pdata);
        tui_home_replace(NAME, anew);
    }
}

static void
free_now(TuiIgnored *ignored)
{
    g_hash_table_unref(ignored->digests);
    g_string_free(ignored->to_write, TRUE);
    g_free(ignored);
}

static void write_more(TuiIgnored *ignored);

static void
on_written(gpointer data)
{
    TuiIgnored *ignored = data;

    ignored->writing = FALSE;
    if (ignored->gone)
        free_now(ignored);
    else
        write_more(ignored);
}

/* One after the other, so that the last word is the last line. */
static void
write_more(TuiIgnored *ignored)
{
    g_autofree char *text = NULL;

    if (ignored->writing || ignored->to_write->len == 0)
        return;
    text = g_strdup(ignored->to_write->str);
    g_string_truncate(ignored->to_write, 0);
    ignored->writing = tui_home_append(NAME, text, on_written, ignored);
}

/* ---- life ------------------------------------------------------------------------------------ */

TuiIgnored *
tui_ignored_new(AmrStore *store, gboolean writes)
{
    TuiIgnored *ignored = g_new0(TuiIgnored, 1);

    ignored->store = store;
    ignored->digests = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    ignored->keeps = writes;
    ignored->to_write = g_string_new(NULL);
    read_file(ignored);
    return ignored;
}

TuiIgnored *
tui_ignored_of(const AmrTarget *target, AmrStore *store)
{
    return amr_target_is_live(target) ? tui_ignored_new(store, !amr_target_is_read_only(target))
                                      : NULL;
}

static gboolean
on_late(gpointer data)
{
    *(gboolean *)data = TRUE;
    return G_SOURCE_REMOVE;
}

void
tui_ignored_free(TuiIgnored *ignored)
{
    gboolean late = FALSE;
    guint timer;

    if (!ignored)
        return;
    timer = ignored->writing ? g_timeout_add(WAIT_MS, on_late, &late) : 0;
    while (ignored->writing && !late)
        g_main_context_iteration(NULL, TRUE);
    if (timer && !late)
        g_source_remove(timer);
    ignored->gone = TRUE;
    if (!ignored->writing)
        free_now(ignored);
}

/* ---- denials --------------------------------------------------------------------------------- */

void
tui_ignored_apply(TuiIgnored *ignored)
{
    AmrDenialId newest = ignored ? amr_store_newest(ignored->store) : 0;
    AmrEvent event;

    if (!ignored ||
        amr_store_is_frozen(ignored->store)) /* what it hides is looked at when it thaws */
        return;
    if (g_hash_table_size(ignored->digests) == 0)
        ignored->known = newest;
    while (ignored->known < newest) {
        if (!amr_store_event(ignored->store, ++ignored->known, &event))
            continue;
        g_autofree char *digest = amr_event_digest(&event);
        if (g_hash_table_contains(ignored->digests, digest))
            amr_store_set_state(ignored->store, ignored->known, AMR_DENIAL_STATE_IGNORED);
    }
}

void
tui_ignored_set(TuiIgnored *ignored, AmrDenialId id, gboolean on)
{
    AmrEvent event;

    amr_store_set_state(ignored->store, id, on ? AMR_DENIAL_STATE_IGNORED : AMR_DENIAL_STATE_NEW);
    if (!ignored->keeps || ignored->lines >= LINES || !amr_store_event(ignored->store, id, &event))
        return;
    g_autofree char *digest = amr_event_digest(&event);
    g_string_append_printf(ignored->to_write, "%c%s\n", on ? '+' : '-', digest);
    ignored->lines++;
    if (on)
        g_hash_table_add(ignored->digests, g_steal_pointer(&digest));
    else
        g_hash_table_remove(ignored->digests, digest);
    write_more(ignored);
}
