/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The ladder of files: what stands on it, and that each rung compiles, matches what was denied and
 * all that the rung before it matches, by the real compiler and the oracle.
 */
#include "tests/unit/hostile.h"
#include "tests/unit/index-fixture.h"
#include "tests/unit/oracling.h"

#include <stdlib.h>
#include <string.h>

#include "core/policy/ladder.h"
#include "core/policy/rule.h"

/* What apparmor's own tunables come to. */
static const char tunables_text[] =
    "@{HOMEDIRS}=/home/\n@{HOME}=@{HOMEDIRS}/*/ /root/\n@{HOMEDIRS}+=/srv/homes/\n"
    "@{PROC}=/proc/\n@{sys}=/sys/\n@{run}=/run/ /var/run/\n"
    "@{securityfs}=@{sys}/kernel/security/\n@{apparmorfs}=@{securityfs}/apparmor/\n"
    "@{pid}={[1-9],[1-9][0-9],[1-9][0-9][0-9],[1-9][0-9][0-9][0-9],[1-9][0-9][0-9][0-9][0-9],"
    "[1-9][0-9][0-9][0-9][0-9][0-9],[1-4][0-9][0-9][0-9][0-9][0-9][0-9]}\n"
    "@{tid}=@{pid}\n@{pids}=@{pid}\n"
    "@{uid}={[0-9],[1-9][0-9],[1-9][0-9][0-9],[1-9][0-9][0-9][0-9],[1-9][0-9][0-9][0-9][0-9]}\n"
    "@{multiarch}=*-linux-gnu*\n"
    "@{XDG_DOWNLOAD_DIR}=\"Downloads\"\n@{XDG_MUSIC_DIR}=Music \"My Music\"\n";

typedef struct {
    Fixture fixture;
    AmrTunables *all, *none;
} Bench;

static int
set_up(void **state)
{
    Bench *bench = g_new0(Bench, 1);
    g_autofree char *text = g_strconcat(tunables_text, "profile all {\n}\n", NULL);
    bench->fixture.dir = test_dir_new();
    put(&bench->fixture, "all", text);
    put(&bench->fixture, "none", "profile none {\n}\n");
    fixture_open(&bench->fixture);
    bench->all = amr_tunables_new(bench->fixture.index, "all");
    bench->none = amr_tunables_new(bench->fixture.index, "none");
    *state = bench;
    return 0;
}

static int
tear_down(void **state)
{
    Bench *bench = *state;
    amr_tunables_free(bench->all);
    amr_tunables_free(bench->none);
    fixture_close(&bench->fixture);
    g_free(bench);
    return 0;
}

static GPtrArray *
climb(const AmrTunables *tunables, AmrBytes path, gboolean reads, guint *best)
{
    g_autoptr(GError) error = NULL;
    const AmrLadderQuestion question = {path, reads, {4321, TRUE, 1000}, tunables};
    GPtrArray *rungs = amr_ladder(&question, best, &error);
    assert_no_error(error);
    assert_true(rungs->len > 0 && *best < rungs->len);
    return rungs;
}

/* The patterns in a row, the best with a star before it, what opens everything with a !. */
static char *
shown(const GPtrArray *rungs, guint best)
{
    GString *out = g_string_new(NULL);
    for (guint i = 0; i < rungs->len; i++) {
        const AmrLadderRung *rung = rungs->pdata[i];
        g_string_append_printf(out, "%s%s%s%s", i ? " | " : "", i == best ? "=" : "",
                               rung->everything ? "!" : "", rung->pattern);
    }
    return g_string_free(out, FALSE);
}

static const struct {
    const char *path;
    gboolean reads;
    const char *want, *want_bare; /* without variables; NULL: not asked */
} rows[] = {
    {"/home/joe/.cache/foo/x.db", TRUE,
     "=/home/joe/.cache/foo/x.db | @{HOME}/.cache/foo/x.db | @{HOME}/.cache/foo/*.db | "
     "@{HOME}/.cache/foo/{,*} | @{HOME}/.cache/foo/{,**}",
     "=/home/joe/.cache/foo/x.db | /home/joe/.cache/foo/*.db | /home/joe/.cache/foo/{,*} | "
     "/home/joe/.cache/foo/{,**}"},
    {"/home/joe/Downloads/a b.pdf", TRUE,
     "=/home/joe/Downloads/a b.pdf | @{HOME}/@{XDG_DOWNLOAD_DIR}/a b.pdf | "
     "@{HOME}/@{XDG_DOWNLOAD_DIR}/*.pdf | @{HOME}/@{XDG_DOWNLOAD_DIR}/{,*} | "
     "!@{HOME}/@{XDG_DOWNLOAD_DIR}/{,**}",
     NULL},
    {"/home/joe/Music/x/y.ogg", FALSE,
     "=/home/joe/Music/x/y.ogg | @{HOME}/@{XDG_MUSIC_DIR}/x/y.ogg | "
     "@{HOME}/@{XDG_MUSIC_DIR}/x/*.ogg | @{HOME}/@{XDG_MUSIC_DIR}/x/* | "
     "@{HOME}/@{XDG_MUSIC_DIR}/x/** | !@{HOME}/@{XDG_MUSIC_DIR}/**",
     NULL},
    {"/proc/4321/status", TRUE,
     "/proc/4321/status | =@{PROC}/@{pid}/status | @{PROC}/@{pid}/{,*} | !@{PROC}/@{pid}/{,**}",
     "/proc/4321/status | =/proc/[0-9]*/status | /proc/[0-9]*/{,*} | !/proc/[0-9]*/{,**}"},
    {"/proc/77/task/78/comm", TRUE,
     "/proc/77/task/78/comm | =@{PROC}/@{pids}/task/@{tid}/comm | @{PROC}/@{pids}/task/@{tid}/{,*} "
     "| "
     "@{PROC}/@{pids}/task/@{tid}/{,**} | @{PROC}/@{pids}/task/{,**}",
     "/proc/77/task/78/comm | =/proc/[0-9]*/task/[0-9]*/comm | /proc/[0-9]*/task/[0-9]*/{,*} | "
     "/proc/[0-9]*/task/[0-9]*/{,**} | /proc/[0-9]*/task/{,**}"},
    {"/proc/sys/kernel/osrelease", TRUE,
     "=/proc/sys/kernel/osrelease | @{PROC}/sys/kernel/osrelease | @{PROC}/sys/kernel/{,*} | "
     "@{PROC}/sys/kernel/{,**}",
     NULL},
    {"/run/user/1000/pulse/native", FALSE,
     "=/run/user/1000/pulse/native | @{run}/user/@{uid}/pulse/native | @{run}/user/@{uid}/pulse/* "
     "| @{run}/user/@{uid}/pulse/**",
     "=/run/user/1000/pulse/native | /run/user/[0-9]*/pulse/native | /run/user/[0-9]*/pulse/* | "
     "/run/user/[0-9]*/pulse/**"},
    {"/var/run/foo-4321.sock", FALSE,
     "/var/run/foo-4321.sock | =/var/run/foo-@{pid}.sock | @{run}/foo-@{pid}.sock | @{run}/*.sock "
     "| @{run}/* | !@{run}/**",
     "/var/run/foo-4321.sock | =/var/run/foo-[0-9]*.sock | /var/run/*.sock | /var/run/* | "
     "!/var/run/**"},
    {"/tmp/tmp.aB3dE9xYz1", FALSE,
     "/tmp/tmp.aB3dE9xYz1 | "
     "=/tmp/"
     "tmp.[0-9A-Z_a-z][0-9A-Z_a-z][0-9A-Z_a-z][0-9A-Z_a-z][0-9A-Z_a-z][0-9A-Z_a-z][0-9A-Z_a-z][0-"
     "9A-Z_a-z][0-9A-Z_a-z][0-9A-Z_a-z] | /tmp/* | !/tmp/**",
     "/tmp/tmp.aB3dE9xYz1 | "
     "=/tmp/"
     "tmp.[0-9A-Z_a-z][0-9A-Z_a-z][0-9A-Z_a-z][0-9A-Z_a-z][0-9A-Z_a-z][0-9A-Z_a-z][0-9A-Z_a-z][0-"
     "9A-Z_a-z][0-9A-Z_a-z][0-9A-Z_a-z] | /tmp/* | !/tmp/**"},
    {"/usr/lib/x86_64-linux-gnu/libfoo.so.6.2", TRUE,
     "=/usr/lib/x86_64-linux-gnu/libfoo.so.6.2 | /usr/lib/@{multiarch}/libfoo.so.6.2 | "
     "/usr/lib/@{multiarch}/libfoo.so.[0-9]*.[0-9]* | /usr/lib/@{multiarch}/*.so.[0-9]*.[0-9]* | "
     "/usr/lib/@{multiarch}/{,*} | /usr/lib/@{multiarch}/{,**}",
     "=/usr/lib/x86_64-linux-gnu/libfoo.so.6.2 | /usr/lib/x86_64-linux-gnu/libfoo.so.[0-9]*.[0-9]* "
     "| /usr/lib/x86_64-linux-gnu/*.so.[0-9]*.[0-9]* | /usr/lib/x86_64-linux-gnu/{,*} | "
     "/usr/lib/x86_64-linux-gnu/{,**}"},
    {"/lib/modules/6.1.0-13-amd64/kernel/fs/x.ko.xz", TRUE,
     "=/lib/modules/6.1.0-13-amd64/kernel/fs/x.ko.xz | "
     "/lib/modules/[0-9]*.[0-9]*-amd64/kernel/fs/x.ko.xz | "
     "/lib/modules/[0-9]*.[0-9]*-amd64/kernel/fs/*.ko.xz | "
     "/lib/modules/[0-9]*.[0-9]*-amd64/kernel/fs/{,*} | "
     "/lib/modules/[0-9]*.[0-9]*-amd64/kernel/fs/{,**} | "
     "/lib/modules/[0-9]*.[0-9]*-amd64/kernel/{,**} | /lib/modules/[0-9]*.[0-9]*-amd64/{,**} | "
     "/lib/modules/{,**}",
     NULL},
    {"/etc/passwd", TRUE, "=/etc/passwd | /etc/{,*} | !/etc/{,**}",
     "=/etc/passwd | /etc/{,*} | !/etc/{,**}"},
    {"/x", TRUE, "=/x | /{,*} | !/{,**}", NULL},
    {"/", TRUE, "=/ | /{,*} | !/{,**}", "=/ | /{,*} | !/{,**}"},
    {"/home/joe/", TRUE, "=/home/joe/ | @{HOME}/ | @{HOME}/{,*} | !@{HOME}/{,**}", NULL},
    {"/home/joe/", FALSE, "=/home/joe/ | @{HOMEDIRS}/joe/ | @{HOMEDIRS}/*/ | !@{HOMEDIRS}/**",
     NULL},
    {"/home/joe/.cache/foo/", TRUE,
     "=/home/joe/.cache/foo/ | @{HOME}/.cache/foo/ | @{HOME}/.cache/foo/{,*} | "
     "@{HOME}/.cache/foo/{,**}",
     NULL},
    {"/var/cache/man/12345/", FALSE,
     "=/var/cache/man/12345/ | /var/cache/man/[0-9]*/ | /var/cache/man/*/ | /var/cache/man/**",
     NULL},
    {"/sys/devices/pci0000:00/0000:00:1f.3/sound/card0/id", TRUE,
     "=/sys/devices/pci0000:00/0000:00:1f.3/sound/card0/id | "
     "@{sys}/devices/pci0000:00/0000:00:1f.3/sound/card0/id | "
     "@{sys}/devices/pci[0-9]*:[0-9]*/"
     "[0-9a-f][0-9a-f][0-9a-f][0-9a-f]:[0-9a-f][0-9a-f]:[0-9a-f][0-9a-f].[0-9a-f]/sound/card[0-9]*/"
     "id | "
     "@{sys}/devices/pci[0-9]*:[0-9]*/"
     "[0-9a-f][0-9a-f][0-9a-f][0-9a-f]:[0-9a-f][0-9a-f]:[0-9a-f][0-9a-f].[0-9a-f]/sound/card[0-9]*/"
     "{,*} | "
     "@{sys}/devices/pci[0-9]*:[0-9]*/"
     "[0-9a-f][0-9a-f][0-9a-f][0-9a-f]:[0-9a-f][0-9a-f]:[0-9a-f][0-9a-f].[0-9a-f]/sound/card[0-9]*/"
     "{,**} | "
     "@{sys}/devices/pci[0-9]*:[0-9]*/"
     "[0-9a-f][0-9a-f][0-9a-f][0-9a-f]:[0-9a-f][0-9a-f]:[0-9a-f][0-9a-f].[0-9a-f]/sound/{,**} | "
     "@{sys}/devices/pci[0-9]*:[0-9]*/"
     "[0-9a-f][0-9a-f][0-9a-f][0-9a-f]:[0-9a-f][0-9a-f]:[0-9a-f][0-9a-f].[0-9a-f]/{,**}",
     NULL},
    {"/sys/kernel/security/apparmor/profiles", TRUE,
     "=/sys/kernel/security/apparmor/profiles | @{apparmorfs}/profiles | @{apparmorfs}/{,*} | "
     "@{apparmorfs}/{,**}",
     NULL},
    {"/snap/firefox/3600/usr/lib/x.so", TRUE,
     "=/snap/firefox/3600/usr/lib/x.so | /snap/firefox/[0-9]*/usr/lib/x.so | "
     "/snap/firefox/[0-9]*/usr/lib/*.so | /snap/firefox/[0-9]*/usr/lib/{,*} | "
     "/snap/firefox/[0-9]*/usr/lib/{,**} | /snap/firefox/[0-9]*/usr/{,**} | "
     "/snap/firefox/[0-9]*/{,**} | /snap/firefox/{,**}",
     NULL},
    {"/var/lib/dpkg/info/foo.list", TRUE,
     "=/var/lib/dpkg/info/foo.list | /var/lib/dpkg/info/*.list | /var/lib/dpkg/info/{,*} | "
     "/var/lib/dpkg/info/{,**} | /var/lib/dpkg/{,**}",
     NULL},
    {"/home/joe/.mozilla/firefox/x1y2z3ab.default/prefs.js", TRUE,
     "=/home/joe/.mozilla/firefox/x1y2z3ab.default/prefs.js | "
     "@{HOME}/.mozilla/firefox/x1y2z3ab.default/prefs.js | "
     "@{HOME}/.mozilla/firefox/"
     "[0-9A-Z_a-z][0-9A-Z_a-z][0-9A-Z_a-z][0-9A-Z_a-z][0-9A-Z_a-z][0-9A-Z_a-z][0-9A-Z_a-z][0-9A-Z_"
     "a-z].default/prefs.js | "
     "@{HOME}/.mozilla/firefox/"
     "[0-9A-Z_a-z][0-9A-Z_a-z][0-9A-Z_a-z][0-9A-Z_a-z][0-9A-Z_a-z][0-9A-Z_a-z][0-9A-Z_a-z][0-9A-Z_"
     "a-z].default/*.js | "
     "@{HOME}/.mozilla/firefox/"
     "[0-9A-Z_a-z][0-9A-Z_a-z][0-9A-Z_a-z][0-9A-Z_a-z][0-9A-Z_a-z][0-9A-Z_a-z][0-9A-Z_a-z][0-9A-Z_"
     "a-z].default/{,*} | "
     "@{HOME}/.mozilla/firefox/"
     "[0-9A-Z_a-z][0-9A-Z_a-z][0-9A-Z_a-z][0-9A-Z_a-z][0-9A-Z_a-z][0-9A-Z_a-z][0-9A-Z_a-z][0-9A-Z_"
     "a-z].default/{,**} | @{HOME}/.mozilla/firefox/{,**} | !@{HOME}/.mozilla/{,**}",
     NULL},
    {"/var/log/syslog.2.gz", TRUE,
     "=/var/log/syslog.2.gz | /var/log/syslog.[0-9]*.gz | /var/log/*.gz | /var/log/{,*} | "
     "!/var/log/{,**}",
     NULL},
    {"/dev/pts/4", FALSE, "=/dev/pts/4 | /dev/pts/[0-9]* | /dev/pts/* | !/dev/pts/**", NULL},
    {"/dev/shm/#12", FALSE, "/dev/shm/#12 | =/dev/shm/#[0-9]* | /dev/shm/* | !/dev/shm/**", NULL},
};

static void
test_rungs(void **state)
{
    const Bench *bench = *state;
    guint bad = 0;
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        guint best;
        g_autoptr(GPtrArray) rungs =
            climb(bench->all, amr_bytes(rows[i].path), rows[i].reads, &best);
        g_autofree char *got = shown(rungs, best);
        if (strcmp(got, rows[i].want) != 0) {
            print_message("%s\n  %s\n  instead of %s\n", rows[i].path, got, rows[i].want);
            for (guint j = 0; g_getenv("VERBOSE") && j < rungs->len; j++) {
                const AmrLadderRung *r = rungs->pdata[j];
                print_message("    %s: %s / %s\n", amr_rung_word(r->rung), r->what, r->opens);
            }
            bad++;
        }
        if (!rows[i].want_bare)
            continue;
        g_autoptr(GPtrArray) bare =
            climb(bench->none, amr_bytes(rows[i].path), rows[i].reads, &best);
        g_autofree char *got_bare = shown(bare, best);
        if (strcmp(got_bare, rows[i].want_bare) != 0) {
            print_message("%s, bare\n  %s\n  instead of %s\n", rows[i].path, got_bare,
                          rows[i].want_bare);
            bad++;
        }
    }
    assert_int_equal(bad, 0);
}

/* ---- by the compiler --------------------------------------------------------------------------
 */

/* Many ladders, one profile a rung, for one compilation. */
typedef struct {
    GString *policy;
    GPtrArray *names; /* GBytes: the path of each ladder */
    GPtrArray *rungs; /* GPtrArray of AmrLadderRung each */
} Batch;

static void
batch_open(Batch *batch, const char *preamble)
{
    batch->policy = g_string_new(preamble);
    batch->names = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
    batch->rungs = g_ptr_array_new_with_free_func((GDestroyNotify)g_ptr_array_unref);
}

static void
batch_add(Batch *batch, const AmrTunables *tunables, AmrBytes path, gboolean reads)
{
    guint best, n = batch->names->len;
    GPtrArray *rungs = climb(tunables, path, reads, &best);
    for (guint i = 0; i < rungs->len; i++) {
        const AmrLadderRung *rung = rungs->pdata[i];
        g_autoptr(AmrRule) rule = amr_rule_new(AMR_RULE_FILE);
        g_autoptr(GError) error = NULL;
        rule->file.pattern = g_strdup(rung->pattern);
        rule->file.access = reads ? AMR_ACCESS_READ : AMR_ACCESS_WRITE;
        g_autofree char *printed = amr_rule_print(rule);
        g_autoptr(AmrRule) again = amr_rule_read(printed, &error);
        assert_no_error(error);
        assert_true(amr_rule_equal(rule, again));
        hostile_assert_inert(rung->what);
        hostile_assert_inert(rung->opens ? rung->opens : "");
        g_string_append_printf(batch->policy, "profile l%u-%u {\n  %s\n}\n", n, i, printed);
    }
    g_ptr_array_add(batch->names, g_bytes_new(path.data, path.len));
    g_ptr_array_add(batch->rungs, rungs);
}

static const AmrOracleProfile *
profile_of(const AmrOracle *oracle, guint ladder, guint rung)
{
    g_autofree char *name = g_strdup_printf("l%u-%u", ladder, rung);
    const AmrOracleProfile *profile = amr_oracle_find(oracle, name);
    assert_non_null(profile);
    return profile;
}

static void
check_matches(const Batch *batch, const AmrOracle *oracle, guint ladder, guint rung)
{
    const AmrLadderRung *one = ((GPtrArray *)batch->rungs->pdata[ladder])->pdata[rung];
    AmrOracleAnswer read, write;
    gsize len;
    const char *path = g_bytes_get_data(batch->names->pdata[ladder], &len);

    const AmrOracleProfile *profile = profile_of(oracle, ladder, rung);
    amr_oracle_ask_path(profile, AMR_PERM_READ, FALSE, path, len, &read);
    amr_oracle_ask_path(profile, AMR_PERM_WRITE, FALSE, path, len, &write);
    if (read.verdict != AMR_ORACLE_ALLOWED && write.verdict != AMR_ORACLE_ALLOWED)
        fail_msg("%s does not match %.*s", one->pattern, (int)len, path);
}

/* Nothing is lost from one rung to the next, and unless it says so nothing is gained. */
static void
check_broader(const Batch *batch, const AmrOracle *oracle, guint ladder, guint rung)
{
    g_autoptr(GError) error = NULL;
    const AmrLadderRung *one = ((GPtrArray *)batch->rungs->pdata[ladder])->pdata[rung];
    const AmrLadderRung *last = ((GPtrArray *)batch->rungs->pdata[ladder])->pdata[rung - 1];
    g_autoptr(AmrOracleComparison) comparison =
        amr_oracle_compare_profiles(profile_of(oracle, ladder, rung - 1),
                                    profile_of(oracle, ladder, rung), &error);

    assert_no_error(error);
    for (guint i = 0; i < comparison->differences->len; i++) {
        const AmrOracleDifference *one_of = comparison->differences->pdata[i];
        if (one_of->lost || one_of->lost_other)
            fail_msg("%s then %s: lost %s", last->pattern, one->pattern, one_of->what);
        if (!one->opens && (one_of->gained || one_of->gained_other))
            fail_msg("%s opens %s and does not say so", one->pattern, one_of->what);
    }
}

static void
batch_check(Batch *batch)
{
    g_autoptr(AmrOracle) oracle = oracle_compile(batch->policy->str);
    for (guint i = 0; i < batch->names->len; i++) {
        const GPtrArray *rungs = batch->rungs->pdata[i];
        for (guint j = 0; j < rungs->len; j++) {
            check_matches(batch, oracle, i, j);
            if (j > 0)
                check_broader(batch, oracle, i, j);
        }
    }
    g_string_free(batch->policy, TRUE);
    g_ptr_array_unref(batch->names);
    g_ptr_array_unref(batch->rungs);
}

/* Whoever writes a rule by hand may spell a place in many ways. */
static void
test_everything(void **state)
{
    static const struct {
        const char *pattern;
        gboolean want;
    } patterns[] = {
        {"/**", TRUE},
        {"/**/x", TRUE},
        {"/**.conf", TRUE},
        {"/{,**}", TRUE},
        {"/home/**", TRUE},
        {"/home/*/**", TRUE},
        {"/home/me/**", TRUE},
        {"/h*/**", TRUE},
        {"/home*/*/**", TRUE},
        {"/h?me/*/**", TRUE},
        {"/{home,root}/*/**/x", TRUE},
        {"/{etc/a,home}/**", TRUE},
        {"/home/[a-z]*/**", TRUE},
        {"/{usr/,}lib/**", TRUE},
        {"/*/*/*/x", TRUE},
        {"/usr/**", TRUE},
        {"/{usr,opt}/x/**", FALSE},
        {"/home/*/.cache/**", FALSE},
        {"/home/*/.{cache,config}/**", FALSE},
        {"/h*/me/.cache/**", FALSE},
        {"/srv/a*/**", FALSE},
        {"/etc/*", FALSE},
        {"/opt/x/**", FALSE},
        {"/proc/[0-9]*/fd/**", FALSE},
        {"/etc/x\\*\\*", FALSE},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(patterns); i++)
        if (amr_ladder_is_everything(NULL, patterns[i].pattern) != patterns[i].want)
            fail_msg("%s", patterns[i].pattern);
}

static void
test_compiled(void **state)
{
    const Bench *bench = *state;
    Batch batch;
    batch_open(&batch, tunables_text);
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        batch_add(&batch, bench->all, amr_bytes(rows[i].path), rows[i].reads);
        batch_add(&batch, bench->none, amr_bytes(rows[i].path), !rows[i].reads);
    }
    batch_check(&batch);
}

/* A path as the kernel may log it: hostile bytes among words that mean something. */
static gsize
make_path(GRand *rand, char *path, gsize max)
{
    static const char *const starts[] = {"/",           "/home/joe/",
                                         "/proc/4321/", "/run/user/1000/",
                                         "/tmp/",       "/usr/lib/x86_64-linux-gnu/",
                                         "/sys/",       "/root/",
                                         "/home/",      "/var/run/"};
    static const char *const words[] = {"1.2.3",      "tmp.",    "aB3dE9",     "4321",
                                        "@",          "@{HOME}", "{a,b}",      "0123456789abcdef0",
                                        ".so.6",      "~",       "#12",        "**",
                                        "\\",         "[",       "2024-01-31", "/",
                                        "Downloads/", " ",       "\"",         ",",
                                        "^",          "$"};
    GString *out = g_string_new(starts[g_rand_int_range(rand, 0, G_N_ELEMENTS(starts))]);
    for (int i = g_rand_int_range(rand, 1, 6); i > 0; i--) {
        char bytes[16];
        if (g_rand_boolean(rand)) {
            g_string_append(out, words[g_rand_int_range(rand, 0, G_N_ELEMENTS(words))]);
            continue;
        }
        gsize n = hostile_bytes(rand, bytes, sizeof bytes);
        for (gsize j = 0; j < n; j++)
            if (bytes[j])
                g_string_append_c(out, bytes[j]);
    }
    for (gsize i = 1; i < out->len;) /* the kernel logs no two slashes in a row */
        if (out->str[i] == '/' && out->str[i - 1] == '/')
            g_string_erase(out, (gssize)i, 1);
        else
            i++;
    gsize len = MIN(out->len, max);
    memcpy(path, out->str, len);
    g_string_free(out, TRUE);
    return len;
}

static void
test_hostile(void **state)
{
    const Bench *bench = *state;
    const char *seed = g_getenv("ARMORER_SEED");
    guint32 number = seed ? (guint32)strtoul(seed, NULL, 10) : g_random_int();
    g_autoptr(GRand) rand = g_rand_new_with_seed(number);
    guint rounds = g_getenv("ARMORER_LONG") ? 100 : 4;

    print_message("ARMORER_SEED=%u\n", number);
    for (guint round = 0; round < rounds; round++) {
        Batch batch;
        batch_open(&batch, tunables_text);
        for (guint i = 0; i < 40; i++) {
            char path[200];
            gsize len = make_path(rand, path, sizeof path);
            batch_add(&batch, i % 3 ? bench->all : bench->none, (AmrBytes){path, len},
                      g_rand_boolean(rand));
        }
        batch_check(&batch);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rungs),
        cmocka_unit_test(test_everything),
        cmocka_unit_test(test_compiled),
        cmocka_unit_test(test_hostile),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
