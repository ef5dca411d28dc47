/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which package brought a file of policy, what it was like then, and what becomes of it when the
 * package is upgraded: as dpkg and pacman have it, whose databases are plain text, and rpm, whose
 * is read by a program of its own.
 */
#ifndef AMR_POLICY_PACKAGES_H
#define AMR_POLICY_PACKAGES_H

#include <gio/gio.h>

#include "core/base/target.h"

G_BEGIN_DECLS

/* What an upgrade does where the file is another by then. */
typedef enum {
    AMR_UPGRADE_UNKNOWN,
    AMR_UPGRADE_ASKS,       /* which of the two is kept (dpkg) */
    AMR_UPGRADE_KEEPS,      /* it, and puts its own beside it (.pacnew, .rpmnew) */
    AMR_UPGRADE_REPLACES,   /* it, and keeps it beside its own (rpm's .rpmsave) */
    AMR_UPGRADE_OVERWRITES, /* it */
} AmrUpgrade;

typedef struct {
    char *package;
    char *digest; /* of the file as the package has it, lower case hex: MD5 or SHA-256, by its
                     length; NULL: not known */
    AmrUpgrade upgrade;
} AmrPackaged;

typedef struct AmrPackages AmrPackages;

void amr_packages_free(AmrPackages *packages);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AmrPackages, amr_packages_free)

/* Reads /var/lib/dpkg/status, /var/lib/pacman/local and, by the program @rpm (NULL: not at all),
 * the database of rpm below the root of @target, in a thread: the disk may be slow. It knows
 * nothing where none is there or the policy is another than the root's own. Fails only as
 * cancelled. */
void amr_packages_read_async(const AmrTarget *target, const char *rpm, GCancellable *cancellable,
                             GAsyncReadyCallback callback, gpointer data);
AmrPackages *amr_packages_read_finish(GAsyncResult *result, GError **error);

/* Of the file @name of the policy ("usr.sbin.cupsd"); NULL if no package has it. Borrowed.
 * @packages may be NULL. */
const AmrPackaged *amr_packages_find(const AmrPackages *packages, const char *name);

/* Whether the file holds something else by now; FALSE also where that cannot be told. */
gboolean amr_packaged_is_edited(const AmrPackaged *packaged, GBytes *bytes);

G_END_DECLS
#endif
