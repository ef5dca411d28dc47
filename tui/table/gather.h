/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The profiles that are loaded or on disk, as a tree, with who runs under each and how many of the
 * denials are its own.
 */
#ifndef TUI_TABLE_GATHER_H
#define TUI_TABLE_GATHER_H

#include "core/change/drift.h"
#include "core/policy/ask.h"
#include "core/session.h"

G_BEGIN_DECLS

typedef struct {
    char *name, *ns; /* as the kernel has them: "a//b"; "" */
    char *full;      /* "name" or ":ns:name" */
    gboolean loaded;
    AmrMode mode; /* of what is loaded */
    char *mode_word;
    AmrDrift drift;
    int parent;               /* place of the profile that it is a child or hat of; -1: none */
    guint depth;              /* 0 at the top */
    guint below;              /* profiles below it, at any depth */
    guint processes, denials; /* its own */
    guint processes_below, denials_below;
    guint rate, rate_below; /* occurrences of the last minute */
} TuiProfile;

typedef struct {
    GArray *rows;        /* TuiProfile, by namespace and name, each before what is below it */
    GHashTable *by_name; /* full name -> place + 1 */
    gboolean has_processes;
    char *processes_error; /* why not; display form */
    GPtrArray *processes;  /* AmrProcess, or NULL */
    GHashTable *denials;   /* full name -> how many distinct ones are of it */
    guint counted;         /* denials counted so far, in the order of arrival */
} TuiProfiles;

TuiProfiles *tui_profiles_new_rows(void);
void tui_profiles_free(TuiProfiles *profiles);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(TuiProfiles, tui_profiles_free)

/* Reads the rows of @session as it is now, and the processes. Denials stay counted. */
void tui_profiles_read(TuiProfiles *profiles, const AmrSession *session);
/* Counts those that came since the last time, all of them or @most; TRUE while more are left. */
gboolean tui_profiles_count_denials(TuiProfiles *profiles, AmrStore *store, guint most);

/* Counts the occurrences of the minute before @now; TRUE if a figure is another than before. */
gboolean tui_profiles_count_rates(TuiProfiles *profiles, const AmrStore *store, gint64 now);

/* What came of comparing the profile @full with its file: that counts, not its time stamps. */
void tui_profiles_take_comparison(TuiProfiles *profiles, const char *full,
                                  const AmrAskDrift *found);

const TuiProfile *tui_profiles_find(const TuiProfiles *profiles, const char *full);
const TuiProfile *tui_profiles_at(const TuiProfiles *profiles, guint place);
/* Whether @process runs under @profile, alone or in a stack. */
gboolean tui_profiles_runs_under(const AmrProcess *process, const TuiProfile *profile);

/* ":ns:name" or ":ns://name" (the kernel's long form) or "name" taken apart: *name points into
 * @full, *ns is owned ("" at the root). */
void tui_split_profile(const char *full, char **ns, const char **name);

G_END_DECLS
#endif
