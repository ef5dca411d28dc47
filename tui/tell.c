/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tui/tell.h"

#include <string.h>

#include "tui/notify.h"
#include "tui/terminal/title.h"

static void
send_text(TuiTell *tell, const char *text)
{
    g_autoptr(GBytes) bytes = g_bytes_new(text, strlen(text));
    tui_term_send(tell->term, bytes);
}

static void
ring(gpointer data)
{
    send_text(data, "\a");
}

static void
entitle(const char *title, gpointer data)
{
    TuiTell *tell = data;
    g_autofree char *text = tui_title_sequence(title);

    if (!tui_title_known(g_getenv("TERM")))
        return;
    if (!tell->titled)
        send_text(tell, TUI_TITLE_KEEP);
    tell->titled = TRUE;
    send_text(tell, text);
}

static void
say(const char *message, gpointer data)
{
    TuiTell *tell = data;
    tui_screen_say(tell->screen, TUI_ROLE_WARNING, "%s", message);
    tui_screen_dirty(tell->screen);
}

void
tui_tell_start(TuiTell *tell, guint ways, const AmrStore *store)
{
    /* our own program, whatever has its name by now */
    static const char *const worker[] = {"/proc/self/exe", TUI_NOTIFY_ARGUMENT, NULL};
    TuiNoticeOptions options = {
        .ways = ways,
        .store = store,
        .argv = worker,
        .ring = ring,
        .entitle = entitle,
        .say = say,
        .data = tell,
    };
    tell->notice = ways ? tui_notice_new(&options) : NULL;
}

void
tui_tell_begin(TuiTell *tell)
{
    if (tell->notice)
        tui_notice_begin(tell->notice);
}

void
tui_tell_store_changed(TuiTell *tell)
{
    if (tell->notice)
        tui_notice_store_changed(tell->notice);
}

void
tui_tell_end(TuiTell *tell)
{
    g_clear_pointer(&tell->notice, tui_notice_free);
    if (tell->titled)
        send_text(tell, TUI_TITLE_RETURN);
    tell->titled = FALSE;
}
