/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which file and block defines a profile, and which local/ include stands in that block.
 *
 * A light scanner of blocks, headers, includes and variables, not a parser: it never rejects a
 * file. What it does not understand it steps over; the compiler decides what is valid.
 *
 * File names here are relative to the policy directory ("usr.bin.man", "local/usr.bin.man",
 * "abstractions/base") or absolute for what an absolute include names outside of it.
 */
#ifndef AMR_POLICY_INDEX_H
#define AMR_POLICY_INDEX_H

#include <gio/gio.h>

#include "core/base/target.h"

G_BEGIN_DECLS

typedef struct AmrIndex AmrIndex;
typedef struct AmrBlock AmrBlock;

typedef enum {
    AMR_BLOCK_UNKNOWN,
    AMR_BLOCK_PROFILE, /* at the top of a file, or of a file that is included at the top */
    AMR_BLOCK_CHILD,   /* `profile C { }` inside another */
    AMR_BLOCK_HAT,     /* `^H { }` or `hat H { }` inside another */
} AmrBlockKind;

struct AmrBlock {
    AmrBlockKind kind;
    char *name;             /* decoded: "parent//child" for children and hats, as the kernel prints
                               it: variables resolved, "{a,b}" if there are several values (where
                               apparmor_parser -N prints them as they are written) */
    char *ns;               /* "" or the namespace of `profile :ns:name`, or of the parent */
    char *attachment;       /* decoded, a pattern: variables resolved to "{a,b}", slashes trimmed
                               and squeezed as the parser does; NULL if there is none */
    gboolean elusive;       /* what it attaches to is not known: it asks for extended attributes, or
                               a variable could not be resolved. @attachment is NULL then */
    char *flags;            /* as written between the parentheses; "" */
    char *file;             /* where its text stands; may be an included file */
    guint line;             /* of its header, from 1 */
    gsize header;           /* offset of the header in the file */
    gsize open, close;      /* offsets of its braces in the file; close is the end of the file if
                               the block is never closed */
    const AmrBlock *parent; /* NULL at the top */
    gboolean complain, unconfined; /* by its flags */
    gboolean variables;            /* its name holds a variable that could not be resolved */
};

/* One include directive that stands in a block, directly or in a file that it includes. */
typedef struct {
    const char *target; /* relative file name it means ("local/usr.bin.man"), or absolute */
    const char *file;   /* the file in which the directive stands */
    guint line;
    guint depth; /* 0: in the block's own text */
    gboolean if_exists;
    gboolean exists;
} AmrLocal;

/* One rule that stands in a block, in its own text or in a file that it includes. */
typedef struct {
    const char *file; /* in which it stands */
    guint line;
    char *text; /* as it is written there, on one line, with its comma. Where a whole block of rules
                   denies (`deny { }`), without that word; of a block of `owner { }` with it. Bytes
                   of the policy: not for a screen */
} AmrIndexRule;

/* Reads the whole policy below @target (every file that the parser would take from the directory:
 * no dot files, README, *.dpkg-*, *~, *.rpm*, *.orig; not disable/, force-complain/), what they
 * include, and all abstractions. Reads in slices; a file that cannot be read is noted, not fatal.
 * Fails only if there is no policy directory. @target is borrowed. */
void amr_index_load_async(const AmrTarget *target, GCancellable *cancellable,
                          GAsyncReadyCallback callback, gpointer data);
AmrIndex *amr_index_load_finish(GAsyncResult *result, GError **error);
void amr_index_free(AmrIndex *index);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AmrIndex, amr_index_free)

/* Whether the parser takes a file of this name out of a directory (libapparmor's
 * _aa_is_blacklisted(): dot files, README, leftovers of package managers and editors). */
gboolean amr_index_takes(const char *leaf);

/* The top-level files by name, disabled ones too. NULL-terminated, borrowed strings, free with
 * g_free(). */
const char **amr_index_files(const AmrIndex *index);
/* Whether a file that was read includes @file, by itself or with the directory that holds it. */
gboolean amr_index_is_included(const AmrIndex *index, const char *file);

/* All blocks, in the order of files by name and then of place. Borrowed. */
guint amr_index_count(const AmrIndex *index);
const AmrBlock *amr_index_block(const AmrIndex *index, guint n);

/* The block that defines profile @name (decoded, "parent//child") in namespace @ns ("" or NULL:
 * the root). NULL if no file does. With several definitions (an error for the kernel anyway) the
 * one that is not disabled, then the first. */
const AmrBlock *amr_index_find(const AmrIndex *index, const char *ns, const char *name);

/* A name as a user types it: as above, or ":ns:name", or the name of the file if it defines exactly
 * one top-level profile. */
const AmrBlock *amr_index_find_typed(const AmrIndex *index, const char *typed);

/* The top-level file whose load defines @block: the block's file, or where that is an included one,
 * each file that includes it (an abstraction that defines a child has many). The unit of reload.
 * NULL-terminated, borrowed strings, free with g_free(). */
const char **amr_index_roots(const AmrIndex *index, const AmrBlock *block);

/* The includes of local/ files that stand inside @block's braces but not inside a child's, at any
 * include depth. Free with g_array_unref(); elements AmrLocal, borrowed from the index. In the
 * order in which the compiler meets them; the one to write to by default is the deepest-named
 * rule of amr_index_local(). */
GArray *amr_index_locals(const AmrIndex *index, const AmrBlock *block);
/* The local file that a rule for @block goes to: at the least depth, the last one in the block
 * whose name is that of the block's file if there is one, else the last one; not one of those in a
 * directory that is included. FALSE if there is none; where such a directory is all there is, the
 * directory (whose line is 0), for whoever asks has to say what stands there.
 * The copy in *local is valid as long as the index. */
gboolean amr_index_local(const AmrIndex *index, const AmrBlock *block, AmrLocal *local);

/* The deny rules that stand inside @block's braces but not inside a child's, at any include depth,
 * in the order in which the compiler meets them; but for those in a branch of an `if`, of which
 * only the compiler knows whether it is taken. Free with g_array_unref(); elements AmrIndexRule,
 * whose texts it owns. */
GArray *amr_index_denies(const AmrBlock *block);
/* The same of all others, read anew at each call: the block's own first, then of each file that it
 * includes. */
GArray *amr_index_grants(const AmrBlock *block);
/* Through which includes @file comes into @block, from the inside out: elements AmrLocal, of which
 * the last one stands in the block's own text. Empty for the block's own file. */
GArray *amr_index_chain(const AmrBlock *block, const char *file);
/* The same as amr_index_denies() of those rules that execute what a pattern matches, or are not
 * known not to: a variable, a wildcard, and a word that may be an access with x. None of them
 * denies. */
GArray *amr_index_execs(const AmrBlock *block);

/* The blocks that a rule in @file reaches: in whose braces an include of it stands, at any depth.
 * Elements const AmrBlock *. */
GPtrArray *amr_index_reached(const AmrIndex *index, const char *file);
/* The top-level files to compile and reload if @file changes: those that include it at any depth,
 * or it itself. NULL-terminated, borrowed strings. Without disabled ones. */
const char **amr_index_affected(const AmrIndex *index, const char *file);
/* @text, a pattern, with each combination of the values that its variables have where the profiles
 * of top-level @file stand: variables in variables resolved, decoded. Strings, which it owns. NULL
 * where a variable is not defined there, or there is too much of it. */
GPtrArray *amr_index_flatten(const AmrIndex *index, const char *file, const char *text);
/* Names (decoded, with ":ns:" where there is one) of all profiles, children and hats that loading
 * top-level @file defines. NULL-terminated, free with g_strfreev(). */
char **amr_index_defines(const AmrIndex *index, const char *file);

/* The file that an include of @written means, as the names above; NULL where it leads out of the
 * policy, or cannot be followed. The caller frees. */
char *amr_index_meant(const AmrIndex *index, const char *written);
/* The files of the directory @name that an include of it takes, in that order; NULL if it is no
 * directory. NULL-terminated, borrowed strings, free with g_free(). */
const char **amr_index_entries(const AmrIndex *index, const char *name);

/* The files below abstractions/, in directories of it too, by name; but those of a directory that
 * somebody includes as a whole (abstractions/base.d), which are parts of another. NULL-terminated,
 * borrowed strings, free with g_free(). */
const char **amr_index_abstractions(const AmrIndex *index);

gboolean amr_index_is_disabled(const AmrIndex *index, const char *file);
gboolean amr_index_is_force_complain(const AmrIndex *index, const char *file);

/* Every file that loading @file reads, the file itself first
 * (those that an `include if exists` misses are not in it). For the digests of a plan.
 * NULL-terminated, borrowed strings. */
const char **amr_index_reads(const AmrIndex *index, const char *file);
/* Every name that the compiler asks for to load @file: what it reads, directories, and what is not
 * there. NULL-terminated, borrowed strings, free with g_free(). */
const char **amr_index_asks(const AmrIndex *index, const char *file);
/* The first include in @file itself that could not be followed, for it leads out of the policy, as
 * written, and its line; NULL if there is none. Borrowed. */
const char *amr_index_stray(const AmrIndex *index, const char *file, guint *line);
/* Whether @file, which was read or asked for, is on disk as it was then; a directory: whether the
 * same names stand in it. Reads it. */
gboolean amr_index_is_as_read(const AmrIndex *index, const char *file);
/* Whether @name is there and no file that can be read to its end, as far as the index has not read
 * it: a FIFO, a socket, a device. The compiler waits for such a one as long as it is let. */
gboolean amr_index_holds_reader(const AmrIndex *index, const char *name);
/* The bytes as the index read them; NULL if it could not. Borrowed. */
GBytes *amr_index_bytes(const AmrIndex *index, const char *file);

/* Where `include if exists <local/NAME>` would go in @block: the offset in block->file at the start
 * of the line of its closing brace, or of the brace itself where more stands before it on that line
 * (then a newline goes first); and the NAME to use: that of block->file, unless @block is a
 * child or hat or another block's include names it already, then with the block's name behind it,
 * escaped to [A-Za-z0-9._-]. FALSE with AMR_ERROR_PARSE where the block is never closed,
 * AMR_ERROR_REFUSED where its file lies outside of the policy. */
gboolean amr_index_place_include(const AmrIndex *index, const AmrBlock *block, gsize *offset,
                                 char **name, GError **error);

/* Files that could not be read or followed (absolute includes outside, loops cut): messages in
 * display form. NULL-terminated, borrowed. */
const char *const *amr_index_notes(const AmrIndex *index);

G_END_DECLS
#endif
