/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/policy/refusals.h"

#include <string.h>

#include "core/denial/conditions.h"
#include "core/denial/phrase.h"

typedef struct {
    AmrNoRule refusal;
    AmrPhrase *reason, *remedy;
    AmrConditions conditions;
} Entry;

struct AmrRefusals {
    AmrData *data; /* Entry */
};

static gpointer
entry_begin(void)
{
    return g_new0(Entry, 1);
}

static void
entry_free(gpointer data)
{
    Entry *entry = data;
    amr_phrase_free(entry->reason);
    amr_phrase_free(entry->remedy);
    amr_conditions_clear(&entry->conditions);
    g_free(entry);
}

static const char *
entry_take(gpointer data, const char *key, const char *value)
{
    Entry *entry = data;

    if (strcmp(key, "reason") == 0)
        return amr_phrase_once(&entry->reason, value);
    if (strcmp(key, "remedy") == 0)
        return amr_phrase_once(&entry->remedy, value);
    if (strcmp(key, "refusal") != 0)
        return amr_conditions_take(&entry->conditions, key, value) ? NULL : amr_data_no_key;
    entry->refusal = amr_no_rule_from_word(value);
    return entry->refusal ? NULL : "no such refusal";
}

static const char *
entry_lacks(gpointer data)
{
    const Entry *entry = data;

    if (!entry->refusal || !entry->reason)
        return "needs a refusal and a reason";
    return amr_conditions_ask(&entry->conditions) ? NULL : "it needs something that it fits";
}

AmrRefusals *
amr_refusals_new(void)
{
    static const AmrDataKind kind = {entry_begin, entry_take, entry_lacks, entry_free};
    AmrRefusals *refusals = g_new0(AmrRefusals, 1);
    refusals->data = amr_data_new(&kind);
    return refusals;
}

void
amr_refusals_free(AmrRefusals *refusals)
{
    if (!refusals)
        return;
    amr_data_free(refusals->data);
    g_free(refusals);
}

AmrData *
amr_refusals_data(AmrRefusals *refusals)
{
    return refusals->data;
}

static char *
fill_in(const AmrPhrase *phrase, const AmrEvent *event)
{
    GString *out = g_string_new(NULL);

    if (!phrase)
        return g_string_free(out, TRUE);
    amr_phrase_append(phrase, event, NULL, out);
    return g_string_free(out, FALSE);
}

AmrNoRule
amr_refusals_find(const AmrRefusals *refusals, const AmrEvent *event, char **reason, char **remedy)
{
    for (guint i = 0; refusals && i < amr_data_count(refusals->data); i++) {
        const Entry *entry = amr_data_entry(refusals->data, i);
        if (!amr_conditions_fit(&entry->conditions, event))
            continue;
        *reason = fill_in(entry->reason, event);
        *remedy = fill_in(entry->remedy, event);
        return entry->refusal;
    }
    return AMR_NO_RULE_NONE;
}
