/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Rules that execute in different ways what both match: the compiler takes the one that names the
 * program, and where neither does it refuses the profile ("conflicting x modifiers"). Names in
 * braces and variables with plain values still name it (3.0.8, 4.1.0, 4.1.8, 5.0.2). Of two of
 * another priority= the higher one counts (4.1.0, 4.1.8, 5.0.2): ours have none.
 */
#include <string.h>

#include "core/policy/classes.h"
#include "core/policy/glob.h"
#include "core/policy/rule_text.h"

typedef struct {
    AmrExecMode mode;
    char *target;
    char *said;          /* "abstractions/x line 12: /bin/? ix,"; display form */
    GPtrArray *machines; /* AmrGlobMachine */
} Standing;

struct AmrExecStanding {
    GPtrArray *rules; /* Standing */
};

static void
standing_free(gpointer data)
{
    Standing *standing = data;
    g_free(standing->target);
    g_free(standing->said);
    g_ptr_array_unref(standing->machines);
    g_free(standing);
}

/* Whether the compiler takes @pattern, whose variables are expanded, for a pattern. */
static gboolean
is_pattern(const char *pattern)
{
    for (; *pattern; pattern++) {
        if (*pattern == '\\' && pattern[1])
            pattern++;
        else if (strchr("*?[", *pattern))
            return TRUE;
    }
    return FALSE;
}

/* What of @pattern the compiler takes for patterns; NULL if nothing. A variable that is not known
 * may be anything. */
static GPtrArray *
machines_of(const AmrTunables *tunables, const char *pattern)
{
    g_autoptr(GPtrArray) machines =
        g_ptr_array_new_with_free_func((GDestroyNotify)amr_glob_machine_free);
    g_autoptr(GPtrArray) plain = amr_tunables_expand(tunables, pattern);

    for (guint i = 0; plain && i < plain->len; i++)
        if (is_pattern(plain->pdata[i]))
            g_ptr_array_add(machines, amr_glob_machine_new(plain->pdata[i]));
    if (!plain)
        g_ptr_array_add(machines, amr_glob_machine_new(pattern));
    return machines->len ? g_steal_pointer(&machines) : NULL;
}

static void
take(AmrExecStanding *standing, const AmrTunables *tunables, const AmrIndexRule *text)
{
    g_autoptr(AmrRule) rule = amr_rule_read(amr_rule_text_bare(text->text), NULL);
    gboolean alike = amr_rule_text_priority(text->text) == 0;
    GPtrArray *machines =
        alike && rule && rule->kind == AMR_RULE_FILE && rule->file.exec && !rule->deny
            ? machines_of(tunables, rule->file.pattern)
            : NULL;

    if (!machines)
        return;
    g_autofree char *file = amr_display_string(text->file);
    g_autofree char *shown = amr_display_string(text->text);
    Standing *one = g_new0(Standing, 1);
    *one = (Standing){rule->file.exec, g_strdup(rule->file.target),
                      g_strdup_printf("%s line %u: %s", file, text->line, shown), machines};
    g_ptr_array_add(standing->rules, one);
}

AmrExecStanding *
amr_exec_standing_new(const AmrIndex *index, const char *profile, const AmrTunables *tunables)
{
    const AmrBlock *block = index ? amr_index_find_typed(index, profile) : NULL;
    g_autoptr(GArray) rules = block ? amr_index_execs(block) : NULL;
    AmrExecStanding *standing = g_new0(AmrExecStanding, 1);

    standing->rules = g_ptr_array_new_with_free_func(standing_free);
    for (guint i = 0; rules && i < rules->len; i++)
        take(standing, tunables, &g_array_index(rules, AmrIndexRule, i));
    return standing;
}

void
amr_exec_standing_free(AmrExecStanding *standing)
{
    if (!standing)
        return;
    g_ptr_array_unref(standing->rules);
    g_free(standing);
}

static gboolean
meet(const GPtrArray *some, const GPtrArray *others)
{
    for (guint i = 0; i < some->len; i++)
        for (guint j = 0; j < others->len; j++)
            if (amr_glob_machines_meet(some->pdata[i], others->pdata[j]))
                return TRUE;
    return FALSE;
}

const char *
amr_exec_conflict(const AmrExecStanding *standing, const AmrTunables *tunables, const AmrRule *rule)
{
    g_autoptr(GPtrArray) machines =
        standing->rules->len ? machines_of(tunables, rule->file.pattern) : NULL;

    for (guint i = 0; machines && i < standing->rules->len; i++) {
        const Standing *one = standing->rules->pdata[i];
        if ((one->mode != rule->file.exec || g_strcmp0(one->target, rule->file.target) != 0) &&
            meet(machines, one->machines))
            return one->said;
    }
    return NULL;
}
