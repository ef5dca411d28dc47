/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The one reader of what is knowledge rather than code: lines "key = value" below a line "[id]"; a
 * line that begins with # is a comment, blanks around all of them count for nothing. An id is small
 * letters, digits and -. What the keys mean, each kind of file says for itself.
 *
 * Such files come with us, from the system and from its user, and may hold anything: an entry with
 * a line that is wrong is left out and named with its file and line; the rest holds.
 */
#ifndef AMR_BASE_DATAFILE_H
#define AMR_BASE_DATAFILE_H

#include "core/base/text.h"

G_BEGIN_DECLS

/* The largest of any such file, in bytes. */
#define AMR_DATA_MAX (256 * 1024)

/* Where the system's are, below the target's root. */
#define AMR_DATA_SYSTEM "etc/armorer/"

/* What AmrDataKind.take says of a key that it does not know. */
extern const char amr_data_no_key[];

/* One kind of file. What is said to be wrong is a constant string. */
typedef struct {
    gpointer (*begin)(void); /* an entry that nothing is known of */
    /* Takes a line; NULL, or what is wrong with it. @value is UTF-8 and not empty, as typed. */
    const char *(*take)(gpointer entry, const char *key, const char *value);
    const char *(*lacks)(gpointer entry); /* at its end: NULL, or what is missing */
    GDestroyNotify free;
} AmrDataKind;

typedef struct AmrData AmrData;

/* @kind is borrowed. */
AmrData *amr_data_new(const AmrDataKind *kind);
void amr_data_free(AmrData *data);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AmrData, amr_data_free)

/* Takes the entries of @text; @shown (display form) names the file in what is wrong. One with the
 * id of an earlier one takes its place; those of a file taken later stand before the rest. */
void amr_data_take(AmrData *data, const char *text, gsize len, const char *shown);
/* char *, display form: "/etc/armorer/recipes line 3: ...". Borrowed. */
const GPtrArray *amr_data_warnings(const AmrData *data);

/* The entries, in the order in which they are tried. Borrowed. */
guint amr_data_count(const AmrData *data);
gpointer amr_data_entry(const AmrData *data, guint n);
const char *amr_data_id(const AmrData *data, guint n);

/* For take(): the display form of @value into *where, or what is wrong if one is there. */
const char *amr_data_once(char **where, const char *value);

G_END_DECLS
#endif
