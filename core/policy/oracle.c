/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The stream as a whole: profiles one behind the other, each behind the version it is written in.
 */
#include <string.h>

#include "core/policy/oracle_private.h"

#define BYTES_MAX    (256u << 20)
#define PROFILES_MAX 65536u
#define ABI_MASK     0x3ffu
#define ABI_FIRST    5
#define ABI_LAST     9

struct AmrOracle {
    gatomicrefcount holders;
    GPtrArray *profiles; /* AmrOracleProfile */
    GHashTable *by_name; /* ":ns:name" or "name" -> profile, borrowed */
};

static const char *const mode_words[] = {"unknown",
#define AMR_ORACLE_MODE_WORD(name, word) word,
                                         AMR_ORACLE_MODES(AMR_ORACLE_MODE_WORD)
#undef AMR_ORACLE_MODE_WORD
};

const char *
amr_oracle_mode_word(AmrOracleMode mode)
{
    return (guint)mode < G_N_ELEMENTS(mode_words) ? mode_words[mode] : mode_words[0];
}

static const char *const verdict_words[] = {"unknown",
#define AMR_ORACLE_VERDICT_WORD(name, word) word,
                                            AMR_ORACLE_VERDICTS(AMR_ORACLE_VERDICT_WORD)
#undef AMR_ORACLE_VERDICT_WORD
};

const char *
amr_oracle_verdict_word(AmrOracleVerdict verdict)
{
    return (guint)verdict < G_N_ELEMENTS(verdict_words) ? verdict_words[verdict] : verdict_words[0];
}

/* The version's low bits are the kernel's ABI; 0x800 asks for complain whatever the flags say. */
static gboolean
take_version(const AmrElement *element, guint *abi, GError **error)
{
    guint version = (guint)element->number & ABI_MASK;
    if (version < ABI_FIRST || version > ABI_LAST)
        return amr_error_set(error, AMR_ERROR_PARSE,
                             "unknown version %u at offset %" G_GSIZE_FORMAT, version,
                             element->offset);
    *abi = (guint)element->number & (ABI_MASK | 0x800);
    return TRUE;
}

/* Compilers (3.0.8 to 5.0.2) name the namespace of a parent alone. Its children follow it, and the
 * kernel takes them with it if they come in one write (aa_replace_profiles() in
 * security/apparmor/policy.c of Linux 6.12). */
static void
follow_parent(AmrOracleProfile *profile, const AmrOracleProfile **parent)
{
    gsize len = *parent ? strlen((*parent)->name) : 0;
    if (!strstr(profile->name, "//")) {
        *parent = profile;
    } else if (*parent && !*profile->ns && strncmp(profile->name, (*parent)->name, len) == 0 &&
               strncmp(profile->name + len, "//", 2) == 0) {
        g_free((char *)profile->ns);
        profile->ns = g_strdup((*parent)->ns);
    }
}

static gboolean
read_stream(AmrOracle *oracle, AmrCursor *cursor, GError **error)
{
    AmrElement element;
    const AmrOracleProfile *parent = NULL;
    const char *ns = "";
    gsize begin = cursor->at;
    guint abi = 0;
    while (!amr_cursor_at_end(cursor)) {
        if (!amr_cursor_next(cursor, &element, error))
            return FALSE;
        const char *tag = element.tag ? element.tag : "";
        if (element.code == AMR_CODE_U32 && strcmp(tag, "version") == 0) {
            if (!take_version(&element, &abi, error))
                return FALSE;
            ns = "";
        } else if (element.code == AMR_CODE_STRING && strcmp(tag, "namespace") == 0) {
            ns = (const char *)element.data;
        } else if (element.code == AMR_CODE_STRUCT && strcmp(tag, "profile") == 0 && abi) {
            if (oracle->profiles->len >= PROFILES_MAX)
                return amr_error_set(error, AMR_ERROR_LIMIT, "more than %u profiles", PROFILES_MAX);
            AmrOracleProfile *profile = amr_oracle_profile_read(cursor, ns, abi, error);
            if (!profile)
                return FALSE;
            profile->rules->oracle = oracle;
            profile->offset = begin;
            profile->size = cursor->at - begin;
            begin = cursor->at;
            follow_parent(profile, &parent);
            g_ptr_array_add(oracle->profiles, profile);
        } else {
            g_autofree char *shown = amr_display_string(tag);
            return amr_error_set(error, AMR_ERROR_PARSE,
                                 "%s '%s' where a profile is expected at offset %" G_GSIZE_FORMAT,
                                 amr_code_word(element.code), shown, element.offset);
        }
    }
    return TRUE;
}

static void
index_names(AmrOracle *oracle)
{
    for (guint i = 0; i < oracle->profiles->len; i++) {
        AmrOracleProfile *profile = g_ptr_array_index(oracle->profiles, i);
        char *name = *profile->ns ? g_strdup_printf(":%s:%s", profile->ns, profile->name)
                                  : g_strdup(profile->name);
        g_hash_table_replace(oracle->by_name, name, profile);
    }
}

AmrOracle *
amr_oracle_new(GBytes *compiled, GError **error)
{
    AmrCursor cursor = {.at = 0};
    if (g_bytes_get_size(compiled) > BYTES_MAX) {
        amr_error_set(error, AMR_ERROR_LIMIT, "Compiled policy: more than %u bytes", BYTES_MAX);
        return NULL;
    }
    g_autoptr(GBytes) stream = amr_oracle_unpacked(compiled, BYTES_MAX, error);
    if (!stream) {
        g_prefix_error(error, "Compiled policy: ");
        return NULL;
    }
    cursor.data = g_bytes_get_data(stream, &cursor.size);
    g_autoptr(AmrOracle) oracle = g_new0(AmrOracle, 1);
    g_atomic_ref_count_init(&oracle->holders);
    oracle->profiles = g_ptr_array_new_with_free_func((GDestroyNotify)amr_oracle_profile_free);
    oracle->by_name = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    if (!read_stream(oracle, &cursor, error)) {
        g_prefix_error(error, "Compiled policy: ");
        return NULL;
    }
    index_names(oracle);
    return g_steal_pointer(&oracle);
}

AmrOracle *
amr_oracle_ref(const AmrOracle *oracle)
{
    AmrOracle *held = (AmrOracle *)oracle;
    g_atomic_ref_count_inc(&held->holders);
    return held;
}

void
amr_oracle_free(AmrOracle *oracle)
{
    if (!oracle || !g_atomic_ref_count_dec(&oracle->holders))
        return;
    g_hash_table_unref(oracle->by_name);
    g_ptr_array_unref(oracle->profiles);
    g_free(oracle);
}

GPtrArray *
amr_oracle_writes(GBytes *compiled, GError **error)
{
    g_autoptr(AmrOracle) oracle = amr_oracle_new(compiled, error);
    g_autoptr(GBytes) stream = oracle ? amr_oracle_unpacked(compiled, BYTES_MAX, error) : NULL;
    GPtrArray *writes = NULL;
    if (!stream)
        return NULL;
    writes = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
    for (guint i = 0; i < oracle->profiles->len;) {
        const AmrOracleProfile *first = g_ptr_array_index(oracle->profiles, i), *one = first;
        gsize size = 0;
        for (; i < oracle->profiles->len && strcmp(one->ns, first->ns) == 0; i++) {
            size += one->size;
            if (i + 1 < oracle->profiles->len)
                one = g_ptr_array_index(oracle->profiles, i + 1);
        }
        g_ptr_array_add(writes, g_bytes_new_from_bytes(stream, first->offset, size));
    }
    return writes;
}

guint
amr_oracle_count(const AmrOracle *oracle)
{
    return oracle->profiles->len;
}

const AmrOracleProfile *
amr_oracle_profile(const AmrOracle *oracle, guint n)
{
    return g_ptr_array_index(oracle->profiles, n);
}

const AmrOracleProfile *
amr_oracle_find(const AmrOracle *oracle, const char *name)
{
    return g_hash_table_lookup(oracle->by_name, name);
}

guint32
amr_oracle_class_state(const AmrOracleProfile *profile, guint8 klass)
{
    const AmrPdb *policy = &profile->rules->policy;
    return policy->dfa && policy->start ? amr_dfa_step(policy->dfa, policy->start, klass) : 0;
}

gboolean
amr_oracle_file_machine(const AmrOracleProfile *profile, const AmrPdb **pdb, guint32 *start)
{
    const AmrOracleRules *rules = profile->rules;
    if (rules->file.dfa) {
        *pdb = &rules->file;
        *start = rules->file.file;
        return TRUE;
    }
    if (!rules->file_in_policy)
        return FALSE;
    *pdb = &rules->policy;
    *start = amr_oracle_class_state(profile, AMR_K_CLASS_FILE);
    return TRUE;
}

/* Of "parent///bin/child" the name that the parent's block has for it (basename() of the kernel's
 * policy.h). */
static const char *
own_name(const char *name)
{
    for (const char *end = strstr(name, "//"); end; end = strstr(name, "//"))
        name = end + 2;
    return name;
}

gboolean
amr_oracle_attaches(const AmrOracleProfile *profile, AmrBytes path)
{
    const AmrPdb *pdb = &profile->rules->attachment;
    AmrPerms perms;
    if (!pdb->dfa)
        return amr_bytes_is(path, own_name(profile->name));
    guint32 state = amr_dfa_walk(pdb->dfa, pdb->file, path.data, path.len);
    amr_pdb_file_perms(pdb, state, TRUE, &perms);
    if (perms.allow & AMR_K_EXEC)
        return TRUE;
    /* Values of attributes follow out of band; up to 3.0 behind a NUL. */
    return profile->xattrs && state &&
           (amr_dfa_step_oob(pdb->dfa, state) || amr_dfa_step(pdb->dfa, state, 0));
}
