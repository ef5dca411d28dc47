/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which parts of a name are another at the next run, or in the next version: process ids, random
 * suffixes, digests, versions, numbers, dates. By the form of the name alone: nothing is looked up,
 * and what has no such form is not varying.
 */
#ifndef AMR_POLICY_VARYING_H
#define AMR_POLICY_VARYING_H

#include "core/base/text.h"

G_BEGIN_DECLS

/* X(NAME, words): the words complete "it may be another ...". */
#define AMR_VARYINGS(X)                                                      \
    X(PID, "process id")                                                     \
    X(TID, "thread id")                                                      \
    X(UID, "user id")                                                        \
    X(FD, "file descriptor")                                                 \
    X(RANDOM, "random part") /* as mkstemp(3) and its kin make them, keys */ \
    X(UUID, "uuid")                                                          \
    X(HEX, "hexadecimal number") /* digests, ids; 16 digits at least */      \
    X(DEVICE, "device")          /* addresses on a bus or of an interface */ \
    X(DATE, "date")              /* dates, times, seconds since the epoch */ \
    X(VERSION, "version")        /* 1.2.3, 4.19.0-21 */                      \
    X(NUMBER, "number")          /* any other digits: log.1, tmp1234, eth0 */

typedef enum {
    AMR_VARYING_NONE,
#define AMR_VARYING_ENUM(name, words) AMR_VARYING_##name,
    AMR_VARYINGS(AMR_VARYING_ENUM)
#undef AMR_VARYING_ENUM
} AmrVaryingKind;

const char *amr_varying_words(AmrVaryingKind kind);

/* A part of a name, never with a slash in it and never empty. */
typedef struct {
    gsize off, len; /* bytes, from the start of what was asked about */
    AmrVaryingKind kind;
    gboolean each_run; /* it is sure to be another at the next run; else in another version, on
                          another machine, another day or for another user */
} AmrVarying;

/* What is known beside the name; all 0: nothing. */
typedef struct {
    guint pid; /* who asked; 0: not known */
    gboolean has_uid;
    guint32 uid; /* for whom */
} AmrVaryingHints;

/* Sets @out (of AmrVarying) to the varying parts of @path, in the order in which they stand,
 * without overlap. The place says much: below /proc a number is a process, below /tmp a suffix is
 * random.
 * @hints may be NULL. Deterministic; linear in the length. */
void amr_varying_path(AmrBytes path, const AmrVaryingHints *hints, GArray *out);

/* The same of an object's path on a bus, whose numbers count what was made since it started. */
void amr_varying_object(AmrBytes path, const AmrVaryingHints *hints, GArray *out);

/* The same of a name that is no path, of what is made while programs run: an abstract socket
 * (begins with "@"; what the kernel names by itself too), a name on a bus, a message queue. */
void amr_varying_word(AmrBytes name, const AmrVaryingHints *hints, GArray *out);

/* The same of one component whose place is not known; each_run is set only where the form is
 * enough. */
void amr_varying_component(AmrBytes component, GArray *out);

/* Appends to @pattern, which holds what stands before it in the rule, a pattern (AppArmor's globs,
 * as every compiler since 3.0 takes them) that matches each of the @n texts, all of @kind, and
 * others of their form: of fixed length where the kind and the texts are, unless a star stands
 * before it in the same component: then a long one would cost the compiler too much. At least one
 * text, none of them empty. Never matches a slash, nor nothing. */
void amr_varying_append(GString *pattern, AmrVaryingKind kind, const AmrBytes *texts, gsize n);

G_END_DECLS
#endif
