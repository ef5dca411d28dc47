/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The databases of several package managers, one file each. For packages*.c and their tests only.
 */
#ifndef AMR_POLICY_PACKAGES_PRIVATE_H
#define AMR_POLICY_PACKAGES_PRIVATE_H

#include "core/base/text.h"
#include "core/policy/packages.h"

G_BEGIN_DECLS

#define AMR_PACKAGES_POLICY "etc/apparmor.d/"

struct AmrPackages {
    GHashTable *files; /* char *, as amr_packages_find() takes it -> AmrPackaged */
};

AmrPackages *amr_packages_new(void);
/* @name: of a file, behind the policy's place. @digest (may be NULL): hex. */
void amr_packages_add(AmrPackages *packages, AmrBytes name, AmrBytes package, AmrBytes digest,
                      AmrUpgrade upgrade);
/* Cuts the first line off; FALSE at the end. */
gboolean amr_packages_line(AmrBytes *text, AmrBytes *line);
gboolean amr_packages_begins(AmrBytes line, const char *with);

/* Each adds what it knows of the files below @place ("/etc/apparmor.d/"); text may be anything. */
void amr_packages_take_dpkg(AmrPackages *packages, AmrBytes status, const char *place);
/* @directory: of the package, "NAME-VERSION-RELEASE"; @files and @mtree (unpacked; empty: not
 * known): what stands in it. */
void amr_packages_take_pacman(AmrPackages *packages, const char *directory, AmrBytes files,
                              AmrBytes mtree, const char *place);

/* @told: by the worker (rpm_worker.c). */
void amr_packages_take_rpm(AmrPackages *packages, AmrBytes told, const char *place);

/* The same, read below @root; nothing where there is no such database. */
void amr_packages_read_dpkg(AmrPackages *packages, int root);
void amr_packages_read_pacman(AmrPackages *packages, int root, GCancellable *cancellable);
void amr_packages_read_rpm(AmrPackages *packages, int root, const char *worker,
                           GCancellable *cancellable);

G_END_DECLS
#endif
