/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which units start a program. */
#include "config.h"

#include "tests/unit/testing.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/advice/units.h"

static const struct {
    const char *line, *want;
} lines[] = {
    {"ExecStart=/usr/sbin/nginx -g 'daemon on;'", "/usr/sbin/nginx"},
    {"  ExecStart = /usr/sbin/nginx", "/usr/sbin/nginx"},
    {"ExecStart= -/usr/sbin/nginx", "/usr/sbin/nginx"},
    {"ExecStart=@/usr/sbin/nginx nginx", "/usr/sbin/nginx"},
    {"ExecStart=!!/usr/sbin/nginx", "/usr/sbin/nginx"},
    {"ExecStart=\"/opt/My App/run\" -x", "/opt/My App/run"},
    {"ExecStart=\"/opt/My App/run", NULL},
    {"ExecStart=/usr/lib/%i/run", NULL},
    {"ExecStart=/opt/My\\x20App/run", NULL},
    {"ExecStart=", NULL},
    {"ExecStartPre=/usr/sbin/nginx -t", NULL},
    {"#ExecStart=/usr/sbin/nginx", NULL},
    {"", NULL},
};

static void
test_lines(void **state)
{
    for (gsize i = 0; i < G_N_ELEMENTS(lines); i++) {
        g_autofree char *got = amr_unit_starts(lines[i].line);
        print_message("# %s\n", lines[i].line);
        if (lines[i].want)
            assert_string_equal(got, lines[i].want);
        else
            assert_null(got);
    }
}

static void
make_program(const char *dir, const char *name)
{
    g_autofree char *path = g_build_filename(dir, name, NULL);

    test_write(dir, name, "\177ELF");
    assert_int_equal(chmod(path, 0755), 0);
}

static void
test_units(void **state)
{
    char *dir = test_dir_new();
    g_autofree char *fifo = g_build_filename(dir, "usr/lib/systemd/system/fifo.service", NULL);
    g_autofree char *link = g_build_filename(dir, "usr/sbin/lantern", NULL);
    g_autoptr(GError) error = NULL;

    test_write(dir, "etc/apparmor.d/x", "");
    make_program(dir, "usr/sbin/lanternd");
    make_program(dir, "usr/sbin/other");
    assert_int_equal(symlink("lanternd", link), 0);
    test_write(dir, "usr/lib/systemd/system/b.service",
               "[Service]\nExecStart=/usr/sbin/lanternd\n");
    test_write(dir, "usr/lib/systemd/system/a.service",
               "[Service]\nExecStart=-/usr/sbin/lantern\n");
    test_write(dir, "usr/lib/systemd/system/other.service", "ExecStart=/usr/sbin/other\n");
    test_write(dir, "usr/lib/systemd/system/none.service", "\0");
    test_write(dir, "usr/lib/systemd/system/x@.service", "ExecStart=/usr/sbin/lanternd\n");
    test_write(dir, "usr/lib/systemd/system/lanternd.socket", "ExecStart=/usr/sbin/lanternd\n");
    /* What an admin has in its place counts. */
    test_write(dir, "usr/lib/systemd/system/masked.service", "ExecStart=/usr/sbin/lanternd\n");
    test_write(dir, "etc/systemd/system/masked.service", "ExecStart=/usr/sbin/other\n");
    assert_int_equal(mkfifo(fifo, 0600), 0);
    g_autoptr(AmrTarget) target = amr_target_new(&(AmrTargetOptions){.root = dir}, &error);
    assert_no_error(error);
    g_auto(GStrv) units = amr_units_of(target, "/usr/sbin/lanternd");
    g_autofree char *joined = g_strjoinv(" ", units);
    assert_string_equal(joined, "a.service b.service");
    test_dir_remove(dir);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines),
        cmocka_unit_test(test_units),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
