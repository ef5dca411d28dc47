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
    {"\x7f"
     "ELF",
     4, "a program"},
    {"PK\x03\x04", 4, "a zip archive"},
};

static gsize
count_hole(const char *bytes, gsize size)
{
    gsize n = 0;
    while (n < size && bytes[n] == '\0')
        n++;
    return n;
}

/* Whether it is no text, by its beginning. A NUL says nothing: a crash leaves holes in a log. But
 * of all other bytes hardly one in a log is a control byte, and one in ten of what is no text;
 * those that stand in logs (tab, newlines, escape, the 0x1d of auditd) are not counted. */
static gboolean
is_binary(const char *bytes, gsize size)
{
    static const char common[] = "\t\n\v\f\r\x1b\x1d";
    gsize control = 0, other = 0;

    size = MIN(size, 4096);
    for (gsize i = 0; i < size; i++) {
        if (bytes[i] == '\0')
            continue;
        if (((guchar)bytes[i] < 0x20 || bytes[i] == 0x7f) && !strchr(common, bytes[i]))
            control++;
        else
            other++;
    }
    return control * 20 > other;
}

/* What came out of the pipe. */
static void
put_text(gpointer data, const char *text, gsize size)
{
    AmrInput *input = data;

    /* A journal's message may hold anything. */
    if (input->buffer_offset + input->held == 0 && !amr_pipe_is_journal(input->pipe))
        input->binary = is_binary(text, size);
    if (amr_pipe_is_journal(input->pipe))
        input->others_from = 0;
    amr_input_put(input, text, size);
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
    const gsize hole = input->started ? 0 : count_hole(bytes, size);
    AmrPipeGuess guess;

    if (input->started || hole == size)
        return TRUE; /* known, or what is there so far says nothing */
    guess = amr_pipe_guess(bytes + hole, size - hole, last);
    if (guess.unsure)
        return FALSE;
    input->started = TRUE;
    /* What has a hole before it is a log that is written to, line by line. */
    if (hole == 0 && (guess.compression != AMR_COMPRESSION_NONE || guess.form != AMR_FORM_TEXT)) {
        start_pipe(input, &guess);
        return TRUE;
    }
    input->binary = is_binary(bytes + hole, size - hole);
    for (gsize i = 0; i < G_N_ELEMENTS(magics); i++) {
        if (size >= magics[i].len && memcmp(bytes, magics[i].magic, magics[i].len) == 0)
            input->form = magics[i].kind;
    }
    return TRUE;
}

void
amr_input_reset(AmrInput *input)
{
    g_clear_pointer(&input->pipe, amr_pipe_free);
    input->started = input->binary = FALSE;
    input->form = NULL;
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
    /* What came before the damage stays. */
    if (fine)
        amr_input_finish(input);
    else
        amr_input_fail_reading(input, error);
    return step.taken;
}
