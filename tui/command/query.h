/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of `armorer query` share. */
#ifndef TUI_COMMAND_QUERY_H
#define TUI_COMMAND_QUERY_H

#include "core/policy/ask.h"
#include "tui/command/command.h"

G_BEGIN_DECLS

/* Asks, and waits; NULL only if it was cancelled. */
AmrAnswer *tui_query_wait(AmrAsker *asker, GCancellable *cancellable, const char *profile,
                          const AmrQuestion *question, GError **error);

typedef struct {
    TuiCommand *command;
    AmrAsker *asker;
    gboolean owner, other; /* --owner, --other */
    gboolean why;          /* --why */
    gboolean loaded;       /* --loaded: policy on disk is not asked */
    gboolean many;         /* each answer says what was asked */
} TuiQuery;

/* Asks and prints one answer; @line (0: none) stands in JSON. Returns an exit status. */
int tui_query_ask(TuiQuery *query, const char *profile, const AmrQuestion *question, guint64 line);

/* query_out.c. FALSE if standard output takes no more. */
gboolean tui_query_out(const TuiQuery *query, const AmrQuestion *question, const AmrAnswer *answer,
                       guint64 line);
/* A denial that holds no question to policy. */
gboolean tui_query_out_none(const TuiQuery *query, const char *profile, const AmrEvent *event,
                            const char *why);

/* query_batch.c: questions from standard input, one a line. Returns an exit status. */
int tui_query_batch(TuiQuery *query);

G_END_DECLS
#endif
