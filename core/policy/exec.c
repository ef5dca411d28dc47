/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The decision on an execution: px if a loaded profile attaches to the target, cx if the profile
 * has such a child, else ix; never ux.
 *
 * ix needs neither r nor m for a binary: the kernel grants both to the file that it opens for
 * the exec, as long as the label stays the same. The interpreter of a script opens the script
 * anew and needs r (both tried on 6.1 and 6.12).
 */
#include <string.h>

#include "core/policy/classes.h"
#include "core/policy/glob.h"
#include "core/policy/risk.h"

/*
 * Who attaches to a path. The kernel takes the profile with the most specific match; of two that
 * are equally so it takes none, and the exec fails. A name that is the path itself, without an
 * attachment beside it, wins at once. What is unconfined takes part, but to win is no use to us: px
 * to it would be ux by another name. Source: find_attach() in security/apparmor/domain.c, Linux 6.1
 * and 6.12.
 */
typedef struct {
    AmrBytes target;
    gsize best;
    const char *winner; /* NULL: nobody so far */
    gboolean usable, tied;
} Contest;

#define EXACT G_MAXSIZE

/* @block may be NULL, @own is the profile's name without its parents'. */
static void
enter_contest(Contest *contest, const AmrBlock *block, const char *name, const char *own,
              gboolean usable)
{
    const char *attachment = block ? block->attachment : NULL;
    gsize fixed;
    if (block && block->elusive)
        return;
    if (!attachment && own[0] != '/')
        return;
    if (!attachment && amr_bytes_is(contest->target, own))
        fixed = EXACT;
    else if (!amr_glob_match_fixed(attachment ? attachment : own, contest->target, &fixed))
        return;
    if (contest->winner && fixed < contest->best)
        return;
    if (contest->winner && fixed == contest->best) {
        contest->tied = contest->tied || strcmp(contest->winner, name) != 0;
        return;
    }
    *contest = (Contest){contest->target, fixed, name, usable, FALSE};
}

static const char *
winner_of(const Contest *contest)
{
    return contest->usable && !contest->tied ? contest->winner : NULL;
}

static gboolean
is_confining(const AmrBlock *block, const char *name)
{
    return !(block && block->unconfined) && !amr_profile_is_catch_all(name);
}

static char *
namespace_of(const AmrEvent *event)
{
    AmrBytes ns = amr_event_namespace(event);
    return ns.len ? amr_bytes_dup(ns) : g_strdup("");
}

static void
enter_loaded(Contest *contest, const AmrProposeContext *context, const char *ns)
{
    for (guint i = 0; i < amr_loaded_count(context->loaded); i++) {
        const AmrLoadedProfile *profile = amr_loaded_profile(context->loaded, i);
        if (strcmp(profile->ns, ns) != 0 || strstr(profile->name, "//"))
            continue;
        const AmrBlock *block =
            context->index ? amr_index_find(context->index, ns, profile->name) : NULL;
        enter_contest(contest, block, profile->name, profile->name,
                      profile->mode != AMR_MODE_UNCONFINED && is_confining(NULL, profile->name));
    }
}

/* Where it is not known what is loaded, what is on disk and not disabled stands for it. */
static void
enter_indexed(Contest *contest, const AmrProposeContext *context, const char *ns)
{
    for (guint i = 0; i < amr_index_count(context->index); i++) {
        const AmrBlock *block = amr_index_block(context->index, i);
        if (block->kind == AMR_BLOCK_PROFILE && strcmp(block->ns, ns) == 0 &&
            !amr_index_is_disabled(context->index, block->file))
            enter_contest(contest, block, block->name, block->name,
                          is_confining(block, block->name));
    }
}

/* The names of a contest's profiles are the context's own. */
const char *
amr_exec_attached(const AmrProposeContext *context, const char *ns, AmrBytes target)
{
    Contest contest = {.target = target};
    if (context->loaded)
        enter_loaded(&contest, context, ns);
    else if (context->index)
        enter_indexed(&contest, context, ns);
    return winner_of(&contest);
}

const char *
amr_exec_child(const AmrProposeContext *context, const char *ns, AmrBytes profile, AmrBytes target)
{
    Contest contest = {.target = target};
    g_autofree char *name = amr_bytes_dup(profile), *path = amr_bytes_dup(target);
    g_autofree char *literal = g_strdup_printf("%s//%s", name, path);
    const AmrLoadedProfile *loaded =
        context->loaded ? amr_loaded_find(context->loaded, ns, literal) : NULL;
    if (loaded)
        return loaded->name;
    for (guint i = 0; context->index && i < amr_index_count(context->index); i++) {
        const AmrBlock *block = amr_index_block(context->index, i);
        if (block->kind != AMR_BLOCK_CHILD || !block->parent ||
            strcmp(block->parent->name, name) != 0 || strcmp(block->ns, ns) != 0 ||
            !g_str_has_prefix(block->name, block->parent->name))
            continue;
        const char *own = block->name + strlen(block->parent->name);
        if (g_str_has_prefix(own, "//"))
            enter_contest(&contest, block, block->name, own + 2, is_confining(block, own + 2));
    }
    return winner_of(&contest);
}

/* One way to run it, on each rung of its name. */
typedef struct {
    AmrBytes name;
    const GPtrArray *rungs; /* AmrLadderRung; the first @n of them */
    guint n;
} Program;

/* @how: the end of the sentence "It may @run NAME, ...". @reads: reading it is opened besides. */
static void
add_exec(AmrProposal *proposal, const Program *program, guint access, AmrExecMode exec,
         const char *run, const char *how, gboolean reads)
{
    for (guint i = 0; i < program->n; i++) {
        const AmrLadderRung *rung = program->rungs->pdata[i];
        g_autofree char *reading = reads ? g_strdup_printf("Reading %s.", rung->what) : NULL;
        char *danger = NULL;
        AmrRisk risk = amr_risk_file(program->name, access, exec, &danger);
        AmrRule *rule = amr_rule_new(AMR_RULE_FILE);
        rule->file.pattern = g_strdup(rung->pattern);
        rule->file.access = access;
        rule->file.exec = exec;
        amr_propose_add(proposal, rule, risk,
                        g_strdup_printf("It may %s %s, %s", run, rung->what, how),
                        reading && rung->opens ? g_strconcat(reading, " ", rung->opens, NULL)
                                               : g_strdup(reading ? reading : rung->opens),
                        danger);
        amr_propose_set_rung(proposal, rung, FALSE);
    }
}

char *
amr_exec_new_child(const AmrProposeContext *context, const char *ns, AmrBytes profile, AmrBytes own)
{
    g_autofree char *name = amr_bytes_dup(profile), *last = amr_bytes_dup(own);
    g_autofree char *child = g_strdup_printf("%s//%s", name, last);
    const AmrBlock *block = context->index ? amr_index_find(context->index, ns, name) : NULL;

    /* A child of a profile in a namespace is compiled without it (3.0.8 to 5.0.2): where it is
     * loaded by itself it is none of that namespace. */
    if (!block || *ns || block->kind != AMR_BLOCK_PROFILE || strlen(name) != profile.len ||
        strlen(last) != own.len || !amr_rule_may_name_child(last) ||
        amr_index_find(context->index, ns, child))
        return NULL;
    return g_steal_pointer(&child);
}

/* Who takes it makes the child as well. It stands behind what needs none. */
static void
add_new_child(AmrProposal *proposal, const AmrEvent *event, const Program *program, guint access,
              const AmrProposeContext *context, const char *ns)
{
    const Program only = {program->name, program->rungs, 1}; /* the child is named for it */
    g_autofree char *profile = amr_display_string(proposal->profile);
    g_autofree char *child =
        amr_exec_new_child(context, ns, event->field[AMR_FIELD_PROFILE], program->name);
    g_autofree char *how = g_strdup_printf(
        "under a new child of %s, which is made with it and holds only what the program needs.",
        profile);

    if (child)
        add_exec(proposal, &only, access, AMR_EXEC_CX, "run", how, FALSE);
}

void
amr_propose_missing_child(AmrProposal *proposal, AmrRule *rule, const char *child)
{
    char *danger = NULL;
    g_autofree char *path = amr_rule_literal(rule->file.pattern);
    g_autofree char *program = amr_display_string(path);
    g_autofree char *into = amr_display_string(child);
    AmrRisk risk = amr_risk_file(amr_bytes(path), 0, rule->file.exec, &danger);

    amr_propose_refuse(proposal, AMR_NO_RULE_NONE, NULL, NULL);
    amr_propose_add(proposal, rule, risk,
                    g_strdup_printf("Policy runs %s under %s, which is not there: it is made, and "
                                    "holds only what the program needs.",
                                    program, into),
                    NULL, danger);
}

/* Never `owner`: it asks who owns the program, and that says nothing about who may run it. */
void
amr_propose_exec(AmrProposal *proposal, const AmrEvent *event, guint access,
                 const AmrProposeContext *context)
{
    AmrBytes name = event->field[AMR_FIELD_NAME];
    g_autofree char *ns = namespace_of(event);
    g_autofree char *profile = amr_display_string(proposal->profile);
    const char *attached = amr_exec_attached(context, ns, name);
    gboolean child = FALSE;
    guint best = 0;
    g_autoptr(AmrTunables) tunables = amr_tunables_new(context->index, proposal->profile);
    g_autoptr(GPtrArray) rungs =
        amr_propose_climb(proposal, event, name, TRUE, TRUE, tunables, &best);

    if (!rungs)
        return;
    const Program program = {name, rungs, rungs->len};
    if (attached) {
        g_autofree char *other = amr_display_string(attached);
        g_autofree char *how = g_strdup_printf("under that program's own profile %s.", other);
        add_exec(proposal, &program, access, AMR_EXEC_PX, "run", how, FALSE);
    } else if (amr_exec_child(context, ns, event->field[AMR_FIELD_PROFILE], name)) {
        g_autofree char *how = g_strdup_printf("under the child that %s has for it.", profile);
        add_exec(proposal, &program, access, AMR_EXEC_CX, "run", how, FALSE);
        child = TRUE;
    }
    g_autofree char *inherits = g_strdup_printf("which inherits the profile %s.", profile);
    add_exec(proposal, &program, access, AMR_EXEC_IX, "run", inherits, FALSE);
    proposal->best = best;
    g_autofree char *script =
        g_strdup_printf("which inherits the profile %s: a script must be read to be run.", profile);
    if (!(access & AMR_ACCESS_READ))
        add_exec(proposal, &program, access | AMR_ACCESS_READ, AMR_EXEC_IX, "run and read", script,
                 TRUE);
    if (!child)
        add_new_child(proposal, event, &program, access, context, ns);
}
