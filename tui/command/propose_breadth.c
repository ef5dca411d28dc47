/* SPDX-License-Identifier: GPL-3.0-or-later */
/* propose --breadth: what the rules open of the files that exist. */
#include "config.h"

#include "tui/command/propose.h"
#include "tui/command/wait.h"

#define SENSITIVE_TOLD 8 /* in the text, of one rule */

struct TuiProposeBreadth {
    TuiCommand *command;
    GHashTable *denied; /* profile -> GPtrArray of names of its denials */
};

static void
free_names(gpointer names)
{
    g_ptr_array_unref(names);
}

TuiProposeBreadth *
tui_propose_breadth_new(TuiCommand *command)
{
    TuiProposeBreadth *breadth = g_new0(TuiProposeBreadth, 1);
    breadth->command = command;
    breadth->denied = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, free_names);
    return breadth;
}

void
tui_propose_breadth_free(TuiProposeBreadth *breadth)
{
    if (!breadth)
        return;
    g_hash_table_unref(breadth->denied);
    g_free(breadth);
}

gboolean
tui_propose_breadth_take(const AmrResolved *resolved, gpointer data)
{
    TuiProposeBreadth *breadth = data;
    const char *profile = resolved->proposal->profile;
    GPtrArray *names = g_hash_table_lookup(breadth->denied, profile);
    AmrBytes name = resolved->event.field[AMR_FIELD_NAME];

    if (!names) {
        names = g_ptr_array_new_with_free_func(g_free);
        g_hash_table_insert(breadth->denied, g_strdup(profile), names);
    }
    if (name.len && resolved->event.klass == AMR_CLASS_FILE)
        g_ptr_array_add(names, amr_bytes_dup(name));
    return TRUE;
}

const AmrMeasured *
tui_propose_breadth_look(TuiProposeBreadth *breadth, const char *profile, const AmrRule *rule)
{
    if (!breadth || !amr_breadths_concern(rule))
        return NULL;
    return amr_breadths_look(breadth->command->session->breadths, profile, rule,
                             g_hash_table_lookup(breadth->denied, profile));
}

gboolean
tui_propose_breadth_measure(TuiProposeBreadth *breadth, AmrAsker *asker)
{
    const AmrSession *session = breadth->command->session;

    while (amr_breadths_want(session->breadths)) {
        g_autoptr(GAsyncResult) result = NULL;
        TuiWait wait = {0};
        amr_breadths_ask_async(session->breadths, session->target, asker, AMR_BREADTH_MSEC, NULL,
                               NULL, breadth->command->cancellable, tui_wait_done, &wait);
        result = tui_wait_result(&wait);
        if (!amr_breadths_ask_finish(result, NULL))
            return FALSE;
    }
    return TRUE;
}

/* ---- as text --------------------------------------------------------------------------------- */

gboolean
tui_propose_breadth_lines(const AmrMeasured *measured)
{
    g_autofree char *count = amr_measured_count(measured), *sample = amr_measured_sample(measured);
    g_autofree char *left = amr_measured_left(measured);
    g_autofree char *head =
        g_strdup_printf("# opens: %s%s%s", count, sample ? ", " : "", sample ? sample : "");
    const AmrBreadth *breadth = measured->breadth;
    guint n = breadth ? MIN(breadth->sensitive->len, SENSITIVE_TOLD) : 0;

    if (!tui_out_line(head))
        return FALSE;
    for (guint i = 0; i < n; i++) {
        g_autofree char *text = amr_breadth_file_text(breadth->sensitive->pdata[i]);
        g_autofree char *line = g_strdup_printf("# beware: %s", text);
        if (!tui_out_line(line))
            return FALSE;
    }
    if (breadth && breadth->n_sensitive > n) {
        g_autofree char *line =
            g_strdup_printf("# beware: and %" G_GUINT64_FORMAT " more", breadth->n_sensitive - n);
        if (!tui_out_line(line))
            return FALSE;
    }
    g_autofree char *line = left ? g_strdup_printf("# not looked at: %s", left) : NULL;
    return !line || tui_out_line(line);
}

/* ---- as JSON --------------------------------------------------------------------------------- */

static void
add_files(TuiJson *json, const char *key, const GPtrArray *files)
{
    tui_json_open_array(json, key);
    for (guint i = 0; i < files->len; i++) {
        const AmrBreadthFile *file = files->pdata[i];
        g_autofree char *rights = amr_breadth_rights(file->rights);
        tui_json_open_object(json, NULL);
        tui_json_name(json, "path", file->path);
        tui_json_text(json, "rights", rights);
        tui_json_bool(json, "owner", file->own);
        tui_json_text(json, "why", file->why);
        tui_json_close_object(json);
    }
    tui_json_close_array(json);
}

void
tui_propose_breadth_json(TuiJson *json, const AmrMeasured *measured)
{
    const AmrBreadth *breadth = measured ? measured->breadth : NULL;

    if (!measured) {
        tui_json_null(json, "breadth");
        return;
    }
    tui_json_open_object(json, "breadth");
    if (breadth) {
        g_autofree char *rights = amr_breadth_rights(breadth->rights);
        tui_json_uint(json, "files", breadth->files);
        tui_json_uint(json, "owner", breadth->own);
        tui_json_text(json, "rights", rights);
        tui_json_bool(json, "whole", breadth->whole);
        tui_json_uint(json, "looked", breadth->looked);
        tui_json_uint(json, "unread", breadth->unread);
        tui_json_texts(json, "left", breadth->left);
        tui_json_uint(json, "matter", breadth->n_sensitive);
        add_files(json, "sensitive", breadth->sensitive);
        add_files(json, "sample", breadth->sample);
    }
    tui_json_text(json, "unknown", measured->why);
    tui_json_close_object(json);
}
