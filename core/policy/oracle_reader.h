/* SPDX-License-Identifier: GPL-3.0-or-later */
/* For the files that read one profile. */
#ifndef AMR_POLICY_ORACLE_READER_H
#define AMR_POLICY_ORACLE_READER_H

#include "core/policy/oracle_private.h"

/* What is read before it is known to which machine it belongs. */
typedef struct {
    AmrCursor *cursor;
    AmrOracleProfile *profile;
    GPtrArray *unknown;
    AmrPdb *pdb;     /* the last machine that was read: "start" and "xtable" belong to it */
    AmrPerms *table; /* a permission table that waits for its machine */
    guint n_table;
    gboolean has_flags;
    guint n_caps;          /* of the four words without a tag behind the flags */
    gboolean wants_length; /* an attachment's length follows its machine */
    gboolean in_policy;
} AmrReader;

gboolean amr_reader_u32(AmrReader *reader, guint32 *number, GError **error);
gboolean amr_reader_end(AmrReader *reader, AmrCode code, GError **error);
/* An array without a tag, its end not read yet. */
gboolean amr_reader_array(AmrReader *reader, guint *n, GError **error);
/* The end of an array, and of the struct around it. */
gboolean amr_reader_ends(AmrReader *reader, GError **error);

/* Tags of machines. */
gboolean amr_reader_perms(AmrReader *reader, const AmrElement *element, GError **error);
gboolean amr_reader_dfa(AmrReader *reader, const AmrElement *element, GError **error);
gboolean amr_reader_start(AmrReader *reader, const AmrElement *element, GError **error);
gboolean amr_reader_xtable(AmrReader *reader, const AmrElement *element, GError **error);

#endif
