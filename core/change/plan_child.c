/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A child that is not there yet: the change that executes a program by cx makes it, too. */
#include <string.h>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/change/plan_private.h"
#include "core/policy/classes.h"

void
amr_plan_child_free(gpointer data)
{
    AmrPlanChild *child = data;
    g_free(child->typed);
    amr_rule_free(child->rule);
    g_free(child);
}

static gboolean
leads_to(const AmrRule *rule, const char *name)
{
    g_autofree char *literal = NULL;

    if (rule->kind != AMR_RULE_FILE || rule->deny || !amr_exec_to_child(rule->file.exec))
        return FALSE;
    if (rule->file.target)
        return strcmp(rule->file.target, name) == 0;
    literal = amr_rule_literal(rule->file.pattern);
    return literal && strcmp(literal, name) == 0;
}

/* Whether the change itself runs a program from @parent under the child @name. */
static gboolean
is_led_to(const AmrPlanContext *context, const AmrPlanRequest *requests, guint n,
          const AmrBlock *parent, const char *name)
{
    for (guint i = 0; i < n; i++) {
        if (amr_index_find_typed(context->index, requests[i].profile) != parent)
            continue;
        for (guint k = 0; k < requests[i].rules->len; k++)
            if (leads_to(requests[i].rules->pdata[k], name))
                return TRUE;
    }
    return FALSE;
}

/* The block above a child of the name @typed that is to be made, and *own, its name there; NULL if
 * there is none. */
static const AmrBlock *
find_parent(const AmrPlanContext *context, const char *typed, const char **own)
{
    const char *at = typed[0] == ':' ? strchr(typed + 1, ':') : typed;

    for (at = at ? strstr(at, "//") : NULL; at; at = strstr(at + 1, "//")) {
        g_autofree char *above = g_strndup(typed, (gsize)(at - typed));
        const AmrBlock *block = amr_index_find_typed(context->index, above);
        g_autofree char *name = block ? amr_plan_typed(block->ns, block->name) : NULL;
        *own = at + 2;
        if (block && block->kind == AMR_BLOCK_PROFILE && !*block->ns && strcmp(name, above) == 0 &&
            amr_rule_may_name_child(*own))
            return block;
    }
    return NULL;
}

/* A child has what every program needs to start, if its parent has it. */
static gboolean
includes_base(const AmrPlanContext *context, const AmrBlock *parent)
{
    g_autoptr(GPtrArray) reached = amr_index_reached(context->index, "abstractions/base");
    return reached && g_ptr_array_find(reached, parent, NULL);
}

static gboolean
is_free(const AmrPlanContext *context, const GPtrArray *children, const char *local)
{
    g_autoptr(GPtrArray) reached = amr_index_reached(context->index, local);
    g_autoptr(GBytes) bytes = NULL;

    for (guint i = 0; i < children->len; i++)
        if (strcmp(((const AmrPlanChild *)children->pdata[i])->rule->child.local, local) == 0)
            return FALSE;
    return !(reached && reached->len) && amr_plan_read(context->target, local, &bytes, NULL) &&
           (!bytes || g_bytes_get_size(bytes) == 0);
}

/* "local/usr.bin.foo.bin.bar" for /bin/bar in the file usr.bin.foo, "local/usr.bin.foo.bar" for
 * bar. */
static char *
free_local(const AmrPlanContext *context, const GPtrArray *children, const AmrBlock *parent,
           const char *own)
{
    g_autofree char *leaf = g_path_get_basename(parent->file);
    g_autoptr(GString) name = g_string_new("local/");
    g_autofree char *first = NULL;

    g_string_append_printf(name, "%.100s%s%.100s", leaf, own[0] == '/' ? "" : ".", own);
    for (char *p = name->str + strlen("local/"); *p; p++)
        if (!g_ascii_isalnum(*p) && !strchr("._-", *p))
            *p = '.';
    first = g_strdup(name->str);
    for (guint n = 2; n < 1000 && !is_free(context, children, name->str); n++)
        g_string_printf(name, "%s-%u", first, n);
    return g_string_free(g_steal_pointer(&name), FALSE);
}

GPtrArray *
amr_plan_children(const AmrPlanContext *context, const AmrPlanRequest *requests, guint n)
{
    GPtrArray *children = g_ptr_array_new_with_free_func(amr_plan_child_free);

    for (guint i = 0; i < n; i++) {
        const char *typed = requests[i].profile, *own;
        const AmrBlock *parent =
            amr_index_find_typed(context->index, typed) ? NULL : find_parent(context, typed, &own);
        if (!parent || amr_plan_find_child(children, typed) ||
            !is_led_to(context, requests, n, parent, own))
            continue;
        AmrPlanChild *child = g_new0(AmrPlanChild, 1);
        child->typed = g_strdup(typed);
        child->parent = parent;
        child->rule = amr_rule_new(AMR_RULE_CHILD);
        child->rule->child.name = g_strdup(own);
        child->rule->child.local = free_local(context, children, parent, own);
        child->rule->child.base = includes_base(context, parent);
        child->rule->child.complain = parent->complain;
        g_ptr_array_add(children, child);
    }
    return children;
}

const AmrPlanChild *
amr_plan_find_child(const GPtrArray *children, const char *typed)
{
    for (guint i = 0; i < children->len; i++) {
        const AmrPlanChild *child = children->pdata[i];
        if (strcmp(child->typed, typed) == 0)
            return child;
    }
    return NULL;
}

gboolean
amr_plan_makes(const AmrPlan *plan, const char *typed)
{
    for (guint i = 0; i < plan->parts->len; i++) {
        const AmrPlanPart *part = plan->parts->pdata[i];
        for (guint k = 0; k < part->rules->len; k++) {
            const AmrRule *rule = part->rules->pdata[k];
            if (rule->kind != AMR_RULE_CHILD)
                continue;
            g_autofree char *name = g_strdup_printf("%s//%s", part->profile, rule->child.name);
            if (strcmp(name, typed) == 0)
                return TRUE;
        }
    }
    return FALSE;
}

/* The loads of the parent bring it into the kernel: if they fail, it has to go again. */
void
amr_plan_load_children(AmrPlan *plan, const GPtrArray *children)
{
    for (guint i = 0; i < children->len; i++) {
        const AmrPlanChild *child = children->pdata[i];
        g_autofree char *above = amr_plan_typed(child->parent->ns, child->parent->name);
        for (guint k = 0; k < plan->loads->len; k++) {
            AmrPlanLoad *load = plan->loads->pdata[k];
            guint count = g_strv_length(load->profiles);
            if (!g_strv_contains((const char *const *)load->profiles, above))
                continue;
            load->profiles = g_renew(char *, load->profiles, count + 2);
            load->profiles[count] = g_strdup(child->typed);
            load->profiles[count + 1] = NULL;
        }
    }
}
