/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Runs apparmor_parser: the only file that does. At most two children at once, the rest queued,
 * newest first among equals; each under limits of time and memory; argv arrays, an empty
 * environment but PATH and LC_ALL=C, standard input from memory, never a shell.
 */
#ifndef AMR_POLICY_COMPILER_H
#define AMR_POLICY_COMPILER_H

#include <gio/gio.h>

#include "core/base/error.h"
#include "core/base/target.h"
#include "core/policy/index.h"

G_BEGIN_DECLS

typedef struct AmrCompiler AmrCompiler;

/* @target is borrowed. */
AmrCompiler *amr_compiler_new(const AmrTarget *target);
/* The target's policy as it was read, so that nothing is compiled that would wait for a FIFO among
 * what it includes, file or text. Borrowed; NULL: not known any more. */
void amr_compiler_set_index(AmrCompiler *compiler, const AmrIndex *index);
const AmrTarget *amr_compiler_target(const AmrCompiler *compiler);
/* Children still running are killed; their tasks end as cancelled. amr_compiler_run_finish() may
 * still be called then, with NULL. */
void amr_compiler_free(AmrCompiler *compiler);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AmrCompiler, amr_compiler_free)

typedef enum {
    AMR_COMPILE_UNKNOWN,
    AMR_COMPILE_CHECK,   /* -Q -K -S with the warnings of AMR_COMPILE_WARNINGS: errors, output, hash
                          */
    AMR_COMPILE_MEANING, /* as CHECK, without warnings and without minimising, which takes a large
                            policy most of its time: for questions, not the bytes of a load */
    AMR_COMPILE_PARSE,   /* -d -Q -K: parse and merge only, no state machine (3.7 ms) */
    AMR_COMPILE_NAMES,   /* -N: the names that a file defines */
    AMR_COMPILE_LOAD, /* -r -T -W from the policy itself into what the target loads into; -Q added
                         where it loads nowhere. "Skipping profile" is an error (RELOAD) */
    AMR_COMPILE_LOAD_UNCACHED, /* -r -K: from a copy of the policy that says something else than the
                                  policy itself, or where the cache takes nothing */
    AMR_COMPILE_LOAD_BINARY,   /* -B -r: what was saved from the kernel, given as input */
    AMR_COMPILE_REMOVE,        /* -R: unload what a file defines */
} AmrCompileKind;

typedef struct {
    AmrCompileKind kind;
    const char *base; /* --base: NULL for the target's policy directory, or a scratch tree */
    const char *file; /* relative to base; NULL: compile @text from standard input */
    GBytes *text;     /* policy text, or the binary of LOAD_BINARY */
} AmrCompileJob;

typedef struct {
    gboolean warning; /* else an error */
    char *file;       /* relative to base where it lies below it, as the compiler named it else;
                         NULL if not said */
    guint line;       /* 0 if not said */
    char *text;       /* what it says, display form */
} AmrCompileMessage;

typedef struct {
    gboolean ok;         /* exit status 0 and nothing was skipped */
    int status;          /* exit status */
    GPtrArray *messages; /* AmrCompileMessage */
    char *cache;         /* LOAD: why its cache took nothing, which is why it is not ok; display
                            form; NULL: that is not why */
    GBytes *output;      /* CHECK, MEANING: compiled policy; NAMES: lines; NULL else */
    char *sha1, *sha256; /* of output, lower case hex; NULL without it */
} AmrCompileResult;

void amr_compile_result_free(AmrCompileResult *result);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AmrCompileResult, amr_compile_result_free)
AmrCompileResult *amr_compile_result_copy(const AmrCompileResult *result);

/* Which compiler it is: adds it and its options to @sum, of those that are files which file, and
 * what its configuration file says (--config-file, else /etc/apparmor/parser.conf), which gives
 * options to each run. The features of the running kernel do not change while we run. */
void amr_compiler_add_identity(GChecksum *sum, const AmrTarget *target);

/* The job is copied. Finishes with a result also where the compiler rejects; fails only where it
 * could not be run, had to be killed, died or said nothing of its failure: AMR_ERROR_COMPILER
 * (missing, hanging, or would be in what amr_compiler_set_index() has, out of memory, more than 64
 * MiB of output or 1 MiB of errors; 3.0.8 exits with 10 where its worker dies), AMR_ERROR_READ_ONLY
 * (a kind that loads, on a read-only target), G_IO_ERROR_CANCELLED. */
void amr_compiler_run_async(AmrCompiler *compiler, const AmrCompileJob *job,
                            GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);
AmrCompileResult *amr_compiler_run_finish(AmrCompiler *compiler, GAsyncResult *result,
                                          GError **error);
/* The job that was asked for with @cancellable goes before all others that wait, as if it were
 * asked for now: somebody else wants it too. */
void amr_compiler_hasten(AmrCompiler *compiler, const GCancellable *cancellable);

/* An AMR_ERROR made of a result that is not ok: "FILE line N: TEXT" of its first error that names a
 * line, else of its first. */
void amr_compile_result_to_error(const AmrCompileResult *result, AmrErrorCode code, GError **error);
/* Why a rule is refused that was tried in a text which nobody sees: the same error, without file
 * and line where it is of that text. @unseen: its file below the base, NULL for standard input.
 * Free it; display form. */
char *amr_compile_result_refusal(const AmrCompileResult *result, const char *unseen);

/* Limits, for tests and slow machines: seconds of wall clock (default 120) and bytes of address
 * space (default 2 GiB). */
void amr_compiler_set_limits(AmrCompiler *compiler, guint seconds, guint64 bytes);

G_END_DECLS
#endif
