/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The index inside: what index*.c share, and nobody else. */
#ifndef AMR_POLICY_INDEX_PRIVATE_H
#define AMR_POLICY_INDEX_PRIVATE_H

#include <sys/stat.h>

#include "core/policy/index.h"
#include "core/policy/index_scan.h"

G_BEGIN_DECLS

/* Hostile or broken policy stops here, with a note, and not at the end of memory. */
#define AMR_INDEX_MAX_FILES  65536
#define AMR_INDEX_MAX_BYTES  ((gsize)256 * 1024 * 1024) /* of all files */
#define AMR_INDEX_MAX_BLOCKS 131072
#define AMR_INDEX_MAX_OWN    8192    /* blocks of one top-level file */
#define AMR_INDEX_MAX_NAME   4096    /* of a block, with its parents' */
#define AMR_INDEX_MAX_DEPTH  16      /* of variables in variables */
#define AMR_INDEX_MAX_WORK   65536   /* of putting values for the variables of one name */
#define AMR_INDEX_MAX_STEPS  2000000 /* of walking along the includes of one top-level file */
#define AMR_INDEX_MAX_NOTES  1000

typedef struct IndexFile IndexFile;

struct IndexFile {
    char *name;         /* relative to the policy, or absolute */
    GBytes *bytes;      /* NULL: could not be read, or a directory */
    GArray *items;      /* AmrScanItem */
    GPtrArray *targets; /* IndexFile *, one for each item; NULL where it is no include */
    GPtrArray *entries; /* of a directory: IndexFile *, in the order that the parser takes them */
    GPtrArray *users;   /* IndexFile *: files that include it, or the directory that holds it */
    guint64 inode;      /* as it was read: to see that it is another now */
    struct timespec changed;
    gboolean exists, queued, link; /* link: it is one itself */
    gboolean root;                 /* a top-level file of policy */
    gboolean disabled, force_complain;
    GPtrArray *blocks;     /* of a root: AmrBlock *, in the order in which they open */
    GHashTable *variables; /* of a root that was walked: name -> GPtrArray of values, borrowed */
};

/* One include that stands in a block, resolved to a file. */
typedef struct {
    IndexFile *file; /* that it means; never a directory */
    IndexFile *from; /* where the directive stands */
    guint line, depth;
    gboolean if_exists;
} IndexUse;

/* One rule that stands in a block, and the file that holds it. */
typedef struct {
    IndexFile *file;
    const AmrScanItem *item; /* of the file's */
} IndexRule;

/* index_rules.c: the text of AmrIndexRule. The caller frees. */
char *amr_index_rule_text(const IndexFile *file, const AmrScanItem *item);

/* A block, and what only the index knows of it. */
typedef struct {
    AmrBlock block; /* first: the public face */
    gboolean whole;
    IndexFile *file;
    GPtrArray *roots; /* IndexFile * */
    GArray *uses;     /* IndexUse, in the order in which the compiler meets them */
    GArray *denies;   /* IndexRule, in the same order; NULL: none */
    GArray *execs;    /* likewise */
    GPtrArray *dirs;  /* IndexFile *: directories that stand in it, or names of what is not there */
} IndexBlock;

/* index_walk.c */
void amr_index_block_free(gpointer block);

struct AmrIndex {
    const AmrTarget *target;
    GHashTable *files;   /* name -> IndexFile, owned */
    GPtrArray *roots;    /* IndexFile *, by name */
    GPtrArray *blocks;   /* IndexBlock *, owned; sorted at the end */
    GHashTable *by_key;  /* file, place and full name -> IndexBlock, while walking */
    GHashTable *by_name; /* ":ns:name" or "name" -> GPtrArray of IndexBlock * */
    GPtrArray *notes;    /* char *; NULL-terminated at the end */
    gsize bytes;         /* read so far */
};

/* The file of that name, made if it is not known. NULL if there are too many. */
IndexFile *amr_index_file(AmrIndex *index, const char *name);
/* The file if it is known. */
IndexFile *amr_index_known(const AmrIndex *index, const char *name);
void amr_index_note(AmrIndex *index, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* Opens what is named as the parser would find it: below the policy, or absolute below the root. */
int amr_index_open(const AmrIndex *index, const char *name, int flags, GError **error);
/* index_watch.c: how to see later that it is another file. */
void amr_index_stamp(const AmrIndex *index, IndexFile *file, const struct stat *st);
/* Reads @file and scans it; new files that it includes are appended to @queue. */
void amr_index_read(AmrIndex *index, IndexFile *file, GQueue *queue);
/* Lists the directory of policy: its roots, disable/ and force-complain/. */
gboolean amr_index_list_roots(AmrIndex *index, GQueue *queue, GError **error);

/* Follows the includes of @root and adds the blocks that loading it defines. */
void amr_index_walk(AmrIndex *index, IndexFile *root);
/* Variables by name; set as the parser would, from a scanned item that stays. */
GHashTable *amr_index_variables_new(void);
void amr_index_set_variable(GHashTable *variables, const AmrScanItem *item);
/* @text with its variables as the parser puts them into what it compiles: one value as it is,
 * several as alternatives (apparmor_parser 3.0.8, seen with -D rule-exprs). NULL where that cannot
 * be done. */
char *amr_index_expand(GHashTable *variables, const char *text);

/* Sorts the blocks and makes the tables by which they are found. */
void amr_index_finish(AmrIndex *index);

G_END_DECLS
#endif
