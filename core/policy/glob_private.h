/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Patterns as machines, which glob_meet.c makes and glob_set.c walks. */
#ifndef AMR_POLICY_GLOB_PRIVATE_H
#define AMR_POLICY_GLOB_PRIVATE_H

#include "core/policy/glob.h"

#define AMR_GLOB_NOWHERE G_MAXUINT

/* A state: a step for the bytes of a set, and up to two for nothing. */
typedef struct {
    guint64 set[4];
    guint next;
    guint free[2];
} AmrGlobNode;

struct AmrGlobMachine {
    GArray *nodes; /* AmrGlobNode; the first is the start */
    guint last;
};

#endif
