/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How much an abstraction opens, and offering it. */
#include <string.h>

#include "core/policy/abstractions_private.h"
#include "core/policy/classes.h"
#include "core/policy/glob.h"
#include "core/policy/risk.h"

/* ---- how much it opens ------------------------------------------------------------------------
 */

/* Behind the class at @p, a byte that it holds, if that is easy to say. */
static const char *
sample_class(GString *out, const char *p)
{
    gboolean not = *p == '^' || *p == '!';
    const char *first = p + not, *end = strchr(first, ']');

    if (!end)
        return p + strlen(p);
    g_string_append_c(out, not ? 'a' : *first);
    return end + 1;
}

/* Behind the alternatives that follow the first one at @p. */
static const char *
skip_alternatives(const char *p)
{
    guint depth = 1;

    for (; *p; p++) {
        if (*p == '\\' && p[1])
            p++;
        else if (*p == '{')
            depth++;
        else if (*p == '}' && --depth == 0)
            return p + 1;
    }
    return p;
}

/* One name that @pattern matches; NULL where none was found. */
static char *
sample_of(const char *pattern)
{
    g_autoptr(GString) out = g_string_new(NULL);
    guint depth = 0;

    for (const char *p = pattern; *p;) {
        char c = *p++;
        if (c == '\\' && *p)
            g_string_append_c(out, *p++);
        else if (c == '*')
            out->len && out->str[out->len - 1] == '*' ? (void)0 : (void)g_string_append_c(out, '*');
        else if (c == '?')
            g_string_append_c(out, 'a');
        else if (c == '[')
            p = sample_class(out, p);
        else if (c == '{')
            depth++;
        else if (c == ',' && depth)
            p = skip_alternatives(p), depth--;
        else if (c == '}' && depth)
            depth--;
        else
            g_string_append_c(out, c);
    }
    for (gsize i = 0; i < out->len; i++)
        if (out->str[i] == '*')
            out->str[i] = 'a';
    return amr_glob_match(pattern, amr_bytes(out->str)) ? g_strdup(out->str) : NULL;
}

static gboolean
is_refused(const AmrOracleProfile *own, AmrQuestion *question)
{
    g_autoptr(AmrQuestion) owned = question;
    AmrOracleAnswer answer = {0};

    if (!owned)
        return FALSE;
    amr_question_ask(owned, own, &answer);
    return answer.verdict == AMR_ORACLE_DENIED;
}

static gboolean
is_fresh_file(const AmrRule *rule, const AmrTunables *tunables, const AmrOracleProfile *own)
{
    g_autoptr(GPtrArray) patterns = amr_tunables_expand(tunables, rule->file.pattern);

    for (guint i = 0; patterns && i < MIN(patterns->len, 16); i++) {
        g_autofree char *sample = sample_of(patterns->pdata[i]);
        g_autofree char *pattern = sample ? amr_policy_pattern(amr_bytes(sample), NULL) : NULL;
        if (!pattern)
            continue;
        g_autoptr(AmrRule) literal = amr_rule_copy(rule);
        g_free(literal->file.pattern);
        literal->file.pattern = g_steal_pointer(&pattern);
        if (is_refused(own, amr_question_of_rule(literal)))
            return TRUE;
    }
    return FALSE;
}

static gboolean
is_fresh(const AmrAbstractionRule *rule, const AmrTunables *tunables, const AmrOracleProfile *own)
{
    if (!rule->rule)
        return FALSE;
    if (rule->rule->kind == AMR_RULE_FILE)
        return is_fresh_file(rule->rule, tunables, own);
    return is_refused(own, amr_question_of_rule(rule->rule));
}

/* The rule as the compiler has it, as far as its first value goes. */
static AmrRule *
without_variables(const AmrRule *rule, const AmrTunables *tunables)
{
    AmrRule *copy = amr_rule_copy(rule);
    g_autoptr(GPtrArray) patterns =
        rule->kind == AMR_RULE_FILE ? amr_tunables_expand(tunables, rule->file.pattern) : NULL;

    if (patterns && patterns->len) {
        g_free(copy->file.pattern);
        copy->file.pattern = g_strdup(patterns->pdata[0]);
    }
    return copy;
}

static void
rate(AmrAbstraction *abstraction, const AmrRule *rule, const AmrTunables *tunables,
     const AmrRisks *risks)
{
    g_autofree char *danger = NULL, *printed = NULL, *shown = NULL;
    g_autoptr(AmrRule) plain = without_variables(rule, tunables);
    AmrRisk risk = amr_risk_rule(risks, plain, &danger);

    if (risk <= abstraction->risk || rule->kind == AMR_RULE_OPAQUE)
        return;
    printed = amr_rule_print(rule);
    shown = amr_display_string(printed);
    g_free(abstraction->danger);
    abstraction->risk = risk;
    abstraction->danger = g_strdup_printf("It holds %s %s", shown, danger ? danger : "");
}

AmrAbstraction *
amr_abstractions_count(AmrAbstractions *abstractions, const AmrIndex *index, const char *profile,
                       const char *name, const AmrOracleProfile *own)
{
    const GPtrArray *closure = amr_abstractions_closure(abstractions, index, name);
    g_autoptr(AmrTunables) tunables = amr_tunables_new(index, profile);
    AmrAbstraction *abstraction = g_new0(AmrAbstraction, 1);

    /* Whoever keeps the file decides what it allows next year. */
    *abstraction = (AmrAbstraction){.file = g_strdup(name), .risk = AMR_RISK_LOW};
    for (guint i = 0; i < closure->len; i++) {
        const AmrAbstractionFile *file = closure->pdata[i];
        abstraction->denies += file->denies;
        abstraction->rules += file->rules->len;
        for (guint j = 0; j < file->rules->len; j++) {
            const AmrAbstractionRule *rule = file->rules->pdata[j];
            gboolean fresh = is_fresh(rule, tunables, own);
            abstraction->fresh += fresh;
            if (fresh)
                rate(abstraction, rule->rule, tunables, abstractions->risks);
        }
    }
    return abstraction;
}

void
amr_abstraction_offer(const AmrAbstraction *abstraction, AmrProposal *proposal)
{
    AmrRule *rule = amr_rule_new(AMR_RULE_INCLUDE);
    g_autofree char *denies =
        abstraction->denies ? g_strdup_printf(" It brings %u that deny, too.", abstraction->denies)
                            : g_strdup("");

    rule->include.path = g_strdup(abstraction->file);
    amr_propose_add(
        proposal, rule, MAX(abstraction->risk, AMR_RISK_MEDIUM),
        g_strdup_printf("It gets all that %s allows: %u rules, with what that includes.",
                        abstraction->file, abstraction->rules),
        g_strdup_printf("At least %u of these %u rules allow what the profile refuses so far.%s",
                        abstraction->fresh, abstraction->rules, denies),
        g_strdup(abstraction->danger
                     ? abstraction->danger
                     : "Whoever keeps that file decides what it allows from then on"));
    ((AmrCandidate *)proposal->candidates->pdata[proposal->candidates->len - 1])->rung =
        AMR_RUNG_ABSTRACTION;
}
