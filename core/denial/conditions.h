/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What an entry of a data file asks of a denial, to fit it: keys whose values are wildcards
 * (* ? [a-z]); lines of one key are alternatives, all keys that are there must fit.
 *
 *   profile, operation, info, name, comm, capability, family, error    as the record says it
 *   class     as armorer says it: file, capability, network...
 *   mask      what was denied, else what was asked for
 *   verdict   denied, allowed, audit...
 */
#ifndef AMR_DENIAL_CONDITIONS_H
#define AMR_DENIAL_CONDITIONS_H

#include "core/denial/event.h"
#include "core/denial/wildcard.h"

G_BEGIN_DECLS

/* X(NAME, word) */
#define AMR_CONDITIONS(X)       \
    X(PROFILE, "profile")       \
    X(CLASS, "class")           \
    X(OPERATION, "operation")   \
    X(INFO, "info")             \
    X(NAME, "name")             \
    X(COMM, "comm")             \
    X(CAPABILITY, "capability") \
    X(MASK, "mask")             \
    X(FAMILY, "family")         \
    X(ERROR, "error")           \
    X(VERDICT, "verdict")

typedef enum {
#define AMR_CONDITION_ENUM(name, word) AMR_CONDITION_##name,
    AMR_CONDITIONS(AMR_CONDITION_ENUM)
#undef AMR_CONDITION_ENUM
    AMR_CONDITION_COUNT,
} AmrCondition;

typedef struct {
    GPtrArray *wanted[AMR_CONDITION_COUNT]; /* AmrWildcard; NULL: any */
} AmrConditions;

/* Frees what it holds. */
void amr_conditions_clear(AmrConditions *conditions);
/* FALSE if @key is none of these. */
gboolean amr_conditions_take(AmrConditions *conditions, const char *key, const char *value);
/* Whether anything is asked for at all. */
gboolean amr_conditions_ask(const AmrConditions *conditions);
gboolean amr_conditions_fit(const AmrConditions *conditions, const AmrEvent *event);

G_END_DECLS
#endif
