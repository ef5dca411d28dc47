/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tests/unit/testing.h"

#include <string.h>

#include "core/base/settings.h"

static void
test_defaults(void **state)
{
    g_autoptr(AmrConfig) config = amr_config_new();

    assert_true(amr_config_flag(config, AMR_SETTING_COMMENTS));
    assert_false(amr_config_flag(config, AMR_SETTING_MOUSE));
    assert_null(amr_config_text(config, AMR_SETTING_THEME));
    assert_null(amr_config_text(config, AMR_SETTING_NOTIFY));
    assert_int_equal(amr_config_warnings(config)->len, 0);
}

/* The system's file first, then the user's. */
static void
test_files(void **state)
{
    static const char system[] = "# ours\n\n comments=no\ntheme = dark \nnotify=bell,title\r\n";
    static const char user[] = "theme =light\n  mouse = yes";
    g_autoptr(AmrConfig) config = amr_config_new();

    amr_config_take(config, system, strlen(system), "S", FALSE);
    amr_config_take(config, user, strlen(user), "U", TRUE);
    assert_false(amr_config_flag(config, AMR_SETTING_COMMENTS));
    assert_true(amr_config_flag(config, AMR_SETTING_MOUSE));
    assert_string_equal(amr_config_text(config, AMR_SETTING_THEME), "light");
    assert_string_equal(amr_config_text(config, AMR_SETTING_NOTIFY), "bell,title");
    assert_int_equal(amr_config_warnings(config)->len, 0);
}

static void
test_wrong(void **state)
{
    static const struct {
        const char *text, *says;
        gsize len; /* 0: of the string */
    } wrong[] = {
        {"comments = perhaps", "S line 1: comments is yes or no, not \"perhaps\"", 0},
        {"\nmouse =", "S line 2: mouse is yes or no, not \"\"", 0},
        {"theme=", "S line 1: theme is not \"\"", 0},
        {"theme=a\033[31mb", "S line 1: theme is not \"a\\e[31mb\"", 0},
        {"theme=\xff", "S line 1: theme is not \"\\xff\"", 0},
        {"Theme=dark", "S line 1: there is no setting \"Theme\"", 0},
        {"x\033]0;y=1", "S line 1: there is no setting \"x\\e]0;y\"", 0},
        {"=yes", "S line 1: there is no setting \"\"", 0},
        {"[screen]", "S line 1: not \"name = value\": [screen]", 0},
        {"mouse=no\n\0theme=dark", "S line 2: a NUL byte: what stands behind it is not read", 20},
    };
    for (guint i = 0; i < G_N_ELEMENTS(wrong); i++) {
        g_autoptr(AmrConfig) config = amr_config_new();
        gsize len = wrong[i].len ? wrong[i].len : strlen(wrong[i].text);
        amr_config_take(config, wrong[i].text, len, "S", FALSE);
        assert_int_equal(amr_config_warnings(config)->len, 1);
        assert_string_equal(amr_config_warnings(config)->pdata[0], wrong[i].says);
        assert_true(amr_config_flag(config, AMR_SETTING_COMMENTS));
        assert_null(amr_config_text(config, AMR_SETTING_THEME));
    }
}

/* What a change writes is the system's to say. */
static void
test_user(void **state)
{
    g_autoptr(AmrConfig) config = amr_config_new();

    amr_config_take(config, "comments=no\ntheme=mono", 22, "U", TRUE);
    assert_true(amr_config_flag(config, AMR_SETTING_COMMENTS));
    assert_string_equal(amr_config_text(config, AMR_SETTING_THEME), "mono");
    assert_string_equal(amr_config_warnings(config)->pdata[0],
                        "U line 1: comments is the system's to set, in /etc/armorer/armorer.conf");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_defaults),
        cmocka_unit_test(test_files),
        cmocka_unit_test(test_wrong),
        cmocka_unit_test(test_user),
    };
    return cmocka_run_group_tests_name("config", tests, NULL, NULL);
}
