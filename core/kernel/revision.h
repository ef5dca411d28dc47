/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Whether the kernel's policy is still what was read: somebody else's apparmor_parser -r or -R,
 * without an edit on disk. Each policy namespace counts its loads in a file `revision`, which may
 * be polled and whose reading waits for the next load (since 4.13; seen on 6.1 and 6.12; anyone may
 * read it). A load of what is loaded already counts, too.
 */
#ifndef AMR_KERNEL_REVISION_H
#define AMR_KERNEL_REVISION_H

#include "core/base/opener.h"
#include "core/base/settle.h"

G_BEGIN_DECLS

typedef struct AmrRevision AmrRevision;

/* @opener is borrowed and outlives it. Nothing is watched yet. */
AmrRevision *amr_revision_new(AmrOpener *opener, AmrNewsSink sink, gpointer data);
void amr_revision_free(AmrRevision *revision);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AmrRevision, amr_revision_free)

/* What is loaded is about to be read: what is counted from now on is news. A namespace that is made
 * later is watched from the next call on. Where nothing waits for a load (no such file, a plain one
 * below another root, one that may not be read), nothing is watched and nothing comes: no error. */
void amr_revision_renew(AmrRevision *revision);
/* Whether something was loaded since. */
gboolean amr_revision_is_outdated(const AmrRevision *revision);
/* How many namespaces are watched. */
guint amr_revision_watched(const AmrRevision *revision);

G_END_DECLS
#endif
