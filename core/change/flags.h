/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The flags in the header of a profile, and the mode that one of them is. Pure. */
#ifndef AMR_CHANGE_FLAGS_H
#define AMR_CHANGE_FLAGS_H

#include "core/policy/index_scan.h"

G_BEGIN_DECLS

/* The word among @flags (as they stand between the parentheses) that is a mode: "complain"; NULL
 * where there is none, which is enforce. A profile has one (apparmor.d(5) of 4.1). Static. */
const char *amr_flags_mode(const char *flags);
/* @flags with @mode for their mode, the others as they are; NULL: without one. "" where nothing is
 * left. The caller frees. */
char *amr_flags_with_mode(const char *flags, const char *mode);
/* Appends to @out the text of the file @data from *@at to the brace of @block, with @flags between
 * the parentheses of its header; "": without flags. *@at goes up to where the text goes on. */
void amr_flags_append_header(GString *out, const char *data, gsize *at, const AmrScanItem *block,
                             const char *flags);

G_END_DECLS
#endif
