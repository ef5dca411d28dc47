/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What ladder*.c share, and nobody else. */
#ifndef AMR_POLICY_LADDER_PRIVATE_H
#define AMR_POLICY_LADDER_PRIVATE_H

#include "core/policy/ladder.h"

G_BEGIN_DECLS

/* A part of the path that some rung does not spell as it is. */
typedef struct {
    AmrVarying varying;
    const char *variable; /* it is no varying part, but a component that this variable matches */
} AmrNamePart;

typedef struct {
    AmrBytes path;
    gboolean reads;
    AmrVaryingHints hints;
    const AmrTunables *tunables;
    AmrTunables *none;  /* in their place, if they do not serve */
    GArray *parts;      /* AmrNamePart, in order, without overlap */
    const char *prefix; /* the variable that stands for its beginning; NULL */
    gsize prefix_len;
    gboolean same;     /* the prefix means nothing else there */
    gboolean each_run; /* a part is another at each run */
} AmrName;

void amr_name_init(AmrName *name, const AmrLadderQuestion *question);
void amr_name_clear(AmrName *name);
/* As if none were defined. */
void amr_name_drop_variables(AmrName *name);

/* ladder.c: the bytes from @from to @to as they are spelled on @rung. */
gboolean amr_name_append(GString *out, const AmrName *name, AmrRung rung, gsize from, gsize to,
                         GError **error);

/* The variable that stands for such parts, if there is one; the caller frees. */
char *amr_name_variable(const AmrName *name, const AmrVarying *part);
/* What the rung opens that the path itself does not: a sentence; NULL: nothing. */
char *amr_name_opens(const AmrName *name, AmrRung rung);
/* "another process id, number or random part", of @kinds (words; one at least). */
char *amr_name_another(const GPtrArray *kinds);
/* Where in the last component, behind @directory, the end begins that tells what kind of file it
 * is: the offset of a dot. 0: it has none. */
gsize amr_name_extension(const AmrName *name, gsize directory);
/* The end of the directory around what ends at @end, with its slash; 0 where there is none. */
gsize amr_name_above(AmrBytes path, gsize end);

/* Whether the directory @path (with its slash) holds what is of many programs. */
gboolean amr_place_is_shared(AmrBytes path);

G_END_DECLS
#endif
