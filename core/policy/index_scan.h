/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What one file of policy holds: its blocks, includes and variables, in order. Private to the
 * index. It knows nothing of other files; names are decoded, variables in them stand unresolved.
 */
#ifndef AMR_POLICY_INDEX_SCAN_H
#define AMR_POLICY_INDEX_SCAN_H

#include "core/base/text.h"

G_BEGIN_DECLS

typedef enum {
    AMR_SCAN_UNKNOWN,
    AMR_SCAN_BLOCK,   /* a header and its open brace */
    AMR_SCAN_CLOSE,   /* the end of the block opened last; one for each, at the end if need be */
    AMR_SCAN_INCLUDE, /* an include directive */
    AMR_SCAN_ABI,     /* an abi rule's file */
    AMR_SCAN_SET,     /* @{name} = values */
    AMR_SCAN_ADD,     /* @{name} += values */
    AMR_SCAN_DENY,    /* a rule with `deny` before it, or in a block of such */
    AMR_SCAN_EXEC,    /* another that may execute what a pattern matches */
    AMR_SCAN_RULE,    /* another rule; only of amr_scan_rules() */
} AmrScanKind;

typedef struct {
    AmrScanKind kind;
    guint line;
    gsize header, open, close; /* of a block; of an include or a rule header and close: the text */
    gboolean whole;            /* of a block: its closing brace is there */
    gboolean hat;              /* by `hat` or `^` */
    gboolean bare;             /* without a keyword: a block only at the top of policy */
    gboolean magic, if_exists; /* of an include: <...> */
    gboolean owner;            /* of a rule: it stands in a block of such (`owner { }`) */
    gboolean conditional;      /* of a rule: in a branch of an `if` */
    char *name;                /* of a block, variable or file; decoded. NULL for a rule */
    char *ns;                  /* of a block: "" or its namespace */
    char *attachment;          /* decoded, or NULL */
    gboolean xattrs;           /* of a block: it attaches by extended attributes too */
    char *flags;               /* as written, "" if there are none */
    gsize flags_at;            /* of a block with flags: the offset of what stands between the
                                  parentheses */
    char **values;             /* of a variable; decoded */
} AmrScanItem;

/* An array of AmrScanItem, which it owns. Linear in the size; no recursion. */
GArray *amr_scan_file(AmrBytes bytes);

/* The same with all rules. */
GArray *amr_scan_rules(AmrBytes bytes);

/* @label, ":ns:name" or ":ns://name" or "name", taken apart. */
void amr_scan_label(const char *label, char **ns, char **name);

/* Whether the word @flag stands in @flags. */
gboolean amr_scan_has_flag(const char *flags, const char *flag);

G_END_DECLS
#endif
