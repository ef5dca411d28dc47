/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "core/change/newprofile.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "core/base/error.h"
#include "core/base/fsutil.h"
#include "core/base/text.h"
#include "core/change/flags.h"
#include "core/change/newprofile_private.h"
#include "core/policy/glob.h"
#include "core/policy/programs.h"

#define NAME_SIZE                                                                   \
    180 /* of a name and of a file's: what is made of it has a beginning and an end \
         */
#define NAMES_MAX 99

const char *
amr_new_stage_word(AmrNewStage stage)
{
    static const char *const words[] = {"unknown",
#define WORD(name, word) word,
                                        AMR_NEW_STAGES(WORD)
#undef WORD
    };
    return (gsize)stage < G_N_ELEMENTS(words) ? words[stage] : words[0];
}

void
amr_new_free(AmrNew *new)
{
    if (!new)
        return;
    g_free(new->program);
    g_free(new->profile);
    g_free(new->file);
    g_free(new->change);
    g_free(new);
}

/* ---- which profile has it ----------------------------------------------------------------------
 */

static gboolean
attaches(const AmrBlock *block, const char *program)
{
    return !block->parent && block->attachment &&
           amr_glob_match(block->attachment, amr_bytes(program));
}

/* By the index; NULL: none. One that is in use before one that is disabled. */
static const AmrBlock *
find_attached(const AmrIndex *index, const char *program)
{
    const AmrBlock *found = NULL;

    for (guint i = 0; i < amr_index_count(index); i++) {
        const AmrBlock *block = amr_index_block(index, i);
        if (!attaches(block, program))
            continue;
        if (!amr_index_is_disabled(index, block->file))
            return block;
        found = found ? found : block;
    }
    return found;
}

/* Of what only the kernel holds, the names alone are known: some are what they attach to. */
static const AmrLoadedProfile *
find_in_kernel(const AmrPlanContext *context, const char *program)
{
    guint n = context->loaded ? amr_loaded_count(context->loaded) : 0;

    for (guint i = 0; i < n; i++) {
        const AmrLoadedProfile *profile = amr_loaded_profile(context->loaded, i);
        if (profile->name[0] == '/' && !*profile->ns && !strstr(profile->name, "//") &&
            amr_glob_match(profile->name, amr_bytes(program)))
            return profile;
    }
    return NULL;
}

const AmrChange *
amr_new_change(const AmrHistory *history, const char *file)
{
    for (guint i = history ? amr_history_count(history) : 0; i > 0; i--) {
        const AmrChange *change = amr_history_get(history, i - 1);
        if ((change->kind == AMR_PLAN_NEW || change->kind == AMR_PLAN_STUB) &&
            amr_change_may_stand(change) && change->files[0] && strcmp(change->files[0], file) == 0)
            return change;
    }
    return NULL;
}

static gboolean
refuse_attached(const AmrIndex *index, const AmrBlock *block, const char *program, GError **error)
{
    g_autofree char *shown = amr_display_string(program);
    g_autofree char *name = amr_display_string(block->name);
    g_autofree char *file = amr_display_string(block->file);
    gboolean disabled = amr_index_is_disabled(index, block->file);

    return amr_error_set(error, AMR_ERROR_REFUSED,
                         "%s: The profile \"%s\" attaches to it already (%s line %u)%s", shown,
                         name, file, block->line,
                         disabled ? "; a link in disable/ keeps it from being loaded" : "");
}

/* ---- how far it is ----------------------------------------------------------------------------
 */

static void
take_stage(AmrNew *new, const AmrPlanContext *context, const AmrBlock *block)
{
    const AmrLoadedProfile *held = amr_plan_find_loaded(context->loaded, block->name);
    const char *flag = amr_flags_mode(block->flags);
    gboolean complains = block->complain || amr_index_is_force_complain(context->index, new->file);

    new->in_kernel = held != NULL;
    if (flag && strcmp(flag, "unconfined") == 0)
        new->stage = AMR_NEW_STUB;
    else if (complains || (held && held->mode == AMR_MODE_COMPLAIN))
        new->stage = AMR_NEW_COMPLAIN;
    else
        new->stage = AMR_NEW_CONFINED;
}

static void
take_change(AmrNew *new, const AmrHistory *history, const AmrChange *made)
{
    new->change = g_strdup(made->id);
    new->since = made->loaded ? made->loaded : made->time;
    for (guint i = 0; i < amr_history_count(history); i++) {
        const AmrChange *change = amr_history_get(history, i);
        if (change->kind == AMR_PLAN_ADD && amr_change_may_stand(change) &&
            g_strv_contains((const char *const *)change->profiles, new->profile))
            new->rules++;
    }
}

/* What is needed to take a profile back is not to be confined by one that is being made. */
static gboolean
takes_back(const AmrPlanContext *context, const char *program)
{
    static const char *const names[] = {"armorer", "armorer-helper", "apparmor_parser", NULL};
    const char *const *parser = amr_target_parser_argv(context->target);
    g_autofree char *name = g_path_get_basename(program);

    return g_strv_contains(names, name) || strcmp(parser[0], program) == 0;
}

AmrNew *
amr_new_look(const AmrPlanContext *context, const char *program, GError **error)
{
    g_autoptr(AmrNew) new = g_new0(AmrNew, 1);
    const AmrBlock *block = find_attached(context->index, program);
    const AmrChange *made = block ? amr_new_change(context->history, block->file) : NULL;
    const AmrLoadedProfile *held = block ? NULL : find_in_kernel(context, program);
    g_autofree char *shown = amr_display_string(program);

    new->program = g_strdup(program);
    new->stage = AMR_NEW_NONE;
    if (made) {
        new->profile = g_strdup(block->name);
        new->file = g_strdup(block->file);
        take_stage(new, context, block);
        take_change(new, context->history, made);
        return g_steal_pointer(&new);
    }
    if (block) {
        refuse_attached(context->index, block, program, error);
        return NULL;
    }
    if (held) {
        g_autofree char *name = amr_display_string(held->name);
        amr_error_set(
            error, AMR_ERROR_NO_FILE,
            "%s: The kernel holds a profile of that name already, \"%s\", that no file of "
            "the policy defines",
            shown, name);
        return NULL;
    }
    if (takes_back(context, program)) {
        amr_error_set(error, AMR_ERROR_REFUSED,
                      "%s: It is needed to take profiles back, and is not to be confined by one "
                      "that is being made",
                      shown);
        return NULL;
    }
    return amr_new_choose_names(new, context, error) ? g_steal_pointer(&new) : NULL;
}

/* ---- what it was denied -----------------------------------------------------------------------
 */

/* "P", "P//C", "P//null-X": in the root's namespace, for there it was made. */
static gboolean
is_of(const AmrEvent *event, const char *profile)
{
    AmrBytes name = event->field[AMR_FIELD_PROFILE];
    gsize len = strlen(profile);

    return amr_event_namespace(event).len == 0 && name.len >= len &&
           memcmp(name.data, profile, len) == 0 &&
           (name.len == len || (name.len > len + 2 && memcmp(name.data + len, "//", 2) == 0));
}

void
amr_new_seen_init(AmrNewSeen *seen)
{
    *seen = (AmrNewSeen){.ids = g_array_new(FALSE, FALSE, sizeof(AmrDenialId)),
                         .before = g_array_new(FALSE, FALSE, sizeof(AmrDenialId)),
                         .next = 1};
}

void
amr_new_seen_clear(AmrNewSeen *seen)
{
    g_clear_pointer(&seen->ids, g_array_unref);
    g_clear_pointer(&seen->before, g_array_unref);
}

static gboolean
is_since(const AmrNew *new, const AmrDenial *denial)
{
    return !denial->last || denial->last >= new->since;
}

void
amr_new_seen_more(AmrNewSeen *seen, const AmrStore *store, const AmrNew *new, gboolean all)
{
    for (guint i = seen->before->len; i-- > 0;) {
        AmrDenialId id = g_array_index(seen->before, AmrDenialId, i);
        const AmrDenial *denial = amr_store_get(store, id);
        if (denial && !is_since(new, denial))
            continue;
        if (denial)
            g_array_append_val(seen->ids, id);
        g_array_remove_index_fast(seen->before, i);
    }
    for (; seen->next <= amr_store_newest(store); seen->next++) {
        const AmrDenial *denial = amr_store_get(store, seen->next);
        AmrEvent event;
        if (denial && amr_store_event(store, seen->next, &event) && is_of(&event, new->profile))
            g_array_append_val(all || is_since(new, denial) ? seen->ids : seen->before, seen->next);
    }
}

GArray *
amr_new_denials(const AmrStore *store, const AmrNew *new, gboolean all, guint64 *total)
{
    AmrNewSeen seen;
    GArray *ids;

    amr_new_seen_init(&seen);
    amr_new_seen_more(&seen, store, new, all);
    ids = g_array_ref(seen.ids);
    amr_new_seen_clear(&seen);
    for (guint i = 0; total && i < ids->len; i++)
        *total = (i ? *total : 0) + amr_store_get(store, g_array_index(ids, AmrDenialId, i))->count;
    if (total && !ids->len)
        *total = 0;
    return ids;
}

/* ---- names ------------------------------------------------------------------------------------
 */

/* "usr.bin.curl"; what may not stand in a name becomes "_". */
static char *
dotted_name(const char *program)
{
    g_autofree char *name = g_strndup(program + 1, NAME_SIZE);

    for (char *p = name; *p; p++)
        *p = *p == '/' ? '.' : *p;
    (void)g_strcanon(name, AMR_NEW_NAME_CHARS, '_');
    if (!g_ascii_isalnum(name[0]))
        name[0] = 'x';
    return amr_index_takes(name) ? g_steal_pointer(&name) : g_strconcat(name, "_", NULL);
}

/* The program's own, where it may stand as it is. */
static char *
plain_name(const char *program)
{
    g_autofree char *name = g_path_get_basename(program);
    gsize len = strlen(name);

    return len <= NAME_SIZE && g_ascii_isalnum(name[0]) &&
                   strspn(name, AMR_NEW_NAME_CHARS) == len && amr_index_takes(name)
               ? g_steal_pointer(&name)
               : NULL;
}

/* Whether files of this policy are mostly named by the profile, as newer policy does it, not by the
 * path that this attaches to. */
static gboolean
is_newer_style(const AmrIndex *index)
{
    guint newer = 0, dotted = 0;

    for (guint i = 0; i < amr_index_count(index); i++) {
        const AmrBlock *block = amr_index_block(index, i);
        const char *slash = block->attachment ? strrchr(block->attachment, '/') : NULL;
        g_autofree char *end = slash ? g_strdup(slash) : NULL;
        if (block->parent || strchr(block->file, '/') || !end)
            continue;
        end[0] = '.';
        newer += strcmp(block->file, block->name) == 0;
        dotted += g_str_has_suffix(block->file, end);
    }
    return newer > dotted;
}

/* Whatever it is: a link to nowhere is somebody's, too. */
static gboolean
is_there(const AmrTarget *target, const char *dir, const char *file)
{
    g_autofree char *path = g_strconcat(dir, file, NULL);
    struct stat st;

    return fstatat(amr_target_policy_fd(target), path, &st, AT_SYMLINK_NOFOLLOW) == 0;
}

static gboolean
is_free(const AmrPlanContext *context, const char *file)
{
    return !is_there(context->target, "", file) &&
           !is_there(context->target, AMR_PLAN_DISABLE_DIR "/", file) &&
           !is_there(context->target, AMR_PLAN_FORCE_DIR "/", file);
}

static gboolean
is_free_name(const AmrPlanContext *context, const char *name)
{
    return !amr_index_find(context->index, NULL, name) &&
           !amr_plan_find_loaded(context->loaded, name) && !amr_profile_is_catch_all(name) &&
           !amr_profile_is_null(name, NULL, NULL);
}

gboolean
amr_new_choose_names(AmrNew *new, const AmrPlanContext *context, GError **error)
{
    g_autofree char *dotted = dotted_name(new->program);
    g_autofree char *plain = plain_name(new->program);
    const char *first = plain && is_newer_style(context->index) ? plain : dotted;
    g_autofree char *shown = amr_display_string(new->program);

    new->file = g_strdup(first);
    new->profile = g_strdup(plain ? plain : dotted);
    for (guint n = 1; n < NAMES_MAX && !is_free(context, new->file); n++) {
        g_free(new->file);
        new->file = n == 1 ? g_strdup(dotted) : g_strdup_printf("%s-%u", dotted, n);
    }
    for (guint n = 1; n < NAMES_MAX && !is_free_name(context, new->profile); n++) {
        g_free(new->profile);
        new->profile = n == 1 ? g_strdup(dotted) : g_strdup_printf("%s-%u", dotted, n);
    }
    return (is_free(context, new->file) && is_free_name(context, new->profile)) ||
           amr_error_set(error, AMR_ERROR_REFUSED, "%s: No name is free for a profile of it",
                         shown);
}
