/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Questions from text: the words of rules, read more tolerantly than any one version does. */
#include <string.h>

#include "core/base/error.h"
#include "core/policy/question_private.h"
#include "core/policy/rule_lex.h"

gboolean
amr_question_wrong(const AmrQuestionReader *reader, const char *what)
{
    gsize at = reader->at < reader->words->len
                   ? g_array_index(reader->words, AmrWord, reader->at).at
                   : strlen(reader->text) - 1;
    amr_rule_wrong(reader->error, reader->text, at, what);
    return FALSE;
}

const char *
amr_question_peek(const AmrQuestionReader *reader)
{
    return reader->at < reader->words->len ? g_array_index(reader->words, AmrWord, reader->at).text
                                           : NULL;
}

gboolean
amr_question_accept(AmrQuestionReader *reader, const char *want)
{
    if (g_strcmp0(amr_question_peek(reader), want) != 0)
        return FALSE;
    reader->at++;
    return TRUE;
}

/* ---- values -----------------------------------------------------------------------------------
 */

/* The bytes that @spelled means; FALSE where it means more than one name. */
gboolean
amr_question_name(AmrQuestionReader *reader, const char *spelled, AmrBytes *name)
{
    gsize len = strlen(spelled);
    gboolean quoted = len >= 2 && spelled[0] == '"' && spelled[len - 1] == '"';
    g_autofree char *inner = quoted ? g_strndup(spelled + 1, len - 2) : g_strdup(spelled);
    g_autofree char *literal = amr_rule_literal(inner);
    if (!literal)
        return amr_question_wrong(
            reader, "a question names one thing: no wildcard and no variable; a character "
                    "that is one is written as \\ooo in octal");
    name->len = strlen(literal);
    name->data = g_string_chunk_insert_len(reader->question->names, literal, (gssize)name->len);
    return TRUE;
}

/* Runs of slashes are one in paths, but for two at the begin: filter_slashes() of the compiler. */
gboolean
amr_question_path(AmrQuestionReader *reader, const char *spelled, AmrBytes *name)
{
    if (!amr_question_name(reader, spelled, name))
        return FALSE;
    if (name->data[0] != '/')
        return amr_question_wrong(reader, "a path begins with a slash");
    char *out = (char *)name->data;
    const gsize first = strspn(name->data, "/") == 2 ? 1 : 0;
    gsize n = first;
    for (gsize i = first; i < name->len; i++)
        if (i == first || name->data[i] != '/' || name->data[i - 1] != '/')
            out[n++] = name->data[i];
    name->len = n;
    return TRUE;
}

/* ---- files ------------------------------------------------------------------------------------
 */

/* "rwk", "rix", letters of logs too. FALSE if it is none. */
static gboolean
letters_of(const char *word, guint32 *rights)
{
    static const char *const modes[] = {
#define EXEC_WORD(name, word) word,
        AMR_EXEC_MODES(EXEC_WORD)
#undef EXEC_WORD
    };
    guint32 all = 0;
    for (const char *p = word; *p;) {
        gsize len = 0;
        for (guint i = 0; i < G_N_ELEMENTS(modes); i++)
            if (g_str_has_prefix(p, modes[i]))
                len = MAX(len, strlen(modes[i]));
        guint32 one = AMR_PERM_EXEC;
        if (!len && !amr_oracle_rights(AMR_CLASS_FILE, (AmrBytes){p, 1}, &one))
            return FALSE;
        all |= one;
        p += MAX(len, 1);
    }
    *rights = all;
    return all != 0;
}

static gboolean
is_path(const char *word)
{
    return word[0] == '/' || (word[0] == '"' && word[1] == '/') || word[0] == '@';
}

static gboolean
read_file(AmrQuestionReader *reader)
{
    AmrOracleQuestion *part = &reader->part;
    gboolean has_path = FALSE;
    part->klass = AMR_CLASS_FILE;
    part->file.owner = reader->owner;
    (void)amr_question_accept(reader, "file");
    for (; amr_question_peek(reader); reader->at++) {
        const char *word = amr_question_peek(reader);
        if (is_path(word)) {
            if (has_path)
                return amr_question_wrong(reader, "one path at a time");
            if (!amr_question_path(reader, word, &part->file.path))
                return FALSE;
            has_path = TRUE;
        } else if (strcmp(word, "->") == 0) {
            return amr_question_wrong(reader,
                                      "where an execution leads is in the answer: ask without it");
        } else if (part->rights || !letters_of(word, &part->rights)) {
            return amr_question_wrong(reader,
                                      has_path
                                          ? "permissions are letters of rwacdlkmx, or ix, px, ..."
                                          : "no class of rules and no path");
        }
    }
    if (!has_path)
        return amr_question_wrong(reader, "a question of files names one");
    return part->rights || amr_question_wrong(reader, "which permissions?");
}

static gboolean
read_link(AmrQuestionReader *reader)
{
    AmrOracleQuestion *part = &reader->part;
    part->klass = AMR_CLASS_FILE;
    part->rights = AMR_PERM_LINK;
    part->file.owner = reader->owner;
    (void)amr_question_accept(reader, "subset");
    (void)amr_question_accept(reader, "subset");
    if (!amr_question_peek(reader))
        return amr_question_wrong(reader, "link NEW -> EXISTING");
    if (!amr_question_path(reader, amr_question_peek(reader), &part->file.path))
        return FALSE;
    reader->at++;
    if (!amr_question_accept(reader, "->") || !amr_question_peek(reader))
        return amr_question_wrong(reader, "link NEW -> EXISTING");
    if (!amr_question_path(reader, amr_question_peek(reader), &part->file.target))
        return FALSE;
    reader->at++;
    return !amr_question_peek(reader) || amr_question_wrong(reader, "text behind the question");
}

/* ---- the rest ---------------------------------------------------------------------------------
 */

static gboolean
read_capability(AmrQuestionReader *reader)
{
    reader->part.klass = AMR_CLASS_CAPABILITY;
    reader->part.rights = AMR_MAY_CHANGE;
    for (; amr_question_peek(reader); reader->at++) {
        int number = amr_oracle_capability(amr_bytes(amr_question_peek(reader)));
        if (number < 0)
            return amr_question_wrong(reader, "this word is not known");
        g_array_append_vals(reader->numbers, &number, 1);
    }
    return TRUE;
}

static gboolean
read_change_hat(AmrQuestionReader *reader)
{
    reader->part.klass = AMR_CLASS_CHANGE_HAT;
    reader->part.rights = AMR_MAY_CHANGE;
    if (!amr_question_peek(reader))
        return amr_question_wrong(reader, "change_hat HAT");
    if (!amr_question_name(reader, amr_question_peek(reader), &reader->part.change_hat.hat))
        return FALSE;
    reader->at++;
    return !amr_question_peek(reader) || amr_question_wrong(reader, "text behind the question");
}

/* ---- all classes ------------------------------------------------------------------------------
 */

static gboolean
read_class(AmrQuestionReader *reader)
{
    gboolean known = TRUE;
    gboolean ok = amr_question_keyed(reader, &known);
    if (known)
        return ok;
    if (amr_question_accept(reader, "capability"))
        return read_capability(reader);
    if (amr_question_accept(reader, "link"))
        return read_link(reader);
    if (amr_question_accept(reader, "change_hat"))
        return read_change_hat(reader);
    return read_file(reader);
}

/* ---- the text ----*/

static char *
words_as_text(const GArray *words)
{
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < words->len; i++)
        g_string_append_printf(text, "%s%s", i ? " " : "", g_array_index(words, AmrWord, i).text);
    return g_string_free(text, FALSE);
}

/* What stands before the class. */
static gboolean
read_qualifiers(AmrQuestionReader *reader)
{
    static const char *const others[] = {"deny", "audit", "quiet", NULL};
    (void)amr_question_accept(reader, "allow");
    if (amr_question_peek(reader) && g_strv_contains(others, amr_question_peek(reader)))
        return amr_question_wrong(reader, "a question asks what is allowed: leave this word out");
    reader->owner = amr_question_accept(reader, "owner");
    if (!read_class(reader))
        return FALSE;
    reader->at = 0;
    return !reader->owner || reader->part.klass == AMR_CLASS_FILE ||
           amr_question_wrong(reader, "only files and links have an owner");
}

/* As the lexer wants a rule: with a comma at its end. What stands behind a backslash is a part of a
 * name, also a blank or a comma. */
static char *
with_comma(const char *text)
{
    gsize len = strlen(text), escapes = 0;
    while (len && strchr("\r\n", text[len - 1]))
        len--;
    gsize end = len;
    while (end && strchr(" \t", text[end - 1]))
        end--;
    gboolean comma = end && text[end - 1] == ',';
    while (comma && end > 1 + escapes && text[end - 2 - escapes] == '\\')
        escapes++;
    return g_strdup_printf("%.*s%s", (int)len, text, comma && escapes % 2 == 0 ? "" : ",");
}

AmrQuestion *
amr_question_read(const char *text, GError **error)
{
    g_autoptr(AmrQuestion) question = g_new0(AmrQuestion, 1);
    g_autoptr(GArray) numbers = g_array_new(FALSE, FALSE, sizeof(guint));
    g_autoptr(GError) problem = NULL;
    g_autofree char *rule = with_comma(text);
    gboolean include = FALSE;
    question->names = g_string_chunk_new(256);
    question->parts = g_array_new(FALSE, TRUE, sizeof(AmrOracleQuestion));
    g_autoptr(GArray) words = amr_rule_lex(rule, &include, error);
    if (!words)
        return NULL;
    AmrQuestionReader reader = {.text = rule,
                                .words = words,
                                .question = question,
                                .numbers = numbers,
                                .any_family = TRUE,
                                .error = &problem};
    if (include) {
        (void)amr_question_wrong(&reader, "an include is no question");
    } else if (read_qualifiers(&reader)) {
        amr_question_expand(&reader);
        question->klass = reader.part.klass;
        question->text = words_as_text(words);
        return g_steal_pointer(&question);
    }
    g_propagate_error(error, g_steal_pointer(&problem));
    return NULL;
}
