/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The status line on top. */
#ifndef TUI_VIEW_STATUS_H
#define TUI_VIEW_STATUS_H

#include "core/session.h"
#include "tui/terminal/canvas.h"

G_BEGIN_DECLS

/* Host, AppArmor, profiles by mode, sources, denials and @rate of them a minute, losses. @host in
 * display form. */
void tui_status_draw(const AmrSession *session, const char *host, gboolean loading, guint rate,
                     TuiCanvas *canvas, TuiRect rect);

G_END_DECLS
#endif
