/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "core/session-gate.h"

#include <string.h>

#include "core/policy/question.h"

#define ORACLES_MAX 256 /* compiled files that are kept */
#define NULLS_MAX   8   /* null profiles in one another */

/* What policy makes of one profile. */
typedef struct {
    char *digest;      /* of the file that defines it, and of all that this reads; NULL: no file */
    char *file;        /* to compile */
    gboolean complain; /* whatever its flags say */
} Known;

struct AmrGate {
    AmrSession *session;
    AmrReplay *replay;
    GCancellable *cancellable;
    GHashTable *profiles;  /* full name -> Known, of this index */
    GHashTable *oracles;   /* digest -> AmrOracle, NULL if it does not compile */
    const AmrEvent *event; /* that is asked about; NULL: none */
    char *compiling;       /* a digest; NULL: nothing is compiled */
    gboolean dead, started;
};

static void judge(AmrGate *gate);

static void
free_known(gpointer data)
{
    Known *known = data;
    g_free(known->digest);
    g_free(known->file);
    g_free(known);
}

static void
free_oracle(gpointer oracle)
{
    amr_oracle_free(oracle);
}

static void
gate_free(AmrGate *gate)
{
    g_object_unref(gate->cancellable);
    g_hash_table_unref(gate->profiles);
    g_hash_table_unref(gate->oracles);
    g_free(gate->compiling);
    g_free(gate);
}

/* ---- compiled policy ------------------------------------------------------------------------ */

static char *
digest_of(const AmrIndex *index, const char *file)
{
    g_autofree const char **reads = amr_index_reads(index, file);
    g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);

    for (guint i = 0; reads[i]; i++) {
        gsize len = 0;
        GBytes *bytes = amr_index_bytes(index, reads[i]);
        const char *data = bytes ? g_bytes_get_data(bytes, &len) : NULL;
        g_autofree char *size = g_strdup_printf("%" G_GSIZE_FORMAT, len);
        g_checksum_update(sum, (const guchar *)reads[i], (gssize)strlen(reads[i]) + 1);
        g_checksum_update(sum, (const guchar *)size, (gssize)strlen(size) + 1);
        if (data)
            g_checksum_update(sum, (const guchar *)data, (gssize)len);
    }
    return g_strdup(g_checksum_get_string(sum));
}

static const Known *
know(AmrGate *gate, const char *full)
{
    const AmrIndex *index = gate->session->index;
    Known *known = g_hash_table_lookup(gate->profiles, full);
    const AmrBlock *block;

    if (known || !index)
        return known;
    known = g_new0(Known, 1);
    block = amr_index_find_typed(index, full);
    if (block) {
        g_autofree const char **roots = amr_index_roots(index, block);
        known->file = g_strdup(roots[0]);
        known->digest = known->file ? digest_of(index, known->file) : NULL;
        known->complain = known->file && amr_index_is_force_complain(index, known->file);
    }
    g_hash_table_insert(gate->profiles, g_strdup(full), known);
    return known;
}

static void
on_compiled(GObject *source, GAsyncResult *result, gpointer data)
{
    AmrGate *gate = data;
    g_autofree char *digest = g_steal_pointer(&gate->compiling);
    g_autoptr(AmrCompileResult) compiled = NULL;
    AmrOracle *oracle = NULL;

    if (gate->dead) {
        gate_free(gate);
        return;
    }
    compiled = amr_compiler_run_finish(gate->session->compiler, result, NULL);
    if (compiled && compiled->ok && compiled->output)
        oracle = amr_oracle_new(compiled->output, NULL);
    if (g_hash_table_size(gate->oracles) >= ORACLES_MAX)
        g_hash_table_remove_all(gate->oracles);
    g_hash_table_insert(gate->oracles, g_steal_pointer(&digest), oracle);
    judge(gate);
}

typedef enum {
    FOUND,
    NOT_KNOWN, /* policy does not know it, or does not compile */
    SOON,      /* it is being compiled: judged again then */
} Finding;

static Finding
find_profile(AmrGate *gate, const char *full, const AmrOracleProfile **profile, gboolean *complain)
{
    const Known *known = know(gate, full);
    gpointer oracle;

    if (!known || !known->digest)
        return NOT_KNOWN;
    *complain = known->complain;
    if (g_hash_table_lookup_extended(gate->oracles, known->digest, NULL, &oracle)) {
        *profile = oracle ? amr_oracle_find(oracle, full) : NULL;
        return *profile ? FOUND : NOT_KNOWN;
    }
    AmrCompileJob job = {.kind = AMR_COMPILE_CHECK, .file = known->file};
    gate->compiling = g_strdup(known->digest);
    amr_compiler_run_async(gate->session->compiler, &job, gate->cancellable, on_compiled, gate);
    return SOON;
}

/* ---- judgement ------------------------------------------------------------------------------ */

/* Where a null profile begins in @name: behind its parent; 0: it is none. */
static gsize
null_place(AmrBytes name)
{
    const char *at = g_strstr_len(name.data, (gssize)name.len, "//null-");
    return at ? (gsize)(at - name.data) : 0;
}

typedef enum {
    SAME,      /* it still runs under the null profile: policy knows no exec of it */
    INHERITED, /* under the parent */
    ELSEWHERE, /* under a profile of its own: this record is not made any more */
    LATER,
} Home;

/* A null profile is what complain mode makes of an exec that policy does not allow; where it allows
 * all of them by ix now, what runs is under the parent. */
static Home
home_of(AmrGate *gate, const char *full, gsize place)
{
    g_autofree char *parent = g_strndup(full, place);
    g_auto(GStrv) programs = g_strsplit(full + place + strlen("//null-"), "//null-", NULLS_MAX);
    const AmrOracleProfile *profile;
    gboolean complain;
    Finding found = find_profile(gate, parent, &profile, &complain);

    if (found != FOUND)
        return found == SOON ? LATER : SAME;
    for (guint i = 0; programs[i]; i++) {
        AmrOracleQuestion question = {.klass = AMR_CLASS_FILE, .rights = AMR_PERM_EXEC};
        AmrOracleAnswer answer;
        question.file.path = amr_bytes(programs[i]);
        amr_oracle_ask(profile, &question, &answer);
        if (answer.verdict != AMR_ORACLE_ALLOWED)
            return SAME;
        if (answer.exec != AMR_EXEC_IX)
            return ELSEWHERE;
    }
    return INHERITED;
}

/* Which word the kernel would log for what policy denies, and whether it would. */
static AmrReplayFate
fate_of(const AmrEvent *event, const AmrOracleAnswer *answer, gboolean complain,
        AmrVerdict *verdict)
{
    switch (answer->verdict) {
    case AMR_ORACLE_ALLOWED:
        *verdict = AMR_VERDICT_AUDIT;
        return answer->audited ? AMR_REPLAY_PASSES : AMR_REPLAY_ALLOWED;
    case AMR_ORACLE_UNMEDIATED:
        return AMR_REPLAY_ALLOWED;
    case AMR_ORACLE_REFUSED:
        return AMR_REPLAY_QUIET;
    case AMR_ORACLE_DENIED:
        break;
    case AMR_ORACLE_UNKNOWN:
        return AMR_REPLAY_PASSES;
    }
    if (complain || answer->mode == AMR_ORACLE_MODE_COMPLAIN)
        *verdict = AMR_VERDICT_ALLOWED;
    else if (answer->happens)
        return AMR_REPLAY_ALLOWED; /* unconfined */
    else
        *verdict = event->verdict == AMR_VERDICT_KILLED ? AMR_VERDICT_KILLED : AMR_VERDICT_DENIED;
    return AMR_REPLAY_PASSES;
}

static void
answer_with(AmrGate *gate, AmrReplayFate fate, AmrVerdict verdict, gsize profile)
{
    gate->event = NULL;
    amr_replay_answer(gate->replay, fate, verdict, profile);
}

static void
judge(AmrGate *gate)
{
    g_autofree char *full = amr_event_profile(gate->event);
    g_autoptr(AmrQuestion) question = amr_question_of_event(gate->event, NULL);
    const AmrOracleProfile *profile = NULL;
    gsize place = null_place(amr_bytes(full));
    AmrVerdict verdict = AMR_VERDICT_UNKNOWN;
    AmrOracleAnswer answer;
    AmrReplayFate fate;
    gboolean complain = FALSE;
    Home home = place > 0 ? home_of(gate, full, place) : INHERITED;
    Finding found;

    if (home == LATER)
        return;
    if (home == SAME || !question) {
        answer_with(gate, AMR_REPLAY_PASSES, AMR_VERDICT_UNKNOWN, 0);
        return;
    }
    if (home == ELSEWHERE) {
        answer_with(gate, AMR_REPLAY_ALLOWED, AMR_VERDICT_UNKNOWN, 0);
        return;
    }
    if (place > 0)
        full[place] = '\0';
    found = find_profile(gate, full, &profile, &complain);
    if (found == SOON)
        return;
    if (found == NOT_KNOWN) {
        answer_with(gate, AMR_REPLAY_PASSES, AMR_VERDICT_UNKNOWN, 0);
        return;
    }
    amr_question_ask(question, profile, &answer);
    fate = fate_of(gate->event, &answer, complain, &verdict);
    if (place > 0) /* of the name in the record, which has no namespace before it */
        place = null_place(gate->event->field[AMR_FIELD_PROFILE]);
    answer_with(gate, fate, verdict, place);
}

static void
on_gate(AmrReplay *replay, const AmrEvent *event, gpointer data)
{
    AmrGate *gate = data;
    gate->event = event;
    judge(gate);
}

/* ---- the interface -------------------------------------------------------------------------- */

AmrGate *
amr_gate_new(AmrSession *session, AmrReplay *replay)
{
    AmrGate *gate = g_new0(AmrGate, 1);

    gate->session = session;
    gate->replay = replay;
    gate->cancellable = g_cancellable_new();
    gate->profiles = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, free_known);
    gate->oracles = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, free_oracle);
    amr_replay_set_gate(replay, on_gate, gate);
    return gate;
}

void
amr_gate_free(AmrGate *gate)
{
    if (!gate)
        return;
    gate->dead = TRUE;
    g_cancellable_cancel(gate->cancellable);
    if (!gate->compiling) /* else when that has ended */
        gate_free(gate);
}

void
amr_gate_renew(AmrGate *gate)
{
    g_hash_table_remove_all(gate->profiles);
    if (gate->started)
        return;
    gate->started = TRUE;
    amr_replay_start(gate->replay);
}
