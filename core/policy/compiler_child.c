/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The compiler's child: started under limits, read, waited for, judged. */
#include "config.h"

#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "core/base/text.h"
#include "core/policy/compiler_private.h"

#define OUTPUT_MAX (64 * 1024 * 1024)
#define ERRORS_MAX (1024 * 1024)
#define BLOCK      (64 * 1024)

void
amr_compile_source_clear(GSource **source)
{
    if (*source)
        g_source_destroy(*source);
    g_clear_pointer(source, g_source_unref);
}

void
amr_compile_stream_clear(AmrCompileStream *stream)
{
    g_clear_object(&stream->stream);
    g_clear_pointer(&stream->bytes, g_byte_array_unref);
}

/* Forgets the child that is done. */
void
amr_compile_child_clear(AmrCompileRun *run)
{
    amr_compile_source_clear(&run->timer);
    g_clear_object(&run->child);
    g_clear_object(&run->io);
    run->pid = 0;
}

/* Between fork and exec: async-signal-safe calls only. */
static void
child_setup(gpointer data)
{
    const AmrCompileRun *run = data;
    struct rlimit space = {run->setup.bytes, run->setup.bytes};
    struct rlimit core = {0, 0};
    (void)setpgid(0, 0);
    (void)setrlimit(RLIMIT_AS, &space);
    (void)setrlimit(RLIMIT_CORE, &core);
    /* A load that has begun had better end, also if we don't live to see it. */
    if (!run->setup.outlives)
        (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
}

/* Where the compiler itself says that it could not do its work, it is no judgement on the policy.
 */
static GError *
child_failure(AmrCompileRun *run, const AmrCompileResult *result, gboolean crashed)
{
    g_autofree char *program = amr_display_string(amr_target_parser_argv(run->compiler->target)[0]);
    if (run->failure)
        return g_steal_pointer(&run->failure);
    if (crashed && result->status)
        return g_error_new(AMR_ERROR, AMR_ERROR_COMPILER,
                           "%s ran out of its %" G_GUINT64_FORMAT " MiB of memory", program,
                           run->compiler->bytes >> 20);
    if (g_subprocess_get_if_signaled(run->child))
        return g_error_new(AMR_ERROR, AMR_ERROR_COMPILER, "%s died of signal %d", program,
                           g_subprocess_get_term_sig(run->child));
    /* Its own worker died (exit status 10 of 3.0.8). */
    if (result->status && result->messages->len == 0)
        return g_error_new(AMR_ERROR, AMR_ERROR_COMPILER, "%s failed without a word, status %d",
                           program, result->status);
    return NULL;
}

static AmrCompileResult *
make_result(AmrCompileRun *run, gboolean *crashed)
{
    AmrCompileResult *result = g_new0(AmrCompileResult, 1);
    g_autoptr(GBytes) err = g_byte_array_free_to_bytes(g_steal_pointer(&run->err.bytes));
    gboolean skipped;
    result->status =
        g_subprocess_get_if_exited(run->child) ? g_subprocess_get_exit_status(run->child) : -1;
    result->messages =
        amr_compile_messages(&run->job, run->base, err, result->status, &skipped, crashed);
    result->ok = result->status == 0 && !skipped;
    result->cache = amr_compile_blamed_cache(&run->job, result);
    if (amr_compile_kind_prints(run->job.kind)) {
        result->output = g_byte_array_free_to_bytes(g_steal_pointer(&run->out.bytes));
        result->sha1 = g_compute_checksum_for_bytes(G_CHECKSUM_SHA1, result->output);
        result->sha256 = g_compute_checksum_for_bytes(G_CHECKSUM_SHA256, result->output);
    }
    return result;
}

static void
child_done(AmrCompileRun *run)
{
    g_autoptr(AmrCompileResult) result = NULL;
    GError *error = NULL;
    gboolean crashed = FALSE;
    if (!run->task) { /* cancelled, or the compiler freed: nobody asks any more */
        amr_compile_child_clear(run);
        return;
    }
    if (!run->failure && run->probing) {
        gboolean known = g_subprocess_get_successful(run->child);
        run->compiler->warnings = known ? AMR_COMPILE_WARNINGS_KNOWN : AMR_COMPILE_WARNINGS_NONE;
        run->probing = FALSE;
        amr_compile_child_clear(run);
        if (!amr_compile_child_start(run, &error))
            amr_compile_run_return(run, NULL, error);
        return;
    }
    result = make_result(run, &crashed);
    error = child_failure(run, result, crashed);
    amr_compile_child_clear(run);
    amr_compile_run_return(run, error ? NULL : g_steal_pointer(&result), error);
}

/* One of the operations on the child has come back, with the reference it held. */
static void
child_step(AmrCompileRun *run)
{
    if (--run->pending == 0)
        child_done(run);
    amr_compile_run_unref(run);
}

static void
on_waited(GObject *source, GAsyncResult *result, gpointer data)
{
    AmrCompileRun *run = data;
    (void)g_subprocess_wait_finish(G_SUBPROCESS(source), result, NULL);
    run->pid = 0;
    child_step(run);
}

static void read_more(AmrCompileRun *run, AmrCompileStream *stream);

static void
on_read(AmrCompileRun *run, AmrCompileStream *stream, GAsyncResult *result)
{
    g_autoptr(GBytes) block = g_input_stream_read_bytes_finish(stream->stream, result, NULL);
    gsize size = block ? g_bytes_get_size(block) : 0;
    if (size > stream->max - stream->bytes->len) {
        g_autofree char *max = g_format_size_full(stream->max, G_FORMAT_SIZE_IEC_UNITS);
        amr_compile_run_kill(run,
                             g_error_new(AMR_ERROR, AMR_ERROR_COMPILER,
                                         "apparmor_parser printed more than %s and was stopped",
                                         max));
    } else if (size) {
        g_byte_array_append(stream->bytes, g_bytes_get_data(block, NULL), (guint)size);
        read_more(run, stream);
    }
    child_step(run);
}

static void
on_read_out(GObject *source, GAsyncResult *result, gpointer data)
{
    AmrCompileRun *run = data;
    on_read(run, &run->out, result);
}

static void
on_read_err(GObject *source, GAsyncResult *result, gpointer data)
{
    AmrCompileRun *run = data;
    on_read(run, &run->err, result);
}

static void
read_more(AmrCompileRun *run, AmrCompileStream *stream)
{
    run->refs++;
    run->pending++;
    g_input_stream_read_bytes_async(stream->stream, BLOCK, G_PRIORITY_DEFAULT, run->io,
                                    stream == &run->out ? on_read_out : on_read_err, run);
}

static void
stream_start(AmrCompileRun *run, AmrCompileStream *stream, GInputStream *pipe, gsize max)
{
    amr_compile_stream_clear(stream);
    stream->bytes = g_byte_array_new();
    stream->max = max;
    if (!pipe)
        return;
    stream->stream = g_object_ref(pipe);
    read_more(run, stream);
}

static gboolean
on_timeout(gpointer data)
{
    AmrCompileRun *run = data;
    guint seconds = run->compiler ? run->compiler->seconds : 0;
    amr_compile_run_kill(run, g_error_new(AMR_ERROR, AMR_ERROR_COMPILER,
                                          "apparmor_parser took more than %u s and was stopped",
                                          seconds));
    return G_SOURCE_REMOVE;
}

static GSubprocess *
spawn(AmrCompileRun *run, GError **error)
{
    static const char *const environment[] = {"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C",
                                              NULL};
    const AmrTarget *target = run->compiler->target;
    gboolean prints = run->probing ? FALSE : amr_compile_kind_prints(run->job.kind);
    g_autoptr(GSubprocessLauncher) launcher = g_subprocess_launcher_new(
        G_SUBPROCESS_FLAGS_STDERR_PIPE |
        (prints ? G_SUBPROCESS_FLAGS_STDOUT_PIPE : G_SUBPROCESS_FLAGS_STDOUT_SILENCE));
    g_auto(GStrv) argv =
        run->probing ? amr_compile_probe_argv(target)
                     : amr_compile_argv(target, &run->job, run->base,
                                        run->compiler->warnings == AMR_COMPILE_WARNINGS_KNOWN);
    g_autoptr(GError) local = NULL;

    if (!run->probing && run->job.text) {
        int fd = amr_compile_input(run->job.text, error);
        if (fd < 0)
            return NULL;
        g_subprocess_launcher_take_stdin_fd(launcher, fd);
    }
    g_subprocess_launcher_set_environ(launcher, (char **)environment);
    g_subprocess_launcher_set_cwd(launcher, "/");
    g_subprocess_launcher_set_child_setup(launcher, child_setup, run, NULL);
    GSubprocess *child = g_subprocess_launcher_spawnv(launcher, (const char *const *)argv, &local);
    if (!child) {
        g_autofree char *program = amr_display_string(argv[0]);
        amr_error_set(error, AMR_ERROR_COMPILER, "Running %s: %s", program, local->message);
    }
    return child;
}

gboolean
amr_compile_child_start(AmrCompileRun *run, GError **error)
{
    AmrCompiler *compiler = run->compiler;
    run->probing =
        run->job.kind == AMR_COMPILE_CHECK && compiler->warnings == AMR_COMPILE_WARNINGS_UNKNOWN;
    run->child = spawn(run, error);
    if (!run->child)
        return FALSE;
    const char *pid = g_subprocess_get_identifier(run->child);
    run->pid = pid ? (pid_t)g_ascii_strtoll(pid, NULL, 10) : 0;
    run->io = g_cancellable_new();
    run->refs++;
    run->pending++;
    g_subprocess_wait_async(run->child, NULL, on_waited, run);
    stream_start(run, &run->out, g_subprocess_get_stdout_pipe(run->child), OUTPUT_MAX);
    stream_start(run, &run->err, g_subprocess_get_stderr_pipe(run->child), ERRORS_MAX);
    run->timer = g_timeout_source_new_seconds(compiler->seconds);
    g_source_set_callback(run->timer, on_timeout, run, NULL);
    g_source_attach(run->timer, g_main_context_get_thread_default());
    return TRUE;
}
