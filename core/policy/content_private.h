/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a compilation is made of; for content*.c only. */
#ifndef AMR_POLICY_CONTENT_PRIVATE_H
#define AMR_POLICY_CONTENT_PRIVATE_H

#include "core/policy/content.h"

typedef struct {
    char *text;       /* of all of it */
    char *compiler;   /* of the compiler alone */
    GPtrArray *names; /* const char *: of the index, all that the compiler may ask for */
} AmrContentKey;

/* NULL where it cannot be told what all it is made of. */
AmrContentKey *amr_content_key_new(const AmrTarget *target, const AmrIndex *index,
                                   const AmrCompileJob *job, const AmrScratch *scratch);
void amr_content_key_free(AmrContentKey *key);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AmrContentKey, amr_content_key_free)
/* Whether all of it is on disk as it was when @index, of which it was made, was read. */
gboolean amr_content_key_holds(const AmrContentKey *key, const AmrTarget *target,
                               const AmrIndex *index);

#endif
