/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Why do I see nothing? Each check with its answer and its remedy. */
#ifndef TUI_VIEW_DOCTOR_H
#define TUI_VIEW_DOCTOR_H

#include "tui/view/screen.h"

G_BEGIN_DECLS

TuiView *tui_doctor_new(TuiScreen *screen);
/* The likeliest reason why there are no denials, as of the last examination; NULL: none is known.
 * Borrowed until the next turn of the main loop. */
const AmrCheck *tui_doctor_reason(const TuiView *view);

G_END_DECLS
#endif
