/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A journal has many a record twice: from the audit subsystem, and the copy that the kernel's own
 * log got (FACTS section 1). Both have the same stamp, serial and text. One system call can make
 * several records with one stamp and serial, so those alone do not tell. Private to core/source.
 */
#ifndef AMR_SOURCE_COPIES_H
#define AMR_SOURCE_COPIES_H

#include "core/log/head.h"
#include "core/denial/store.h"

G_BEGIN_DECLS

typedef struct AmrCopies AmrCopies;

/* Remembers some 8,000 records, about 256 KiB; which are forgotten first hangs on @seed, which is
 * random, so that nobody can choose them. */
AmrCopies *amr_copies_new(guint64 seed);
void amr_copies_free(AmrCopies *copies);

/* Whether the record of @head (spans into @block) is the other log's copy of one that was counted
 * already. One without a stamp never is. */
gboolean amr_copies_take(AmrCopies *copies, const AmrHead *head, const char *block);

G_END_DECLS
#endif
