/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of the abstractions share. */
#ifndef AMR_POLICY_ABSTRACTIONS_PRIVATE_H
#define AMR_POLICY_ABSTRACTIONS_PRIVATE_H

#include "core/policy/abstractions.h"

/* One rule of a file. */
typedef struct {
    char *text;    /* without `audit` and its like */
    AmrRule *rule; /* NULL: not understood */
} AmrAbstractionRule;

typedef struct {
    GPtrArray *rules; /* AmrAbstractionRule: those that grant */
    GPtrArray *files; /* char *: what it includes; without what its children include */
    guint denies;
    char *digest; /* of its bytes */
} AmrAbstractionFile;

/* Several that were compiled together. */
typedef struct {
    AmrOracle *oracle; /* reference counted with this */
    guint refs;
} AmrAbstractionBatch;

/* One of them as it was compiled; @batch NULL: it does not compile. */
typedef struct {
    AmrAbstractionBatch *batch;
    char *name; /* of the profile that holds it */
} AmrAbstractionMade;

struct AmrAbstractions {
    AmrCompiler *compiler;
    const AmrRisks *risks;
    GHashTable *made; /* digest of all that it is made of -> AmrAbstractionMade */
    /* Of policy as it is; made when it is needed. */
    GHashTable *files;    /* file -> private */
    GHashTable *closures; /* abstraction -> GPtrArray of the same */
    GHashTable *filters;  /* file that is compiled -> private */
};

/* abstractions.c: @name and all that it includes (AmrAbstractionFile), but not what stands in a
 * child that it brings: that is another profile. */
const GPtrArray *amr_abstractions_closure(AmrAbstractions *abstractions, const AmrIndex *index,
                                          const char *name);
/* Those whose text may answer @question in @profile, whose file is @root. Strings
 * of the index. */
GPtrArray *amr_abstractions_plausible(AmrAbstractions *abstractions, const AmrIndex *index,
                                      const char *root, const char *profile,
                                      const AmrQuestion *question);
/* The digest of all that @name is made of under @preamble. */
char *amr_abstractions_digest(AmrAbstractions *abstractions, const AmrIndex *index,
                              const char *preamble, const char *name);
/* abstractions_count.c: counts @name's rules; @own is what the profile allows so far. */
AmrAbstraction *amr_abstractions_count(AmrAbstractions *abstractions, const AmrIndex *index,
                                       const char *profile, const char *name,
                                       const AmrOracleProfile *own);
/* Made of @batch, or of none. Takes a reference. */
AmrAbstractionMade *amr_abstraction_made_new(AmrAbstractionBatch *batch, const char *name);
void amr_abstraction_batch_unref(AmrAbstractionBatch *batch);

#endif
