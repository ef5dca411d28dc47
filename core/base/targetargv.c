/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which compiler, and what it must be told so that it compiles for the target. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/error.h"
#include "core/base/fsutil.h"
#include "core/base/targetprivate.h"
#include "core/base/text.h"

#define CACHE_DIR    "var/cache/apparmor"
#define CONFIG_FILE  "etc/apparmor/parser.conf"
#define FEATURES_MAX ((gsize)1 << 20)

static gboolean
is_program(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISREG(st.st_mode) && access(path, X_OK) == 0;
}

static char *
named_parser(const char *name, GError **error)
{
    g_autofree char *path = NULL;

    /* A bare name is looked for by $PATH only where its owner gains nothing from a wrong answer. */
    if (!strchr(name, '/') && !amr_target_is_privileged())
        path = g_find_program_in_path(name);
    if (!path)
        path = g_canonicalize_filename(name, NULL);
    if (!is_program(path)) {
        g_autofree char *shown = amr_display_string(path);
        if (access(path, F_OK) < 0) {
            int saved = errno;
            amr_error_errno(error, saved, "--parser %s", shown);
        } else {
            amr_error_set(error, AMR_ERROR_USAGE, "--parser %s: Not a program", shown);
        }
        return NULL;
    }
    return g_steal_pointer(&path);
}

static char *
default_parser(void)
{
    static const char *const places[] = {"/usr/sbin/apparmor_parser", "/sbin/apparmor_parser"};
    char *path = NULL;

    for (gsize i = 0; i < G_N_ELEMENTS(places); i++) {
        if (is_program(places[i]))
            return g_strdup(places[i]);
    }
    if (!amr_target_is_privileged())
        path = g_find_program_in_path("apparmor_parser");
    /* A missing one is found out, and told, when it is run. */
    return path ? path : g_strdup(places[0]);
}

/* "4.0" as 4 * 2^32 + 0; 0 for what is not of that form ("kernel-5.4-vanilla"). */
static guint64
abi_version(const char *name)
{
    const char *dot = strchr(name, '.');
    guint64 major, minor;

    if (!dot || !amr_bytes_to_uint64((AmrBytes){name, (gsize)(dot - name)}, &major) ||
        !amr_bytes_to_uint64(amr_bytes(dot + 1), &minor) || major == 0 || major > G_MAXUINT32 ||
        minor > G_MAXUINT32)
        return 0;
    return major << 32 | minor;
}

static char *
highest_abi(const AmrTarget *target)
{
    g_autofree char *path = NULL;
    g_autofree char *best = NULL;
    guint64 version = 0;
    const char *name;
    g_autoptr(GDir) dir = NULL;
    amr_autofd int fd = -1;

    amr_target_open_dir_if_there(target->policy_fd, "abi", &fd, &path);
    dir = path ? g_dir_open(path, 0, NULL) : NULL;
    while (dir && (name = g_dir_read_name(dir))) {
        struct stat st;
        if (abi_version(name) > version && fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
            S_ISREG(st.st_mode)) {
            version = abi_version(name);
            g_free(best);
            best = g_build_filename(path, name, NULL);
        }
    }
    return g_steal_pointer(&best);
}

/* Whether @path is what -M takes at all: the compiler takes a file of anything else, or of nothing,
 * for a kernel that mediates nothing, and drops rules in silence. */
static gboolean
are_features(const char *path, GError **error)
{
    static const char *const known[] = {"file", "policy", "caps", "domain"};
    g_autofree char *shown = amr_display_string(path);
    g_autoptr(GBytes) bytes = NULL;

    if (g_file_test(path, G_FILE_TEST_IS_DIR)) {
        for (gsize i = 0; i < G_N_ELEMENTS(known); i++) {
            g_autofree char *part = g_build_filename(path, known[i], NULL);
            if (access(part, F_OK) == 0)
                return TRUE;
        }
    } else {
        amr_autofd int top = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
        gsize len;
        bytes = amr_fs_read(top, path, FEATURES_MAX, error);
        if (!bytes) {
            g_prefix_error(error, "--features %s: ", shown);
            return FALSE;
        }
        const char *text = g_bytes_get_data(bytes, &len);
        if (len > 0 && memchr(text, '{', len) && !memchr(text, '\0', len))
            return TRUE;
    }
    return amr_error_set(error, AMR_ERROR_USAGE, "--features %s: Not the features of a kernel",
                         shown);
}

/*
 * What -M is given, or NULL. Tried with apparmor_parser 3.0.8:
 * - -M takes a file of the form of abi/3.0 and a directory as securityfs has it (features/), with
 *   the same result; a missing path is an error, an empty file or directory are "no features".
 * - -f DIR alone does not make it read DIR/features: that needs -M too.
 * - Without -M and without a kernel it says "Cache read/write disabled: interface file missing" and
 *   compiles for a kernel that knows nothing: network, unix, dbus, signal, ptrace and mount rules
 *   are dropped in silence, exit 0, byte for byte what -M with an empty directory gives (1329
 *   bytes, where the same profile with abi/3.0 has 3961). So never compile without one.
 * - -M overrides what the running kernel has; there it is not given unless it was asked for.
 */
static char *
choose_features(const AmrTarget *target, const AmrTargetOptions *options, GError **error)
{
    g_autofree char *path = NULL;
    int fd;

    if (options->features) {
        path = g_canonicalize_filename(options->features, NULL);
        if (access(path, R_OK) < 0) {
            int saved = errno;
            g_autofree char *shown = amr_display_string(path);
            amr_error_errno(error, saved, "--features %s", shown);
            return NULL;
        }
        if (!are_features(path, error))
            return NULL;
        return g_steal_pointer(&path);
    }
    if (target->other_root) {
        amr_target_open_dir_if_there(target->kernel_fd, "features", &fd, &path);
        amr_fs_close_fd(&fd);
        return path ? g_steal_pointer(&path) : highest_abi(target);
    }
    /* Another policy on this machine is by default one for this kernel. */
    if (access("/" AMR_TARGET_KERNEL_DIR "/features", F_OK) == 0)
        return NULL;
    return highest_abi(target);
}

static void
add_option(AmrTarget *target, const char *option, char *value)
{
    if (!value)
        return;
    g_ptr_array_add(target->parser_argv, g_strdup(option));
    g_ptr_array_add(target->parser_argv, value);
}

/* Below another root everything that the compiler would take from this machine is named. */
static gboolean
add_root_options(AmrTarget *target, GError **error)
{
    amr_autofd int fd = amr_fs_open(target->root_fd, CONFIG_FILE, O_PATH, NULL);
    char *path = NULL;

    if (fd >= 0) {
        path = amr_target_path_of_fd(fd, CONFIG_FILE, error);
        if (!path)
            return FALSE;
    }
    /* Without a file of its own: none. The parser warns of one that is missing. */
    add_option(target, "--config-file", path ? path : g_strdup("/dev/null"));
    path = amr_target_below_root(target, CACHE_DIR, error);
    if (!path) {
        g_prefix_error(error, "The compiler's cache: ");
        return FALSE;
    }
    add_option(target, "-L", path);
    return TRUE;
}

gboolean
amr_target_make_argv(AmrTarget *target, const AmrTargetOptions *options, GError **error)
{
    g_autoptr(GError) problem = NULL;
    char *features;
    char *parser = options->parser ? named_parser(options->parser, error) : default_parser();

    if (!parser)
        return FALSE;
    g_ptr_array_add(target->parser_argv, parser);
    if (target->other_root && !add_root_options(target, error))
        return FALSE;
    features = choose_features(target, options, &problem);
    if (problem) {
        g_propagate_error(error, g_steal_pointer(&problem));
        return FALSE;
    }
    add_option(target, "-M", features);
    if (target->load_way == AMR_LOAD_DIR)
        add_option(target, "-f", g_strdup(target->kernel_path));
    g_ptr_array_add(target->parser_argv, NULL);
    return TRUE;
}
