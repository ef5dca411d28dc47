/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How policy on disk and in the kernel differ for one profile, as far as can be told without
 * compiling: by names, modes and time stamps. The check before a change compiles, and knows.
 */
#ifndef AMR_CHANGE_DRIFT_H
#define AMR_CHANGE_DRIFT_H

#include "core/base/opener.h"
#include "core/kernel/loaded.h"
#include "core/policy/index.h"

G_BEGIN_DECLS

/* X(NAME, word, sentence): words stand in JSON; "" is nothing that is known. */
#define AMR_DRIFTS(X)                                                          \
    X(NONE, "", "nothing is known to differ")                                  \
    X(EDITED, "edited", "a file of it was changed after it was loaded")        \
    X(OTHER, "other", "what is loaded behaves otherwise than what is on disk") \
    X(MODE, "mode", "its flags on disk say another mode than the kernel")      \
    X(KERNEL, "kernel only", "no file on disk defines it")                     \
    X(NOT_LOADED, "not loaded", "it stands on disk and is not loaded")         \
    X(DISABLED, "disabled", "a link in disable/ keeps it from being loaded")

typedef enum {
    AMR_DRIFT_UNKNOWN, /* disk or kernel could not be read */
#define AMR_DRIFT_ENUM(name, word, sentence) AMR_DRIFT_##name,
    AMR_DRIFTS(AMR_DRIFT_ENUM)
#undef AMR_DRIFT_ENUM
} AmrDrift;

const char *amr_drift_word(AmrDrift drift);
const char *amr_drift_sentence(AmrDrift drift);

/* Time stamps of policy files, each asked for once. */
typedef struct AmrDrifts AmrDrifts;

/* All is borrowed; @index and @loaded may be NULL: then all is UNKNOWN. */
AmrDrifts *amr_drifts_new(const AmrTarget *target, AmrOpener *opener, const AmrIndex *index,
                          const AmrLoaded *loaded);
void amr_drifts_free(AmrDrifts *drifts);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AmrDrifts, amr_drifts_free)
AmrDrift amr_drifts_of(AmrDrifts *drifts, const char *ns, const char *name);

G_END_DECLS
#endif
