/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Who opens what we may not: armorer-helper in its role `read`, at the other end of a socket. It
 * lends descriptors of the kernel's AppArmor files, and of logs the AppArmor records alone.
 */
#ifndef AMR_BASE_LENDER_H
#define AMR_BASE_LENDER_H

#include "core/base/lend.h"

G_BEGIN_DECLS

typedef struct AmrLender AmrLender;

/* A socket for the two: *ours for amr_lender_new(), *theirs for the helper's standard input; both
 * O_CLOEXEC. */
gboolean amr_lender_socket(int *ours, int *theirs, GError **error);

/* Takes @socket over, at whose other end READY was said. It ends when this is freed. */
AmrLender *amr_lender_new(int socket);
void amr_lender_free(AmrLender *lender);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AmrLender, amr_lender_free)

/* Each asks and waits for the answer: for two seconds at most, which the other side needs for
 * nothing; then it counts as gone. All fail as the other side did, or with AMR_ERROR_NOT_PERMITTED
 * once it is gone. */

/* A descriptor of what @kind (OPEN, OPEN_DIR) and @name mean. */
int amr_lender_open(AmrLender *lender, AmrLend kind, const char *name, GError **error);
/* Raw bytes. */
char *amr_lender_read_link(AmrLender *lender, const char *name, GError **error);
/* The sources, an array of AMR_LEND_SOURCE; the caller unrefs. */
GVariant *amr_lender_look(AmrLender *lender, GError **error);
/* The stream of the source @short_name. */
int amr_lender_records(AmrLender *lender, const char *short_name, gboolean follow, GError **error);

G_END_DECLS
#endif
