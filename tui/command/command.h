/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The verbs: the same engine without a screen. Data goes to standard output, messages to standard
 * error as `armorer: ...`, both in display form.
 */
#ifndef TUI_COMMAND_COMMAND_H
#define TUI_COMMAND_COMMAND_H

#include "core/denial/filter.h"
#include "tui/command/json.h"
#include "tui/command/wait.h"
#include "tui/options.h"
#include "tui/table/table.h"

G_BEGIN_DECLS

typedef struct {
    TuiOptions *options;
    AmrSession *session; /* NULL until tui_command_open() */
    GCancellable *cancellable;
    gboolean contended; /* the last change failed for another armorer was at it just then */
} TuiCommand;

typedef struct {
    const char *name;
    const char *args; /* what follows the name in its usage line */
    const char *help; /* one line */
    /* @argv[0] is the verb. Returns an exit status. */
    int (*run)(TuiCommand *command, int argc, char **argv);
} TuiVerb;

/* Ends with a name of NULL. */
extern const TuiVerb tui_verbs[];
const TuiVerb *tui_verb_find(const char *name);

/* ---- options --------------------------------------------------------------------------------- */

/* Parses what holds for all (--root, --log, ...) and @entries (may be NULL) into
 * command->options; with @verb also --json, and all words behind them into *words (raw bytes,
 * owned; NULL if there are none). Without a verb it stops at the first word and leaves it in argv.
 * FALSE: print nothing more and exit with *status (--help, --version, wrong usage). */
gboolean tui_command_parse(TuiCommand *command, const TuiVerb *verb, const GOptionEntry *entries,
                           int *argc, char ***argv, char ***words, int *status);

/* ---- session --------------------------------------------------------------------------------- */

/* Makes the session; with @load reads policy, kernel and history. What is missing of these is left
 * to the verb. Returns an exit status, having said why. */
int tui_command_open(TuiCommand *command, gboolean load);
/* Reads these again, once something was changed. */
int tui_command_load(TuiCommand *command);
/* Reads the logs that were named by --log and @files (NULL: none), or else the target's own, whole.
 * A log that is named twice is read once. Returns an exit status, having said what could not be
 * read: TUI_EXIT_PARTLY if only some could. */
int tui_command_read_logs(TuiCommand *command, char **files);
/* The same, and with @follow what comes later is read on. Returns when the past is. */
int tui_command_start_logs(TuiCommand *command, char **files, gboolean follow);
/* Judges what became of denials that changes of the history answer (core/change/answered.h): policy
 * is read only where there is a history. @all: so that what comes later is judged at once. */
void tui_command_judge(TuiCommand *command, gboolean all);
/* Says how many records were lost, and where, if any were. */
void tui_command_say_lost(const TuiCommand *command);

/* ---- filters --------------------------------------------------------------------------------- */

/* Parts @words (may be NULL) into those of a filter and *files (borrowed strings, ends with NULL;
 * free the array); @since (may be NULL) is one more, since:@since. Needs the session, for its
 * clock. NULL, having said why, on wrong usage. */
AmrFilter *tui_command_filter(const TuiCommand *command, char **words, const char *since,
                              char ***files);
/* The denials that match, in @order; the caller frees. *n is 0 if there are none; if nothing was
 * wrong otherwise (*status), that is said and the status becomes TUI_EXIT_NOTHING. */
AmrDenialId *tui_command_denial_ids(const TuiCommand *command, const AmrFilter *filter,
                                    AmrOrder order, guint *n, int *status);

/* The option --since, for the verbs that filter. */
#define TUI_OPTION_SINCE(slot)                                                                     \
    {                                                                                              \
        "since", 0, 0, G_OPTION_ARG_STRING, slot, "the same as the filter word since:TIME", "TIME" \
    }

/* ---- output ---------------------------------------------------------------------------------- */

/* One line of data; FALSE if standard output takes no more (end quietly: tui_out_finish() knows).
 */
gboolean tui_out_line(const char *line);
/* The same; frees @json. */
gboolean tui_out_json(TuiJson *json);
gboolean tui_out_text(const char *text); /* as it is */
/* Flushes. @status, or if output was lost TUI_EXIT_PARTLY, having said why; a reader that went
 * away (EPIPE) is no failure. */
int tui_out_finish(int status);

/* A message. Text of unknown origin in it must be in display form. */
void tui_say(const char *format, ...) G_GNUC_PRINTF(1, 2);
void tui_say_notes(const GPtrArray *notes);
/* Says @error and returns its exit status. */
int tui_fail(const GError *error);

/* Table output: cells of rows padded to columns, the last one as long as it is. @fill is called
 * twice a row. */
typedef void (*TuiFillRow)(guint row, gpointer data, TuiCell *cells);
/* A denial as it comes, a row in the columns' own widths; FALSE as tui_out_line(). */
gboolean tui_out_denial_row(const AmrSession *session, AmrDenialId id);
int tui_out_flush(void); /* 0: all was taken */
/* "denied_by" or its like: an object, or null. */
void tui_json_cause(TuiJson *json, const char *key, const AmrCause *cause);
/* The array "recipes" of an object: AmrRecipe. */
void tui_json_recipes(TuiJson *json, const GPtrArray *recipes);
void tui_out_table(const TuiTable *table, guint rows, TuiFillRow fill, gpointer data);
/* Rows that come one after another, as wide as the first ones: @widths is all zero before these,
 * which bring the header. FALSE if standard output takes no more. */
typedef struct {
    guint column[TUI_TABLE_COLUMNS_MAX];
} TuiOutWidths;
gboolean tui_out_rows(const TuiTable *table, TuiOutWidths *widths, guint rows, TuiFillRow fill,
                      gpointer data);

/* ---- changes --------------------------------------------------------------------------------- */

/* How a change is carried out, from the command line. */
typedef struct {
    gboolean dry_run;
    gboolean activate; /* also what loading activates besides */
    gboolean ask;      /* always, on the terminal */
    gboolean force;    /* the word for what may be cut off is said */
    GError **granted;  /* where set, GRANTED_ALREADY goes there and is not told; borrowed */
    const GPtrArray *elsewhere; /* AmrElsewhere, of what was left out; NULL; borrowed */
    char *expect; /* the seal of what was shown (core/change/seal.h), or NULL; owned */
} TuiCarry;
void tui_carry_clear(TuiCarry *carry);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(TuiCarry, tui_carry_clear)

/* The options of it. */
#define TUI_OPTIONS_CARRY(carry)                                                                 \
    {                                                                                            \
        "dry-run", 0, 0, G_OPTION_ARG_NONE, &(carry)->dry_run, "show and check, write nothing",  \
        NULL},                                                                                   \
        {"activate",                                                                             \
         0,                                                                                      \
         0,                                                                                      \
         G_OPTION_ARG_NONE,                                                                      \
         &(carry)->activate,                                                                     \
         "go on where loading activates more than was asked for",                                \
         NULL},                                                                                  \
        {"force",                                                                                \
         0,                                                                                      \
         0,                                                                                      \
         G_OPTION_ARG_NONE,                                                                      \
         &(carry)->force,                                                                        \
         "go on where a mode may cut off this session, the system or a stub",                    \
         NULL},                                                                                  \
        {"ask", 0, 0, G_OPTION_ARG_NONE, &(carry)->ask, "show it and ask on the terminal first", \
         NULL},                                                                                  \
    {                                                                                            \
        "expect", 0, 0, G_OPTION_ARG_STRING, &(carry)->expect,                                   \
            "go on only if it is the change that --dry-run --json showed", "SEAL"                \
    }

/* What a plan is made from: as the session has it, and where a change is expected, with its id and
 * time; *id (to free) is what the context borrows. AMR_ERROR_USAGE for a seal that is none. */
gboolean tui_command_plan_context(const TuiCommand *command, const TuiCarry *carry,
                                  AmrPlanContext *context, char **id, GError **error);
/* Carries out @plan, or with dry_run shows and checks it; reports as text or JSON. @questions may
 * be NULL. Returns an exit status. */
int tui_command_carry_out(TuiCommand *command, const AmrPlan *plan, GPtrArray *questions,
                          const TuiCarry *carry);
/* What a plan needs: the policy's index; and, if something is to be written, permission, a history
 * and the right to. TUI_EXIT_DONE or, having said what is missing, another exit status. */
int tui_command_may_change(TuiCommand *command, gboolean dry_run);

/* ---- the verbs ------------------------------------------------------------------------------- */

int tui_command_status(TuiCommand *command, int argc, char **argv);
int tui_command_denials(TuiCommand *command, int argc, char **argv);
int tui_command_propose(TuiCommand *command, int argc, char **argv);
int tui_command_apply(TuiCommand *command, int argc, char **argv);
int tui_command_query(TuiCommand *command, int argc, char **argv);
int tui_command_mode(TuiCommand *command, int argc, char **argv);
int tui_command_new(TuiCommand *command, int argc, char **argv);
int tui_command_undo(TuiCommand *command, int argc, char **argv);
int tui_command_replay(TuiCommand *command, int argc, char **argv);
int tui_command_doctor(TuiCommand *command, int argc, char **argv);
/* When what is to last for @text ("1h"; NULL: 0, for ever) ends. AMR_ERROR_USAGE. */
gboolean tui_command_lasts(const TuiCommand *command, const char *text, gint64 *until,
                           GError **error);
/* Takes back the change @id, or all (NULL), whose time is over. */
int tui_command_end_expired(TuiCommand *command, const char *id, TuiCarry *carry);
/* Takes back @id, NULL: the last change, as undo does. */
int tui_command_undo_change(TuiCommand *command, const char *id, const TuiCarry *carry);
int tui_command_changes(TuiCommand *command, int argc, char **argv);

G_END_DECLS
#endif
