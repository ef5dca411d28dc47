/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tui/invoker.h"

#include <errno.h>
#include <glib-unix.h>
#include <pwd.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/error.h"
#include "core/base/text.h"

static const char *const places[] = {"/usr/bin/", "/bin/", "/usr/sbin/", "/sbin/"};

void
tui_invoker_clear(TuiInvoker *invoker)
{
    g_clear_pointer(&invoker->name, g_free);
    g_clear_pointer(&invoker->home, g_free);
    g_clear_pointer(&invoker->shell, g_free);
}

gboolean
tui_invoker_find(TuiInvoker *invoker, GError **error)
{
    static const char *const names[] = {"SUDO_UID", "PKEXEC_UID"};
    guint64 uid = getuid();
    const struct passwd *entry;

    for (gsize i = 0; geteuid() == 0 && i < G_N_ELEMENTS(names); i++) {
        guint64 told;
        if (amr_bytes_to_uint64(amr_bytes(g_getenv(names[i])), &told) && told < G_MAXUINT32) {
            uid = told;
            break;
        }
    }
    if (uid == 0)
        return amr_error_set(error, AMR_ERROR_REFUSED,
                             "Nothing is run as root, and nobody else called: start it yourself, "
                             "as whom it is meant for");
    errno = 0;
    entry = getpwuid((uid_t)uid);
    if (!entry)
        return amr_error_set(error, AMR_ERROR_REFUSED, "No user has the number %u", (guint)uid);
    *invoker = (TuiInvoker){entry->pw_uid, entry->pw_gid, g_strdup(entry->pw_name),
                            g_strdup(entry->pw_dir), g_strdup(entry->pw_shell)};
    return TRUE;
}

/* ---- running ----------------------------------------------------------------------------------
 */

static void
on_signal(int signal)
{
}

static char *
find_tool(const char *name, GError **error)
{
    for (gsize i = 0; i < G_N_ELEMENTS(places); i++) {
        g_autofree char *path = g_strconcat(places[i], name, NULL);
        if (access(path, X_OK) == 0)
            return g_steal_pointer(&path);
    }
    amr_error_set(error, AMR_ERROR_NOT_FOUND, "%s: It is not installed", name);
    return NULL;
}

static void
on_ended(GObject *source, GAsyncResult *result, gpointer data)
{
    (void)g_subprocess_wait_finish(G_SUBPROCESS(source), result, NULL);
    *(gboolean *)data = TRUE;
}

/* With a handler of ours the keys that end a program end that alone; the child has none of ours. */
static gboolean
run(const char *const *argv, char **environ_, int *status, GError **error)
{
    static const int keys[] = {SIGINT, SIGQUIT};
    const struct sigaction action = {.sa_handler = on_signal};
    struct sigaction before[G_N_ELEMENTS(keys)];
    g_autoptr(GSubprocessLauncher) launcher =
        g_subprocess_launcher_new(G_SUBPROCESS_FLAGS_STDIN_INHERIT);
    g_autoptr(GSubprocess) child = NULL;
    gboolean ended = FALSE;

    for (gsize i = 0; i < G_N_ELEMENTS(keys); i++)
        (void)sigaction(keys[i], &action, &before[i]);
    if (environ_)
        g_subprocess_launcher_set_environ(launcher, environ_);
    child = g_subprocess_launcher_spawnv(launcher, argv, error);
    if (child)
        g_subprocess_wait_async(child, NULL, on_ended, &ended);
    while (child && !ended)
        g_main_context_iteration(NULL, TRUE);
    for (gsize i = 0; i < G_N_ELEMENTS(keys); i++)
        (void)sigaction(keys[i], &before[i], NULL);
    if (child)
        *status = g_subprocess_get_status(child);
    return child != NULL;
}

static char **
own_environment(const TuiInvoker *invoker)
{
    static const char *const gone[] = {"SUDO_UID", "SUDO_GID", "SUDO_USER", "SUDO_COMMAND",
                                       "PKEXEC_UID"};
    char **own = g_get_environ();

    for (gsize i = 0; i < G_N_ELEMENTS(gone); i++)
        own = g_environ_unsetenv(own, gone[i]);
    if (geteuid() != 0)
        return own;
    own = g_environ_setenv(own, "HOME", invoker->home, TRUE);
    own = g_environ_setenv(own, "USER", invoker->name, TRUE);
    own = g_environ_setenv(own, "LOGNAME", invoker->name, TRUE);
    return g_environ_setenv(own, "SHELL", invoker->shell, TRUE);
}

gboolean
tui_invoker_run(const char *program, const char *const *arguments, int *status, GError **error)
{
    g_auto(TuiInvoker) invoker = {0};
    g_autoptr(GPtrArray) argv = g_ptr_array_new();
    g_autofree char *setpriv = NULL, *uid = NULL, *gid = NULL;
    g_auto(GStrv) own = NULL;

    if (!tui_invoker_find(&invoker, error))
        return FALSE;
    if (geteuid() == 0) {
        setpriv = find_tool("setpriv", error);
        if (!setpriv)
            return FALSE;
        uid = g_strdup_printf("--reuid=%u", (guint)invoker.uid);
        gid = g_strdup_printf("--regid=%u", (guint)invoker.gid);
        const char *const words[] = {
            setpriv, uid, gid, "--init-groups", "--inh-caps=-all", "--ambient-caps=-all", "--"};
        for (gsize i = 0; i < G_N_ELEMENTS(words); i++)
            g_ptr_array_add(argv, (gpointer)words[i]);
    }
    g_ptr_array_add(argv, (gpointer)program);
    for (guint i = 0; arguments && arguments[i]; i++)
        g_ptr_array_add(argv, (gpointer)arguments[i]);
    g_ptr_array_add(argv, NULL);
    own = own_environment(&invoker);
    return run((const char *const *)argv->pdata, own, status, error);
}

char *
tui_invoker_ended(int status)
{
    if (WIFSIGNALED(status))
        return g_strdup_printf("killed by signal %d (%s)", WTERMSIG(status),
                               g_strsignal(WTERMSIG(status)));
    return g_strdup_printf("exit status %d", WEXITSTATUS(status));
}

static gboolean
on_enter(gint fd, GIOCondition condition, gpointer data)
{
    char block[64];
    ssize_t n = read(fd, block, sizeof block);

    if (n < 0 && (errno == EINTR || errno == EAGAIN))
        return G_SOURCE_CONTINUE;
    *(gboolean *)data = n <= 0 || memchr(block, '\n', (size_t)n);
    return G_SOURCE_CONTINUE;
}

void
tui_invoker_wait(int terminal, const char *ended, const gboolean *gone)
{
    gboolean enough = FALSE;
    guint source;

    g_printerr("armorer: %s. Enter goes back.\n", ended);
    source = g_unix_fd_add(terminal, G_IO_IN | G_IO_HUP | G_IO_ERR, on_enter, &enough);
    while (!enough && !*gone)
        g_main_context_iteration(NULL, TRUE);
    g_source_remove(source);
}

gboolean
tui_invoker_restart(const char *unit, GError **error)
{
    g_autofree char *systemctl = find_tool("systemctl", error);
    const char *const argv[] = {systemctl, "restart", "--", unit, NULL};
    g_autofree char *shown = amr_display_string(unit);
    int status;

    if (!systemctl || !run(argv, NULL, &status, error))
        return FALSE;
    return (WIFEXITED(status) && WEXITSTATUS(status) == 0) ||
           amr_error_set(error, AMR_ERROR_REFUSED, "%s could not be started anew", shown);
}
