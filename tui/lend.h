/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The right to read what only root may, asked for on the user's own terminal. */
#ifndef TUI_LEND_H
#define TUI_LEND_H

#include "core/base/lender.h"

G_BEGIN_DECLS

/* Has armorer-helper started in its role `read`, and waits until it is there; as tui_ways_try(). It
 * ends when the lender is freed, or we end. The caller frees; NULL: see @error. */
AmrLender *tui_lend_ask(GError **error);

G_END_DECLS
#endif
