/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/policy/resolve.h"

#include <string.h>

#include "core/policy/classes.h"
#include "core/policy/mirror.h"
#include "core/policy/resolve_private.h"

#define NULL_PART "//null-"

const char *
amr_decided_word(AmrDecided decided)
{
    switch (decided) {
#define WORD(name, word)     \
    case AMR_DECIDED_##name: \
        return word;
        AMR_DECIDED(WORD)
#undef WORD
    case AMR_DECIDED_UNKNOWN:
        break;
    }
    return "unknown";
}

static void
resolved_free(gpointer data)
{
    AmrResolved *resolved = data;
    amr_proposal_free(resolved->proposal);
    g_ptr_array_unref(resolved->under);
    g_string_chunk_free(resolved->bytes);
    g_free(resolved);
}

/* One call. */
typedef struct {
    const AmrResolveContext *context;
    GHashTable *decisions;  /* name_key() of profile and program -> AmrDecision */
    GHashTable *executions; /* name_key() of a null profile -> id of the denial that made it */
    GHashTable *taken;      /* ids that are in @out */
    GHashTable *made;       /* null profiles whose execution is in @out, by name_key() */
    GPtrArray *out;
} Run;

/* Neither a namespace nor the name of a profile holds a newline that could be mistaken for this
 * one: lengths stand before them. */
static char *
name_key(const char *ns, const char *name, const char *more)
{
    return g_strdup_printf("%zu %zu %s%s%s", strlen(ns), strlen(name), ns, name, more);
}

/* ---- names of null profiles ------------------------------------------------------------------
 */

/* Where the first null part of @name begins; NULL if there is none. A name that is nothing else
 * ("null-X") is the kernel's own too, but has no parent that could be decided in. */
static const char *
first_null(const char *name)
{
    return strstr(name, NULL_PART);
}

static char *
event_string(const AmrEvent *event, AmrField field)
{
    return amr_bytes_dup(event->field[field]);
}

static gboolean
is_execution(const AmrEvent *event)
{
    AmrBytes name = event->field[AMR_FIELD_NAME];
    return event->klass == AMR_CLASS_FILE && (event->denied & AMR_PERM_EXEC) && name.len > 0 &&
           name.data[0] == '/' && !memchr(name.data, '\0', name.len) &&
           amr_bytes_is(event->field[AMR_FIELD_OPERATION], "exec");
}

/* The null profile that the execution @event made, or would have; as name_key(). */
static char *
made_by(const AmrEvent *event)
{
    g_autofree char *ns = amr_bytes_dup(amr_event_namespace(event));
    g_autofree char *profile = event_string(event, AMR_FIELD_PROFILE);
    g_autofree char *name = event_string(event, AMR_FIELD_NAME);
    g_autofree char *full = g_strconcat(profile, NULL_PART, name, NULL);
    return name_key(ns, full, "");
}

/* ---- decisions -------------------------------------------------------------------------------
 */

static const AmrDecision *
decide(Run *run, AmrHolder holder, const char *exec)
{
    g_autofree char *key = name_key(holder.ns, holder.name, exec);
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

/*
 * The profile that @name stands for, from the outside in; @name itself if it is no null profile's.
 * NULL where a decision leads nowhere: the last one of @under then says why. @under gets copies of
 * the decisions on the way. The caller frees.
 */
static char *
resolve_name(Run *run, const char *ns, const char *name, GPtrArray *under)
{
    const char *at = first_null(name);
    g_autofree char *holder = at ? g_strndup(name, (gsize)(at - name)) : g_strdup(name);

    while (at) {
        const char *exec = at + strlen(NULL_PART), *next = strstr(exec, NULL_PART);
        g_autofree char *program = next ? g_strndup(exec, (gsize)(next - exec)) : g_strdup(exec);
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

/* FALSE where the peer is a null profile whose decision leads nowhere: then the rule would name
 * what does not stay. */
static gboolean
resolve_peer(Run *run, const char *ns, AmrResolved *resolved, AmrField field)
{
    AmrBytes peer = resolved->event.field[field];
    g_autofree char *name = amr_bytes_dup(peer);
    g_autoptr(GPtrArray) under = g_ptr_array_new_with_free_func(amr_decision_free);

    /* Stacks and other namespaces are left as they are. */
    if (strlen(name) != peer.len || name[0] == ':' || strstr(name, "//&") || !first_null(name))
        return TRUE;
    g_autofree char *holder = resolve_name(run, ns, name, under);
    if (holder) {
        set_field(resolved, field, holder);
        return TRUE;
    }
    refuse_held(resolved, under->pdata[under->len - 1]);
    return FALSE;
}

/* What the kernel reads and maps of a program to start it is granted by ix itself; see exec.c. */
static gboolean
is_own_start(const AmrResolved *resolved)
{
    const AmrDecision *last =
        resolved->under->len ? resolved->under->pdata[resolved->under->len - 1] : NULL;
    const AmrEvent *event = &resolved->event;
    return last && last->mode == AMR_EXEC_IX && event->klass == AMR_CLASS_FILE &&
           event->denied == AMR_PERM_READ &&
           amr_bytes_is(event->field[AMR_FIELD_OPERATION], "file_mmap") &&
           amr_bytes_is(event->field[AMR_FIELD_NAME], last->exec);
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
    AmrOracleAnswer answer = {.verdict = fact ? fact->verdict : AMR_ORACLE_UNKNOWN};

    amr_propose_settle(proposal, &answer);
    if (!proposal->no_rule)
        amr_mirror_add(proposal, &resolved->event, &run->context->propose, run->context->facts);
}

static void
set_best(Run *run, const char *ns, AmrResolved *resolved)
{
    g_autofree char *profile = event_string(&resolved->event, AMR_FIELD_PROFILE);
    g_autofree char *exec = event_string(&resolved->event, AMR_FIELD_NAME);
    const AmrDecision *decision = decide(run, (AmrHolder){ns, profile}, exec);
    const GPtrArray *candidates = resolved->proposal->candidates;

    for (guint i = candidates->len; i > 0; i--) {
        const AmrCandidate *candidate = candidates->pdata[i - 1];
        if (candidate->rule->file.exec == decision->mode)
            resolved->best = i - 1;
    }
}

static void
propose(Run *run, AmrResolved *resolved)
{
    static const AmrField peers[] = {AMR_FIELD_PEER, AMR_FIELD_PEER_LABEL};
    g_autofree char *ns = amr_bytes_dup(amr_event_namespace(&resolved->event));
    g_autofree char *name = event_string(&resolved->event, AMR_FIELD_PROFILE);
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
    if (!resolved->proposal->no_rule && is_own_start(resolved))
        amr_propose_refuse(resolved->proposal, AMR_NO_RULE_GRANTED,
                           g_strdup("Whoever may run a program with ix may read it to start it."),
                           NULL);
    if (run->context->facts)
        settle(run, resolved);
    if (!resolved->proposal->no_rule && is_execution(&resolved->event))
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
    resolved->bytes = g_string_chunk_new(64);
    resolved->under = g_ptr_array_new_with_free_func(amr_decision_free);
    if (id != AMR_DENIAL_NONE)
        g_hash_table_add(run->taken, GUINT_TO_POINTER(id));
    if (is_execution(event))
        g_hash_table_add(run->made, made_by(event));
    return resolved;
}

static void
finish(Run *run, AmrResolved *resolved)
{
    propose(run, resolved);
    g_ptr_array_add(run->out, resolved);
}

/* An execution that no denial tells of: under the null profile @logged, "" for P itself. */
static void
add_missing(Run *run, const char *ns, const char *logged, const char *exec)
{
    AmrEvent event;
    amr_decide_event(&event, (AmrHolder){ns, logged}, exec);
    AmrResolved *resolved = add(run, AMR_DENIAL_NONE, &event);
    set_field(resolved, AMR_FIELD_PROFILE, logged);
    set_field(resolved, AMR_FIELD_NAME, exec);
    if (*ns)
        set_field(resolved, AMR_FIELD_NAMESPACE, ns);
    finish(run, resolved);
    /* What policy decided already, or what nobody can, needs no rule that others wait for. */
    if (resolved->proposal->no_rule)
        g_ptr_array_remove_index(run->out, run->out->len - 1);
}

/* The executions that made the null profile @name, outermost first, unless they are there. */
static void
add_executions(Run *run, const char *ns, const char *name)
{
    for (const char *at = first_null(name); at;) {
        const char *exec = at + strlen(NULL_PART), *next = strstr(exec, NULL_PART);
        g_autofree char *logged = g_strndup(name, (gsize)(at - name));
        g_autofree char *program = next ? g_strndup(exec, (gsize)(next - exec)) : g_strdup(exec);
        g_autofree char *full = g_strconcat(logged, NULL_PART, program, NULL);
        g_autofree char *key = name_key(ns, full, "");
        AmrDenialId id = GPOINTER_TO_UINT(g_hash_table_lookup(run->executions, key));
        AmrEvent event;
        at = next;
        if (program[0] != '/' || g_hash_table_contains(run->made, key))
            continue;
        if (id && amr_store_event(run->context->store, id, &event))
            finish(run, add(run, id, &event));
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
        g_autofree char *name = event_string(&event, labels[i]);
        add_executions(run, ns, name);
    }
    finish(run, add(run, id, &event));
}

static gboolean
is_null(const AmrEvent *event, AmrField field)
{
    g_autofree char *name = event_string(event, field);
    return first_null(name) != NULL;
}

/* Which denials are executions: looked for only where a null profile is among @ids. */
static void
find_executions(Run *run, const AmrDenialId *ids, guint n)
{
    const AmrStore *store = run->context->store;
    gboolean needed = FALSE;
    AmrEvent event;

    for (guint i = 0; i < n && !needed; i++)
        needed = amr_store_event(store, ids[i], &event) &&
                 (is_null(&event, AMR_FIELD_PROFILE) || is_null(&event, AMR_FIELD_PEER) ||
                  is_null(&event, AMR_FIELD_PEER_LABEL));
    for (AmrDenialId id = 1; needed && id <= amr_store_newest(store); id++) {
        if (!amr_store_event(store, id, &event) || !is_execution(&event))
            continue;
        char *key = made_by(&event);
        if (g_hash_table_contains(run->executions, key))
            g_free(key);
        else
            g_hash_table_insert(run->executions, key, GUINT_TO_POINTER(id));
    }
}

GPtrArray *
amr_resolve(const AmrResolveContext *context, const AmrDenialId *ids, guint n)
{
    g_autoptr(GHashTable) decisions =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, amr_decision_free);
    g_autoptr(GHashTable) executions = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_autoptr(GHashTable) taken = g_hash_table_new(NULL, NULL);
    g_autoptr(GHashTable) made = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    Run run = {context, decisions, executions,
               taken,   made,      g_ptr_array_new_with_free_func(resolved_free)};

    find_executions(&run, ids, n);
    for (guint i = 0; i < n; i++)
        add_denial(&run, ids[i]);
    return run.out;
}

/* ---- what belongs together -------------------------------------------------------------------
 */

/* The outermost null profile that @event is in, or made: "P//null-X" as name_key(). NULL: none. */
static char *
outermost(const AmrEvent *event)
{
    g_autofree char *ns = amr_bytes_dup(amr_event_namespace(event));
    g_autofree char *name = event_string(event, AMR_FIELD_PROFILE);
    const char *at = first_null(name);

    if (!at)
        return event->verdict == AMR_VERDICT_ALLOWED && is_execution(event) ? made_by(event) : NULL;
    const char *next = strstr(at + strlen(NULL_PART), NULL_PART);
    g_autofree char *first = next ? g_strndup(name, (gsize)(next - name)) : g_strdup(name);
    return name_key(ns, first, "");
}

static gboolean
is_settled(const AmrDenial *denial)
{
    return denial->state == AMR_DENIAL_STATE_IGNORED || denial->state == AMR_DENIAL_STATE_FIXED;
}

GArray *
amr_resolve_family(const AmrStore *store, const AmrDenialId *ids, guint n)
{
    g_autoptr(GHashTable) families = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_autoptr(GHashTable) asked = g_hash_table_new(NULL, NULL);
    GArray *out = g_array_new(FALSE, FALSE, sizeof(AmrDenialId));
    AmrEvent event;

    for (guint i = 0; i < n; i++) {
        char *key = amr_store_event(store, ids[i], &event) ? outermost(&event) : NULL;
        if (key)
            g_hash_table_add(families, key);
        g_hash_table_add(asked, GUINT_TO_POINTER(ids[i]));
    }
    if (g_hash_table_size(families) == 0) {
        g_array_append_vals(out, ids, n);
        return out;
    }
    for (AmrDenialId id = 1; id <= amr_store_newest(store); id++) {
        const AmrDenial *denial = amr_store_get(store, id);
        gboolean wanted = g_hash_table_contains(asked, GUINT_TO_POINTER(id));
        if (!wanted && denial && !is_settled(denial) && amr_store_event(store, id, &event)) {
            g_autofree char *key = outermost(&event);
            wanted = key && g_hash_table_contains(families, key);
        }
        if (wanted)
            g_array_append_val(out, id);
    }
    return out;
}
