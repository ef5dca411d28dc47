/* SPDX-License-Identifier: GPL-3.0-or-later */
/* In which way an execution is answered, of those that are offered. */
#include "config.h"

#include <string.h>

#include "tui/view/choice.h"

/* How an execution is done. */
typedef struct {
    AmrExecMode mode;
    char *target; /* NULL: none by name */
} Way;

void
tui_choice_way_free(gpointer data)
{
    g_free(((Way *)data)->target);
    g_free(data);
}

AmrExecMode
tui_choice_choose(const char *profile, const char *exec, const char **target, gpointer data)
{
    const TuiChoice *choice = data;
    g_autofree char *key = g_strdup_printf("%s\n%s", profile, exec);
    const Way *way = g_hash_table_lookup(choice->modes, key);

    *target = way ? way->target : NULL;
    return way ? way->mode : AMR_EXEC_NONE;
}

void
tui_choice_take_way(TuiChoice *choice, const TuiChoiceItem *item, const AmrRule *rule)
{
    g_autofree char *exec = amr_bytes_dup(item->resolved->event.field[AMR_FIELD_NAME]);
    char *key = g_strdup_printf("%s\n%s", item->proposal->profile, exec);
    Way *way = g_new0(Way, 1);

    *way = (Way){rule->file.exec, g_strdup(rule->file.target)};
    g_hash_table_replace(choice->modes, key, way);
}

static gboolean
is_other_way(const AmrRule *rule, const AmrRule *now)
{
    return rule->kind == AMR_RULE_FILE && (rule->file.exec != now->file.exec ||
                                           g_strcmp0(rule->file.target, now->file.target) != 0);
}

/* The best of those candidates that execute in the next other way; the chosen one if there is none.
 */
guint
tui_choice_next_way(const TuiChoiceItem *item)
{
    const GPtrArray *candidates = item->proposal->candidates;
    const AmrCandidate *now = tui_choice_candidate(item);
    for (guint i = 1; now && now->rule->kind == AMR_RULE_FILE && i < candidates->len; i++) {
        guint n = (item->chosen + i) % candidates->len;
        const AmrCandidate *other = candidates->pdata[n];
        if (is_other_way(other->rule, now->rule))
            return amr_proposal_best(item->proposal, other->rule->file.exec,
                                     other->rule->file.target);
    }
    return item->chosen;
}
