/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of the asker share: one question on its way. */
#ifndef AMR_POLICY_ASK_PRIVATE_H
#define AMR_POLICY_ASK_PRIVATE_H

#include "core/policy/ask.h"
#include "core/policy/scratch.h"

/* Policy that was read, or why it was not. */
typedef struct {
    AmrOracle *oracle;
    GError *error;
} AmrAskCompiled;

struct AmrAsker {
    AmrAskContext context;
    GHashTable *compiled; /* file, or file and what was granted in it -> AmrAskCompiled */
    GHashTable *loaded;   /* profile -> AmrAskCompiled */
    AmrScratch *scratch;  /* NULL until it is needed */
    AmrCauses *causes;
};

typedef struct AmrAsk AmrAsk;
struct AmrAsk {
    AmrAsker *asker;
    const AmrQuestion *question; /* NULL: none is asked */
    /* What is done with the file of the profile, once it is compiled; NULL: there is none, and
     * answer->disk says why. */
    void (*then)(GTask *task, const AmrAskCompiled *compiled);
    const AmrBlock *block; /* NULL: not on disk */
    char *root;            /* the file to compile */
    gboolean broken;       /* which does not compile */
    AmrAnswer *answer;
};

void amr_ask_free(gpointer ask);
/* A task with an AmrAsk about @profile; @question may be NULL. */
GTask *amr_ask_task_new(AmrAsker *asker, const char *profile, const AmrQuestion *question,
                        GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);
/* Compiles the file that defines the profile, if there is one; then ask->then. */
void amr_ask_disk(GTask *task);
/* Takes the answer of policy on disk from what was compiled. */
void amr_ask_judge(AmrAsk *ask, const AmrAskCompiled *compiled);
/* What is loaded, and the task returns. */
void amr_ask_finish(GTask *task);

/* What is loaded of the profile that is asked about; NULL with an error. */
const AmrOracleProfile *amr_ask_loaded(AmrAsk *ask, GError **error);
const AmrOracleProfile *amr_ask_find(const AmrOracle *oracle, const char *ns, const char *name);
/* ask_drift.c: compares, with what was compiled, or why it was not; and the task returns. */
void amr_ask_compare(GTask *task, const AmrAskCompiled *compiled);

/* ask_compile.c: compiles; then ask->then. */
void amr_ask_compile(GTask *task);
/* Judges what was compiled, tells `audit deny` from the want of a rule; then amr_ask_finish(). */
void amr_ask_answer(GTask *task, const AmrAskCompiled *compiled);

#endif
