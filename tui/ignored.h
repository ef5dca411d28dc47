/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Denials that the user ignores without a rule, from one session to the next: the file "ignored" of
 * his state (tui/home.h), a line each time, "+DIGEST" or "-DIGEST" (core/denial/digest.h), so that
 * no text of a log stands in it. The newest 4,096 are kept.
 */
#ifndef TUI_IGNORED_H
#define TUI_IGNORED_H

#include "core/base/target.h"
#include "core/denial/store.h"

G_BEGIN_DECLS

typedef struct TuiIgnored TuiIgnored;

/* What is ignored by now; nothing where there is no file that is his. @writes: what is set is kept.
 * @store is borrowed and outlives it. */
TuiIgnored *tui_ignored_new(AmrStore *store, gboolean writes);
/* The same for what @target logs, which must be the live system: what stands below another root is
 * no denial of the user's own. NULL: it is not. A target that is read-only writes nothing. */
TuiIgnored *tui_ignored_of(const AmrTarget *target, AmrStore *store);
/* Waits for what is being written, half a second at most. */
void tui_ignored_free(TuiIgnored *ignored);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(TuiIgnored, tui_ignored_free)

/* NULL: nothing. Gives the denials that came since the last call the state IGNORED, where they are.
 */
void tui_ignored_apply(TuiIgnored *ignored);
/* Sets the state of @id, and keeps it. */
void tui_ignored_set(TuiIgnored *ignored, AmrDenialId id, gboolean on);

G_END_DECLS
#endif
