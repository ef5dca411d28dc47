/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Rules that are a keyword, access words and conditions: one table for the reader and the printer.
 * For rule_*.c. Source: apparmor.d(5) of 3.0.8 and 4.1.0.
 */
#ifndef AMR_POLICY_RULE_TERMS_H
#define AMR_POLICY_RULE_TERMS_H

#include "core/policy/rule.h"
#include "core/policy/rule_lex.h"

G_BEGIN_DECLS

typedef enum {
    AMR_FORM_WORD = 1, /* letters, digits, `_`, `-`: what the compiler knows by name */
    AMR_FORM_PATTERN,
    AMR_FORM_LIST,     /* one word, or several in parentheses */
    AMR_FORM_PATTERNS, /* the same of patterns */
} AmrForm;

typedef struct {
    AmrTerm term;
    AmrForm form;
    const char *key; /* `key=`; in a peer's, within `peer=(...)` */
    gboolean peer;
} AmrSlot;

typedef struct {
    AmrRuleKind kind;
    const char *keyword, *other; /* @other: a second spelling */
    const char *access;          /* the words that are known, each between blanks; NULL: none */
    gboolean bare;               /* the access is one word without parentheses */
    AmrTerm first, arrow;        /* without a key: before and behind `->`; NONE: no such */
    AmrSlot slots[10];           /* in the order in which they are printed */
} AmrGrammar;

/* NULL for a kind without terms. */
const AmrGrammar *amr_grammar_of(AmrRuleKind kind);
const AmrGrammar *amr_grammar_by_keyword(const char *word);
/* The slot of the key @key (@len bytes), in a peer's list or outside; NULL. */
const AmrSlot *amr_grammar_slot(const AmrGrammar *grammar, const char *key, gsize len,
                                gboolean peer);

/* Sorted, each once; @words is sorted in place. */
char **amr_sorted_words(char **words);

/* The rule that @words (of @n) say, from the keyword on, without its qualifiers; NULL if the table
 * does not hold all of it (then the compiler has to decide), and in *@failed (may be NULL) the word
 * that it does not. */
AmrRule *amr_terms_read(const AmrWord *words, guint n, guint *failed);

/* Without qualifiers and without the comma. */
void amr_terms_print(GString *out, const AmrRule *rule);

/* Whether values of this term are patterns (or a list of them), with brackets and escapes of their
 * own. */
gboolean amr_term_is_pattern(AmrRuleKind kind, AmrTerm term);

/* "peer=(ip=)", "the source": how messages call a term. Static. */
const char *amr_term_name(AmrTerm term);

/* Appends a pattern as it stands in a rule, quoted where it must be. */
void amr_rule_append_pattern(GString *out, const char *pattern);

G_END_DECLS
#endif
