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

/* Reads a question of the classes that the grammar of rules has a table for (question_words.c).
 * *@known is FALSE, and nothing taken, if the next word is none of theirs. */
gboolean amr_question_keyed(AmrQuestionReader *reader, gboolean *known);

/* Makes the parts, when all is read: of what was left out, everything. */
void amr_question_expand(AmrQuestionReader *reader);

#endif
