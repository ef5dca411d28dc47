/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The doctor on policy: what it does not reach, and why. */
#include "config.h"

#include "core/advice/doctor_private.h"

#include <string.h>

#include "core/base/fsutil.h"
#include "core/base/text.h"
#include "core/policy/glob.h"

#define NAMES_SHOWN 4

/* Names are shown in a sentence, and all of them in the details. */
static GPtrArray *
new_names(void)
{
    return g_ptr_array_new_with_free_func(g_free);
}

static void
tell_names(AmrCheck *check, const GPtrArray *names)
{
    for (guint i = 0; i < names->len; i++)
        amr_check_detail(check, "%s", (const char *)names->pdata[i]);
}

static char *
full_name(const AmrBlock *block)
{
    g_autofree char *raw =
        block->ns[0] ? g_strdup_printf(":%s:%s", block->ns, block->name) : g_strdup(block->name);
    return amr_display_string(raw);
}

/* ---- programs that run without their profile ------------------------------------------------ */

/* Whether what runs @exe would be under @block, were it started now. */
static gboolean
is_meant_for(const AmrBlock *block, const AmrLoaded *loaded, const char *exe)
{
    const AmrLoadedProfile *profile;

    if (block->kind != AMR_BLOCK_PROFILE || block->ns[0] || block->unconfined)
        return FALSE;
    profile = amr_loaded_find(loaded, "", block->name);
    if (!profile || profile->mode == AMR_MODE_UNCONFINED)
        return FALSE;
    if (block->attachment)
        return amr_glob_match(block->attachment, amr_bytes(exe));
    return !block->elusive && block->name[0] == '/' && amr_glob_match(block->name, amr_bytes(exe));
}

static const AmrBlock *
meant_for(const AmrIndex *index, const AmrLoaded *loaded, const char *exe)
{
    for (guint i = 0; i < amr_index_count(index); i++) {
        const AmrBlock *block = amr_index_block(index, i);
        if (is_meant_for(block, loaded, exe))
            return block;
    }
    return NULL;
}

static void
add_stranger(GPtrArray *names, const AmrProcess *process, const AmrBlock *block)
{
    g_autofree char *comm = amr_display_string(process->comm);
    g_autofree char *profile = full_name(block);

    g_ptr_array_add(names, g_strdup_printf("%s (pid %u): %s", comm, process->pid, profile));
}

void
amr_exam_unconfined(AmrExam *exam)
{
    const AmrIndex *index = exam->context.index;
    const AmrLoaded *loaded = exam->context.loaded;
    g_autoptr(GPtrArray) processes = NULL;
    g_autoptr(GPtrArray) names = new_names();
    g_autoptr(GHashTable) asked = g_hash_table_new(g_str_hash, g_str_equal);
    guint hidden = 0, seen = 0;

    if (!index || !loaded || amr_loaded_count(loaded) == 0)
        return;
    processes = amr_processes_read(exam->context.opener, NULL);
    if (!processes)
        return;
    for (guint i = 0; i < processes->len; i++) {
        const AmrProcess *process = processes->pdata[i];
        gpointer block = NULL;
        hidden += process->hidden;
        seen += process->exe != NULL;
        if (!process->exe || strcmp(process->label, "unconfined") != 0)
            continue;
        if (!g_hash_table_lookup_extended(asked, process->exe, NULL, &block)) {
            block = (gpointer)meant_for(index, loaded, process->exe);
            g_hash_table_insert(asked, process->exe, block);
        }
        if (block)
            add_stranger(names, process, block);
    }
    if (names->len > 0) {
        g_autofree char *some = amr_exam_join(names, NAMES_SHOWN);
        AmrCheck *check = amr_exam_add(
            exam, AMR_CHECK_ID_UNCONFINED, AMR_CHECK_WARNING,
            g_strdup_printf("%u %s unconfined though a loaded profile is meant for %s: %s. A "
                            "program gets its profile when it starts: these were started before "
                            "the profile was loaded, or in a way that goes past it.",
                            names->len, names->len == 1 ? "process runs" : "processes run",
                            names->len == 1 ? "it" : "them", some),
            g_strdup("Start these programs again (systemctl restart, or log in anew)."));
        tell_names(check, names);
    } else if (hidden > 0) {
        amr_exam_add(exam, AMR_CHECK_ID_UNCONFINED, AMR_CHECK_UNKNOWN,
                     g_strdup_printf("The programs of %u processes cannot be seen.", hidden),
                     g_strdup("Run this with sudo."));
    } else if (seen > 0) {
        amr_exam_add(exam, AMR_CHECK_ID_UNCONFINED, AMR_CHECK_OK,
                     g_strdup("Every running program that a loaded profile is meant for is under "
                              "one."),
                     NULL);
    }
}

/* ---- on disk, not in the kernel ------------------------------------------------------------- */

void
amr_exam_not_loaded(AmrExam *exam)
{
    const AmrIndex *index = exam->context.index;
    const AmrLoaded *loaded = exam->context.loaded;
    g_autoptr(GPtrArray) names = new_names();
    AmrCheck *check;

    if (!index || !loaded || amr_loaded_count(loaded) == 0)
        return;
    for (guint i = 0; i < amr_index_count(index); i++) {
        const AmrBlock *block = amr_index_block(index, i);
        if (block->kind == AMR_BLOCK_PROFILE && !block->variables &&
            !amr_index_is_disabled(index, block->file) &&
            !amr_loaded_find(loaded, block->ns, block->name)) {
            g_autofree char *name = full_name(block);
            g_autofree char *file = amr_display_string(block->file);
            g_ptr_array_add(names, g_strdup_printf("%s (%s)", name, file));
        }
    }
    if (names->len == 0) {
        amr_exam_add(exam, AMR_CHECK_ID_NOT_LOADED, AMR_CHECK_OK,
                     g_strdup("Every profile on disk is loaded."), NULL);
        return;
    }
    g_autofree char *some = amr_exam_join(names, NAMES_SHOWN);
    check = amr_exam_add(exam, AMR_CHECK_ID_NOT_LOADED, AMR_CHECK_WARNING,
                         g_strdup_printf("%u %s on disk and not loaded: %s. What should run "
                                         "under it is not confined.",
                                         names->len,
                                         names->len == 1 ? "profile is" : "profiles are", some),
                         g_strdup("apparmor_parser -r FILE loads one, systemctl reload apparmor "
                                  "all."));
    tell_names(check, names);
}

/* ---- links ---------------------------------------------------------------------------------- */

static void
look_at_links(const AmrExam *exam, const char *dir, GPtrArray *links, GPtrArray *dangling)
{
    g_autoptr(GPtrArray) found = amr_exam_policy_names(exam, dir);
    g_autofree const char **files = amr_index_files(exam->context.index);

    for (guint i = 0; i < found->len; i++) {
        const char *name = found->pdata[i];
        char *shown = amr_display_string(name);
        if (g_strv_contains(files, name))
            g_ptr_array_add(links, shown);
        else {
            g_ptr_array_add(dangling, g_strdup_printf("%s/%s", dir, shown));
            g_free(shown);
        }
    }
}

void
amr_exam_disabled(AmrExam *exam)
{
    g_autoptr(GPtrArray) disabled = new_names();
    g_autoptr(GPtrArray) complain = new_names();
    g_autoptr(GPtrArray) dangling = new_names();
    g_autoptr(GString) text = g_string_new(NULL);
    AmrCheck *check;

    if (!exam->context.index)
        return;
    look_at_links(exam, "disable", disabled, dangling);
    look_at_links(exam, "force-complain", complain, dangling);
    if (disabled->len > 0) {
        g_autofree char *some = amr_exam_join(disabled, NAMES_SHOWN);
        g_string_append_printf(text, "Disabled by a link in disable/, so never loaded: %s. ", some);
    }
    if (complain->len > 0) {
        g_autofree char *some = amr_exam_join(complain, NAMES_SHOWN);
        g_string_append_printf(text, "Forced to complain by a link in force-complain/: %s. ", some);
    }
    if (dangling->len > 0) {
        g_autofree char *some = amr_exam_join(dangling, NAMES_SHOWN);
        g_string_append_printf(text, "Without effect, since no file of policy has that name: %s. ",
                               some);
    }
    if (text->len == 0)
        g_string_append(text, "No profile is disabled or forced to complain.");
    g_strchomp(text->str);
    check = amr_exam_add(exam, AMR_CHECK_ID_DISABLED,
                         dangling->len > 0 ? AMR_CHECK_WARNING : AMR_CHECK_OK, g_strdup(text->str),
                         disabled->len + complain->len + dangling->len == 0
                             ? NULL
                             : g_strdup("aa-enforce FILE takes a link away and loads the "
                                        "profile; a link without effect can be removed."));
    tell_names(check, disabled);
    tell_names(check, complain);
    tell_names(check, dangling);
}

/* ---- local files ---------------------------------------------------------------------------- */

/* Whether anything but comments stands in it. What cannot be read may hold something. */
static gboolean
says_something(const AmrExam *exam, const char *path)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) bytes =
        amr_fs_read(amr_target_policy_fd(exam->context.target), path, AMR_FS_POLICY_MAX, &error);
    gsize len = 0;
    const char *text = bytes ? g_bytes_get_data(bytes, &len) : NULL;
    gboolean comment = FALSE;

    if (!bytes)
        return g_error_matches(error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED);
    for (gsize i = 0; i < len; i++) {
        if (text[i] == '\n')
            comment = FALSE;
        else if (text[i] == '#' && (len - i < 8 || memcmp(text + i, "#include", 8) != 0))
            comment = TRUE;
        else if (!comment && !g_ascii_isspace(text[i]))
            return TRUE;
    }
    return FALSE;
}

void
amr_exam_local(AmrExam *exam)
{
    g_autoptr(GPtrArray) found = NULL;
    g_autoptr(GPtrArray) names = new_names();
    AmrCheck *check;

    if (!exam->context.index)
        return;
    found = amr_exam_policy_names(exam, "local");
    for (guint i = 0; i < found->len; i++) {
        g_autofree char *path = g_build_filename("local", found->pdata[i], NULL);
        if (!amr_index_is_included(exam->context.index, path) && says_something(exam, path))
            g_ptr_array_add(names, amr_display_string(path));
    }
    if (names->len == 0) {
        amr_exam_add(exam, AMR_CHECK_ID_LOCAL, AMR_CHECK_OK,
                     g_strdup("Every file in local/ that says something is included by a profile."),
                     NULL);
        return;
    }
    g_autofree char *some = amr_exam_join(names, NAMES_SHOWN);
    check = amr_exam_add(
        exam, AMR_CHECK_ID_LOCAL, AMR_CHECK_WARNING,
        g_strdup_printf("No profile includes %s: what stands there has no effect.", some),
        g_strdup("Put \"include if exists <local/NAME>\" into the profile that it is for (armorer "
                 "apply --add-include does), or move the file to the name that the profile "
                 "includes."));
    tell_names(check, names);
}
