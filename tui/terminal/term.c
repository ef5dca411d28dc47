/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tui/terminal/term.h"

#include <curses.h>
#include <errno.h>
#include <langinfo.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <term.h>
#include <termios.h>
#include <unistd.h>
#include <wchar.h>

#include "core/base/error.h"
#include "tui/terminal/restore.h"

#define ESCAPE_DELAY 40 /* milliseconds that the rest of a key's sequence may take */
#define DOUBLE_CLICK (400 * G_TIME_SPAN_MILLISECOND)

/* Bracketed paste: what stands around pasted text. Who does not know it ignores the order. */
#define PASTES_MARKED   "\033[?2004h"
#define PASTES_UNMARKED "\033[?2004l"
enum {
    KEY_PASTE_BEGINS = KEY_MAX + 0x1000, /* far from those that terminfo adds */
    KEY_PASTE_ENDS
};

struct TuiTerm {
    SCREEN *screen;
    FILE *output, *input; /* input: /dev/tty, or standard input */
    gboolean colours, utf8, away, pasting;
    TuiInput next;    /* read too far; NONE: nothing */
    TuiInput clicked; /* the last click, and when (monotonic) */
    gint64 clicked_at;
    attr_t attributes[TUI_ROLE_COUNT];
    short pairs[TUI_ROLE_COUNT];
    gboolean fills[TUI_ROLE_COUNT]; /* a blank of that role can be told from any other */
    TuiHold hold;
    struct termios before; /* as the terminal was */
};

/* ---- putting the terminal back from a signal ------------------------------------------------ */

static void
add_capability(GString *text, const char *name)
{
    const char *found = tigetstr(name);
    if (found == NULL || found == (const char *)-1) // NOLINT: how terminfo says "no such string"
        return;
    for (const char *p = found; *p; p++) {
        if (p[0] == '$' && p[1] == '<' && strchr(p, '>')) /* a pause for old terminals: not text */
            p = strchr(p, '>');
        else
            g_string_append_c(text, *p);
    }
}

static void
arm_restore(TuiTerm *term)
{
    g_autoptr(GString) text = g_string_new(PASTES_UNMARKED);
    add_capability(text, "sgr0");
    add_capability(text, "rmkx");
    add_capability(text, "cnorm");
    add_capability(text, "rmcup");
    tui_restore_arm(text->str, &term->before, &term->hold);
}

/* ---- life ----------------------------------------------------------------------------------- */

static gboolean
open_files(TuiTerm *term, GError **error)
{
    if (!isatty(STDOUT_FILENO) || tcgetattr(STDOUT_FILENO, &term->before) != 0)
        return amr_error_set(error, AMR_ERROR_USAGE, "Standard output is not a terminal");
    term->output = stdout;
    if (isatty(STDIN_FILENO)) {
        term->input = stdin;
        return TRUE;
    }
    term->input = fopen("/dev/tty", "r+e");
    if (!term->input)
        return amr_error_set(error, AMR_ERROR_USAGE, "No terminal to read keys from: /dev/tty: %s",
                             g_strerror(errno));
    return TRUE;
}

static void
send_text(const TuiTerm *term, const char *text, size_t len)
{
    while (len > 0) {
        ssize_t sent = write(fileno(term->output), text, len);
        if (sent < 0 && errno != EINTR)
            return;
        text += MAX(sent, 0);
        len -= (size_t)MAX(sent, 0);
    }
}

static void
mark_pastes(const TuiTerm *term, gboolean on)
{
    const char *order = on ? PASTES_MARKED : PASTES_UNMARKED;
    send_text(term, order, strlen(order));
}

static void
set_modes(TuiTerm *term)
{
    raw(); /* ^C and ^Z are keys like others */
    noecho();
    nonl();
    nodelay(stdscr, TRUE);
    keypad(stdscr, TRUE);
    intrflush(stdscr, FALSE);
    leaveok(stdscr, FALSE);
    (void)define_key("\033[200~", KEY_PASTE_BEGINS);
    (void)define_key("\033[201~", KEY_PASTE_ENDS);
    mark_pastes(term, TRUE);
    mouseinterval(0); /* it would wait for the second click */
    if (!g_getenv("ESCDELAY"))
        set_escdelay(ESCAPE_DELAY);
}

gboolean
tui_term_moves(void)
{
    int found = 0;
    gboolean moves = setupterm(NULL, STDOUT_FILENO, &found) == OK && cursor_address != NULL;
    (void)del_curterm(cur_term); /* the screen sets up one of its own */
    return moves;
}

TuiTerm *
tui_term_new(GError **error)
{
    g_autoptr(TuiTerm) term = g_new0(TuiTerm, 1);
    const char *no_colour = g_getenv("NO_COLOR");

    term->hold = (TuiHold)TUI_HOLD_INIT;
    if (!open_files(term, error))
        return NULL;
    term->utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
    term->screen = newterm(NULL, term->output, term->input);
    if (!term->screen) {
        const char *name = g_getenv("TERM");
        amr_error_set(error, AMR_ERROR_NOT_FOUND, "The terminal \"%s\" (TERM) is not known",
                      name ? name : "");
        return NULL;
    }
    set_term(term->screen);
    set_modes(term);
    if (has_colors() && !(no_colour && no_colour[0]) && start_color() != ERR) {
        term->colours = TRUE;
        use_default_colors();
    }
    arm_restore(term);
    tui_hold_begin(&term->hold);
    return g_steal_pointer(&term);
}

void
tui_term_free(TuiTerm *term)
{
    if (!term)
        return;
    if (term->screen) {
        if (!term->away) {
            mark_pastes(term, FALSE);
            endwin();
        }
        tui_restore_disarm();
        delscreen(term->screen);
    }
    if (term->input && term->input != stdin)
        (void)fclose(term->input);
    tui_hold_end(&term->hold);
    g_free(term);
}

int
tui_term_fd(const TuiTerm *term)
{
    return fileno(term->input);
}

/* ---- keys ----------------------------------------------------------------------------------- */

static TuiKey
key_from_curses(wint_t code)
{
    static const struct {
        wint_t code;
        TuiKey key;
    } keys[] = {
        {KEY_UP, TUI_KEY_UP},
        {KEY_DOWN, TUI_KEY_DOWN},
        {KEY_LEFT, TUI_KEY_LEFT},
        {KEY_RIGHT, TUI_KEY_RIGHT},
        {KEY_PPAGE, TUI_KEY_PAGE_UP},
        {KEY_NPAGE, TUI_KEY_PAGE_DOWN},
        {KEY_HOME, TUI_KEY_HOME},
        {KEY_END, TUI_KEY_END},
        {KEY_ENTER, TUI_KEY_ENTER},
        {KEY_BTAB, TUI_KEY_BACK_TAB},
        {KEY_BACKSPACE, TUI_KEY_BACKSPACE},
        {KEY_DC, TUI_KEY_DELETE},
        {KEY_F(1), TUI_KEY_F1},
        {KEY_F(5), TUI_KEY_F5},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(keys); i++) {
        if (keys[i].code == code)
            return keys[i].key;
    }
    return TUI_KEY_NONE;
}

static void
read_mouse(TuiTerm *term, TuiInput *input)
{
    MEVENT event;
    gint64 now = g_get_monotonic_time();

    input->key = TUI_KEY_NONE;
    if (getmouse(&event) != OK)
        return;
    input->x = event.x;
    input->y = event.y;
    if (event.bstate & BUTTON4_PRESSED) {
        input->key = TUI_KEY_WHEEL_UP;
    } else if (event.bstate & BUTTON5_PRESSED) {
        input->key = TUI_KEY_WHEEL_DOWN;
    } else if (event.bstate & BUTTON1_PRESSED) {
        gboolean again = input->x == term->clicked.x && input->y == term->clicked.y &&
                         now - term->clicked_at < DOUBLE_CLICK;
        input->key = again ? TUI_KEY_DOUBLE_CLICK : TUI_KEY_CLICK;
        term->clicked = *input;
        term->clicked_at = again ? 0 : now;
    }
}

/* One key as it comes; NONE for one that is none of ours. */
static gboolean
read_one(TuiTerm *term, TuiInput *input)
{
    wint_t code = 0;
    int result;

    do { /* resizeterm() puts this key in front of all others, to tell us what we know */
        result = term->away ? ERR : get_wch(&code);
    } while (result == KEY_CODE_YES && code == KEY_RESIZE);
    if (result == ERR)
        return FALSE;
    *input = (TuiInput){.key = TUI_KEY_NONE};
    if (result == KEY_CODE_YES && (code == KEY_PASTE_BEGINS || code == KEY_PASTE_ENDS))
        term->pasting = code == KEY_PASTE_BEGINS;
    else if (result == KEY_CODE_YES && code == KEY_MOUSE)
        read_mouse(term, input);
    else if (result == KEY_CODE_YES)
        input->key = term->pasting ? TUI_KEY_NONE : key_from_curses(code);
    else if (term->pasting)
        input->key = TUI_KEY_PASTED | (TuiKey)code;
    else
        input->key = code < 0x20 || code == 0x7f ? tui_key_from_control(code) : (TuiKey)code;
    return TRUE;
}

/* The rest of a sequence that terminfo does not name: an arrow of the other mode, or none. */
static TuiKey
read_sequence(TuiTerm *term, TuiKey introducer)
{
    static const char finals[] = "ABCDHF";
    static const TuiKey keys[] = {TUI_KEY_UP,   TUI_KEY_DOWN, TUI_KEY_RIGHT,
                                  TUI_KEY_LEFT, TUI_KEY_HOME, TUI_KEY_END};
    TuiInput rest;
    guint n = 0;

    while (read_one(term, &rest)) {
        const char *final = rest.key < 0x80 && rest.key ? strchr(finals, (int)rest.key) : NULL;
        n++;
        if (introducer == '[' && rest.key >= 0x20 && rest.key < 0x40)
            continue;
        return n == 1 && final ? keys[final - finals] : TUI_KEY_NONE;
    }
    return n == 0 ? TUI_KEY_ALT | introducer : TUI_KEY_NONE;
}

/* Esc, and at once term->next. */
static void
join_escape(TuiTerm *term, TuiInput *input)
{
    TuiKey next = term->next.key;

    if (next == TUI_KEY_ESCAPE || (next >= TUI_KEY_NAMED && !(next & TUI_KEY_CTRL)))
        return;
    term->next.key = TUI_KEY_NONE;
    if (next == '[' || next == 'O')
        input->key = read_sequence(term, next);
    else if (next != TUI_KEY_NONE)
        input->key = TUI_KEY_ALT | next;
}

gboolean
tui_term_read(TuiTerm *term, TuiInput *input)
{
    *input = term->next;
    term->next.key = TUI_KEY_NONE;
    if (input->key == TUI_KEY_NONE && !read_one(term, input))
        return FALSE;
    if (input->key == (TUI_KEY_PASTED | 0x1b)) {
        /* An end that never comes would make the keys dead: Esc alone is one. */
        if (!read_one(term, &term->next)) {
            term->pasting = FALSE;
            input->key = TUI_KEY_NONE;
        }
    } else if (input->key == TUI_KEY_ESCAPE && read_one(term, &term->next)) {
        join_escape(term, input);
    }
    return TRUE;
}

gboolean
tui_term_set_mouse(TuiTerm *term, gboolean on)
{
    (void)term;
    if (!on)
        return mousemask(0, NULL) == 0;
    return mousemask(BUTTON1_PRESSED | BUTTON4_PRESSED | BUTTON5_PRESSED, NULL) != 0;
}

void
tui_term_send(TuiTerm *term, GBytes *bytes)
{
    gsize len;
    const char *data = g_bytes_get_data(bytes, &len);
    if (!term->away)
        send_text(term, data, len);
}

/* ---- size and looks ------------------------------------------------------------------------- */

void
tui_term_size(const TuiTerm *term, int *width, int *height)
{
    (void)term;
    getmaxyx(stdscr, *height, *width);
}

void
tui_term_resize(TuiTerm *term)
{
    struct winsize size = {0};
    if (!term->away && ioctl(fileno(term->output), TIOCGWINSZ, &size) == 0 && size.ws_row > 0 &&
        size.ws_col > 0 && is_term_resized(size.ws_row, size.ws_col))
        resizeterm(size.ws_row, size.ws_col);
}

gboolean
tui_term_has_colours(const TuiTerm *term)
{
    return term->colours;
}

void
tui_term_set_theme(TuiTerm *term, const TuiTheme *theme)
{
    for (guint i = 0; i < TUI_ROLE_COUNT; i++) {
        TuiStyle style = tui_theme_style(theme, (TuiRole)i);
        attr_t attributes = A_NORMAL;
        attributes |= style.attributes & TUI_ATTR_BOLD ? A_BOLD : 0;
        attributes |= style.attributes & TUI_ATTR_UNDERLINE ? A_UNDERLINE : 0;
        attributes |= style.attributes & TUI_ATTR_REVERSE ? A_REVERSE : 0;
        attributes |= style.attributes & TUI_ATTR_DIM ? A_DIM : 0;
        term->attributes[i] = attributes;
        term->pairs[i] = 0;
        short fg = style.fg < 0 ? -1 : (short)tui_colour_nearest(style.fg, COLORS);
        short bg = style.bg < 0 ? -1 : (short)tui_colour_nearest(style.bg, COLORS);
        term->fills[i] =
            style.bg >= 0 || style.attributes & (TUI_ATTR_REVERSE | TUI_ATTR_UNDERLINE);
        /* with few colours two may become one: then the terminal's own read at least */
        if (term->colours && (fg >= 0 || bg >= 0) && fg != bg && (int)i + 1 < COLOR_PAIRS &&
            init_pair((short)(i + 1), fg, bg) != ERR)
            term->pairs[i] = (short)(i + 1);
    }
    redrawwin(stdscr);
}

/* ---- drawing -------------------------------------------------------------------------------- */

/* Of a blank only the ground shows: it takes the look of what is before it, which costs nothing. */
static TuiRole
look(const TuiTerm *term, const TuiCanvasCell *cell, TuiRole before)
{
    gboolean blank = cell->chars[0] == ' ' && cell->chars[1] == 0;
    return blank && !term->fills[cell->role] && !term->fills[before] ? before : cell->role;
}

static void
draw_cell(const TuiTerm *term, int x, int y, const TuiCanvasCell *cell, TuiRole role)
{
    wchar_t text[TUI_CELL_CHARS + 1];
    cchar_t shown;
    int n = 0;
    gunichar first = cell->chars[0];
    gboolean shows = first < 0x80 || (term->utf8 && wcwidth((wchar_t)first) == cell->width);
    attr_t attributes = term->attributes[role];
    short pair = term->pairs[role];

    text[n++] = shows ? (wchar_t)first : (wchar_t)tui_char_plain(first);
    for (int i = 1; shows && i < TUI_CELL_CHARS && cell->chars[i]; i++) {
        if (wcwidth((wchar_t)cell->chars[i]) == 0)
            text[n++] = (wchar_t)cell->chars[i];
    }
    text[n] = L'\0';
    if (setcchar(&shown, text, attributes, pair, NULL) == OK)
        (void)mvadd_wch(y, x, &shown);
    if (!shows && cell->width == 2) {
        (void)setcchar(&shown, L"?", attributes, pair, NULL);
        (void)mvadd_wch(y, x + 1, &shown);
    }
}

void
tui_term_draw(TuiTerm *term, const TuiCanvas *canvas)
{
    int width, height, x, y;
    if (term->away)
        return;
    tui_term_size(term, &width, &height);
    erase();
    for (y = 0; y < height; y++) {
        TuiRole role = TUI_ROLE_TEXT;
        for (x = 0; x < width; x++) {
            const TuiCanvasCell *cell = tui_canvas_cell(canvas, x, y);
            if (cell && cell->width > 0)
                draw_cell(term, x, y, cell, role = look(term, cell, role));
        }
    }
    if (tui_canvas_cursor(canvas, &x, &y)) {
        (void)curs_set(1);
        (void)move(y, x);
    } else {
        (void)curs_set(0);
        (void)move(height - 1, 0);
    }
    (void)refresh();
}

void
tui_term_redraw(TuiTerm *term)
{
    (void)term;
    clearok(stdscr, TRUE);
}

/* ---- giving the terminal back --------------------------------------------------------------- */

void
tui_term_leave(TuiTerm *term)
{
    if (term->away)
        return;
    (void)curs_set(1);
    mark_pastes(term, FALSE);
    endwin();
    tui_restore_pause(TRUE);
    tui_hold_end(&term->hold);
    term->away = TRUE;
}

void
tui_term_return(TuiTerm *term)
{
    if (!term->away)
        return;
    term->away = FALSE;
    tui_hold_begin(&term->hold);
    (void)refresh(); /* after endwin: takes the terminal again */
    mark_pastes(term, TRUE);
    tui_term_resize(term);
    tui_term_redraw(term);
    tui_restore_pause(FALSE);
}

void
tui_term_suspend(TuiTerm *term)
{
    struct sigaction fallback = {.sa_handler = SIG_DFL}, saved;
    tui_term_leave(term);
    /* Our own process group: whoever feeds us through a pipe is a part of the job. Curses' handler
     * stands aside, for the terminal is back already. */
    (void)sigaction(SIGTSTP, &fallback, &saved);
    (void)kill(0, SIGTSTP);
    (void)sigaction(SIGTSTP, &saved, NULL);
    tui_term_return(term);
}
