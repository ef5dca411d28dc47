/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of names of files that risk.c rates by and risk_reach.c compares patterns with. */
#ifndef AMR_POLICY_RISK_PRIVATE_H
#define AMR_POLICY_RISK_PRIVATE_H

#include "core/policy/risk.h"

typedef struct {
    const char *glob;
    guint access; /* any of these */
    AmrRisk risk;
    const char *danger;
    /* AREA: wide ground where names differ in nothing that matters. Else what matches is a matter
     * of its own, however it is accessed. */
    enum {
        AMR_RISK_OWN,
        AMR_RISK_AREA
    } spread;
} AmrFileRisk;

/* The first row that matches rates. */
extern const AmrFileRisk amr_file_risks[];
extern const gsize amr_n_file_risks;

#endif
