/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/change/guard.h"

#include <string.h>

#include "core/change/flags.h"
#include "core/change/plan_private.h"
#include "core/policy/glob.h"

#define NAMED_MAX 3   /* processes that are named of each profile */
#define DEPTH_MAX 100 /* of ancestors */

typedef struct {
    AmrOpener *opener;
    const AmrIndex *index;
    const AmrPlan *plan;
    GPtrArray *processes; /* AmrProcess; NULL: there is no /proc */
    GHashTable *own;      /* pids from this process up */
    GPtrArray *sentences;
} Guard;

static void say(const Guard *guard, const char *format, ...) G_GNUC_PRINTF(2, 3);

static void
say(const Guard *guard, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    g_ptr_array_add(guard->sentences, g_strdup_vprintf(format, args));
    va_end(args);
}

/* ---- a stub ------------------------------------------------------------------------------------
 */

static void
look_at_stub(const Guard *guard, const char *typed)
{
    const AmrBlock *block = amr_index_find_typed(guard->index, typed);
    const char *mode = block ? amr_flags_mode(block->flags) : NULL;
    g_autofree char *shown = amr_display_string(typed);

    if (!mode || (strcmp(mode, "unconfined") != 0 && strcmp(mode, "default_allow") != 0))
        return;
    if (guard->plan->kind == AMR_PLAN_DISABLE || amr_plan_disables(guard->plan, block->file))
        say(guard,
            "\"%s\" is %s: it may be there so that its programs may do what others may not, as "
            "make "
            "user namespaces",
            shown, mode);
    else if (guard->plan->kind != AMR_PLAN_ENABLE)
        say(guard,
            "\"%s\" is %s and allows what no rule of it names: in another mode only its rules "
            "count",
            shown, mode);
}

/* ---- who runs under it -------------------------------------------------------------------------
 */

/* Whether one of the profiles that @label is stacked of is @typed, or below it. */
static gboolean
is_under(const char *label, const char *typed)
{
    g_auto(GStrv) parts = g_strsplit(label, "//&", -1);
    gsize len = strlen(typed);

    for (guint i = 0; parts[i]; i++)
        if (strncmp(parts[i], typed, len) == 0 &&
            (parts[i][len] == '\0' || g_str_has_prefix(parts[i] + len, "//")))
            return TRUE;
    return FALSE;
}

static gboolean
may_attach(const Guard *guard, const char *typed, const char *exe)
{
    const AmrBlock *block = amr_index_find_typed(guard->index, typed);

    return exe && block && !block->parent && block->attachment &&
           amr_glob_match(block->attachment, amr_bytes(exe));
}

/* Whether the change reaches what @process may do, now or when it starts again. */
static gboolean
is_reached(const Guard *guard, const AmrProcess *process, const char *typed)
{
    return guard->plan->kind == AMR_PLAN_ENABLE ? may_attach(guard, typed, process->exe)
                                                : is_under(process->label, typed);
}

/* The first ones, "sshd (pid 7), bash (pid 8) and 4 others"; NULL: none. */
static char *
name_reached(const Guard *guard, const char *typed, gboolean own)
{
    g_autoptr(GString) names = g_string_new(NULL);
    guint n = 0;

    for (guint i = 0; guard->processes && i < guard->processes->len; i++) {
        const AmrProcess *process = guard->processes->pdata[i];
        gboolean is_own = g_hash_table_contains(guard->own, GUINT_TO_POINTER(process->pid));
        if (is_own != own || !is_reached(guard, process, typed) ||
            (!own && !amr_process_is_of_system(guard->opener, process->pid)))
            continue;
        if (n++ >= NAMED_MAX)
            continue;
        g_string_append(names, n > 1 ? ", " : "");
        amr_display_append(names, amr_bytes(process->comm));
        g_string_append_printf(names, " (pid %u)", process->pid);
    }
    if (n > NAMED_MAX)
        g_string_append_printf(names, " and %u other%s", n - NAMED_MAX,
                               n == NAMED_MAX + 1 ? "" : "s");
    return n ? g_string_free(g_steal_pointer(&names), FALSE) : NULL;
}

static void
look_at_processes(const Guard *guard, const char *typed)
{
    g_autofree char *shown = amr_display_string(typed);
    g_autofree char *own = name_reached(guard, typed, TRUE);
    g_autofree char *system = name_reached(guard, typed, FALSE);
    const char *how =
        guard->plan->kind == AMR_PLAN_ENABLE ? "confines, from the next start on," : "confines";

    if (own)
        say(guard, "\"%s\" %s this very session: %s", shown, how, own);
    if (system)
        say(guard, "\"%s\" %s what the system runs: %s", shown, how, system);
}

static void
find_own(const Guard *guard)
{
    guint pid = amr_process_self(guard->opener);

    for (guint i = 0; pid > 0 && i < DEPTH_MAX; i++) {
        if (!g_hash_table_add(guard->own, GUINT_TO_POINTER(pid)))
            break;
        pid = amr_process_parent(guard->opener, pid);
    }
}

/* Letting through and logging cuts nothing off. */
static gboolean
may_cut_off(const AmrPlan *plan)
{
    return plan->kind != AMR_PLAN_COMPLAIN && plan->kind != AMR_PLAN_NEW &&
           plan->kind != AMR_PLAN_STUB;
}

GPtrArray *
amr_guards(AmrOpener *opener, const AmrIndex *index, const AmrPlan *plan)
{
    GPtrArray *sentences = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GHashTable) own = g_hash_table_new(NULL, NULL);
    g_autoptr(GPtrArray) processes = NULL;
    Guard guard = {opener, index, plan, NULL, own, sentences};

    for (guint i = 0; i < plan->parts->len; i++) {
        const char *typed = ((AmrPlanPart *)plan->parts->pdata[i])->profile;
        if (!amr_plan_sets_mode(plan, typed))
            continue;
        if (!processes && may_cut_off(plan)) {
            guard.processes = processes = amr_processes_read(opener, NULL);
            find_own(&guard);
        }
        look_at_stub(&guard, typed);
        /* A child's are its profile's, too. */
        if (may_cut_off(plan) && !(strstr(typed, "//") && i > 0))
            look_at_processes(&guard, typed);
    }
    return sentences;
}
