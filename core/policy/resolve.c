/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/policy/resolve.h"

#include <string.h>

#include "core/policy/batch.h"
#include "core/policy/classes.h"
#include "core/policy/mirror.h"
#include "core/policy/resolve_private.h"

static void
resolved_free(gpointer data)
{
    AmrResolved *resolved = data;
    amr_proposal_free(resolved->proposal);
    amr_rule_free(resolved->granted);
    g_ptr_array_unref(resolved->under);
    if (resolved->bytes)
        g_string_chunk_free(resolved->bytes);
    g_free(resolved);
}

/* Takes @resolved over; FALSE ends it. */
typedef gboolean (*AmrTell)(AmrResolved *resolved, gpointer data);

/* One call. */
typedef struct {
    const AmrResolveContext *context;
    GHashTable *decisions;  /* amr_null_key() of profile and program -> AmrDecision */
    GHashTable *executions; /* amr_null_key() of a null profile -> id of the denial that made it */
    GHashTable *taken;      /* ids that were told */
    GHashTable *made;       /* null profiles whose execution was told, by amr_null_key() */
    GHashTable *logged;     /* amr_null_key() of a profile and a file -> what was denied of it;
                               NULL until wanted */
    const AmrDenialId *ids;
    guint n;
    AmrTell tell;
    gpointer data;
    gboolean ended;
} Run;

/* ---- decisions -------------------------------------------------------------------------------
 */

static const AmrDecision *
decide(Run *run, AmrHolder holder, const char *exec)
{
    g_autofree char *key = amr_null_key(holder.ns, holder.name, exec);
    AmrDecision *decision = g_hash_table_lookup(run->decisions, key);
    if (!decision) {
        decision = amr_decide(run->context, holder, exec);
        g_hash_table_insert(run->decisions, g_steal_pointer(&key), decision);
    }
    return decision;
}

static AmrDecision *
copy_decision(const AmrDecision *decision)
{
    AmrDecision *copy = g_memdup2(decision, sizeof *decision);
    copy->profile = g_strdup(decision->profile);
    copy->exec = g_strdup(decision->exec);
    copy->target = g_strdup(decision->target);
    copy->into = g_strdup(decision->into);
    copy->reason = g_strdup(decision->reason);
    copy->remedy = g_strdup(decision->remedy);
    return copy;
}

/* ":ns:name" into @ns and the name; decisions lead nowhere else. */
static const char *
name_of(const char *full, const char *ns)
{
    return *ns ? full + strlen(ns) + 2 : full;
}

/* The program that made the null profile @full, by its execution if a denial tells of it: @part of
 * the label may have lost spaces at its end. The caller frees. */
static char *
program_of(const Run *run, const char *ns, const char *full, const char *part)
{
    g_autofree char *key = amr_null_key(ns, full, "");
    AmrDenialId id = GPOINTER_TO_UINT(g_hash_table_lookup(run->executions, key));
    AmrEvent event;
    return id && amr_store_event(run->context->store, id, &event)
               ? amr_null_string(&event, AMR_FIELD_NAME)
               : g_strdup(part);
}

/*
 * The profile that @name stands for, from the outside in; @name itself if it is no null profile's.
 * NULL where a decision leads nowhere: the last one of @under then says why. @under gets copies of
 * the decisions on the way. The caller frees.
 */
static char *
resolve_name(Run *run, const char *ns, const char *name, GPtrArray *under)
{
    const char *at = amr_null_first(name);
    g_autofree char *holder = at ? g_strndup(name, (gsize)(at - name)) : g_strdup(name);

    while (at) {
        const char *exec = at + strlen(AMR_NULL_PART), *next = strstr(exec, AMR_NULL_PART);
        g_autofree char *full = next ? g_strndup(name, (gsize)(next - name)) : g_strdup(name);
        g_autofree char *program = program_of(run, ns, full, full + (exec - name));
        const AmrDecision *decision = decide(run, (AmrHolder){ns, holder}, program);
        g_ptr_array_add(under, copy_decision(decision));
        if (!decision->into)
            return NULL;
        g_free(holder);
        holder = g_strdup(name_of(decision->into, ns));
        at = next;
    }
    return g_steal_pointer(&holder);
}

/* ---- one denial ------------------------------------------------------------------------------
 */

static void
set_field(AmrResolved *resolved, AmrField field, const char *string)
{
    gsize len = strlen(string);
    if (!resolved->bytes)
        resolved->bytes = g_string_chunk_new(64);
    const char *kept = g_string_chunk_insert_len(resolved->bytes, string, (gssize)len);
    resolved->event.field[field] = (AmrBytes){kept, len};
}

static void
refuse_held(AmrResolved *resolved, const AmrDecision *decision)
{
    amr_propose_refuse(resolved->proposal, decision->no_rule, g_strdup(decision->reason),
                       g_strdup(decision->remedy));
    g_free(resolved->proposal->profile);
    resolved->proposal->profile = g_strdup(decision->profile);
}

/* Whether a label is one profile of the namespace of whoever names it ("---": of one that he may
 * not see). */
static gboolean
is_one_here(const char *label)
{
    return label[0] != ':' && !g_str_has_prefix(label, "---") && !strstr(label, "//&");
}

/* FALSE where the peer is a null profile whose decision leads nowhere: then the rule would name
 * what does not stay. */
static gboolean
resolve_peer(Run *run, const char *ns, AmrResolved *resolved, AmrField field)
{
    AmrBytes peer = resolved->event.field[field];
    g_autofree char *name = amr_bytes_dup(peer);
    g_autoptr(GPtrArray) under = g_ptr_array_new_with_free_func(amr_decision_free);

    if (strlen(name) != peer.len || !amr_null_first(name))
        return TRUE;
    if (!is_one_here(name)) {
        amr_propose_refuse_found(resolved->proposal, &run->context->propose,
                                 AMR_NO_RULE_NULL_PROFILE, AMR_FINDING_NULL_PEER, &resolved->event);
        return FALSE;
    }
    g_autofree char *holder = resolve_name(run, ns, name, under);
    if (holder) {
        set_field(resolved, field, holder);
        return TRUE;
    }
    refuse_held(resolved, under->pdata[under->len - 1]);
    return FALSE;
}

/* A rule for what policy on disk says already is none. What cannot be asked (it does not compile)
 * stays as proposed. */
static void
settle(const Run *run, AmrResolved *resolved)
{
    AmrProposal *proposal = resolved->proposal;
    AmrQuestion *question =
        proposal->no_rule ? NULL : amr_question_of_event(&resolved->event, NULL);
    const AmrFact *fact =
        question ? amr_facts_look(run->context->facts, proposal->profile, question) : NULL;
    AmrOracleVerdict disk = fact ? fact->verdict : AMR_ORACLE_UNKNOWN;

    if (disk == AMR_ORACLE_ALLOWED && proposal->candidates->len)
        resolved->granted = amr_rule_copy(((AmrCandidate *)proposal->candidates->pdata[0])->rule);
    amr_propose_settle(proposal, &run->context->propose, disk, fact ? fact->cause : NULL);
    for (guint i = 0;
         fact && fact->abstractions && !proposal->no_rule && i < fact->abstractions->len; i++)
        amr_abstraction_offer(fact->abstractions->pdata[i], proposal);
    if (!proposal->no_rule)
        amr_mirror_add(proposal, &resolved->event, &run->context->propose, run->context->facts);
}

/* Where policy on disk runs it in a child that is not there, the rule is the one that policy has,
 * so that the change makes the child. */
static void
propose_missing(Run *run, const char *ns, AmrResolved *resolved)
{
    AmrProposal *proposal = resolved->proposal;
    g_autofree char *profile = amr_null_string(&resolved->event, AMR_FIELD_PROFILE);
    g_autofree char *exec = amr_null_string(&resolved->event, AMR_FIELD_NAME);
    const AmrDecision *decision = NULL;

    if ((proposal->no_rule == AMR_NO_RULE_GRANTED ||
         proposal->no_rule == AMR_NO_RULE_NO_TRANSITION) &&
        amr_null_is_execution(&resolved->event))
        decision = decide(run, (AmrHolder){ns, profile}, exec);
    AmrRule *rule = decision && decision->makes && decision->by == AMR_DECIDED_POLICY
                        ? amr_decision_rule(decision)
                        : NULL;
    if (rule)
        amr_propose_missing_child(proposal, rule, decision->into);
}

static void
set_best(Run *run, const char *ns, AmrResolved *resolved)
{
    g_autofree char *profile = amr_null_string(&resolved->event, AMR_FIELD_PROFILE);
    g_autofree char *exec = amr_null_string(&resolved->event, AMR_FIELD_NAME);
    const AmrDecision *decision = decide(run, (AmrHolder){ns, profile}, exec);
    resolved->best = amr_proposal_best(resolved->proposal, decision->mode, decision->target);
}

static void
propose(Run *run, AmrResolved *resolved)
{
    static const AmrField peers[] = {AMR_FIELD_PEER, AMR_FIELD_PEER_LABEL};
    g_autofree char *ns = amr_bytes_dup(amr_event_namespace(&resolved->event));
    g_autofree char *name = amr_null_string(&resolved->event, AMR_FIELD_PROFILE);
    g_autofree char *holder = resolve_name(run, ns, name, resolved->under);

    if (holder && resolved->under->len)
        set_field(resolved, AMR_FIELD_PROFILE, holder);
    resolved->proposal = amr_propose(&resolved->event, &run->context->propose);
    if (!holder) {
        refuse_held(resolved, resolved->under->pdata[resolved->under->len - 1]);
        return;
    }
    for (guint i = 0; i < G_N_ELEMENTS(peers); i++) {
        AmrBytes before = resolved->event.field[peers[i]];
        if (!resolve_peer(run, ns, resolved, peers[i]))
            return;
        if (resolved->event.field[peers[i]].data != before.data) {
            amr_proposal_free(resolved->proposal);
            resolved->proposal = amr_propose(&resolved->event, &run->context->propose);
        }
    }
    if (!resolved->proposal->no_rule && amr_need_is_granted(resolved))
        amr_propose_refuse(resolved->proposal, AMR_NO_RULE_GRANTED,
                           g_strdup("Whoever may run a program with ix may read it to start it."),
                           NULL);
    if (run->context->facts) {
        settle(run, resolved);
        propose_missing(run, ns, resolved);
    }
    resolved->best = resolved->proposal->best;
    if (!resolved->proposal->no_rule && amr_null_is_execution(&resolved->event))
        set_best(run, ns, resolved);
}

/* ---- all of them -----------------------------------------------------------------------------
 */

static AmrResolved *
add(Run *run, AmrDenialId id, const AmrEvent *event)
{
    AmrResolved *resolved = g_new0(AmrResolved, 1);
    resolved->id = id;
    resolved->event = *event;
    resolved->under = g_ptr_array_new_with_free_func(amr_decision_free);
    if (id != AMR_DENIAL_NONE)
        g_hash_table_add(run->taken, GUINT_TO_POINTER(id));
    if (amr_null_is_execution(event))
        g_hash_table_add(run->made, amr_null_made_by(event));
    return resolved;
}

/* One that no record is of. */
static AmrResolved *
add_execution(Run *run, AmrHolder holder, const char *exec)
{
    AmrEvent event;
    amr_decide_event(&event, holder, exec);
    AmrResolved *resolved = add(run, AMR_DENIAL_NONE, &event);
    set_field(resolved, AMR_FIELD_PROFILE, holder.name);
    set_field(resolved, AMR_FIELD_NAME, exec);
    if (*holder.ns)
        set_field(resolved, AMR_FIELD_NAMESPACE, holder.ns);
    propose(run, resolved);
    return resolved;
}

/* What somebody needs who is led to by @decision: an access that no record is of. */
static AmrResolved *
add_need(Run *run, AmrHolder holder, const AmrDecision *decision, const AmrNeed *need)
{
    AmrEvent event;
    if (need->perms & AMR_PERM_EXEC)
        return add_execution(run, holder, need->name);
    amr_need_event(need, &event);
    AmrResolved *resolved = add(run, AMR_DENIAL_NONE, &event);
    set_field(resolved, AMR_FIELD_PROFILE, holder.name);
    set_field(resolved, AMR_FIELD_NAME, need->name);
    if (*holder.ns)
        set_field(resolved, AMR_FIELD_NAMESPACE, holder.ns);
    if (decision->makes) {
        g_ptr_array_add(resolved->under, copy_decision(decision));
        resolved->proposal = amr_propose(&resolved->event, &run->context->propose);
    } else {
        propose(run, resolved);
    }
    resolved->best = resolved->proposal->best;
    return resolved;
}

/* Whether one of the denials asks for @need of the profile @holder, or of the null profile that
 * @execution made. */
static gboolean
is_logged(Run *run, AmrHolder holder, const AmrResolved *execution, const AmrNeed *need)
{
    g_autofree char *key = amr_null_key(holder.ns, holder.name, need->name);
    AmrEvent event;

    if (!run->logged)
        run->logged = amr_null_files(run->context->store, run->ids, run->n);
    guint32 found = GPOINTER_TO_UINT(g_hash_table_lookup(run->logged, key));
    if (execution->id && amr_store_event(run->context->store, execution->id, &event)) {
        g_autofree char *made = amr_null_made_by(&event);
        g_autofree char *there = g_strconcat(made, need->name, NULL);
        found |= GPOINTER_TO_UINT(g_hash_table_lookup(run->logged, there));
    }
    return (need->perms & ~found) == 0;
}

/* What @execution makes necessary: nobody could log that yet. AmrResolved, not owned by the array.
 */
static GPtrArray *
needs_of(Run *run, const char *ns, const AmrResolved *execution)
{
    GPtrArray *out = g_ptr_array_new();
    g_autofree char *profile = amr_null_string(&execution->event, AMR_FIELD_PROFILE);
    g_autofree char *exec = amr_null_string(&execution->event, AMR_FIELD_NAME);

    if (execution->proposal->no_rule || !amr_null_is_execution(&execution->event) ||
        amr_null_first(profile))
        return out;
    const AmrDecision *decision = decide(run, (AmrHolder){ns, profile}, exec);
    g_autoptr(GPtrArray) needs = amr_needs(run->context->propose.programs, decision);
    for (guint i = 0; i < needs->len; i++) {
        const AmrNeed *need = needs->pdata[i];
        AmrHolder holder = {ns, name_of(decision->into, ns)};
        if (is_logged(run, holder, execution, need) ||
            !g_hash_table_add(run->made, amr_null_key(ns, holder.name, need->name)))
            continue;
        AmrResolved *resolved = add_need(run, holder, decision, need);
        if (need->script)
            resolved->script = g_string_chunk_insert(resolved->bytes, need->script);
        if (resolved->proposal->no_rule)
            resolved_free(resolved); /* policy on disk has decided */
        else
            g_ptr_array_add(out, resolved);
    }
    return out;
}

/* And behind an execution what it makes necessary. */
static void
tell(Run *run, const char *ns, AmrResolved *resolved)
{
    g_autoptr(GPtrArray) needs = needs_of(run, ns, resolved);

    run->ended = !run->tell(resolved, run->data);
    for (guint i = 0; i < needs->len; i++) {
        if (run->ended)
            resolved_free(needs->pdata[i]);
        else
            run->ended = !run->tell(needs->pdata[i], run->data);
    }
}

/* An execution that no denial tells of: under the null profile @logged, "" for P itself. */
static void
add_missing(Run *run, const char *ns, const char *logged, const char *exec)
{
    AmrResolved *resolved = add_execution(run, (AmrHolder){ns, logged}, exec);
    /* What policy decided already, or what nobody can, needs no rule that others wait for. */
    if (resolved->proposal->no_rule)
        resolved_free(resolved);
    else
        tell(run, ns, resolved);
}

static void
add_one(Run *run, AmrDenialId id, const AmrEvent *event)
{
    AmrResolved *resolved = add(run, id, event);
    g_autofree char *ns = amr_bytes_dup(amr_event_namespace(event));
    propose(run, resolved);
    if (run->context->batch)
        amr_batch_offer(run->context->batch, resolved);
    tell(run, ns, resolved);
}

/* The executions that made the null profile @name, outermost first, unless they are there. */
static void
add_executions(Run *run, const char *ns, const char *name)
{
    for (const char *at = amr_null_first(name); at && !run->ended;) {
        const char *exec = at + strlen(AMR_NULL_PART), *next = strstr(exec, AMR_NULL_PART);
        g_autofree char *logged = g_strndup(name, (gsize)(at - name));
        g_autofree char *program = next ? g_strndup(exec, (gsize)(next - exec)) : g_strdup(exec);
        g_autofree char *full = g_strconcat(logged, AMR_NULL_PART, program, NULL);
        g_autofree char *key = amr_null_key(ns, full, "");
        AmrDenialId id = GPOINTER_TO_UINT(g_hash_table_lookup(run->executions, key));
        AmrEvent event;
        at = next;
        if (program[0] != '/' || g_hash_table_contains(run->made, key))
            continue;
        if (id && amr_store_event(run->context->store, id, &event))
            add_one(run, id, &event);
        else
            add_missing(run, ns, logged, program);
    }
}

static void
add_denial(Run *run, AmrDenialId id)
{
    static const AmrField labels[] = {AMR_FIELD_PROFILE, AMR_FIELD_PEER, AMR_FIELD_PEER_LABEL};
    AmrEvent event;
    if (g_hash_table_contains(run->taken, GUINT_TO_POINTER(id)) ||
        !amr_store_event(run->context->store, id, &event))
        return;
    g_autofree char *ns = amr_bytes_dup(amr_event_namespace(&event));
    for (guint i = 0; i < G_N_ELEMENTS(labels); i++) {
        g_autofree char *name = amr_null_string(&event, labels[i]);
        if (is_one_here(name))
            add_executions(run, ns, name);
    }
    if (!run->ended)
        add_one(run, id, &event);
}

static void
resolve(const AmrResolveContext *context, const AmrDenialId *ids, guint n, AmrTell how,
        gpointer data)
{
    g_autoptr(GHashTable) decisions =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, amr_decision_free);
    g_autoptr(GHashTable) executions = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_autoptr(GHashTable) taken = g_hash_table_new(NULL, NULL);
    g_autoptr(GHashTable) made = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    Run run = {context, decisions, executions, taken, made, NULL, ids, n, how, data, FALSE};

    amr_null_executions(context->store, ids, n, executions);
    for (guint i = 0; i < n && !run.ended; i++)
        add_denial(&run, ids[i]);
    g_clear_pointer(&run.logged, g_hash_table_unref);
}

static gboolean
keep(AmrResolved *resolved, gpointer data)
{
    g_ptr_array_add(data, resolved);
    return TRUE;
}

GPtrArray *
amr_resolve(const AmrResolveContext *context, const AmrDenialId *ids, guint n)
{
    GPtrArray *out = g_ptr_array_new_with_free_func(resolved_free);
    resolve(context, ids, n, keep, out);
    return out;
}

typedef struct {
    AmrResolveEach each;
    gpointer data;
} Each;

static gboolean
pass_on(AmrResolved *resolved, gpointer data)
{
    const Each *each = data;
    gboolean more = each->each(resolved, each->data);
    resolved_free(resolved);
    return more;
}

void
amr_resolve_each(const AmrResolveContext *context, const AmrDenialId *ids, guint n,
                 AmrResolveEach each, gpointer data)
{
    Each all = {each, data};
    resolve(context, ids, n, pass_on, &all);
}
