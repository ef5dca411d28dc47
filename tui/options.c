/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tui/options.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <unistd.h>

#include "core/base/error.h"
#include "core/base/fsutil.h"
#include "tui/home.h"
#include "tui/lend.h"
#include "tui/timer.h"

/* ---- where data files are ------------------------------------------------------------------- */

/* With more rights than the one who started us, nobody's variables say what we read. */
static gboolean
is_privileged(void)
{
    return geteuid() == 0 || geteuid() != getuid() || getegid() != getgid();
}

/* Run from the tree that it was built in: then, and only then, data is taken from the sources. */
static gboolean
is_uninstalled(void)
{
    g_autofree char *program = g_file_read_link("/proc/self/exe", NULL);
    g_autofree char *dir = program ? g_path_get_dirname(program) : NULL;

    return dir && g_str_equal(dir, ARMORER_BUILDDIR);
}

char *
tui_data_path(const char *name)
{
    const char *named = is_privileged() ? NULL : g_getenv("ARMORER_DATADIR");
    g_autofree char *installed = g_build_filename(ARMORER_PKGDATADIR, name, NULL);

    if (named && named[0])
        return g_build_filename(named, name, NULL);
    if (is_uninstalled())
        return g_build_filename(ARMORER_SRCDATADIR, name, NULL);
    return g_steal_pointer(&installed);
}

static char *
libexec_path(const char *name)
{
    return g_build_filename(is_uninstalled() ? ARMORER_BUILDDIR : ARMORER_PKGLIBEXECDIR, name,
                            NULL);
}

char *
tui_helper_path(void)
{
    return libexec_path("armorer-helper");
}

/* Which may not be installed: then nothing is known of rpm's packages. */
static void
find_rpm(AmrSession *session)
{
    g_autofree char *path = libexec_path("armorer-rpm");

    if (access(path, X_OK) == 0)
        amr_session_set_rpm(session, g_steal_pointer(&path));
}

/* ---- the sandbox ---------------------------------------------------------------------------- */

static gboolean copy_tree(const char *from, const char *to, guint depth, GError **error);

/* Bytes only: the copy is ours and may be written, whatever the installed file's owner and mode. */
static gboolean
copy_entry(const char *from, const char *to, guint depth, GError **error)
{
    g_autofree char *bytes = NULL;
    gsize len;

    if (g_file_test(from, G_FILE_TEST_IS_DIR))
        return copy_tree(from, to, depth + 1, error);
    return g_file_get_contents(from, &bytes, &len, error) &&
           g_file_set_contents_full(to, bytes, (gssize)len, G_FILE_SET_CONTENTS_NONE, 0644, error);
}

static gboolean
copy_tree(const char *from, const char *to, guint depth, GError **error)
{
    g_autoptr(GDir) dir = NULL;
    const char *name;

    if (depth > 16)
        return amr_error_set(error, AMR_ERROR_LIMIT, "The sandbox is nested too deeply");
    dir = g_dir_open(from, 0, error);
    if (!dir)
        return FALSE;
    if (g_mkdir(to, 0755) != 0 && errno != EEXIST)
        return amr_error_errno(error, errno, "Making a directory of the sandbox");
    while ((name = g_dir_read_name(dir))) {
        g_autofree char *source = g_build_filename(from, name, NULL);
        g_autofree char *copy = g_build_filename(to, name, NULL);
        if (!copy_entry(source, copy, depth, error))
            return FALSE;
    }
    return TRUE;
}

static AmrClock *
fixed_clock(void)
{
    gboolean set_id = getuid() != geteuid() || getgid() != getegid();
    const char *text = set_id ? NULL : g_getenv("ARMORER_CLOCK");
    guint64 seconds;

    if (!text || !amr_bytes_to_uint64(amr_bytes(text), &seconds) ||
        seconds > G_MAXINT64 / G_USEC_PER_SEC)
        return NULL;
    return amr_clock_new_fixed((gint64)seconds * G_USEC_PER_SEC);
}

gboolean
tui_options_lack_rights(const TuiOptions *options)
{
    return geteuid() != 0 && !options->lender && !options->demo && !options->root &&
           !options->policy && !options->parser && !options->features;
}

static gboolean
ask_rights(TuiOptions *options, GError **error)
{
    options->lender = tui_lend_ask(error);
    if (!options->lender)
        g_prefix_error(error, "Asking for the right to read: ");
    return options->lender != NULL;
}

gboolean
tui_options_prepare(TuiOptions *options, GError **error)
{
    g_autofree char *data = NULL;

    if (options->ask_rights && tui_options_lack_rights(options) && !ask_rights(options, error))
        return FALSE;
    if (!options->demo || options->sandbox)
        return TRUE;
    if (options->root || options->policy)
        return amr_error_set(error, AMR_ERROR_USAGE,
                             "--demo has a system of its own: not with --root or --policy");
    options->sandbox = amr_fs_make_scratch("armorer-demo", error);
    if (!options->sandbox)
        return FALSE;
    data = tui_data_path("data/demo");
    if (!copy_tree(data, options->sandbox, 0, error)) {
        g_prefix_error(error, "Setting up the sandbox: ");
        return FALSE;
    }
    options->root = g_strdup(options->sandbox);
    options->clock = fixed_clock();
    if (!options->clock)
        options->clock = amr_clock_new_fixed(g_get_real_time());
    return TRUE;
}

/* ---- session -------------------------------------------------------------------------------- */

static void
add_user_config(AmrConfig *config)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *path = tui_home_config("armorer.conf");
    g_autofree char *shown = amr_display_string(path);
    gsize len;
    g_autofree char *text = tui_home_read(path, AMR_CONFIG_MAX, &len, &error);

    if (text)
        amr_config_take(config, text, len, shown, TRUE);
    else if (!g_error_matches(error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND))
        amr_config_warn(config, error->message);
}

static void
take_data(AmrSession *session, AmrData *data, const char *path, const char *text, gsize len,
          const GError *error)
{
    g_autofree char *shown = amr_display_string(path);

    if (text)
        amr_data_take(data, text, len, shown);
    else if (error && !g_error_matches(error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND) &&
             !g_error_matches(error, G_FILE_ERROR, G_FILE_ERROR_NOENT))
        amr_config_warn(session->config, error->message);
}

/* What of our own could not be read. */
typedef struct {
    GString *names; /* "a, b" */
    char *why;      /* of the first; display form */
} Missing;

/* Without what comes with us all is told in few words and rated as high risks: nobody should take
 * that for all there is to say. */
static void
warn_missing(AmrSession *session, const Missing *missing)
{
    g_autofree char *said = g_strdup_printf(
        "armorer's own data (%s) cannot be read, so it knows less than it should: %s",
        missing->names->str, missing->why);
    amr_config_warn(session->config, said);
}

/* What comes with us, the system's, the user's: of two with one id the later counts. With more
 * rights than his a user's own say nothing: what they tell to paste would be run by root. */
static void
add_data(AmrSession *session, const char *name, Missing *missing)
{
    AmrData *data = amr_session_data(session, name);
    g_autofree char *relative = g_strconcat("data/", name, NULL);
    g_autofree char *shipped = tui_data_path(relative);
    g_autofree char *system_file = g_strconcat(AMR_DATA_SYSTEM, name, NULL);
    g_autofree char *own = tui_home_config(name), *shown = g_strconcat("/", system_file, NULL);
    g_autofree char *text = NULL, *text_own = NULL;
    g_autoptr(GError) error = NULL;
    g_autoptr(GError) error_system = NULL;
    g_autoptr(GError) error_own = NULL;
    gsize len = 0;

    if (!g_file_get_contents(shipped, &text, &len, &error)) {
        g_string_append_printf(missing->names, "%s%s", missing->names->len ? ", " : "", name);
        if (!missing->why)
            missing->why = amr_display_lines(amr_bytes(error->message));
    }
    take_data(session, data, shipped, text, len, NULL);
    g_autoptr(GBytes) bytes =
        amr_fs_read(amr_target_root_fd(session->target), system_file, AMR_DATA_MAX, &error_system);
    const char *system = bytes ? g_bytes_get_data(bytes, &len) : NULL;
    take_data(session, data, shown, system, len, error_system);
    if (!is_privileged())
        text_own = tui_home_read(own, AMR_DATA_MAX, &len, &error_own);
    take_data(session, data, own, text_own, len, error_own);
}

static void
add_all_data(AmrSession *session)
{
    Missing missing = {.names = g_string_new(NULL)};

    for (const char *const *name = amr_session_data_names; *name; name++) {
        const AmrData *data = amr_session_data(session, *name);
        guint told = amr_data_warnings(data)->len;
        add_data(session, *name, &missing);
        for (guint i = told; i < amr_data_warnings(data)->len; i++)
            amr_config_warn(session->config, amr_data_warnings(data)->pdata[i]);
    }
    if (missing.names->len)
        warn_missing(session, &missing);
    g_string_free(missing.names, TRUE);
    g_free(missing.why);
}

AmrSession *
tui_options_session(const TuiOptions *options, GError **error)
{
    if (options->sources && (options->logs || options->replay)) {
        (void)amr_error_set(error, AMR_ERROR_USAGE,
                            "--source is about the system's own logs: not beside others");
        return NULL;
    }
    if (options->sources && g_strv_contains((const char *const *)options->sources, "help")) {
        (void)amr_error_set(error, AMR_ERROR_USAGE, "--source help lists them, without a command");
        return NULL;
    }
    AmrTargetOptions target = {
        .root = options->root,
        .policy = options->policy,
        .parser = options->parser,
        .features = options->features,
        .read_only = options->read_only,
        .clock = options->clock ? amr_clock_ref(options->clock) : fixed_clock(),
    };
    AmrSession *session = amr_session_new(&target, options->most, error);

    if (session) {
        amr_opener_set_lender(session->opener, options->lender);
        session->only = g_strdupv(options->sources);
        find_rpm(session);
        add_user_config(session->config);
        add_all_data(session);
        tui_timer_find(options, session);
    }
    return session;
}

gboolean
tui_options_replay(const TuiOptions *options, AmrReplayOptions *replay)
{
    if (!options->replay && !(options->demo && !options->logs && !options->sources))
        return FALSE;
    *replay = (AmrReplayOptions){
        .place = options->replay ? AMR_OPEN_GIVEN : AMR_OPEN_SOURCE,
        .name = options->replay ? options->replay : "var/log/audit/audit.log",
        .speed = options->replay ? options->speed : 1,
        .paused = options->paused,
        .loop = !options->replay,
        .clock = options->clock,
    };
    return TRUE;
}

void
tui_options_clear(TuiOptions *options)
{
    g_autoptr(GError) error = NULL;

    if (options->sandbox && !amr_fs_remove_tree(options->sandbox, &error))
        g_printerr("armorer: %s\n", error->message);
    g_free(options->sandbox);
    g_free(options->root);
    g_free(options->policy);
    g_free(options->parser);
    g_free(options->timer);
    g_free(options->features);
    g_free(options->theme);
    g_free(options->notify);
    g_free(options->replay);
    amr_clock_free(options->clock);
    amr_lender_free(options->lender);
    g_strfreev(options->logs);
    g_strfreev(options->sources);
    *options = (TuiOptions){0};
}

/* ---- exit status ---------------------------------------------------------------------------- */

static int
status_of_amr(int code)
{
    switch ((AmrErrorCode)code) {
    case AMR_ERROR_NOT_FOUND:
    case AMR_ERROR_NOTHING_TO_DO:
    case AMR_ERROR_GRANTED_ALREADY:
        return TUI_EXIT_NOTHING;
    case AMR_ERROR_USAGE:
    case AMR_ERROR_PARSE:
        return TUI_EXIT_USAGE;
    case AMR_ERROR_RULE_REJECTED:
    case AMR_ERROR_RELOAD:
    case AMR_ERROR_VERIFY:
    case AMR_ERROR_COMPILER:
        return TUI_EXIT_REJECTED;
    case AMR_ERROR_PARTLY:
        return TUI_EXIT_PARTLY;
    case AMR_ERROR_EXPLICIT_DENY:
    case AMR_ERROR_NO_LOCAL_INCLUDE:
    case AMR_ERROR_CHANGED_UNDERNEATH:
    case AMR_ERROR_ACTIVATES_MORE:
    case AMR_ERROR_NO_FILE:
    case AMR_ERROR_NOT_PERMITTED:
    case AMR_ERROR_READ_ONLY:
    case AMR_ERROR_NOT_ENABLED:
    case AMR_ERROR_REFUSED:
    case AMR_ERROR_BUSY:
    case AMR_ERROR_LIMIT:
    case AMR_ERROR_UNKNOWN:
        break;
    }
    return TUI_EXIT_REFUSED;
}

int
tui_exit_status(const GError *error)
{
    if (!error)
        return TUI_EXIT_DONE;
    if (error->domain == AMR_ERROR)
        return status_of_amr(error->code);
    if (error->domain == G_OPTION_ERROR)
        return TUI_EXIT_USAGE;
    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND) ||
        g_error_matches(error, G_FILE_ERROR, G_FILE_ERROR_NOENT))
        return TUI_EXIT_NOTHING;
    return TUI_EXIT_REFUSED;
}
