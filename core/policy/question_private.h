/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the readers of questions share. */
#ifndef AMR_POLICY_QUESTION_PRIVATE_H
#define AMR_POLICY_QUESTION_PRIVATE_H

#include "core/policy/question.h"

typedef struct {
    const char *text;
    GArray *words; /* AmrWord */
    guint at;      /* the word that comes next */
    AmrQuestion *question;
    AmrOracleQuestion part; /* what the parts have in common */
    GArray *numbers;        /* guint: capabilities, signals, types of sockets; empty: all of them */
    gboolean owner, any_family;
    GError **error;
} AmrQuestionReader;

/* Sets the error at the word that comes next; FALSE. */
gboolean amr_question_wrong(const AmrQuestionReader *reader, const char *what);

/* The text of the word that comes next, NULL at the end; steps over it if it is @want. */
const char *amr_question_peek(const AmrQuestionReader *reader);
gboolean amr_question_accept(AmrQuestionReader *reader, const char *want);

/* The bytes that @spelled means; FALSE where it means more than one name. */
gboolean amr_question_name(AmrQuestionReader *reader, const char *spelled, AmrBytes *name);
/* The same, of a path. */
gboolean amr_question_path(AmrQuestionReader *reader, const char *spelled, AmrBytes *name);

/* "(a, b)" or "a" into its items; quotes hold what is in them together. */
char **amr_question_items(const char *text);
/* What stands behind "KEY=", or NULL. */
const char *amr_question_value(const char *word, const char *key);

/* Appends the number of each item; @number says -1 for a word that it does not know. */
gboolean amr_question_numbers(AmrQuestionReader *reader, const char *value,
                              int (*number)(AmrBytes));

/* Reads what follows `rlimit`, a mount's words, and the words of those classes that have keys;
 * the class and its own words (question_words.c). *@known is FALSE, and nothing taken, if the next
 * word is none of theirs. */
gboolean amr_question_keyed(AmrQuestionReader *reader, gboolean *known);

/* Makes the parts, when all is read: of what was left out, everything. */
void amr_question_expand(AmrQuestionReader *reader);

#endif
