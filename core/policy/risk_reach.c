/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a pattern reaches of the names that matter: by what it has in common with theirs. */
#include <string.h>

#include "core/policy/glob.h"
#include "core/policy/risk_private.h"

struct AmrRiskReach {
    GPtrArray *machines; /* AmrGlobMachine, one a row */
    AmrGlobSet *rows;
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

AmrRiskReach *
amr_risk_reach_new(void)
{
    AmrRiskReach *reach = g_new0(AmrRiskReach, 1);
    reach->machines = g_ptr_array_new_with_free_func((GDestroyNotify)amr_glob_machine_free);
    reach->rows = amr_glob_set_new();
    for (gsize i = 0; i < amr_n_file_risks; i++) {
        amr_glob_set_add(reach->rows, amr_file_risks[i].glob);
        g_autofree char *glob = at_home(amr_file_risks[i].glob);
        g_ptr_array_add(reach->machines, amr_glob_machine_new(glob));
    }
    return reach;
}

void
amr_risk_reach_free(AmrRiskReach *reach)
{
    if (!reach)
        return;
    g_ptr_array_unref(reach->machines);
    amr_glob_set_free(reach->rows);
    g_free(reach);
}

guint64
amr_risk_reach_kinds(AmrRiskReach *reach, AmrBytes name)
{
    return amr_glob_set_match(reach->rows, name);
}

gboolean
amr_risk_reach_keeps(const AmrRiskReach *reach, const char *pattern, guint64 kinds)
{
    g_autoptr(AmrGlobMachine) machine = amr_glob_machine_new(pattern);

    for (gsize i = 0; i < amr_n_file_risks; i++)
        if (!(kinds & G_GUINT64_CONSTANT(1) << i) &&
            amr_glob_machines_meet(machine, reach->machines->pdata[i]))
            return FALSE;
    return TRUE;
}

AmrRisk
amr_risk_of_kinds(guint64 kinds, guint access, gboolean *own)
{
    AmrRisk risk = AMR_RISK_UNKNOWN;

    *own = FALSE;
    for (gsize i = 0; i < amr_n_file_risks; i++) {
        const AmrFileRisk *row = &amr_file_risks[i];
        if (!(kinds & G_GUINT64_CONSTANT(1) << i))
            continue;
        if (!risk && (access & row->access))
            risk = row->risk;
        *own = *own || row->spread == AMR_RISK_OWN;
    }
    if (!risk)
        risk = AMR_RISK_LOW;
    *own = *own || risk == AMR_RISK_HIGH;
    return risk;
}
