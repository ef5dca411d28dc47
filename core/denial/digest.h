/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AMR_DENIAL_DIGEST_H
#define AMR_DENIAL_DIGEST_H

#include "core/denial/event.h"

G_BEGIN_DECLS

#define AMR_DIGEST_LEN 64

/* SHA-256 in lower-case hex of all that makes @event distinct (core/denial/pack.h), by the names of
 * its fields: the same in each session, where the store's numbers and hashes are not. The caller
 * frees. */
char *amr_event_digest(const AmrEvent *event);

G_END_DECLS
#endif
