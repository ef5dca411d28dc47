/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The parts of the compiler: what it is told, what it says. For compiler*.c and their tests only.
 */
#ifndef AMR_POLICY_COMPILER_PRIVATE_H
#define AMR_POLICY_COMPILER_PRIVATE_H

#include <sys/resource.h>

#include "core/policy/compiler.h"

G_BEGIN_DECLS

gboolean amr_compile_kind_loads(AmrCompileKind kind);
gboolean amr_compile_kind_prints(AmrCompileKind kind); /* what stands in result->output */

/* The command for @job with --base @base; @warnings: the compiler knows the warnings of a check.
 * Free with g_strfreev(). */
char **amr_compile_argv(const AmrTarget *target, const AmrCompileJob *job, const char *base,
                        gboolean warnings);
/* Exits with 0 if the compiler knows the warnings of a check. */
char **amr_compile_probe_argv(const AmrTarget *target);
/* A descriptor at the start of a file in memory that holds @text; -1 on error. */
int amr_compile_input(GBytes *text, GError **error);

/* At most this many messages are kept of one run, and this many bytes of each. */
#define AMR_COMPILE_MESSAGES_MAX  1000
#define AMR_COMPILE_MESSAGE_BYTES 8192

/* Makes AmrCompileMessage out of @err, what the compiler wrote to standard error in run @job, with
 * @base as the --base it had. A line of no known form becomes a message without a line: an error if
 * @status is not 0, else a warning. Forms: parsers 3.0.8 and 4.1.0, tried out.
 * *skipped: "Skipping profile in .../disable" was among them.
 * *crashed: the compiler ran out of memory or was ended by its run-time. */
GPtrArray *amr_compile_messages(const AmrCompileJob *job, const char *base, GBytes *err, int status,
                                gboolean *skipped, gboolean *crashed);
/* What AmrCompileResult.cache says of a result that has status, ok and messages. */
char *amr_compile_blamed_cache(const AmrCompileJob *job, const AmrCompileResult *result);

/* Whether @job comes to an end of itself: AMR_ERROR_COMPILER names a FIFO, socket or device that it
 * would read, as far as is known what policy is. */
gboolean amr_compile_comes_to_end(const AmrCompiler *compiler, const AmrCompileJob *job,
                                  GError **error);

/* ---- runs ------------------------------------------------------------------------------------ */

/* Whether the compiler knows the warnings that a check wants: found out once, before the first
 * check. */
typedef enum {
    AMR_COMPILE_WARNINGS_UNKNOWN,
    AMR_COMPILE_WARNINGS_KNOWN,
    AMR_COMPILE_WARNINGS_NONE,
} AmrCompileWarnings;

typedef struct AmrContents AmrContents;

/* content.c: NULL is none. */
void amr_contents_free(AmrContents *contents);

struct AmrCompiler {
    const AmrTarget *target;
    const AmrIndex *index; /* NULL: nobody said what policy is */
    guint seconds;
    guint64 bytes;
    AmrCompileWarnings warnings;
    GQueue loads;  /* AmrCompileRun: kinds that load, in the order in which they were asked for */
    GQueue checks; /* AmrCompileRun: all others, the newest first */
    GQueue running;
    AmrContents *contents; /* what was compiled, by content; NULL so far */
    gboolean pumping;      /* a start that fails asks for the next one */
};

/* A pipe of the child and what has come out of it. */
typedef struct {
    GInputStream *stream;
    GByteArray *bytes;
    gsize max;
} AmrCompileStream;

/* One job, from the queue to its result; it may need two children (the probe for warnings). */
typedef struct {
    guint refs;
    AmrCompiler *compiler; /* NULL once that is freed */
    GTask *task;           /* NULL once it has returned */
    AmrCompileJob job;
    char *base;
    GSource *timer, *cancel;
    gboolean probing;
    GSubprocess *child;
    pid_t pid;        /* of the child, its group's number too; 0 when it has been waited for */
    GCancellable *io; /* ends the reads */
    guint pending;    /* operations on the child that have not come back */
    AmrCompileStream out, err;
    GError *failure; /* why it was killed */
    struct {
        rlim_t bytes;
        gboolean outlives;
    } setup; /* for the child, between fork and exec */
} AmrCompileRun;

/* Takes the run out of its queue, which holds a reference, and ends its task with a result or an
 * error, both taken over. The callback comes from the main loop: it may free the compiler. */
void amr_compile_run_return(AmrCompileRun *run, AmrCompileResult *result, GError *error);
/* Ends the child and all that it started; what reads from them ends too. @failure is taken over. */
void amr_compile_run_kill(AmrCompileRun *run, GError *failure);

/* Starts the run's child; it ends by amr_compile_run_return(). */
gboolean amr_compile_child_start(AmrCompileRun *run, GError **error);
/* Forgets the child that is done. */
void amr_compile_child_clear(AmrCompileRun *run);
void amr_compile_stream_clear(AmrCompileStream *stream);
void amr_compile_source_clear(GSource **source);
void amr_compile_run_unref(AmrCompileRun *run);

G_END_DECLS
#endif
