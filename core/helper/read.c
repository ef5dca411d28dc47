/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The role that reads: what it lends, and nothing else. It changes nothing. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/advice/choice.h"
#include "core/base/error.h"
#include "core/base/fsutil.h"
#include "core/base/lend.h"
#include "core/helper/helper.h"

#define STREAMS_MAX 16 /* at once: twice what there is of sources */

/* linux/magic.h has the first only; the second is of security/apparmor/include/apparmorfs.h. */
#define MAGIC_SECURITYFS 0x73636673
#define MAGIC_APPARMORFS 0x5a3c69f0

typedef struct {
    AmrTarget *target;
    AmrOpener *opener;
    guint streams; /* children that read */
} Lend;

static gboolean
answer(AmrLend kind, GVariant *content, int fd)
{
    return amr_lend_send(STDIN_FILENO, kind, content, fd, NULL);
}

static gboolean
refuse(const GError *error)
{
    return answer(AMR_LEND_REFUSED, amr_lend_refusal(error), -1);
}

/* ---- the kernel's files ------------------------------------------------------------------------
 */

/* What is lent of the directory: what says something of policy, and can be read only. */
static gboolean
is_lent(const char *name)
{
    static const char *const first[] = {".", "profiles", "policy", "features", "revision"};
    g_auto(GStrv) parts = g_strsplit(name, "/", -1);

    for (guint i = 0; parts[i]; i++)
        if (!parts[i][0] || g_str_equal(parts[i], ".."))
            return FALSE;
    return parts[0] && g_strv_contains((const char *const *)first, parts[0]);
}

/* Safe: a descriptor that reads, of a file of the kernel's own that names and holds policy and no
 * more, below its AppArmor directory by name, and on its two file systems by what was opened; the
 * borrower proved that he may see that. A descriptor of a directory gives him no more rights than
 * he has. */
static int
open_kernel(const Lend *lend, const char *name, gboolean directory, GError **error)
{
    const int flags = O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC | (directory ? O_DIRECTORY : 0);
    const int kernel = amr_target_kernel_fd(lend->target);
    amr_autofd int fd = -1;
    struct statfs system;
    struct stat status;

    if (!name || !is_lent(name)) {
        (void)amr_error_set(error, AMR_ERROR_REFUSED, "That is not lent");
        return -1;
    }
    if (kernel < 0) {
        (void)amr_error_set(error, AMR_ERROR_NOT_ENABLED, "This kernel has no AppArmor");
        return -1;
    }
    fd = openat(kernel, name, flags);
    if (fd < 0) {
        g_autofree char *shown = amr_display_string(name);
        (void)amr_error_errno(error, errno, "Opening %s", shown);
        return -1;
    }
    if (fstatfs(fd, &system) != 0 || fstat(fd, &status) != 0 ||
        (system.f_type != MAGIC_SECURITYFS && system.f_type != MAGIC_APPARMORFS) ||
        (directory ? !S_ISDIR(status.st_mode) : !S_ISREG(status.st_mode))) {
        (void)amr_error_set(error, AMR_ERROR_REFUSED, "That is not lent");
        return -1;
    }
    return amr_fs_steal_fd(&fd);
}

static gboolean
lend_file(const Lend *lend, GVariant *content, gboolean directory)
{
    g_autofree char *name = amr_lend_named(content);
    g_autoptr(GError) error = NULL;
    amr_autofd int fd = open_kernel(lend, name, directory, &error);

    return fd < 0 ? refuse(error) : answer(AMR_LEND_GIVEN, g_variant_new("()"), fd);
}

/* Safe: the words of a link of the kernel's. */
static gboolean
lend_link(const Lend *lend, GVariant *content)
{
    g_autofree char *name = amr_lend_named(content), *says = NULL;
    g_autoptr(GError) error = NULL;

    if (!name || !is_lent(name))
        (void)amr_error_set(&error, AMR_ERROR_REFUSED, "That is not lent");
    else
        says = amr_opener_read_link(lend->opener, AMR_OPEN_KERNEL, name, &error);
    return says ? answer(AMR_LEND_SAYS, amr_lend_name(says), -1) : refuse(error);
}

/* ---- the sources of denials --------------------------------------------------------------------
 */

/* Safe: which there are of our own list, no byte of theirs. */
static gboolean
lend_look(const Lend *lend)
{
    g_autoptr(AmrChoice) choice = amr_choice_new(lend->target, lend->opener, TRUE);

    return answer(AMR_LEND_FOUND, amr_choice_lend(choice), -1);
}

static void
count_streams(Lend *lend)
{
    while (lend->streams > 0 && waitpid(-1, NULL, WNOHANG) > 0)
        lend->streams--;
}

/* The child, which has nothing of the talk but its stream, and does not outlive us. */
static void
begin_stream(const Lend *lend, pid_t parent, const char *name, gboolean follow, int socket)
{
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent || dup2(socket, STDIN_FILENO) < 0)
        _exit(HELPER_NOT_DONE);
    (void)close(socket);
    helper_stream(lend->target, lend->opener, name, follow, STDIN_FILENO);
    _exit(HELPER_DONE);
}

/* Safe: a name of our own list selects what is read; what goes out is what our scanner takes for
 * records of AppArmor. A process of its own waits for the borrower, so that the others do not. */
static gboolean
lend_stream(Lend *lend, GVariant *content, gboolean follow)
{
    g_autoptr(GError) error = NULL;
    const char *name = g_variant_get_string(content, NULL);
    amr_autofd int ours = -1;
    amr_autofd int theirs = -1;
    const pid_t self = getpid();
    pid_t pid;

    count_streams(lend);
    if (!amr_choice_is_name(name))
        (void)amr_error_set(&error, AMR_ERROR_NOT_FOUND, "There is no such source");
    else if (lend->streams >= STREAMS_MAX)
        (void)amr_error_set(&error, AMR_ERROR_LIMIT, "No more than %d sources are read at once",
                            STREAMS_MAX);
    else
        (void)amr_lender_socket(&ours, &theirs, &error);
    if (error)
        return refuse(error);
    pid = fork();
    if (pid == 0)
        begin_stream(lend, self, name, follow, amr_fs_steal_fd(&ours));
    if (pid < 0) {
        (void)amr_error_errno(&error, errno, "Starting who reads");
        return refuse(error);
    }
    lend->streams++;
    return answer(AMR_LEND_GIVEN, g_variant_new("()"), theirs);
}

/* ---- the talk ----------------------------------------------------------------------------------
 */

/* FALSE: it is over. */
static gboolean
serve(Lend *lend, AmrLend kind, GVariant *content)
{
    switch (kind) {
    case AMR_LEND_OPEN:
    case AMR_LEND_OPEN_DIR:
        return lend_file(lend, content, kind == AMR_LEND_OPEN_DIR);
    case AMR_LEND_LINK:
        return lend_link(lend, content);
    case AMR_LEND_LOOK:
        return lend_look(lend);
    case AMR_LEND_FOLLOW:
    case AMR_LEND_PAST:
        return lend_stream(lend, content, kind == AMR_LEND_FOLLOW);
    default:
        return FALSE; /* what only we may say, or no message */
    }
}

static int
talk(Lend *lend)
{
    gboolean more = answer(AMR_LEND_READY, g_variant_new("(u)", AMR_LEND_VERSION), -1);

    while (more) {
        g_autoptr(GVariant) content = NULL;
        const AmrLend kind = amr_lend_receive(STDIN_FILENO, -1, &content, NULL, NULL);
        more = serve(lend, kind, content);
    }
    return HELPER_DONE;
}

static gboolean
is_socket(int fd)
{
    int domain = 0, type = 0;
    socklen_t len = sizeof domain;

    return getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &len) == 0 && domain == AF_UNIX &&
           getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &len) == 0 && type == SOCK_SEQPACKET;
}

/* Whoever let the caller in holds his terminal until we end: so we go on without it. Not under a
 * service manager (run0), which would end what is left. */
static gboolean
detach(void)
{
    const int nowhere = open("/dev/null", O_RDWR | O_CLOEXEC);
    pid_t pid;

    if (nowhere < 0 || dup2(nowhere, STDOUT_FILENO) < 0)
        return FALSE;
    if (getppid() == 1)
        return TRUE;
    pid = fork();
    if (pid > 0)
        _exit(HELPER_DONE);
    return pid == 0 && setsid() >= 0 && dup2(nowhere, STDERR_FILENO) >= 0;
}

int
helper_read(void)
{
    const AmrTargetOptions live = {.read_only = TRUE};
    g_autoptr(GError) error = NULL;
    Lend lend = {0};
    int status;

    if (!is_socket(STDIN_FILENO)) {
        (void)fputs("armorer-helper: reading needs a socket of armorer's as standard input\n",
                    stderr);
        return HELPER_USAGE;
    }
    lend.target = amr_target_new(&live, &error);
    if (!lend.target || !detach()) {
        (void)fprintf(stderr, "armorer-helper: %s\n", error ? error->message : "cannot begin");
        return HELPER_NOT_DONE;
    }
    lend.opener = amr_opener_new(lend.target);
    status = talk(&lend);
    amr_opener_free(lend.opener);
    amr_target_free(lend.target);
    return status;
}
