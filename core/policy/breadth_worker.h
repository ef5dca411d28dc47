/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The child that walks, and what it says to who waits for it. */
#ifndef AMR_POLICY_BREADTH_WORKER_H
#define AMR_POLICY_BREADTH_WORKER_H

#include "core/policy/breadth_private.h"

#define AMR_BREADTH_GRACE_MSEC 400 /* behind the budget: then it says what it knows */

typedef enum {
    AMR_BREADTH_SAYS_COUNTS, /* two guint64: names that were looked at, files that are opened */
    AMR_BREADTH_SAYS_ANSWER, /* amr_breadth_pack(); the last message */
} AmrBreadthSays;

/* Before each message. */
typedef struct {
    guint32 kind; /* AmrBreadthSays */
    guint32 size; /* of what follows */
} AmrBreadthHead;

/* In a child that was forked: walks, says what comes of it to @fd, and ends. */
void amr_breadth_work(AmrBreadthWalk *walk, int fd, guint msec) G_GNUC_NORETURN;

/* AmrBreadth of all lanes, as bytes and back; NULL where it is no answer about @lanes of them. */
GBytes *amr_breadth_pack(const GPtrArray *all);
GPtrArray *amr_breadth_unpack(GBytes *bytes, guint lanes);

#endif
