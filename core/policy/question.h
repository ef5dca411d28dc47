/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A question to policy, as people and logs put it: spelled as the literal rule that would grant it
 * ("/etc/passwd r", "capability net_raw", "signal (send) set=(term) peer=foo"), or taken from the
 * record of a denial. Asked of compiled policy through core/policy/oracle.
 */
#ifndef AMR_POLICY_QUESTION_H
#define AMR_POLICY_QUESTION_H

#include "core/policy/oracle.h"
#include "core/policy/rule.h"

G_BEGIN_DECLS

/* Longer than the list of all sockets that `network` alone asks about. */
#define AMR_QUESTION_PARTS_MAX 1024

typedef struct {
    AmrClass klass;
    char *text;    /* how a rule would say it, without the comma; fit for any sink as a rule is */
    GArray *parts; /* AmrOracleQuestion: all of them are asked ("capability a b"). At least one */
    GStringChunk *names; /* owns what the parts borrow */
} AmrQuestion;

void amr_question_free(AmrQuestion *question);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AmrQuestion, amr_question_free)

/*
 * Reads one question; a comma at its end may be there. Words are those of apparmor.d(5), read
 * more tolerantly than the compiler does, whatever the version; file permissions may be the letters
 * of logs (c, d, x) too. Names are literal: a wildcard or variable is an error, \ooo and quotes are
 * as in rules. Besides rules: `change_hat NAME`, `set rlimit NAME <= VALUE`. What is left out is
 * asked for all it could be: no access word, all accesses; no signal, all signals; no peer, any
 * peer. A mount without options is asked without flags (rw).
 * AMR_ERROR_PARSE: what is not a question (`deny`, `audit`, `all`), or says what is not known.
 */
AmrQuestion *amr_question_read(const char *text, GError **error);

/* PERMISSIONS PATH: letters, and the path as the bytes that it is. */
AmrQuestion *amr_question_file(const char *letters, AmrBytes path, gboolean owner, GError **error);

/* As it happened: amr_oracle_question_of(). NULL with *@why, static. */
AmrQuestion *amr_question_of_event(const AmrEvent *event, const char **why);

/* What @rule grants or denies, if it is literal; NULL if it is not (or no question at all). */
AmrQuestion *amr_question_of_rule(const AmrRule *rule);

/* Asks all parts: allowed if each of them is. Rights are of the class, over all parts: missing is
 * what one part or another lacks, allowed what all of them have; exec and target are the first
 * part's. */
void amr_question_ask(const AmrQuestion *question, const AmrOracleProfile *profile,
                      AmrOracleAnswer *answer);

/* Asks it (a file or link) as the file's owner, or as another. FALSE if it is of another class. */
gboolean amr_question_set_owner(AmrQuestion *question, gboolean owner);

/* All rights that the question asks for. */
guint32 amr_question_rights(const AmrQuestion *question);

/* Display form of which parts lack a right, "net_admin, sys_admin" (the first eight); NULL where
 * there is but one part or none lacks one. The caller frees. */
char *amr_question_missing(const AmrQuestion *question, const AmrOracleProfile *profile);

/* The names in one part: their key in rules and JSON, and where they stand. */
typedef struct {
    const char *key;
    AmrBytes *value; /* data NULL: not known */
} AmrQuestionName;
#define AMR_QUESTION_NAMES 8
guint amr_question_names(AmrOracleQuestion *part, AmrQuestionName names[AMR_QUESTION_NAMES]);

/* What a part asks beside names and rights, as a word: "net_raw", "inet stream", "term"; NULL if
 * there is nothing. The caller frees. */
char *amr_question_subject(const AmrOracleQuestion *part);

G_END_DECLS
#endif
