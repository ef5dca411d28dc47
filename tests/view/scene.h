/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A screen on a small system of its own, driven by keys and read as text. */
#ifndef TESTS_VIEW_SCENE_H
#define TESTS_VIEW_SCENE_H

#include "tests/unit/testing.h"

#include "core/session.h"
#include "tui/view/screen.h"

typedef struct {
    char *root; /* a temporary directory with policy and a kernel's list of profiles */
    AmrSession *session;
    TuiScreen *screen;
    char *elevated;     /* what was last asked of who has more rights: scene.c */
    int elevate_status; /* not 0: it is not done */
    const char *elevate_said;
    guint dirty;
    char *copied;      /* what went to the clipboard last */
    gboolean clipless; /* there is none */
} Scene;

typedef struct {
    const char *log; /* of tests/data/view; NULL: no denials */
    gboolean read_only, elevates;
    const char *parser;       /* text of a program to compile with; NULL: the system's */
    const char *features;     /* of its kernel, below tests/data; NULL: none */
    const char *const *files; /* more of the root: name, text, ..., NULL; NULL: none */
} SceneOptions;

/* The session is loaded; the clock stands at 2025-11-21 09:00:00 UTC. */
void scene_open(Scene *scene, const SceneOptions *options);
void scene_close(Scene *scene);
/* Adds the records of @text as a source would. */
void scene_feed(Scene *scene, const char *text, gsize len);
/* A change that stands in the history as @state, and in the local file of @profile. */
void scene_change(Scene *scene, const char *id, const char *profile, const char *rule,
                  AmrChangeState state);
/* Names of keys with blanks between them ("down enter p"). Returns what is left to the program. */
TuiAction scene_keys(Scene *scene, const char *keys);
/* The screen as text. The caller frees. */
char *scene_show(Scene *scene, int width, int height);
/* Runs the main loop until nothing is being asked, read or checked for what is shown; a minute is a
 * hang. */
void scene_settle(Scene *scene);
/* Turns the main loop until @text is shown, or is not; a minute is a hang. */
void scene_wait(Scene *scene, const char *text, gboolean there);
/* Compares with tests/data/view/NAME.txt, or writes it where ARMORER_MAKE_GOLDENS is set. */
void scene_golden(const char *name, const char *text);

/* The same at 80x24, 40x12 and 120x40, as NAME-80x24.txt... */
void assert_goldens(Scene *scene, const char *name);
/* Whether the screen, 100 columns wide, shows @word. */
void assert_shows(Scene *scene, const char *word);
void assert_hides(Scene *scene, const char *word);
/* A record that is newer than those of denials.log: pagewright was denied /newer. */
extern const char scene_newer[];

#endif
