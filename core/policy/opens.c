/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/policy/opens_private.h"

#include <string.h>

#include "core/base/text.h"

static void
opening_free(gpointer data)
{
    AmrOpening *opening = data;
    amr_oracle_comparison_free(opening->gains);
    g_free(opening->why);
    g_free(opening);
}

void
amr_opens_wanted_free(gpointer data)
{
    AmrOpensWanted *wanted = data;
    if (!wanted)
        return;
    g_free(wanted->key);
    g_free(wanted->profile);
    amr_rule_free(wanted->rule);
    g_free(wanted);
}

AmrOpens *
amr_opens_new(void)
{
    AmrOpens *opens = g_rc_box_new0(AmrOpens);
    opens->known = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, opening_free);
    opens->asked = g_hash_table_new(g_str_hash, g_str_equal);
    opens->wanted = g_ptr_array_new_with_free_func(amr_opens_wanted_free);
    return opens;
}

AmrOpens *
amr_opens_ref(AmrOpens *opens)
{
    return g_rc_box_acquire(opens);
}

static void
opens_clear(gpointer data)
{
    AmrOpens *opens = data;
    g_hash_table_unref(opens->asked);
    g_hash_table_unref(opens->known);
    g_ptr_array_unref(opens->wanted);
}

void
amr_opens_free(AmrOpens *opens)
{
    if (opens)
        g_rc_box_release_full(opens, opens_clear);
}

void
amr_opens_forget(AmrOpens *opens)
{
    g_hash_table_remove_all(opens->known);
    g_hash_table_remove_all(opens->asked);
    g_ptr_array_set_size(opens->wanted, 0);
    opens->generation++;
}

/* A printed rule never holds a newline. */
const AmrOpening *
amr_opens_look(AmrOpens *opens, const char *profile, const AmrRule *rule)
{
    g_autofree char *printed = amr_rule_print(rule);
    g_autofree char *key = g_strconcat(printed, "\n", profile, NULL);
    const AmrOpening *opening = g_hash_table_lookup(opens->known, key);

    if (opening || g_hash_table_contains(opens->asked, key))
        return opening;
    AmrOpensWanted *wanted = g_new0(AmrOpensWanted, 1);
    wanted->key = g_steal_pointer(&key);
    wanted->profile = g_strdup(profile);
    wanted->rule = amr_rule_copy(rule);
    g_ptr_array_add(opens->wanted, wanted);
    g_hash_table_add(opens->asked, wanted->key);
    return NULL;
}

gboolean
amr_opens_want(const AmrOpens *opens)
{
    return opens->wanted->len > 0;
}

/* ---- in words --------------------------------------------------------------------------------
 */

/* Of so many kinds of names each is told by itself. */
#define TOLD_MAX 3

/* As a rule has them: what `w` and `a` bring with them in the machine goes without saying, and what
 * logs call creating and deleting is `w`. */
static guint32
plain_rights(AmrClass klass, guint32 rights)
{
    guint32 writes = AMR_PERM_CREATE | AMR_PERM_DELETE | AMR_PERM_WRITE;

    if (klass != AMR_CLASS_FILE)
        return rights;
    if ((rights & AMR_PERM_APPEND) && !(rights & AMR_PERM_WRITE))
        writes = AMR_PERM_WRITE;
    if (rights & writes)
        rights = (rights & ~(writes | AMR_PERM_APPEND)) | AMR_PERM_WRITE;
    return rights & ~(guint32)(AMR_PERM_CREATE | AMR_PERM_DELETE);
}

/* So many and more of a socket's rights are all that are asked. */
#define SOCKET_ALL 10

char *
amr_opening_rights(const AmrOracleDifference *difference, gboolean *own)
{
    guint32 all = difference->gained | difference->gained_other;

    *own = difference->klass == AMR_CLASS_FILE && !difference->gained_other;
    all = plain_rights(difference->klass, all);
    if ((difference->klass == AMR_CLASS_NETWORK || difference->klass == AMR_CLASS_UNIX) &&
        __builtin_popcount(all) >= SOCKET_ALL)
        return g_strdup("every access");
    return amr_oracle_rights_words(difference->klass, all);
}

/* " in /x/ and below", " that begin with /x/ab". */
static char *
tell_place(const AmrOracleDifference *difference)
{
    const char *prefix = difference->prefix;
    g_autofree char *shown = amr_display_string(prefix);

    if (!*prefix)
        return g_strdup("");
    if (g_str_has_suffix(prefix, "/"))
        return g_strdup_printf(" in %s%s", shown, difference->deep ? " and below" : "");
    return g_strdup_printf(" that begin with %s", shown);
}

static char *
tell_files(const AmrOracleDifference *difference)
{
    AmrOracleQuestion question = difference->example;
    question.file.owner = FALSE;
    g_autofree char *example = amr_oracle_question_text(&question);
    g_autofree char *place = tell_place(difference);

    if (difference->single)
        return g_steal_pointer(&example);
    if (difference->names == 0)
        return g_strdup_printf("names%s, such as %s", place, example);
    if (difference->names == AMR_ORACLE_ENDLESS)
        return g_strdup_printf("names without end%s, such as %s", place, example);
    return g_strdup_printf("%" G_GUINT64_FORMAT " names%s, such as %s", difference->names, place,
                           example);
}

/* Sockets have no names to count: what stands behind the type are addresses and ports. */
static char *
tell_others(const AmrOracleDifference *difference)
{
    g_autofree char *example = amr_oracle_question_text(&difference->example);
    guint64 names = difference->names;

    if (difference->single || *example == '\0')
        return g_steal_pointer(&example);
    if (difference->klass == AMR_CLASS_NETWORK || difference->klass == AMR_CLASS_UNIX || !names)
        return g_strdup_printf("more than one, such as %s", example);
    if (names == AMR_ORACLE_ENDLESS)
        return g_strdup_printf("as many as there are names, such as %s", example);
    return g_strdup_printf("%" G_GUINT64_FORMAT ", such as %s", names, example);
}

static void
tell(GString *out, const AmrOracleDifference *difference)
{
    gboolean own;
    g_autofree char *rights = amr_opening_rights(difference, &own);

    if (difference->klass == AMR_CLASS_FILE) {
        g_autofree char *what = tell_files(difference);
        g_string_append_printf(out, "%s%s of %s", own ? "owner " : "", rights, what);
        return;
    }
    g_autofree char *what = tell_others(difference);
    g_string_append_printf(out, "%s%s%s%s%s", amr_class_word(difference->klass),
                           difference->klass == AMR_CLASS_CAPABILITY ? "" : " ",
                           difference->klass == AMR_CLASS_CAPABILITY ? "" : rights,
                           *what ? ": " : "", what);
}

/* Whether it is of the one name that was denied. */
static gboolean
is_denied(const AmrOracleDifference *difference, const AmrQuestion *denied)
{
    guint32 all = difference->gained | difference->gained_other;

    if (!denied || !difference->single || difference->klass != denied->klass ||
        plain_rights(denied->klass, all) &
            ~plain_rights(denied->klass, amr_question_rights(denied)))
        return FALSE;
    for (guint i = 0; i < denied->parts->len; i++) {
        AmrOracleQuestion part = g_array_index(denied->parts, AmrOracleQuestion, i);
        AmrOracleQuestion example = difference->example;
        if (part.klass == AMR_CLASS_FILE)
            part.file.owner = example.file.owner = FALSE;
        g_autofree char *one = amr_oracle_question_text(&part);
        g_autofree char *other = amr_oracle_question_text(&example);
        if (strcmp(one, other) == 0)
            return TRUE;
    }
    return FALSE;
}

char *
amr_opening_words(const AmrOpening *opening, const AmrQuestion *denied)
{
    g_autoptr(GString) out = g_string_new(NULL);
    guint told = 0, more = 0, same = 0;

    if (!opening->gains)
        return g_strdup_printf("not known: %s", opening->why);
    for (guint i = 0; i < opening->gains->differences->len; i++) {
        const AmrOracleDifference *difference = opening->gains->differences->pdata[i];
        if (is_denied(difference, denied)) {
            same++;
        } else if (told < TOLD_MAX) {
            g_string_append(out, told++ ? "; " : "");
            tell(out, difference);
        } else {
            more++;
        }
    }
    if (more)
        g_string_append_printf(out, "; and %u more kinds", more);
    if (told == 0)
        g_string_append(out, same ? AMR_OPENS_NOTHING
                                  : "nothing that the profile does not allow already");
    return g_string_free(g_steal_pointer(&out), FALSE);
}
