/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of the reference matcher share. */
#ifndef TESTS_UNIT_REFERENCE_PRIVATE_H
#define TESTS_UNIT_REFERENCE_PRIVATE_H

#include "tests/unit/reference.h"

/* ---- units ---------------------------------------------------------------------------------- */

/* A name is read into units: a byte that stands for itself, or a sign. */
typedef enum {
    BYTE,
    STAR,
    ONE,
    OPEN,
    OR,
    CLOSE,
    CLASS,
    VARIABLE,
} Kind;

typedef struct {
    Kind kind;
    guint8 byte;
    guint32 set[8];
    char name[64];
} Unit;

#define UNIT(units, i) g_array_index(units, Unit, i)

static inline void
set_add(guint32 *set, guint byte)
{
    set[byte / 32] |= 1u << (byte % 32);
}

static inline gboolean
set_has(const guint32 *set, guint byte)
{
    return (set[byte / 32] & (1u << (byte % 32))) != 0;
}

static inline gboolean
is_byte(const GArray *units, guint i, char byte)
{
    return i < units->len && UNIT(units, i).kind == BYTE && UNIT(units, i).byte == (guint8)byte;
}

/* NULL if brackets are not closed. */
GArray *ref_units_read(const char *text);
/* Takes @units (NULL: NULL); NULL if a variable is not declared. */
GArray *ref_units_expand(GArray *units, const RefVariables *variables);
void ref_units_squeeze(GArray *units);

/* ---- words ---------------------------------------------------------------------------------- */

typedef struct {
    const char *word;
    guint64 value;
} Word;

gboolean ref_look_up(const Word *table, const char *word, guint64 *value);
/* "(a, b c)", "a" or quoted ones: its words, without quotes. The caller frees. */
char **ref_list_of(const char *text);
/* All words of a list, as bits of the table; FALSE if one is not in it. */
gboolean ref_all_of(const Word *table, const char *text, guint32 *set);
/* The value of "key=value"; NULL if it is another key. */
const char *ref_value_of(const char *word, const char *key);

/* ---- rules ---------------------------------------------------------------------------------- */

/* Rules of one word: "capability", "network", ... ; FALSE if it is not known. Private to the
 * reader. */
gboolean ref_read_rule(RefRule *rule, char **words, const RefVariables *variables, char **why);
/* Of the classes that compilers 4.0 and later know. */
gboolean ref_is_newer(const char *word);
gboolean ref_read_newer(RefRule *rule, char **words, const RefVariables *variables);
gboolean ref_is_mount(const char *word);
gboolean ref_read_mount(RefRule *rule, char **words, const RefVariables *variables);
/* What @rule, of that class, says of @question. */
guint32 ref_mount_rights(const RefPolicy *policy, const RefRule *rule,
                         const AmrOracleQuestion *question);
/* The pattern of number @at; FALSE if there is one already or it cannot be read. */
gboolean ref_put(RefRule *rule, guint at, const char *text, const RefVariables *variables,
                 RefKind kind);
guint64 ref_signal_bit(guint number);
void ref_rule_free(RefRule *rule);

#endif
