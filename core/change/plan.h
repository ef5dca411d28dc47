/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A change as a plain value: what will be written where, what it was made from, what a reload will
 * activate. Made without privilege, shown, then given to an executor. UX section 4.
 */
#ifndef AMR_CHANGE_PLAN_H
#define AMR_CHANGE_PLAN_H

#include "core/base/target.h"
#include "core/kernel/loaded.h"
#include "core/policy/compiler.h"
#include "core/policy/index.h"
#include "core/policy/packages.h"
#include "core/policy/rule.h"

G_BEGIN_DECLS

typedef enum {
    AMR_PLAN_UNKNOWN,
    AMR_PLAN_ADD,     /* rules into local files */
    AMR_PLAN_UNDO,    /* takes back what an earlier change added */
    AMR_PLAN_RELOAD,  /* writes nothing: loads what is on disk and not in the kernel */
    AMR_PLAN_ENFORCE, /* a mode for its profiles: by the flags of their headers */
    AMR_PLAN_COMPLAIN,
    AMR_PLAN_KILL,
    AMR_PLAN_DISABLE, /* a link in disable/, and its file out of the kernel */
    AMR_PLAN_ENABLE,
    AMR_PLAN_COMPLAIN_FOR, /* complain in the kernel only, for a while; writes nothing */
    AMR_PLAN_NEW,  /* a file of policy: a profile for a program that has none, in complain mode */
    AMR_PLAN_STUB, /* the same that leaves the program unconfined, and may make user namespaces */
    AMR_PLAN_KINDS
} AmrPlanKind;

/* "add", "undo", "reload", "enforce", "complain", "kill", "disable", "enable",
 * "complain-for", "new", "stub"; stable, it stands in the history and in JSON. */
const char *amr_plan_kind_word(AmrPlanKind kind);
AmrPlanKind amr_plan_kind_of_word(const char *word); /* UNKNOWN for all others */
/* What a change of that kind is called where it stands in place of rules: "kill mode", "disabled";
 * NULL for those that have rules. */
const char *amr_plan_kind_says(AmrPlanKind kind);

typedef struct {
    char *path;     /* relative to the policy directory; in disable/ or force-complain/ a symbolic
                       link, whose bytes are where it leads */
    GBytes *before; /* NULL: is not there */
    GBytes *after;  /* NULL: removed: only a link is, and a file that we made; a local file is
                       emptied */
} AmrPlanFile;

/* One top-level file that has to be loaded again. */
typedef struct {
    char *path;
    char **profiles;   /* all that it defines: "name", ":ns:name" */
    gboolean loaded;   /* some of it is in the kernel; if not it stays out: "written, not loaded" */
    char **complain;   /* of these, in complain in the kernel only: are loaded so again */
    gboolean disabled; /* a link in disable/; where the plan makes it, what is loaded is unloaded */
} AmrPlanLoad;

/* What one profile gets. */
typedef struct {
    char *profile;     /* ":ns:name" or "name" */
    char *local;       /* the local file, relative; where a mode is set, the file that says so; of
                          a profile that we made, its own file where rules go into that */
    char *include_in;  /* the file that gets an include of it, or loses it by an undo; or NULL */
    char **reaches;    /* other profiles that include the same local file; NULL-terminated */
    GPtrArray *rules;  /* AmrRule */
    GPtrArray *stands; /* AmrRule: wanted too, and stood there already; of an undo: stay there, for
                          another change needs them */
} AmrPlanPart;

typedef struct {
    AmrPlanKind kind;
    char *id;         /* of the change: 16 hex digits, random; undo: its own */
    char *undoes;     /* the change that it takes back, or NULL */
    gint64 made;      /* microseconds */
    gint64 until;     /* when it is to be taken back, by itself; 0: never */
    GPtrArray *parts; /* AmrPlanPart */
    GPtrArray *files; /* AmrPlanFile in the order of writing: local files before includes of them */
    GPtrArray *loads; /* AmrPlanLoad */
    GPtrArray *digests; /* of all that was read: path, digest, path, digest... (char *) */
    GPtrArray *notes;   /* what must be shown before signing, display form (char *) */
    GPtrArray *besides; /* what loading activates that nobody asked for, as far as is known; to be
                           agreed to. Display form (char *); in the variant they are notes */
} AmrPlan;

void amr_plan_free(AmrPlan *plan);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AmrPlan, amr_plan_free)

/* An empty plan with a new id. */
AmrPlan *amr_plan_new(AmrPlanKind kind, gint64 made);
/* Takes over what it is given. */
void amr_plan_add_file(AmrPlan *plan, const char *path, GBytes *before, GBytes *after);
const AmrPlanFile *amr_plan_find_file(const AmrPlan *plan, const char *path);
/* The lines that the plan adds to @local: the rules of all parts that go there, printed, each once.
 * NULL-terminated, to free with g_strfreev(). */
char **amr_plan_lines(const AmrPlan *plan, const char *local);

/* Everything, as the helper and the history take it: type below, normal form. Names are
 * bytestrings, for they need not be UTF-8; an empty one stands for NULL. Version, kind, id, undoes,
 * made; parts (profile, local, include_in, reaches, rules, stands); files (path, before, after);
 * loads (path, profiles, loaded, complain, disabled); digests; notes; until. Floating. */
#define AMR_PLAN_TYPE   "(uussxa(ayayayaayaayaay)a(aymaymay)a(ayaaybaayb)aayasx)"
#define AMR_PLAN_FORMAT 3
GVariant *amr_plan_to_variant(const AmrPlan *plan);
/* Of what a history holds, which an older armorer may have written: then as it would be written
 * now, if it is a format that is known. To be checked as any other. */
GVariant *amr_plan_variant_of_bytes(GBytes *bytes);
/* Checks everything: sizes, relative paths without "..", rules by our reader. AMR_ERROR_PARSE. */
AmrPlan *amr_plan_from_variant(GVariant *variant, GError **error);

/* A unified diff of all files, display form (lines), three lines of context. */
char *amr_plan_diff(const AmrPlan *plan);

/* Which of the files that @plan was made from are not as they were: paths as the plan has them
 * (char *), none if the plan still holds. *diff (may be NULL): what became of those whose bytes it
 * held, as amr_plan_diff(). Reads them. */
GPtrArray *amr_plan_outdated(const AmrTarget *target, const AmrPlan *plan, char **diff);

/* How much it is, in one line: "12 rules for 3 profiles; 4 files are written, 3 loaded again". */
char *amr_plan_sum(const AmrPlan *plan);

/* Rules for one profile. */
typedef struct {
    const char *profile; /* as typed: amr_index_find_typed() */
    GPtrArray *rules;    /* AmrRule, borrowed */
} AmrPlanRequest;

/* Where they go besides local files that are included already. */
typedef enum {
    AMR_PLAN_PLACE_LOCAL = 0,
    AMR_PLAN_PLACE_ADD_INCLUDE = 1 << 0, /* a block without a local include gets one */
    AMR_PLAN_PLACE_INSIDE = 1 << 1,      /* of a profile that we made, into its own text */
} AmrPlanPlace;

/* What a plan is made from; all borrowed. */
typedef struct {
    const AmrTarget *target;
    const AmrIndex *index;
    const AmrLoaded *loaded;          /* NULL where there is no kernel to read */
    gboolean comments;                /* the one comment line over the rules */
    const struct AmrHistory *history; /* for an undo; NULL where there is none */
    const char *id;              /* of the change that is planned again (seal.h); NULL: a new one */
    gint64 made;                 /* when, then; else not used */
    const AmrPackages *packages; /* NULL: which package brought what is not known */
} AmrPlanContext;

/* All requests become one change. Pure: reads index, loaded and the local files, asks no compiler.
 * Fails: NOT_FOUND (no such profile), NO_FILE (it is only in the kernel), NO_LOCAL_INCLUDE
 * (unless ADD_INCLUDE: then the block gets one, a child or hat too), REFUSED (catch-all and null
 * profiles, a local file that is no plain file), NOTHING_TO_DO (every rule stands in the local file
 * already). With PLACE_INSIDE they go into the profile's own text where a change of the history
 * made its file (newprofile.h). */
AmrPlan *amr_plan_add(const AmrPlanContext *context, const AmrPlanRequest *requests, guint n,
                      AmrPlanPlace place, GError **error);
/* Takes those out of @requests, of which there are *n, whose profile is not there any more, so that
 * what can be done of a list is done. What amr_plan_add() would say of each, as a note to be shown
 * before signing (char *, display form); none where nothing would be left to do: then that is the
 * failure. */
GPtrArray *amr_plan_leave_vanished(const AmrPlanContext *context, AmrPlanRequest *requests,
                                   guint *n);
/* For rules that policy on disk grants already: loads the files that define their profiles as they
 * are on disk, and writes nothing. Of a part, local is the local file or, where the block has none,
 * the file that defines the profile; rules are those that do not stand in it, to be looked for in
 * the rest of the policy by the check. Fails as amr_plan_add(), and with NOTHING_TO_DO where none
 * of the profiles is loaded. */
AmrPlan *amr_plan_reload(const AmrPlanContext *context, const AmrPlanRequest *requests, guint n,
                         GError **error);
/* Puts @profiles (NULL-terminated, as typed), their children and hats into the mode @kind says:
 * ENFORCE, COMPLAIN or KILL; a part each. COMPLAIN for all of a file is a link in force-complain/,
 * where no header says another mode; all else is by the flags of the headers, and the links that
 * say otherwise go: what they said of others in that file becomes flags of theirs. What stands in a
 * file that they include keeps its mode, and that is noted. DISABLE and ENABLE: a link in disable/
 * for the whole file, and a part for all that it defines. Pure as amr_plan_add(). Fails: NOT_FOUND,
 * NO_FILE, REFUSED (catch-all and null profiles; a link that is somebody's own; a file that may not
 * be written), NOTHING_TO_DO (it is so, on disk and as far as the kernel tells),
 * CHANGED_UNDERNEATH.
 */
AmrPlan *amr_plan_mode(const AmrPlanContext *context, AmrPlanKind kind, const char *const *profiles,
                       GError **error);
/* Puts @profiles and all that is below them into complain mode in the kernel only, @until then
 * (microseconds). REFUSED where one is not loaded, NOTHING_TO_DO where one complains already; else
 * as amr_plan_mode(). */
AmrPlan *amr_plan_complain_for(const AmrPlanContext *context, const char *const *profiles,
                               gint64 until, GError **error);
/* The mode that @plan asks for profile @typed; UNKNOWN where it asks for none. */
AmrMode amr_plan_mode_of(const AmrPlan *plan, const char *typed);

/* Takes back exactly what @done added, wherever it stands in the files now; other bytes stay, and a
 * line that another change needs, which found it standing: that one owns it from then on, and an
 * undo of it takes it away. Fails with CHANGED_UNDERNEATH where the lines are not there any more,
 * and says what differs; NOTHING_TO_DO where nothing is left to take back. */
AmrPlan *amr_plan_undo(const AmrPlanContext *context, const AmrPlan *done, GError **error);

G_END_DECLS
#endif
