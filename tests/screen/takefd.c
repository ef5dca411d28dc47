/* SPDX-License-Identifier: GPL-3.0-or-later */
/* takefd PID COMMAND...: the command with the standard input of the process PID as its own, which
 * may be a socket: as what sudo starts has it. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

int
main(int argc, char **argv)
{
    const int process = argc > 2 ? (int)syscall(SYS_pidfd_open, atoi(argv[1]), 0) : -1;
    const int fd = process < 0 ? -1 : (int)syscall(SYS_pidfd_getfd, process, 0, 0);

    if (fd < 0 || dup2(fd, STDIN_FILENO) < 0) {
        perror("takefd");
        return 125;
    }
    (void)close(fd);
    (void)close(process);
    (void)execv(argv[2], argv + 2);
    perror(argv[2]);
    return 127;
}
