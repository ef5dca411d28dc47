/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Text of unknown origin, and the one function for each place that it may go to.
 *
 * A name in a log was chosen by a program that may be hostile. It is bytes, not text: it may hold
 * anything but NUL (abstract sockets even that). Nothing else in the house makes a string for a
 * sink out of such bytes.
 */
#ifndef AMR_BASE_TEXT_H
#define AMR_BASE_TEXT_H

#include <glib.h>

G_BEGIN_DECLS

/* Borrowed bytes; data may be NULL only if len is 0. Not terminated. */
typedef struct {
    const char *data;
    gsize len;
} AmrBytes;

#define AMR_BYTES(literal) ((AmrBytes){(literal), sizeof(literal) - 1})

static inline AmrBytes
amr_bytes(const char *string)
{
    return (AmrBytes){string, string ? __builtin_strlen(string) : 0};
}

gboolean amr_bytes_equal(AmrBytes a, AmrBytes b);
gboolean amr_bytes_is(AmrBytes a, const char *string);
int amr_bytes_compare(AmrBytes a, AmrBytes b);
/* A newly allocated, NUL-terminated copy (a NUL inside stays, and then ends the C string). */
char *amr_bytes_dup(AmrBytes bytes);
/* The whole of it as a decimal number; FALSE if it is not one or does not fit. */
gboolean amr_bytes_to_uint64(AmrBytes bytes, guint64 *number);

/* ---- decode ------------------------------------------------------------------------------- */

/* Decodes @hex (upper or lower case, as the audit subsystem writes untrusted strings) into @out,
 * which has room for hex.len / 2 bytes. FALSE, and @out untouched, if it is empty, odd or not hex.
 */
gboolean amr_text_unhex(AmrBytes hex, char *out, gsize *len);

/* ---- sink: display ------------------------------------------------------------------------- */

/*
 * For eyes: screen, plain output, messages, clipboard, prompt. Valid UTF-8 of printable characters
 * only, and injective: two different names never look the same.
 *   backslash                                       \\
 *   bytes of invalid UTF-8, C0, DEL                 \n \t \r \e or \xNN
 *   C1, format (bidi, zero width, tags), separators other than U+0020, unassigned, private use,
 *   surrogates, and combining marks after the fourth in a row or at the start    \u{N}
 */
char *amr_display(AmrBytes bytes);
void amr_display_append(GString *out, AmrBytes bytes);
/* The same for a C string; NULL gives "". */
char *amr_display_string(const char *string);
/* For a text of several lines (policy text, compiler output): as above, but \n and \t stay and a
 * backslash is not doubled. Not injective; only for what an admin's own files or tools hold. */
char *amr_display_lines(AmrBytes bytes);

/* ---- sink: policy --------------------------------------------------------------------------- */

/* Where a name stands in a rule or header. */
typedef enum {
    AMR_PLACE_UNKNOWN,
    AMR_PLACE_PATTERN, /* paths, labels, dbus names, mount points, peers: matched as a pattern */
    AMR_PLACE_TARGET,  /* `px -> NAME`: not a pattern */
} AmrPlace;

/* The spelling that matches exactly @name and nothing else, quoted where it must be.
 * Fails with AMR_ERROR_REFUSED where there is none (a NUL; a backslash or `@{` in a target; empty).
 * What the display sink would escape is written in octal here, so that a rule is as inert on a
 * screen as any display form: amr_display_lines() changes nothing in it.
 * Source: FACTS section 8, found by walking compiled state machines of 3.0.8 and 5.0.2. */
char *amr_policy_name(AmrPlace place, AmrBytes name, GError **error);

/* The spelling of @name inside quotes or bare, without the quotes, for AmrRule's pattern; and
 * whether such a spelling needs them when it is printed. Pattern place only. */
char *amr_policy_pattern(AmrBytes name, GError **error);
gboolean amr_policy_needs_quotes(const char *pattern);

/* ---- sink: JSON and markup ------------------------------------------------------------------ */

/* JSON strings are valid UTF-8: if @bytes are, *text is a copy and *hex NULL; if not (or if there
 * is a NUL), *text is the display form and *hex the bytes in lower case hex. */
void amr_json_text(AmrBytes bytes, char **text, char **hex);

/* For desktop notices: the display form with markup characters escaped. */
char *amr_markup(AmrBytes bytes);

G_END_DECLS
#endif
