/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What became of the logs that are followed, told once: one that another file took the name of that
 * may not be read, and that it is read again.
 */
#ifndef TUI_TROUBLE_H
#define TUI_TROUBLE_H

#include "core/source/ingest.h"

G_BEGIN_DECLS

typedef struct TuiTrouble TuiTrouble;

/* What stands in the way by now is told already. @ingest is borrowed and outlives it. */
TuiTrouble *tui_trouble_new(const AmrIngest *ingest);
void tui_trouble_free(TuiTrouble *trouble);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(TuiTrouble, tui_trouble_free)

/* What there is to say since the last call, display form; NULL: nothing more. The caller frees. */
char *tui_trouble_next(TuiTrouble *trouble);

G_END_DECLS
#endif
