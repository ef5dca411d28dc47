/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is known of how dangerous it is to allow something. It is data (core/base/datafile):
 *
 *   name         which files: a glob of policy that begins with a slash, without variables
 *   exec         or which programs, where they inherit a profile: the same
 *   capability   or which capability
 *   family       or which family of sockets; * is any
 *   rule         or which kind of rule, by its first word: mount, ptrace...
 *                of these one kind, several lines are alternatives; needed
 *   access       of a name: letters r w m; w is whatever changes a file; needed there
 *   type, gives  of a family: only this type of socket; of a rule: only where it gives this access
 *   risk         low, medium or high; needed
 *   spread       area: names there differ in nothing that matters, so that a rule for many of them
 *                may be made; none: each name is a matter of its own
 *   launches     yes, of a program: it starts whatever it is told, so that what it may, all may
 *   example      a name for which rules of patterns are tried; several
 *   text         why, that stands behind the name of a file or program, else a sentence; needed
 *
 * Of each kind the first that fits is told.
 */
#ifndef AMR_POLICY_RISKS_H
#define AMR_POLICY_RISKS_H

#include "core/base/datafile.h"

G_BEGIN_DECLS

typedef struct AmrRisks AmrRisks;

AmrRisks *amr_risks_new(void);
/* Of any thread. What is held is not to be added to any more. */
AmrRisks *amr_risks_ref(AmrRisks *risks);
void amr_risks_free(AmrRisks *risks);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AmrRisks, amr_risks_free)
/* Where they are read into. Borrowed. */
AmrData *amr_risks_data(AmrRisks *risks);

/* Whether @program (a path) starts whatever it is told, with what that is in *text (borrowed,
 * display form). */
gboolean amr_risks_launches(const AmrRisks *risks, AmrBytes program, const char **text);

G_END_DECLS
#endif
