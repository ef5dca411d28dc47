/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The full screen's main loop; its entrance, tui_app_run(), is declared in tui/options.h. */
#ifndef TUI_APP_H
#define TUI_APP_H

#include "tui/options.h"

#endif
