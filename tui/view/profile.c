/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tui/view/profile.h"

#include <string.h>

#include "core/change/flags.h"
#include "tui/table/table.h"
#include "tui/view/detail.h"
#include "tui/view/policy_text.h"

#define PROCESSES_SHOWN 20
#define REACHED_SHOWN   10
#define DRIFT_SHOWN     8

/* What of it ends by itself. */
static void
add_end(TuiFlow *flow, const AmrSession *session, const TuiProfile *profile)
{
    const AmrChange *change =
        session->history ? amr_history_ending(session->history, profile->full) : NULL;

    if (!change)
        return;
    g_autofree char *when = amr_clock_show(amr_target_clock(session->target), change->until);
    g_autofree char *text =
        g_strdup_printf("%s: then %s is taken back", when,
                        change->kind == AMR_PLAN_COMPLAIN_FOR ? "complain mode" : "a rule");
    tui_flow_add_words(flow, "until", TUI_ROLE_WARNING, text);
}

static void
add_mode(TuiFlow *flow, const AmrSession *session, const TuiProfile *profile, const AmrBlock *block)
{
    TuiCell cells[TUI_TABLE_COLUMNS_MAX] = {{NULL, TUI_ROLE_TEXT}};

    tui_table_profiles_row(session, profile, FALSE, cells);
    tui_flow_add_field(flow, "mode", cells[0].role, cells[0].text);
    if (block && g_strcmp0(amr_flags_mode(block->flags), "default_allow") == 0)
        tui_flow_add_words(flow, "", TUI_ROLE_WARNING,
                           "but default_allow: what no rule denies is allowed");
    tui_cells_clear(cells, tui_table_profiles.n);
    add_end(flow, session, profile);
    if (profile->drift > AMR_DRIFT_NONE)
        tui_flow_add_words(flow, "drift",
                           profile->drift == AMR_DRIFT_EDITED ||
                                   profile->drift == AMR_DRIFT_OTHER ||
                                   profile->drift == AMR_DRIFT_MODE
                               ? TUI_ROLE_WARNING
                               : TUI_ROLE_TEXT,
                           amr_drift_sentence(profile->drift));
}

static void
add_differences(TuiFlow *flow, const AmrAskDrift *drift)
{
    const GPtrArray *all = drift->differences;

    for (guint i = 0; i < MIN(all->len, DRIFT_SHOWN); i++)
        tui_flow_add_words(flow, i ? "" : "differs", TUI_ROLE_WARNING, all->pdata[i]);
    if (all->len > DRIFT_SHOWN) {
        g_autofree char *more = g_strdup_printf("and %u more", all->len - DRIFT_SHOWN);
        tui_flow_add_field(flow, "", TUI_ROLE_WARNING, more);
    }
}

static void
add_comparison(TuiFlow *flow, TuiComparison comparison)
{
    const AmrAskDrift *drift = comparison.drift;

    if (comparison.state == TUI_COMPARISON_WANTED)
        tui_flow_add_words(flow, "compared", TUI_ROLE_QUIET, "not yet");
    else if (comparison.state == TUI_COMPARISON_ASKING)
        tui_flow_add_words(flow, "compared", TUI_ROLE_QUIET, "its file is being compiled");
    else if (drift && !drift->known)
        tui_flow_add_words(flow, "compared", TUI_ROLE_WARNING, drift->why);
    else if (drift && drift->same)
        tui_flow_add_words(flow, "compared", TUI_ROLE_GOOD,
                           "what is loaded allows what its file compiles to");
    else if (drift)
        add_differences(flow, drift);
}

/* Which other profiles a rule in the local file would reach. */
static void
add_reached(TuiFlow *flow, const AmrIndex *index, const AmrBlock *block, const AmrLocal *local)
{
    g_autoptr(GPtrArray) reached = amr_index_reached(index, local->target);
    g_autoptr(GString) names = g_string_new(NULL);
    guint others = 0;

    for (guint i = 0; i < reached->len; i++) {
        const AmrBlock *other = reached->pdata[i];
        if (other == block || ++others > REACHED_SHOWN)
            continue;
        if (names->len > 0)
            g_string_append(names, ", ");
        amr_display_append(names, amr_bytes(other->name));
    }
    if (others > REACHED_SHOWN)
        g_string_append_printf(names, " and %u more", others - REACHED_SHOWN);
    if (others > 0)
        tui_flow_add_words(flow, "reaches too", TUI_ROLE_WARNING, names->str);
}

/* Of what no file of the policy defines, and so no rule can be written for. */
static void
add_origin(TuiFlow *flow, const AmrSession *session, const TuiProfile *profile)
{
    const TuiOrigin origin = tui_table_origin(session, profile);
    g_autofree char *made = origin.text ? g_strconcat("made by ", origin.text, NULL) : NULL;

    if (origin.word)
        tui_flow_add_words(flow, "from", TUI_ROLE_WARNING,
                           made ? made : "nobody who is known: it is gone at the next boot");
}

static void
add_package(TuiFlow *flow, const AmrSession *session, const TuiProfile *profile)
{
    const TuiOrigin origin = tui_table_origin(session, profile);

    if (!origin.packaged)
        return;
    g_autofree char *package = amr_display_string(origin.packaged->package);
    g_autofree char *text =
        g_strconcat(package, origin.edited ? ", edited since it was installed" : "", NULL);
    tui_flow_add_words(flow, "package", origin.edited ? TUI_ROLE_WARNING : TUI_ROLE_TEXT, text);
}

static void
add_place(TuiFlow *flow, const AmrSession *session, const TuiProfile *profile,
          const AmrBlock *block)
{
    const AmrIndex *index = session->index;
    g_autofree char *file = amr_display_string(block->file);
    g_autofree char *where = g_strdup_printf("%s line %u", file, block->line);
    AmrLocal local;

    tui_flow_add_field(flow, "file", TUI_ROLE_PATH, where);
    add_package(flow, session, profile);
    if (block->attachment) {
        g_autofree char *attachment = amr_display_string(block->attachment);
        tui_flow_add_field(flow, "attaches to", TUI_ROLE_PATH, attachment);
    }
    if (block->flags[0]) {
        g_autofree char *flags = amr_display_string(block->flags);
        tui_flow_add_field(flow, "flags", TUI_ROLE_TEXT, flags);
    }
    if (!amr_index_local(index, block, &local)) {
        tui_flow_add_words(flow, "local", TUI_ROLE_WARNING, "the profile has no local include");
        return;
    }
    g_autofree char *target = amr_display_string(local.target);
    g_autofree char *by = amr_display_string(local.file);
    g_autofree char *text = g_strdup_printf("%s%s, included by %s line %u", target,
                                            local.exists ? "" : " (not there yet)", by, local.line);
    tui_flow_add_words(flow, "local", TUI_ROLE_PATH, text);
    add_reached(flow, index, block, &local);
}

static void
add_processes(TuiFlow *flow, const TuiProfiles *profiles, const TuiProfile *profile)
{
    guint shown = 0;

    if (!profiles->has_processes) {
        tui_flow_add_words(flow, "processes", TUI_ROLE_QUIET, profiles->processes_error);
        return;
    }
    g_autofree char *n = g_strdup_printf("%u", profile->processes);
    tui_flow_add_field(flow, "processes", TUI_ROLE_TEXT, n);
    for (guint i = 0; i < profiles->processes->len && shown < PROCESSES_SHOWN; i++) {
        const AmrProcess *process = profiles->processes->pdata[i];
        if (!tui_profiles_runs_under(process, profile))
            continue;
        g_autofree char *comm = amr_display_string(process->comm);
        g_autofree char *label = amr_display_string(process->label);
        gboolean stacked = strstr(process->label, "//&") != NULL;
        g_autofree char *text =
            g_strdup_printf("%u %s%s%s", process->pid, comm, stacked ? " in the stack " : "",
                            stacked ? label : "");
        tui_flow_add_field(flow, "", TUI_ROLE_TEXT, text);
        shown++;
    }
    if (profile->processes > shown) {
        g_autofree char *more = g_strdup_printf("and %u more", profile->processes - shown);
        tui_flow_add_field(flow, "", TUI_ROLE_QUIET, more);
    }
}

static void
add_denials(TuiFlow *flow, const TuiProfile *profile)
{
    g_autofree char *own = profile->denials_below > 0
                               ? g_strdup_printf("%u, and %u of what is below it", profile->denials,
                                                 profile->denials_below)
                               : g_strdup_printf("%u", profile->denials);
    if (profile->rate + profile->rate_below > 0) {
        g_autofree char *often =
            g_strdup_printf("%u in the last minute", profile->rate + profile->rate_below);
        tui_flow_add_field(flow, "how often", TUI_ROLE_DENIED, often);
    }
    tui_flow_add_field(flow, "denials", profile->denials > 0 ? TUI_ROLE_DENIED : TUI_ROLE_TEXT,
                       own);
}

void
tui_profile_fill(TuiFlow *flow, const AmrSession *session, const TuiProfiles *profiles,
                 const TuiProfile *profile, TuiComparison comparison)
{
    const AmrBlock *block =
        session->index ? amr_index_find(session->index, profile->ns, profile->name) : NULL;
    g_autofree char *full = amr_display_string(profile->full);

    tui_flow_clear(flow);
    tui_flow_add_exact(flow, TUI_ROLE_TITLE, full);
    tui_detail_add_stale(flow, session);
    add_mode(flow, session, profile, block);
    add_comparison(flow, comparison);
    if (block)
        add_place(flow, session, profile, block);
    else
        add_origin(flow, session, profile);
    add_denials(flow, profile);
    add_processes(flow, profiles, profile); /* which may be many */
    if (profile->below > 0)
        tui_flow_add_format(flow, TUI_ROLE_QUIET, "Children and hats below it: %u", profile->below);
    if (!block)
        return;
    tui_flow_add(flow, TUI_ROLE_TEXT, NULL);
    tui_policy_text_add(flow, session->index, block);
}
