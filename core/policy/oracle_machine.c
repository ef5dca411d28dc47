/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a profile's state machines come with: tables of permissions, starts, names of transitions
 * (unpack_pdb of security/apparmor/policy_unpack.c, Linux 6.12). */
#include <string.h>

#include "core/policy/oracle_reader.h"

/* The permission table: a version, then of each entry a word that is not used and 13 words. */
gboolean
amr_reader_perms(AmrReader *reader, const AmrElement *element, GError **error)
{
    AmrElement version;
    guint n;
    if (!amr_cursor_next(reader->cursor, &version, error))
        return FALSE;
    if (version.code != AMR_CODE_U32 || g_strcmp0(version.tag, "version") != 0 ||
        version.number < 1 || version.number > 3)
        return amr_error_set(error, AMR_ERROR_PARSE,
                             "unknown version of a permission table at offset %" G_GSIZE_FORMAT,
                             element->offset);
    if (!amr_reader_array(reader, &n, error))
        return FALSE;
    g_autofree AmrPerms *table = g_new0(AmrPerms, n + 1);
    for (guint i = 0; i < n; i++) {
        guint32 word[14];
        for (guint j = 0; j < G_N_ELEMENTS(word); j++)
            if (!amr_reader_u32(reader, &word[j], error))
                return FALSE;
        table[i] = (AmrPerms){.allow = word[1],
                              .deny = word[2],
                              .prompt = word[7],
                              .audit = word[8],
                              .quiet = word[9],
                              .xindex = word[11]};
    }
    if (!amr_reader_ends(reader, error))
        return FALSE;
    g_free(reader->table);
    reader->table = g_steal_pointer(&table);
    reader->n_table = n;
    return TRUE;
}

/* A machine's accept words stay within its table, with the entry for others behind them. */
static gboolean
check_table(const AmrPdb *pdb, gsize offset, GError **error)
{
    for (guint32 i = 0; pdb->table && i < pdb->dfa->n_states; i++)
        if (pdb->dfa->accept[i] + (guint64)amr_pdb_has_owner(pdb, i) >= pdb->n_table)
            return amr_error_set(error, AMR_ERROR_PARSE,
                                 "a state beyond the permission table at offset %" G_GSIZE_FORMAT,
                                 offset);
    return TRUE;
}

static AmrPdb *
machine_of(AmrReader *reader)
{
    AmrOracleRules *rules = reader->profile->rules;
    if (reader->in_policy)
        return &rules->policy;
    return reader->has_flags ? &rules->file : &rules->attachment;
}

gboolean
amr_reader_dfa(AmrReader *reader, const AmrElement *element, GError **error)
{
    AmrPdb *pdb = machine_of(reader);
    if (pdb->dfa)
        return amr_error_set(error, AMR_ERROR_PARSE,
                             "a state machine that stands twice at offset %" G_GSIZE_FORMAT,
                             element->offset);
    pdb->dfa = amr_dfa_new(element->data, element->size, element->offset, error);
    if (!pdb->dfa)
        return FALSE;
    pdb->table = g_steal_pointer(&reader->table);
    pdb->n_table = reader->n_table;
    reader->n_table = 0;
    pdb->start = pdb->file = 1;
    if (pdb != &reader->profile->rules->policy)
        amr_pdb_find_pairs(pdb);
    reader->pdb = pdb;
    reader->wants_length = pdb == &reader->profile->rules->attachment;
    reader->profile->permissions_table |= pdb->table != NULL;
    return check_table(pdb, element->offset, error);
}

gboolean
amr_reader_start(AmrReader *reader, const AmrElement *element, GError **error)
{
    if (!reader->pdb || element->number >= reader->pdb->dfa->n_states)
        return amr_error_set(error, AMR_ERROR_PARSE,
                             "a start that is no state at offset %" G_GSIZE_FORMAT,
                             element->offset);
    if (strcmp(element->tag, "start") == 0)
        reader->pdb->start = (guint32)element->number;
    else
        reader->pdb->file = (guint32)element->number;
    return TRUE;
}

/* A name in a namespace is written ":namespace", NUL, "name". */
static char *
transition_name(const AmrElement *element)
{
    char *name = g_strndup("", element->size);
    memcpy(name, element->data, element->size);
    if (element->size && name[0] == ':') {
        char *end = memchr(name, '\0', element->size);
        if (end)
            *end = ':';
    }
    return name;
}

gboolean
amr_reader_xtable(AmrReader *reader, const AmrElement *element, GError **error)
{
    guint n;
    AmrElement name;
    if (!amr_reader_array(reader, &n, error))
        return FALSE;
    if (!reader->pdb || reader->pdb->names)
        return amr_error_set(error, AMR_ERROR_PARSE,
                             "an xtable that belongs nowhere at offset %" G_GSIZE_FORMAT,
                             element->offset);
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < n; i++) {
        if (!amr_cursor_expect(reader->cursor, AMR_CODE_STRING, &name, error))
            return FALSE;
        g_ptr_array_add(names, transition_name(&name));
    }
    g_ptr_array_add(names, NULL);
    reader->pdb->n_names = n;
    reader->pdb->names = (char **)g_ptr_array_free(g_steal_pointer(&names), FALSE);
    return amr_reader_ends(reader, error);
}
