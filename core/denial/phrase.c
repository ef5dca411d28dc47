/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/denial/phrase.h"

#include <string.h>

#include "core/log/field.h"

#define PLACE_FIELDS 4

typedef struct {
    enum {
        PIECE_WORDS,
        PIECE_PLACE,
        PIECE_OPEN, /* from here to CLOSE all stands, or nothing */
        PIECE_CLOSE,
    } kind;
    char *words; /* display form; of a place: where the record says nothing, or NULL */
    AmrField fields[PLACE_FIELDS];
    guint n_fields;
    gboolean rights;
} Piece;

struct AmrPhrase {
    GArray *pieces; /* Piece */
};

static void
piece_clear(gpointer data)
{
    g_free(((Piece *)data)->words);
}

void
amr_phrase_free(AmrPhrase *phrase)
{
    if (!phrase)
        return;
    g_array_unref(phrase->pieces);
    g_free(phrase);
}

/* ---- reading ---------------------------------------------------------------------------------
 */

static gboolean
read_fields(Piece *piece, const char *text)
{
    g_auto(GStrv) keys = g_strsplit(text, ",", -1);

    for (char **key = keys; *key; key++) {
        if (strcmp(*key, "rights") == 0) {
            piece->rights = TRUE;
            continue;
        }
        AmrField field = amr_field_from_key(*key, strlen(*key));
        if (field == AMR_FIELD_UNKNOWN || piece->n_fields == PLACE_FIELDS)
            return FALSE;
        piece->fields[piece->n_fields++] = field;
    }
    return piece->n_fields > 0 || piece->rights;
}

/* "capname,name|words" */
static const char *
read_place(AmrPhrase *phrase, const char *text, gsize len)
{
    g_autofree char *inner = g_strndup(text, len);
    char *bar = strchr(inner, '|');
    Piece piece = {.kind = PIECE_PLACE};

    if (bar) {
        *bar = '\0';
        piece.words = amr_display_lines(amr_bytes(bar + 1));
    }
    gboolean known = read_fields(&piece, inner);
    g_array_append_val(phrase->pieces, piece);
    return known ? NULL : "no such place in a sentence";
}

static void
add_words(AmrPhrase *phrase, const char *text, gsize len)
{
    Piece piece = {.kind = PIECE_WORDS, .words = amr_display_lines((AmrBytes){text, len})};
    g_array_append_val(phrase->pieces, piece);
}

/* Reads what begins with a bracket; moves *text behind it. */
static const char *
read_bracket(AmrPhrase *phrase, const char **text, gboolean *open)
{
    const char *from = *text;
    gboolean opens = *from == '[';
    Piece piece = {.kind = opens ? PIECE_OPEN : PIECE_CLOSE};

    if (*from == '{') {
        gsize len = strcspn(from + 1, "{}[]");
        if (from[1 + len] != '}')
            return "a { without its }";
        *text = from + len + 2;
        return read_place(phrase, from + 1, len);
    }
    if (*from == '}' || opens == *open)
        return "a bracket without its partner";
    *open = opens;
    *text = from + 1;
    g_array_append_val(phrase->pieces, piece);
    return NULL;
}

AmrPhrase *
amr_phrase_new(const char *text, const char **wrong)
{
    g_autoptr(AmrPhrase) phrase = g_new0(AmrPhrase, 1);
    gboolean open = FALSE;

    *wrong = NULL;
    phrase->pieces = g_array_new(FALSE, TRUE, sizeof(Piece));
    g_array_set_clear_func(phrase->pieces, piece_clear);
    while (*text && !*wrong) {
        gsize words = strcspn(text, "{}[]");
        if (words)
            add_words(phrase, text, words);
        text += words;
        if (*text)
            *wrong = read_bracket(phrase, &text, &open);
    }
    if (open && !*wrong)
        *wrong = "a bracket without its partner";
    return *wrong ? NULL : g_steal_pointer(&phrase);
}

const char *
amr_phrase_once(AmrPhrase **where, const char *value)
{
    const char *wrong = NULL;

    if (*where)
        return "it is there already";
    *where = amr_phrase_new(value, &wrong);
    return wrong;
}

/* ---- filling in ------------------------------------------------------------------------------
 */

/* Appends what the record says; FALSE if it says nothing. */
static gboolean
fill(const Piece *piece, const AmrEvent *event, const char *rights, GString *out)
{
    for (guint i = 0; i < piece->n_fields; i++) {
        AmrBytes value = event->field[piece->fields[i]];
        if (piece->fields[i] == AMR_FIELD_PID && event->pid) {
            g_string_append_printf(out, "%u", event->pid); /* the last one's, of many */
            return TRUE;
        }
        if (!value.len)
            continue;
        if (piece->fields[i] == AMR_FIELD_PROFILE) {
            g_autofree char *profile = amr_event_profile(event);
            amr_display_append(out, profile ? amr_bytes(profile) : value);
        } else {
            amr_display_append(out, value);
        }
        return TRUE;
    }
    if (piece->rights && rights && *rights) {
        g_string_append(out, rights);
        return TRUE;
    }
    if (piece->words)
        g_string_append(out, piece->words);
    return piece->words != NULL;
}

void
amr_phrase_append(const AmrPhrase *phrase, const AmrEvent *event, const char *rights, GString *out)
{
    gsize mark = 0;
    gboolean whole = TRUE;

    for (guint i = 0; i < phrase->pieces->len; i++) {
        const Piece *piece = &g_array_index(phrase->pieces, Piece, i);
        switch (piece->kind) {
        case PIECE_WORDS:
            g_string_append(out, piece->words);
            break;
        case PIECE_PLACE:
            whole = fill(piece, event, rights, out) && whole;
            break;
        case PIECE_OPEN:
            mark = out->len;
            whole = TRUE;
            break;
        case PIECE_CLOSE:
            if (!whole)
                g_string_truncate(out, mark);
            break;
        }
    }
}
