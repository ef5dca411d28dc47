/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tui/terminal/hold.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/base/fsutil.h"

#define SHOWN_MAX (64 * 1024)

void
tui_hold_begin(TuiHold *hold)
{
    if (hold->saved >= 0 || !isatty(STDERR_FILENO))
        return;
    amr_autofd int memory = memfd_create("armorer-stderr", MFD_CLOEXEC);
    amr_autofd int saved = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
    if (memory < 0 || saved < 0 || dup2(memory, STDERR_FILENO) < 0)
        return;
    hold->memory = amr_fs_steal_fd(&memory);
    hold->saved = amr_fs_steal_fd(&saved);
}

void
tui_hold_end(TuiHold *hold)
{
    char block[4096];
    ssize_t n;
    off_t at = 0;

    if (hold->saved < 0)
        return;
    (void)dup2(hold->saved, STDERR_FILENO);
    while (at < SHOWN_MAX && (n = pread(hold->memory, block, sizeof(block), at)) > 0) {
        for (ssize_t done = 0; done < n;) {
            ssize_t wrote = write(STDERR_FILENO, block + done, (size_t)(n - done));
            if (wrote < 0 && errno == EINTR)
                continue;
            if (wrote <= 0)
                break;
            done += wrote;
        }
        at += n;
    }
    (void)close(hold->memory);
    (void)close(hold->saved);
    hold->saved = hold->memory = -1;
}
