/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What rules open on this machine, kept: whoever shows a rule looks it up and goes on; what was not
 * known then is measured at once, many rules in one walk.
 */
#ifndef AMR_POLICY_BREADTHS_H
#define AMR_POLICY_BREADTHS_H

#include "core/policy/ask.h"
#include "core/policy/breadth.h"

G_BEGIN_DECLS

typedef struct AmrBreadths AmrBreadths;

typedef struct {
    AmrBreadth *breadth; /* NULL: not known */
    char *why;           /* if so: why, display form */
} AmrMeasured;

/* @sensitive is held. */
AmrBreadths *amr_breadths_new(AmrSensitive *sensitive);
void amr_breadths_free(AmrBreadths *breadths);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AmrBreadths, amr_breadths_free)

/* Rules that are about no file, and those that deny or ask for no access, open no file. */
gboolean amr_breadths_concern(const AmrRule *rule);

/* NULL where it is not known yet: then it is wanted. @profile as people write it. @denied: char *,
 * names of the denials that the rule is for, which do not count; may be NULL. */
const AmrMeasured *amr_breadths_look(AmrBreadths *breadths, const char *profile,
                                     const AmrRule *rule, const GPtrArray *denied);
/* Whether anything is wanted; nothing is any more. */
gboolean amr_breadths_want(const AmrBreadths *breadths);
void amr_breadths_want_nothing(AmrBreadths *breadths);
/* Policy became another, or the files may have: all is forgotten. What is being measured just now
 * is no answer any more. */
void amr_breadths_forget(AmrBreadths *breadths);

/* Measures what is wanted, the newest first and so many together as go well into one walk of @msec
 * milliseconds, with what @asker compiles and keeps; the rest stays wanted. @asker and @target stay
 * until then. One call at a time. Fails only as cancelled. @breadths may be freed meanwhile. */
void amr_breadths_ask_async(AmrBreadths *breadths, const AmrTarget *target, AmrAsker *asker,
                            guint msec, AmrBreadthProgress progress, gpointer progress_data,
                            GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);
gboolean amr_breadths_ask_finish(GAsyncResult *result, GError **error);

/* ---- in words -------------------------------------------------------------------------------- */

/* "no file that is here"; "1,204 files that are here, 3 of them for their owner alone"; "at least
 * ..." where not all was looked at. Of what is not known, why. The caller frees. */
char *amr_measured_count(const AmrMeasured *measured);
/* "such as /a and /b"; NULL where there is none. */
char *amr_measured_sample(const AmrMeasured *measured);
/* What was not looked at: "3 directories could not be listed; ..."; NULL: all was. */
char *amr_measured_left(const AmrMeasured *measured);
/* "rw /etc/shadow: holds ..." of one that matters. */
char *amr_breadth_file_text(const AmrBreadthFile *file);
/* The letters of a rule that would open as much. */
char *amr_breadth_rights(guint32 rights);

G_END_DECLS
#endif
