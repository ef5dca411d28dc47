/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The ways to execute a program: px if a loaded profile attaches to it, cx if the profile has such
 * a child, else ix; behind these the others that there are. Never one that may leave confinement:
 * who wants ux writes it by hand.
 *
 * ix needs neither r nor m for a binary: the kernel grants both to the file that it opens for the
 * exec, as long as the label stays the same. Of a script it asks for x of the script's own path,
 * and for nothing of the interpreter's; but the interpreter opens the script anew, in the profile
 * that it runs under, and needs r there (tried on 6.1 and 6.12).
 */
#include <string.h>

#include "core/policy/classes.h"
#include "core/policy/risk.h"

#define SCRUBBED                                                                                \
    "with its environment scrubbed of what may change which code it loads (LD_PRELOAD and the " \
    "like)"
#define KEPT "with its environment as it is"

/* An execution, on each rung of its program's name. */
typedef struct {
    AmrProposal *proposal;
    const AmrProposeContext *context;
    AmrBytes profile, name;
    char *ns, *shown; /* the profile, display form */
    const AmrTunables *tunables;
    const AmrExecStanding *standing;
    const AmrProgram *program; /* what it is on disk; never NULL */
    const GPtrArray *rungs;    /* AmrLadderRung */
    guint best;                /* of these */
    guint access;
} Execution;

/* One way to do it. */
typedef struct {
    AmrExecMode mode;
    const char *target; /* NULL */
    gboolean reads;     /* reading it is opened besides */
    guint n;            /* the first rungs of the name */
} Way;

/* Whether policy has a rule that @rule (taken over if so) goes with in no profile. */
static gboolean
is_in_conflict(const Execution *run, AmrRule *rule)
{
    const char *with = amr_exec_conflict(run->standing, run->tunables, rule);
    g_autofree char *said =
        with ? g_strdup_printf("it conflicts with %s (both match what the other runs in another "
                               "way)",
                               with)
             : NULL;
    if (with)
        amr_propose_leave_out(run->proposal, rule, AMR_STATING_REFUSED, said);
    return with != NULL;
}

/* What another profile that runs it needs, if it is a script: the kernel reads it, and what env
 * starts is executed, under that profile. */
static char *
tell_needs(const Execution *run, Way way)
{
    g_autofree char *runs = run->program->runs ? amr_display_string(run->program->runs) : NULL;
    gboolean inherits = way.mode == AMR_EXEC_IX;

    if (inherits || run->program->kind != AMR_PROGRAM_SCRIPT)
        return g_strdup("");
    return g_strdup_printf(" It is a script: that profile has to let it be read%s%s. What it lacks "
                           "for that is proposed as well.",
                           runs ? ", and execute " : "", runs ? runs : "");
}

/* @how: the end of the sentence "It may run NAME, ..."; taken over. */
static void
add_way(const Execution *run, Way way, char *how)
{
    g_autofree char *owned = how, *needs = tell_needs(run, way);
    g_autofree char *spelled =
        way.target ? amr_policy_name(AMR_PLACE_TARGET, amr_bytes(way.target), NULL) : NULL;

    if (way.target && !spelled)
        return;
    for (guint i = 0; i < way.n; i++) {
        const AmrLadderRung *rung = run->rungs->pdata[i];
        g_autofree char *reading = way.reads ? g_strdup_printf("Reading %s.", rung->what) : NULL;
        char *danger = NULL;
        guint access = run->access | (way.reads ? AMR_ACCESS_READ : 0);
        AmrRule *rule = amr_rule_new(AMR_RULE_FILE);
        rule->file.pattern = g_strdup(rung->pattern);
        rule->file.access = access;
        rule->file.exec = way.mode;
        rule->file.target = g_strdup(way.target);
        if (is_in_conflict(run, rule))
            continue;
        AmrRisk risk = amr_risk_file(run->proposal->risks, run->name, access, way.mode, &danger);
        amr_propose_add(run->proposal, rule, risk,
                        g_strdup_printf("It may %s %s, %s%s", way.reads ? "run and read" : "run",
                                        rung->what, owned, needs),
                        reading && rung->opens ? g_strconcat(reading, " ", rung->opens, NULL)
                                               : g_strdup(reading ? reading : rung->opens),
                        danger);
        amr_propose_set_rung(run->proposal, rung, FALSE);
    }
}

/* On the rungs up to the best: there is another way for all of them. */
static Way
beside(const Execution *run, AmrExecMode mode, const char *target)
{
    return (Way){.mode = mode, .target = target, .n = run->best + 1};
}

static Way
through(const Execution *run, AmrExecMode mode)
{
    return (Way){.mode = mode, .n = run->rungs->len};
}

/* ---- its own profile -------------------------------------------------------------------------
 */

static void
add_attached(const Execution *run, const char *attached)
{
    g_autofree char *other = amr_display_string(attached);
    add_way(run, through(run, AMR_EXEC_PX),
            g_strdup_printf("under that program's own profile %s, " KEPT
                            ". Where that is not loaded it is refused.",
                            other));
}

static void
add_beside_attached(const Execution *run, const char *attached)
{
    g_autofree char *other = amr_display_string(attached);

    add_way(run, beside(run, AMR_EXEC_PX_SAFE, NULL),
            g_strdup_printf("under that program's own profile %s, " SCRUBBED
                            ". Where that is not loaded it is refused.",
                            other));
    add_way(run, beside(run, AMR_EXEC_PIX, NULL),
            g_strdup_printf("under that program's own profile %s, " KEPT
                            ". Where that is not loaded it inherits %s.",
                            other, run->shown));
}

/*
 * Both profiles at once. `px -> &other` is not that: it stacks `other` upon what the program has by
 * itself, so that where `other` attaches to it nothing of ours is left; `cx -> &other` is, but by
 * how the compilers happen to write it down. With the whole stack named it is the same everywhere
 * (compiled by 3.0.8, 4.1.0, 4.1.8, 5.0.2; run on 6.1 and 6.12, with no_new_privs as well, which
 * refuses every other way out of a profile).
 */
static void
add_stack(const Execution *run, const char *other)
{
    g_autofree char *profile = amr_bytes_dup(run->profile);
    g_autofree char *stack = g_strdup_printf("%s//&%s", profile, other);
    g_autofree char *shown = amr_display_string(other);

    /* Names in a namespace, or of a stack already, would mean others there. */
    if (*run->ns || strlen(profile) != run->profile.len || strstr(profile, "//&") ||
        strcmp(profile, other) == 0)
        return;
    add_way(run, beside(run, AMR_EXEC_PX, stack),
            g_strdup_printf("under %s and the profile %s at once, " KEPT
                            ". It may do only what both allow, so that no_new_privs, too, lets it "
                            "be run. Where one is not loaded it is refused.",
                            run->shown, shown));
}

/* Two attach alike: the kernel takes neither, so it has to be told which. */
static void
add_tied(const Execution *run)
{
    g_autoptr(GPtrArray) tied = amr_exec_tied(run->context, run->ns, run->name);

    for (guint i = 0; i < tied->len; i++) {
        g_autofree char *other = amr_display_string(tied->pdata[i]);
        add_way(run, beside(run, AMR_EXEC_PX, tied->pdata[i]),
                g_strdup_printf("under the profile %s, " KEPT ". It has to be named, for another "
                                "one attaches to the program as well. Where it is not loaded it is "
                                "refused.",
                                other));
    }
}

/* ---- a profile that is called as the program is ----------------------------------------------
 */

static AmrBytes
last_part(AmrBytes path)
{
    gsize from = path.len;
    while (from > 0 && path.data[from - 1] != '/')
        from--;
    return (AmrBytes){path.data + from, path.len - from};
}

/* Profiles without an attachment, or with another, are there to be named: of the profile's own
 * namespace, or of one below the root's that policy on disk defines. */
static void
add_namesake(const Execution *run, const char *ns, const char *name)
{
    /* A name alone is of the profile's own namespace. */
    g_autofree char *full = amr_exec_full(strcmp(ns, run->ns) == 0 ? "" : ns, name);
    g_autofree char *other = amr_display_string(full);

    if (!amr_exec_confines(run->context, ns, name))
        return;
    add_way(run, beside(run, AMR_EXEC_PX, full),
            g_strdup_printf("under the profile %s, " KEPT ". It is named, for it does not attach "
                            "to the program by itself. Where it is not loaded it is refused.",
                            other));
    if (full[0] != ':')
        add_stack(run, full);
}

static void
add_namesakes(const Execution *run)
{
    AmrBytes last = last_part(run->name);
    g_autofree char *name = amr_bytes_dup(last);
    const AmrIndex *index = run->context->index;

    if (last.len == 0 || strlen(name) != last.len || strchr("&:", name[0]))
        return;
    if (!amr_bytes_is(run->profile, name))
        add_namesake(run, run->ns, name);
    for (guint i = 0; !*run->ns && index && i < amr_index_count(index); i++) {
        const AmrBlock *block = amr_index_block(index, i);
        if (block->kind == AMR_BLOCK_PROFILE && *block->ns && strcmp(block->name, name) == 0 &&
            !amr_index_is_disabled(index, block->file))
            add_namesake(run, block->ns, name);
    }
}

/* ---- a child ---------------------------------------------------------------------------------
 */

static void
add_child(const Execution *run)
{
    add_way(run, through(run, AMR_EXEC_CX),
            g_strdup_printf("under the child that %s has for it, " KEPT ".", run->shown));
}

static void
add_beside_child(const Execution *run)
{
    add_way(run, beside(run, AMR_EXEC_CX_SAFE, NULL),
            g_strdup_printf("under the child that %s has for it, " SCRUBBED ".", run->shown));
    add_way(run, beside(run, AMR_EXEC_CIX, NULL),
            g_strdup_printf("under the child that %s has for it, " KEPT
                            ". Should that be gone it inherits %s.",
                            run->shown, run->shown));
}

/* One that is called as the program is, without attaching to it. */
static void
add_named_child(const Execution *run)
{
    AmrBytes last = last_part(run->name);
    g_autofree char *own = amr_bytes_dup(last), *parent = amr_bytes_dup(run->profile);
    g_autofree char *full = g_strdup_printf("%s//%s", parent, own);
    const AmrIndex *index = run->context->index;
    const AmrBlock *block = index ? amr_index_find(index, run->ns, full) : NULL;

    if (last.len == 0 || strlen(own) != last.len || (block && block->kind == AMR_BLOCK_HAT) ||
        !amr_exec_confines(run->context, run->ns, full))
        return;
    g_autofree char *shown = amr_display_string(own);
    add_way(run, beside(run, AMR_EXEC_CX, own),
            g_strdup_printf("under the child %s of %s, " KEPT ". It is named, for it does not "
                            "attach to the program by itself.",
                            shown, run->shown));
}

/* Who takes it makes the child as well; it is named for the program, so on one rung only. */
static void
add_new_child(const Execution *run)
{
    g_autofree char *child = amr_exec_new_child(run->context, run->ns, run->profile, run->name);

    if (!child)
        return;
    add_way(run, (Way){.mode = AMR_EXEC_CX, .n = 1},
            g_strdup_printf("under a new child of %s, which is made with it and holds only what "
                            "the program needs, " KEPT ".",
                            run->shown));
    add_way(run, (Way){.mode = AMR_EXEC_CX_SAFE, .n = 1},
            g_strdup_printf("under a new child of %s, which is made with it and holds only what "
                            "the program needs, " SCRUBBED ".",
                            run->shown));
}

void
amr_propose_missing_child(AmrProposal *proposal, AmrRule *rule, const char *child)
{
    char *danger = NULL;
    g_autofree char *path = amr_rule_literal(rule->file.pattern);
    g_autofree char *program = amr_display_string(path);
    g_autofree char *into = amr_display_string(child);
    AmrRisk risk = amr_risk_file(proposal->risks, amr_bytes(path), 0, rule->file.exec, &danger);

    amr_propose_refuse(proposal, AMR_NO_RULE_NONE, NULL, NULL);
    amr_propose_add(proposal, rule, risk,
                    g_strdup_printf("Policy runs %s under %s, which is not there: it is made, and "
                                    "holds only what the program needs.",
                                    program, into),
                    NULL, danger);
}

/* ---- all of them -----------------------------------------------------------------------------
 */

/* "the script of /bin/sh" */
static char *
tell_script(const Execution *run)
{
    g_autofree char *by =
        run->program->interpreter ? amr_display_string(run->program->interpreter) : NULL;
    return by ? g_strconcat("a script for ", by, NULL) : g_strdup("a script");
}

/* The kernel asks for no right to the interpreter: it goes on with what it opened for the script.
 * But what env starts it executes anew. */
static void
add_script(const Execution *run, Way way)
{
    g_autofree char *script = tell_script(run);
    g_autofree char *started =
        run->program->started ? amr_display_string(run->program->started) : NULL;
    g_autofree char *then =
        started ? g_strdup_printf(" Then env executes %s, which needs a rule of its own.", started)
                : g_strdup("");

    add_way(run, way,
            g_strdup_printf("which inherits the profile %s, " KEPT ". It is %s, which has to read "
                            "it and needs no rule itself.%s",
                            run->shown, script, then));
}

static void
add_inheriting(const Execution *run)
{
    Way script = through(run, AMR_EXEC_IX);
    gboolean reads = (run->access & AMR_ACCESS_READ) != 0;
    gboolean first = run->program->kind == AMR_PROGRAM_SCRIPT && !reads;

    script.reads = TRUE;
    if (first)
        add_script(run, script);
    add_way(run, through(run, AMR_EXEC_IX),
            g_strdup_printf("which inherits the profile %s, " KEPT ".%s", run->shown,
                            first ? " It is a script, and so it is not read: it fails." : ""));
    if (!first && !reads)
        add_way(run, script,
                g_strdup_printf("which inherits the profile %s: a script must be read to be run, "
                                "by the interpreter behind its #!, which needs no rule itself.",
                                run->shown));
}

static void
add_ways(const Execution *run)
{
    const char *attached = amr_exec_attached(run->context, run->ns, run->name);
    gboolean child = amr_exec_child(run->context, run->ns, run->profile, run->name) != NULL;

    if (attached)
        add_attached(run, attached);
    else if (child)
        add_child(run);
    add_inheriting(run);
    if (attached && child)
        add_child(run);
    else if (!child)
        add_new_child(run);
    if (attached)
        add_beside_attached(run, attached);
    if (child)
        add_beside_child(run);
    else
        add_named_child(run);
    if (attached)
        add_stack(run, attached);
    if (!attached) {
        add_tied(run);
        add_namesakes(run);
    }
}

/* The best rung of the way that stands first, as far as it is not in conflict. */
static void
set_best(const Execution *run)
{
    const AmrLadderRung *best = run->rungs->pdata[run->best];
    const AmrCandidate *first =
        run->proposal->candidates->len ? run->proposal->candidates->pdata[0] : NULL;

    for (guint i = 0; first && i <= run->best && i < run->proposal->candidates->len; i++) {
        const AmrCandidate *candidate = run->proposal->candidates->pdata[i];
        if (candidate->rung <= best->rung && candidate->rule->file.exec == first->rule->file.exec &&
            candidate->rule->file.access == first->rule->file.access)
            run->proposal->best = i;
    }
}

static const AmrProgram *
program_of(AmrProposal *proposal, AmrBytes name, const AmrProposeContext *context)
{
    static const AmrProgram none = {.kind = AMR_PROGRAM_NONE};
    const AmrProgram *program =
        context->programs ? amr_programs_look(context->programs, name) : &none;

    if (program->kind == AMR_PROGRAM_UNKNOWN) {
        proposal->look_at = amr_bytes_dup(name);
        proposal->pending = TRUE;
    }
    return program;
}

/* Never `owner`: it asks who owns the program, and that says nothing about who may run it. */
void
amr_propose_exec(AmrProposal *proposal, const AmrEvent *event, guint access,
                 const AmrProposeContext *context)
{
    AmrBytes ns = amr_event_namespace(event);
    g_autofree char *in = ns.len ? amr_bytes_dup(ns) : g_strdup("");
    g_autofree char *shown = amr_display_string(proposal->profile);
    guint best = 0;
    g_autoptr(AmrTunables) tunables = amr_tunables_new(context->index, proposal->profile);
    g_autoptr(GPtrArray) rungs = amr_propose_climb(proposal, event, event->field[AMR_FIELD_NAME],
                                                   TRUE, TRUE, tunables, &best);

    if (!rungs)
        return;
    g_autoptr(AmrExecStanding) standing =
        amr_exec_standing_new(context->index, proposal->profile, tunables);
    const Execution run = {.proposal = proposal,
                           .context = context,
                           .profile = event->field[AMR_FIELD_PROFILE],
                           .name = event->field[AMR_FIELD_NAME],
                           .ns = in,
                           .shown = shown,
                           .tunables = tunables,
                           .standing = standing,
                           .program = program_of(proposal, event->field[AMR_FIELD_NAME], context),
                           .rungs = rungs,
                           .best = best,
                           .access = access};
    add_ways(&run);
    set_best(&run);
}
