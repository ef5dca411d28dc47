/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The file of a new profile, and how it goes again. All of its text is made here, of the path of a
 * program and of what the policy at hand says. */
#include <string.h>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/change/newprofile_private.h"
#include "core/policy/index_scan.h"
#include "core/policy/programs.h"

#define TUNABLES "tunables/global"
#define BASE     "abstractions/base"
#define ABI_DIR  "abi/"
#define ABI_STUB "abi/4.0" /* the first that states user namespaces (apparmor.d(5) of 4.0) */

static gboolean
is_on_disk(const AmrPlanContext *context, const char *path)
{
    g_autoptr(GBytes) bytes = NULL;
    return amr_plan_read(context->target, path, &bytes, NULL) && bytes;
}

/* ---- abi --------------------------------------------------------------------------------------
 */

/* "abi/4.0": a number, so that one is later than another. */
static gboolean
is_numbered(const char *abi)
{
    return abi && g_str_has_prefix(abi, ABI_DIR) && g_ascii_isdigit(abi[strlen(ABI_DIR)]) &&
           strspn(abi + strlen(ABI_DIR), G_CSET_DIGITS ".") == strlen(abi + strlen(ABI_DIR));
}

static gboolean
is_later(const char *abi, const char *than)
{
    char *end, *than_end;
    guint64 major = g_ascii_strtoull(abi + strlen(ABI_DIR), &end, 10);
    guint64 than_major = g_ascii_strtoull(than + strlen(ABI_DIR), &than_end, 10);

    if (major != than_major)
        return major > than_major;
    return g_ascii_strtoull(*end ? end + 1 : end, NULL, 10) >
           g_ascii_strtoull(*than_end ? than_end + 1 : than_end, NULL, 10);
}

static void
take_abis(const AmrPlanContext *context, const char *file, char **latest)
{
    GBytes *bytes = amr_index_bytes(context->index, file);
    gsize len = 0;
    const char *data = bytes ? g_bytes_get_data(bytes, &len) : NULL;
    g_autoptr(GArray) items = amr_scan_file((AmrBytes){data ? data : "", len});

    for (guint i = 0; i < items->len; i++) {
        const AmrScanItem *item = &g_array_index(items, AmrScanItem, i);
        g_autofree char *meant =
            item->kind == AMR_SCAN_ABI ? amr_index_meant(context->index, item->name) : NULL;
        if (!is_numbered(meant) || (*latest && !is_later(meant, *latest)) ||
            !is_on_disk(context, meant))
            continue;
        g_free(*latest);
        *latest = g_steal_pointer(&meant);
    }
}

/* The latest that the installed policy is written for; @stub: no earlier than it needs. NULL where
 * that says none: then the compiler's own default is what the rest has, too. */
static char *
choose_abi(const AmrPlanContext *context, gboolean stub)
{
    g_autofree const char **files = amr_index_files(context->index);
    char *latest = NULL;

    for (guint i = 0; files[i]; i++)
        take_abis(context, files[i], &latest);
    if (stub && (!latest || is_later(ABI_STUB, latest))) {
        g_free(latest);
        latest = g_strdup(ABI_STUB);
    }
    return latest;
}

/* ---- what a program needs to start ------------------------------------------------------------
 */

static gboolean
add_rule(GString *out, const char *path, const char *access, GError **error)
{
    g_autofree char *spelled = amr_policy_name(AMR_PLACE_PATTERN, amr_bytes(path), error);

    if (spelled)
        g_string_append_printf(out, "  %s %s,\n", spelled, access);
    return spelled != NULL;
}

/* The kernel maps the interpreter under the profile that attaches to the script; so to it execution
 * is mapped, too (common_mmap() in security/apparmor/lsm.c of 6.12). */
static gboolean
add_interpreter(GString *out, const AmrPlanContext *context, const char *name, GError **error)
{
    g_autofree char *path = amr_program_find(context->target, name, error);

    if (!path)
        g_prefix_error(error, "Its interpreter: ");
    return path && add_rule(out, path, "mrix", error);
}

/* Of one that is not read, complain mode lets the interpreter start, and the log tells of it. */
static gboolean
add_start(GString *out, const AmrPlanContext *context, const AmrProgram *program, const char *path,
          GError **error)
{
    g_autofree char *shown = amr_display_string(path);

    if (program->kind != AMR_PROGRAM_SCRIPT)
        return add_rule(out, path, "mr", error);
    if (!program->interpreter)
        return amr_error_set(error, AMR_ERROR_REFUSED, "%s: Its #! line names no interpreter",
                             shown);
    return add_rule(out, path, "r", error) &&
           add_interpreter(out, context, program->interpreter, error) &&
           (!program->runs || add_interpreter(out, context, program->runs, error));
}

/* ---- the text ---------------------------------------------------------------------------------
 */

static GBytes *
make_text(AmrPlan *plan, const AmrNew *new, const AmrPlanContext *context, GError **error)
{
    gboolean stub = plan->kind == AMR_PLAN_STUB;
    g_autoptr(AmrProgram) program = amr_program_at(context->target, new->program);
    g_autofree char *attachment =
        amr_policy_name(AMR_PLACE_PATTERN, amr_bytes(new->program), error);
    g_autofree char *abi = choose_abi(context, stub);
    g_autoptr(GString) out = g_string_new(NULL);

    if (!attachment)
        return NULL;
    if (abi)
        g_string_append_printf(out, "abi <%s>,\n\n", abi);
    if (is_on_disk(context, TUNABLES))
        g_string_append(out, "include <" TUNABLES ">\n\n");
    g_string_append_printf(out, "profile %s %s flags=(%s) {\n", new->profile, attachment,
                           stub ? "unconfined" : "complain");
    if (stub) {
        g_string_append(out, "  userns,\n");
    } else {
        if (is_on_disk(context, BASE))
            g_string_append(out, "  include <" BASE ">\n\n");
        if (!add_start(out, context, program, new->program, error))
            return NULL;
        if (program->kind == AMR_PROGRAM_UNKNOWN)
            amr_plan_note(plan, "Where it stands its first line is not read: if it is a script, "
                                "the rules for its interpreter come with those for what it does");
    }
    g_string_append_printf(out, "\n  include if exists <local/%s>\n}\n", new->file);
    return g_string_free_to_bytes(g_steal_pointer(&out));
}

/* Of all that the compiler will read for it. */
static void
add_digests(AmrPlan *plan, const AmrPlanContext *context, GBytes *text)
{
    gsize len;
    const char *data = g_bytes_get_data(text, &len);
    g_autoptr(GArray) items = amr_scan_file((AmrBytes){data, len});

    for (guint i = 0; i < items->len; i++) {
        const AmrScanItem *item = &g_array_index(items, AmrScanItem, i);
        g_autofree char *meant = item->kind == AMR_SCAN_INCLUDE || item->kind == AMR_SCAN_ABI
                                     ? amr_index_meant(context->index, item->name)
                                     : NULL;
        g_autofree const char **reads = meant ? amr_index_reads(context->index, meant) : NULL;
        g_autoptr(GBytes) bytes = NULL;
        for (guint n = 0; reads && reads[n]; n++)
            amr_plan_add_digest(plan, reads[n], amr_index_bytes(context->index, reads[n]));
        if (meant && !(reads && reads[0]) && amr_plan_read(context->target, meant, &bytes, NULL))
            amr_plan_add_digest(plan, meant, bytes);
    }
}

/* ---- the plan ---------------------------------------------------------------------------------
 */

/* Rules that somebody has put there come into force with it. */
static gboolean
look_at_local(AmrPlan *plan, const AmrPlanContext *context, const AmrNew *new, GError **error)
{
    g_autofree char *local = g_strconcat("local/", new->file, NULL);
    g_autoptr(GBytes) holds = NULL;

    if (!amr_plan_read(context->target, local, &holds, error))
        return FALSE;
    if (holds && g_bytes_get_size(holds))
        amr_plan_beside(plan, "%s exists: the include puts what it holds into force too", local);
    return TRUE;
}

static void
add_load(AmrPlan *plan, const AmrPlanContext *context, const AmrNew *new)
{
    AmrPlanLoad *load = g_new0(AmrPlanLoad, 1);
    const char *const names[] = {new->profile, NULL};

    load->path = g_strdup(new->file);
    load->profiles = g_strdupv((char **)names);
    load->complain = g_new0(char *, 1);
    load->loaded = context->loaded != NULL;
    g_ptr_array_add(plan->loads, load);
    if (load->loaded)
        amr_plan_note(plan, "What runs already stays as it is until it starts anew");
    else if (amr_target_load_way(context->target) != AMR_LOAD_NONE)
        amr_plan_note(plan, "What the kernel holds could not be read: written, not loaded");
}

static void
add_part(AmrPlan *plan, const AmrNew *new)
{
    AmrPlanPart *part = amr_plan_part_new();

    part->profile = g_strdup(new->profile);
    part->local = g_strdup(new->file);
    part->reaches = g_new0(char *, 1);
    g_ptr_array_add(plan->parts, part);
}

AmrPlan *
amr_plan_new_profile(const AmrPlanContext *context, AmrPlanKind kind, const char *program,
                     GError **error)
{
    g_autoptr(AmrPlan) plan = amr_plan_begin(context, kind);
    g_autofree char *path = amr_program_find(context->target, program, error);
    g_autoptr(AmrNew) new = path ? amr_new_look(context, path, error) : NULL;
    g_autofree char *shown = amr_display_string(path);
    g_autoptr(GBytes) text = NULL;

    if (new &&new->stage != AMR_NEW_NONE)
        amr_error_set(error, AMR_ERROR_NOTHING_TO_DO,
                      "%s: Change %s made the profile \"%s\" for it already", shown, new->change,
                      new->profile);
    if (!new || new->stage != AMR_NEW_NONE ||
        !amr_plan_may_write(context->target, new->file, error) ||
        !(text = make_text(plan, new, context, error)) || !look_at_local(plan, context, new, error))
        return NULL;
    add_part(plan, new);
    amr_plan_add_digest(plan, new->file, NULL);
    add_digests(plan, context, text);
    amr_plan_add_file(plan, new->file, NULL, g_steal_pointer(&text));
    add_load(plan, context, new);
    return g_steal_pointer(&plan);
}

/* ---- back -------------------------------------------------------------------------------------
 */

/* Whether @change was carried out, whatever became of it later. */
static gboolean
was_written(const AmrChange *change)
{
    return change->state != AMR_CHANGE_STATE_ROLLED_BACK &&
           change->state != AMR_CHANGE_STATE_DISCARDED && change->state != AMR_CHANGE_STATE_INTENT;
}

/* What the changes of the history, this one and those after it, have made of its file; a note on
 * each that goes with it. */
static GBytes *
follow(AmrPlan *plan, const AmrHistory *history, const AmrPlan *done, const char *path)
{
    GBytes *holds = amr_plan_find_file(done, path)->after;
    gboolean after = FALSE;

    holds = g_bytes_ref(holds);
    for (guint i = 0; history && i < amr_history_count(history); i++) {
        const AmrChange *change = amr_history_get(history, i);
        gboolean writes = after && was_written(change) &&
                          g_strv_contains((const char *const *)change->files, path);
        g_autoptr(AmrPlan) later = writes ? amr_history_plan(history, change, NULL) : NULL;
        const AmrPlanFile *file = later ? amr_plan_find_file(later, path) : NULL;
        after = after || strcmp(change->id, done->id) == 0;
        if (!file || !file->before || !file->after || !g_bytes_equal(file->before, holds))
            continue;
        g_bytes_unref(holds);
        holds = g_bytes_ref(file->after);
        if (change->kind != AMR_PLAN_UNDO && amr_change_may_stand(change))
            amr_plan_note(plan, "Change %s (%s) goes with it", change->id,
                          amr_plan_kind_word(change->kind));
    }
    return holds;
}

static gboolean
take_link(AmrPlan *plan, const AmrPlanContext *context, const char *dir, const char *root,
          GError **error)
{
    g_autofree char *path = g_strconcat(dir, "/", root, NULL);
    g_autoptr(GBytes) now = NULL;

    if (!amr_plan_read(context->target, path, &now, error))
        return FALSE;
    return !now || amr_plan_add_link(plan, context, dir, root, FALSE, error);
}

static gboolean
take_file(AmrPlan *plan, const AmrPlanContext *context, const AmrPlan *done, const char *path,
          GError **error)
{
    g_autofree char *shown = amr_display_string(path);
    g_autofree char *local = g_strconcat("local/", path, NULL);
    g_autoptr(GBytes) holds = follow(plan, context->history, done, path);
    g_autoptr(GBytes) now = NULL, besides = NULL;

    if (!amr_plan_read_there(context->target, path, &now, error))
        return FALSE;
    if (!g_bytes_equal(now, holds))
        return amr_error_set(error, AMR_ERROR_CHANGED_UNDERNEATH,
                             "%s: Somebody has changed it since, so that it does not go by itself; "
                             "\"armorer changes\" tells more",
                             shown);
    if (!take_link(plan, context, AMR_PLAN_DISABLE_DIR, path, error) ||
        !take_link(plan, context, AMR_PLAN_FORCE_DIR, path, error) ||
        !amr_plan_read(context->target, local, &besides, error))
        return FALSE;
    if (besides && g_bytes_get_size(besides))
        amr_plan_note(plan, "%s stays, and nobody includes it any more", local);
    amr_plan_add_digest(plan, path, now);
    amr_plan_add_file(plan, path, g_steal_pointer(&now), NULL);
    return TRUE;
}

gboolean
amr_plan_undo_new(AmrPlan *plan, const AmrPlanContext *context, const AmrPlan *done, GError **error)
{
    for (guint i = 0; i < done->parts->len; i++)
        g_ptr_array_add(plan->parts, amr_plan_part_back(done->parts->pdata[i]));
    for (guint i = 0; i < done->files->len; i++) {
        const AmrPlanFile *file = done->files->pdata[i];
        const char *const roots[] = {file->path, NULL};
        if (!take_file(plan, context, done, file->path, error) ||
            !amr_plan_add_loads(plan, context, roots, error))
            return FALSE;
    }
    return TRUE;
}
