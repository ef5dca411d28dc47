/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What programs on disk are. */
#include "tests/unit/testing.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/policy/index.h"
#include "core/policy/programs.h"
#include "core/policy/propose.h"

#define LONG "/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static const struct {
    const char *bytes;
    AmrProgramKind kind;
    const char *interpreter, *started;
} heads[] = {
    {"", AMR_PROGRAM_OTHER, NULL, NULL},
    {"#", AMR_PROGRAM_OTHER, NULL, NULL},
    {"\177ELF\1\2", AMR_PROGRAM_OTHER, NULL, NULL},
    {"# !/bin/sh\n", AMR_PROGRAM_OTHER, NULL, NULL},
    {"#!/bin/sh\n", AMR_PROGRAM_SCRIPT, "/bin/sh", NULL},
    {"#!/bin/sh", AMR_PROGRAM_SCRIPT, "/bin/sh", NULL},
    {"#! \t/bin/sh -e\necho", AMR_PROGRAM_SCRIPT, "/bin/sh", NULL},
    {"#!\n/bin/sh", AMR_PROGRAM_SCRIPT, NULL, NULL},
    {"#!sh\n", AMR_PROGRAM_SCRIPT, NULL, NULL},
    {"#!/usr/bin/env python3\n", AMR_PROGRAM_SCRIPT, "/usr/bin/env", "python3"},
    {"#!/usr/bin/env -S A=1 python3 -u\n", AMR_PROGRAM_SCRIPT, "/usr/bin/env", "python3"},
    {"#!/usr/bin/env\npython3\n", AMR_PROGRAM_SCRIPT, "/usr/bin/env", NULL},
    {"#!/usr/bin/environ python3\n", AMR_PROGRAM_SCRIPT, "/usr/bin/environ", NULL},
    {"#!/bin/\x1b[2J\xff sh\n", AMR_PROGRAM_SCRIPT, "/bin/\x1b[2J\xff", NULL},
    {"#!" LONG LONG LONG LONG, AMR_PROGRAM_SCRIPT, NULL, NULL}, /* cut off */
};

static void
test_heads(void **state)
{
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(heads); i++) {
        print_message("%s\n", heads[i].bytes + (heads[i].bytes[0] == '#'));
        g_autoptr(AmrProgram) program =
            amr_program_read(heads[i].bytes, MIN(strlen(heads[i].bytes), 256));
        assert_int_equal(program->kind, heads[i].kind);
        assert_true(g_strcmp0(program->interpreter, heads[i].interpreter) == 0);
        assert_true(g_strcmp0(program->started, heads[i].started) == 0);
    }
}

static const AmrProgram *
look(AmrPrograms *programs, const char *path)
{
    g_autoptr(GAsyncResult) result = NULL;
    g_autoptr(GError) error = NULL;

    amr_programs_ask_async(programs, amr_bytes(path), NULL, test_result, &result);
    test_wait_result(&result);
    assert_true(amr_programs_ask_finish(result, &error));
    assert_no_error(error);
    return amr_programs_look(programs, amr_bytes(path));
}

static void
make_executable(const char *dir, const char *name, const char *text)
{
    test_write(dir, name, text);
    g_autofree char *path = g_build_filename(dir, name, NULL);
    assert_int_equal(chmod(path, 0755), 0);
}

/* No FIFO blocks, no link is followed at the end, none leads out of the root. */
/* Whoever runs a script under another profile is told what that one needs. */
static void
check_ways(AmrPrograms *programs, const AmrTarget *target)
{
    g_autoptr(GAsyncResult) result = NULL;
    amr_index_load_async(target, NULL, test_result, &result);
    test_wait_result(&result);
    g_autoptr(AmrIndex) index = amr_index_load_finish(result, NULL);
    const AmrProposeContext context = {.programs = programs, .index = index};
    AmrEvent event = {.klass = AMR_CLASS_FILE,
                      .verdict = AMR_VERDICT_DENIED,
                      .denied = AMR_PERM_EXEC,
                      .requested = AMR_PERM_EXEC};
    guint told = 0, silent = 0;

    event.field[AMR_FIELD_PROFILE] = AMR_BYTES("p");
    event.field[AMR_FIELD_NAME] = AMR_BYTES("/usr/bin/script");
    g_autoptr(AmrProposal) script = amr_propose(&event, &context);
    for (guint i = 0; i < script->candidates->len; i++) {
        const AmrCandidate *candidate = script->candidates->pdata[i];
        gboolean inherits = candidate->rule->file.exec == AMR_EXEC_IX;
        gboolean says =
            strstr(candidate->why, "It is a script: that profile has to let it be read, "
                                   "and execute /usr/bin/thing-3.") != NULL;
        assert_int_equal(says, !inherits);
        told += says;
        silent += inherits;
    }
    assert_true(told && silent);
    event.field[AMR_FIELD_NAME] = AMR_BYTES("/usr/bin/binary");
    g_autoptr(AmrProposal) binary = amr_propose(&event, &context);
    assert_true(binary->candidates->len > 1);
    for (guint i = 0; i < binary->candidates->len; i++)
        assert_null(strstr(((AmrCandidate *)binary->candidates->pdata[i])->why, "It is a script"));
}

static void
test_disk(void **state)
{
    char *dir = test_dir_new();
    g_autoptr(GError) error = NULL;
    (void)state;
    test_write(dir, "etc/apparmor.d/none", "");
    make_executable(dir, "usr/bin/script", "#!/usr/bin/env thing\n");
    make_executable(dir, "usr/bin/thing-3", "\177ELF");
    make_executable(dir, "usr/bin/lost", "#!/usr/bin/env nowhere\n");
    test_write(dir, "usr/bin/nowhere", "not to be executed");
    make_executable(dir, "usr/bin/binary", "\177ELF");
    g_autofree char *fifo = g_build_filename(dir, "fifo", NULL);
    g_autofree char *link = g_build_filename(dir, "usr/bin/link", NULL);
    g_autofree char *thing = g_build_filename(dir, "usr/bin/thing", NULL);
    assert_int_equal(mkfifo(fifo, 0644), 0);
    assert_int_equal(symlink("script", link), 0);
    assert_int_equal(symlink("/usr/bin/thing-3", thing), 0);
    g_autoptr(AmrTarget) target = amr_target_new(&(AmrTargetOptions){.root = dir}, &error);
    assert_no_error(error);
    g_autoptr(AmrPrograms) programs = amr_programs_new(target);

    assert_int_equal(amr_programs_look(programs, AMR_BYTES("/usr/bin/script"))->kind,
                     AMR_PROGRAM_UNKNOWN);
    const AmrProgram *script = look(programs, "/usr/bin/script");
    assert_int_equal(script->kind, AMR_PROGRAM_SCRIPT);
    assert_string_equal(script->runs, "/usr/bin/thing-3");
    const AmrProgram *lost = look(programs, "/usr/bin/lost");
    assert_string_equal(lost->started, "nowhere");
    assert_null(lost->runs);
    assert_int_equal(look(programs, "/usr/bin/binary")->kind, AMR_PROGRAM_OTHER);
    assert_int_equal(look(programs, "/usr/bin/link")->kind, AMR_PROGRAM_NONE);
    assert_int_equal(look(programs, "/fifo")->kind, AMR_PROGRAM_NONE);
    assert_int_equal(look(programs, "/usr/bin")->kind, AMR_PROGRAM_NONE);
    assert_int_equal(look(programs, "/not/there")->kind, AMR_PROGRAM_NONE);
    /* What no path can be is not asked. */
    assert_int_equal(amr_programs_look(programs, AMR_BYTES("a"))->kind, AMR_PROGRAM_NONE);
    assert_int_equal(amr_programs_look(programs, (AmrBytes){"/a\0b", 4})->kind, AMR_PROGRAM_NONE);
    test_write(dir, "etc/apparmor.d/p",
               "profile p {\n}\n/usr/bin/script {\n}\n/usr/bin/binary {\n}\n");
    check_ways(programs, target);
    amr_programs_forget(programs);
    assert_int_equal(amr_programs_look(programs, AMR_BYTES("/usr/bin/script"))->kind,
                     AMR_PROGRAM_UNKNOWN);
    test_dir_remove(dir);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_heads),
        cmocka_unit_test(test_disk),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
