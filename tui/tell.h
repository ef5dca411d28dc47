/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Notices (notice.h) of the program with the screen: its terminal rings, its screen says. */
#ifndef TUI_TELL_H
#define TUI_TELL_H

#include "tui/notice.h"
#include "tui/terminal/term.h"
#include "tui/view/screen.h"

G_BEGIN_DECLS

typedef struct {
    TuiTerm *term;     /* borrowed */
    TuiScreen *screen; /* borrowed */
    TuiNotice *notice; /* NULL: none are wanted */
    gboolean titled;   /* by us; the title before is kept by the terminal */
} TuiTell;

/* @ways as tui_notice_read() says; 0: all of these do nothing. */
void tui_tell_start(TuiTell *tell, guint ways, const AmrStore *store);
/* The past is read: what comes from now on is new. */
void tui_tell_begin(TuiTell *tell);
void tui_tell_store_changed(TuiTell *tell);
/* While terminal and screen still stand. */
void tui_tell_end(TuiTell *tell);

G_END_DECLS
#endif
