/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/testing.h"

#include <string.h>

#include "core/base/error.h"
#include "core/change/localfile.h"

#define ID   "0123456789abcdef"
#define WHEN (G_GINT64_CONSTANT(1795348800) * G_USEC_PER_SEC) /* 2026-11-22T12:00:00Z */
#define LINE "# armorer: 2026-11-22, 2 rules, change " ID "\n"

static const char *const rules[] = {"/etc/a r,", "owner \"/home/*/b c\" rw,", NULL};
static const char *const one[] = {"capability chown,", NULL};

static const AmrLocalRemoval all = {.id = ID, .lines = rules};

static GBytes *
text_bytes(const char *text)
{
    return text ? g_bytes_new(text, strlen(text)) : NULL;
}

static void
assert_bytes(GBytes *bytes, const char *want)
{
    gsize len;
    const char *data = g_bytes_get_data(bytes, &len);
    g_autofree char *got = g_strndup(data, len);
    assert_string_equal(got, want);
}

static const struct {
    const char *name, *input;
    const char *const *rules;
    gboolean comments;
    const char *want;
} adds[] = {
    {"no file", NULL, rules, TRUE, LINE "/etc/a r,\nowner \"/home/*/b c\" rw,\n"},
    {"empty file", "", rules, TRUE, LINE "/etc/a r,\nowner \"/home/*/b c\" rw,\n"},
    {"behind a line", "# mine\n", rules, FALSE, "# mine\n/etc/a r,\nowner \"/home/*/b c\" rw,\n"},
    {"no newline at the end", "/x r,", rules, TRUE,
     "/x r,\n" LINE "/etc/a r,\nowner \"/home/*/b c\" rw,\n"},
    {"one rule", NULL, one, TRUE,
     "# armorer: 2026-11-22, 1 rule, change " ID "\ncapability chown,\n"},
};

static void
test_add(void **state)
{
    for (gsize i = 0; i < G_N_ELEMENTS(adds); i++) {
        g_autoptr(GBytes) input = text_bytes(adds[i].input);
        g_autoptr(GBytes) got = amr_localfile_add(input, adds[i].rules, ID, WHEN, adds[i].comments);
        print_message("# %s\n", adds[i].name);
        assert_bytes(got, adds[i].want);
    }
}

static const struct {
    const char *name, *input, *want; /* NULL: changed underneath */
} removes[] = {
    {"alone", LINE "/etc/a r,\nowner \"/home/*/b c\" rw,\n", ""},
    {"between others", "# a\n" LINE "/etc/a r,\nowner \"/home/*/b c\" rw,\n# b\n", "# a\n# b\n"},
    {"no comment line", "/x r,\n/etc/a r,\nowner \"/home/*/b c\" rw,\n/y r,", "/x r,\n/y r,"},
    {"indented by somebody", LINE "  /etc/a r,\r\n\towner \"/home/*/b c\" rw,\n", ""},
    {"a line put between", LINE "/etc/a r,\n/mine r,\nowner \"/home/*/b c\" rw,\n", "/mine r,\n"},
    {"the later of two runs",
     "/etc/a r,\nowner \"/home/*/b c\" rw,\n# x\n/etc/a r,\nowner \"/home/*/b c\" rw,\n",
     "/etc/a r,\nowner \"/home/*/b c\" rw,\n# x\n"},
    {"the block, not an equal line above",
     "/etc/a r,\n" LINE "/etc/a r,\nowner \"/home/*/b c\" rw,\n", "/etc/a r,\n"},
    {"no newline at the end", LINE "/etc/a r,\nowner \"/home/*/b c\" rw,", ""},
    {"another change's block stays",
     LINE "/etc/a r,\nowner \"/home/*/b c\" rw,\n"
          "# armorer: 2026-11-23, 1 rule, change fedcba9876543210\n/etc/z r,\n",
     "# armorer: 2026-11-23, 1 rule, change fedcba9876543210\n/etc/z r,\n"},
    {"a rule was edited", LINE "/etc/a rw,\nowner \"/home/*/b c\" rw,\n", NULL},
    {"a rule is gone", LINE "/etc/a r,\n", NULL},
    {"all is gone", "", NULL},
    {"under another's comment line",
     "# armorer: 2026-11-23, 2 rules, change fedcba9876543210\n"
     "/etc/a r,\nowner \"/home/*/b c\" rw,\n",
     NULL},
    {"behind another's block",
     "# armorer: 2026-11-23, 1 rule, change fedcba9876543210\n/etc/z r,\n"
     "/etc/a r,\nowner \"/home/*/b c\" rw,\n",
     "# armorer: 2026-11-23, 1 rule, change fedcba9876543210\n/etc/z r,\n"},
    {"in a child", "profile c {\n/etc/a r,\nowner \"/home/*/b c\" rw,\n}\n", NULL},
    {"not the later run in a child",
     "/etc/a r,\nowner \"/home/*/b c\" rw,\n^h {\n/etc/a r,\nowner \"/home/*/b c\" rw,\n}\n",
     "^h {\n/etc/a r,\nowner \"/home/*/b c\" rw,\n}\n"},
    {"apart and without a comment", "/etc/a r,\n/q r,\nowner \"/home/*/b c\" rw,\n", NULL},
    {"in another's block only",
     LINE "/etc/a r,\n# armorer: 2026-11-23, 1 rule, change fedcba9876543210\n"
          "owner \"/home/*/b c\" rw,\n",
     NULL},
};

static void
test_remove(void **state)
{
    for (gsize i = 0; i < G_N_ELEMENTS(removes); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(GBytes) input = text_bytes(removes[i].input);
        g_autoptr(GBytes) got = amr_localfile_remove(input, &all, &error);
        print_message("# %s\n", removes[i].name);
        if (removes[i].want) {
            assert_no_error(error);
            assert_bytes(got, removes[i].want);
        } else {
            assert_null(got);
            assert_error(error, AMR_ERROR, AMR_ERROR_CHANGED_UNDERNEATH);
        }
    }
}

/* ---- lines that several changes want ------------------------------------------------------------
 */

#define B              "bbbbbbbbbbbbbbbb"
#define C              "cccccccccccccccc"
#define COMMENT(n, id) "# armorer: 2026-11-22, " n ", change " id "\n"

static const char *const own[] = {"/a r,", "/b r,", NULL};
static const char *const own_one[] = {"/a r,", NULL};

static const struct {
    const char *name;
    const char *lines[4], *handed[3], *heirs[5];
    AmrLocalOwner later[2];
    const char *input, *want;
} shared[] = {
    {"one stays",
     {"/a r,", "/b r,"},
     {NULL},
     {B, NULL},
     {{0}},
     "# x\n" COMMENT("2 rules", ID) "/a r,\n/b r,\n# y\n",
     "# x\n" COMMENT("1 rule", B) "/a r,\n# y\n"},
    {"all stay for one",
     {"/a r,", "/b r,"},
     {NULL},
     {B, B},
     {{0}},
     COMMENT("2 rules", ID) "/a r,\n/b r,\n",
     COMMENT("2 rules", B) "/a r,\n/b r,\n"},
    {"each for another",
     {"/a r,", "/b r,", "/c r,"},
     {NULL},
     {B, C, B},
     {{0}},
     COMMENT("3 rules", ID) "/a r,\n/b r,\n/c r,\n",
     COMMENT("1 rule", B) "/a r,\n" COMMENT("1 rule", C) "/b r,\n" COMMENT("1 rule", B) "/c r,\n"},
    {"what goes between does not part them",
     {"/a r,", "/b r,", "/c r,"},
     {NULL},
     {B, NULL, B},
     {{0}},
     COMMENT("3 rules", ID) "/a r,\n/b r,\n/c r,\n",
     COMMENT("2 rules", B) "/a r,\n/c r,\n"},
    {"without comments", {"/a r,", "/b r,"}, {NULL}, {B, NULL}, {{0}}, "/a r,\n/b r,\n", "/a r,\n"},
    {"handed over",
     {"/b r,"},
     {"/a r,"},
     {NULL, NULL},
     {{0}},
     COMMENT("1 rule", ID) "/a r,\n" COMMENT("1 rule", C) "/q r,\n" COMMENT("1 rule", ID) "/b r,\n",
     COMMENT("1 rule", C) "/q r,\n"},
    {"handed over, and on",
     {"/b r,"},
     {"/a r,"},
     {NULL, C},
     {{0}},
     COMMENT("1 rule", ID) "/a r,\n" COMMENT("1 rule", ID) "/b r,\n",
     COMMENT("1 rule", C) "/a r,\n"},
    {"handed over, without comments",
     {"/b r,"},
     {"/a r,"},
     {NULL, NULL},
     {{0}},
     "/a r,\n/q r,\n/b r,\n",
     "/q r,\n"},
    {"handed over, and another's too",
     {"/b r,"},
     {"/a r,"},
     {NULL, NULL},
     {{0}},
     COMMENT("1 rule", C) "/a r,\n/b r,\n",
     COMMENT("1 rule", C) "/a r,\n"},
    {"handed over, and gone since", {"/b r,"}, {"/a r,"}, {NULL, NULL}, {{0}}, "/b r,\n", ""},
    {"handed over alone", {NULL}, {"/a r,"}, {NULL}, {{0}}, "/a r,\n", ""},
    {"two equal ones, the first",
     {"/a r,", "/b r,"},
     {NULL},
     {NULL},
     {{B, own}},
     "/a r,\n/b r,\n# x\n/a r,\n/b r,\n",
     "# x\n/a r,\n/b r,\n"},
    {"two equal ones, one is left",
     {"/a r,", "/b r,"},
     {NULL},
     {NULL},
     {{B, own}},
     "/a r,\n/b r,\n",
     NULL},
    {"two equal ones, the later under its comment",
     {"/a r,"},
     {NULL},
     {NULL},
     {{B, own_one}},
     "/a r,\n" COMMENT("1 rule", B) "/a r,\n",
     COMMENT("1 rule", B) "/a r,\n"},
    {"a later one that is not there",
     {"/a r,", "/b r,"},
     {NULL},
     {NULL},
     {{B, own}},
     COMMENT("2 rules", ID) "/a r,\n/b r,\n",
     ""},
};

static void
test_shared(void **state)
{
    for (gsize i = 0; i < G_N_ELEMENTS(shared); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(GBytes) input = text_bytes(shared[i].input);
        const AmrLocalRemoval what = {ID,
                                      shared[i].lines,
                                      shared[i].handed,
                                      shared[i].heirs,
                                      shared[i].later,
                                      shared[i].later[0].id ? 1 : 0};
        g_autoptr(GBytes) got = amr_localfile_remove(input, &what, &error);
        print_message("# %s\n", shared[i].name);
        if (shared[i].want) {
            assert_no_error(error);
            assert_bytes(got, shared[i].want);
        } else {
            assert_null(got);
            assert_error(error, AMR_ERROR, AMR_ERROR_CHANGED_UNDERNEATH);
        }
    }
}

/* Whatever stood there: adding then removing gives it back, with a newline at its end. */
static void
test_round_trip(void **state)
{
    static const char *const texts[] = {
        "",
        "# x\n",
        "/a r,",
        "\n\n",
        "/etc/a r,\n",
        "\xff\x01 \\\n",
        "# armorer: 2026-01-01, 1 rule, change 00000000000000ff\n/q r,\n"};
    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
        for (int comments = 0; comments < 2; comments++) {
            g_autoptr(GError) error = NULL;
            g_autoptr(GBytes) input = text_bytes(texts[i]);
            g_autoptr(GBytes) added = amr_localfile_add(input, rules, ID, WHEN, comments);
            g_autoptr(GBytes) back = amr_localfile_remove(added, &all, &error);
            g_autofree char *want =
                g_strconcat(texts[i], texts[i][0] && !g_str_has_suffix(texts[i], "\n") ? "\n" : "",
                            NULL);
            assert_no_error(error);
            assert_bytes(back, want);
        }
    }
}

static void
test_has(void **state)
{
    g_autoptr(GBytes) bytes = text_bytes("# /no r,\n  /etc/a r,\t\n/etc/ab r, # why\n");
    assert_true(amr_localfile_has(bytes, 0, "/etc/a r,"));
    assert_false(amr_localfile_has(bytes, 0, "/no r,"));
    assert_false(amr_localfile_has(bytes, 0, "/etc/ab r,"));
    assert_false(amr_localfile_has(NULL, 0, "/etc/a r,"));
}

static const struct {
    const char *name, *input;
    gboolean want;
} own_lines[] = {
    {"in a child", "profile c {\n  /etc/a r,\n}\n", FALSE},
    {"in a hat, brace on its own line", "^h\n{\n  /etc/a r,\n}\n", FALSE},
    {"in a child of a child", "profile c { profile d {\n}\n/etc/a r,\n}\n", FALSE},
    {"behind a child", "profile c {\n  /x r,\n}\n/etc/a r,\n", TRUE},
    {"behind a glob", "/x/{a,b} r,\n/etc/a r,\n", TRUE},
    {"behind a variable", "@{HOME}/x r,\n/etc/a r,\n", TRUE},
    {"behind a brace in quotes", "\"/x{\" r,\n/etc/a r,\n", TRUE},
    {"behind an escaped brace", "/x\\{ r,\n/etc/a r,\n", TRUE},
    {"behind a brace in a comment", "/x r, # {\n# {\n/etc/a r,\n", TRUE},
    {"behind an include", "include <local/x>\n/etc/a r,\n", TRUE},
    {"the end of a denial", "deny\n/etc/a r,\n", FALSE},
    {"the end of a denial with a comment", "audit deny # why,\n/etc/a r,\n", FALSE},
};

static void
test_has_own(void **state)
{
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(own_lines); i++) {
        g_autoptr(GBytes) bytes = text_bytes(own_lines[i].input);
        print_message("# %s\n", own_lines[i].name);
        assert_int_equal(amr_localfile_has(bytes, 0, "/etc/a r,"), own_lines[i].want);
    }
}

static const struct {
    const char *name, *input;
    const char *before; /* the offset is that of this text */
    const char *want;
} includes[] = {
    {"own lines", "profile p {\n    /a r,\n}\n", "}",
     "profile p {\n    /a r,\n    include if exists <local/p>\n}\n"},
    {"tabs", "profile p {\n\t/a r,\n\n}\n", "}",
     "profile p {\n\t/a r,\n\n\tinclude if exists <local/p>\n}\n"},
    {"empty block", "profile p {\n}\n", "}\n", "profile p {\n  include if exists <local/p>\n}\n"},
    {"all on one line", "profile p { /a r, }", "}",
     "profile p { /a r, \n  include if exists <local/p>\n}"},
    {"rules not indented", "profile p {\n/a r,\n}\n", "}",
     "profile p {\n/a r,\n  include if exists <local/p>\n}\n"},
};

static void
test_include(void **state)
{
    for (gsize i = 0; i < G_N_ELEMENTS(includes); i++) {
        g_autoptr(GError) error = NULL;
        const char *text = includes[i].input;
        g_autoptr(GBytes) input = text_bytes(text);
        gsize open = (gsize)(strchr(text, '{') - text);
        gsize offset = (gsize)(strstr(text, includes[i].before) - text);
        g_autoptr(GBytes) got = amr_localfile_add_include(input, open, offset, "local/p");
        g_autoptr(GBytes) back = NULL;
        print_message("# %s\n", includes[i].name);
        assert_bytes(got, includes[i].want);
        gboolean parted = amr_localfile_include_parts(input, got, "local/p");
        assert_int_equal(parted, text[offset - 1] != '\n');
        back = amr_localfile_remove_include(got, "local/p", parted, &error);
        assert_no_error(error);
        assert_bytes(back, text);
        assert_null(amr_localfile_remove_include(back, "local/p", parted, &error));
        assert_error(error, AMR_ERROR, AMR_ERROR_CHANGED_UNDERNEATH);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_add),     cmocka_unit_test(test_remove),
        cmocka_unit_test(test_shared),  cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_has),     cmocka_unit_test(test_has_own),
        cmocka_unit_test(test_include),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
