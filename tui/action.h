/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a user can do: one table that makes the enum, the names in key files, the help screen and
 * the line of keys at the bottom.
 */
#ifndef TUI_ACTION_H
#define TUI_ACTION_H

#include "tui/terminal/keys.h"

G_BEGIN_DECLS

enum {
    TUI_ACTION_MOVES = 1 << 0,  /* about the cursor: help shows these last */
    TUI_ACTION_WRITES = 1 << 1, /* is not there at all with --read-only */
};

/* X(NAME, id, default keys, label in the footer, help, flags); one without keys is in a menu. */
#define TUI_ACTIONS(X)                                                                            \
    X(OPEN, "open", "enter", "detail", "Show the detail; from there, the proposal", 0)            \
    X(BACK, "back", "esc", "back", "Go back; never leaves armorer, never writes", 0)              \
    X(LEAVE, "leave", "q", "quit", "Go back; where nothing is left to go back from, quit", 0)     \
    X(MARK, "mark", "space", "mark", "Mark the denial under the cursor, or take the mark off", 0) \
    X(MARK_ALL, "mark-all", "*", "mark all", "Mark all that are shown, or none if all are", 0)    \
    X(PROPOSE, "propose", "p", "propose", "Propose rules for the marked denials, or this one", 0) \
    X(LEFT, "narrower", "left h", "narrower", "Proposal: a narrower rule. Profiles: fold", 0)     \
    X(RIGHT, "broader", "right l", "broader", "Proposal: a broader rule. Profiles: unfold", 0)    \
    X(OWNER, "owner", "o", "owner", "Proposal: for the owner of the file only, on or off", 0)     \
    X(EXEC, "transition", "x", "transition", "Proposal: another way to execute: px, cx, ix", 0)   \
    X(AUDIT, "audit", "a", "audit", "Proposal: log each use of the rule, on or off", 0)           \
    X(DENY, "deny", "d", "deny", "Proposal: make it an explicit deny, or a rule again", 0)        \
    X(SIDES, "sides", "b", "both sides", "Proposal: the other side's rule too, on or off", 0)     \
    X(EDIT, "edit", "e", "edit", "Proposal: write the rule by hand, looked at as you type", 0)    \
    X(IGNORE, "ignore", "i", "ignore", "Proposal: let the denial be, without a rule", 0)          \
    X(LASTS, "lasts", "t", "for a while",                                                         \
      "Take it back by itself after an hour, a day, a week; or not", TUI_ACTION_WRITES)           \
    X(NEXT_PART, "next-part", ".", "next profile", "Proposal: to the next profile", 0)            \
    X(LAST_PART, "previous-part", ",", "profile before", "Proposal: to the profile before", 0)    \
    X(ADD_INCLUDE, "add-include", "I", "add include",                                             \
      "Proposal: give the profile a local include, where it has none", TUI_ACTION_WRITES)         \
    X(WRITE, "write", "w", "write", "Write what is shown and reload the profile",                 \
      TUI_ACTION_WRITES)                                                                          \
    X(UNDO, "undo", "u", "undo", "Changes: show what undoing it does; w confirms",                \
      TUI_ACTION_WRITES)                                                                          \
    X(FIND, "find", "/", "find", "Find what is shown, as you type", 0)                            \
    X(FIND_NEXT, "find-next", "n", "next", "The next place that was looked for", 0)               \
    X(FIND_PREVIOUS, "find-previous", "N", "previous", "The place before", 0)                     \
    X(FILTER, "filter", "f", "filter", "Show only what all words of a filter match", 0)           \
    X(FILTERS, "filters", "F", "filters on/off", "Filters off, and on again", 0)                  \
    X(FREEZE, "freeze", "Z", "freeze",                                                            \
      "Freeze input: what comes is counted, and shown when it thaws", 0)                          \
    X(MENU, "menu", "m", "menu", "What can be done with this one", 0)                             \
    X(ITS_DENIALS, "its-denials", "D", "its denials", "Profiles: the denials of this one", 0)     \
    X(FOLD_ALL, "fold-all", "z", "fold all", "Profiles: fold all children, or unfold them", 0)    \
    X(RELOAD, "reload", "", "load", "Profiles: load it as it stands on disk", TUI_ACTION_WRITES)  \
    X(ENFORCE, "enforce", "", "enforce", "Profiles: put it into enforce mode", TUI_ACTION_WRITES) \
    X(COMPLAIN, "complain", "", "complain", "Profiles: put it into complain mode",                \
      TUI_ACTION_WRITES)                                                                          \
    X(COMPLAIN_FOR, "complain-for", "", "complain for a while",                                   \
      "Profiles: complain mode in the kernel only, and not for long", TUI_ACTION_WRITES)          \
    X(KILL, "kill", "", "kill", "Profiles: put it into kill mode", TUI_ACTION_WRITES)             \
    X(DISABLE, "disable", "", "disable",                                                          \
      "Profiles: keep its file from being loaded, and unload it", TUI_ACTION_WRITES)              \
    X(ENABLE, "enable", "", "enable", "Profiles: let its file be loaded again, and load it",      \
      TUI_ACTION_WRITES)                                                                          \
    X(NEW, "new", "C", "new profile", "A profile for a program that has none: new PROGRAM",       \
      TUI_ACTION_WRITES)                                                                          \
    X(RUN, "run", "X", "run", "New profile: run the program, as you and never as root",           \
      TUI_ACTION_WRITES)                                                                          \
    X(STUB, "stub", "U", "stub",                                                                  \
      "New profile: a stub for user namespaces instead, or a profile again", TUI_ACTION_WRITES)   \
    X(RESTART, "restart", "", "restart", "New profile: have systemctl restart what starts it",    \
      TUI_ACTION_WRITES)                                                                          \
    X(RAW, "raw", "r", "raw", "The record as it stands in the log", 0)                            \
    X(SORT, "sort", "s", "sort", "Another order, from a menu", 0)                                 \
    X(SORT_TIME, "sort-time", "", "by time", "In the order of time", 0)                           \
    X(SORT_ARRIVAL, "sort-arrival", "", "by arrival", "In the order of arrival", 0)               \
    X(SORT_COUNT, "sort-count", "", "by count", "Most often first", 0)                            \
    X(SORT_PROFILE, "sort-profile", "", "by profile", "By profile", 0)                            \
    X(SORT_MODE, "sort-mode", "", "by mode", "By mode", 0)                                        \
    X(SORT_STATE, "sort-state", "", "by state", "By how it stands", 0)                            \
    X(SORT_PROCESSES, "sort-processes", "", "by processes", "By processes, the most first", 0)    \
    X(COPY, "copy", "y", "copy", "Copy the rule or record to the clipboard; again: show it", 0)   \
    X(RIGHTS, "rights", "A", "ask rights",                                                        \
      "Ask for the right to read what only root may, and start again", 0)                         \
    X(REFRESH, "refresh", "R f5", "refresh", "Read policy, kernel and history again", 0)          \
    X(TAB_DENIALS, "denials", "1", "denials", "Go to the denials", 0)                             \
    X(TAB_PROFILES, "profiles", "2", "profiles", "Go to the profiles", 0)                         \
    X(TAB_CHANGES, "changes", "3", "changes", "Go to the changes", 0)                             \
    X(TAB_DOCTOR, "doctor", "4", "doctor", "Go to the doctor: why do I see nothing?", 0)          \
    X(NEXT_TAB, "next-tab", "tab", "next", "Go to the next tab", 0)                               \
    X(PREVIOUS_TAB, "previous-tab", "backtab", "previous", "Go to the tab before", 0)             \
    X(COMMAND, "command", ":", "command", "Type the name of any of these; Tab completes", 0)      \
    X(MOUSE, "mouse", "M", "mouse", "The mouse on or off; off, it selects text", 0)               \
    X(THEME, "theme", "T", "theme", "The next theme", 0)                                          \
    X(HELP, "help", "? f1", "help", "All keys; type to search among them", 0)                     \
    X(REDRAW, "redraw", "ctrl-l", "redraw", "Draw the screen anew", 0)                            \
    X(PAUSE, "pause", "P", "pause", "Replay: hold it, or let it go on", 0)                        \
    X(STEP, "step", "S", "step", "Replay: play the next record, then hold", 0)                    \
    X(FASTER, "faster", ">", "faster", "Replay: twice as fast", 0)                                \
    X(SLOWER, "slower", "<", "slower", "Replay: half as fast", 0)                                 \
    X(SUSPEND, "suspend", "ctrl-z", "suspend", "Back to the shell; fg returns", 0)                \
    X(QUIT, "quit", "ctrl-c Q", "quit", "Leave armorer", 0)                                       \
    X(UP, "up", "up k", "up", "Up one line", TUI_ACTION_MOVES)                                    \
    X(DOWN, "down", "down j", "down", "Down one line", TUI_ACTION_MOVES)                          \
    X(PAGE_UP, "page-up", "pgup ctrl-b", "page up", "Up one page", TUI_ACTION_MOVES)              \
    X(PAGE_DOWN, "page-down", "pgdn ctrl-f", "page down", "Down one page", TUI_ACTION_MOVES)      \
    X(FIRST, "first", "home g", "first", "To the beginning", TUI_ACTION_MOVES)                    \
    X(LAST, "last", "end G", "last", "To the end; the denials follow again", TUI_ACTION_MOVES)

typedef enum {
    TUI_ACTION_NONE,
#define TUI_ACTION_ENUM(name, id, keys, label, help, flags) TUI_ACTION_##name,
    TUI_ACTIONS(TUI_ACTION_ENUM)
#undef TUI_ACTION_ENUM
    TUI_ACTION_COUNT
} TuiAction;

typedef struct {
    const char *id, *keys, *label, *help;
    guint flags;
} TuiActionInfo;

/* NULL for a number that is none. */
const TuiActionInfo *tui_action_info(TuiAction action);

/* By its name in the table; NONE: there is none. */
TuiAction tui_action_from_id(const char *id);

/* Which keys do what. With @read_only, actions that write have no key, no help and no place. */
typedef struct TuiKeymap TuiKeymap;
TuiKeymap *tui_keymap_new(gboolean read_only);
void tui_keymap_free(TuiKeymap *keymap);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(TuiKeymap, tui_keymap_free)

/* Gives @key to @action, and takes it from whatever had it; takes all keys of @action. */
void tui_keymap_bind(TuiKeymap *keymap, TuiKey key, TuiAction action);
void tui_keymap_unbind(TuiKeymap *keymap, TuiAction action);
TuiAction tui_keymap_action(const TuiKeymap *keymap, TuiKey key);
/* FALSE for what is not there at all, under any key or none (read-only). */
gboolean tui_keymap_allows(const TuiKeymap *keymap, TuiAction action);
gboolean tui_keymap_has(const TuiKeymap *keymap, TuiAction action);
/* The first key of an action as it is shown ("w", "Enter"), or all of them ("Up k"); "" if it has
 * none. The caller frees. */
char *tui_keymap_show(const TuiKeymap *keymap, TuiAction action, gboolean all);

G_END_DECLS
#endif
