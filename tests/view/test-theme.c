/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The themes that are shipped: every role in each, and contrast that is computed. */
#include "tests/unit/testing.h"

#include <math.h>
#include <string.h>
#include <unistd.h>

#include "core/base/error.h"
#include "tui/terminal/theme.h"

static const char *const role_keys[] = {
#define ROLE_KEY(name, key, mono) key,
    TUI_ROLES(ROLE_KEY)
#undef ROLE_KEY
};

/* @ratio: what each role's foreground has on its background at least, by WCAG 2.1; 0: it uses the
 * terminal's own colours, whose values nobody knows. */
static const struct {
    const char *name;
    double ratio;
} themes[] = {{"default", 0}, {"mono", 0},          {"light", 4.5},
              {"dark", 4.5},  {"high-contrast", 7}, {"projector", 7}};

/* As the user's own, so that neither an installed armorer nor who runs the test matters. */
static void
copy_theme(const char *name)
{
    const char *source = g_getenv("ARMORER_SRCDIR");
    g_autofree char *from = g_strdup_printf("themes/%s.theme", name);
    g_autofree char *to = g_strdup_printf("armorer/themes/%s.theme", name);
    g_autofree char *text = test_read(source ? source : ".", from);
    test_write(g_get_user_config_dir(), to, text);
}

static void
write_theme(const char *name, const char *text)
{
    g_autofree char *to = g_strdup_printf("armorer/themes/%s.theme", name);
    test_write(g_get_user_config_dir(), to, text);
}

/* ---- contrast ------------------------------------------------------------------------------- */

/* The cube and the greys of the palette of 256, which terminals do not let anybody choose. */
static void
rgb_of(int colour, int rgb[3])
{
    static const int levels[] = {0, 95, 135, 175, 215, 255};

    assert_in_range(colour, 16, 255);
    if (colour >= 232) {
        rgb[0] = rgb[1] = rgb[2] = 8 + 10 * (colour - 232);
        return;
    }
    rgb[0] = levels[(colour - 16) / 36];
    rgb[1] = levels[(colour - 16) / 6 % 6];
    rgb[2] = levels[(colour - 16) % 6];
}

/* Relative luminance, WCAG 2.1. */
static double
luminance(int colour)
{
    static const double weights[] = {0.2126, 0.7152, 0.0722};
    double sum = 0;
    int rgb[3];

    rgb_of(colour, rgb);
    for (int i = 0; i < 3; i++) {
        double c = rgb[i] / 255.0;
        sum += weights[i] * (c <= 0.03928 ? c / 12.92 : pow((c + 0.055) / 1.055, 2.4));
    }
    return sum;
}

static double
contrast(int a, int b)
{
    double x = luminance(a), y = luminance(b);
    return (MAX(x, y) + 0.05) / (MIN(x, y) + 0.05);
}

static void
test_contrast(void **state)
{
    assert_true(fabs(contrast(16, 231) - 21) < 0.01); /* black on white */
    for (gsize i = 0; i < G_N_ELEMENTS(themes); i++) {
        g_autoptr(TuiTheme) theme = tui_theme_load(themes[i].name, NULL);
        assert_non_null(theme);
        for (guint role = 0; themes[i].ratio > 0 && role < TUI_ROLE_COUNT; role++) {
            TuiStyle style = tui_theme_style(theme, (TuiRole)role);
            double ratio = contrast(style.fg, style.bg);
            if (ratio < themes[i].ratio)
                fail_msg("%s: %s: %.2f", themes[i].name, role_keys[role], ratio);
            if (style.attributes & TUI_ATTR_DIM) /* nobody knows what that leaves of it */
                fail_msg("%s: %s: dim", themes[i].name, role_keys[role]);
        }
    }
}

/* What is selected, marked or a danger differs from plain text in more than its foreground. */
static void
test_more_than_colour(void **state)
{
    static const TuiRole apart[] = {TUI_ROLE_SELECTED, TUI_ROLE_MARKED,     TUI_ROLE_DANGER,
                                    TUI_ROLE_ERROR,    TUI_ROLE_TAB_ACTIVE, TUI_ROLE_WARNING};
    for (gsize i = 0; i < G_N_ELEMENTS(themes); i++) {
        g_autoptr(TuiTheme) theme = tui_theme_load(themes[i].name, NULL);
        TuiStyle text = tui_theme_style(theme, TUI_ROLE_TEXT);
        for (gsize n = 0; n < G_N_ELEMENTS(apart); n++) {
            TuiStyle style = tui_theme_style(theme, apart[n]);
            if (style.bg == text.bg && style.attributes == text.attributes)
                fail_msg("%s: %s", themes[i].name, role_keys[apart[n]]);
        }
    }
}

static void
test_every_role(void **state)
{
    for (gsize i = 0; i < G_N_ELEMENTS(themes); i++) {
        g_autoptr(GKeyFile) file = g_key_file_new();
        g_autofree char *path =
            g_strdup_printf("%s/armorer/themes/%s.theme", g_get_user_config_dir(), themes[i].name);
        assert_true(g_key_file_load_from_file(file, path, G_KEY_FILE_NONE, NULL));
        for (guint role = 0; role < TUI_ROLE_COUNT; role++) {
            if (!g_key_file_has_key(file, "Roles", role_keys[role], NULL))
                fail_msg("%s: no %s", themes[i].name, role_keys[role]);
        }
    }
}

/* ---- broken ones ---------------------------------------------------------------------------- */

static void
test_line(void **state)
{
    static const struct {
        const char *text, *words;
    } rows[] = {
        {"[Roles]\ndenied=1;1;b\n\n# x\npath=300;-1;b\n", "bad.theme line 5: a colour is"},
        {"[Roles]\ndenied=nosuch;-1;b\n", "bad.theme line 2: a colour is"},
        {"[Palette]\nred=x\n[Roles]\n\ndenied = red;-1;b\n", "bad.theme line 5: a colour is"},
        {"[Roles]\npath=1\n", "bad.theme line 2: not \"foreground"},
        {"[Roles]\ntext=1;1;\ntext=1;1;z\n", "bad.theme line 3: attributes"},
        {"# x\nno group = 1\n", "bad.theme line 2: not a line"},
        {"[Roles]\n\ndenied\n", "bad.theme line 3: not a line"},
        {"[Roles]\n=1;1;\n", "bad.theme line 2: not a line"},
        {"[Theme]\nName=bad\nInherits=bad2\n", "bad2.theme line 2: it inherits itself"},
        {"[Theme]\nInherits=../bad\n", "not a name"},
        {"[Theme]\nInherits=absent\n", "absent"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GError) error = NULL;
        write_theme("bad", rows[i].text);
        write_theme("bad2", "[Theme]\nInherits=bad\n");
        g_autoptr(TuiTheme) theme = tui_theme_load("bad", &error);
        assert_null(theme);
        if (!strstr(error->message, rows[i].words))
            fail_msg("%s: %s", rows[i].text, error->message);
    }
}

/* A user's theme that inherits its own name adds to the shipped one. */
static void
test_own_name(void **state)
{
    const char *source = g_getenv("ARMORER_SRCDIR");
    g_autoptr(GError) error = NULL;

    g_setenv("ARMORER_DATADIR", source ? source : ".", TRUE);
    write_theme("dark", "[Theme]\nInherits=dark\n[Roles]\npath=226;16;\n");
    g_autoptr(TuiTheme) theme = tui_theme_load("dark", &error);
    if (geteuid() == 0) { /* takes no word of the environment for where data is; no loop either */
        assert_true(theme || !strstr(error->message, "inherits itself"));
        return;
    }
    assert_no_error(error);
    assert_int_equal(tui_theme_style(theme, TUI_ROLE_PATH).fg, 226);
    assert_int_equal(tui_theme_style(theme, TUI_ROLE_TEXT).bg, 234);
}

int
main(void)
{
    char *config = test_dir_new();
    int failed;

    g_setenv("XDG_CONFIG_HOME", config, TRUE);
    for (gsize i = 0; i < G_N_ELEMENTS(themes); i++)
        copy_theme(themes[i].name);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_contrast),   cmocka_unit_test(test_more_than_colour),
        cmocka_unit_test(test_every_role), cmocka_unit_test(test_line),
        cmocka_unit_test(test_own_name),
    };
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    test_dir_remove(config);
    return failed;
}
