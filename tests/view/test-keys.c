/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The user's keys, the line of commands, the help that does what it lists, the mouse. */
#include "tests/view/scene.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tui/home.h"
#include "tui/keyfile.h"
#include "tui/terminal/clipboard.h"
#include "tui/view/commandline.h"

/* ---- the file of keys ----------------------------------------------------------------------- */

static void
test_keyfile(void **state)
{
    static const struct {
        const char *text;
        const char *key; /* does @action then */
        TuiAction action;
        const char *wrong; /* all that is told, joined by "; " */
    } rows[] = {
        {"", "p", TUI_ACTION_PROPOSE, ""},
        {"# propose = +\n\n  \n", "p", TUI_ACTION_PROPOSE, ""},
        {"propose = B ctrl-p\n", "ctrl-p", TUI_ACTION_PROPOSE, ""},
        {"propose=B", "B", TUI_ACTION_PROPOSE, ""},
        {"propose = B\r\n", "p", TUI_ACTION_NONE, ""},
        {"\tsort\t=\tä\t\n", "ä", TUI_ACTION_SORT, ""},
        {"sort = alt-s", "alt-s", TUI_ACTION_SORT, ""},
        {"sort = =", "=", TUI_ACTION_SORT, ""},
        {"mark = #", "#", TUI_ACTION_MARK, ""},
        {"raw =\n", "r", TUI_ACTION_NONE, ""},
        /* a default gives way, and what has no key any more is told */
        {"sort = r\n", "r", TUI_ACTION_SORT, "raw has no key any more: r is another's now"},
        {"sort = r\nraw = s", "s", TUI_ACTION_RAW, ""},
        {"sort = k\n", "k", TUI_ACTION_SORT, ""},
        /* what is wrong is left out, the rest holds */
        {"foo = +\nraw = +", "+", TUI_ACTION_RAW, "line 1: there is no action \"foo\""},
        {"raw x", "r", TUI_ACTION_RAW, "line 1: not \"action = keys\": raw x"},
        {"\nraw = hyper-x", "r", TUI_ACTION_RAW, "line 2: there is no key \"hyper-x\""},
        {"raw = hyper-x +", "+", TUI_ACTION_RAW, "line 1: there is no key \"hyper-x\""},
        {"raw = +\nsort = +", "+", TUI_ACTION_RAW,
         "line 2: the key \"+\" was given to raw in line 1"},
        {"raw = +\nsort = +", "s", TUI_ACTION_SORT,
         "line 2: the key \"+\" was given to raw in line 1"},
        {"raw = + +", "+", TUI_ACTION_RAW, ""},
        {"raw = +\nraw = &", "+", TUI_ACTION_RAW, "line 2: raw was given its keys in line 1"},
        {"f\x1b[2J\xff = +", "r", TUI_ACTION_RAW, "line 1: there is no action \"f\\e[2J\\xff\""},
        {"none = +\n = &", "r", TUI_ACTION_RAW,
         "line 1: there is no action \"none\"; line 2: there is no action \"\""},
        /* the ways out stay */
        {"quit =\nback =", "esc", TUI_ACTION_BACK,
         "back needs a key: it keeps its own (esc); quit needs a key: it keeps its own (ctrl-c "
         "Q)"},
        {"raw = esc", "esc", TUI_ACTION_BACK, "back needs a key: it keeps its own (esc)"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(TuiKeymap) keymap = tui_keymap_new(FALSE);
        g_autoptr(GPtrArray) wrong = tui_keyfile_apply(keymap, rows[i].text, strlen(rows[i].text));
        g_ptr_array_add(wrong, NULL);
        g_autofree char *told = g_strjoinv("; ", (char **)wrong->pdata);
        TuiAction is = tui_keymap_action(keymap, tui_key_from_name(rows[i].key));
        if (is != rows[i].action || strcmp(told, rows[i].wrong) != 0)
            fail_msg("%s: %s does %d; %s", rows[i].text, rows[i].key, is, told);
    }
}

/* Read-only: a line for what is not there gives nothing back. */
static void
test_keyfile_read_only(void **state)
{
    g_autoptr(TuiKeymap) keymap = tui_keymap_new(TRUE);
    g_autoptr(GPtrArray) wrong = tui_keyfile_apply(keymap, "write = W", 9);
    assert_int_equal(wrong->len, 0);
    assert_int_equal(tui_keymap_action(keymap, 'W'), TUI_ACTION_NONE);
    assert_false(tui_keymap_has(keymap, TUI_ACTION_WRITE));
}

/* Every default key is one that all keyboards have: ASCII or a named key; none is two actions'. */
static void
test_default_keys(void **state)
{
    g_autoptr(GHashTable) seen = g_hash_table_new(NULL, NULL);
    for (guint i = 1; i < TUI_ACTION_COUNT; i++) {
        const TuiActionInfo *info = tui_action_info((TuiAction)i);
        g_auto(GStrv) words = g_strsplit(info->keys, " ", -1);
        for (char **word = words; *word; word++) {
            TuiKey key = tui_key_from_name(*word);
            if (key == TUI_KEY_NONE || key & TUI_KEY_ALT || (key < TUI_KEY_NAMED && key > 0x7e) ||
                (key < 0x80 && strchr("@[]\\{}|~", (int)key)))
                fail_msg("%s: the key %s", info->id, *word); /* AltGr, on many keyboards */
            if (!g_hash_table_add(seen, GUINT_TO_POINTER(key)))
                fail_msg("%s: %s is another's, too", info->id, *word);
        }
        assert_int_equal(tui_action_from_id(info->id), i);
    }
}

/* ---- files of the home ---------------------------------------------------------------------- */

static void
test_home(void **state)
{
    g_autofree char *dir = test_dir_new();
    g_autofree char *keys = g_build_filename(dir, "keys", NULL);
    g_autofree char *fifo = g_build_filename(dir, "fifo", NULL);
    g_autofree char *gone = g_build_filename(dir, "gone", NULL);
    g_autoptr(GError) error = NULL;
    gsize len = 0;

    test_write(dir, "keys", "raw = x\n");
    g_autofree char *text = tui_home_read(keys, 100, &len, &error);
    assert_no_error(error);
    assert_string_equal(text, "raw = x\n");
    assert_int_equal(len, 8);
    assert_null(tui_home_read(keys, 7, &len, &error));
    assert_true(g_error_matches(error, AMR_ERROR, AMR_ERROR_LIMIT));
    g_clear_error(&error);
    assert_null(tui_home_read(gone, 100, &len, &error));
    assert_true(g_error_matches(error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND));
    g_clear_error(&error);
    assert_int_equal(mkfifo(fifo, 0600), 0);
    assert_null(tui_home_read(fifo, 100, &len, &error));
    assert_true(g_error_matches(error, AMR_ERROR, AMR_ERROR_REFUSED));
    g_clear_error(&error);
    /* Another's: all but root cannot make one, but then root's are. */
    if (geteuid() == 0)
        assert_int_equal(chown(keys, 65534, 65534), 0);
    assert_null(tui_home_read(geteuid() == 0 ? keys : "/etc/passwd", 100000, &len, &error));
    assert_true(g_error_matches(error, AMR_ERROR, AMR_ERROR_REFUSED));
    test_dir_remove(g_steal_pointer(&dir));
}

static void
test_history(void **state)
{
    g_autofree char *dir = test_dir_new();
    g_autofree char *file = g_build_filename(dir, "armorer", "commands", NULL);
    GPtrArray *lines = NULL;
    GStatBuf st;

    g_setenv("HOME", dir, TRUE);
    g_setenv("XDG_STATE_HOME", dir, TRUE);
    assert_true(tui_home_is_ours());
    tui_home_remember("commands", "first");
    while (g_stat(file, &st) != 0 || st.st_size < 6)
        g_main_context_iteration(NULL, TRUE);
    assert_int_equal(st.st_mode & 0777, 0600);
    tui_home_remember("commands", "zweite ä");
    while (g_stat(file, &st) != 0 || st.st_size < 16)
        g_main_context_iteration(NULL, TRUE);
    lines = tui_home_history("commands");
    assert_int_equal(lines->len, 2);
    assert_string_equal(lines->pdata[1], "zweite ä");
    g_ptr_array_unref(lines);

    g_setenv("HOME", "/proc/1", TRUE); /* another's home: nothing is read or kept there */
    if (!tui_home_is_ours()) {
        tui_home_remember("commands", "third");
        lines = tui_home_history("commands");
        assert_int_equal(lines->len, 0);
        g_ptr_array_unref(lines);
    }
    g_unsetenv("XDG_STATE_HOME");
    test_dir_remove(g_steal_pointer(&dir));
}

/* ---- the line of commands ------------------------------------------------------------------- */

static void
test_read_command(void **state)
{
    static const struct {
        const char *line;
        TuiAction action;
        const char *argument;
        gboolean why, read_only;
    } rows[] = {
        {"quit", TUI_ACTION_QUIT, NULL, FALSE, FALSE},
        {"  quit  ", TUI_ACTION_QUIT, NULL, FALSE, FALSE},
        {"qu", TUI_ACTION_QUIT, NULL, FALSE, FALSE},
        {"", TUI_ACTION_NONE, NULL, FALSE, FALSE},
        {"   ", TUI_ACTION_NONE, NULL, FALSE, FALSE},
        {"sort count", TUI_ACTION_SORT_COUNT, NULL, FALSE, FALSE},
        {"sort-count", TUI_ACTION_SORT_COUNT, NULL, FALSE, FALSE},
        {"sort", TUI_ACTION_SORT, NULL, FALSE, FALSE},
        {"theme", TUI_ACTION_THEME, NULL, FALSE, FALSE},
        {"theme light", TUI_ACTION_THEME, "light", FALSE, FALSE},
        {"theme   two words ", TUI_ACTION_THEME, "two words", FALSE, FALSE},
        {"p", TUI_ACTION_NONE, NULL, TRUE, FALSE}, /* of many */
        {"nothing", TUI_ACTION_NONE, NULL, TRUE, FALSE},
        {"write", TUI_ACTION_WRITE, NULL, FALSE, FALSE},
        {"writ", TUI_ACTION_NONE, NULL, TRUE, FALSE}, /* what writes is written out */
        {"write", TUI_ACTION_NONE, NULL, TRUE, TRUE},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(TuiKeymap) keymap = tui_keymap_new(rows[i].read_only);
        g_autofree char *argument = NULL, *why = NULL;
        TuiAction is = tui_commandline_read(keymap, rows[i].line, &argument, &why);
        if (is != rows[i].action || g_strcmp0(argument, rows[i].argument) != 0 ||
            (why != NULL) != rows[i].why)
            fail_msg("%s: %d, %s, %s", rows[i].line, is, argument, why);
    }
}

/* /odd *[x] ".txt */
static const char odd[] =
    "type=AVC msg=audit(1763713000.000:90): apparmor=\"DENIED\" operation=\"open\" "
    "profile=\"pagewright\" name=2F6F6464202A5B785D20222E747874 pid=1 comm=\"cat\" "
    "requested_mask=\"r\" denied_mask=\"r\" fsuid=0 ouid=0\n";
static const char *const idle[] = {"etc/apparmor.d/idle", "profile idle { }\n", NULL};

static void
test_complete(void **state)
{
    static const struct {
        const char *line, *want;
        gsize start;
        const char *tab; /* gone to before */
    } rows[] = {
        {"qui", "quit", 0},
        {"", NULL, 0},
        {"sort p", "processes profile", 5},
        {"sort co", "count", 5},
        {"filter pa", "path:", 7},
        {"filter x !ver", "verdict:", 10},
        {"filter class:cap", "class:capability", 7},
        {"filter profile:/usr", "profile:/usr/sbin/lanternd", 7},
        {"filter profile:p", "profile:pagewright", 7},
        {"filter op:mk", "op:mknod", 7},
        {"filter path:/e", "path:/etc/", 7},
        {"filter path:/etc/", "path:/etc/hosts path:/etc/shadow", 7},
        {"filter comm:un", "comm:unshare", 7},
        {"filter uid:", "uid:0 uid:1000 uid:33", 7},
        {"filter host:", "host:wick", 7},
        {"filter state:came", "state:came-back", 7},
        {"filter verdict:", "verdict:allowed verdict:audit verdict:denied verdict:killed", 7},
        {"write x", "", 6},
        {"filter path:/odd", "path:\"/odd [*][[]x] ?.txt\"", 7},
        {"filter \"path:/odd ", "path:\"/odd [*][[]x] ?.txt\"", 7},
        {"filter \"path:/odd [*][[", "path:\"/odd [*][[]x] ?.txt\"", 7},
        {"filter \"op:x\" !cl", "class:", 15},
        {"filter", "filter filters", 0, "2"},
        {"filter m", "mode:", 7},
        {"filter x !mode:", "mode:\"not loaded\" mode:complain mode:enforce", 10},
        {"filter mode:n", "mode:\"not loaded\"", 7},
        {"filter \"mode:not l", "mode:\"not loaded\"", 7},
        {"filter MODE:c", "MODE:complain", 7},
        {"filter denials:", "denials:0 denials:1 denials:4 denials:5", 7},
        {"filter verdict:d", "", 7},
        {"filter state:ver", "state:verified", 7, "3"},
        {"filter pr", "profile:", 7},
        {"filter id:", "id:0123456789abcdef", 7},
        {"filter rules:/", "rules:\"/etc/w[*] r,\"", 7},
    };
    static const char elsewhere[] =
        "node=wick type=AVC msg=audit(1763713001.000:91): apparmor=\"DENIED\" "
        "operation=\"open\" profile=\"pagewright\" name=\"/etc/shadow\" pid=1 comm=\"unshare\" "
        "requested_mask=\"r\" denied_mask=\"r\" fsuid=0 ouid=0\n";
    SceneOptions options = {.log = "denials.log", .files = idle};
    Scene scene;
    scene_open(&scene, &options);
    scene_feed(&scene, elsewhere, strlen(elsewhere));
    scene_feed(&scene, odd, strlen(odd));
    scene_change(&scene, "0123456789abcdef", "pagewright", "/etc/w* r,", AMR_CHANGE_STATE_VERIFIED);
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        if (rows[i].tab)
            scene_keys(&scene, rows[i].tab);
        gsize start = 0;
        g_auto(GStrv) words =
            tui_commandline_complete(rows[i].line, strlen(rows[i].line), &start, scene.screen);
        g_autofree char *is = g_strjoinv(" ", words);
        if (start != rows[i].start || (rows[i].want && strcmp(is, rows[i].want) != 0))
            fail_msg("%s: from %" G_GSIZE_FORMAT ": %s", rows[i].line, start, is);
        if (!rows[i].want)
            assert_true(g_strv_length(words) > 20);
    }
    scene_close(&scene);
}

static void
assert_line(Scene *scene, const char *want)
{
    g_autofree char *text = scene_show(scene, 80, 24);
    if (!strstr(text, want))
        fail_msg("no \"%s\" on\n%s", want, text);
}

/* Types @text and Enter. */
static TuiAction
command(Scene *scene, const char *text)
{
    tui_screen_key(scene->screen, ':');
    for (const char *p = text; *p; p++)
        tui_screen_key(scene->screen, (TuiKey)*p);
    return tui_screen_key(scene->screen, TUI_KEY_ENTER);
}

static void
test_commands(void **state)
{
    SceneOptions options = {"denials.log", FALSE, TRUE};
    Scene scene;
    scene_open(&scene, &options);
    assert_int_equal(command(&scene, "theme mono"), TUI_ACTION_THEME);
    assert_string_equal(tui_screen_argument(scene.screen), "mono");
    assert_int_equal(command(&scene, "theme"), TUI_ACTION_THEME);
    assert_null(tui_screen_argument(scene.screen));
    assert_int_equal(command(&scene, "quit"), TUI_ACTION_QUIT);
    assert_int_equal(command(&scene, "nonsense"), TUI_ACTION_NONE);
    assert_line(&scene, "There is no command \"nonsense\"");
    command(&scene, "undo");
    assert_line(&scene, "undo: there is nothing to do that with here");
    command(&scene, "first now");
    assert_line(&scene, "first takes no words here");
    command(&scene, "changes");
    assert_line(&scene, "Nothing was changed");
    command(&scene, "denials");
    scene_keys(&scene, "home p");
    command(&scene, "write");
    assert_non_null(scene.elevated);
    scene_close(&scene);
}

/* What is pasted is no key; on the line it is text, and accepts nothing. */
static void
test_pasted(void **state)
{
    SceneOptions options = {"denials.log", FALSE, TRUE};
    Scene scene;
    scene_open(&scene, &options);
    scene_keys(&scene, "home p");
    for (const char *p = "w\rq\x1b"; *p; p++)
        tui_screen_key(scene.screen, TUI_KEY_PASTED | (TuiKey)*p);
    assert_null(scene.elevated);
    assert_line(&scene, "What is pasted does nothing here");
    tui_screen_key(scene.screen, ':');
    for (const char *p = "write\r"; *p; p++)
        tui_screen_key(scene.screen, TUI_KEY_PASTED | (TuiKey)*p);
    assert_null(scene.elevated);
    assert_line(&scene, ":write");
    scene_close(&scene);
}

/* Esc and a key that came at once: one after the other, unless that key with Alt means something.
 */
static void
test_alt(void **state)
{
    SceneOptions options = {"denials.log", FALSE, FALSE};
    Scene scene;
    scene_open(&scene, &options);
    scene_keys(&scene, "enter alt-3");
    assert_line(&scene, "Nothing was changed");
    scene_close(&scene);
}

/* ---- help ----------------------------------------------------------------------------------- */

static void
test_help_does(void **state)
{
    static const struct {
        const char *keys, *want;
    } rows[] = {
        {"? g o space t o space t h e space c h a n g e s enter", "Nothing was changed"},
        {"? b y space c o u n t esc f o l l o w enter", "9 of 9"},
        {"home ? s o r t - c o u n t enter", "HELD"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        SceneOptions options = {"denials.log", FALSE, FALSE};
        Scene scene;
        scene_open(&scene, &options);
        scene_keys(&scene, rows[i].keys);
        assert_line(&scene, rows[i].want);
        scene_close(&scene);
    }
}

/* ---- the mouse ------------------------------------------------------------------------------ */

static TuiAction
click_on(Scene *scene, const char *word, TuiKey key)
{
    g_autoptr(TuiCanvas) canvas = tui_canvas_new(80, 24);
    TuiAction result = TUI_ACTION_UNDO; /* none that a click gives */
    tui_screen_draw(scene->screen, canvas);
    g_autofree char *text = tui_canvas_dump(canvas);
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (int y = 0; lines[y] && result == TUI_ACTION_UNDO; y++) {
        const char *at = strstr(lines[y], word);
        TuiInput input = {key, 0, y};
        if (!at)
            continue;
        input.x = (int)g_utf8_strlen(lines[y], at - lines[y]);
        result = tui_screen_mouse(scene->screen, canvas, &input);
    }
    if (result == TUI_ACTION_UNDO)
        fail_msg("no \"%s\" on\n%s", word, text);
    return result;
}

static void
test_mouse(void **state)
{
    SceneOptions options = {"denials.log", FALSE, FALSE};
    Scene scene;
    scene_open(&scene, &options);
    click_on(&scene, "mknod", TUI_KEY_CLICK);
    assert_line(&scene, "2 of 9");
    click_on(&scene, "/etc/shadow", TUI_KEY_CLICK);
    assert_line(&scene, "6 of 9");
    click_on(&scene, "VERDICT", TUI_KEY_CLICK);
    assert_line(&scene, "6 of 9");
    click_on(&scene, "/etc/shadow", TUI_KEY_WHEEL_UP);
    assert_line(&scene, "3 of 9");
    click_on(&scene, "/etc/shadow", TUI_KEY_CLICK);
    click_on(&scene, "/etc/shadow", TUI_KEY_DOUBLE_CLICK);
    assert_line(&scene, "tried to open /etc/shadow");
    click_on(&scene, "3 Changes", TUI_KEY_CLICK);
    assert_line(&scene, "Nothing was changed");
    click_on(&scene, "1 Denials", TUI_KEY_CLICK);
    click_on(&scene, "? help", TUI_KEY_CLICK);
    assert_line(&scene, "Search:");
    click_on(&scene, "back", TUI_KEY_CLICK);
    assert_int_equal(click_on(&scene, "AppArmor", TUI_KEY_CLICK), TUI_ACTION_NONE);
    scene_close(&scene);
}

/* ---- copying -------------------------------------------------------------------------------- */

static void
test_clipboard_way(void **state)
{
    static const struct {
        const char *term, *tmux, *sty;
        TuiClipboard want;
    } rows[] = {
        {"xterm-256color", NULL, NULL, TUI_CLIPBOARD_PLAIN},
        {"foot", "", "", TUI_CLIPBOARD_PLAIN},
        {"xterm-256color", "/tmp/tmux-0/default,1,0", NULL, TUI_CLIPBOARD_TMUX},
        {"screen-256color", "/tmp/tmux-0/default,1,0", NULL, TUI_CLIPBOARD_TMUX},
        {"tmux-256color", NULL, NULL, TUI_CLIPBOARD_TMUX},
        {"screen", NULL, "1.pts-0", TUI_CLIPBOARD_SCREEN},
        {"screen", NULL, NULL, TUI_CLIPBOARD_SCREEN},
        {"linux", NULL, NULL, TUI_CLIPBOARD_NONE},
        {"vt100", NULL, NULL, TUI_CLIPBOARD_NONE},
        {"dumb", NULL, NULL, TUI_CLIPBOARD_NONE},
        {NULL, NULL, NULL, TUI_CLIPBOARD_NONE},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
        assert_int_equal(tui_clipboard_way(rows[i].term, rows[i].tmux, rows[i].sty), rows[i].want);
}

static char *
sequence(TuiClipboard way, const char *text)
{
    g_autoptr(GBytes) bytes = tui_clipboard_sequence(way, text);
    gsize len = 0;
    const char *data = bytes ? g_bytes_get_data(bytes, &len) : NULL;
    return bytes ? g_strndup(data, len) : NULL;
}

static void
test_clipboard_sequence(void **state)
{
    static const char *const refused[] = {"a\x1b]0;x\a", "tab\t",        "\x7f", "\xc2\x9b",
                                          "\xff",        "\xe2\x80\xae", "cr\r"};
    g_autofree char *plain = sequence(TUI_CLIPBOARD_PLAIN, "/etc/hosts r,");
    g_autofree char *tmux = sequence(TUI_CLIPBOARD_TMUX, "x");
    g_autofree char *full = g_strnfill(TUI_CLIPBOARD_MAX, 'a');
    g_autofree char *over = g_strnfill(TUI_CLIPBOARD_MAX + 1, 'a');
    g_autofree char *pieces = sequence(TUI_CLIPBOARD_SCREEN, full);
    g_autofree char *largest = sequence(TUI_CLIPBOARD_TMUX, full);

    assert_string_equal(plain, "\033]52;c;L2V0Yy9ob3N0cyByLA==\a");
    assert_string_equal(tmux, "\033]52;c;eA==\a\033Ptmux;\033\033]52;c;eA==\a\033\\");
    assert_null(sequence(TUI_CLIPBOARD_NONE, "x"));
    assert_null(sequence(TUI_CLIPBOARD_PLAIN, over));
    assert_non_null(largest);
    for (const char *p = strstr(pieces, "\033P"); p; p = strstr(p + 2, "\033P"))
        assert_true(strcspn(p + 2, "\033") <= 700);
    for (gsize i = 0; i < G_N_ELEMENTS(refused); i++)
        assert_null(sequence(TUI_CLIPBOARD_PLAIN, refused[i]));
}

/* Whatever a log says, what is copied is inert: any view, any row. */
static void
test_copy(void **state)
{
    static const struct {
        const char *log, *keys, *want;
    } rows[] = {
        {"denials.log", "home y", "tried to open /srv/lantern"},
        {"denials.log", "home p y", "/srv/lantern/private/plan.txt r,"},
        {"denials.log", "3 y", NULL},
        {"hostile.log", "home y", ""},
        {"hostile.log", "home down p y", ""},
        {"hostile.log", "home down y", ""},
        {"hostile.log", "home down down y", ""},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        SceneOptions options = {rows[i].log, FALSE, FALSE};
        Scene scene;
        scene_open(&scene, &options);
        scene_keys(&scene, rows[i].keys);
        if (rows[i].want) {
            assert_non_null(scene.copied);
            g_autofree char *sent = sequence(TUI_CLIPBOARD_PLAIN, scene.copied);
            if (!sent || !strstr(scene.copied, rows[i].want))
                fail_msg("%s: %s", rows[i].keys, scene.copied);
            assert_line(&scene, "Sent to the clipboard");
            scene_keys(&scene, "y"); /* not there? it is shown */
            assert_line(&scene, "Copy by hand");
        } else {
            assert_line(&scene, "There is nothing to copy here");
        }
        scene_close(&scene);
    }
}

static void
test_copy_by_hand(void **state)
{
    SceneOptions options = {"denials.log", FALSE, FALSE};
    Scene scene;
    scene_open(&scene, &options);
    scene.clipless = TRUE;
    scene_keys(&scene, "home p y");
    assert_line(&scene, "select it by hand");
    assert_line(&scene, "/srv/lantern/private/plan.txt r,");
    scene_close(&scene);
}

/* What reads the screen aloud follows the real cursor. */
static void
test_cursor(void **state)
{
    static const struct {
        const char *keys, *on;
    } rows[] = {{"", "sys_admin"},
                {"home", "/srv/lantern"},
                {"home down", "mknod"},
                {"2 home", "lanternd"},

                {"s", "by"},
                {"?", "Show the detail"},
                {": q u i", ":qui"},
                {"? q u i t down", ""}};
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        SceneOptions options = {"denials.log", FALSE, FALSE};
        Scene scene;
        int x = -1, y = -1;
        scene_open(&scene, &options);
        scene_keys(&scene, rows[i].keys);
        g_autoptr(TuiCanvas) canvas = tui_canvas_new(80, 24);
        tui_screen_draw(scene.screen, canvas);
        g_autofree char *text = tui_canvas_dump(canvas);
        g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
        if (!tui_canvas_cursor(canvas, &x, &y) || !strstr(lines[y], rows[i].on))
            fail_msg("%s: the cursor is at %d, %d of\n%s", rows[i].keys, x, y, text);
        scene_close(&scene);
    }
}

/* What is completed is what it shows: blanks, wildcards and quotes of a name as they are. */
static void
test_complete_filter(void **state)
{
    SceneOptions options = {.log = "denials.log", .files = idle};
    Scene scene;

    scene_open(&scene, &options);
    scene_feed(&scene, odd, strlen(odd));
    scene_keys(&scene, "f p a t h : / o tab enter");
    assert_shows(&scene, "1 of 10");
    scene_keys(&scene, "2 f m o d e : n tab enter");
    assert_shows(&scene, "[mode:not loaded]");
    assert_hides(&scene, "No profile matches");
    assert_hides(&scene, "pagewright");
    scene_keys(&scene, ": f i l t e r space m o d e : e tab enter");
    assert_shows(&scene, "[mode:enforce]");
    assert_shows(&scene, "pagewright");
    assert_hides(&scene, "crate");
    scene_close(&scene);
}

/* A line that is longer than the screen: the cursor and what was typed last are seen, and by Home
 * the beginning. */
static void
test_long_line(void **state)
{
    static const struct {
        int width;
        const char *keys;
        const char *label;
    } rows[] = {{80, "f", "filter: "},
                {40, "f", "filter: "},
                {40, "/", "/"},
                {80, ":", ":"},
                {20, ":", ":"}};
    SceneOptions options = {"denials.log", FALSE, FALSE};

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(TuiCanvas) canvas = tui_canvas_new(rows[i].width, 12);
        Scene scene;
        int x, y;

        scene_open(&scene, &options);
        scene_keys(&scene, rows[i].keys);
        for (guint n = 0; n < 300; n++) {
            g_autofree char *key = g_strdup_printf("%c", 'a' + n % 26);
            scene_keys(&scene, key);
            tui_screen_draw(scene.screen, canvas);
            assert_true(tui_canvas_cursor(canvas, &x, &y));
            assert_int_equal(y, 11);
            assert_true(x >= (int)strlen(rows[i].label) && x < rows[i].width);
        }
        g_autofree char *end = tui_canvas_dump(canvas);
        assert_non_null(strstr(end, "jklmn"));
        assert_non_null(strstr(end, "<"));
        scene_keys(&scene, "home");
        tui_screen_draw(scene.screen, canvas);
        assert_true(tui_canvas_cursor(canvas, &x, &y));
        assert_int_equal(x, strlen(rows[i].label));
        g_autofree char *begin = tui_canvas_dump(canvas);
        g_autofree char *first = g_strconcat(rows[i].label, "abcdef", NULL);
        assert_non_null(strstr(begin, first));
        assert_non_null(strstr(begin, ">"));
        scene_close(&scene);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_keyfile),
        cmocka_unit_test(test_keyfile_read_only),
        cmocka_unit_test(test_default_keys),
        cmocka_unit_test(test_home),
        cmocka_unit_test(test_history),
        cmocka_unit_test(test_read_command),
        cmocka_unit_test(test_complete),
        cmocka_unit_test(test_complete_filter),
        cmocka_unit_test(test_long_line),
        cmocka_unit_test(test_commands),
        cmocka_unit_test(test_pasted),
        cmocka_unit_test(test_alt),
        cmocka_unit_test(test_help_does),
        cmocka_unit_test(test_mouse),
        cmocka_unit_test(test_cursor),
        cmocka_unit_test(test_clipboard_way),
        cmocka_unit_test(test_clipboard_sequence),
        cmocka_unit_test(test_copy),
        cmocka_unit_test(test_copy_by_hand),
    };
    g_autofree char *home = test_dir_new();
    g_setenv("HOME", home, TRUE); /* where nothing is remembered */
    g_setenv("INPUTRC", "/dev/null", TRUE);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
