/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Canvas, keys, actions, lists, columns, flowing text, bars and themes: what views are made of. */
#include "tests/unit/testing.h"

#include <string.h>

#include "tui/options.h"
#include "tui/terminal/theme.h"
#include "tui/widget/bar.h"
#include "tui/widget/flow.h"
#include "tui/widget/list.h"

static void
assert_canvas(const TuiCanvas *canvas, const char *want)
{
    g_autofree char *is = tui_canvas_dump(canvas);
    assert_string_equal(is, want);
}

static void
test_put(void **state)
{
    static const struct {
        const char *text;
        int x, after;
        const char *want;
    } rows[] = {
        {"abc", 0, 3, "abc\n"},
        {"abcdefgh", 0, 8, "abcdef\n"},
        {"abc", 4, 7, "    ab\n"},
        {"abc", -2, 1, "c\n"},
        {"abc", 9, 12, "\n"},
        {"漢字", 0, 4, "漢字\n"},
        {"漢字漢字", 0, 8, "漢字漢\n"},
        {"a漢字漢", 0, 7, "a漢字\n"}, /* no half of a wide one at the end */
        {"e\xcc\x81x", 0, 2, "e\xcc\x81x\n"},
        {"\xcc\x81x", 0, 1, "x\n"}, /* nothing there to combine with */
        {"a\x1b[2Jb", 0, 6, "a\xef\xbf\xbd[2Jb\n"},
        {"a\nb", 0, 3,
         "a\xef\xbf\xbd"
         "b\n"},
        {"ok\xff\xfe", 0, 2, "ok\n"},
        {"", 0, 0, "\n"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(TuiCanvas) canvas = tui_canvas_new(6, 1);
        int after = tui_canvas_put(canvas, tui_canvas_rect(canvas), rows[i].x, 0, rows[i].text,
                                   TUI_ROLE_TEXT);
        assert_int_equal(after, rows[i].after);
        assert_canvas(canvas, rows[i].want);
    }
}

static void
test_wide_overwritten(void **state)
{
    g_autoptr(TuiCanvas) canvas = tui_canvas_new(6, 1);
    TuiRect all = tui_canvas_rect(canvas);
    tui_canvas_put(canvas, all, 0, 0, "漢字漢", TUI_ROLE_TEXT);
    tui_canvas_put(canvas, all, 1, 0, "x", TUI_ROLE_TEXT);
    assert_canvas(canvas, " x字漢\n");
    tui_canvas_put(canvas, all, 4, 0, "y", TUI_ROLE_TEXT);
    assert_canvas(canvas, " x字y\n");
}

static void
test_clip(void **state)
{
    g_autoptr(TuiCanvas) canvas = tui_canvas_new(8, 3);
    TuiRect inner = {2, 1, 4, 1};
    tui_canvas_put(canvas, inner, 0, -1, "above", TUI_ROLE_TEXT);
    tui_canvas_put(canvas, inner, 0, 1, "below", TUI_ROLE_TEXT);
    tui_canvas_put(canvas, inner, 0, 0, "inside", TUI_ROLE_TEXT);
    assert_canvas(canvas, "\n  insi\n\n");
    tui_canvas_set_cursor(canvas, 99, 0);
    int x, y;
    assert_false(tui_canvas_cursor(canvas, &x, &y));
}

static void
test_field(void **state)
{
    static const struct {
        const char *text, *want;
        gboolean right;
    } rows[] = {
        {"abc", "[abc  ]\n", FALSE},    {"abc", "[  abc]\n", TRUE},
        {"abcde", "[abcde]\n", FALSE},  {"abcdef", "[abcd…]\n", FALSE},
        {"漢字漢", "[漢字…]\n", FALSE}, {"a漢字漢", "[a漢 …]\n", FALSE},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(TuiCanvas) canvas = tui_canvas_new(7, 1);
        TuiRect all = tui_canvas_rect(canvas);
        tui_canvas_put(canvas, all, 0, 0, "[     ]", TUI_ROLE_TEXT);
        tui_canvas_put_field(canvas, all, 1, 0, 5, rows[i].text, rows[i].right, TUI_ROLE_TEXT);
        assert_canvas(canvas, rows[i].want);
    }
}

static void
test_keys(void **state)
{
    static const struct {
        const char *name;
        TuiKey key;
        const char *shown;
    } rows[] = {
        {"up", TUI_KEY_UP, "Up"},
        {"space", ' ', "Space"},
        {"?", '?', "?"},
        {"ä", 0xe4, "ä"},
        {"ctrl-l", TUI_KEY_CTRL | 'l', "^L"},
        {"", TUI_KEY_NONE, ""},
        {"nothing", TUI_KEY_NONE, ""},
        {"ctrl-", TUI_KEY_NONE, ""},
        {"ctrl-1", TUI_KEY_NONE, ""},
        {"\x1b", TUI_KEY_NONE, ""},
        {"\xff", TUI_KEY_NONE, ""},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        TuiKey key = tui_key_from_name(rows[i].name);
        g_autofree char *shown = tui_key_show(key);
        assert_int_equal(key, rows[i].key);
        assert_string_equal(shown, rows[i].shown);
    }
    assert_int_equal(tui_key_from_control(0x1b), TUI_KEY_ESCAPE);
    assert_int_equal(tui_key_from_control(0x0d), TUI_KEY_ENTER);
    assert_int_equal(tui_key_from_control(0x03), TUI_KEY_CTRL | 'c');
    assert_int_equal(tui_key_from_control(0), TUI_KEY_NONE);
}

/* Every default key is one, none stands for two actions, and read-only takes the writing ones away.
 */
static void
test_actions(void **state)
{
    g_autoptr(TuiKeymap) all = tui_keymap_new(FALSE);
    g_autoptr(TuiKeymap) reading = tui_keymap_new(TRUE);
    g_autoptr(GHashTable) ids = g_hash_table_new(g_str_hash, g_str_equal);
    for (guint i = 1; i < TUI_ACTION_COUNT; i++) {
        const TuiActionInfo *info = tui_action_info((TuiAction)i);
        g_auto(GStrv) names = g_strsplit(info->keys, " ", -1);
        assert_true(g_hash_table_add(ids, (char *)info->id));
        for (char **name = names; *name; name++) {
            TuiKey key = tui_key_from_name(*name);
            assert_int_not_equal(key, TUI_KEY_NONE);
            assert_int_equal(tui_keymap_action(all, key), i);
            assert_int_equal(tui_keymap_action(reading, key),
                             info->flags & TUI_ACTION_WRITES ? TUI_ACTION_NONE : i);
        }
    }
    assert_null(tui_action_info(TUI_ACTION_NONE));
    assert_null(tui_action_info(TUI_ACTION_COUNT));
    assert_false(tui_keymap_has(reading, TUI_ACTION_WRITE));
    assert_false(tui_keymap_has(reading, TUI_ACTION_UNDO));
}

static void
test_list(void **state)
{
    static const struct {
        TuiAction action;
        guint cursor, top;
    } rows[] = {
        {TUI_ACTION_UP, 0, 0},        {TUI_ACTION_DOWN, 1, 0},    {TUI_ACTION_PAGE_DOWN, 4, 1},
        {TUI_ACTION_PAGE_DOWN, 7, 4}, {TUI_ACTION_PAGE_UP, 4, 4}, {TUI_ACTION_UP, 3, 3},
        {TUI_ACTION_LAST, 9, 6},      {TUI_ACTION_DOWN, 9, 6},    {TUI_ACTION_FIRST, 0, 0},
        {TUI_ACTION_PAGE_UP, 0, 0},
    };
    TuiList list = {0};
    tui_list_fit(&list, 10, 4);
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        assert_true(tui_list_act(&list, rows[i].action));
        assert_int_equal(list.cursor, rows[i].cursor);
        assert_int_equal(list.top, rows[i].top);
    }
    assert_false(tui_list_act(&list, TUI_ACTION_WRITE));
    tui_list_fit(&list, 0, 4);
    assert_true(tui_list_act(&list, TUI_ACTION_LAST));
    assert_int_equal(list.cursor, 0);
    /* What the cursor stood on moved down by 20: so does the window. */
    list = (TuiList){.n = 40, .cursor = 5, .top = 3, .height = 4};
    tui_list_moved(&list, 25);
    tui_list_fit(&list, 40, 4);
    assert_int_equal(list.top, 23);
    tui_list_moved(&list, 1);
    tui_list_fit(&list, 40, 4);
    assert_int_equal(list.top, 0);
}

static void
test_columns(void **state)
{
    static const TuiColumn columns[] = {{"A", 5, 2, FALSE},
                                        {"B", 10, 0, FALSE},
                                        {"C", 0, 0, FALSE},
                                        {"D", 6, 1, TRUE}};
    static const TuiTable table = {columns, G_N_ELEMENTS(columns)};
    static const struct {
        int width;
        guint want[4];
    } rows[] = {
        {60, {5, 10, 36, 6}}, {36, {5, 10, 12, 6}}, {35, {0, 10, 17, 6}},
        {29, {0, 10, 18, 0}}, {12, {0, 10, 1, 0}},  {5, {0, 10, 0, 0}},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        guint widths[4];
        tui_columns_fit(&table, rows[i].width, widths);
        for (guint j = 0; j < 4; j++)
            assert_int_equal(widths[j], rows[i].want[j]);
    }
}

static void
test_flow(void **state)
{
    g_autoptr(TuiFlow) flow = tui_flow_new();
    g_autoptr(TuiCanvas) canvas = tui_canvas_new(24, 9);
    tui_flow_add(flow, TUI_ROLE_TEXT, "prose that is broken at its blanks");
    tui_flow_add_exact(flow, TUI_ROLE_RULE, "\"/a  b c\" r, and more of the same kind,");
    tui_flow_add_field(flow, "key", TUI_ROLE_TEXT, "a value that is exact, too");
    tui_flow_add_words(flow, "why", TUI_ROLE_TEXT, "words, and some more of them");
    tui_flow_draw(flow, canvas, tui_canvas_rect(canvas));
    assert_canvas(canvas, "prose that is broken at\n"
                          "its blanks\n"
                          "\"/a  b c\" r, and more of\n"
                          "   the same kind,\n"
                          "key a value that is exac\n"
                          "    t, too\n"
                          "why words, and some more\n"
                          "    of them\n"
                          "\n");
    assert_int_equal(tui_flow_rows(flow, 24), 8);
    assert_false(tui_flow_has_more(flow));
}

/* Nothing of an exact text is lost, whatever the width. */
static void
test_flow_keeps(void **state)
{
    static const char text[] = "owner \"/x  漢字  y\\040 z\" rw,";
    for (int width = 2; width < 40; width++) {
        g_autoptr(TuiFlow) flow = tui_flow_new();
        g_autoptr(TuiCanvas) canvas = tui_canvas_new(width, 40);
        g_autoptr(GString) all = g_string_new(NULL);
        tui_flow_add_exact(flow, TUI_ROLE_RULE, text);
        tui_flow_draw(flow, canvas, tui_canvas_rect(canvas));
        g_autofree char *dump = tui_canvas_dump(canvas);
        for (const char *p = dump; *p; p++) {
            if (*p != '\n' && *p != ' ')
                g_string_append_c(all, *p);
        }
        assert_string_equal(all->str, "owner\"/x漢字y\\040z\"rw,");
    }
}

static void
test_bar(void **state)
{
    static const struct {
        int width;
        const char *want;
    } rows[] = {{30, "w write  q back  ? help\n"},
                {22, "w write  ? help\n"},
                {14, "? help\n"},
                {3, "? h\n"}};
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(TuiBar) bar = tui_bar_new(TUI_ROLE_KEYBAR);
        g_autoptr(TuiCanvas) canvas = tui_canvas_new(rows[i].width, 1);
        tui_bar_add(bar, 2, TUI_ROLE_KEY, "w", TUI_ROLE_KEYBAR, "write");
        tui_bar_add(bar, 3, TUI_ROLE_KEY, "q", TUI_ROLE_KEYBAR, "back");
        tui_bar_add(bar, 1, TUI_ROLE_KEY, "?", TUI_ROLE_KEYBAR, "help");
        tui_bar_draw(bar, canvas, tui_canvas_rect(canvas), 0);
        assert_canvas(canvas, rows[i].want);
    }
}

/* ---- themes --------------------------------------------------------------------------------- */

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
test_shipped_themes(void **state)
{
    copy_theme("default");
    copy_theme("mono");
    g_auto(GStrv) names = tui_theme_list();
    assert_true(g_strv_contains((const char *const *)names, "default"));
    assert_true(g_strv_contains((const char *const *)names, "mono"));
    for (char **name = names; *name; name++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(TuiTheme) theme = tui_theme_load(*name, &error);
        assert_no_error(error);
        assert_string_equal(tui_theme_name(theme), *name);
    }
    g_autoptr(TuiTheme) mono = tui_theme_new_mono();
    g_autoptr(TuiTheme) plain = tui_theme_load("mono", NULL);
    for (guint i = 0; i < TUI_ROLE_COUNT; i++) {
        TuiStyle a = tui_theme_style(mono, (TuiRole)i), b = tui_theme_style(plain, (TuiRole)i);
        assert_true(a.fg == b.fg && a.bg == b.bg && a.attributes == b.attributes);
    }
}

static void
test_themes(void **state)
{
    static const struct {
        const char *name, *text;
        gboolean ok;
    } rows[] = {
        {"good", "[Theme]\nName=good\n[Palette]\nred=160\n[Roles]\ndenied=red;-1;bu\n", TRUE},
        {"child", "[Theme]\nInherits=good\n[Roles]\npath=4;;\n", TRUE},
        {"colour", "[Roles]\ndenied=300;-1;b\n", FALSE},
        {"unknown", "[Roles]\ndenied=nosuch;-1;b\n", FALSE},
        {"letters", "[Roles]\ndenied=1;1;z\n", FALSE},
        {"short", "[Roles]\ndenied=1\n", FALSE},
        {"loop", "[Theme]\nInherits=loop\n", FALSE},
        {"broken", "no group = 1\n", FALSE},
        {"other", "[Roles]\nno-such-role=1;1;b\n", TRUE},
        {"../good", NULL, FALSE},
        {"absent", NULL, FALSE},
    };
    const char *config = g_get_user_config_dir();
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *name = g_strdup_printf("armorer/themes/%s.theme", rows[i].name);
        if (rows[i].text)
            test_write(config, name, rows[i].text);
    }
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(TuiTheme) theme = tui_theme_load(rows[i].name, &error);
        if ((theme != NULL) != rows[i].ok || (error == NULL) != rows[i].ok)
            fail_msg("%s: %s", rows[i].name, error ? error->message : "taken");
        if (g_str_equal(rows[i].name, "absent"))
            assert_string_equal(error->message,
                                "There is no theme \"absent\": --theme help lists them");
    }
    g_autoptr(TuiTheme) child = tui_theme_load("child", NULL);
    TuiStyle denied = tui_theme_style(child, TUI_ROLE_DENIED);
    assert_int_equal(denied.fg, 160);
    assert_int_equal(denied.attributes, TUI_ATTR_BOLD | TUI_ATTR_UNDERLINE);
    assert_int_equal(tui_theme_style(child, TUI_ROLE_PATH).fg, 4);
}

int
main(void)
{
    char *config = test_dir_new();
    g_setenv("XDG_CONFIG_HOME", config, TRUE);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_put),    cmocka_unit_test(test_wide_overwritten),
        cmocka_unit_test(test_clip),   cmocka_unit_test(test_field),
        cmocka_unit_test(test_keys),   cmocka_unit_test(test_actions),
        cmocka_unit_test(test_list),   cmocka_unit_test(test_columns),
        cmocka_unit_test(test_flow),   cmocka_unit_test(test_flow_keeps),
        cmocka_unit_test(test_bar),    cmocka_unit_test(test_shipped_themes),
        cmocka_unit_test(test_themes),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    test_dir_remove(config);
    return failed;
}
