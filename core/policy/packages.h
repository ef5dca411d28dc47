/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which package brought a file of policy: as dpkg has it, whose list of configuration files says
 * what each was like when it was installed. Other package managers keep that in databases of their
 * own forms: there nothing is known.
 */
#ifndef AMR_POLICY_PACKAGES_H
#define AMR_POLICY_PACKAGES_H

#include <gio/gio.h>

#include "core/base/target.h"

G_BEGIN_DECLS

typedef struct {
    char *package;
    char *md5; /* of the file as the package has it, lower case hex */
} AmrPackaged;

typedef struct AmrPackages AmrPackages;

void amr_packages_free(AmrPackages *packages);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AmrPackages, amr_packages_free)

/* Reads /var/lib/dpkg/status below the root of @target, in a thread: the disk may be slow. It knows
 * nothing where that is not there or the policy is another than the root's own. Fails only as
 * cancelled. */
void amr_packages_read_async(const AmrTarget *target, GCancellable *cancellable,
                             GAsyncReadyCallback callback, gpointer data);
AmrPackages *amr_packages_read_finish(GAsyncResult *result, GError **error);

/* What @text, as dpkg writes it, says of the files below @place ("/etc/apparmor.d/"). Never NULL.
 */
AmrPackages *amr_packages_parse(const char *text, gsize len, const char *place);

/* Of the file @name of the policy ("usr.sbin.cupsd"); NULL if no package has it. Borrowed.
 * @packages may be NULL. */
const AmrPackaged *amr_packages_find(const AmrPackages *packages, const char *name);

/* Whether the file holds something else by now. */
gboolean amr_packaged_is_edited(const AmrPackaged *packaged, GBytes *bytes);

G_END_DECLS
#endif
