/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `armorer new` on a terminal, line by line: says which step it is, what can be done, and asks
 * before anything is written. */
#ifndef TUI_GUIDE_H
#define TUI_GUIDE_H

#include "tui/command/new.h"
#include "tui/newset.h"
#include "tui/plain.h"

G_BEGIN_DECLS

/* Goes on from wherever it is; returns an exit status. */
int tui_guide_new(TuiNewFlow *flow);

/* guide.c and guide_set.c share this. */
typedef struct {
    TuiNewFlow *flow;
    TuiPlain plain; /* of it the lines that are read */
    TuiNewSet *set; /* as it was listed last; NULL: it is to be made */
    guint64 told;   /* how many denials, while it waits */
    gboolean done;
} TuiGuide;

/* Makes the set where there is none, and says it. FALSE: there is nothing in it. */
gboolean tui_guide_set_list(TuiGuide *guide);
/* The words of a line, NULL-terminated, the command's own first. */
void tui_guide_set_rule(TuiGuide *guide, char **words);
void tui_guide_set_leave(TuiGuide *guide, char **words);
void tui_guide_set_way(TuiGuide *guide, char **words);
void tui_guide_set_show(TuiGuide *guide);
int tui_guide_set_write(TuiGuide *guide);

G_END_DECLS
#endif
