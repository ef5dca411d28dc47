/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <string.h>

#include "core/source/input.h"

/* ---- what it turns out to be ----------------------------------------------------------------- */

static const struct {
    const char *magic;
    gsize len;
    const char *kind;
} magics[] = {
    {"BZh", 3, "a file compressed by bzip2"},
    {"LPKSHHRH", 8, "a journal file"},
};

/* What came out of the pipe. */
static void
put_text(gpointer data, const char *text, gsize size)
{
    AmrInput *input = data;

    /* A journal's message may hold anything. */
    if (input->buffer_offset + input->held == 0 && !amr_pipe_is_journal(input->pipe))
        input->binary = memchr(text, '\0', MIN(size, 4096)) != NULL;
    if (!input->copies && amr_pipe_is_journal(input->pipe))
        input->copies = amr_copies_new();
    while (size > 0) {
        const gsize n = MIN(size, AMR_INPUT_BUFFER - input->held);
        memcpy(input->buffer + input->held, text, n);
        input->held += n;
        text += n;
        size -= n;
        if (input->held == AMR_INPUT_BUFFER)
            amr_input_drain(input, FALSE);
    }
}

static void
start_pipe(AmrInput *input, const AmrPipeGuess *guess)
{
    input->piped = TRUE;
    input->pipe = amr_pipe_new(guess, put_text, input);
    input->counted = (AmrDecodeCounts){0};
    if (!input->buffer)
        input->buffer = g_malloc(AMR_INPUT_BUFFER);
}

gboolean
amr_input_look(AmrInput *input, const char *bytes, gsize size, gboolean last)
{
    AmrPipeGuess guess;

    if (input->started || size == 0)
        return TRUE;
    guess = amr_pipe_guess(bytes, size, last);
    if (guess.unsure)
        return FALSE;
    input->started = TRUE;
    if (guess.compression != AMR_COMPRESSION_NONE || guess.form != AMR_FORM_TEXT) {
        start_pipe(input, &guess);
        return TRUE;
    }
    /* A crash leaves runs of NUL in a log: alone they say nothing. */
    input->binary = memchr(bytes, '\0', MIN(size, 4096)) != NULL;
    for (gsize i = 0; i < G_N_ELEMENTS(magics); i++) {
        if (size >= magics[i].len && memcmp(bytes, magics[i].magic, magics[i].len) == 0)
            input->kind = magics[i].kind;
    }
    return TRUE;
}

void
amr_input_reset(AmrInput *input)
{
    g_clear_pointer(&input->pipe, amr_pipe_free);
    g_clear_pointer(&input->copies, amr_copies_free);
    input->started = input->binary = FALSE;
    input->kind = NULL;
    input->buffer_offset += input->held;
    input->held = 0;
}

/* ---- reading through it ---------------------------------------------------------------------- */

static void
count(AmrInput *input)
{
    const AmrDecodeCounts now = amr_pipe_counts(input->pipe);
    input->stats.torn += now.torn - input->counted.torn;
    input->stats.overlong += now.overlong - input->counted.overlong;
    input->counted = now;
}

gsize
amr_input_pump(AmrInput *input, const char *bytes, gsize size, gboolean last, gboolean *idle)
{
    GError *error = NULL;
    AmrPipeStep step;
    const gboolean fine = amr_pipe_step(input->pipe, bytes, size, last, &step, &error);

    amr_input_drain(input, step.done && fine);
    count(input);
    /* What damage cut off is no line, though it may look like one. */
    if (!fine && memmem(input->buffer, input->held, "apparmor=", 9))
        input->stats.torn++;
    *idle = step.idle;
    if (!step.done)
        return step.taken;
    if (amr_pipe_compression(input->pipe) != AMR_COMPRESSION_NONE)
        input->follow = FALSE;
    g_clear_pointer(&input->pipe, amr_pipe_free);
    g_clear_pointer(&input->copies, amr_copies_free);
    /* What came before the damage stays. */
    if (fine)
        amr_input_finish(input);
    else
        amr_input_fail_reading(input, error);
    return step.taken;
}
