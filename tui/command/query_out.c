/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Answers of policy, for people and as JSON. */
#include "config.h"

#include <string.h>

#include "tui/command/query.h"

static const AmrOracleQuestion *
part_of(const AmrQuestion *question, guint n)
{
    return &g_array_index(question->parts, AmrOracleQuestion, n);
}

/* ---- for people ------------------------------------------------------------------------------ */

/* "pix -> x": into the profile x, or else it stays in this one. The letters before the x of a mode
 * are tried in their order. */
static void
add_exec(GString *out, const AmrOracleAnswer *answer)
{
    static const struct {
        char letter;
        const char *words;
    } ways[] = {
        {'i', "in this profile"},
        {'p', "in the program's own profile"},
        {'c', "in a child of this profile"},
        {'u', "unconfined"},
    };
    g_autofree char *shown = amr_display_string(answer->target);
    const char *word = amr_exec_mode_word(answer->exec);
    gboolean target = answer->target != NULL, first = TRUE;

    if (answer->exec == AMR_EXEC_NONE)
        return;
    g_string_append(out, "; it runs ");
    for (const char *p = word; *p; p++) {
        for (guint i = 0; i < G_N_ELEMENTS(ways); i++) {
            if (ways[i].letter != g_ascii_tolower(*p))
                continue;
            g_string_append(out, first ? "" : ", or else ");
            if (first && target)
                g_string_append_printf(out, "in %s %s",
                                       *p == 'c' || *p == 'C' ? "child" : "profile", shown);
            else
                g_string_append(out, ways[i].words);
            first = FALSE;
        }
    }
    g_string_append_printf(out, " (%s%s%s)", word, target ? " -> " : "", shown);
}

/* Which profile that is. By the name of a target or child it is certain that none is there. */
static void
add_into(GString *out, const AmrAnswerPlace *place)
{
    const AmrOracleAnswer *answer = &place->answer;
    const char *word = amr_exec_mode_word(answer->exec), *target = answer->target;
    gboolean by_name = target ? target[0] != ':' && target[0] != '&' && !strstr(target, "//&")
                              : g_ascii_tolower(word[0]) == 'c';

    if (answer->exec == AMR_EXEC_NONE || answer->exec == AMR_EXEC_IX)
        return;
    if (place->into)
        g_string_append(out, ": ");
    amr_display_append(out, amr_bytes(place->into));
    if (!place->into && by_name)
        g_string_append(out, strpbrk(word, "uU") ? ", which is not there"
                                                 : ", which is not there, so that it fails");
}

static void
add_logged(GString *out, const AmrAnswerPlace *place, const AmrQuestion *question)
{
    const AmrOracleAnswer *answer = &place->answer;

    if (place->by_kernel && !answer->audited)
        return; /* the kernel says only what is allowed */
    if (!answer->audited) {
        g_string_append(out, ", not logged");
    } else if ((answer->allowed & ~answer->audited) == 0) {
        g_string_append(out, ", and logged");
    } else {
        g_autofree char *words = amr_oracle_rights_words(question->klass, answer->audited);
        g_string_append_printf(out, ", logged: %s", words);
    }
}

static void
add_denied(GString *out, const AmrAnswerPlace *place, const AmrQuestion *question,
           const AmrCause *by)
{
    const AmrOracleAnswer *answer = &place->answer;

    if (answer->allowed) {
        g_autofree char *yes = amr_oracle_rights_words(question->klass, answer->allowed);
        g_autofree char *no = amr_oracle_rights_words(question->klass, answer->missing);
        g_string_append_printf(out, "%s yes, %s no: ", yes, no);
    }
    g_string_append(out, "denied ");
    if (!answer->refused) {
        g_string_append(out, "for want of a rule");
    } else if ((answer->missing & ~answer->refused) == 0) {
        g_string_append(out, "by an explicit deny");
    } else {
        g_autofree char *words = amr_oracle_rights_words(question->klass, answer->refused);
        g_string_append_printf(out, "for want of a rule, %s by an explicit deny", words);
    }
    if (place->missing)
        g_string_append_printf(out, " (%s)", place->missing);
    if (by) {
        g_string_append_printf(out, "; %s", by->said);
    }
    if (answer->depends)
        g_string_append(out, "; for some of what was not named it is allowed");
}

static void
add_mode(GString *out, const AmrOracleAnswer *answer)
{
    gboolean allowed = answer->verdict == AMR_ORACLE_ALLOWED;

    if (answer->mode == AMR_ORACLE_MODE_UNCONFINED)
        g_string_append(out, allowed ? "" : "; it happens all the same: the profile is unconfined");
    else if (allowed || answer->verdict == AMR_ORACLE_UNMEDIATED)
        return;
    else if (answer->mode == AMR_ORACLE_MODE_COMPLAIN)
        g_string_append(out, answer->happens
                                 ? "; it happens all the same, and is logged: complain mode"
                                 : "; an explicit deny holds in complain mode, too");
    else if (answer->mode == AMR_ORACLE_MODE_KILL)
        g_string_append(out, "; the program is killed");
    else if (answer->prompted)
        g_string_append(out, "; the user is asked");
}

static gboolean
out_place(const char *label, const AmrAnswerPlace *place, const AmrQuestion *question,
          const AmrCause *by)
{
    g_autoptr(GString) out = g_string_new(label);

    switch (place->answer.verdict) {
    case AMR_ORACLE_ALLOWED:
        g_string_append(out, "allowed");
        add_logged(out, place, question);
        add_exec(out, &place->answer);
        add_into(out, place);
        break;
    case AMR_ORACLE_DENIED:
    case AMR_ORACLE_REFUSED:
        add_denied(out, place, question, by);
        break;
    case AMR_ORACLE_UNMEDIATED:
        g_string_append(out, "not mediated: this policy says nothing of it");
        break;
    default:
        g_string_append_printf(out, "no answer: %s", place->why);
        return tui_out_line(out->str);
    }
    add_mode(out, &place->answer);
    return tui_out_line(out->str);
}

static char *
full_name(const AmrAnswer *answer)
{
    return *answer->ns ? g_strdup_printf(":%s:%s", answer->ns, answer->name)
                       : g_strdup(answer->name);
}

static gboolean
out_cause(const char *indent, const char *verb, const AmrCause *cause)
{
    g_autofree char *through =
        cause->through ? g_strdup_printf(" (through %s)", cause->through) : g_strdup("");
    g_autofree char *line = g_strdup_printf("%s  %s by %s%s", indent, verb, cause->said, through);
    return tui_out_line(line);
}

/* Each rule on a line of its own. */
static gboolean
out_why(const TuiQuery *query, const AmrAnswer *answer)
{
    const char *indent = query->many ? "  " : "";
    gboolean good = TRUE;

    for (guint i = 0; answer->granted && i < answer->granted->len && good; i++)
        good = out_cause(indent, "granted", answer->granted->pdata[i]);
    if (query->why && good && answer->denied)
        good = out_cause(indent, "denied", answer->denied);
    return good;
}

static gboolean
out_text(const TuiQuery *query, const AmrQuestion *question, const AmrAnswer *answer)
{
    if (query->many) {
        g_autofree char *name = full_name(answer);
        g_autofree char *spelled = amr_policy_name(AMR_PLACE_PATTERN, amr_bytes(name), NULL);
        g_autofree char *shown = amr_display_string(name);
        g_autofree char *head = g_strdup_printf("%s %s", spelled ? spelled : shown, question->text);
        g_autofree char *inert = amr_display_lines(amr_bytes(head));
        if (!tui_out_line(inert))
            return FALSE;
    }
    return (query->loaded || (out_place(query->many ? "  on disk: " : "on disk: ", &answer->disk,
                                        question, answer->denied) &&
                              out_why(query, answer))) &&
           out_place(query->many ? "  loaded:  " : "loaded:  ", &answer->loaded, question, NULL);
}

/* ---- JSON ------------------------------------------------------------------------------------ */

static void
add_rights(TuiJson *json, const char *key, AmrClass klass, guint32 rights)
{
    g_autofree char *words = amr_oracle_rights_words(klass, rights);

    tui_json_text(json, key, words);
}

static void
add_question(TuiJson *json, const AmrQuestion *question)
{
    AmrOracleQuestion part = *part_of(question, 0);
    AmrQuestionName names[AMR_QUESTION_NAMES];
    guint n = amr_question_names(&part, names);

    tui_json_open_object(json, "question");
    tui_json_text(json, "class", amr_class_word(question->klass));
    tui_json_name(json, "rule", question->text);
    add_rights(json, "rights", question->klass, amr_question_rights(question));
    if (question->klass == AMR_CLASS_FILE)
        tui_json_bool(json, "owner", part.file.owner);
    tui_json_open_array(json, "of");
    for (guint i = 0; i < question->parts->len; i++) {
        g_autofree char *subject = amr_question_subject(part_of(question, i));
        if (subject)
            tui_json_text(json, NULL, subject);
    }
    tui_json_close_array(json);
    for (guint i = 0; i < n; i++) {
        if (names[i].value->data)
            tui_json_bytes(json, names[i].key, *names[i].value);
        else
            tui_json_null(json, names[i].key);
    }
    tui_json_close_object(json);
}

static void
add_place(TuiJson *json, const char *key, const AmrAnswerPlace *place, AmrClass klass)
{
    const AmrOracleAnswer *answer = &place->answer;
    g_autofree char *reason = g_strconcat(key, "_reason", NULL);

    if (answer->verdict == AMR_ORACLE_UNKNOWN) {
        tui_json_null(json, key);
        tui_json_text(json, reason, place->why);
        return;
    }
    tui_json_open_object(json, key);
    tui_json_text(json, "verdict", amr_oracle_verdict_word(answer->verdict));
    tui_json_bool(json, "happens", answer->happens);
    tui_json_text(json, "mode", amr_oracle_mode_word(answer->mode));
    add_rights(json, "allowed", klass, answer->allowed);
    add_rights(json, "missing", klass, answer->missing);
    add_rights(json, "refused", klass, answer->refused);
    add_rights(json, "audited", klass, answer->audited);
    add_rights(json, "prompted", klass, answer->prompted);
    tui_json_text(json, "lacking", place->missing);
    tui_json_bool(json, "depends", answer->depends);
    tui_json_text(json, "exec",
                  answer->exec == AMR_EXEC_NONE ? NULL : amr_exec_mode_word(answer->exec));
    tui_json_name(json, "target", answer->target);
    tui_json_name(json, "into", place->into);
    tui_json_text(json, "by", place->by_kernel ? "kernel" : "policy");
    tui_json_close_object(json);
    tui_json_null(json, reason);
}

static void
add_granted(TuiJson *json, const AmrAnswer *answer)
{
    tui_json_open_array(json, "granted_by");
    for (guint i = 0; answer->granted && i < answer->granted->len; i++)
        tui_json_cause(json, NULL, answer->granted->pdata[i]);
    tui_json_close_array(json);
}

static TuiJson *
new_json(const char *ns, const char *name, guint64 line)
{
    TuiJson *json = tui_json_new();

    tui_json_name(json, "profile", name);
    tui_json_name(json, "namespace", ns);
    if (line)
        tui_json_uint(json, "line", line);
    return json;
}

gboolean
tui_query_out(const TuiQuery *query, const AmrQuestion *question, const AmrAnswer *answer,
              guint64 line)
{
    TuiJson *json;

    if (!query->command->options->json)
        return out_text(query, question, answer);
    json = new_json(answer->ns, answer->name, line);
    add_question(json, question);
    add_place(json, "disk", &answer->disk, question->klass);
    add_place(json, "loaded", &answer->loaded, question->klass);
    tui_json_cause(json, "denied_by", answer->denied);
    if (query->why)
        add_granted(json, answer);
    return tui_out_json(json);
}

gboolean
tui_query_out_none(const TuiQuery *query, const char *profile, const AmrEvent *event,
                   const char *why)
{
    g_autofree char *shown = amr_display_string(profile), *tried = amr_explain_tried(event);
    g_autofree char *object = amr_explain_object(event), *ns = NULL, *text = NULL;
    const char *name;
    TuiJson *json;

    if (!query->command->options->json) {
        text = g_strdup_printf("%s: %s %s\n  no question to policy: %s", shown, tried, object, why);
        return tui_out_line(text);
    }
    tui_split_profile(profile, &ns, &name);
    json = new_json(ns, name, 0);
    tui_json_null(json, "question");
    tui_json_text(json, "question_reason", why);
    tui_json_null(json, "disk");
    tui_json_null(json, "loaded");
    return tui_out_json(json);
}
