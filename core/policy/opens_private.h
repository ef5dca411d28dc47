/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AMR_POLICY_OPENS_PRIVATE_H
#define AMR_POLICY_OPENS_PRIVATE_H

#include "core/policy/opens.h"

/* A rule that waits for its measure. */
typedef struct {
    char *key, *profile;
    AmrRule *rule;
} AmrOpensWanted;

struct AmrOpens {
    GHashTable *known;  /* key -> AmrOpening */
    GHashTable *asked;  /* keys of wanted; borrowed from there */
    GPtrArray *wanted;  /* AmrOpensWanted */
    guint64 generation; /* counts what was forgotten */
};

void amr_opens_wanted_free(gpointer wanted); /* may be NULL */
AmrOpens *amr_opens_ref(AmrOpens *opens);

#endif
