/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Many accesses to files, few rules: the tightest patterns that the names themselves bear out.
 *
 * What is joined has enough in common: enough names of one form (numbers, digests, random
 * suffixes), with one ending or beginning, enough files of one directory, or the same below enough
 * directories. Two names that have nothing to do with each other never make a rule. A place where
 * few names stand lists them; where depth itself varies there is `**`.
 */
#ifndef AMR_POLICY_CLUSTER_H
#define AMR_POLICY_CLUSTER_H

#include "core/policy/propose.h"

G_BEGIN_DECLS

/* What one profile was denied, or asks for. */
typedef struct {
    AmrBytes path;
    guint access;     /* AMR_ACCESS_* */
    AmrExecMode exec; /* where it is not NONE, the access stays by itself */
    gboolean owner;   /* only where the file belongs to the user */
} AmrClusterAccess;

typedef struct {
    AmrRule *rule;   /* matches the paths of all members, and gives what each of them asks for */
    guint *members;  /* which accesses, ascending */
    guint n_members; /* two at least */
    guint n_paths;   /* distinct ones */
    AmrRisk risk;
    char *why;    /* one sentence in plain words: what the rule allows */
    char *opens;  /* what else it opens; display form, as all of these */
    char *danger; /* why the risk is not low; NULL */
} AmrCluster;

/* AmrCluster, in the order of their patterns; an access is a member of one at most. Names that
 * matter (amr_risk_standing()) are never members, nor matched where they were not asked for. Rules
 * give no more than their members ask for: what was only read and what was written too make two
 * rules, unless it is by the very same pattern. The result does not depend on the order of
 * @accesses, and takes time close to linear in them. Pure. */
GPtrArray *amr_cluster_files(const AmrRisks *risks, const AmrClusterAccess *accesses, guint n);

G_END_DECLS
#endif
