/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where a profile comes from that no file of the policy defines: who writes it, or loads it by
 * itself. It is data (core/base/datafile), whose ids are the words for a column and for JSON:
 *
 *   profile   which: a wildcard (* ? [a-z]) for the whole name, with or without the namespace;
 * several lines are alternatives; needed text      who makes it, and of what, words that stand
 * behind "made by"; needed
 *
 * The first that fits is told.
 */
#ifndef AMR_ADVICE_ORIGIN_H
#define AMR_ADVICE_ORIGIN_H

#include "core/base/datafile.h"

G_BEGIN_DECLS

typedef struct AmrOrigins AmrOrigins;

AmrOrigins *amr_origins_new(void);
void amr_origins_free(AmrOrigins *origins);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AmrOrigins, amr_origins_free)
/* Where they are read into. Borrowed. */
AmrData *amr_origins_data(AmrOrigins *origins);

/* The id of the first that fits the profile @full (":ns:name" or "name") or its name alone, and in
 * *text (borrowed, display form) who makes it; NULL: nobody who is known, it is only in the kernel.
 */
const char *amr_origins_find(const AmrOrigins *origins, const char *full, const char **text);

G_END_DECLS
#endif
