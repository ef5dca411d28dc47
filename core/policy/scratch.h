/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A private copy of the policy tree: links to all but what changes. What the compiler is given
 * before anything is written.
 */
#ifndef AMR_POLICY_SCRATCH_H
#define AMR_POLICY_SCRATCH_H

#include <gio/gio.h>

#include "core/base/target.h"

G_BEGIN_DECLS

typedef struct AmrScratch AmrScratch;

/* Mirrors the target's policy below a private directory: real directories, a symbolic link for each
 * file, links within the policy as they are. @target is borrowed and must outlive the scratch.
 * disable/, force-complain/ and cache/ are left out, so that nothing is skipped. Walks the tree in
 * slices. */
void amr_scratch_new_async(const AmrTarget *target, GCancellable *cancellable,
                           GAsyncReadyCallback callback, gpointer data);
AmrScratch *amr_scratch_new_finish(GAsyncResult *result, GError **error);
/* Removes it from disk. */
void amr_scratch_free(AmrScratch *scratch);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AmrScratch, amr_scratch_free)

const char *amr_scratch_path(const AmrScratch *scratch); /* for AmrCompileJob.base */
/* @file (relative) holds @bytes from now on; NULL: it is not there; back to the policy's own by
 * amr_scratch_restore(). Symbolic links that stay in the policy are followed, as by the writer of
 * the real file; what leads out of it is replaced in the copy, or refused (AMR_ERROR_REFUSED) if it
 * is a directory on the way, and so is a name that is not one of the policy. */
gboolean amr_scratch_set(AmrScratch *scratch, const char *file, GBytes *bytes, GError **error);
gboolean amr_scratch_restore(AmrScratch *scratch, const char *file, GError **error);
gboolean amr_scratch_is_changed(const AmrScratch *scratch, const char *file);
/* The files that are changed, by name (borrowed), and what one of them holds; NULL: it is not
 * there. */
GPtrArray *amr_scratch_changes(const AmrScratch *scratch);
GBytes *amr_scratch_bytes(const AmrScratch *scratch, const char *file);

G_END_DECLS
#endif
