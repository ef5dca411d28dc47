/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a rule may grant, by its words alone. */
#include <string.h>

#include "core/policy/cause.h"
#include "core/policy/glob.h"
#include "core/policy/rule_text.h"

static guint32
rights_of(const AmrRule *rule)
{
    static const struct {
        guint access;
        guint32 rights;
    } table[] = {
        {AMR_ACCESS_READ, AMR_PERM_READ},
        {AMR_ACCESS_WRITE, AMR_PERM_WRITE | AMR_PERM_APPEND | AMR_PERM_CREATE | AMR_PERM_DELETE},
        {AMR_ACCESS_APPEND, AMR_PERM_APPEND},
        {AMR_ACCESS_LOCK, AMR_PERM_LOCK},
        {AMR_ACCESS_LINK, AMR_PERM_LINK},
        {AMR_ACCESS_MMAP, AMR_PERM_MMAP_EXEC},
    };
    guint32 rights = rule->file.exec == AMR_EXEC_NONE ? 0 : AMR_PERM_EXEC;

    for (gsize i = 0; i < G_N_ELEMENTS(table); i++)
        if (rule->file.access & table[i].access)
            rights |= table[i].rights;
    return rights;
}

/* With its variables, as they are in @file. */
static gboolean
matches(const AmrIndex *index, const char *file, const char *pattern, AmrBytes name)
{
    g_autoptr(GPtrArray) flat = amr_index_flatten(index, file, pattern);
    gboolean found = !flat && amr_glob_match(pattern, name);

    for (guint i = 0; flat && i < flat->len && !found; i++)
        found = amr_glob_match(flat->pdata[i], name);
    return found;
}

static gboolean
may_grant_file(const AmrIndex *index, const char *file, const AmrRule *rule,
               const AmrOracleQuestion *part)
{
    if (rule->owner && !part->file.owner)
        return FALSE;
    if (rule->kind == AMR_RULE_LINK)
        return (part->rights & AMR_PERM_LINK) &&
               matches(index, file, rule->link.pattern, part->file.path);
    return rule->kind == AMR_RULE_FILE && (rights_of(rule) & part->rights) &&
           matches(index, file, rule->file.pattern, part->file.path);
}

/* Of what a part asks beside names: "net_raw", "inet stream"; a term that the rule leaves out is
 * any. */
static gboolean
may_grant_subject(const AmrRule *rule, const AmrOracleQuestion *part)
{
    g_autofree char *subject = amr_question_subject(part);
    g_auto(GStrv) words = g_strsplit(subject ? subject : "", " ", -1);

    if (rule->kind == AMR_RULE_CAPABILITY)
        return !rule->capability.names || !subject ||
               g_strv_contains((const char *const *)rule->capability.names, subject);
    if (rule->kind != AMR_RULE_NETWORK)
        return TRUE;
    const char *family = rule->terms.value[AMR_TERM_FAMILY];
    const char *type = rule->terms.value[AMR_TERM_TYPE];
    return !words[0] || ((!family || strcmp(family, words[0]) == 0) &&
                         (!type || !words[1] || strcmp(type, words[1]) == 0));
}

gboolean
amr_cause_may_grant(const AmrIndex *index, const char *file, const char *text,
                    const AmrQuestion *question)
{
    g_autoptr(AmrRule) rule = amr_rule_read(text, NULL);
    gboolean files = question->klass == AMR_CLASS_FILE;

    if (!rule || !amr_rule_text_may_concern(amr_rule_text_bare(text), question->klass))
        return FALSE;
    if (rule->kind == AMR_RULE_OPAQUE) /* one of files is known by its path, or it is all of them */
        return !files || strcmp(amr_rule_text_bare(text), "file,") == 0;
    for (guint i = 0; i < question->parts->len; i++) {
        const AmrOracleQuestion *part = &g_array_index(question->parts, AmrOracleQuestion, i);
        if (files ? may_grant_file(index, file, rule, part) : may_grant_subject(rule, part))
            return TRUE;
    }
    return FALSE;
}
