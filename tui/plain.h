/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The screen line by line: for screen readers, logs, and terminals that cannot move a cursor. What
 * is said is appended and never changed; rows have numbers; what would be a key is a word.
 */
#ifndef TUI_PLAIN_H
#define TUI_PLAIN_H

#include "tui/command/command.h"
#include "core/change/request.h"
#include "core/policy/opens.h"
#include "tui/view/choice.h"

G_BEGIN_DECLS

/* plain.c, which reads and lists, and plain_rules.c, which proposes and writes, share this. */
typedef struct {
    TuiCommand *command;
    GString *input;    /* bytes read and not yet used */
    gboolean ended;    /* no more will come */
    GArray *ids;       /* AmrDenialId: the numbers of the last list, from 1 */
    AmrFilter *filter; /* NULL: all */
    TuiChoice *choice; /* what was proposed last; NULL: nothing */
    AmrOpens *opens;   /* what was measured of its rules; NULL as well */
    gboolean add_include;
} TuiPlain;

/* One line of data on standard output. */
void tui_plain_say(const char *format, ...) G_GNUC_PRINTF(1, 2);
/* The next line of standard input after @prompt; the log is followed meanwhile. NULL at its end.
 * The caller frees. */
char *tui_plain_read(TuiPlain *plain, const char *prompt);
/* The denial that the list gave the number @word; NONE, having said so. */
AmrDenialId tui_plain_id(const TuiPlain *plain, const char *word);
/* Has who has the rights carry @request out: what it is, is shown and asked about on this terminal.
 * An exit status. */
int tui_plain_elevate(const AmrRequest *request);
/* Policy, kernel and history again; waits. */
void tui_plain_reload(TuiPlain *plain);

/* plain_rules.c: the words of a line, NULL-terminated, the command's own first. */
void tui_plain_propose(TuiPlain *plain, char **words);
void tui_plain_rule(TuiPlain *plain, char **words);
void tui_plain_include(TuiPlain *plain, char **words);
void tui_plain_write(TuiPlain *plain, char **words);
void tui_plain_changes(TuiPlain *plain, char **words);
void tui_plain_undo(TuiPlain *plain, char **words);

G_END_DECLS
#endif
