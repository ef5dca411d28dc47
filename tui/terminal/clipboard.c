/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tui/terminal/clipboard.h"

#include <string.h>

#define SCREEN_PIECE 500 /* bytes of a string that screen hands on; it takes 768 */

TuiClipboard
tui_clipboard_way(const char *term, const char *tmux, const char *sty)
{
    static const char *const without[] = {"linux", "dumb", "vt100", "vt102",
                                          "vt220", "ansi", "cons25"};

    if (!term || !term[0])
        return TUI_CLIPBOARD_NONE;
    for (gsize i = 0; i < G_N_ELEMENTS(without); i++) {
        if (strcmp(term, without[i]) == 0)
            return TUI_CLIPBOARD_NONE;
    }
    if ((tmux && tmux[0]) || g_str_has_prefix(term, "tmux"))
        return TUI_CLIPBOARD_TMUX;
    if ((sty && sty[0]) || g_str_has_prefix(term, "screen"))
        return TUI_CLIPBOARD_SCREEN;
    return TUI_CLIPBOARD_PLAIN;
}

/* A newline is the one control character that a text of several lines has. */
static gboolean
is_inert(const char *text)
{
    if (!g_utf8_validate(text, -1, NULL))
        return FALSE;
    for (const char *p = text; *p; p = g_utf8_next_char(p)) {
        gunichar ch = g_utf8_get_char(p);
        if (ch != '\n' && (g_unichar_iscntrl(ch) || g_unichar_type(ch) == G_UNICODE_FORMAT))
            return FALSE;
    }
    return TRUE;
}

/* Within tmux's string each escape stands twice. */
static void
append_for_tmux(GString *out, const char *sequence)
{
    g_string_append(out, "\033Ptmux;");
    for (const char *p = sequence; *p; p++) {
        if (*p == '\033')
            g_string_append_c(out, '\033');
        g_string_append_c(out, *p);
    }
    g_string_append(out, "\033\\");
}

static void
append_for_screen(GString *out, const char *sequence)
{
    for (gsize at = 0, len = strlen(sequence); at < len; at += SCREEN_PIECE) {
        g_string_append(out, "\033P");
        g_string_append_len(out, sequence + at, (gssize)MIN(SCREEN_PIECE, len - at));
        g_string_append(out, "\033\\");
    }
}

GBytes *
tui_clipboard_sequence(TuiClipboard way, const char *text)
{
    g_autofree char *coded = NULL, *sequence = NULL;
    GString *out;

    if (way == TUI_CLIPBOARD_NONE || strlen(text) > TUI_CLIPBOARD_MAX || !is_inert(text))
        return NULL;
    coded = g_base64_encode((const guchar *)text, strlen(text));
    sequence = g_strconcat("\033]52;c;", coded, "\a", NULL);
    out = g_string_new(sequence);
    if (way == TUI_CLIPBOARD_TMUX)
        append_for_tmux(out, sequence);
    else if (way == TUI_CLIPBOARD_SCREEN)
        append_for_screen(out, sequence);
    return g_string_free_to_bytes(out);
}
