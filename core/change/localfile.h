/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The block of rules that a change adds to a local file, and the include that it adds to a
 * profile: put into bytes and taken out of them again. Pure; touches no file.
 *
 * The block is one comment line of our making (date, count, id; nothing from a log) and the rules,
 * one a line, at the end. Lines are compared without the white space around them, so that an
 * indented file is understood; what is removed are whole lines, and every other byte stays.
 *
 * The same serves for the file of a profile that we made: there the rules stand within its braces.
 * @depth is how many of these are around what is meant: 0 in a local file, 1 in that of a profile.
 */
#ifndef AMR_CHANGE_LOCALFILE_H
#define AMR_CHANGE_LOCALFILE_H

#include <gio/gio.h>

G_BEGIN_DECLS

/* Whether a line of @bytes (NULL: no file) is @line, as a rule at @depth: not within a child that
 * is defined there, and not the end of a rule that began on another line. */
gboolean amr_localfile_has(GBytes *bytes, int depth, const char *line);

/* @bytes (NULL: no file) with @lines (printed rules, NULL-terminated) behind them. @id and @when
 * (microseconds) go into the comment line; @comments FALSE leaves that out. */
GBytes *amr_localfile_add(GBytes *bytes, const char *const *lines, const char *id, gint64 when,
                          gboolean comments);

/* The same into the profile whose brace stands at @open: before what stands at @offset, the start
 * of a line of it, and the blank lines above that; indented as the rest of it is. */
GBytes *amr_localfile_insert(GBytes *bytes, gsize open, gsize offset, const char *const *lines,
                             const char *id, gint64 when, gboolean comments);

/* A change and the lines that it added to the file. */
typedef struct {
    const char *id;
    const char *const *lines; /* NULL-terminated */
} AmrLocalOwner;

/* What is taken out of a local file. */
typedef struct {
    const char *id;             /* of the change */
    const char *const *lines;   /* that it added; NULL-terminated */
    const char *const *handed;  /* that it needs and has from changes that were undone since;
                                   NULL-terminated, NULL for none; one may be missing */
    const char *const *heirs;   /* for each of lines, then each of handed: the change that needs it
                                   still, so that it stays, or NULL; NULL: all go */
    const AmrLocalOwner *later; /* changes that stand and were made since, the newest first: of
                                   equal lines without comment the last ones are theirs */
    guint n_later;
    int depth;
} AmrLocalRemoval;

/* @bytes without that: under the change's comment line the lines in their order (what somebody put
 * between them stays); without a comment line the exact run of them, the last one if there are
 * several; not one within a child, nor one under the comment line of another change. What stays for
 * another change gets a comment line of that one, if it stood under one. CHANGED_UNDERNEATH where a
 * line is not there, naming it. */
GBytes *amr_localfile_remove(GBytes *bytes, const AmrLocalRemoval *what, GError **error);

/* @bytes with `include if exists <TARGET>` at @offset, inside the block whose brace stands at
 * @open, indented like it; on a line of its own wherever @offset points. */
GBytes *amr_localfile_add_include(GBytes *bytes, gsize open, gsize offset, const char *target);
/* Whether that call, making @after of @before, had to end the line that @offset stood in: a newline
 * of ours stands before the line of @target. */
gboolean amr_localfile_include_parts(GBytes *before, GBytes *after, const char *target);
/* @bytes without that line, the last one if there are several; with @parted, without the newline
 * before it either. CHANGED_UNDERNEATH if there is none. */
GBytes *amr_localfile_remove_include(GBytes *bytes, const char *target, gboolean parted,
                                     GError **error);

G_END_DECLS
#endif
