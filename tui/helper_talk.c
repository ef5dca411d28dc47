/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tui/helper_talk.h"

#include <errno.h>
#include <glib-unix.h>
#include <string.h>
#include <unistd.h>

#include "core/base/error.h"
#include "core/base/fsutil.h"
#include "core/change/talk.h"
#include "tui/command/agree.h"

struct TuiHelperTalk {
    int to, from;
    guint source;
    GByteArray *heard;
    TuiPrivileged *privileged;
    const AmrRequest *request;
    TuiProgress *progress;
    GCancellable *ended;
    gboolean started;
    gboolean asking; /* a question is on the terminal: the rest waits */
    GError *error;
};

/* ---- what it says -------------------------------------------------------------------------------
 */

/* Its texts are in display form; root's or not, a terminal is given nothing else. */
static char *
shown(const char *text)
{
    for (const char *p = text; *p; p = g_utf8_next_char(p))
        if (g_unichar_iscntrl(g_utf8_get_char(p)) && *p != '\n' && *p != '\t')
            return amr_display_lines(amr_bytes(text));
    return g_strdup(text);
}

static GPtrArray *
shown_list(GVariant *tuple, gsize n)
{
    GPtrArray *list = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GVariant) child = g_variant_get_child_value(tuple, n);

    for (gsize i = 0; i < g_variant_n_children(child); i++) {
        const char *line;
        g_variant_get_child(child, i, "&s", &line);
        g_ptr_array_add(list, shown(line));
    }
    return list;
}

static void
take_started(TuiHelperTalk *talk, GVariant *content)
{
    guint version;

    g_variant_get(content, "(u)", &version);
    if (version != AMR_TALK_VERSION) {
        amr_error_set(&talk->error, AMR_ERROR_PARSE,
                      "armorer-helper is of another version: is armorer installed whole?");
        return;
    }
    talk->started = TRUE;
    talk->progress = tui_progress_new();
    (void)amr_talk_write(talk->to, AMR_TALK_REQUEST, amr_request_to_variant(talk->request),
                         &talk->error);
}

static void
take_progress(TuiHelperTalk *talk, GVariant *content)
{
    guint step;
    const char *what;

    g_variant_get(content, "(u&s)", &step, &what);
    g_autofree char *line = shown(what);
    if (talk->progress)
        tui_progress_step((AmrStep)step, line[0] ? line : NULL, talk->progress);
}

static void
take_question(TuiHelperTalk *talk, GVariant *content)
{
    const char *diff_text, *sum_text;
    g_autoptr(GPtrArray) notes = shown_list(content, 2);
    g_autoptr(GPtrArray) besides = shown_list(content, 3);
    g_autoptr(GError) error = NULL;
    gboolean yes;

    g_variant_get(content, "(&s&s@as@as)", &diff_text, &sum_text, NULL, NULL);
    g_autofree char *diff = shown(diff_text);
    g_autofree char *sum = shown(sum_text);
    if (talk->progress)
        tui_progress_clear(talk->progress);
    talk->asking = TRUE;
    yes = tui_agree_shown(diff, sum, notes, besides, talk->ended, &error);
    talk->asking = FALSE;
    if (error && !yes && !talk->error && !g_cancellable_is_cancelled(talk->ended))
        talk->error = g_error_copy(error);
    (void)amr_talk_write(talk->to, AMR_TALK_CONSENT, g_variant_new("(b)", yes), NULL);
}

static void
take_done(TuiHelperTalk *talk, GVariant *content)
{
    TuiPrivileged *privileged = talk->privileged;
    AmrOutcome *outcome = g_new0(AmrOutcome, 1);
    const char *state, *message;

    g_free(privileged->id);
    g_variant_get(content, "(s&sb&s@as)", &privileged->id, &state, &outcome->partly, &message,
                  NULL);
    outcome->state = amr_change_state_of_word(state);
    outcome->message = shown(message);
    outcome->notes = shown_list(content, 4);
    g_clear_pointer(&privileged->outcome, amr_outcome_free);
    privileged->outcome = outcome;
}

static void
take_failed(TuiHelperTalk *talk, GVariant *content)
{
    const char *code, *message;

    g_variant_get(content, "(&s&s@as)", &code, &message, NULL);
    g_autofree char *line = shown(message);
    g_clear_error(&talk->error);
    (void)amr_talk_error(&talk->error, code, line);
    g_clear_pointer(&talk->privileged->notes, g_ptr_array_unref);
    talk->privileged->notes = shown_list(content, 2);
}

/* What the caller says, or no message: nothing that a helper says. */
static void
take(TuiHelperTalk *talk, AmrTalk kind, GVariant *content)
{
    switch (kind) {
    case AMR_TALK_STARTED:
        if (!talk->started)
            take_started(talk, content);
        break;
    case AMR_TALK_PROGRESS:
        take_progress(talk, content);
        break;
    case AMR_TALK_QUESTION:
        take_question(talk, content);
        break;
    case AMR_TALK_DONE:
        take_done(talk, content);
        break;
    case AMR_TALK_FAILED:
        take_failed(talk, content);
        break;
    case AMR_TALK_UNKNOWN:
    case AMR_TALK_REQUEST:
    case AMR_TALK_CONSENT:
        break;
    }
}

static void
take_all(TuiHelperTalk *talk)
{
    GVariant *content = NULL;
    AmrTalk kind;

    while (!talk->asking && !talk->error &&
           (kind = amr_talk_take(talk->heard, &content, &talk->error)) != AMR_TALK_UNKNOWN) {
        take(talk, kind, content);
        g_clear_pointer(&content, g_variant_unref);
    }
}

/* ---- hearing it ---------------------------------------------------------------------------------
 */

/* FALSE: there is no more now, or at all (errno is 0 then). */
static gboolean
hear(TuiHelperTalk *talk)
{
    guint8 block[16 * 1024];
    ssize_t n = read(talk->from, block, sizeof block);

    if (n < 0 && errno == EINTR)
        return TRUE;
    if (n == 0)
        errno = 0;
    if (n <= 0)
        return FALSE;
    g_byte_array_append(talk->heard, block, (guint)n);
    return TRUE;
}

static gboolean
on_heard(gint fd, GIOCondition condition, gpointer data)
{
    TuiHelperTalk *talk = data;
    gboolean more = hear(talk) || errno == EAGAIN;

    if (!more)
        talk->source = 0;
    take_all(talk);
    return more ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

/* ---- life ---------------------------------------------------------------------------------------
 */

TuiHelperTalk *
tui_helper_talk_new(int to, int from, TuiPrivileged *privileged)
{
    TuiHelperTalk *talk = g_new0(TuiHelperTalk, 1);

    talk->to = to;
    talk->from = from;
    talk->privileged = privileged;
    talk->heard = g_byte_array_new();
    talk->ended = g_cancellable_new();
    return talk;
}

void
tui_helper_talk_ask(TuiHelperTalk *talk, const AmrRequest *request)
{
    talk->request = request;
    talk->source = g_unix_fd_add(talk->from, G_IO_IN | G_IO_HUP | G_IO_ERR, on_heard, talk);
}

void
tui_helper_talk_end(TuiHelperTalk *talk)
{
    g_cancellable_cancel(talk->ended);
    while (talk->source && hear(talk))
        ;
    take_all(talk);
    g_clear_pointer(&talk->progress, tui_progress_free);
}

void
tui_helper_talk_free(TuiHelperTalk *talk)
{
    if (!talk)
        return;
    if (talk->source)
        g_source_remove(talk->source);
    g_clear_pointer(&talk->progress, tui_progress_free);
    amr_fs_close_fd(&talk->to);
    amr_fs_close_fd(&talk->from);
    g_byte_array_unref(talk->heard);
    g_object_unref(talk->ended);
    g_clear_error(&talk->error);
    g_free(talk);
}

gboolean
tui_helper_talk_has_started(const TuiHelperTalk *talk)
{
    return talk->started;
}

const GError *
tui_helper_talk_error(const TuiHelperTalk *talk)
{
    return talk->error;
}
