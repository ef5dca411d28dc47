/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What rules open of the files of a made-up machine. */
#include "tests/unit/oracling.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "core/base/error.h"
#include "core/policy/breadth_worker.h"

static const char sensitive_text[] = "[keys]\n"
                                     "name = /**/*.key\n"
                                     "access = r\n"
                                     "text = holds a key\n"
                                     "[suid]\n"
                                     "name = /**\n"
                                     "kind = setuid\n"
                                     "access = x\n"
                                     "text = runs as its owner\n"
                                     "[socket]\n"
                                     "name = /**\n"
                                     "kind = socket\n"
                                     "text = somebody answers\n";

typedef struct {
    char *dir;
    AmrTarget *target;
    AmrSensitive *sensitive;
} World;

static int
setup(void **state)
{
    g_autoptr(GError) error = NULL;
    World *world = g_new0(World, 1);
    world->dir = test_dir_new();
    test_write(world->dir, "etc/apparmor.d/x", "");
    world->target = amr_target_new(&(AmrTargetOptions){.root = world->dir}, &error);
    assert_no_error(error);
    world->sensitive = amr_sensitive_new();
    amr_data_take(amr_sensitive_data(world->sensitive), sensitive_text, strlen(sensitive_text),
                  "x");
    assert_int_equal(amr_data_warnings(amr_sensitive_data(world->sensitive))->len, 0);
    *state = world;
    return 0;
}

static int
teardown(void **state)
{
    World *world = *state;
    amr_target_free(world->target);
    amr_sensitive_free(world->sensitive);
    test_dir_remove(world->dir);
    g_free(world);
    return 0;
}

static char *
at(const World *world, const char *path)
{
    return g_strconcat(world->dir, path, NULL);
}

static void
make_directory(const World *world, const char *path)
{
    g_autofree char *full = at(world, path);
    assert_int_equal(g_mkdir_with_parents(full, 0755), 0);
}

/* Both as the bodies of profiles. */
typedef struct {
    AmrOracle *before, *rules;
    AmrBreadthLane lane;
} Pair;

static Pair
pair(const char *before, const char *rules)
{
    Pair made = {0};
    g_autofree char *one = g_strdup_printf("profile p { %s }\n", before);
    g_autofree char *two = g_strdup_printf("profile p { %s }\n", rules);
    made.before = oracle_compile(one);
    made.rules = oracle_compile(two);
    made.lane = (AmrBreadthLane){.before = made.before,
                                 .rules = made.rules,
                                 .profile = amr_oracle_find(made.before, "p"),
                                 .rule = amr_oracle_find(made.rules, "p")};
    return made;
}

static void
pair_clear(Pair *made)
{
    amr_oracle_free(made->before);
    amr_oracle_free(made->rules);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Pair, pair_clear)

static GPtrArray *
measure_all(const World *world, const AmrBreadthLane *lanes, guint n)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GAsyncResult) done = NULL;
    amr_breadth_async(world->target, lanes, n, world->sensitive, 60000, NULL, NULL, NULL,
                      test_result, &done);
    test_wait_result(&done);
    GPtrArray *all = amr_breadth_finish(done, &error);
    assert_no_error(error);
    assert_int_equal(all->len, n);
    return all;
}

/* "path rights own!why" of all that is told, a line each. */
static char *
tell(const AmrBreadth *breadth)
{
    GString *out = g_string_new(NULL);
    for (guint k = 0; k < 2; k++) {
        const GPtrArray *list = k ? breadth->sample : breadth->sensitive;
        for (guint i = 0; i < list->len; i++) {
            const AmrBreadthFile *file = list->pdata[i];
            g_autofree char *rights = amr_oracle_rights_words(AMR_CLASS_FILE, file->rights);
            g_string_append_printf(out, "%s %s%s%s%s\n", file->path, rights,
                                   file->own ? " own" : "", file->why ? " !" : "",
                                   file->why ? file->why : "");
        }
    }
    return g_string_free(out, FALSE);
}

static void
assert_opens(const World *world, const char *before, const char *rules, guint64 files,
             const char *want)
{
    g_auto(Pair) made = pair(before, rules);
    g_autoptr(GPtrArray) all = measure_all(world, &made.lane, 1);
    const AmrBreadth *breadth = all->pdata[0];
    g_autofree char *told = tell(breadth);
    assert_string_equal(told, want);
    assert_int_equal(breadth->files, files);
    assert_true(breadth->whole);
}

/* ---- what is opened -------------------------------------------------------------------------- */

static void
test_opens(void **state)
{
    const World *world = *state;
    static const struct {
        const char *before, *rules;
        guint64 files;
        const char *want;
    } rows[] = {
        {"/etc/a r,", "/etc/a r,", 0, ""},
        {"/etc/a r,", "/etc/b r,", 1, "/etc/b r\n"},
        {"/etc/a r,", "/etc/* r,", 1, "/etc/b r\n"},
        {"/etc/a r,", "/etc/* w,", 3, "/etc/a wacd\n/etc/b wacd\n/etc/link wcd\n"},
        {"/etc/a r,", "/etc/a rw,", 1, "/etc/a wacd\n"},
        {"/etc/ r,", "/etc/sub/{,**} r,", 3, "/etc/sub/ r\n/etc/sub/deep/ r\n/etc/sub/deep/c r\n"},
        {"deny /etc/b r,", "/etc/b r,", 0, ""},
        {"/etc/a r,", "owner /etc/b r,", 1, "/etc/b r own\n"},
        {"owner /etc/b r,", "/etc/b r,", 1, "/etc/b r\n"},
        {"/etc/a r,", "/nowhere/** r,", 0, ""},
        {"/etc/a r,", "capability chown,", 0, ""},
        {"", "/etc/b r,", 1, "/etc/b r\n"},
        {"/etc/a r,", "/keys/* r,", 2, "/keys/my.key r !holds a key\n/keys/plain r\n"},
        {"/etc/a r,", "/keys/* w,", 2, "/keys/my.key wacd\n/keys/plain wacd\n"},
        {"/etc/a r,", "/bin/* ix,", 2, "/bin/su mx !runs as its owner\n/bin/true mx\n"},
        {"/etc/a r,", "/run/* rw,", 2, "/run/socket rwacd !somebody answers\n/run/fifo rwacd\n"},
    };
    const char *const files[] = {"etc/a",      "etc/b",  "etc/sub/deep/c", "keys/my.key",
                                 "keys/plain", "bin/su", "bin/true"};
    for (gsize i = 0; i < G_N_ELEMENTS(files); i++)
        test_write(world->dir, files[i], "x");
    g_autofree char *su = at(world, "/bin/su"), *link = at(world, "/etc/link");
    g_autofree char *fifo = at(world, "/run/fifo");
    assert_int_equal(g_chmod(su, 04755), 0);
    make_directory(world, "/run");
    assert_int_equal(symlink("/", link), 0);
    assert_int_equal(mkfifo(fifo, 0600), 0);
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    g_snprintf(address.sun_path, sizeof address.sun_path, "%s/run/socket", world->dir);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        print_message("%s | %s\n", rows[i].before, rows[i].rules);
        assert_opens(world, rows[i].before, rows[i].rules, rows[i].files, rows[i].want);
    }
    close(fd);
}

/* ---- the tree -------------------------------------------------------------------------------- */

/* Whatever the machines prune: what is counted is what the oracle says of each name by itself. */
static guint64
count_one_by_one(const World *world, const Pair *made, const char *path)
{
    g_autofree char *full = at(world, path);
    g_autoptr(GDir) dir = g_dir_open(full, 0, NULL);
    AmrOracleAnswer before, rules;
    guint64 files = 0;
    gboolean opened = FALSE;
    guint32 all = AMR_PERM_READ | AMR_PERM_WRITE | AMR_PERM_EXEC | AMR_PERM_MMAP_EXEC |
                  AMR_PERM_LOCK | AMR_PERM_LINK;

    for (guint owner = 0; owner < 2 && !opened; owner++) {
        amr_oracle_ask_path(made->lane.profile, all, owner, path, strlen(path), &before);
        amr_oracle_ask_path(made->lane.rule, all, owner, path, strlen(path), &rules);
        opened = (rules.allowed & ~before.allowed & ~before.refused) != 0;
    }
    files += opened;
    for (const char *name; dir && (name = g_dir_read_name(dir));) {
        g_autofree char *below = g_strconcat(path, name, NULL);
        g_autofree char *real = at(world, below);
        g_autofree char *next =
            g_file_test(real, G_FILE_TEST_IS_DIR) ? g_strconcat(below, "/", NULL) : g_strdup(below);
        files += count_one_by_one(world, made, next);
    }
    return files;
}

static void
test_pruning(void **state)
{
    const World *world = *state;
    static const char *const bodies[] = {
        "",
        "/** r,",
        "/a/** rw,",
        "/{a,b}/*/x* r,",
        "/**/x1 r, deny /a/** r,",
        "/a/[xy]/** rk, deny /**/z w,",
        "/*/ r, /**/ r,",
        "owner /b/** rw, /a/x0/* m,",
        "/**.c r, /a/{,**} l,",
        "/[^a]/** r,",
    };
    static const char *const tops[] = {"a", "b", "c", "aa"};
    static const char *const names[] = {"x0", "x1", "y", "z", "z.c", "[", "*", "\xff\xfe", "x x"};

    for (gsize t = 0; t < G_N_ELEMENTS(tops); t++)
        for (gsize i = 0; i < G_N_ELEMENTS(names); i++)
            for (gsize k = 0; k < G_N_ELEMENTS(names); k++) {
                g_autofree char *file = g_strdup_printf("%s/%s/%s", tops[t], names[i], names[k]);
                if (i != k)
                    test_write(world->dir, file, "");
            }
    for (gsize i = 0; i < G_N_ELEMENTS(bodies); i++)
        for (gsize k = 0; k < G_N_ELEMENTS(bodies); k++) {
            g_auto(Pair) made = pair(bodies[i], bodies[k]);
            g_autoptr(GPtrArray) all = measure_all(world, &made.lane, 1);
            const AmrBreadth *breadth = all->pdata[0];
            guint64 want = count_one_by_one(world, &made, "/");
            if (breadth->files != want)
                fail_msg("%s | %s: %u, not %u", bodies[i], bodies[k], (guint)breadth->files,
                         (guint)want);
            assert_true(breadth->whole);
        }
}

static void
test_prunes(void **state)
{
    const World *world = *state;
    g_auto(Pair) made = pair("/a r,", "/few/** r,");

    for (guint i = 0; i < 500; i++) {
        g_autofree char *name = g_strdup_printf("many/%u/f", i);
        test_write(world->dir, name, "");
    }
    test_write(world->dir, "few/one", "");
    g_autoptr(GPtrArray) all = measure_all(world, &made.lane, 1);
    const AmrBreadth *breadth = all->pdata[0];
    assert_int_equal(breadth->files, 1);
    assert_true(breadth->looked < 10);
}

/* Several rules in one walk; what was denied does not count. */
static void
test_lanes(void **state)
{
    const World *world = *state;
    g_auto(Pair) one = pair("", "/d/a r,");
    g_auto(Pair) two = pair("", "/d/* r,");
    g_auto(Pair) none = pair("", "/e/* r,");
    g_autoptr(GPtrArray) denied = g_ptr_array_new();

    test_write(world->dir, "d/a", "");
    test_write(world->dir, "d/b", "");
    g_ptr_array_add(denied, (gpointer) "/d/a");
    one.lane.denied = two.lane.denied = denied;
    const AmrBreadthLane lanes[] = {one.lane, two.lane, none.lane};
    g_autoptr(GPtrArray) all = measure_all(world, lanes, 3);
    assert_int_equal(((AmrBreadth *)all->pdata[0])->files, 0);
    assert_int_equal(((AmrBreadth *)all->pdata[1])->files, 1);
    assert_int_equal(((AmrBreadth *)all->pdata[2])->files, 0);
    g_autoptr(GPtrArray) empty = measure_all(world, NULL, 0);
    assert_int_equal(empty->len, 0);
}

/* No link is followed, so loops of them end; what is hostile is a name like others. */
static void
test_hostile(void **state)
{
    const World *world = *state;
    g_autofree char *loop = at(world, "/h/loop"), *out = at(world, "/h/out");

    make_directory(world, "/h");
    assert_int_equal(symlink(".", loop), 0);
    assert_int_equal(symlink("/etc", out), 0);
    test_write(world->dir, "h/\x1b[2J\n# profile: x", "");
    assert_opens(world, "", "/h/** r,", 1, "/h/\x1b[2J\n# profile: x r\n");
}

/* Deeper than descriptors reach, up to what a path can be. */
static void
test_deep(void **state)
{
    const World *world = *state;
    g_auto(Pair) made = pair("", "/deep/** r,");
    int fd = open(world->dir, O_RDONLY | O_DIRECTORY);
    guint depth = 0;

    assert_int_equal(mkdirat(fd, "deep", 0755), 0);
    int at_fd = openat(fd, "deep", O_RDONLY | O_DIRECTORY);
    close(fd);
    for (; depth < 3000; depth++) {
        assert_int_equal(mkdirat(at_fd, "d", 0755), 0);
        int next = openat(at_fd, "d", O_RDONLY | O_DIRECTORY);
        close(at_fd);
        at_fd = next;
    }
    close(at_fd);
    g_autoptr(GPtrArray) all = measure_all(world, &made.lane, 1);
    const AmrBreadth *breadth = all->pdata[0];
    assert_int_equal(breadth->files, (4095 - strlen("/deep")) / 2);
    g_autofree char *command = g_strdup_printf("rm -rf %s/deep", world->dir);
    assert_int_equal(system(command), 0);
}

static void
test_unread(void **state)
{
    const World *world = *state;
    g_auto(Pair) made = pair("", "/u/** r,");
    g_autofree char *closed = at(world, "/u/closed");

    test_write(world->dir, "u/closed/f", "");
    test_write(world->dir, "u/open/f", "");
    assert_int_equal(g_chmod(closed, 0), 0);
    g_autoptr(GPtrArray) all = measure_all(world, &made.lane, 1);
    assert_int_equal(g_chmod(closed, 0755), 0);
    const AmrBreadth *breadth = all->pdata[0];
    if (geteuid() == 0) /* who may read all */
        return;
    assert_int_equal(breadth->files, 3);
    assert_int_equal(breadth->unread, 1);
    assert_false(breadth->whole);
}

/* ---- time ------------------------------------------------------------------------------------ */

static void
test_no_time(void **state)
{
    const World *world = *state;
    g_auto(Pair) made = pair("", "/** r,");
    g_autoptr(GError) error = NULL;
    g_autoptr(GAsyncResult) done = NULL;

    test_write(world->dir, "a/b", "");
    amr_breadth_async(world->target, &made.lane, 1, NULL, 0, NULL, NULL, NULL, test_result, &done);
    test_wait_result(&done);
    g_autoptr(GPtrArray) all = amr_breadth_finish(done, &error);
    assert_no_error(error);
    const AmrBreadth *breadth = all->pdata[0];
    assert_false(breadth->whole);
    assert_int_equal(breadth->left->len, 1);
}

static void
test_cancelled(void **state)
{
    const World *world = *state;
    g_auto(Pair) made = pair("", "/** r,");
    g_autoptr(GError) error = NULL;
    g_autoptr(GCancellable) cancellable = g_cancellable_new();
    g_autoptr(GAsyncResult) done = NULL;

    amr_breadth_async(world->target, &made.lane, 1, world->sensitive, 60000, NULL, NULL,
                      cancellable, test_result, &done);
    g_cancellable_cancel(cancellable);
    test_wait_result(&done);
    assert_null(amr_breadth_finish(done, &error));
    assert_error(error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

static void
on_progress(guint64 looked, guint64 files, gpointer data)
{
    assert_true(files <= looked + 1);
    (*(guint *)data)++;
}

static void
test_progress(void **state)
{
    const World *world = *state;
    g_auto(Pair) made = pair("", "/** r,");
    g_autoptr(GError) error = NULL;
    g_autoptr(GAsyncResult) done = NULL;
    guint told = 0;

    amr_breadth_async(world->target, &made.lane, 1, NULL, 60000, on_progress, &told, NULL,
                      test_result, &done);
    test_wait_result(&done);
    g_autoptr(GPtrArray) all = amr_breadth_finish(done, &error);
    assert_no_error(error);
    assert_int_equal(all->len, 1);
    assert_true(told >= 1);
}

/* ---- what hangs ------------------------------------------------------------------------------ */

/* The child that counts; 0: there is none. */
static pid_t
worker(void)
{
    g_autoptr(GDir) proc = g_dir_open("/proc", 0, NULL);
    const char *name;

    while ((name = g_dir_read_name(proc))) {
        g_autofree char *path = g_build_filename("/proc", name, "stat", NULL);
        g_autofree char *text = NULL;
        const char *end;
        if (!g_ascii_isdigit(*name) || !g_file_get_contents(path, &text, NULL, NULL))
            continue;
        end = strrchr(text, ')');
        if (end && strstr(text, "(armorer: count)") && /* "PID (NAME) STATE PARENT" */
            g_ascii_strtoll(end + 4, NULL, 10) == getpid())
            return (pid_t)g_ascii_strtoll(name, NULL, 10);
    }
    return 0;
}

/* Starts to count, and does that to the child. */
static void
count_and(const World *world, const Pair *made, int sign, GAsyncResult **done)
{
    pid_t pid = 0;

    amr_breadth_async(world->target, &made->lane, 1, world->sensitive, 300, NULL, NULL, NULL,
                      test_result, done);
    while (!pid)
        pid = worker();
    assert_int_equal(kill(pid, sign), 0);
}

static void
wait_gone(void)
{
    while (worker()) {
        g_main_context_iteration(NULL, FALSE);
        g_usleep(1000);
    }
}

/* Whether it answered before: then the test says nothing. */
static gboolean
is_whole(const GPtrArray *all)
{
    return all && ((const AmrBreadth *)all->pdata[0])->whole;
}

/* A tree that takes a moment. */
static void
make_many(const World *world)
{
    for (guint i = 0; i < 3000; i++) {
        g_autofree char *path = g_strdup_printf("/many/%u/%u", i % 30, i);
        make_directory(world, path);
    }
}

/* Stopped in the middle, as by a system call that never comes back: it is not waited for. */
static void
test_stopped(void **state)
{
    const World *world = *state;
    g_auto(Pair) made = pair("", "/** r,");
    gboolean stopped = FALSE;

    make_many(world);
    for (guint i = 0; i < 20 && !stopped; i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(GAsyncResult) done = NULL;
        count_and(world, &made, SIGSTOP, &done);
        test_wait_result(&done);
        g_autoptr(GPtrArray) all = amr_breadth_finish(done, &error);
        assert_no_error(error);
        const AmrBreadth *breadth = all->pdata[0];
        stopped = !is_whole(all);
        if (stopped) {
            assert_int_equal(breadth->left->len, 1);
            assert_string_equal(breadth->left->pdata[0], "/ and what comes behind it: no answer");
        }
        wait_gone();
    }
    assert_true(stopped);
}

static void
test_killed(void **state)
{
    const World *world = *state;
    g_auto(Pair) made = pair("", "/** r,");
    gboolean killed = FALSE;

    make_many(world);
    for (guint i = 0; i < 20 && !killed; i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(GAsyncResult) done = NULL;
        count_and(world, &made, SIGKILL, &done);
        test_wait_result(&done);
        g_autoptr(GPtrArray) all = amr_breadth_finish(done, &error);
        killed = !all;
        if (killed)
            assert_string_equal(error->message, "Counting files: The worker ended without a word");
        wait_gone();
    }
    assert_true(killed);
}

/* A child that may hang for good holds nothing of the parent's: no terminal, no lock. */
static void
test_holds_nothing(void **state)
{
    const World *world = *state;
    g_auto(Pair) made = pair("", "/** r,");
    g_autoptr(GAsyncResult) done = NULL;
    g_autofree char *path = NULL;
    const char *name;
    guint n = 0;
    int fds[2];

    make_many(world);
    assert_int_equal(pipe(fds), 0); /* without O_CLOEXEC */
    count_and(world, &made, SIGSTOP, &done);
    path = g_strdup_printf("/proc/%d/fd", (int)worker());
    g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
    while (dir && (name = g_dir_read_name(dir))) {
        g_autofree char *link = g_build_filename(path, name, NULL);
        g_autofree char *to = g_file_read_link(link, NULL);
        n++;
        if (atoi(name) <= 2)
            assert_string_equal(to, "/dev/null");
    }
    assert_true(n <= 6); /* those, the root, the answer, a directory */
    close(fds[0]);
    close(fds[1]);
    test_wait_result(&done);
    g_autoptr(GPtrArray) all = amr_breadth_finish(done, NULL);
    assert_non_null(all);
}

/* What it says comes back as it was, and nothing else is taken for it. */
static void
test_packed(void **state)
{
    g_autoptr(GPtrArray) all = g_ptr_array_new_with_free_func((GDestroyNotify)amr_breadth_free);
    gsize size;

    for (guint i = 0; i < 3; i++) {
        AmrBreadth *one = amr_breadth_new();
        for (guint k = 0; k < i * 30; k++) {
            g_autofree char *name = g_strdup_printf("/a\n\xff%u", k);
            amr_breadth_add(one, amr_bytes(name), AMR_PERM_READ << (k % 3), k % 2,
                            k % 5 ? -1 : (int)k, "why \"it\"");
        }
        one->looked = 7 + i;
        one->unread = i;
        one->whole = i == 0;
        g_ptr_array_add(one->left, g_strdup("/x: left"));
        g_ptr_array_add(all, one);
    }
    g_autoptr(GBytes) bytes = amr_breadth_pack(all);
    g_autoptr(GPtrArray) back = amr_breadth_unpack(bytes, 3);
    assert_non_null(back);
    g_autoptr(GBytes) again = amr_breadth_pack(back);
    assert_true(g_bytes_equal(bytes, again));
    assert_null(amr_breadth_unpack(bytes, 2));
    const guint8 *data = g_bytes_get_data(bytes, &size);
    for (gsize len = 0; len < size; len++) {
        g_autoptr(GBytes) part = g_bytes_new(data, len);
        g_autoptr(GPtrArray) none = amr_breadth_unpack(part, 3);
        if (none)
            fail_msg("%" G_GSIZE_FORMAT " bytes of %" G_GSIZE_FORMAT " are taken", len, size);
    }
}

/* ---- mounts ---------------------------------------------------------------------------------- */

static void
test_mounts(void **state)
{
    static const char text[] =
        "22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw\n"
        "23 22 0:21 / /proc rw - proc proc rw\n"
        "24 22 0:22 / /net rw shared:2 - autofs systemd-1 rw,fd=30\n"
        "25 24 0:23 / /net/a\\040b\\011c rw shared:3 master:4 - nfs4 host:/x rw\n"
        "26 22 0:24 / /home rw - autofs systemd-1 rw\n"
        "27 22 0:25 / /home rw - nfs host:/home rw\n"
        "28 22 0:26 / /mnt/f rw - fuse.sshfs host: rw\n"
        "29 22 0:27 / /srv/root rw - tmpfs x rw\n"
        "30 29 0:28 / /srv/root/sys rw - sysfs x rw\n"
        "31 29 0:28 / /srv/rootless rw - sysfs x rw\n"
        "no line\n"
        "40 22 0:1 / /torn\n"
        "41 22 0:1 / /torn rw -\n\n";
    static const struct {
        const char *root, *path;
        int kind; /* -1: none is there */
    } rows[] = {
        {"/", "", AMR_BREADTH_ON_DISK},
        {"/", "/proc", AMR_BREADTH_MADE_UP},
        {"/", "/net", AMR_BREADTH_NEVER},
        {"/", "/net/a b\tc", AMR_BREADTH_MAY_HANG},
        {"/", "/home", AMR_BREADTH_MAY_HANG},
        {"/", "/mnt/f", AMR_BREADTH_MAY_HANG},
        {"/", "/torn", -1},
        {"/srv/root", "", AMR_BREADTH_ON_DISK},
        {"/srv/root", "/sys", AMR_BREADTH_MADE_UP},
        {"/srv/root", "/proc", -1},
        {"/srv/root", "less", -1},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GHashTable) mounts = amr_breadth_mounts_read(text, rows[i].root);
        const AmrBreadthMount *mount = g_hash_table_lookup(mounts, rows[i].path);
        assert_int_equal(mount ? (int)mount->kind : -1, rows[i].kind);
    }
    g_autoptr(GHashTable) own = amr_breadth_mounts_new("/");
    assert_non_null(g_hash_table_lookup(own, "/proc"));
}

/* This machine's own /proc and /sys: bounded, and nothing hangs. */
static void
test_own_proc(void **state)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(AmrTarget) target = amr_target_new(&(AmrTargetOptions){0}, &error);
    g_auto(Pair) made = pair("", "/{proc,sys}/** r,");
    g_autoptr(GAsyncResult) done = NULL;

    assert_no_error(error);
    amr_breadth_async(target, &made.lane, 1, NULL, 10000, NULL, NULL, NULL, test_result, &done);
    test_wait_result(&done);
    g_autoptr(GPtrArray) all = amr_breadth_finish(done, &error);
    assert_no_error(error);
    assert_true(((AmrBreadth *)all->pdata[0])->files > 100);
}

/* ---- what matters ---------------------------------------------------------------------------- */

static int
matched(const AmrSensitive *sensitive, const char *name, AmrSensitiveKind kind, guint32 rights)
{
    const char *why = NULL;
    g_autoptr(AmrSensitiveMatcher) matcher = amr_sensitive_matcher_new((AmrSensitive *)sensitive);
    return amr_sensitive_match(matcher, amr_bytes(name), kind, rights, &why);
}

static void
test_shipped(void **state)
{
    g_autoptr(AmrSensitive) sensitive = amr_sensitive_new();
    g_autofree char *path = g_build_filename(g_getenv("ARMORER_SRCDIR"), "data/sensitive", NULL);
    g_autofree char *text = NULL;
    gsize len;
    static const struct {
        const char *name;
        AmrSensitiveKind kind;
        guint32 rights;
        gboolean matters;
    } rows[] = {
        {"/etc/shadow", AMR_SENSITIVE_ANY, AMR_PERM_READ, TRUE},
        {"/etc/gshadow-", AMR_SENSITIVE_ANY, AMR_PERM_READ, TRUE},
        {"/etc/passwd", AMR_SENSITIVE_ANY, AMR_PERM_READ, FALSE},
        {"/etc/passwd", AMR_SENSITIVE_ANY, AMR_PERM_WRITE, TRUE},
        {"/home/u/.ssh/id_ed25519", AMR_SENSITIVE_ANY, AMR_PERM_READ, TRUE},
        {"/home/u/.ssh/id_ed25519.pub", AMR_SENSITIVE_ANY, AMR_PERM_READ, FALSE},
        {"/root/.ssh/authorized_keys", AMR_SENSITIVE_ANY, AMR_PERM_WRITE, TRUE},
        {"/home/u/.bashrc", AMR_SENSITIVE_ANY, AMR_PERM_WRITE, TRUE},
        {"/home/u/.bashrc", AMR_SENSITIVE_ANY, AMR_PERM_READ, FALSE},
        {"/home/u/.mozilla/firefox/x/logins.json", AMR_SENSITIVE_ANY, AMR_PERM_READ, TRUE},
        {"/etc/cron.d/x", AMR_SENSITIVE_ANY, AMR_PERM_WRITE, TRUE},
        {"/var/spool/cron/crontabs/u", AMR_SENSITIVE_ANY, AMR_PERM_WRITE, TRUE},
        {"/proc/sys/kernel/core_pattern", AMR_SENSITIVE_ANY, AMR_PERM_WRITE, TRUE},
        {"/sys/power/state", AMR_SENSITIVE_ANY, AMR_PERM_WRITE, TRUE},
        {"/sys/power/state", AMR_SENSITIVE_ANY, AMR_PERM_READ, FALSE},
        {"/usr/bin/sudo", AMR_SENSITIVE_SETUID, AMR_PERM_EXEC, TRUE},
        {"/usr/bin/true", AMR_SENSITIVE_ANY, AMR_PERM_EXEC, FALSE},
        {"/run/x/any", AMR_SENSITIVE_SOCKET, AMR_PERM_WRITE, TRUE},
        {"/run/docker.sock", AMR_SENSITIVE_SOCKET, AMR_PERM_WRITE, TRUE},
        {"/usr/share/doc/x", AMR_SENSITIVE_ANY, AMR_PERM_READ, FALSE},
    };
    assert_true(g_file_get_contents(path, &text, &len, NULL));
    amr_data_take(amr_sensitive_data(sensitive), text, len, "data/sensitive");
    for (guint i = 0; i < amr_data_warnings(amr_sensitive_data(sensitive))->len; i++)
        fail_msg("%s", (char *)amr_data_warnings(amr_sensitive_data(sensitive))->pdata[i]);
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
        if ((matched(sensitive, rows[i].name, rows[i].kind, rows[i].rights) >= 0) !=
            rows[i].matters)
            fail_msg("%s", rows[i].name);
}

static void
test_sensitive_lines(void **state)
{
    static const struct {
        const char *text;
        const char *warning; /* NULL: none */
        gboolean matters;    /* reading /a does */
    } rows[] = {
        {"", NULL, FALSE},
        {"[a]\nname=/a\ntext=t", NULL, TRUE},
        {"# c\n\n [a] \n name = /a\n text = t \n", NULL, TRUE},
        {"[a]\nname=/a\n", "x line 1: needs a name and a text", FALSE},
        {"[a]\ntext=t\n", "x line 1: needs a name and a text", FALSE},
        {"name=/a\n", "x line 1: a line before the first [id]", FALSE},
        {"[a]\nname=a\ntext=t\n", "x line 2: a name is a glob that begins with a slash", FALSE},
        {"[a]\nname=/a\ntext=t\naccess=rq\n", "x line 4: access is letters of r w a l k m x",
         FALSE},
        {"[a]\nname=/a\ntext=t\naccess=\n", "x line 4: its value is empty", FALSE},
        {"[a]\nname=/a\ntext=t\nkind=dog\n", "x line 4: a kind is socket, fifo, device or setuid",
         FALSE},
        {"[a]\nname=/a\ntext=t\ntext=u\n", "x line 4: it is there already", FALSE},
        {"[a]\nname=/a\ntext=t\nnope=u\n", "x line 4: nope is a key that is not known", FALSE},
        {"[a]\nname=/a\ntext=t\nnope\n", "x line 4: neither [id] nor key = value", FALSE},
        {"[a]\nname=/a\ntext=\xff\n", "x line 3: neither [id] nor key = value", FALSE},
        {"[a]\nname=/b\ntext=t\n[a]\nname=/a\ntext=t\n", NULL, TRUE},
        {"[a]\nname=/a\ntext=t\n[a]\nname=/b\ntext=t\n", NULL, FALSE},
        {"[a]\nname=/a\ntext=t\naccess=w\n", NULL, FALSE},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(AmrSensitive) sensitive = amr_sensitive_new();
        amr_data_take(amr_sensitive_data(sensitive), rows[i].text, strlen(rows[i].text), "x");
        const GPtrArray *warnings = amr_data_warnings(amr_sensitive_data(sensitive));
        assert_int_equal(warnings->len, rows[i].warning != NULL);
        if (rows[i].warning)
            assert_string_equal(warnings->pdata[0], rows[i].warning);
        assert_int_equal(matched(sensitive, "/a", AMR_SENSITIVE_ANY, AMR_PERM_READ) >= 0,
                         rows[i].matters);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_opens, setup, teardown),
        cmocka_unit_test_setup_teardown(test_pruning, setup, teardown),
        cmocka_unit_test_setup_teardown(test_prunes, setup, teardown),
        cmocka_unit_test_setup_teardown(test_lanes, setup, teardown),
        cmocka_unit_test_setup_teardown(test_hostile, setup, teardown),
        cmocka_unit_test_setup_teardown(test_deep, setup, teardown),
        cmocka_unit_test_setup_teardown(test_unread, setup, teardown),
        cmocka_unit_test_setup_teardown(test_no_time, setup, teardown),
        cmocka_unit_test_setup_teardown(test_cancelled, setup, teardown),
        cmocka_unit_test_setup_teardown(test_progress, setup, teardown),
        cmocka_unit_test_setup_teardown(test_stopped, setup, teardown),
        cmocka_unit_test_setup_teardown(test_killed, setup, teardown),
        cmocka_unit_test_setup_teardown(test_holds_nothing, setup, teardown),
        cmocka_unit_test(test_packed),
        cmocka_unit_test(test_mounts),
        cmocka_unit_test(test_own_proc),
        cmocka_unit_test(test_shipped),
        cmocka_unit_test(test_sensitive_lines),
    };
    return cmocka_run_group_tests_name("breadth", tests, NULL, NULL);
}
