/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files and links. */
#include <string.h>

#include "core/policy/classes.h"
#include "core/policy/risk.h"

/*
 * Creating and deleting ask for w. Append too: opening for append asks a, but the write that
 * follows asks w (measured on 6.1 and 6.12), so the rule that works is w.
 */
guint
amr_propose_access(guint32 perms)
{
    static const struct {
        guint32 perm;
        guint access;
    } table[] = {
        {AMR_PERM_READ, AMR_ACCESS_READ},    {AMR_PERM_WRITE, AMR_ACCESS_WRITE},
        {AMR_PERM_APPEND, AMR_ACCESS_WRITE}, {AMR_PERM_CREATE, AMR_ACCESS_WRITE},
        {AMR_PERM_DELETE, AMR_ACCESS_WRITE}, {AMR_PERM_LOCK, AMR_ACCESS_LOCK},
        {AMR_PERM_LINK, AMR_ACCESS_LINK},    {AMR_PERM_MMAP_EXEC, AMR_ACCESS_MMAP},
    };
    guint access = 0;
    for (gsize i = 0; i < G_N_ELEMENTS(table); i++)
        if (perms & table[i].perm)
            access |= table[i].access;
    return access;
}

char *
amr_propose_access_words(guint access)
{
    static const struct {
        guint bit;
        const char *word;
    } table[] = {
        {AMR_ACCESS_READ, "read"},         {AMR_ACCESS_WRITE, "write"},
        {AMR_ACCESS_APPEND, "append"},     {AMR_ACCESS_LOCK, "lock"},
        {AMR_ACCESS_LINK, "make as link"}, {AMR_ACCESS_MMAP, "map as code"},
    };
    GString *words = g_string_new(NULL);
    guint remaining = (guint)__builtin_popcount(access);
    for (gsize i = 0; i < G_N_ELEMENTS(table); i++) {
        if (!(access & table[i].bit))
            continue;
        remaining--;
        if (words->len)
            g_string_append(words, remaining ? ", " : " and ");
        g_string_append(words, table[i].word);
    }
    return g_string_free(words, FALSE);
}

/* What is allowed, as the beginning of a sentence. */
static char *
sentence(guint access, const char *what, gboolean owner)
{
    g_autofree char *words = amr_propose_access_words(access);
    return g_strdup_printf("It may %s %s%s.", words, what,
                           owner ? " where it belongs to the user it runs as" : "");
}

static void
take_higher(AmrRisk *risk, char **danger, AmrRisk other, char *why)
{
    if (other > *risk) {
        char *swap = *danger;
        *danger = why;
        why = swap;
        *risk = other;
    }
    g_free(why);
}

/* A rule of patterns is as risky as the file that was denied, or as what else it reaches. */
static AmrRisk
risk_of_rung(const AmrRisks *risks, const AmrRule *rule, AmrBytes name, const AmrLadderRung *rung,
             const AmrTunables *tunables, char **danger)
{
    AmrRisk risk = amr_risk_file(risks, name, rule->file.access, rule->file.exec, danger);
    g_autoptr(GPtrArray) patterns =
        rung->rung == AMR_RUNG_EXACT ? NULL : amr_tunables_expand(tunables, rung->pattern);

    for (guint i = 0; patterns && i < patterns->len; i++) {
        g_autoptr(AmrRule) plain = amr_rule_copy(rule);
        char *why = NULL;
        g_free(plain->file.pattern);
        plain->file.pattern = g_strdup(patterns->pdata[i]);
        AmrRisk other = amr_risk_rule(risks, plain, &why);
        take_higher(&risk, danger, other, why);
    }
    if (rung->everything)
        take_higher(&risk, danger, AMR_RISK_HIGH,
                    g_strdup("It reaches all of a place that many programs share"));
    return risk;
}

GPtrArray *
amr_propose_climb(AmrProposal *proposal, const AmrEvent *event, AmrBytes name, gboolean reads,
                  gboolean only_name, const AmrTunables *tunables, guint *best)
{
    g_autoptr(GError) error = NULL;
    const AmrLadderQuestion question = {
        .path = name,
        .reads = reads,
        .hints = {event->pid, event->has_fsuid, event->fsuid},
        .tunables = tunables,
    };
    GPtrArray *rungs = only_name ? amr_ladder_of_name(&question, best, &error)
                                 : amr_ladder(&question, best, &error);
    if (!rungs)
        amr_propose_refuse(proposal, AMR_NO_RULE_NOT_EXPRESSIBLE,
                           g_strdup_printf("No rule can name it. %s.", error->message), NULL);
    return rungs;
}

void
amr_propose_set_rung(AmrProposal *proposal, const AmrLadderRung *rung, gboolean best)
{
    AmrCandidate *last = proposal->candidates->pdata[proposal->candidates->len - 1];
    last->rung = rung->rung;
    last->everything = rung->everything;
    if (best)
        proposal->best = proposal->candidates->len - 1;
}

static void
add_files(AmrProposal *proposal, const AmrEvent *event, AmrBytes name, guint access,
          const AmrProposeContext *context)
{
    guint best = 0;
    g_autoptr(AmrTunables) tunables = amr_tunables_new(context->index, proposal->profile);
    g_autoptr(GPtrArray) rungs =
        amr_propose_climb(proposal, event, name, (access & AMR_ACCESS_READ) != 0, FALSE, tunables,
                          &best);

    for (guint i = 0; rungs && i < rungs->len; i++) {
        const AmrLadderRung *rung = rungs->pdata[i];
        AmrRule *rule = amr_rule_new(AMR_RULE_FILE);
        char *danger = NULL;
        rule->file.pattern = g_strdup(rung->pattern);
        rule->file.access = access;
        rule->owner = event->owner;
        AmrRisk risk = risk_of_rung(proposal->risks, rule, name, rung, tunables, &danger);
        amr_propose_add(proposal, rule, risk, sentence(access, rung->what, rule->owner),
                        g_strdup(rung->opens), danger);
        amr_propose_set_rung(proposal, rung, i == best);
    }
}

/* A pair of rungs: what the name is on one, its source is too, as far as it has that rung. */
static void
add_link(AmrProposal *proposal, const AmrEvent *event, const AmrLadderRung *name,
         const AmrLadderRung *source)
{
    AmrBytes bytes = event->field[AMR_FIELD_NAME], target = event->field[AMR_FIELD_TARGET];
    char *danger = NULL, *danger_source = NULL;
    /* Who can write through the new name can write what it stands for. */
    AmrRisk risk = amr_risk_file(proposal->risks, bytes, AMR_ACCESS_LINK, AMR_EXEC_NONE, &danger);
    AmrRisk source_risk =
        amr_risk_file(proposal->risks, target, AMR_ACCESS_LINK, AMR_EXEC_NONE, &danger_source);
    if (source_risk > risk) {
        risk = source_risk;
        char *swap = danger;
        danger = danger_source;
        danger_source = swap;
    }
    g_free(danger_source);
    AmrRule *rule = amr_rule_new(AMR_RULE_LINK);
    rule->owner = event->owner;
    rule->link.pattern = g_strdup(name->pattern);
    rule->link.source = g_strdup(source->pattern);
    const char *opens = name->opens ? name->opens : source->opens;
    amr_propose_add(proposal, rule, risk,
                    g_strdup_printf("It may give %s the further name %s%s.", source->what,
                                    name->what,
                                    rule->owner ? " where it belongs to the user it runs as" : ""),
                    g_strdup(opens), danger);
}

static const AmrLadderRung *
rung_up_to(const GPtrArray *rungs, AmrRung rung)
{
    const AmrLadderRung *found = rungs->pdata[0];
    for (guint i = 1; i < rungs->len; i++)
        if (((const AmrLadderRung *)rungs->pdata[i])->rung <= rung)
            found = rungs->pdata[i];
    return found;
}

/* Whatever it is a further name of. */
static void
add_any_link(AmrProposal *proposal, const AmrEvent *event, const AmrLadderRung *name)
{
    AmrRule *rule = amr_rule_new(AMR_RULE_FILE);
    char *danger = NULL;
    rule->file.pattern = g_strdup(name->pattern);
    rule->file.access = AMR_ACCESS_LINK;
    rule->owner = event->owner;
    AmrRisk risk = amr_risk_file(proposal->risks, event->field[AMR_FIELD_NAME], AMR_ACCESS_LINK,
                                 AMR_EXEC_NONE, &danger);
    amr_propose_add(proposal, rule, risk,
                    g_strdup_printf("It may make %s a name of any file that it may use as well.",
                                    name->what),
                    g_strdup("Links to other files by that name."), danger);
    amr_propose_set_rung(proposal, name, FALSE);
}

static void
add_links(AmrProposal *proposal, const AmrEvent *event, const AmrProposeContext *context)
{
    AmrBytes name = event->field[AMR_FIELD_NAME], source = event->field[AMR_FIELD_TARGET];
    guint best = 0, best_source = 0;
    g_autoptr(AmrTunables) tunables = amr_tunables_new(context->index, proposal->profile);
    g_autoptr(GPtrArray) names =
        amr_propose_climb(proposal, event, name, FALSE, TRUE, tunables, &best);
    g_autoptr(GPtrArray) sources =
        names ? amr_propose_climb(proposal, event, source, FALSE, TRUE, tunables, &best_source)
              : NULL;
    const AmrLadderRung *last = NULL, *last_source = NULL;

    if (!sources)
        return;
    for (AmrRung rung = AMR_RUNG_EXACT; rung <= AMR_RUNG_VARYING; rung++) {
        const AmrLadderRung *one = rung_up_to(names, rung), *from = rung_up_to(sources, rung);
        if (one == last && from == last_source)
            continue;
        add_link(proposal, event, one, from);
        amr_propose_set_rung(proposal, one->rung > from->rung ? one : from,
                             rung == AMR_RUNG_EACH_RUN && (best || best_source));
        last = one;
        last_source = from;
    }
    add_any_link(proposal, event, last);
}

/*
 * The name is that of the new link, target= what it would stand for. If the mask holds no l, the
 * link itself is allowed, but its name would have permissions that its target has not ("link not
 * subset of target"): what is missing, it must get on the target. Source: profile_path_link() of
 * Linux; link pairs tried on 6.1 and 6.12.
 */
void
amr_propose_link(AmrProposal *proposal, const AmrEvent *event, const AmrProposeContext *context)
{
    AmrBytes name = event->field[AMR_FIELD_NAME], source = event->field[AMR_FIELD_TARGET];
    guint32 perms = event->denied ? event->denied : event->requested;
    if (source.len == 0) {
        add_files(proposal, event, name, amr_propose_access(perms), context);
        return;
    }
    if (source.data[0] != '/') {
        amr_propose_refuse(proposal, AMR_NO_RULE_DISCONNECTED,
                           g_strdup("The file that the link is to stand for has no path from the "
                                    "root, and rules work by path."),
                           NULL);
        return;
    }
    if (!(perms & AMR_PERM_LINK)) {
        if (perms & AMR_PERM_EXEC)
            amr_propose_refuse_incomplete(
                proposal, "The link's name may be executed in another way than its "
                          "target: which exec rule to change is not in the record.");
        else
            add_files(proposal, event, source, amr_propose_access(perms), context);
        return;
    }
    add_links(proposal, event, context);
}

void
amr_propose_file(AmrProposal *proposal, const AmrEvent *event, const AmrProposeContext *context)
{
    AmrBytes name = event->field[AMR_FIELD_NAME];
    guint32 perms = event->denied ? event->denied : event->requested;
    if (name.len == 0) {
        amr_propose_refuse_incomplete(proposal, "The record does not name the file.");
        return;
    }
    if (perms == 0 || (perms & (guint32)AMR_PERM_OTHER)) {
        amr_propose_refuse_incomplete(proposal,
                                      perms ? "The record asks for a permission that armorer does "
                                              "not know."
                                            : "The record does not say which access was refused.");
        return;
    }
    if (amr_bytes_is(event->field[AMR_FIELD_OPERATION], "link") ||
        ((perms & AMR_PERM_LINK) && event->field[AMR_FIELD_TARGET].len))
        amr_propose_link(proposal, event, context);
    else if (perms & AMR_PERM_EXEC)
        amr_propose_exec(proposal, event, amr_propose_access(perms), context);
    else
        add_files(proposal, event, name, amr_propose_access(perms), context);
}
