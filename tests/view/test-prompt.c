/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The line at the bottom: what is typed, completed, remembered, pasted and shown. */
#include "tests/unit/testing.h"

#include <locale.h>
#include <string.h>

#include "tui/view/ask.h"

static const char *const past[] = {"first", "second one", "third", NULL};

/* "a" for a key's name; "'text" types it, "^text" pastes it. */
static TuiPromptState
press(TuiPrompt *prompt, const char *keys)
{
    g_auto(GStrv) names = g_strsplit(keys, " ", -1);
    TuiPromptState state = TUI_PROMPT_OPEN;
    for (char **name = names; *name; name++) {
        gboolean typed = **name == '\'' && (*name)[1];
        gboolean pasted = **name == '^' && (*name)[1];
        if (!typed && !pasted && **name) {
            TuiKey key = tui_key_from_name(*name);
            assert_int_not_equal(key, TUI_KEY_NONE);
            state = tui_prompt_key(prompt, key);
        }
        for (const char *p = *name + 1; (typed || pasted) && *p; p = g_utf8_next_char(p))
            state = tui_prompt_key(prompt, g_utf8_get_char(p) | (pasted ? TUI_KEY_PASTED : 0));
    }
    return state;
}

static char **
words(const char *line, gsize point, gsize *start, gpointer data)
{
    static const char *const all[] = {"profile:ping", "profile:pong", "path:",
                                      "quit",         "größe",        NULL};
    g_autoptr(GStrvBuilder) found = g_strv_builder_new();
    *start = point;
    while (*start > 0 && line[*start - 1] != ' ')
        (*start)--;
    for (guint i = 0; all[i]; i++) {
        if (strncmp(all[i], line + *start, point - *start) == 0)
            g_strv_builder_add(found, all[i]);
    }
    return g_strv_builder_end(found);
}

static void
count_changes(const char *line, gpointer data)
{
    ++*(guint *)data;
}

static void
test_keys(void **state)
{
    static const struct {
        const char *text, *keys, *want;
        TuiPromptState state;
    } rows[] = {
        {NULL, "'abc", "abc", TUI_PROMPT_OPEN},
        {NULL, "'abc enter", "abc", TUI_PROMPT_ACCEPTED},
        {NULL, "enter", "", TUI_PROMPT_ACCEPTED},
        {"begun", "'! enter", "begun!", TUI_PROMPT_ACCEPTED},
        {"begun", "esc", "begun", TUI_PROMPT_CANCELLED},
        {"begun", "ctrl-c", "begun", TUI_PROMPT_CANCELLED},
        {NULL, "ctrl-d", "", TUI_PROMPT_CANCELLED},
        {"begun", "ctrl-a 'x", "xbegun", TUI_PROMPT_OPEN},
        {"begun", "home 'x end 'y", "xbeguny", TUI_PROMPT_OPEN},
        {"begun", "left left delete", "begn", TUI_PROMPT_OPEN},
        {"begun", "backspace backspace", "beg", TUI_PROMPT_OPEN},
        {"a bc", "ctrl-w 'd", "a d", TUI_PROMPT_OPEN},
        {"a bc", "ctrl-u", "", TUI_PROMPT_OPEN},
        {"a bc", "alt-b 'x", "a xbc", TUI_PROMPT_OPEN},
        {"a bc", "home alt-d end ctrl-y", " bca", TUI_PROMPT_OPEN},
        {"ä漢", "left 'é", "äé漢", TUI_PROMPT_OPEN},
        {"ä漢", "backspace backspace", "", TUI_PROMPT_OPEN},
        /* what it begins with is no edit: undo stops there */
        {"begun", "'x ctrl-x ctrl-u", "begun", TUI_PROMPT_OPEN},
        {"begun", "'x ctrl-x ctrl-u ctrl-x ctrl-u ctrl-x ctrl-u", "begun", TUI_PROMPT_OPEN},
        /* history */
        {"new", "up", "third", TUI_PROMPT_OPEN},
        {"new", "up up down down", "new", TUI_PROMPT_OPEN},
        {NULL, "up up up up up enter", "first", TUI_PROMPT_ACCEPTED},
        {NULL, "ctrl-r 'one enter", "second one", TUI_PROMPT_ACCEPTED},
        {NULL, "ctrl-r 'one esc", "", TUI_PROMPT_OPEN},
        {NULL, "ctrl-r 'one esc esc", "", TUI_PROMPT_CANCELLED},
        {"new", "alt-5 enter", "new", TUI_PROMPT_ACCEPTED},
        {"new", "up alt-p 'sec enter", "second one", TUI_PROMPT_ACCEPTED},
        {"new", "ctrl-r 'one ctrl-x ctrl-u 'x", "second xone", TUI_PROMPT_OPEN},
        /* completion */
        {NULL, "'q tab", "quit", TUI_PROMPT_OPEN},
        {NULL, "'pr tab", "profile:p", TUI_PROMPT_OPEN},
        {NULL, "'pr tab tab", "profile:ping", TUI_PROMPT_OPEN},
        {NULL, "'pr tab tab tab", "profile:pong", TUI_PROMPT_OPEN},
        {NULL, "'pr tab tab tab tab", "profile:ping", TUI_PROMPT_OPEN},
        {NULL, "'pr tab backtab", "profile:pong", TUI_PROMPT_OPEN},
        {NULL, "'pr tab tab 'x", "profile:pingx", TUI_PROMPT_OPEN},
        {NULL, "'pr tab tab ctrl-x ctrl-u", "profile:p", TUI_PROMPT_OPEN},
        {NULL, "'gr tab", "größe", TUI_PROMPT_OPEN},
        {NULL, "'nothing tab", "nothing", TUI_PROMPT_OPEN},
        {"quit x", "left left tab", "quit x", TUI_PROMPT_OPEN},
        /* what wants more than comes does not accept the line */
        {"begun", "ctrl-x esc", "begun", TUI_PROMPT_OPEN},
        {"begun", "ctrl-x esc enter", "begun", TUI_PROMPT_ACCEPTED},
        {"begun", "alt-[ '200~x enter", "begunx", TUI_PROMPT_ACCEPTED},
        {"begun", "ctrl-q esc", "begun", TUI_PROMPT_CANCELLED},
        {"begun", "f1 f5 pgup", "first", TUI_PROMPT_OPEN},
        /* a paste is text, whatever is in it */
        {NULL, "^a\rb\n\x01\x03\x1b\t ^c", "a b  c", TUI_PROMPT_OPEN},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        TuiPromptHooks hooks = {.complete = words};
        g_autoptr(TuiPrompt) prompt = tui_prompt_new(rows[i].text, past, &hooks);
        TuiPromptState is = press(prompt, rows[i].keys);
        if (is != rows[i].state || strcmp(tui_prompt_text(prompt), rows[i].want) != 0)
            fail_msg("%s: \"%s\", state %d", rows[i].keys, tui_prompt_text(prompt), is);
    }
}

/* Lines that were left in the middle of something leave nothing behind for the next. */
static void
test_left_midway(void **state)
{
    static const char *const midway[] = {"ctrl-r 'fir", "alt-5", "ctrl-x", "ctrl-q", "alt-["};
    for (gsize i = 0; i < G_N_ELEMENTS(midway); i++) {
        TuiPrompt *left = tui_prompt_new("left", past, NULL);
        press(left, midway[i]);
        tui_prompt_free(left);
        g_autoptr(TuiPrompt) prompt = tui_prompt_new("x", NULL, NULL);
        TuiPromptState is = press(prompt, "'yz enter");
        assert_string_equal(tui_prompt_text(prompt), "xyz");
        assert_int_equal(is, TUI_PROMPT_ACCEPTED);
    }
}

/* What a line leaves behind is not the next one's: its history is gone, and its edits are freed
 * once, also those of a line of the history that was left and come back to. */
static void
test_one_after_another(void **state)
{
    static const char *const edits[] = {"up 'a up down 'b",    "up 'a up 'b down 'c up 'd",
                                        "up 'a ctrl-r 'b",     "'a up 'b down 'c",
                                        "'a ctrl-r 'one 'two", "up 'a ctrl-r 'sec esc 'c"};

    for (gsize i = 0; i < G_N_ELEMENTS(edits); i++) {
        TuiPrompt *prompt = tui_prompt_new("new", past, NULL);
        press(prompt, edits[i]);
        tui_prompt_free(prompt);
        prompt = tui_prompt_new("typed", NULL, NULL);
        assert_int_equal(press(prompt, "ctrl-r 'first"), TUI_PROMPT_OPEN);
        assert_string_equal(tui_prompt_text(prompt), "typed");
        assert_int_equal(press(prompt, "esc"), TUI_PROMPT_OPEN);
        assert_string_equal(tui_prompt_text(prompt), "typed");
        assert_int_equal(press(prompt, "up"), TUI_PROMPT_OPEN);
        assert_string_equal(tui_prompt_text(prompt), "typed");
        tui_prompt_free(prompt);
    }
}

/* Whatever is pressed, readline keeps no edit in two places: a double free ends the test. */
static void
test_any_keys(void **state)
{
    static const char *const keys[] = {
        "'a",     "'one",  "'é",    "^p",     "up",     "down",   "left",   "right",     "home",
        "end",    "tab",   "enter", "esc",    "pgup",   "pgdn",   "delete", "backspace", "ctrl-r",
        "ctrl-s", "alt-p", "alt-n", "ctrl-x", "ctrl-u", "ctrl-w", "ctrl-k", "ctrl-y",    "ctrl-g",
        "alt-5",  "alt-r", "alt-.", "alt-<",  "alt->",  "ctrl-t", "ctrl-o", "alt-y",     "ctrl-q",
        "alt-b",  "alt-d", "alt-c", "ctrl-p", "ctrl-n", "ctrl-d", "alt-_",  "ctrl-j",    "alt-t"};
    const guint rounds = g_getenv("ARMORER_LONG") ? 50000 : 5000;
    const guint32 seed = 3; /* the first one that each of the faults was found by */
    const TuiPromptHooks hooks = {words, NULL, NULL};
    g_autoptr(GRand) rand = g_rand_new_with_seed(seed);

    for (guint i = 0; i < rounds; i++) {
        TuiPrompt *prompt =
            tui_prompt_new(i % 5 ? "new" : NULL, g_rand_boolean(rand) ? past : NULL, &hooks);
        for (gint n = g_rand_int_range(rand, 0, 16); n > 0; n--)
            press(prompt, keys[g_rand_int_range(rand, 0, G_N_ELEMENTS(keys))]);
        tui_prompt_free(prompt);
    }
}

static void
test_changed(void **state)
{
    guint changes = 0;
    TuiPromptHooks hooks = {.changed = count_changes, .data = &changes};
    g_autoptr(TuiPrompt) prompt = tui_prompt_new("x", NULL, &hooks);
    press(prompt, "'a left right backspace");
    assert_int_equal(changes, 2);
    press(prompt, "^abc");
    assert_int_equal(changes, 5);
}

static void
test_limit(void **state)
{
    g_autoptr(TuiPrompt) prompt = tui_prompt_new(NULL, NULL, NULL);
    for (guint i = 0; i < TUI_PROMPT_MAX + 100; i++)
        tui_prompt_key(prompt, 'a' | (i % 2 ? TUI_KEY_PASTED : 0));
    assert_true(strlen(tui_prompt_text(prompt)) <= TUI_PROMPT_MAX + 4);
    assert_true(strlen(tui_prompt_text(prompt)) >= TUI_PROMPT_MAX);
    assert_int_equal(tui_prompt_key(prompt, TUI_KEY_ENTER), TUI_PROMPT_ACCEPTED);
}

/* ---- drawing -------------------------------------------------------------------------------- */

static void
test_draw(void **state)
{
    static const struct {
        const char *text, *keys;
        int width;
        const char *want;
        int cursor;
    } rows[] = {
        {"abc", "", 10, ":abc\n", 4},
        {"abc", "home", 10, ":abc\n", 1},
        {"0123456789abcdef", "", 10, ":<9abcdef\n", 9},
        {"0123456789abcdef", "home", 10, ":01234567>\n", 1},
        {"0123456789abcdef", "left left left left left left", 10, ":<789abcd>\n", 5},
        {"漢漢漢", "", 20, ":漢漢漢\n", 7},
        {"e\xcc\x81x", "left", 20, ":e\xcc\x81x\n", 2},
        {"a\\b", "", 20, ":a\\b\n", 4}, /* it is typed, and stays what was typed */
        {"a\x1b[2Jb", "", 20, ":a\\e[2Jb\n", 8},
        {"a\xe2\x80\xae"
         "b",
         "", 20, ":a\\u{202e}b\n", 11},
        {"abc", "", 1, "<\n", 0},
        {"abc", "", 2, ":<\n", 1},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(TuiPrompt) prompt = tui_prompt_new(rows[i].text, NULL, NULL);
        g_autoptr(TuiCanvas) canvas = tui_canvas_new(rows[i].width, 1);
        int x = -1, y = -1;
        press(prompt, rows[i].keys);
        tui_prompt_draw(prompt, canvas, tui_canvas_rect(canvas), 0, ":");
        g_autofree char *is = tui_canvas_dump(canvas);
        if (!tui_canvas_cursor(canvas, &x, &y) || strcmp(is, rows[i].want) != 0 ||
            x != rows[i].cursor || y != 0)
            fail_msg("%s %s: %scursor at %d", rows[i].text, rows[i].keys, is, x);
    }
}

static void
test_searching_shows(void **state)
{
    g_autoptr(TuiPrompt) prompt = tui_prompt_new(NULL, past, NULL);
    g_autoptr(TuiCanvas) canvas = tui_canvas_new(80, 1);
    press(prompt, "ctrl-r 'one");
    tui_prompt_draw(prompt, canvas, tui_canvas_rect(canvas), 0, ":");
    g_autofree char *is = tui_canvas_dump(canvas);
    assert_non_null(strstr(is, "search)`one': second one"));
}

/* ---- the line of the screen ----------------------------------------------------------------- */

typedef struct {
    TuiAsk *ask;
    char *line;
    guint done;
    gboolean again;
} Asker;

static void
on_done(const char *line, gpointer data)
{
    Asker *asker = data;
    g_free(asker->line);
    asker->line = g_strdup(line);
    asker->done++;
    if (asker->again) {
        TuiAskOptions options = {.label = "more: ", .done = on_done, .data = asker};
        asker->again = FALSE;
        tui_ask_open(asker->ask, &options);
    }
}

static void
on_changed(const char *line, gpointer data)
{
    tui_ask_note(((Asker *)data)->ask, TUI_ROLE_WARNING, strlen(line) > 2 ? "too long" : NULL);
}

static void
assert_rows(TuiAsk *ask, const char *want)
{
    g_autoptr(TuiCanvas) canvas = tui_canvas_new(30, tui_ask_rows(ask, 24));
    tui_ask_draw(ask, canvas, tui_canvas_rect(canvas));
    g_autofree char *is = tui_canvas_dump(canvas);
    assert_string_equal(is, want);
}

static void
type(TuiAsk *ask, const char *text)
{
    for (const char *p = text; *p; p++)
        tui_ask_key(ask, *p == '\n' ? TUI_KEY_ENTER : *p == '\t' ? TUI_KEY_TAB : (TuiKey)*p);
}

static void
test_ask(void **state)
{
    Asker asker = {.ask = tui_ask_new(), .again = TRUE};
    g_autoptr(GPtrArray) history = g_ptr_array_new_with_free_func(g_free);
    TuiAskOptions options = {.label = "Find: ",
                             .history = history,
                             .complete = words,
                             .changed = on_changed,
                             .done = on_done,
                             .data = &asker};

    assert_int_equal(tui_ask_rows(asker.ask, 24), 0);
    tui_ask_open(asker.ask, &options);
    type(asker.ask, "ab");
    assert_rows(asker.ask, "Find: ab\n");
    type(asker.ask, "c");
    assert_rows(asker.ask, "too long\nFind: abc\n");
    assert_int_equal(tui_ask_rows(asker.ask, 2), 1);
    type(asker.ask, "\n");
    assert_string_equal(asker.line, "abc");
    assert_true(tui_ask_is_open(asker.ask)); /* opened again by who asked */
    tui_ask_key(asker.ask, TUI_KEY_ESCAPE);
    assert_null(asker.line);
    assert_int_equal(asker.done, 2);

    tui_ask_open(asker.ask, &options);
    type(asker.ask, "p\t");
    assert_rows(asker.ask, "profile:ping  profile:pong  …\nFind: p\n");
    tui_ask_open(asker.ask, &options); /* another: the first is cancelled */
    assert_int_equal(asker.done, 3);
    tui_ask_drop(asker.ask, history); /* it is another who asks */
    assert_true(tui_ask_is_open(asker.ask));
    tui_ask_drop(asker.ask, &asker);
    assert_false(tui_ask_is_open(asker.ask));
    assert_int_equal(asker.done, 3);

    assert_int_equal(history->len, 1);
    for (guint i = 0; i < 2; i++) {
        tui_ask_open(asker.ask, &options);
        type(asker.ask, i == 0 ? "x\n" : "abc\n");
    }
    assert_int_equal(history->len, 2);
    assert_string_equal(history->pdata[1], "abc");
    tui_ask_free(asker.ask);
    g_free(asker.line);
}

/* What no terminal shows is not accepted. */
static void
test_ask_clean(void **state)
{
    Asker asker = {.ask = tui_ask_new()};
    TuiAskOptions options = {.label = ":",
                             .text = "a\x1b"
                                     "b",
                             .done = on_done,
                             .data = &asker};
    tui_ask_open(asker.ask, &options);
    type(asker.ask, "\n");
    assert_int_equal(asker.done, 0);
    assert_rows(asker.ask, "There is a character in it th…\n:a\\eb\n");
    tui_ask_key(asker.ask, TUI_KEY_BACKSPACE);
    tui_ask_key(asker.ask, TUI_KEY_BACKSPACE);
    type(asker.ask, "\n");
    assert_string_equal(asker.line, "a");
    tui_ask_free(asker.ask);
    g_free(asker.line);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_keys),
        cmocka_unit_test(test_left_midway),
        cmocka_unit_test(test_one_after_another),
        cmocka_unit_test(test_any_keys),
        cmocka_unit_test(test_changed),
        cmocka_unit_test(test_limit),
        cmocka_unit_test(test_draw),
        cmocka_unit_test(test_searching_shows),
        cmocka_unit_test(test_ask),
        cmocka_unit_test(test_ask_clean),
    };
    (void)setlocale(LC_ALL, "C.UTF-8");
    g_setenv("INPUTRC", "/dev/null", TRUE);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
