/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Compilations by content: what the same compiler was asked before with the same text, the same
 * files and all that these include is not compiled again, whoever asks. Kept with the compiler, the
 * last used of them, so all that share one share these. Nothing grows old by time: another byte is
 * another content. Who asks for what is being compiled already waits for that.
 */
#ifndef AMR_POLICY_CONTENT_H
#define AMR_POLICY_CONTENT_H

#include "core/policy/compiler.h"
#include "core/policy/index.h"
#include "core/policy/oracle.h"
#include "core/policy/scratch.h"

G_BEGIN_DECLS

/* What came of one. Held by many; read only. */
typedef struct {
    const AmrCompileResult *result;
    const AmrOracle *oracle; /* NULL: not ok, or not understood, which is @error */
    const GError *error;
} AmrContent;

void amr_content_free(AmrContent *content); /* one holder less */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AmrContent, amr_content_free)

/* Bytes of compiled policy that are kept, and how many contents. */
#define AMR_CONTENT_BYTES (48u << 20)
#define AMR_CONTENT_MAX   512

/*
 * As amr_compiler_run_async(), for CHECK and MEANING. @index: the policy that the job compiles, as
 * it was read; NULL, and nothing is kept. @scratch: where the job's base is one; else NULL. All
 * stay until then, but where it is cancelled. Who cancels goes at once, and takes nothing from
 * others who wait for the same. What is kept is what was compiled while policy and compiler were as
 * they were asked about: who compiles while it changes gets an answer that nobody does later.
 */
void amr_content_compile_async(AmrCompiler *compiler, const AmrIndex *index,
                               const AmrCompileJob *job, const AmrScratch *scratch,
                               GCancellable *cancellable, GAsyncReadyCallback callback,
                               gpointer data);
AmrContent *amr_content_compile_finish(GAsyncResult *result, GError **error);

G_END_DECLS
#endif
