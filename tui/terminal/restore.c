/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tui/terminal/restore.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

#define RESTORE_MAX 512

/* A signal handler gets no argument, so this is the one place with state of its own: what puts the
 * terminal back, prepared while nothing is wrong. */
static struct {
    volatile sig_atomic_t armed;
    struct termios termios;
    char text[RESTORE_MAX];
    size_t len;
    TuiHold *hold;
} restore;

static const int fatal_signals[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGQUIT, SIGTRAP};

static void
on_fatal(int signal_number)
{
    if (restore.armed) {
        restore.armed = 0;
        if (write(STDOUT_FILENO, restore.text, restore.len) >= 0)
            (void)tcsetattr(STDOUT_FILENO, TCSANOW, &restore.termios);
        tui_hold_end(restore.hold);
    }
    (void)raise(signal_number); /* SA_RESETHAND: now the default */
}

void
tui_restore_arm(const char *text, const struct termios *termios, TuiHold *hold)
{
    struct sigaction action = {.sa_handler = on_fatal, .sa_flags = (int)SA_RESETHAND | SA_NODEFER};

    restore.len = MIN(strlen(text), RESTORE_MAX);
    memcpy(restore.text, text, restore.len);
    restore.termios = *termios;
    restore.hold = hold;
    for (gsize i = 0; i < G_N_ELEMENTS(fatal_signals); i++)
        (void)sigaction(fatal_signals[i], &action, NULL);
    restore.armed = 1;
}

void
tui_restore_pause(gboolean paused)
{
    restore.armed = !paused;
}

void
tui_restore_disarm(void)
{
    restore.armed = 0;
    for (gsize i = 0; i < G_N_ELEMENTS(fatal_signals); i++)
        (void)signal(fatal_signals[i], SIG_DFL);
}
