/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a pattern reaches of the names that matter: by what it has in common with theirs. */
#include <string.h>

#include "core/policy/glob.h"
#include "core/policy/risk_private.h"

#define KINDS 64

/* One glob of names that matter. */
typedef struct {
    AmrGlobMachine *machine;
    guint kind; /* its bit */
} Row;

struct AmrRiskReach {
    GArray *rows;      /* Row */
    GPtrArray *kinds;  /* AmrRiskEntry, borrowed; those from the last bit on share it */
    AmrGlobTable *all; /* the globs, by kind */
    gboolean none;
};

/* Names that matter in any directory are looked for where users have them: else whatever is open
 * downwards would reach them. */
static char *
at_home(const char *glob)
{
    GString *out = g_string_new(glob);
    g_string_replace(out, "**/.", "{root,home/*}/.", 0);
    return g_string_free(out, FALSE);
}

static void
row_clear(gpointer data)
{
    amr_glob_machine_free(((Row *)data)->machine);
}

AmrRiskReach *
amr_risk_reach_new(const AmrRisks *risks)
{
    AmrRiskReach *reach = g_new0(AmrRiskReach, 1);
    const AmrRiskEntry *entry;

    reach->rows = g_array_new(FALSE, FALSE, sizeof(Row));
    g_array_set_clear_func(reach->rows, row_clear);
    reach->kinds = g_ptr_array_new();
    reach->all = amr_glob_table_new();
    reach->none = amr_risks_are_none(risks);
    for (guint i = 0; (entry = amr_risks_entry(risks, i)); i++) {
        guint kind = MIN(reach->kinds->len, KINDS - 1);
        if (entry->subject != AMR_RISK_OF_NAME)
            continue;
        g_ptr_array_add(reach->kinds, (gpointer)entry);
        for (guint k = 0; k < entry->which->len; k++) {
            g_autofree char *glob = at_home(entry->which->pdata[k]);
            Row row = {amr_glob_machine_new(glob), kind};
            g_array_append_val(reach->rows, row);
            amr_glob_table_add(reach->all, entry->which->pdata[k], kind);
        }
    }
    return reach;
}

void
amr_risk_reach_free(AmrRiskReach *reach)
{
    if (!reach)
        return;
    g_array_unref(reach->rows);
    g_ptr_array_unref(reach->kinds);
    amr_glob_table_free(reach->all);
    g_free(reach);
}

static void
set_kind(guint kind, gpointer kinds)
{
    *(guint64 *)kinds |= G_GUINT64_CONSTANT(1) << kind;
}

guint64
amr_risk_reach_kinds(AmrRiskReach *reach, AmrBytes name)
{
    guint64 kinds = 0;
    amr_glob_table_match(reach->all, name, set_kind, &kinds);
    return kinds;
}

gboolean
amr_risk_reach_keeps(const AmrRiskReach *reach, const char *pattern, guint64 kinds)
{
    g_autoptr(AmrGlobMachine) machine = amr_glob_machine_new(pattern);

    for (guint i = 0; i < reach->rows->len; i++) {
        const Row *row = &g_array_index(reach->rows, Row, i);
        if (!(kinds & G_GUINT64_CONSTANT(1) << row->kind) &&
            amr_glob_machines_meet(machine, row->machine))
            return FALSE;
    }
    return !reach->none;
}

AmrRisk
amr_risk_of_kinds(const AmrRiskReach *reach, guint64 kinds, guint access, gboolean *own)
{
    AmrRisk risk = AMR_RISK_UNKNOWN;

    *own = FALSE;
    for (guint i = 0; i < reach->kinds->len; i++) {
        const AmrRiskEntry *entry = reach->kinds->pdata[i];
        if (!(kinds & G_GUINT64_CONSTANT(1) << MIN(i, KINDS - 1)))
            continue;
        if (!risk && (access & entry->access))
            risk = entry->risk;
        *own = *own || !entry->area;
    }
    if (!risk)
        risk = AMR_RISK_LOW;
    *own = *own || risk == AMR_RISK_HIGH;
    return risk;
}
