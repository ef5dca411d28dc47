/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A plan as a message: for the history and for who carries it out with privilege. */
#include <limits.h>
#include <string.h>

#include "core/base/error.h"
#include "core/base/fsutil.h"
#include "core/change/plan_private.h"

#define ENTRIES_MAX 4096 /* of any list */

/* ---- write ---------------------------------------------------------------------------------- */

static const char *
or_empty(const char *string)
{
    return string ? string : "";
}

static GVariant *
bytes_variant(GBytes *bytes)
{
    GVariant *child = NULL;

    if (bytes)
        child = g_variant_new_from_bytes(G_VARIANT_TYPE_BYTESTRING, bytes, TRUE);
    return g_variant_new_maybe(G_VARIANT_TYPE_BYTESTRING, child);
}

static GVariant *
strv_variant(char *const *strv)
{
    return strv ? g_variant_new_bytestring_array((const char *const *)strv, -1)
                : g_variant_new_bytestring_array(NULL, 0);
}

static GVariant *
array_variant(const GPtrArray *array)
{
    return g_variant_new_bytestring_array((const char *const *)array->pdata, (gssize)array->len);
}

static GPtrArray *
print_rules(const GPtrArray *rules)
{
    GPtrArray *lines = g_ptr_array_new_with_free_func(g_free);

    for (guint i = 0; i < rules->len; i++)
        g_ptr_array_add(lines, amr_rule_print(rules->pdata[i]));
    return lines;
}

static void
add_part(GVariantBuilder *builder, const AmrPlanPart *part)
{
    g_autoptr(GPtrArray) rules = print_rules(part->rules);
    g_autoptr(GPtrArray) stands = print_rules(part->stands);

    g_variant_builder_add(builder, "(^ay^ay^ay@aay@aay@aay)", part->profile, part->local,
                          or_empty(part->include_in), strv_variant(part->reaches),
                          array_variant(rules), array_variant(stands));
}

GVariant *
amr_plan_to_variant(const AmrPlan *plan)
{
    GVariantBuilder parts, files, loads, notes;

    g_variant_builder_init(&parts, G_VARIANT_TYPE("a(ayayayaayaayaay)"));
    g_variant_builder_init(&files, G_VARIANT_TYPE("a(aymaymay)"));
    g_variant_builder_init(&loads, G_VARIANT_TYPE("a(ayaaybaayb)"));
    g_variant_builder_init(&notes, G_VARIANT_TYPE("as"));
    for (guint i = 0; i < plan->parts->len; i++)
        add_part(&parts, plan->parts->pdata[i]);
    for (guint i = 0; i < plan->files->len; i++) {
        const AmrPlanFile *file = plan->files->pdata[i];
        g_variant_builder_add(&files, "(^ay@may@may)", file->path, bytes_variant(file->before),
                              bytes_variant(file->after));
    }
    for (guint i = 0; i < plan->loads->len; i++) {
        const AmrPlanLoad *load = plan->loads->pdata[i];
        g_variant_builder_add(&loads, "(^ay@aayb@aayb)", load->path, strv_variant(load->profiles),
                              load->loaded, strv_variant(load->complain), load->disabled);
    }
    for (guint i = 0; i < plan->notes->len; i++)
        g_variant_builder_add(&notes, "s", plan->notes->pdata[i]);
    for (guint i = 0; i < plan->besides->len; i++)
        g_variant_builder_add(&notes, "s", plan->besides->pdata[i]);
    return g_variant_new("(uussxa(ayayayaayaayaay)a(aymaymay)a(ayaaybaayb)@aayasx)",
                         AMR_PLAN_FORMAT, (guint)plan->kind, plan->id, or_empty(plan->undoes),
                         plan->made, &parts, &files, &loads, array_variant(plan->digests), &notes,
                         plan->until);
}

/* ---- read ----------------------------------------------------------------------------------- */

static gboolean
bad(GError **error, const char *what)
{
    return amr_error_set(error, AMR_ERROR_PARSE, "Reading a plan: %s", what);
}

static gboolean
is_id(const char *id)
{
    return strlen(id) == 16 && strspn(id, "0123456789abcdef") == 16;
}

/* A name below the policy directory, and in its plain form: what is compared must be one thing. */
static gboolean
is_relative(const char *path)
{
    g_auto(GStrv) parts = NULL;

    if (!path[0] || path[0] == '/' || strlen(path) > 4096)
        return FALSE;
    parts = g_strsplit(path, "/", -1);
    for (guint i = 0; parts[i]; i++) {
        if (!parts[i][0] || !strcmp(parts[i], ".") || !strcmp(parts[i], ".."))
            return FALSE;
    }
    return TRUE;
}

static char **
get_strv(GVariant *tuple, gsize n)
{
    g_autoptr(GVariant) child = g_variant_get_child_value(tuple, n);
    return g_variant_dup_bytestring_array(child, NULL);
}

static char *
get_string(GVariant *tuple, gsize n)
{
    g_autoptr(GVariant) child = g_variant_get_child_value(tuple, n);
    return g_variant_dup_bytestring(child, NULL);
}

/* Each list is bounded, whatever its element. */
static GVariant *
get_list(GVariant *variant, gsize n, GError **error)
{
    g_autoptr(GVariant) list = g_variant_get_child_value(variant, n);

    if (g_variant_n_children(list) > ENTRIES_MAX) {
        bad(error, "Too many entries");
        return NULL;
    }
    return g_steal_pointer(&list);
}

static gboolean
read_rules(GPtrArray *into, char *const *rules, GError **error)
{
    for (guint i = 0; rules[i]; i++) {
        g_autoptr(AmrRule) rule = amr_rule_read(rules[i], error);
        g_autofree char *again = rule ? amr_rule_print(rule) : NULL;
        if (!rule) {
            g_prefix_error(error, "Reading a plan: ");
            return FALSE;
        }
        if (strcmp(again, rules[i]) != 0)
            return bad(error, "A rule is not spelled as it would be printed");
        g_ptr_array_add(into, g_steal_pointer(&rule));
    }
    return TRUE;
}

static gboolean
read_parts(AmrPlan *plan, GVariant *variant, GError **error)
{
    g_autoptr(GVariant) list = get_list(variant, 5, error);

    for (gsize i = 0; list && i < g_variant_n_children(list); i++) {
        g_autoptr(GVariant) tuple = g_variant_get_child_value(list, i);
        AmrPlanPart *part = amr_plan_part_new();
        g_auto(GStrv) rules = get_strv(tuple, 4);
        g_auto(GStrv) stands = get_strv(tuple, 5);

        g_ptr_array_add(plan->parts, part);
        part->profile = get_string(tuple, 0);
        part->local = get_string(tuple, 1);
        part->include_in = get_string(tuple, 2);
        part->reaches = get_strv(tuple, 3);
        if (!part->include_in[0])
            g_clear_pointer(&part->include_in, g_free);
        if (!part->profile[0] || !is_relative(part->local) ||
            (part->include_in && !is_relative(part->include_in)))
            return bad(error, "A profile without a file of the policy");
        if (!read_rules(part->rules, rules, error) || !read_rules(part->stands, stands, error))
            return FALSE;
    }
    return list != NULL;
}

static gboolean
get_bytes(GVariant *tuple, gsize n, GBytes **bytes, GError **error)
{
    g_autoptr(GVariant) maybe = g_variant_get_child_value(tuple, n);
    g_autoptr(GVariant) child = g_variant_get_maybe(maybe);

    *bytes = child ? g_variant_get_data_as_bytes(child) : NULL;
    if (*bytes && g_bytes_get_size(*bytes) > AMR_FS_POLICY_MAX)
        return bad(error, "A file is larger than 1 MiB");
    return TRUE;
}

/* A plan writes what its parts name and nothing else. */
static gboolean
is_of_part(const AmrPlan *plan, const char *path)
{
    for (guint i = 0; i < plan->parts->len; i++) {
        const AmrPlanPart *part = plan->parts->pdata[i];
        if (strcmp(part->local, path) == 0 || g_strcmp0(part->include_in, path) == 0)
            return TRUE;
    }
    return FALSE;
}

/* Made where there is none, or taken away; what is made leads to a file of its name: ours, or that
 * of a link which an undo makes again. */
static gboolean
is_link(const AmrPlanFile *file)
{
    const char *name = strchr(file->path, '/') + 1;
    g_autofree char *end = g_strconcat("/", name, NULL);
    gsize len = 0;
    const char *data = file->after ? g_bytes_get_data(file->after, &len) : NULL;
    g_autofree char *to = g_strndup(data ? data : "", len);

    if (!file->before == !file->after || strchr(name, '/'))
        return FALSE;
    return !data || (len < PATH_MAX && strlen(to) == len && g_str_has_suffix(to, end));
}

static gboolean
is_made(const AmrPlan *plan)
{
    return plan->kind == AMR_PLAN_NEW || plan->kind == AMR_PLAN_STUB;
}

/* A file of policy goes only by the undo of what made it. */
static gboolean
is_taken_back(const AmrPlan *plan, const AmrPlanFile *file)
{
    return plan->kind == AMR_PLAN_UNDO && file->before && !strchr(file->path, '/');
}

static gboolean
read_files(AmrPlan *plan, GVariant *variant, GError **error)
{
    g_autoptr(GVariant) list = get_list(variant, 6, error);

    for (gsize i = 0; list && i < g_variant_n_children(list); i++) {
        g_autoptr(GVariant) tuple = g_variant_get_child_value(list, i);
        g_autofree char *path = get_string(tuple, 0);
        AmrPlanFile *file;

        if (plan->kind == AMR_PLAN_RELOAD || plan->kind == AMR_PLAN_COMPLAIN_FOR)
            return bad(error, "A load that writes");
        if (!is_relative(path) || (!amr_plan_is_link(path) && !is_of_part(plan, path)) ||
            amr_plan_find_file(plan, path))
            return bad(error, "A file that no part of it names, or one twice");
        amr_plan_add_file(plan, path, NULL, NULL);
        file = plan->files->pdata[plan->files->len - 1];
        if (!get_bytes(tuple, 1, &file->before, error) || !get_bytes(tuple, 2, &file->after, error))
            return FALSE;
        if (!file->after && !amr_plan_is_link(path) && !is_taken_back(plan, file))
            return bad(error, "It removes a file");
        if (is_made(plan) && (file->before || !file->after || strchr(path, '/')))
            return bad(error, "A new profile that is no new file");
        if (amr_plan_is_link(path) && !is_link(file))
            return bad(error, "A link that none of ours would be");
    }
    return list != NULL;
}

static gboolean
read_loads(AmrPlan *plan, GVariant *variant, GError **error)
{
    g_autoptr(GVariant) list = get_list(variant, 7, error);

    for (gsize i = 0; list && i < g_variant_n_children(list); i++) {
        g_autoptr(GVariant) tuple = g_variant_get_child_value(list, i);
        AmrPlanLoad *load = g_new0(AmrPlanLoad, 1);

        g_ptr_array_add(plan->loads, load);
        load->path = get_string(tuple, 0);
        load->profiles = get_strv(tuple, 1);
        g_variant_get_child(tuple, 2, "b", &load->loaded);
        load->complain = get_strv(tuple, 3);
        g_variant_get_child(tuple, 4, "b", &load->disabled);
        if (!is_relative(load->path))
            return bad(error, "A file to load that is not below the policy");
        for (guint k = 0; load->complain[k]; k++) {
            if (!g_strv_contains((const char *const *)load->profiles, load->complain[k]))
                return bad(error, "A mode of a profile that the file does not define");
        }
    }
    return list != NULL;
}

/* A link is of a file that the plan loads again, or unloads. */
static gboolean
has_its_loads(const AmrPlan *plan, GError **error)
{
    for (guint i = 0; i < plan->files->len; i++) {
        const char *path = ((AmrPlanFile *)plan->files->pdata[i])->path;
        gboolean found = !amr_plan_is_link(path);
        for (guint k = 0; !found && k < plan->loads->len; k++)
            found =
                strcmp(((AmrPlanLoad *)plan->loads->pdata[k])->path, strchr(path, '/') + 1) == 0;
        if (!found)
            return bad(error, "A link of a file that it does not load");
    }
    return TRUE;
}

static gboolean
read_digests(AmrPlan *plan, GVariant *variant, GError **error)
{
    g_auto(GStrv) digests = get_strv(variant, 8);
    guint n = g_strv_length(digests);

    if (n % 2 || n > 16 * ENTRIES_MAX)
        return bad(error, "Its digests do not come in pairs, or are too many");
    for (guint i = 0; i < n; i += 2) {
        if (!digests[i][0])
            return bad(error, "A digest of no file");
    }
    for (guint i = 0; i < n; i++)
        g_ptr_array_add(plan->digests, g_steal_pointer(&digests[i]));
    return TRUE;
}

static gboolean
read_notes(AmrPlan *plan, GVariant *variant, GError **error)
{
    g_autoptr(GVariant) list = get_list(variant, 9, error);

    for (gsize i = 0; list && i < g_variant_n_children(list); i++) {
        char *note;
        g_variant_get_child(list, i, "s", &note);
        g_ptr_array_add(plan->notes, note);
    }
    return list != NULL;
}

/* What was read is all that it says: a name with a NUL in it would be told, signed and written in
 * two ways. */
static gboolean
says_the_same(const AmrPlan *plan, GVariant *variant, GError **error)
{
    g_autoptr(GVariant) again = g_variant_ref_sink(amr_plan_to_variant(plan));

    return g_variant_equal(again, variant) || bad(error, "It is not as it would be written");
}

AmrPlan *
amr_plan_from_variant(GVariant *variant, GError **error)
{
    g_autoptr(AmrPlan) plan = NULL;
    const char *id, *undoes;
    guint version, kind;
    gint64 made;

    if (g_variant_is_of_type(variant, G_VARIANT_TYPE(AMR_PLAN_TYPE)))
        g_variant_get_child(variant, 0, "u", &version);
    else
        version = 0;
    if (version > AMR_PLAN_FORMAT) {
        bad(error, "It is of a format that this armorer does not know");
        return NULL;
    }
    if (!version || !g_variant_is_normal_form(variant)) {
        bad(error, "It is none");
        return NULL;
    }
    g_variant_get_child(variant, 1, "u", &kind);
    g_variant_get_child(variant, 2, "&s", &id);
    g_variant_get_child(variant, 3, "&s", &undoes);
    g_variant_get_child(variant, 4, "x", &made);
    if (version != AMR_PLAN_FORMAT || kind <= AMR_PLAN_UNKNOWN || kind >= AMR_PLAN_KINDS ||
        !is_id(id) || (kind == AMR_PLAN_UNDO) != is_id(undoes) ||
        (kind != AMR_PLAN_UNDO && undoes[0])) {
        bad(error, "Its version, kind or id is not known");
        return NULL;
    }
    plan = amr_plan_new((AmrPlanKind)kind, made);
    g_free(plan->id);
    plan->id = g_strdup(id);
    g_variant_get_child(variant, 10, "x", &plan->until);
    plan->undoes = undoes[0] ? g_strdup(undoes) : NULL;
    if (!read_parts(plan, variant, error) || !read_files(plan, variant, error) ||
        !read_loads(plan, variant, error) || !has_its_loads(plan, error) ||
        !read_digests(plan, variant, error) || !read_notes(plan, variant, error) ||
        !says_the_same(plan, variant, error))
        return NULL;
    return g_steal_pointer(&plan);
}
