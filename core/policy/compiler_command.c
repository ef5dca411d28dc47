/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "core/policy/compiler_private.h"

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/base/fsutil.h"

/* What a check wants to be told (else a rule that the abi cannot state is dropped in
 * silence). */
static const char *const check_warnings[] = {"--warn=rule-not-enforced", "--warn=rule-downgraded"};

gboolean
amr_compile_kind_loads(AmrCompileKind kind)
{
    return kind == AMR_COMPILE_LOAD || kind == AMR_COMPILE_LOAD_UNCACHED ||
           kind == AMR_COMPILE_LOAD_BINARY || kind == AMR_COMPILE_REMOVE;
}

gboolean
amr_compile_kind_prints(AmrCompileKind kind)
{
    return kind == AMR_COMPILE_CHECK || kind == AMR_COMPILE_MEANING || kind == AMR_COMPILE_NAMES;
}

/* Where a load leaves compiled policy for the next boot. Another root's cache is its own
 * (the target's argv names it); where it has none, nothing is kept. Of a private copy nothing
 * may be kept, and -Q keeps nothing either: the cache is judged by time stamps only, so the kernel
 * would be given what was compiled for another place (FACTS section 4). */
static void
add_cache_options(const AmrTarget *target, AmrCompileKind kind, GPtrArray *argv)
{
    g_autofree char *cache =
        g_build_filename(amr_target_root_path(target), "var/cache/apparmor", NULL);
    AmrLoadWay way = amr_target_load_way(target);
    if (kind != AMR_COMPILE_LOAD || way == AMR_LOAD_NONE ||
        (way == AMR_LOAD_DIR && !g_file_test(cache, G_FILE_TEST_IS_DIR))) {
        g_ptr_array_add(argv, g_strdup("-K"));
        return;
    }
    g_ptr_array_add(argv, g_strdup("-T"));
    g_ptr_array_add(argv, g_strdup("-W"));
}

/* The parser loads for root alone, into plain files too. Those are an ordinary user's own (the
 * sandbox): compiled policy is put where the load would have written it. */
static gboolean
is_own_directory(const AmrTarget *target)
{
    return amr_target_load_way(target) == AMR_LOAD_DIR && geteuid() != 0;
}

static void
add_own_directory_options(const AmrTarget *target, AmrCompileKind kind, GPtrArray *argv)
{
    g_ptr_array_add(argv, g_strdup("-Q"));
    g_ptr_array_add(argv, g_strdup("-K"));
    if (kind == AMR_COMPILE_REMOVE)
        g_ptr_array_add(argv, g_strdup("-R"));
    if (kind == AMR_COMPILE_LOAD_BINARY)
        g_ptr_array_add(argv, g_strdup("-B"));
    if (kind == AMR_COMPILE_REMOVE || kind == AMR_COMPILE_LOAD_BINARY)
        return;
    g_ptr_array_add(argv, g_strdup("-o"));
    g_ptr_array_add(argv, g_build_filename(amr_target_kernel_path(target), ".replace", NULL));
}

static void
add_kind_options(const AmrTarget *target, AmrCompileKind kind, GPtrArray *argv)
{
    static const char *const options[][6] = {
        [AMR_COMPILE_UNKNOWN] = {NULL},
        [AMR_COMPILE_CHECK] = {"-Q", "-K", "-S", NULL},
        [AMR_COMPILE_MEANING] = {"-Q", "-K", "-S", "-O", "no-minimize", NULL},
        [AMR_COMPILE_PARSE] = {"-d", "-Q", "-K", NULL},
        [AMR_COMPILE_NAMES] = {"-N", "-Q", "-K", NULL},
        [AMR_COMPILE_LOAD] = {"-r", NULL},
        [AMR_COMPILE_LOAD_UNCACHED] = {"-r", NULL},
        [AMR_COMPILE_LOAD_BINARY] = {"-B", "-r", NULL},
        [AMR_COMPILE_REMOVE] = {"-R", NULL},
    };
    if (amr_compile_kind_loads(kind) && is_own_directory(target)) {
        add_own_directory_options(target, kind, argv);
        return;
    }
    for (const char *const *option = options[kind]; *option; option++)
        g_ptr_array_add(argv, g_strdup(*option));
    if (!amr_compile_kind_loads(kind))
        return;
    add_cache_options(target, kind, argv);
    if (amr_target_load_way(target) == AMR_LOAD_NONE)
        g_ptr_array_add(argv, g_strdup("-Q"));
}

char **
amr_compile_argv(const AmrTarget *target, const AmrCompileJob *job, const char *base,
                 gboolean warnings)
{
    GPtrArray *argv = g_ptr_array_new();
    for (const char *const *word = amr_target_parser_argv(target); *word; word++)
        g_ptr_array_add(argv, g_strdup(*word));
    if (job->kind == AMR_COMPILE_CHECK && warnings)
        for (guint i = 0; i < G_N_ELEMENTS(check_warnings); i++)
            g_ptr_array_add(argv, g_strdup(check_warnings[i]));
    add_kind_options(target, job->kind, argv);
    g_ptr_array_add(argv, g_strdup("--base"));
    g_ptr_array_add(argv, g_strdup(base));
    if (job->file)
        g_ptr_array_add(argv, g_path_is_absolute(job->file)
                                  ? g_strdup(job->file)
                                  : g_build_filename(base, job->file, NULL));
    g_ptr_array_add(argv, NULL);
    return (char **)g_ptr_array_free(argv, FALSE);
}

char **
amr_compile_probe_argv(const AmrTarget *target)
{
    GPtrArray *argv = g_ptr_array_new();
    g_ptr_array_add(argv, g_strdup(amr_target_parser_argv(target)[0]));
    for (guint i = 0; i < G_N_ELEMENTS(check_warnings); i++)
        g_ptr_array_add(argv, g_strdup(check_warnings[i]));
    g_ptr_array_add(argv, g_strdup("-V"));
    g_ptr_array_add(argv, NULL);
    return (char **)g_ptr_array_free(argv, FALSE);
}

/* Standard input as a file in memory: unlike a pipe it needs no writer, and no SIGPIPE comes of it.
 */
int
amr_compile_input(GBytes *text, GError **error)
{
    gsize size;
    const char *at = g_bytes_get_data(text, &size);
    amr_autofd int fd = memfd_create("policy", MFD_CLOEXEC);
    if (fd < 0) {
        amr_error_errno(error, errno, "Making room for the compiler's input");
        return -1;
    }
    while (size) {
        ssize_t n = write(fd, at, size);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) {
            amr_error_errno(error, n < 0 ? errno : EIO, "Writing the compiler's input");
            return -1;
        }
        at += n;
        size -= (gsize)n;
    }
    if (lseek(fd, 0, SEEK_SET) < 0) {
        amr_error_errno(error, errno, "Rewinding the compiler's input");
        return -1;
    }
    return amr_fs_steal_fd(&fd);
}
