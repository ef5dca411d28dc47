/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A walk over a million files; and what a proof costs beyond the compiler's own time. */
#include "config.h"

#include "tests/bench/bench.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "core/policy/breadths.h"
#include "core/policy/compiler.h"

enum {
    DIRECTORIES = 1000,
    FILES = 1000, /* of each */
    WALKS = 3,
};

static void
done(GObject *source, GAsyncResult *result, gpointer data)
{
    *(GAsyncResult **)data = g_object_ref(result);
}

static GBytes *
compile(AmrCompiler *compiler, const AmrCompileJob *job)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GAsyncResult) result = NULL;
    amr_compiler_run_async(compiler, job, NULL, done, &result);
    while (!result)
        g_main_context_iteration(NULL, TRUE);
    g_autoptr(AmrCompileResult) compiled = amr_compiler_run_finish(compiler, result, &error);
    if (!compiled || !compiled->ok)
        bench_fail("%s", error ? error->message : "does not compile");
    return g_bytes_ref(compiled->output);
}

static AmrOracle *
compile_text(AmrCompiler *compiler, const char *text)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) bytes = g_bytes_new(text, strlen(text));
    const AmrCompileJob job = {.kind = AMR_COMPILE_CHECK, .text = bytes};
    g_autoptr(GBytes) output = compile(compiler, &job);
    AmrOracle *oracle = amr_oracle_new(output, &error);
    if (!oracle)
        bench_fail("%s", error->message);
    return oracle;
}

/* Links in place of files: a name each, and made in a fraction of the time. */
static void
make_files(int root)
{
    char name[32];

    if (mkdirat(root, "etc", 0755) || mkdirat(root, "etc/apparmor.d", 0755) ||
        mkdirat(root, "srv", 0755))
        bench_fail("%s", g_strerror(errno));
    for (guint i = 0; i < DIRECTORIES; i++) {
        g_snprintf(name, sizeof name, "srv/shelf-%u", i);
        if (mkdirat(root, name, 0755))
            bench_fail("%s", g_strerror(errno));
        int dir = openat(root, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        int first = openat(dir, "book-0.txt", O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
        for (guint k = 1; k < FILES; k++) {
            g_snprintf(name, sizeof name, "book-%u.txt", k);
            if (linkat(dir, "book-0.txt", dir, name, 0))
                bench_fail("%s", g_strerror(errno));
        }
        close(first);
        close(dir);
    }
}

static double
seconds_of(struct timeval time)
{
    return (double)time.tv_sec + (double)time.tv_usec / 1e6;
}

/* Of the children that ended. */
static double
children(void)
{
    struct rusage use;
    getrusage(RUSAGE_CHILDREN, &use);
    return seconds_of(use.ru_utime) + seconds_of(use.ru_stime);
}

/* Ours, of all threads. */
static double
processor(void)
{
    struct timespec time;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* Seconds of a processor: what it takes by the clock, where others stretch it, is *seconds. */
static double
walk(const AmrTarget *target, AmrSensitive *sensitive, const AmrBreadthLane *lanes, guint n,
     double *seconds)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GAsyncResult) result = NULL;
    double start = bench_now(), own = processor(), theirs = children();

    amr_breadth_async(target, lanes, n, sensitive, 60000, NULL, NULL, NULL, done, &result);
    while (!result)
        g_main_context_iteration(NULL, TRUE);
    *seconds = bench_now() - start;
    own = processor() - own;
    /* Who walked is waited for a moment later. */
    for (double end = bench_now() + 1; children() <= theirs && bench_now() < end;)
        g_main_context_iteration(NULL, FALSE);
    own += children() - theirs;
    g_autoptr(GPtrArray) all = amr_breadth_finish(result, &error);
    if (!all)
        bench_fail("%s", error->message);
    for (guint i = 0; i < n; i++) {
        const AmrBreadth *breadth = all->pdata[i];
        gboolean all_of_them = breadth->files >= (guint64)DIRECTORIES * FILES;
        if (!breadth->whole || (breadth->files != 0 && !all_of_them))
            bench_fail("only %" G_GUINT64_FORMAT " files", breadth->files);
    }
    return own;
}

static AmrSensitive *
read_sensitive(const char *file)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *text = NULL;
    AmrSensitive *sensitive = amr_sensitive_new();
    gsize len;

    if (!g_file_get_contents(file, &text, &len, &error))
        bench_fail("%s", error->message);
    amr_data_take(amr_sensitive_data(sensitive), text, len, file);
    return sensitive;
}

static void
bench_walk(const char *dir, const char *sensitive_file, AmrCompiler *compiler)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *path = g_build_filename(dir, "world", NULL);
    int root = g_mkdir_with_parents(path, 0755) == 0 ? open(path, O_RDONLY | O_DIRECTORY) : -1;
    g_autoptr(AmrOracle) before = compile_text(compiler, "profile p { /etc/** r, }\n");
    g_autoptr(AmrOracle) rules = compile_text(compiler, "profile r { /srv/** rw, }\n"
                                                        "profile s { /srv/shelf-*/* r, }\n"
                                                        "profile t { owner /srv/** rwk, }\n"
                                                        "profile u { /nowhere/** r, }\n");
    static const char *const names[] = {"r", "s", "t", "u"};
    g_autoptr(AmrSensitive) sensitive = read_sensitive(sensitive_file);
    double one[WALKS], clock[WALKS], three[WALKS], none[WALKS], other;

    make_files(root);
    close(root);
    g_autoptr(AmrTarget) target = amr_target_new(&(AmrTargetOptions){.root = path}, &error);
    if (!target)
        bench_fail("%s", error->message);
    AmrBreadthLane lanes[4];
    for (guint i = 0; i < G_N_ELEMENTS(lanes); i++)
        lanes[i] = (AmrBreadthLane){.before = before,
                                    .rules = rules,
                                    .profile = amr_oracle_profile(before, 0),
                                    .rule = amr_oracle_find(rules, names[i])};
    for (guint i = 0; i < WALKS; i++) {
        one[i] = walk(target, sensitive, lanes, 1, &clock[i]);
        three[i] = walk(target, sensitive, lanes, 3, &other);
        none[i] = walk(target, sensitive, &lanes[3], 1, &other) * 1e3;
    }
    bench_at_most("breadth: a million files that a rule opens", bench_median(one, WALKS), 3, "s");
    bench_note("breadth: the same by the clock", bench_median(clock, WALKS), "s");
    bench_at_most("breadth: a million files that three rules open", bench_median(three, WALKS), 3,
                  "s");
    bench_at_most("breadth: a million files that no rule reaches", bench_median(none, WALKS), 20,
                  "ms");
}

/* ---- a proof --------------------------------------------------------------------------------- */

/* The compiler's answer read, asked and compared with what was before: what armorer adds to it. */
static double
prove(GBytes *before, GBytes *after)
{
    g_autoptr(GError) error = NULL;
    AmrOracleAnswer answer;
    double start = bench_now();
    g_autoptr(AmrOracle) one = amr_oracle_new(before, &error);
    g_autoptr(AmrOracle) other = one ? amr_oracle_new(after, &error) : NULL;
    g_autoptr(AmrOracleComparison) comparison =
        other ? amr_oracle_compare(one, other, &error) : NULL;
    if (!comparison)
        bench_fail("%s", error->message);
    for (guint i = 0; i < 1000; i++)
        amr_oracle_ask_path(amr_oracle_profile(other, 0), AMR_PERM_READ, FALSE, "/etc/shadow", 11,
                            &answer);
    return (bench_now() - start) * 1e3;
}

static void
bench_proof(AmrCompiler *compiler)
{
    static const char *const files[] = {"usr.sbin.smbd", "usr.bin.man", "bin.ping"};
    double times[BENCH_PAIRS];

    for (gsize f = 0; f < G_N_ELEMENTS(files); f++) {
        g_autofree char *path = g_build_filename("/etc/apparmor.d", files[f], NULL);
        g_autofree char *text = NULL, *what = NULL;
        gsize len;
        if (!g_file_get_contents(path, &text, &len, NULL))
            bench_fail("%s is not there", path);
        char *end = strrchr(text, '}');
        g_autofree char *with =
            g_strdup_printf("%.*s /srv/nowhere/** rw,\n}\n", (int)(end - text), text);
        g_autoptr(GBytes) plain = g_bytes_new(text, len), more = g_bytes_new(with, strlen(with));
        const AmrCompileJob jobs[] = {{.kind = AMR_COMPILE_CHECK, .text = plain},
                                      {.kind = AMR_COMPILE_CHECK, .text = more}};
        g_autoptr(GBytes) before = compile(compiler, &jobs[0]);
        g_autoptr(GBytes) after = compile(compiler, &jobs[1]);
        for (guint i = 0; i < BENCH_PAIRS; i++)
            times[i] = prove(before, after);
        what = g_strdup_printf("proof: beyond the compiler's own time, %s", files[f]);
        bench_at_most(what, bench_median(times, BENCH_PAIRS), 50, "ms");
    }
}

void
bench_breadth(const char *dir, const char *sensitive)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(AmrTarget) target =
        amr_target_new(&(AmrTargetOptions){.policy = "/etc/apparmor.d",
                                           .features = "/etc/apparmor.d/abi/3.0"},
                       &error);
    if (!target)
        bench_fail("%s", error->message);
    g_autoptr(AmrCompiler) compiler = amr_compiler_new(target);
    bench_proof(compiler);
    bench_walk(dir, sensitive, compiler);
}
