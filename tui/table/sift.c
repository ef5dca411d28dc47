/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tui/table/sift.h"

#include <string.h>

#include "core/base/error.h"
#include "core/denial/wildcard.h"
#include "tui/table/words.h"

typedef struct {
    gboolean negated;
    int column; /* -1: any */
    AmrWildcard *wildcard;
} Word;

struct TuiSift {
    const TuiTable *table;
    GArray *words; /* Word */
};

gboolean
tui_cells_find(const TuiCell *cells, guint n, const char *text)
{
    for (guint i = 0; i < n; i++) {
        if (cells[i].text && tui_text_has(cells[i].text, text))
            return TRUE;
    }
    return FALSE;
}

/* ---- filters -------------------------------------------------------------------------------- */

/* "processes:" of a column "PROCESSES"; NULL for one without title. */
static char *
column_key(const TuiColumn *column)
{
    return column->title[0] ? g_strdelimit(g_strconcat(column->title, ":", NULL), " ", '-') : NULL;
}

/* "mode:", "profile:". */
static char **
keys_of(const TuiTable *table)
{
    GPtrArray *keys = g_ptr_array_new();

    for (guint i = 0; i < table->n; i++) {
        char *key = column_key(&table->columns[i]);
        if (!key)
            continue;
        for (char *p = key; *p; p++)
            *p = g_ascii_tolower(*p);
        g_ptr_array_add(keys, key);
    }
    g_ptr_array_add(keys, NULL);
    return (char **)g_ptr_array_free(keys, FALSE);
}

static int
find_column(const TuiTable *table, const char *word)
{
    for (guint i = 0; i < table->n; i++) {
        g_autofree char *key = column_key(&table->columns[i]);
        if (key && tui_text_begins(word, key))
            return (int)i;
    }
    return -1;
}

/* The letters before the first colon, and that; 0 where something else stands before it. */
static gsize
key_length(const char *word)
{
    gsize len = 0;
    while (g_ascii_isalpha(word[len]) || word[len] == '-')
        len++;
    return len > 0 && word[len] == ':' ? len + 1 : 0;
}

static gboolean
refuse(const TuiTable *table, const char *word, gboolean unknown, GError **error)
{
    g_autofree char *shown = amr_display_string(word);
    g_auto(GStrv) keys = keys_of(table);
    g_autofree char *known = g_strjoinv(" ", keys);

    return amr_error_set(error, AMR_ERROR_PARSE, "Filter word '%s': %s%s", shown,
                         unknown ? "Unknown key; known are " : "No value", unknown ? known : "");
}

static gboolean
add_word(TuiSift *sift, const char *whole, GError **error)
{
    const char *value = whole;
    Word word = {.column = -1};
    guint flags = AMR_WILDCARD_FOLD;

    for (; *value == '!'; value++)
        word.negated = !word.negated;
    gsize key = key_length(value);
    if (key > 0) {
        word.column = find_column(sift->table, value);
        if (word.column < 0)
            return refuse(sift->table, whole, TRUE, error);
        value += key;
    } else {
        flags |= AMR_WILDCARD_ANYWHERE;
    }
    if (!*value)
        return refuse(sift->table, whole, FALSE, error);
    word.wildcard = amr_wildcard_new(amr_bytes(value), flags);
    g_array_append_val(sift->words, word);
    return TRUE;
}

static void
clear_word(gpointer data)
{
    amr_wildcard_free(((Word *)data)->wildcard);
}

TuiSift *
tui_sift_new(const TuiTable *table, const char *const *words, GError **error)
{
    g_autoptr(TuiSift) sift = g_new0(TuiSift, 1);

    sift->table = table;
    sift->words = g_array_new(FALSE, FALSE, sizeof(Word));
    g_array_set_clear_func(sift->words, clear_word);
    for (; words && *words; words++) {
        if (!add_word(sift, *words, error))
            return NULL;
    }
    return g_steal_pointer(&sift);
}

void
tui_sift_free(TuiSift *sift)
{
    if (!sift)
        return;
    g_array_unref(sift->words);
    g_free(sift);
}

static gboolean
match_word(const TuiSift *sift, const Word *word, const TuiCell *cells)
{
    for (guint i = 0; i < sift->table->n; i++) {
        if ((word->column < 0 || word->column == (int)i) && cells[i].text &&
            amr_wildcard_match(word->wildcard, amr_bytes(cells[i].text)))
            return TRUE;
    }
    return FALSE;
}

gboolean
tui_sift_match(const TuiSift *sift, const TuiCell *cells)
{
    for (guint i = 0; i < sift->words->len; i++) {
        const Word *word = &g_array_index(sift->words, Word, i);
        if (match_word(sift, word, cells) == word->negated)
            return FALSE;
    }
    return TRUE;
}

/* ---- completion ----------------------------------------------------------------------------- */

#define LOOKED_AT 16384 /* rows that values are taken from */

char **
tui_sift_complete(const TuiTable *table, const char *line, gsize from, gsize point, gsize *start,
                  TuiSiftCells each, gpointer data)
{
    g_auto(GStrv) keys = keys_of(table);
    TuiWords words;

    tui_words_begin(&words, line, from, point);
    int column = key_length(words.typed) > 0 ? find_column(table, words.typed) : -1;
    for (guint i = 0; column < 0 && keys[i]; i++)
        tui_words_add(&words, keys[i]);
    for (guint n = 0; column >= 0 && n < LOOKED_AT; n++) {
        TuiCell cells[TUI_TABLE_COLUMNS_MAX] = {{NULL, TUI_ROLE_TEXT}};
        g_autofree char *key = g_strndup(words.typed, key_length(words.typed) - 1);
        if (!each(n, cells, data))
            break;
        if (cells[column].text)
            tui_words_add_value(&words, key, cells[column].text);
        tui_cells_clear(cells, table->n);
    }
    return tui_words_end(&words, start);
}
