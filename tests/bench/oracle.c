/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Questions to a shipped profile, compiled here, and a comparison with another compile of it. */
#include "config.h"

#include "tests/bench/bench.h"

#include <string.h>

#include "core/policy/compiler.h"
#include "core/policy/oracle_product.h"
#include "tests/unit/machinemaker.h"

static const char profile_file[] = "usr.sbin.smbd";
enum {
    QUESTIONS = 500000
};

static void
done(GObject *source, GAsyncResult *result, gpointer data)
{
    *(GAsyncResult **)data = g_object_ref(result);
}

static AmrOracle *
compile(const AmrTarget *target, AmrCompileJob job)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(AmrCompiler) compiler = amr_compiler_new(target);
    g_autoptr(GAsyncResult) result = NULL;
    job.kind = AMR_COMPILE_CHECK;
    amr_compiler_run_async(compiler, &job, NULL, done, &result);
    while (!result)
        g_main_context_iteration(NULL, TRUE);
    g_autoptr(AmrCompileResult) compiled = amr_compiler_run_finish(compiler, result, &error);
    if (!compiled || !compiled->ok)
        bench_fail("%s: %s", profile_file, error ? error->message : "does not compile");
    AmrOracle *oracle = amr_oracle_new(compiled->output, &error);
    if (!oracle)
        bench_fail("%s", error->message);
    return oracle;
}

static double
ask(const AmrOracleProfile *profile)
{
    static const char *const paths[] = {
        "/etc/passwd",
        "/usr/lib/x86_64-linux-gnu/libc.so.6",
        "/var/log/samba/log.smbd",
        "/home/user/Documents/letter.odt",
        "/proc/1234/task/1234/status",
        "/usr/lib/x86_64-linux-gnu/samba/vfs/acl_xattr.so",
        "/run/samba/smbd.pid",
        "/var/lib/samba/private/secrets.tdb",
        "/etc/ssl/certs/ca-certificates.crt",
        "/nowhere/at/all/that/any/rule/would/grant",
    };
    gsize lengths[G_N_ELEMENTS(paths)];
    volatile guint allowed = 0;
    AmrOracleAnswer answer;
    for (guint i = 0; i < G_N_ELEMENTS(paths); i++)
        lengths[i] = strlen(paths[i]);
    double start = bench_now();
    for (guint i = 0; i < QUESTIONS; i++) {
        guint n = i % G_N_ELEMENTS(paths);
        amr_oracle_ask_path(profile, AMR_PERM_READ | AMR_PERM_WRITE, i & 1, paths[n], lengths[n],
                            &answer);
        allowed += answer.verdict == AMR_ORACLE_ALLOWED;
    }
    return QUESTIONS / (bench_now() - start);
}

/* ---- a hostile machine ----------------------------------------------------------------------- */

/* A chain of as many differences as there are states. */
static AmrDfa *
read_chain(guint32 accept)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Machine) machine = machine_new(MACHINE_CHAIN, 65535, 1, accept);
    gsize size;
    const guint8 *data = g_bytes_get_data(machine->bytes, &size);
    AmrDfa *dfa = amr_dfa_new(data, size, 0, &error);
    if (!dfa)
        bench_fail("%s", error->message);
    return dfa;
}

static guint
judge(gconstpointer data, const AmrPair *pair, AmrDelta *deltas)
{
    (void)data;
    (void)pair;
    (void)deltas;
    return 0;
}

/* Seconds to read two machines and to compare them. */
static double
compare_chains(void)
{
    g_autoptr(GError) error = NULL;
    double start = bench_now();
    g_autoptr(AmrDfa) before = read_chain(1);
    g_autoptr(AmrDfa) after = read_chain(2);
    const AmrPdb sides[] = {{.dfa = before, .start = 1}, {.dfa = after, .start = 1}};
    const AmrProductJob job = {.before = &sides[0],
                               .after = &sides[1],
                               .start = {1, 1, 0},
                               .judge = judge};
    g_autoptr(GPtrArray) found = amr_product_walk(&job, 10, &error);
    if (!found)
        bench_fail("%s", error->message);
    return bench_now() - start;
}

void
bench_oracle(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(AmrTarget) target =
        amr_target_new(&(AmrTargetOptions){.policy = "/etc/apparmor.d",
                                           .features = "/etc/apparmor.d/abi/3.0"},
                       &error);
    if (!target)
        bench_fail("%s", error->message);
    g_autoptr(AmrOracle) oracle = compile(target, (AmrCompileJob){.file = profile_file});
    g_autoptr(AmrOracle) again = compile(target, (AmrCompileJob){.file = profile_file});
    double speed[BENCH_PAIRS], time[BENCH_PAIRS];
    for (guint i = 0; i < BENCH_PAIRS; i++) {
        speed[i] = ask(amr_oracle_profile(oracle, 0)) / 1e6;
        double start = bench_now();
        g_autoptr(AmrOracleComparison) comparison = amr_oracle_compare(oracle, again, &error);
        time[i] = (bench_now() - start) * 1e3;
        if (!comparison || !comparison->same)
            bench_fail("%s differs from itself", profile_file);
    }
    bench_at_least("oracle: questions on paths, one core", bench_median(speed, BENCH_PAIRS), 1,
                   "M/s");
    bench_at_most("oracle: comparison of a profile with another compile of it",
                  bench_median(time, BENCH_PAIRS), 50, "ms");
    bench_at_most("oracle: comparison of chains of 65,533 differences", compare_chains(), 3, "s");
}
