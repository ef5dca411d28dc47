/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One profile of the stream: unpack_profile of security/apparmor/policy_unpack.c (Linux 4.x to
 * 6.17), written by sd_serialize_profile of apparmor_parser (parser_interface.c, 3.0 to 5.0).
 *
 * The kernel reads tags in one order and fails at the first that it does not expect. Here each tag
 * is taken where it comes, what belongs together is checked, and a tag that nobody knows is
 * stepped over and told.
 */
#include <string.h>

#include "core/policy/oracle_reader.h"

typedef gboolean (*Take)(AmrReader *reader, const AmrElement *element, GError **error);

static const char *
keep(const AmrElement *element)
{
    return g_strndup((const char *)element->data, element->size);
}

gboolean
amr_reader_u32(AmrReader *reader, guint32 *number, GError **error)
{
    AmrElement element;
    if (!amr_cursor_expect(reader->cursor, AMR_CODE_U32, &element, error))
        return FALSE;
    *number = (guint32)element.number;
    return TRUE;
}

gboolean
amr_reader_end(AmrReader *reader, AmrCode code, GError **error)
{
    return amr_cursor_expect(reader->cursor, code, NULL, error);
}

/* An array without a tag, its end not read yet. */
gboolean
amr_reader_array(AmrReader *reader, guint *n, GError **error)
{
    AmrElement element;
    if (!amr_cursor_expect(reader->cursor, AMR_CODE_ARRAY, &element, error))
        return FALSE;
    *n = (guint)element.number;
    return TRUE;
}

gboolean
amr_reader_ends(AmrReader *reader, GError **error)
{
    return amr_reader_end(reader, AMR_CODE_ARRAY_END, error) &&
           amr_reader_end(reader, AMR_CODE_STRUCT_END, error);
}

/* ---- strings and numbers ----------------------------------------------------------------- */

static gboolean
take_string(const char **field, const AmrElement *element)
{
    g_free((char *)*field);
    *field = keep(element);
    return TRUE;
}

static gboolean
take_rename(AmrReader *reader, const AmrElement *element, GError **error)
{
    return take_string(&reader->profile->rename, element);
}

static gboolean
take_attach(AmrReader *reader, const AmrElement *element, GError **error)
{
    return take_string(&reader->profile->attach, element);
}

static gboolean
take_disconnected(AmrReader *reader, const AmrElement *element, GError **error)
{
    return take_string(&reader->profile->disconnected, element);
}

static gboolean
take_kill(AmrReader *reader, const AmrElement *element, GError **error)
{
    reader->profile->kill_signal = (guint32)element->number;
    return TRUE;
}

static gboolean
take_error(AmrReader *reader, const AmrElement *element, GError **error)
{
    reader->profile->error = (guint32)element->number;
    return TRUE;
}

/* The permission table's layout, told again behind it (5.0); what matters of it stands in the
 * machine's tables. */
static gboolean
take_perms_version(AmrReader *reader, const AmrElement *element, GError **error)
{
    if (element->number <= 3)
        return TRUE;
    return amr_error_set(error, AMR_ERROR_PARSE,
                         "unknown version of a permission table at offset %" G_GSIZE_FORMAT,
                         element->offset);
}

static gboolean
take_path_flags(AmrReader *reader, const AmrElement *element, GError **error)
{
    reader->profile->path_flags = (guint32)element->number;
    return TRUE;
}

/* ---- flags, capabilities, limits --------------------------------------------------------- */

static gboolean
take_flags(AmrReader *reader, const AmrElement *element, GError **error)
{
    guint32 mode, audit;
    AmrOracleProfile *profile = reader->profile;
    if (!amr_reader_u32(reader, &profile->flags, error) || !amr_reader_u32(reader, &mode, error) ||
        !amr_reader_u32(reader, &audit, error) ||
        !amr_reader_end(reader, AMR_CODE_STRUCT_END, error))
        return FALSE;
    if (mode > AMR_ORACLE_MODE_PROMPT - AMR_ORACLE_MODE_ENFORCE)
        return amr_error_set(error, AMR_ERROR_PARSE, "unknown mode %u at offset %" G_GSIZE_FORMAT,
                             mode, element->offset);
    /* A profile that was compiled to complain whatever it says has that in its version. */
    if (profile->mode != AMR_ORACLE_MODE_COMPLAIN)
        profile->mode = AMR_ORACLE_MODE_ENFORCE + mode;
    profile->audit_all = audit != 0;
    profile->hat = (profile->flags & 0x1) != 0;
    reader->has_flags = TRUE;
    return TRUE;
}

/* Allowed, audited, quiet and one that is not used; the lower half without a tag. */
static void
take_cap_word(AmrOracleProfile *profile, guint which, guint shift, guint32 word)
{
    guint64 *sets[] = {&profile->caps_allow, &profile->caps_audit, &profile->caps_quiet};
    if (which < G_N_ELEMENTS(sets))
        *sets[which] |= (guint64)word << shift;
}

static gboolean
take_caps64(AmrReader *reader, const AmrElement *element, GError **error)
{
    guint32 word;
    for (guint i = 0; i < 4; i++) {
        if (!amr_reader_u32(reader, &word, error))
            return FALSE;
        take_cap_word(reader->profile, i, 32, word);
    }
    return amr_reader_end(reader, AMR_CODE_STRUCT_END, error);
}

static gboolean
take_capsx(AmrReader *reader, const AmrElement *element, GError **error)
{
    guint32 low, high;
    if (!amr_reader_u32(reader, &low, error) || !amr_reader_u32(reader, &high, error))
        return FALSE;
    reader->profile->caps_extended = (guint64)high << 32 | low;
    return amr_reader_end(reader, AMR_CODE_STRUCT_END, error);
}

static gboolean
take_rlimits(AmrReader *reader, const AmrElement *element, GError **error)
{
    guint n;
    AmrElement value;
    if (!amr_reader_u32(reader, &reader->profile->limits_set, error) ||
        !amr_reader_array(reader, &n, error))
        return FALSE;
    if (n > AMR_ORACLE_LIMITS)
        return amr_error_set(error, AMR_ERROR_PARSE, "%u rlimits at offset %" G_GSIZE_FORMAT, n,
                             element->offset);
    for (guint i = 0; i < n; i++) {
        if (!amr_cursor_expect(reader->cursor, AMR_CODE_U64, &value, error))
            return FALSE;
        reader->profile->limits[i] = value.number;
    }
    return amr_reader_ends(reader, error);
}

/* ---- lists ------------------------------------------------------------------------------- */

static gboolean
take_xattrs(AmrReader *reader, const AmrElement *element, GError **error)
{
    guint n;
    AmrElement name;
    if (!amr_reader_array(reader, &n, error))
        return FALSE;
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < n; i++) {
        if (!amr_cursor_expect(reader->cursor, AMR_CODE_STRING, &name, error))
            return FALSE;
        g_ptr_array_add(names, (char *)keep(&name));
    }
    g_ptr_array_add(names, NULL);
    g_strfreev((char **)reader->profile->xattrs);
    reader->profile->xattrs = (const char *const *)g_ptr_array_free(g_steal_pointer(&names), FALSE);
    return amr_reader_ends(reader, error);
}

static void
secmark_clear(gpointer data)
{
    AmrOracleSecmark *secmark = data;
    g_free((char *)secmark->label);
}

static gboolean
take_secmark(AmrReader *reader, const AmrElement *element, GError **error)
{
    guint n;
    if (reader->profile->secmarks)
        return amr_error_set(error, AMR_ERROR_PARSE,
                             "secmark stands twice at offset %" G_GSIZE_FORMAT, element->offset);
    if (!amr_reader_array(reader, &n, error))
        return FALSE;
    g_autoptr(GArray) secmarks = g_array_new(FALSE, TRUE, sizeof(AmrOracleSecmark));
    g_array_set_clear_func(secmarks, secmark_clear);
    for (guint i = 0; i < n; i++) {
        AmrElement audit, deny, label;
        if (!amr_cursor_expect(reader->cursor, AMR_CODE_U8, &audit, error) ||
            !amr_cursor_expect(reader->cursor, AMR_CODE_U8, &deny, error) ||
            !amr_cursor_expect(reader->cursor, AMR_CODE_STRING, &label, error))
            return FALSE;
        AmrOracleSecmark secmark = {audit.number != 0, deny.number != 0, keep(&label)};
        g_array_append_val(secmarks, secmark);
    }
    reader->profile->n_secmarks = n;
    reader->profile->secmarks = g_memdup2(secmarks->data, n * sizeof(AmrOracleSecmark));
    g_array_set_clear_func(secmarks, NULL);
    return amr_reader_ends(reader, error);
}

/* The network table of old ABIs: masks of types for each family. */
static gboolean
take_families(AmrReader *reader, const AmrElement *element, GError **error)
{
    AmrOracleRules *rules = reader->profile->rules;
    guint n = (guint)element->number;
    for (guint i = 0; i < n; i++) {
        AmrElement mask[3];
        for (guint j = 0; j < 3; j++)
            if (!amr_cursor_expect(reader->cursor, AMR_CODE_U16, &mask[j], error))
                return FALSE;
        if (i >= AMR_ORACLE_FAMILIES)
            continue;
        rules->families_allow[i] = (guint16)mask[0].number;
        rules->families_audit[i] = (guint16)mask[1].number;
        rules->families_quiet[i] = (guint16)mask[2].number;
    }
    rules->has_families = TRUE;
    return amr_reader_end(reader, AMR_CODE_ARRAY_END, error);
}

static gboolean take_element(AmrReader *reader, const AmrElement *element, GError **error);

static gboolean
take_policydb(AmrReader *reader, const AmrElement *element, GError **error)
{
    AmrElement inner;
    /* It holds no other policydb: no deeper than this. */
    if (reader->in_policy)
        return amr_error_set(error, AMR_ERROR_PARSE,
                             "policydb within policydb at offset %" G_GSIZE_FORMAT,
                             element->offset);
    reader->in_policy = TRUE;
    for (;;) {
        if (!amr_cursor_next(reader->cursor, &inner, error))
            return FALSE;
        if (inner.code == AMR_CODE_STRUCT_END && !inner.tag)
            break;
        if (!take_element(reader, &inner, error))
            return FALSE;
    }
    reader->in_policy = FALSE;
    return TRUE;
}

/* Keys and values for user space; they decide nothing. */
static gboolean
take_data(AmrReader *reader, const AmrElement *element, GError **error)
{
    return amr_cursor_skip(reader->cursor, element, error);
}

/* ---- the whole --------------------------------------------------------------------------- */

static const struct {
    const char *tag;
    AmrCode code;
    Take take;
} tags[] = {
    {"rename", AMR_CODE_STRING, take_rename},
    {"attach", AMR_CODE_STRING, take_attach},
    {"disconnected", AMR_CODE_STRING, take_disconnected},
    {"kill", AMR_CODE_U32, take_kill},
    {"error", AMR_CODE_U32, take_error},
    {"flags", AMR_CODE_STRUCT, take_flags},
    {"path_flags", AMR_CODE_U32, take_path_flags},
    {"caps64", AMR_CODE_STRUCT, take_caps64},
    {"capsx", AMR_CODE_STRUCT, take_capsx},
    {"xattrs", AMR_CODE_STRUCT, take_xattrs},
    {"rlimits", AMR_CODE_STRUCT, take_rlimits},
    {"secmark", AMR_CODE_STRUCT, take_secmark},
    {"net_allowed_af", AMR_CODE_ARRAY, take_families},
    {"policydb", AMR_CODE_STRUCT, take_policydb},
    {"perms", AMR_CODE_STRUCT, amr_reader_perms},
    {"permsv", AMR_CODE_U32, take_perms_version},
    {"tags", AMR_CODE_STRUCT, take_data}, /* of what is logged */
    {"aadfa", AMR_CODE_BLOB, amr_reader_dfa},
    {"start", AMR_CODE_U32, amr_reader_start},
    {"dfa_start", AMR_CODE_U32, amr_reader_start},
    {"xtable", AMR_CODE_STRUCT, amr_reader_xtable},
    {"data", AMR_CODE_STRUCT, take_data},
};

/* Numbers without a tag: an attachment's length, and capabilities behind the flags. */
static gboolean
take_untagged(AmrReader *reader, const AmrElement *element, GError **error)
{
    if (element->code == AMR_CODE_U32 && reader->wants_length) {
        reader->profile->attach_length = (guint)element->number;
        reader->wants_length = FALSE;
        return TRUE;
    }
    if (element->code == AMR_CODE_U32 && reader->has_flags && reader->n_caps < 4) {
        take_cap_word(reader->profile, reader->n_caps++, 0, (guint32)element->number);
        return TRUE;
    }
    return amr_error_set(error, AMR_ERROR_PARSE, "%s without a tag at offset %" G_GSIZE_FORMAT,
                         amr_code_word(element->code), element->offset);
}

static gboolean
take_element(AmrReader *reader, const AmrElement *element, GError **error)
{
    if (!element->tag)
        return take_untagged(reader, element, error);
    for (guint i = 0; i < G_N_ELEMENTS(tags); i++) {
        if (strcmp(element->tag, tags[i].tag) != 0)
            continue;
        if (element->code == tags[i].code)
            return tags[i].take(reader, element, error);
        return amr_error_set(error, AMR_ERROR_PARSE,
                             "'%s' is %s and not %s at offset %" G_GSIZE_FORMAT, tags[i].tag,
                             amr_code_word(element->code), amr_code_word(tags[i].code),
                             element->offset);
    }
    if (!amr_cursor_skip(reader->cursor, element, error)) {
        g_autofree char *tag = amr_display_string(element->tag);
        g_prefix_error(error, "unknown tag '%s' at offset %" G_GSIZE_FORMAT ": ", tag,
                       element->offset);
        return FALSE;
    }
    if (reader->unknown->len < 64)
        g_ptr_array_add(reader->unknown, g_strdup(element->tag));
    return TRUE;
}

static gboolean
read_elements(AmrReader *reader, GError **error)
{
    AmrElement element;
    for (;;) {
        if (!amr_cursor_next(reader->cursor, &element, error))
            return FALSE;
        if (element.code == AMR_CODE_STRUCT_END && !element.tag)
            break;
        if (!take_element(reader, &element, error))
            return FALSE;
    }
    if (!reader->has_flags)
        return amr_error_set(error, AMR_ERROR_PARSE, "no flags");
    if (reader->n_caps < 4)
        return amr_error_set(error, AMR_ERROR_PARSE, "no capabilities");
    return TRUE;
}

/* "name", ":namespace:name" or ":namespace://name". */
static void
split_name(AmrOracleProfile *profile, const AmrElement *element, const char *ns)
{
    const char *text = (const char *)element->data, *colon = NULL;
    if (text[0] == ':')
        colon = strchr(text + 1, ':');
    if (!colon) {
        profile->ns = g_strdup(ns);
        profile->name = keep(element);
        return;
    }
    const char *name = colon + 1;
    if (g_str_has_prefix(name, "//"))
        name += 2;
    profile->ns = g_strndup(text + 1, colon - text - 1);
    profile->name = g_strdup(name);
}

AmrOracleProfile *
amr_oracle_profile_read(AmrCursor *cursor, const char *ns, guint abi, GError **error)
{
    AmrElement name;
    if (!amr_cursor_expect(cursor, AMR_CODE_STRING, &name, error))
        return NULL;
    g_autoptr(AmrOracleProfile) profile = g_new0(AmrOracleProfile, 1);
    profile->rules = g_new0(AmrOracleRules, 1);
    profile->abi = abi & 0x3ff;
    if (abi & 0x800)
        profile->mode = AMR_ORACLE_MODE_COMPLAIN;
    split_name(profile, &name, ns);
    g_autoptr(GPtrArray) unknown = g_ptr_array_new_with_free_func(g_free);
    AmrReader reader = {.cursor = cursor, .profile = profile, .unknown = unknown};
    gboolean good = read_elements(&reader, error);
    g_free(reader.table);
    if (!good) {
        g_autofree char *shown = amr_display_string(profile->name);
        g_prefix_error(error, "profile '%s': ", shown);
        return NULL;
    }
    profile->rules->policy.abi = profile->abi;
    profile->has_attachment = profile->rules->attachment.dfa != NULL;
    profile->rules->file_in_policy =
        !profile->rules->file.dfa && amr_oracle_class_state(profile, AMR_K_CLASS_FILE) != 0;
    if (unknown->len > 0) {
        g_ptr_array_add(unknown, NULL);
        profile->unknown = (const char *const *)g_ptr_array_free(g_steal_pointer(&unknown), FALSE);
    }
    return g_steal_pointer(&profile);
}

void
amr_oracle_profile_free(AmrOracleProfile *profile)
{
    if (!profile)
        return;
    g_free((char *)profile->name);
    g_free((char *)profile->ns);
    g_free((char *)profile->rename);
    g_free((char *)profile->attach);
    g_free((char *)profile->disconnected);
    g_strfreev((char **)profile->xattrs);
    g_strfreev((char **)profile->unknown);
    for (guint i = 0; i < profile->n_secmarks; i++)
        g_free((char *)profile->secmarks[i].label);
    g_free((AmrOracleSecmark *)profile->secmarks);
    amr_pdb_clear(&profile->rules->attachment);
    amr_pdb_clear(&profile->rules->policy);
    amr_pdb_clear(&profile->rules->file);
    g_free(profile->rules);
    g_free(profile);
}
