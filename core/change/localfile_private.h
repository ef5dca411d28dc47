/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of localfile share. */
#ifndef AMR_CHANGE_LOCALFILE_PRIVATE_H
#define AMR_CHANGE_LOCALFILE_PRIVATE_H

#include "core/base/text.h"
#include "core/change/localfile.h"

G_BEGIN_DECLS

/* One line of a text, without its newline; @next is where the following one begins. */
typedef struct {
    gsize start, end, next;
} AmrLocalLine;

GArray *amr_localfile_split(const char *data, gsize len);
/* Without the white space around it. */
AmrBytes amr_localfile_line(const char *data, const GArray *lines, guint n);
/* For each line whether it stands at @depth, not in a child; @whole: and is not the rest of a rule
 * that began on the line above. */
gboolean *amr_localfile_own(const char *data, const GArray *lines, int depth, gboolean whole);

G_END_DECLS
#endif
