/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The ladder of rules for what was denied, from narrow to broad: which steps there are, and those
 * for a file: patterns from its very name to broader ones, each a step that somebody who writes
 * policy would take, and in words what it opens.
 */
#ifndef AMR_POLICY_LADDER_H
#define AMR_POLICY_LADDER_H

#include "core/policy/tunables.h"
#include "core/policy/varying.h"

G_BEGIN_DECLS

/* X(NAME, word, OF): in the order in which they stand; the word is that of --rung and of JSON. Each
 * ladder begins with those of ANY. */
#define AMR_RUNGS(X)                                                                            \
    X(EXACT, "exact", ANY)             /* the name that was denied, and no other */             \
    X(EACH_RUN, "each-run", ANY)       /* what is another at each run may be another */         \
    X(TUNABLES, "tunables", ANY)       /* variables for what they stand for */                  \
    X(VARYING, "varying", ANY)         /* versions, digests and numbers may be others */        \
    X(EXTENSION, "extension", FILES)   /* all names in the directory that end alike */          \
    X(DIRECTORY, "directory", FILES)   /* all in the directory */                               \
    X(SUBTREE, "subtree", FILES)       /* all below the directory, then below those above it */ \
    X(MEMBERS, "members", DBUS)        /* all members of the interface */                       \
    X(OBJECTS, "objects", DBUS)        /* the same of all objects */                            \
    X(PEER, "peer", DBUS)              /* every message with the other side */                  \
    X(SIGNALS, "signals", SIGNALS)     /* every signal, with the other side */                  \
    X(PORTS, "ports", SOCKETS)         /* one end of the connection may be any */               \
    X(ADDRESSES, "addresses", SOCKETS) /* both may; of unix sockets, all of the other side */   \
    X(TYPE, "type", SOCKETS)           /* all sockets of the family and type */                 \
    X(FAMILY, "family", SOCKETS)       /* all sockets of the family */                          \
    X(ABSTRACTION, "abstraction", INCLUDES) /* all that it allows; of no ladder itself */

typedef enum {
    AMR_RUNG_NONE, /* there is no ladder */
#define AMR_RUNG_ENUM(name, word, of) AMR_RUNG_##name,
    AMR_RUNGS(AMR_RUNG_ENUM)
#undef AMR_RUNG_ENUM
} AmrRung;

const char *amr_rung_word(AmrRung rung);
/* NONE if @word is none of them. */
AmrRung amr_rung_from_word(const char *word);
/* Whether somebody who asked for @limit may be given @rung: one of that ladder, or that each has,
 * and no broader. */
gboolean amr_rung_is_within(AmrRung rung, AmrRung limit);

typedef struct {
    AmrBytes path;  /* begins with a slash; of a directory it ends in one */
    gboolean reads; /* reading is what is asked for, or part of it */
    AmrVaryingHints hints;
    const AmrTunables *tunables;
} AmrLadderQuestion;

typedef struct {
    AmrRung rung;
    char *pattern;       /* without quotes, for AmrRule */
    char *what;          /* the files that it is about, for a sentence: "/x", "every file in /x/";
                            display form */
    char *opens;         /* what else it matches, a sentence in display form; NULL: nothing */
    gboolean everything; /* amr_ladder_is_everything() */
} AmrLadderRung;

/* From narrow to broad: each matches what the one before it matches, all match the path. *best: the
 * narrowest that will match at the next run too. NULL with AMR_ERROR_REFUSED where no rule can
 * spell the path. AmrLadderRung, owned by the array. */
GPtrArray *amr_ladder(const AmrLadderQuestion *question, guint *best, GError **error);

/* Only the rungs that say the same of the path with other parts: EXACT to VARYING. */
GPtrArray *amr_ladder_of_name(const AmrLadderQuestion *question, guint *best, GError **error);

/* @pattern, of files that begin as @path does, with the variable that stands for this beginning;
 * NULL if there is none. *opens: what else it matches, a sentence; NULL: nothing. The caller frees
 * both. */
char *amr_ladder_named(const AmrTunables *tunables, AmrBytes path, const char *pattern,
                       char **opens);

/* Whether @pattern, of a file rule, reaches all there is, or all of a place that many share (the
 * root, a directory right below it, a home): nobody should sign that unasked. A variable that
 * @tunables (may be NULL) have not is taken for what it mostly is, or for anything. */
gboolean amr_ladder_is_everything(const AmrTunables *tunables, const char *pattern);

G_END_DECLS
#endif
