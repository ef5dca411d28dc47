/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Plays a recorded log again: its denials one by one, at the pace of their stamps, through the pump
 * into the store. A gate is asked about each before it appears, so that what policy allows by now
 * does not come again. Holds no more of the log than a block.
 */
#ifndef AMR_SOURCE_REPLAY_H
#define AMR_SOURCE_REPLAY_H

#include "core/source/ingest.h"

G_BEGIN_DECLS

typedef struct AmrReplay AmrReplay;

#define AMR_REPLAY_SPEED_MAX 0.0 /* without waiting; faster than any number */

typedef struct {
    AmrOpenPlace place;
    const char *name; /* copied; standard input for AMR_OPEN_GIVEN "-" */
    double speed;     /* of the record's own pace: 2 is twice as fast; or AMR_REPLAY_SPEED_MAX */
    gboolean paused;  /* begins so */
    gboolean loop;    /* from its start again, with later stamps, for ever (a regular file); its
                         speed is at most 256 */
    AmrClock *clock;  /* NULL, or a fixed clock that goes with the records; borrowed */
} AmrReplayOptions;

/* What the gate says of one. */
typedef enum {
    AMR_REPLAY_PASSES,  /* it appears */
    AMR_REPLAY_ALLOWED, /* policy allows it */
    AMR_REPLAY_QUIET,   /* policy denies it, without a word */
} AmrReplayFate;

/* @event (borrowed until the answer) is about to be played. Must lead to amr_replay_answer(), from
 * within or later. */
typedef void (*AmrReplayGate)(AmrReplay *replay, const AmrEvent *event, gpointer data);

typedef enum {
    AMR_REPLAY_PLAYING,
    AMR_REPLAY_PAUSED,
    AMR_REPLAY_ENDED,
    AMR_REPLAY_FAILED, /* see its error */
} AmrReplayState;

typedef struct {
    AmrReplayState state;
    double speed;
    guint round;                    /* from 1; more only in a loop */
    guint64 passed, allowed, quiet; /* what became of those that were played */
    gint64 wait;                    /* microseconds until the next one, 0 if it is not known */
    const GError *error;
} AmrReplayInfo;

/* Both are borrowed and outlive it. Adds a source to @ingest, to which what passes is given. */
AmrReplay *amr_replay_new(AmrOpener *opener, AmrIngest *ingest, const AmrReplayOptions *options);
void amr_replay_free(AmrReplay *replay);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AmrReplay, amr_replay_free)

/* Before it starts; without one all passes. */
void amr_replay_set_gate(AmrReplay *replay, AmrReplayGate gate, gpointer data);
/* Called when its state or figures changed. */
typedef void (*AmrReplayChanged)(gpointer data);
void amr_replay_set_changed(AmrReplay *replay, AmrReplayChanged changed, gpointer data);
void amr_replay_start(AmrReplay *replay);

/* The gate's answer. Of one that passes: the verdict that it gets (UNKNOWN: its own), and how many
 * bytes of its profile's name are its profile now (0: all; a null profile may have become its
 * parent). */
void amr_replay_answer(AmrReplay *replay, AmrReplayFate fate, AmrVerdict verdict, gsize profile);

void amr_replay_set_paused(AmrReplay *replay, gboolean paused);
/* Plays the next one at once, or one more than was asked for already; then it is paused. */
void amr_replay_step(AmrReplay *replay);
void amr_replay_set_speed(AmrReplay *replay, double speed);
void amr_replay_info(const AmrReplay *replay, AmrReplayInfo *info);

/* The text of a record as it is played: @shift (milliseconds) later, with another verdict and the
 * first @profile bytes of its profile's name; what is 0 stays. Owned. */
char *amr_replay_text(const char *text, gsize len, gint64 shift, AmrVerdict verdict, gsize profile);

G_END_DECLS
#endif
