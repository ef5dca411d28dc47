/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The headers of profiles that a plan changes, file by file; for those who make such plans. */
#ifndef AMR_CHANGE_PLAN_HEADER_H
#define AMR_CHANGE_PLAN_HEADER_H

#include "core/change/plan_private.h"
#include "core/policy/index_scan.h"

G_BEGIN_DECLS

/* A file whose headers change. */
typedef struct {
    char *path;
    GBytes *before;
    GArray *items;    /* AmrScanItem */
    GPtrArray *flags; /* an item each: what its flags become; NULL: they stay */
    GBytes *whole;    /* what the file becomes, whatever its flags; or NULL. Borrowed */
} AmrHeaderEdit;
void amr_header_edit_free(gpointer edit);

typedef struct {
    const AmrPlanContext *context;
    AmrPlan *plan;
    GPtrArray *edits; /* AmrHeaderEdit, in the order of the first profile of each */
} AmrHeaderMaker;

/* AmrScanItem; free with g_array_unref(). */
GArray *amr_header_scan(GBytes *bytes);
const AmrScanItem *amr_header_item(const GArray *items, guint n);
/* The edit of the file @path, which is read for it the first time. CHANGED_UNDERNEATH, REFUSED. */
AmrHeaderEdit *amr_header_find(const AmrHeaderMaker *maker, const char *path, GError **error);
/* Takes @flags over. */
void amr_header_set_flags(const AmrHeaderEdit *edit, guint n, char *flags);
/* Gives the plan all files that become others, and the digests of all that were looked at. LIMIT.
 */
gboolean amr_header_take(const AmrHeaderMaker *maker, GError **error);

G_END_DECLS
#endif
