/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a program on disk is: a binary, or a script and whose. Kept: whoever proposes looks it up;
 * what is not known is asked for, and he proposes again. A log may be of another machine, and a
 * file another one by now, so it decides on words and on what stands first, no more.
 */
#ifndef AMR_POLICY_PROGRAMS_H
#define AMR_POLICY_PROGRAMS_H

#include <gio/gio.h>

#include "core/base/target.h"
#include "core/base/text.h"

G_BEGIN_DECLS

typedef enum {
    AMR_PROGRAM_UNKNOWN, /* not looked at so far */
    AMR_PROGRAM_NONE,    /* not there, not to be read, or no regular file */
    AMR_PROGRAM_OTHER,   /* a binary, or what the kernel does not take for a script */
    AMR_PROGRAM_SCRIPT,
} AmrProgramKind;

typedef struct {
    AmrProgramKind kind;
    char *interpreter; /* of a script: the bytes behind its #!; NULL if it is not of one line */
    char *through;     /* and which program that is here, without links; NULL: not found */
    char *started;     /* of `#!/usr/bin/env NAME`: NAME; NULL */
    char *runs;        /* and which program that is here, without links; NULL: not found */
} AmrProgram;

typedef struct AmrPrograms AmrPrograms;

/* Below the root of @target, which is borrowed. */
AmrPrograms *amr_programs_new(const AmrTarget *target);
void amr_programs_free(AmrPrograms *programs);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AmrPrograms, amr_programs_free)
void amr_programs_forget(AmrPrograms *programs);

/* Reads nothing, waits for nothing. Never NULL; borrowed until it forgets. */
const AmrProgram *amr_programs_look(const AmrPrograms *programs, AmrBytes path);

/* Looks at @path in a thread: the disk may be slow. At most 256 bytes of a regular file are read;
 * no symbolic link is followed at its end, none leaves the root. Fails only if cancelled. */
void amr_programs_ask_async(AmrPrograms *programs, AmrBytes path, GCancellable *cancellable,
                            GAsyncReadyCallback callback, gpointer data);
gboolean amr_programs_ask_finish(GAsyncResult *result, GError **error);

/* ---- of one, at once: for who is about to confine it ------------------------------------------
 */

/* The program that @name means below the root of @target: an absolute path, or a bare name as a
 * shell without settings of its own would find it. Its path without links, "." and ".."; the caller
 * frees. AMR_ERROR_NOT_FOUND; AMR_ERROR_REFUSED for what is no regular file that may be executed.
 * Nothing is opened for reading. */
char *amr_program_find(const AmrTarget *target, const char *name, GError **error);
/* What it is; never NULL. UNKNOWN, for a plan must be the same one whoever makes it: outside of
 * /usr, /opt, /bin and /sbin, where others than root write and the helper may not read, and where
 * not everybody may read it. The caller frees. */
AmrProgram *amr_program_at(const AmrTarget *target, const char *path);

/* What the first bytes of a file say; for tests. The caller frees. */
AmrProgram *amr_program_read(const char *bytes, gsize len);
void amr_program_free(AmrProgram *program);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AmrProgram, amr_program_free)

G_END_DECLS
#endif
