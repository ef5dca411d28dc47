/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "core/policy/programs.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "core/base/error.h"
#include "core/base/fsutil.h"

/* What the kernel looks at: BINPRM_BUF_SIZE of Linux 5.1 and later. */
#define HEAD 256

struct AmrPrograms {
    const AmrTarget *target;
    GHashTable *known;  /* char * -> AmrProgram */
    guint64 generation; /* counts what was forgotten */
};

void
amr_program_free(AmrProgram *program)
{
    if (!program)
        return;
    g_free(program->interpreter);
    g_free(program->through);
    g_free(program->started);
    g_free(program->runs);
    g_free(program);
}

AmrPrograms *
amr_programs_new(const AmrTarget *target)
{
    AmrPrograms *programs = g_rc_box_new0(AmrPrograms);
    programs->target = target;
    programs->known =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)amr_program_free);
    return programs;
}

static void
programs_clear(gpointer data)
{
    g_hash_table_unref(((AmrPrograms *)data)->known);
}

void
amr_programs_free(AmrPrograms *programs)
{
    if (programs)
        g_rc_box_release_full(programs, programs_clear);
}

void
amr_programs_forget(AmrPrograms *programs)
{
    g_hash_table_remove_all(programs->known);
    programs->generation++;
}

const AmrProgram *
amr_programs_look(const AmrPrograms *programs, AmrBytes path)
{
    static const AmrProgram unknown = {.kind = AMR_PROGRAM_UNKNOWN};
    static const AmrProgram none = {.kind = AMR_PROGRAM_NONE};
    g_autofree char *name = amr_bytes_dup(path);
    const AmrProgram *program;

    if (strlen(name) != path.len || name[0] != '/')
        return &none;
    program = g_hash_table_lookup(programs->known, name);
    return program ? program : &unknown;
}

/* ---- the line behind #! ----------------------------------------------------------------------
 */

/* One word of @line from *@at on; NULL if there is none. */
static char *
word_of(const char *line, gsize len, gsize *at)
{
    gsize from;

    while (*at < len && (line[*at] == ' ' || line[*at] == '\t'))
        (*at)++;
    from = *at;
    while (*at < len && line[*at] != ' ' && line[*at] != '\t')
        (*at)++;
    return *at > from ? g_strndup(line + from, *at - from) : NULL;
}

/* env's own options and settings stand before the name. */
static char *
started_by_env(const char *line, gsize len, gsize at)
{
    char *word;

    while ((word = word_of(line, len, &at)) != NULL) {
        if (word[0] != '-' && !strchr(word, '='))
            return word;
        g_free(word);
    }
    return NULL;
}

/* Source: load_script() in fs/binfmt_script.c of Linux 6.12. */
AmrProgram *
amr_program_read(const char *bytes, gsize len)
{
    AmrProgram *program = g_new0(AmrProgram, 1);
    const char *end;
    gsize n, at = 2;

    program->kind = AMR_PROGRAM_OTHER;
    if (len < 2 || bytes[0] != '#' || bytes[1] != '!')
        return program;
    program->kind = AMR_PROGRAM_SCRIPT;
    end = memchr(bytes, '\n', len);
    n = end ? (gsize)(end - bytes) : len;
    if (memchr(bytes, '\0', n))
        n = strlen(bytes);
    program->interpreter = word_of(bytes, n, &at);
    /* Cut off, it is not known whole. */
    if (!program->interpreter || program->interpreter[0] != '/' || (!end && at == HEAD))
        g_clear_pointer(&program->interpreter, g_free);
    else if (g_str_has_suffix(program->interpreter, "/env"))
        program->started = started_by_env(bytes, n, at);
    return program;
}

/* ---- looking at the disk ----------------------------------------------------------------------
 */

typedef struct {
    AmrPrograms *programs;
    char *path;
    int root; /* its own */
    guint64 generation;
} Look;

static void
look_free(gpointer data)
{
    Look *look = data;
    amr_fs_close_fd(&look->root);
    amr_programs_free(look->programs);
    g_free(look->path);
    g_free(look);
}

/* The name of @fd below @root, as the kernel has it. */
static char *
name_below(int root, int fd)
{
    g_autofree char *of_root = g_strdup_printf("/proc/self/fd/%d", root);
    g_autofree char *of_fd = g_strdup_printf("/proc/self/fd/%d", fd);
    g_autofree char *base = g_file_read_link(of_root, NULL);
    g_autofree char *name = g_file_read_link(of_fd, NULL);

    if (!base || !name)
        return NULL;
    if (strcmp(base, "/") == 0)
        return g_steal_pointer(&name);
    return g_str_has_prefix(name, base) && name[strlen(base)] == '/' ? g_strdup(name + strlen(base))
                                                                     : NULL;
}

/* Where a shell without settings of its own looks for @name. */
static char *
find_started(int root, const char *name)
{
    static const char *const places[] = {"/usr/local/sbin", "/usr/local/bin", "/usr/sbin",
                                         "/usr/bin",        "/sbin",          "/bin"};

    for (gsize i = 0; i < G_N_ELEMENTS(places); i++) {
        g_autofree char *path =
            strchr(name, '/') ? g_strdup(name) : g_strconcat(places[i], "/", name, NULL);
        amr_autofd int fd = amr_fs_open(root, path, O_PATH, NULL);
        struct stat st;
        if (fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && (st.st_mode & 0111))
            return name_below(root, fd);
        if (path[0] != '/' || strchr(name, '/'))
            break;
    }
    return NULL;
}

static AmrProgram *
read_program(int root, const char *path)
{
    amr_autofd int fd =
        amr_fs_open(root, path, O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_NOCTTY, NULL);
    char head[HEAD + 1] = {0};
    AmrProgram *program = NULL;
    struct stat st;

    if (fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode)) {
        gssize n = pread(fd, head, HEAD, 0);
        program = n >= 0 ? amr_program_read(head, (gsize)n) : NULL;
        if (program && program->interpreter)
            program->through = find_started(root, program->interpreter);
        if (program && program->started)
            program->runs = find_started(root, program->started);
    }
    if (!program) {
        program = g_new0(AmrProgram, 1);
        program->kind = AMR_PROGRAM_NONE;
    }
    return program;
}

static void
read_in_thread(GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
    const Look *look = data;

    g_task_return_pointer(task, read_program(look->root, look->path),
                          (GDestroyNotify)amr_program_free);
}

void
amr_programs_ask_async(AmrPrograms *programs, AmrBytes path, GCancellable *cancellable,
                       GAsyncReadyCallback callback, gpointer data)
{
    g_autoptr(GTask) task = g_task_new(NULL, cancellable, callback, data);
    Look *look = g_new0(Look, 1);

    look->programs = g_rc_box_acquire(programs);
    look->path = amr_bytes_dup(path);
    look->root = fcntl(amr_target_root_fd(programs->target), F_DUPFD_CLOEXEC, 3);
    look->generation = programs->generation;
    g_task_set_source_tag(task, amr_programs_ask_async);
    g_task_set_task_data(task, look, look_free);
    g_task_set_return_on_cancel(task, TRUE);
    g_task_run_in_thread(task, read_in_thread);
}

gboolean
amr_programs_ask_finish(GAsyncResult *result, GError **error)
{
    Look *look = g_task_get_task_data(G_TASK(result));
    AmrProgram *program = g_task_propagate_pointer(G_TASK(result), error);

    if (!program)
        return FALSE;
    if (look->generation == look->programs->generation)
        g_hash_table_replace(look->programs->known, g_strdup(look->path), program);
    else
        amr_program_free(program);
    return TRUE;
}

/* ---- of one, at once --------------------------------------------------------------------------
 */

char *
amr_program_find(const AmrTarget *target, const char *name, GError **error)
{
    g_autofree char *shown = amr_display_string(name);
    g_autofree char *started = NULL;
    int root = amr_target_root_fd(target);
    amr_autofd int fd = -1;
    g_autoptr(GError) problem = NULL;
    char *found = NULL;
    struct stat st;

    if (name[0] != '/')
        started = *name && !strchr(name, '/') ? find_started(root, name) : NULL;
    if (name[0] != '/' && !started) {
        amr_error_set(error, AMR_ERROR_NOT_FOUND, "%s: No such program%s", shown,
                      strchr(name, '/') ? "; its path begins with a slash" : "");
        return NULL;
    }
    fd = amr_fs_open(root, started ? started : name, O_PATH, &problem);
    if (fd < 0)
        amr_error_set(error, AMR_ERROR_NOT_FOUND, "%s: %s", shown, problem->message);
    else if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || !(st.st_mode & 0111))
        amr_error_set(error, AMR_ERROR_REFUSED, "%s: It is no file that may be executed", shown);
    else if (!(found = name_below(root, fd)) || found[0] != '/')
        amr_error_set(error, AMR_ERROR_REFUSED, "%s: Where it stands is not known", shown);
    else
        return found;
    g_free(found);
    return NULL;
}

/* With what data/apparmor has of them: who carries out a plan is confined to these. */
static gboolean
is_read_for_plans(int root, const char *path)
{
    static const char *const places[] = {"/usr/", "/opt/", "/bin/", "/sbin/"};
    amr_autofd int fd = -1;
    struct stat st;

    for (gsize i = 0; i < G_N_ELEMENTS(places) && fd < 0; i++)
        if (g_str_has_prefix(path, places[i]))
            fd = amr_fs_open(root, path, O_PATH | O_NOFOLLOW, NULL);
    return fd >= 0 && fstat(fd, &st) == 0 && (st.st_mode & S_IROTH);
}

AmrProgram *
amr_program_at(const AmrTarget *target, const char *path)
{
    int root = amr_target_root_fd(target);

    return is_read_for_plans(root, path) ? read_program(root, path) : g_new0(AmrProgram, 1);
}
