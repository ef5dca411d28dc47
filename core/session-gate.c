/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "core/session-gate.h"

#include <string.h>

#include "core/policy/content.h"
#include "core/policy/question.h"

#define NULLS_MAX    8   /* null profiles in one another */
#define PROFILES_MAX 256 /* that are known at once */

/* What policy makes of one profile. */
typedef struct {
    char *file;          /* to compile; NULL: none, or it could not be */
    gboolean complain;   /* whatever its flags say */
    AmrContent *content; /* of the file; NULL: not asked for so far */
} Known;

struct AmrGate {
    AmrSession *session;
    AmrReplay *replay;
    GCancellable *cancellable;
    GHashTable *profiles;  /* full name -> Known, of this index */
    const AmrEvent *event; /* that is asked about; NULL: none */
    char *compiling;       /* for which profile; NULL: nothing is compiled */
    gboolean dead, started;
};

static void judge(AmrGate *gate);

static void
free_known(gpointer data)
{
    Known *known = data;
    amr_content_free(known->content);
    g_free(known->file);
    g_free(known);
}

static void
gate_free(AmrGate *gate)
{
    g_object_unref(gate->cancellable);
    g_hash_table_unref(gate->profiles);
    g_free(gate->compiling);
    g_free(gate);
}

/* ---- compiled policy ------------------------------------------------------------------------ */

static Known *
know(AmrGate *gate, const char *full)
{
    const AmrIndex *index = gate->session->index;
    Known *known = g_hash_table_lookup(gate->profiles, full);
    const AmrBlock *block;

    if (known || !index)
        return known;
    if (g_hash_table_size(gate->profiles) >= PROFILES_MAX)
        g_hash_table_remove_all(gate->profiles);
    known = g_new0(Known, 1);
    block = amr_index_find_typed(index, full);
    if (block) {
        g_autofree const char **roots = amr_index_roots(index, block);
        known->file = g_strdup(roots[0]);
        known->complain = known->file && amr_index_is_force_complain(index, known->file);
    }
    g_hash_table_insert(gate->profiles, g_strdup(full), known);
    return known;
}

/* Where policy was read anew meanwhile, it is asked for again. */
static void
on_compiled(GObject *source, GAsyncResult *result, gpointer data)
{
    AmrGate *gate = data;
    g_autofree char *full = g_steal_pointer(&gate->compiling);
    g_autoptr(GError) error = NULL;
    AmrContent *content = amr_content_compile_finish(result, &error);
    Known *known = g_hash_table_lookup(gate->profiles, full);

    if (known && !g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED)) {
        known->content = g_steal_pointer(&content);
        if (error)
            g_clear_pointer(&known->file, g_free);
    }
    amr_content_free(content);
    if (gate->dead)
        gate_free(gate);
    else
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

    if (!known || !known->file)
        return NOT_KNOWN;
    *complain = known->complain;
    if (known->content) {
        const AmrOracle *oracle = known->content->oracle;
        *profile = oracle ? amr_oracle_find(oracle, full) : NULL;
        return *profile ? FOUND : NOT_KNOWN;
    }
    AmrCompileJob job = {.kind = AMR_COMPILE_CHECK, .file = known->file};
    gate->compiling = g_strdup(full);
    amr_content_compile_async(gate->session->compiler, gate->session->index, &job, NULL,
                              gate->cancellable, on_compiled, gate);
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
amr_gate_forget(AmrGate *gate)
{
    g_hash_table_remove_all(gate->profiles);
    g_cancellable_cancel(gate->cancellable);
    g_object_unref(gate->cancellable);
    gate->cancellable = g_cancellable_new();
}

void
amr_gate_renew(AmrGate *gate)
{
    if (gate->started)
        return;
    gate->started = TRUE;
    amr_replay_start(gate->replay);
}
