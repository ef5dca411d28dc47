/* SPDX-License-Identifier: GPL-3.0-or-later */
/* armorer denials: what was refused, distinct and counted. */
#include "config.h"

#include "tui/command/denials.h"
#include "tui/ignored.h"

void
tui_denials_fill_row(guint row, gpointer data, TuiCell *cells)
{
    const TuiDenialRows *rows = data;

    tui_table_denials_row(rows->session, rows->ids[row], cells);
}

/* All that the record held, by the kernel's own names. */
static void
add_fields(TuiJson *json, const AmrEvent *event)
{
    tui_json_open_object(json, "fields");
    for (guint i = 1; i < AMR_FIELD_COUNT; i++) {
        if (event->field[i].data)
            tui_json_bytes(json, amr_field_key((AmrField)i), event->field[i]);
    }
    tui_json_close_object(json);
}

static void
add_uid(TuiJson *json, const char *key, gboolean has, guint32 uid)
{
    if (has)
        tui_json_uint(json, key, uid);
    else
        tui_json_null(json, key);
}

static void
add_change(TuiJson *json, const AmrSession *session, AmrDenialId id)
{
    gint64 loaded;
    const char *change = amr_answered_change(session->answered, id, &loaded);

    if (change)
        tui_json_text(json, "change", change);
    else
        tui_json_null(json, "change");
}

gboolean
tui_denials_out_json(const AmrSession *session, AmrDenialId id, const char *happened)
{
    const AmrDenial *denial = amr_store_get(session->store, id);
    AmrEvent event;
    g_autofree char *explain = NULL;
    g_autofree char *requested = NULL;
    g_autofree char *denied = NULL;
    TuiJson *json;

    if (!denial || !amr_store_event(session->store, id, &event))
        return TRUE;
    explain = amr_explain(session->sentences, &event);
    requested = amr_perms_to_mask(event.requested);
    denied = amr_perms_to_mask(event.denied);
    json = tui_json_new();
    if (happened) {
        tui_json_text(json, "event", happened);
        tui_json_time(json, "arrived", amr_clock_now(amr_target_clock(session->target)));
    }
    tui_json_text(json, "verdict", amr_verdict_word(event.verdict));
    tui_json_bytes(json, "profile", event.field[AMR_FIELD_PROFILE]);
    tui_json_bytes(json, "namespace", amr_event_namespace(&event));
    tui_json_bytes(json, "operation", event.field[AMR_FIELD_OPERATION]);
    tui_json_text(json, "class", amr_class_word(event.klass));
    tui_json_text(json, "requested", requested);
    tui_json_text(json, "denied", denied);
    tui_json_bool(json, "owner", event.owner);
    add_uid(json, "fsuid", event.has_fsuid, event.fsuid);
    add_uid(json, "ouid", event.has_ouid, event.ouid);
    tui_json_uint(json, "count", denial->count);
    tui_json_uint(json, "folded", denial->folded);
    tui_json_time(json, "first", denial->first);
    tui_json_time(json, "last", denial->last);
    tui_json_uint(json, "pid", denial->last_pid);
    tui_json_text(json, "state", amr_denial_state_word(denial->state));
    add_change(json, session, id);
    tui_json_text(json, "explain", explain);
    add_fields(json, &event);
    return tui_out_json(json);
}

int
tui_command_denials(TuiCommand *command, int argc, char **argv)
{
    g_autofree char *since = NULL;
    gboolean follow = FALSE;
    const GOptionEntry entries[] = {TUI_OPTION_SINCE(&since),
                                    {"follow", 'f', 0, G_OPTION_ARG_NONE, &follow,
                                     "go on: each new denial as it comes", NULL},
                                    {0}};
    g_auto(GStrv) words = NULL;
    g_autofree char **files = NULL;
    g_autoptr(AmrFilter) filter = NULL;
    g_autofree AmrDenialId *ids = NULL;
    g_autoptr(TuiIgnored) ignored = NULL;
    AmrSession *session;
    guint n;
    int status;

    if (!tui_command_parse(command, tui_verb_find("denials"), entries, &argc, &argv, &words,
                           &status))
        return status;
    status = tui_command_open(command, FALSE);
    if (status != TUI_EXIT_DONE)
        return status;
    session = command->session;
    filter = tui_command_filter(command, words, since, &files);
    if (!filter)
        return TUI_EXIT_USAGE;
    if (follow)
        return tui_denials_follow(command, filter, files);
    status = tui_command_read_logs(command, files);
    if (amr_store_count(session->store) > 0)
        tui_command_judge(command, FALSE);
    ignored = tui_ignored_of(session->target, session->store);
    tui_ignored_apply(ignored);
    ids = tui_command_denial_ids(command, filter, AMR_ORDER_LAST, &n, &status);
    if (n == 0)
        return status;
    if (command->options->json) {
        for (guint i = 0; i < n && tui_denials_out_json(session, ids[i], NULL); i++)
            ;
    } else {
        TuiDenialRows rows = {session, ids};
        tui_out_table(&tui_table_denials, n, tui_denials_fill_row, &rows);
    }
    return status;
}
