/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Many paths, few rules: sets as real programs ask for them, recorded by strace or made after them.
 * For each how many rules it takes, how many accesses those answer that many share, and how many
 * paths they open that nobody in the set asked for: of a universe that holds the paths of all the
 * sets, strangers beside each of them, and names that matter. The oracle says so of what the
 * compiler makes of the rules.
 */
#include "config.h"

#include "tests/bench/bench.h"

#include <stdio.h>
#include <string.h>

#include "core/policy/cluster.h"
#include "core/policy/compiler.h"
#include "core/policy/oracle.h"
#include "core/policy/risk.h"
#include "tests/unit/pathmaker.h"

/* Made after what the programs' sources and traces show. */
static const struct {
    const char *name;
    const char *specs[10];
    guint rules; /* at most */
} made[] = {
    {"a browser's cache",
     {"owner rw /home/u/.cache/mozilla/firefox/<any*1>.default/cache2/entries/<hex40*500>",
      "owner rw /home/u/.cache/mozilla/firefox/<any*1>.default/cache2/doomed/<1000-1020>",
      "owner rw /home/u/.cache/mozilla/firefox/<any*1>.default/cache2/index"},
     3},
    {"a mail spool",
     {"owner rw /var/spool/exim4/input/<any*60>-D", "owner rw /var/spool/exim4/input/<any*60>-H",
      "owner rw /var/spool/exim4/msglog/<any*60>", "rw /var/mail/<own*20>"},
     5},
    {"mail directories",
     {"rw /srv/mail/example.org/<own*40>/<cur,new>/17000<10000-10011>.M<any*1>.mx",
      "r /srv/mail/example.org/<own*40>/dovecot.index"},
     3},
    {"a build tree",
     {"r /home/u/src/app/<own*12>/<own*9>.c", "r /home/u/src/app/<own*12>/<own*6>.h",
      "rw /home/u/src/app/build/<own*12>/<own*9>.o",
      "rw /home/u/src/app/build/<own*12>/.deps/<own*9>.Po"},
     6},
    {"a walk of /proc",
     {"r /proc/<1-300>/<stat,status,cmdline,comm,cgroup>", "r /proc/<1-300>/fd/<0-9>",
      "r /proc/<1-300>/task/<1000-1002>/<stat,comm>", "r /proc/<1-300>/", "r /proc/<1-300>/environ",
      "r /proc/<cpuinfo,meminfo,uptime,loadavg>", "r /proc/sys/kernel/<osrelease,hostname>"},
     12},
    {"a package manager",
     {"w /usr/share/doc/<own*80>/<changelog.gz,copyright>", "w /usr/share/man/man<1-8>/<own*20>.gz",
      "rw /var/lib/dpkg/info/<own*90>.<list,md5sums,postinst>", "rw /var/lib/dpkg/status",
      "rw /var/lib/dpkg/updates/<1000-1040>", "w /usr/bin/<own*12>", "r /etc/apt/sources.list"},
     24},
    {"unrelated files",
     {"r /etc/<hosts,resolv.conf,nsswitch.conf,machine-id>", "r /usr/share/zoneinfo/UTC",
      "rw /var/lib/<own*3>/state", "r /srv/<own*4>/<own*1>", "owner r /home/u/<own*9>"},
     21},
};

/* Names that matter, and such as stand beside much. */
static const char *const others[] = {
    "/etc/shadow",
    "/etc/sudoers",
    "/etc/passwd",
    "/root/.ssh/id_rsa",
    "/home/u/.ssh/id_rsa",
    "/home/u/.gnupg/secring.gpg",
    "/home/u/.netrc",
    "/home/u/.bashrc",
    "/home/u/Documents/letter.odt",
    "/proc/1/mem",
    "/proc/1/attr/current",
    "/proc/sys/kernel/core_pattern",
    "/proc/kcore",
    "/dev/sda",
    "/dev/mem",
    "/run/docker.sock",
    "/usr/bin/sudo",
    "/boot/vmlinuz",
    "/etc/ssl/private/key",
    "/var/lib/dpkg/lock",
    "/var/log/auth.log",
};

typedef struct {
    const char *name;
    GPtrArray *paths; /* char * */
    GArray *accesses; /* AmrClusterAccess */
    guint most;
} Set;

static Set *
set_new(const char *name, guint most)
{
    Set *set = g_new0(Set, 1);
    *set = (Set){name, g_ptr_array_new_with_free_func(g_free),
                 g_array_new(FALSE, FALSE, sizeof(AmrClusterAccess)), most};
    return set;
}

static void
set_free(gpointer data)
{
    Set *set = data;
    g_ptr_array_unref(set->paths);
    g_array_unref(set->accesses);
    g_free(set);
}

static GPtrArray *
clusters_of(const AmrRisks *risks, const Set *set)
{
    return amr_cluster_files(risks, (const AmrClusterAccess *)(const void *)set->accesses->data,
                             set->accesses->len);
}

/* ---- the sets ---------------------------------------------------------------------------------
 */

static Set *
recorded(const char *dir, const char *name, guint most)
{
    g_autofree char *base = g_strconcat(name, ".paths", NULL);
    g_autofree char *file = g_build_filename(dir, base, NULL), *text = NULL;
    Set *set = set_new(name, most);

    if (!g_file_get_contents(file, &text, NULL, NULL))
        bench_fail("%s: cannot be read", file);
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (char **line = lines; *line; line++)
        if (**line)
            pathmaker_accesses(set->paths, set->accesses, *line);
    return set;
}

static GPtrArray *
all_sets(const char *dir)
{
    static const struct {
        const char *name;
        guint rules;
    } files[] = {{"gcc", 40}, {"python", 60}, {"ps", 25}, {"git", 30}, {"apt", 50}};
    GPtrArray *sets = g_ptr_array_new_with_free_func(set_free);

    for (gsize i = 0; i < G_N_ELEMENTS(files); i++)
        g_ptr_array_add(sets, recorded(dir, files[i].name, files[i].rules));
    for (gsize i = 0; i < G_N_ELEMENTS(made); i++) {
        Set *set = set_new(made[i].name, made[i].rules);
        for (gsize k = 0; k < G_N_ELEMENTS(made[i].specs) && made[i].specs[k]; k++)
            pathmaker_accesses(set->paths, set->accesses, made[i].specs[k]);
        g_ptr_array_add(sets, set);
    }
    return sets;
}

/* All paths, and a stranger beside each, below it and above it. */
static GHashTable *
universe_of(const GPtrArray *sets)
{
    GHashTable *universe = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (guint i = 0; i < sets->len; i++) {
        const Set *set = sets->pdata[i];
        for (guint k = 0; k < set->paths->len; k++) {
            const char *path = set->paths->pdata[k];
            g_autofree char *directory = g_path_get_dirname(path);
            g_autofree char *above = g_path_get_dirname(directory);
            g_hash_table_add(universe, g_strdup(path));
            g_hash_table_add(universe, g_strdup_printf("%s/a stranger", directory));
            g_hash_table_add(universe, g_strdup_printf("%s/stranger/%s", directory,
                                                       path + strlen(directory) + 1));
            g_hash_table_add(universe, g_strdup_printf("%s/Stranger-1", above));
        }
    }
    for (gsize i = 0; i < G_N_ELEMENTS(others); i++)
        g_hash_table_add(universe, g_strdup(others[i]));
    return universe;
}

/* ---- the oracle -------------------------------------------------------------------------------
 */

static void
done(GObject *source, GAsyncResult *result, gpointer data)
{
    *(GAsyncResult **)data = g_object_ref(result);
}

static AmrOracle *
compile(const char *text)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GAsyncResult) result = NULL;
    g_autoptr(AmrTarget) target =
        amr_target_new(&(AmrTargetOptions){.policy = "/etc/apparmor.d",
                                           .features = "/etc/apparmor.d/abi/3.0"},
                       &error);
    if (!target)
        bench_fail("%s", error->message);
    g_autoptr(AmrCompiler) compiler = amr_compiler_new(target);
    g_autoptr(GBytes) input = g_bytes_new(text, strlen(text));
    AmrCompileJob job = {.kind = AMR_COMPILE_CHECK, .text = input};
    amr_compiler_run_async(compiler, &job, NULL, done, &result);
    while (!result)
        g_main_context_iteration(NULL, TRUE);
    g_autoptr(AmrCompileResult) compiled = amr_compiler_run_finish(compiler, result, &error);
    if (!compiled || !compiled->ok)
        bench_fail("the rules do not compile: %s", error ? error->message : text);
    AmrOracle *oracle = amr_oracle_new(compiled->output, &error);
    if (!oracle)
        bench_fail("%s", error->message);
    return oracle;
}

static void
append_rule(GString *text, const AmrRule *rule)
{
    g_autofree char *printed = amr_rule_print(rule);
    g_string_append_printf(text, "  %s\n", printed);
}

/* The rules of all, as one profile; how many in *rules and how many accesses share one in *shared.
 */
static char *
policy_of(const Set *set, const GPtrArray *clusters, guint *rules, guint *shared)
{
    g_autoptr(GHashTable) taken = g_hash_table_new(NULL, NULL);
    g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func((GDestroyNotify)amr_rule_free);
    GString *text = g_string_new("profile bench {\n");

    for (guint i = 0; i < clusters->len; i++) {
        const AmrCluster *cluster = clusters->pdata[i];
        g_ptr_array_add(list, amr_rule_copy(cluster->rule));
        for (guint k = 0; k < cluster->n_members; k++)
            g_hash_table_add(taken, GUINT_TO_POINTER(cluster->members[k] + 1));
    }
    *shared = g_hash_table_size(taken);
    for (guint i = 0; i < set->accesses->len; i++) {
        const AmrClusterAccess *access = &g_array_index(set->accesses, AmrClusterAccess, i);
        if (g_hash_table_contains(taken, GUINT_TO_POINTER(i + 1)))
            continue;
        AmrRule *rule = amr_rule_new(AMR_RULE_FILE);
        rule->file.pattern = amr_policy_pattern(access->path, NULL);
        rule->file.access = access->access;
        rule->owner = access->owner;
        g_ptr_array_add(list, rule);
    }
    amr_rules_merge(list);
    *rules = list->len;
    for (guint i = 0; i < list->len; i++)
        append_rule(text, list->pdata[i]);
    g_string_append(text, "}\n");
    return g_string_free(text, FALSE);
}

/* How many paths of the universe are open, to read or to write, that nobody asked for; of those
 * that matter in *matter. All of the set must be open: what is not, in *missed. */
static guint
count_opened(const AmrRisks *risks, const AmrOracle *oracle, const Set *set, GHashTable *universe,
             guint *matter, guint *missed)
{
    const AmrOracleProfile *profile = amr_oracle_find(oracle, "bench");
    g_autoptr(GHashTable) asked = g_hash_table_new(g_str_hash, g_str_equal);
    g_autoptr(AmrRiskReach) reach = amr_risk_reach_new(risks);
    GHashTableIter iter;
    gpointer path;
    guint opened = 0;

    *matter = *missed = 0;
    for (guint i = 0; i < set->paths->len; i++)
        g_hash_table_add(asked, set->paths->pdata[i]);
    g_hash_table_iter_init(&iter, universe);
    while (g_hash_table_iter_next(&iter, &path, NULL)) {
        AmrOracleAnswer read, write;
        gboolean own;
        amr_oracle_ask_path(profile, AMR_PERM_READ, TRUE, path, strlen(path), &read);
        amr_oracle_ask_path(profile, AMR_PERM_WRITE, TRUE, path, strlen(path), &write);
        gboolean is_open =
            read.verdict == AMR_ORACLE_ALLOWED || write.verdict == AMR_ORACLE_ALLOWED;
        if (g_hash_table_contains(asked, path)) {
            *missed += !is_open;
            continue;
        }
        (void)amr_risk_of_kinds(reach, amr_risk_reach_kinds(reach, amr_bytes(path)),
                                AMR_ACCESS_READ, &own);
        opened += is_open;
        *matter += is_open && own;
    }
    return opened;
}

static void
bench_set(const AmrRisks *risks, const Set *set, GHashTable *universe)
{
    double start = bench_now();
    g_autoptr(GPtrArray) clusters = clusters_of(risks, set);
    double seconds = bench_now() - start;
    guint rules, shared, matter, missed;
    g_autofree char *policy = policy_of(set, clusters, &rules, &shared);
    g_autoptr(AmrOracle) oracle = compile(policy);
    guint opened = count_opened(risks, oracle, set, universe, &matter, &missed);
    g_autofree char *what =
        g_strdup_printf("%s: rules for %u accesses", set->name, set->accesses->len);
    g_autofree char *also = g_strdup_printf("  answered by shared ones; opened of %u paths",
                                            g_hash_table_size(universe));

    bench_at_most(what, rules, set->most, "");
    bench_note(also, shared, "");
    bench_note("  opened", opened, "");
    bench_note("  time", seconds * 1000, "ms");
    if (matter || missed)
        bench_at_most("  names that matter opened, or accesses not answered", matter + missed, 0,
                      "");
}

/* ---- how it grows -----------------------------------------------------------------------------
 */

/* @n paths of many kinds, a third of them in no order at all. */
static double
time_of(const AmrRisks *risks, guint n)
{
    g_autofree char *cache = g_strdup_printf("owner rw /home/u/.cache/app/<hex40*%u>", n / 3);
    g_autofree char *tree = g_strdup_printf("r /srv/tree/<own*%u>/<own*10>.txt", n / 30);
    g_autofree char *loose = g_strdup_printf("r /data/<own*%u>/<own*3>/<own*1>", n / 9);
    Set *set = set_new("growth", 0);
    pathmaker_accesses(set->paths, set->accesses, cache);
    pathmaker_accesses(set->paths, set->accesses, tree);
    pathmaker_accesses(set->paths, set->accesses, loose);
    double best = G_MAXDOUBLE;
    for (guint i = 0; i < 3; i++) {
        double start = bench_now();
        g_ptr_array_unref(clusters_of(risks, set));
        best = MIN(best, (bench_now() - start) / set->accesses->len);
    }
    set_free(set);
    return best;
}

void
bench_cluster(const char *dir)
{
    g_autoptr(GPtrArray) sets = all_sets(dir);
    g_autoptr(GHashTable) universe = universe_of(sets);
    g_autofree char *path = g_build_filename(dir, "..", "..", "..", "data", "risks", NULL);
    g_autofree char *text = NULL;
    g_autoptr(AmrRisks) risks = amr_risks_new();
    gsize len;

    if (!g_file_get_contents(path, &text, &len, NULL))
        bench_fail("%s", path);
    amr_data_take(amr_risks_data(risks), text, len, "risks");
    for (guint i = 0; i < sets->len; i++)
        bench_set(risks, sets->pdata[i], universe);
    double few = time_of(risks, 10000), many = time_of(risks, 100000);
    bench_note("clusters of 10,000 paths, each", few * 1e6, "us");
    bench_at_most("clusters of 100,000 paths, all", many * 100000, 2, "s");
    bench_at_most("  each, against one of 10,000", many / few, 2, "x");
}
