/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What of disk and kernel differs, by names, modes and time stamps alone. */
#include "tests/unit/testing.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/session.h"

#include "core/change/drift.h"

static const struct {
    const char *name, *text;
} files[] = {
    {"etc/apparmor.d/even", "profile even /e { include <abstractions/x>\n }\n"},
    {"etc/apparmor.d/edited", "profile edited /e { include <abstractions/x>\n profile kid { } }\n"},
    {"etc/apparmor.d/abstractions/x", "/etc/hosts r,\n"},
    {"etc/apparmor.d/lax", "profile lax /l flags=(complain) { }\n"},
    {"etc/apparmor.d/strict", "profile strict /s { }\n"},
    {"etc/apparmor.d/forced", "profile forced /f { }\n"},
    {"etc/apparmor.d/force-complain/forced", ""},
    {"etc/apparmor.d/out", "profile out /o { }\n"},
    {"etc/apparmor.d/off", "profile off /o { }\n"},
    {"etc/apparmor.d/disable/off", ""},
    {"etc/apparmor.d/spaced", "profile :web:even /e { }\n"},
    {"sys/kernel/security/apparmor/profiles",
     "even (enforce)\nedited (enforce)\nedited//kid (enforce)\nlax (enforce)\nstrict (complain)\n"
     "forced (complain)\nstray (enforce)\nagain (enforce)\n:web://even (enforce)\n"},
    {"sys/kernel/security/apparmor/policy/profiles/even.1/name", "even\n"},
    {"sys/kernel/security/apparmor/policy/profiles/even.1/raw_data", "new"},
    {"sys/kernel/security/apparmor/policy/profiles/edited.2/name", "edited\n"},
    {"sys/kernel/security/apparmor/policy/profiles/edited.2/raw_data", "old"},
    {"sys/kernel/security/apparmor/policy/profiles/edited.2/profiles/kid.3/name", "kid\n"},
    {"sys/kernel/security/apparmor/policy/profiles/edited.2/profiles/kid.3/raw_data", "new"},
    {"etc/apparmor.d/again", "profile again /a { }\n"},
    {"sys/kernel/security/apparmor/policy/profiles/again.5/name", "again\n"},
    {"sys/kernel/security/apparmor/policy/raw_data/7/raw_data", "old"},
    {"sys/kernel/security/apparmor/policy/namespaces/web/profiles/even.4/name", "even\n"},
    {"sys/kernel/security/apparmor/policy/namespaces/web/profiles/even.4/raw_data", "old"},
};

static const struct {
    const char *ns, *name;
    AmrDrift want;
} rows[] = {
    {"", "even", AMR_DRIFT_NONE},        {"", "edited", AMR_DRIFT_EDITED},
    {"", "edited//kid", AMR_DRIFT_NONE}, {"", "lax", AMR_DRIFT_MODE},
    {"", "strict", AMR_DRIFT_MODE},      {"", "forced", AMR_DRIFT_NONE},
    {"", "stray", AMR_DRIFT_KERNEL},     {"", "out", AMR_DRIFT_NOT_LOADED},
    {"", "off", AMR_DRIFT_DISABLED},     {"web", "even", AMR_DRIFT_EDITED},
    {"", "nowhere", AMR_DRIFT_UNKNOWN},  {"", "again", AMR_DRIFT_NONE},
};

/* Loaded again, and the same: the data is old, what it stands in is not. */
static void
link_again(const char *root)
{
    static const struct timespec later[2] = {{4000000000, 0}, {4000000000, 0}};
    static const char base[] = "sys/kernel/security/apparmor/policy";
    g_autofree char *link = g_build_filename(root, base, "profiles/again.5/raw_data", NULL);
    g_autofree char *dir = g_build_filename(root, base, "raw_data/7", NULL);

    assert_int_equal(symlink("../../raw_data/7/raw_data", link), 0);
    assert_int_equal(utimensat(AT_FDCWD, dir, later, 0), 0);
}

static void
test_drift(void **state)
{
    g_autoptr(GError) error = NULL;
    GAsyncResult *result = NULL;
    char *root = test_dir_new();

    for (gsize i = 0; i < G_N_ELEMENTS(files); i++) {
        g_autofree char *path = g_build_filename(root, files[i].name, NULL);
        /* Policy is as old as this test; what is loaded is made older or newer than that. */
        const struct timespec past[2] = {{1000, 0}, {1000, 0}};
        const struct timespec later[2] = {{4000000000, 0}, {4000000000, 0}};
        test_write(root, files[i].name, files[i].text);
        if (g_str_has_suffix(path, "raw_data"))
            assert_int_equal(utimensat(AT_FDCWD, path, *files[i].text == 'o' ? past : later, 0), 0);
    }
    link_again(root);
    AmrTargetOptions options = {.root = root};
    g_autoptr(AmrSession) session = amr_session_new(&options, 0, &error);
    assert_no_error(error);
    amr_session_load_async(session, NULL, test_result, &result);
    test_wait_result(&result);
    assert_true(amr_session_load_finish(session, result, &error));
    g_object_unref(result);

    g_autoptr(AmrDrifts) drifts =
        amr_drifts_new(session->target, session->opener, session->index, session->loaded);
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        AmrDrift is = amr_drifts_of(drifts, rows[i].ns, rows[i].name);
        if (is != rows[i].want)
            fail_msg("%s: %s, not %s", rows[i].name, amr_drift_word(is),
                     amr_drift_word(rows[i].want));
    }
    g_autoptr(AmrDrifts) blind =
        amr_drifts_new(session->target, session->opener, session->index, NULL);
    assert_int_equal(amr_drifts_of(blind, "", "even"), AMR_DRIFT_UNKNOWN);
    test_dir_remove(root);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_drift)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
