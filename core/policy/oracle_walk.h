/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A walk through the policy machine, for the files that ask it. */
#ifndef AMR_POLICY_ORACLE_WALK_H
#define AMR_POLICY_ORACLE_WALK_H

#include "core/policy/oracle_private.h"

typedef struct {
    const AmrOracleProfile *profile;
    const AmrPdb *pdb;
    guint32 one;
    guint32 *many; /* NULL: only the one */
    guint n_many;
} AmrWalk;

AmrWalk amr_walk_new(const AmrOracleProfile *profile, const AmrPdb *pdb, guint32 state);
AmrWalk amr_walk_copy(const AmrWalk *walk);
void amr_walk_clear(AmrWalk *walk);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(AmrWalk, amr_walk_clear)

void amr_walk_bytes(AmrWalk *walk, const void *bytes, gsize len);
void amr_walk_byte(AmrWalk *walk, guint8 byte);
void amr_walk_be16(AmrWalk *walk, guint number);
/* Every string without a NUL, of at least one byte or @empty too. */
void amr_walk_unknown(AmrWalk *walk, gboolean empty);
/* These bytes; where they are NULL, every string that is not empty: "any label" of a rule takes a
 * byte at least. */
void amr_walk_part(AmrWalk *walk, AmrBytes part);
/* Any @n bytes, NULs among them. */
void amr_walk_any(AmrWalk *walk, guint n);
/* Takes over the states of @other. */
void amr_walk_join(AmrWalk *walk, AmrWalk *other);

void amr_walk_perms(const AmrWalk *walk, guint32 state, AmrPerms *perms);
void amr_walk_answer(const AmrWalk *walk, guint32 rights, AmrOracleAnswer *answer);
/* Some of the rights are asked here, others elsewhere: their answers side by side. */
void amr_oracle_answer_join(AmrOracleAnswer *answer, const AmrOracleAnswer *part);
void amr_walk_answer_also(const AmrWalk *walk, guint32 rights, AmrOracleAnswer *answer);
/* A label of several profiles ("a//&b"): as a whole, else each of them must be allowed
 * (aa_label_match of label.c). */
void amr_walk_answer_label(const AmrWalk *walk, AmrBytes label, guint32 rights,
                           AmrOracleAnswer *answer);

void amr_oracle_ask_network(const AmrOracleProfile *profile, const AmrOracleQuestion *question,
                            AmrOracleAnswer *answer);
void amr_oracle_ask_unix(const AmrOracleProfile *profile, const AmrOracleQuestion *question,
                         AmrOracleAnswer *answer);

#endif
