/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files that make plans share. */
#ifndef AMR_CHANGE_PLAN_PRIVATE_H
#define AMR_CHANGE_PLAN_PRIVATE_H

#include <string.h>

#include "core/change/claims.h"
#include "core/change/plan.h"

G_BEGIN_DECLS

AmrPlanPart *amr_plan_part_new(void);
/* What takes @done back, of the same profile and local file: with no rules so far. */
AmrPlanPart *amr_plan_part_back(const AmrPlanPart *done);
void amr_plan_part_free(AmrPlanPart *part);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AmrPlanPart, amr_plan_part_free)
void amr_plan_file_free(AmrPlanFile *file);
void amr_plan_load_free(AmrPlanLoad *load);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AmrPlanLoad, amr_plan_load_free)

/* A file of policy as it is on disk now: relative to the policy directory, or absolute below the
 * root. *bytes is NULL where there is none. */
gboolean amr_plan_read(const AmrTarget *target, const char *path, GBytes **bytes, GError **error);

/* The same for one that is to be written, and has to be there: CHANGED_UNDERNEATH. */
gboolean amr_plan_read_there(const AmrTarget *target, const char *path, GBytes **bytes,
                             GError **error);
/* Gives @plan, which takes @done back and has its local files already, what becomes of the files
 * that include them. An include goes if nothing is left that needs it: one that @done added, and
 * one that a change added which was undone before @done. */
gboolean amr_plan_undo_includes(AmrPlan *plan, const AmrPlanContext *context,
                                const AmrClaims *claims, const AmrPlan *done, GError **error);

/* The block of a profile that rules may be written for: NOT_FOUND, NO_FILE, REFUSED. */
const AmrBlock *amr_plan_find_block(const AmrPlanContext *context, const char *typed,
                                    GError **error);
/* Gives @part those of @rules that do not stand in its local file yet, and beside them those that
 * do. */
void amr_plan_take_rules(AmrPlan *plan, AmrPlanPart *part, const GPtrArray *rules, GBytes *holds);

/* ---- plan_inside.c: rules in the text of profiles that we made --------------------------------
 */
gboolean amr_plan_goes_inside(const AmrPlanContext *context, const AmrBlock *block);
/* What becomes of the file of @part by the rules of @plan for it, and what it is; both new. They
 * go before its local include, which is the last word there. CHANGED_UNDERNEATH. */
GBytes *amr_plan_inside(const AmrPlanContext *context, const AmrPlan *plan, const AmrPlanPart *part,
                        GBytes **before, GError **error);
/* The file as it is on disk, which has to be what the index read of it: offsets are of that. */
GBytes *amr_plan_read_as_indexed(const AmrPlanContext *context, const char *path, GError **error);

/* Whether @path may be written at all, before anything is asked of the compiler: what is there is a
 * plain file with one name that only root and we may change, or nothing, and the same for the
 * compiler as for us. REFUSED else, naming the file and why. */
gboolean amr_plan_may_write(const AmrTarget *target, const char *path, GError **error);

/* A child that a change makes, for the change runs its program by cx. */
typedef struct {
    char *typed;            /* as it is asked for: "P//C", ":ns:P//C" */
    const AmrBlock *parent; /* borrowed */
    AmrRule *rule;          /* CHILD: what its parent gets */
} AmrPlanChild;
void amr_plan_child_free(gpointer child);
/* Those of the profiles of @requests that are not on disk, and that a rule of @requests leads to.
 * AmrPlanChild. */
GPtrArray *amr_plan_children(const AmrPlanContext *context, const AmrPlanRequest *requests,
                             guint n);
const AmrPlanChild *amr_plan_find_child(const GPtrArray *children, const char *typed);
/* Whether @plan gives @typed a mode, or takes that back. */
gboolean amr_plan_sets_mode(const AmrPlan *plan, const char *typed);
/* Gives @plan the headers as they were before @done set modes in them. CHANGED_UNDERNEATH where one
 * is not as that left it. */
gboolean amr_plan_undo_mode(AmrPlan *plan, const AmrPlanContext *context, const AmrPlan *done,
                            GError **error);
/* A name as amr_index_defines() gives it, in what is loaded; NULL. */
const AmrLoadedProfile *amr_plan_find_loaded(const AmrLoaded *loaded, const char *typed);

/* Adds them to what the loads of @plan, which has them all, define. */
void amr_plan_load_children(AmrPlan *plan, const GPtrArray *children);
/* Whether @plan makes the child @typed. */
gboolean amr_plan_makes(const AmrPlan *plan, const char *typed);

/* "name" or ":ns:name". */
char *amr_plan_typed(const char *ns, const char *name);

/* ---- plan_links.c: what stands in disable/ and force-complain/ ---------------------------------
 */
#define AMR_PLAN_DISABLE_DIR "disable"
#define AMR_PLAN_FORCE_DIR   "force-complain"
/* How many braces are around the rules of the file @path, where it is a local file or one of ours:
 * see localfile.h. */
static inline int
amr_plan_rules_depth(const char *path)
{
    return strchr(path, '/') ? 0 : 1;
}
/* Whether the file @path of a plan is such a link: its bytes are where it leads. */
gboolean amr_plan_is_link(const char *path);
/* Whether @plan (may be NULL) puts top-level @root out of use, or into it again. */
gboolean amr_plan_disables(const AmrPlan *plan, const char *root);
gboolean amr_plan_enables(const AmrPlan *plan, const char *root);
/* Whether a link puts all of @root into complain mode when @plan (may be NULL) is carried out. */
gboolean amr_plan_forces(const AmrPlan *plan, const AmrIndex *index, const char *root);
/* Gives @plan the link DIR/@root, which shall be @there afterwards, or not. REFUSED where what is
 * there is no link, or one to something else; CHANGED_UNDERNEATH where it is gone. */
gboolean amr_plan_add_link(AmrPlan *plan, const AmrPlanContext *context, const char *dir,
                           const char *root, gboolean there, GError **error);
/* Names what stands at the top of @root and is none of @asked (as typed), as what @what ("goes")
 * with them. */
void amr_plan_beside_rest(AmrPlan *plan, const AmrIndex *index, const char *root,
                          const char *const *asked, const char *what);
/* amr_plan_mode() for DISABLE and ENABLE. */
AmrPlan *amr_plan_switch(const AmrPlanContext *context, AmrPlanKind kind,
                         const char *const *profiles, GError **error);
/* Gives @plan the link as it was before @done. CHANGED_UNDERNEATH where it is not as that left it.
 */
gboolean amr_plan_undo_link(AmrPlan *plan, const AmrPlanContext *context, const AmrPlanFile *done,
                            GError **error);
/* Makes of the file or link @path, which must be @before, @after; its directory too. */
gboolean amr_plan_put(const AmrTarget *target, const char *path, GBytes *before, GBytes *after,
                      GError **error);
/* Whether there is anything left of @done, a COMPLAIN_FOR: NOTHING_TO_DO where a reboot, or
 * somebody, has ended it. */
gboolean amr_plan_may_end(const AmrPlanContext *context, const AmrPlan *done, GError **error);
gboolean amr_plan_has_part(const AmrPlan *plan, const char *profile);

/* Notes whose each file is that the plan changes, where a package brought it otherwise than it will
 * be. */
void amr_plan_note_packages(AmrPlan *plan, const AmrPlanContext *context);
/* Adds a load for each of @files (NULL-terminated; those that are there already are skipped), what
 * a reload would change besides as notes, and the digests of all that the load reads. REFUSED where
 * a profile could not be kept in the mode that the kernel alone knows. */
gboolean amr_plan_add_loads(AmrPlan *plan, const AmrPlanContext *context, const char *const *files,
                            GError **error);
/* Below another root: REFUSED if the compiler, which knows no root but its own, would read for
 * top-level @file what is not the target's (by an absolute include, by a link). */
gboolean amr_plan_stays_below(const AmrPlanContext *context, const char *file, GError **error);
/* The digest of a file whose bytes the plan holds; before amr_plan_add_loads(), which keeps it. */
void amr_plan_add_digest(AmrPlan *plan, const char *path, GBytes *bytes);
void amr_plan_note(AmrPlan *plan, const char *format, ...) G_GNUC_PRINTF(2, 3);
/* What loading activates that nobody asked for. */
void amr_plan_beside(AmrPlan *plan, const char *format, ...) G_GNUC_PRINTF(2, 3);
/* An empty plan: a new one, or the one that the context names again. */
AmrPlan *amr_plan_begin(const AmrPlanContext *context, AmrPlanKind kind);

G_END_DECLS
#endif
