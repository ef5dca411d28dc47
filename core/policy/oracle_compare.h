/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of the comparison share. */
#ifndef AMR_POLICY_ORACLE_COMPARE_H
#define AMR_POLICY_ORACLE_COMPARE_H

#include "core/policy/oracle_product.h"

/* Sets example and bytes from the finding's name; klass, change and rights are there. @klass is the
 * first byte in the policy machine, 0 for files. */
void amr_oracle_decode(AmrOracleDifference *difference, const AmrFinding *finding, guint8 klass);

/* Adds what differs between the machines of files, or those of policy, to @list
 * (AmrOracleDifference, profile not set). With @gains only what the second allows and the first
 * neither allows nor refuses explicitly. */
gboolean amr_oracle_compare_files(GPtrArray *list, const AmrOracleProfile *before,
                                  const AmrOracleProfile *after, gboolean gains, GError **error);
gboolean amr_oracle_compare_policy(GPtrArray *list, const AmrOracleProfile *before,
                                   const AmrOracleProfile *after, gboolean gains, GError **error);
/* Attachment of programs; a HEADER. */
gboolean amr_oracle_compare_attachment(GPtrArray *list, const AmrOracleProfile *before,
                                       const AmrOracleProfile *after, GError **error);

/* Findings of one walk as differences. */
void amr_oracle_add_findings(GPtrArray *list, GPtrArray *findings, guint8 klass);
AmrOracleDifference *amr_oracle_add_header(GPtrArray *list, const char *what);
void amr_oracle_difference_free(AmrOracleDifference *difference);

#define AMR_ORACLE_DIFFERENCES 1000

#endif
