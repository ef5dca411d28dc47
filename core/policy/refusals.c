/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/policy/refusals.h"

#include <string.h>

#include "core/denial/conditions.h"
#include "core/denial/phrase.h"

typedef struct {
    AmrNoRule refusal; /* NONE: it has the words for @found */
    AmrFinding found;
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

static AmrFinding
finding_from_word(const char *word)
{
#define FIND(name, text, otherwise) \
    if (strcmp(word, text) == 0)    \
        return AMR_FINDING_##name;
    AMR_FINDINGS(FIND)
#undef FIND
    return AMR_FINDING_NONE;
}

static const char *
words_of(AmrFinding finding)
{
    switch (finding) {
#define WORDS(name, word, otherwise) \
    case AMR_FINDING_##name:         \
        return otherwise;
        AMR_FINDINGS(WORDS)
#undef WORDS
    case AMR_FINDING_NONE:
        break;
    }
    return "No rule is right here.";
}

static const char *
entry_take(gpointer data, const char *key, const char *value)
{
    Entry *entry = data;

    if (strcmp(key, "reason") == 0)
        return amr_phrase_once(&entry->reason, value);
    if (strcmp(key, "remedy") == 0)
        return amr_phrase_once(&entry->remedy, value);
    if (strcmp(key, "found") == 0) {
        entry->found = finding_from_word(value);
        return entry->found ? NULL : "armorer finds nothing of this name";
    }
    if (strcmp(key, "refusal") != 0)
        return amr_conditions_take(&entry->conditions, key, value) ? NULL : amr_data_no_key;
    entry->refusal = amr_no_rule_from_word(value);
    return entry->refusal ? NULL : "no such refusal";
}

static const char *
entry_lacks(gpointer data)
{
    const Entry *entry = data;

    if (!entry->reason || !entry->refusal == !entry->found)
        return "needs a reason, and a refusal or what is found";
    if (entry->found)
        return NULL;
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
    if (!phrase)
        return NULL;
    GString *out = g_string_new(NULL);
    amr_phrase_append(phrase, event, NULL, out);
    return g_string_free(out, FALSE);
}

AmrNoRule
amr_refusals_find(const AmrRefusals *refusals, const AmrEvent *event, char **reason, char **remedy)
{
    for (guint i = 0; refusals && i < amr_data_count(refusals->data); i++) {
        const Entry *entry = amr_data_entry(refusals->data, i);
        if (!entry->refusal || !amr_conditions_fit(&entry->conditions, event))
            continue;
        *reason = fill_in(entry->reason, event);
        *remedy = fill_in(entry->remedy, event);
        return entry->refusal;
    }
    return AMR_NO_RULE_NONE;
}

void
amr_refusals_tell(const AmrRefusals *refusals, AmrFinding finding, const AmrEvent *event,
                  char **reason, char **remedy)
{
    for (guint i = 0; refusals && i < amr_data_count(refusals->data); i++) {
        const Entry *entry = amr_data_entry(refusals->data, i);
        if (entry->found != finding || !amr_conditions_fit(&entry->conditions, event))
            continue;
        *reason = fill_in(entry->reason, event);
        *remedy = fill_in(entry->remedy, event);
        return;
    }
    *reason = g_strdup(words_of(finding));
    *remedy = NULL;
}
