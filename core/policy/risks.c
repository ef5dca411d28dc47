/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "core/policy/glob.h"
#include "core/policy/risk_private.h"

#define WHICH_MAX 64 /* of one entry */

struct AmrRisks {
    gatomicrefcount holders;
    AmrData *data; /* AmrRiskEntry */
};

static gpointer
entry_begin(void)
{
    AmrRiskEntry *entry = g_new0(AmrRiskEntry, 1);
    entry->which = g_ptr_array_new_with_free_func(g_free);
    entry->examples = g_ptr_array_new_with_free_func(g_free);
    return entry;
}

static void
entry_free(gpointer data)
{
    AmrRiskEntry *entry = data;
    g_ptr_array_unref(entry->which);
    g_ptr_array_unref(entry->examples);
    g_free(entry->type);
    g_free(entry->gives);
    g_free(entry->danger);
    g_free(entry);
}

static AmrRiskSubject
subject_of(const char *key)
{
#define SUBJECT_WORD(name, word) \
    if (strcmp(key, word) == 0)  \
        return AMR_RISK_OF_##name;
    AMR_RISK_SUBJECTS(SUBJECT_WORD)
#undef SUBJECT_WORD
    return AMR_RISK_OF_UNKNOWN;
}

static gboolean
is_of_paths(AmrRiskSubject subject)
{
    return subject == AMR_RISK_OF_NAME || subject == AMR_RISK_OF_EXEC;
}

static const char *
take_which(AmrRiskEntry *entry, AmrRiskSubject subject, const char *value)
{
    if (entry->subject && entry->subject != subject)
        return "name, exec, capability, family, rule: one kind of these";
    if (is_of_paths(subject) && (value[0] != '/' || strstr(value, "@{")))
        return "a name is a glob that begins with a slash";
    if (entry->which->len == WHICH_MAX)
        return "too many names";
    entry->subject = subject;
    g_ptr_array_add(entry->which, g_strdup(value));
    return NULL;
}

static const char *
take_access(AmrRiskEntry *entry, const char *value)
{
    for (; *value; value++) {
        if (*value == 'r')
            entry->access |= AMR_ACCESS_READ;
        else if (*value == 'w')
            entry->access |= AMR_ACCESS_WRITE | AMR_ACCESS_APPEND | AMR_ACCESS_LINK;
        else if (*value == 'm')
            entry->access |= AMR_ACCESS_MMAP;
        else
            return "access is letters of r w m";
    }
    return NULL;
}

static const char *
take_risk(AmrRiskEntry *entry, const char *value)
{
    for (AmrRisk risk = AMR_RISK_LOW; risk <= AMR_RISK_HIGH; risk++)
        if (strcmp(amr_risk_word(risk), value) == 0)
            entry->risk = risk;
    return entry->risk ? NULL : "a risk is low, medium or high";
}

static const char *
take_example(AmrRiskEntry *entry, const char *value)
{
    if (value[0] != '/' || entry->examples->len == WHICH_MAX)
        return "an example is a name that begins with a slash";
    g_ptr_array_add(entry->examples, g_strdup(value));
    return NULL;
}

static const char *
take_flag(gboolean *flag, const char *value, const char *word, const char *wrong)
{
    *flag = strcmp(value, word) == 0;
    return *flag ? NULL : wrong;
}

static const char *
entry_take(gpointer data, const char *key, const char *value)
{
    AmrRiskEntry *entry = data;
    AmrRiskSubject subject = subject_of(key);

    if (subject)
        return take_which(entry, subject, value);
    if (strcmp(key, "access") == 0)
        return take_access(entry, value);
    if (strcmp(key, "risk") == 0)
        return take_risk(entry, value);
    if (strcmp(key, "example") == 0)
        return take_example(entry, value);
    if (strcmp(key, "spread") == 0)
        return take_flag(&entry->area, value, "area", "a spread is area");
    if (strcmp(key, "launches") == 0)
        return take_flag(&entry->launches, value, "yes", "launches is yes");
    if (strcmp(key, "type") == 0)
        return amr_data_once(&entry->type, value);
    if (strcmp(key, "gives") == 0)
        return amr_data_once(&entry->gives, value);
    if (strcmp(key, "text") == 0)
        return amr_data_once(&entry->danger, value);
    return amr_data_no_key;
}

static const char *
entry_lacks(gpointer data)
{
    const AmrRiskEntry *entry = data;

    if (!entry->subject || !entry->risk || !entry->danger)
        return "needs what it is about, a risk and a text";
    if ((entry->subject == AMR_RISK_OF_NAME) != (entry->access != 0))
        return "a name needs an access, and nothing else has one";
    if ((entry->type && entry->subject != AMR_RISK_OF_FAMILY) ||
        (entry->gives && entry->subject != AMR_RISK_OF_RULE) ||
        (entry->launches && entry->subject != AMR_RISK_OF_EXEC) ||
        (entry->area && entry->subject != AMR_RISK_OF_NAME) ||
        (entry->examples->len && !is_of_paths(entry->subject)))
        return "holds a key that has no meaning for what it is about";
    return NULL;
}

AmrRisks *
amr_risks_new(void)
{
    static const AmrDataKind kind = {entry_begin, entry_take, entry_lacks, entry_free};
    AmrRisks *risks = g_new0(AmrRisks, 1);
    g_atomic_ref_count_init(&risks->holders);
    risks->data = amr_data_new(&kind);
    return risks;
}

AmrRisks *
amr_risks_ref(AmrRisks *risks)
{
    g_atomic_ref_count_inc(&risks->holders);
    return risks;
}

void
amr_risks_free(AmrRisks *risks)
{
    if (!risks || !g_atomic_ref_count_dec(&risks->holders))
        return;
    amr_data_free(risks->data);
    g_free(risks);
}

AmrData *
amr_risks_data(AmrRisks *risks)
{
    return risks->data;
}

const AmrRiskEntry *
amr_risks_entry(const AmrRisks *risks, guint n)
{
    return risks && n < amr_data_count(risks->data) ? amr_data_entry(risks->data, n) : NULL;
}

gboolean
amr_risks_are_none(const AmrRisks *risks)
{
    return !risks || amr_data_count(risks->data) == 0;
}

gboolean
amr_risk_entry_has(const AmrRiskEntry *entry, const char *word)
{
    return g_ptr_array_find_with_equal_func(entry->which, word, g_str_equal, NULL);
}

gboolean
amr_risk_entry_matches(const AmrRiskEntry *entry, AmrBytes name)
{
    for (guint i = 0; i < entry->which->len; i++)
        if (amr_glob_match(entry->which->pdata[i], name))
            return TRUE;
    return FALSE;
}

gboolean
amr_risks_launches(const AmrRisks *risks, AmrBytes program, const char **text)
{
    const AmrRiskEntry *entry;

    for (guint i = 0; (entry = amr_risks_entry(risks, i)); i++) {
        if (entry->launches && amr_risk_entry_matches(entry, program)) {
            *text = entry->danger;
            return TRUE;
        }
    }
    return FALSE;
}
