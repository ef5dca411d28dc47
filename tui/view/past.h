/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The loading of what the logs hold already, as something that takes long. */
#ifndef TUI_VIEW_PAST_H
#define TUI_VIEW_PAST_H

#include "tui/view/task.h"

G_BEGIN_DECLS

/* Of the session's logs, which whoever calls loads; to be ended when that is over. */
TuiTask *tui_past_begin(TuiScreen *screen);

G_END_DECLS
#endif
