/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tui/notice.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gunixinputstream.h>
#include <gio/gunixoutputstream.h>
#include <string.h>
#include <unistd.h>

#include "core/base/error.h"
#include "tui/notify.h"

#define BURST_MS   1000 /* what comes within is one notice */
#define TOLD       3    /* denials that a notice names */
#define TEXT_BYTES 240  /* of one of them, raw */

struct TuiNotice {
    TuiNoticeOptions options;
    AmrDenialId known; /* ids up to this one are no news */
    gboolean begun, complained;
    guint timer;
    GSubprocess *worker;
    GDataInputStream *replies;
    GCancellable *cancellable;
    int pipe; /* to the worker, never waited for; -1: none */
    guint64 unsaid;
};

gboolean
tui_notice_read(const char *words, guint *ways, GError **error)
{
    g_auto(GStrv) parts = g_strsplit(words && words[0] ? words : "desktop", ",", -1);
    guint set = 0;

    for (char **part = parts; *part; part++) {
        g_autofree char *shown = amr_display_string(*part);
        if (g_str_equal(*part, "desktop"))
            set |= TUI_NOTICE_DESKTOP;
        else if (g_str_equal(*part, "bell"))
            set |= TUI_NOTICE_BELL;
        else if (g_str_equal(*part, "title"))
            set |= TUI_NOTICE_TITLE;
        else
            return amr_error_set(error, AMR_ERROR_USAGE,
                                 "--notify takes desktop, bell and title, not \"%s\"", shown);
    }
#ifndef HAVE_NOTIFY
    if (set & TUI_NOTICE_DESKTOP)
        return amr_error_set(error, AMR_ERROR_USAGE,
                             "This armorer was built without desktop notices; bell and title are "
                             "there");
#endif
    *ways = set;
    return TRUE;
}

/* ---- texts ---------------------------------------------------------------------------------- */

/* The longest beginning within @most bytes; the sink shows what it cuts in half as an escape. */
static AmrBytes
shortened(const char *text, gsize most)
{
    gsize len = strlen(text);

    if (len > most) {
        for (len = most; len > 0 && ((guchar)text[len] & 0xc0) == 0x80;)
            len--;
    }
    return (AmrBytes){text, len};
}

/* "pagewright: open r /etc/hosts", as markup. */
static void
append_denial(GString *body, const AmrEvent *event)
{
    g_autofree char *profile = amr_event_profile(event);
    g_autofree char *tried = amr_explain_tried(event);
    g_autofree char *object = amr_explain_object(event);
    g_autofree char *who = amr_markup(shortened(profile, TEXT_BYTES));
    AmrBytes what = shortened(object, TEXT_BYTES);
    /* these two are in display form already: only markup is left to be taken out */
    g_autofree char *tried_safe = g_markup_escape_text(tried, -1);
    g_autofree char *what_safe = g_markup_escape_text(what.data, (gssize)what.len);

    g_string_append_printf(body, "%s%s: %s %s%s", body->len ? "\n" : "", who, tried_safe, what_safe,
                           object[what.len] ? "…" : "");
}

static gboolean
is_ignored(const AmrStore *store, AmrDenialId id)
{
    const AmrDenial *denial = amr_store_get(store, id);
    return denial && denial->state == AMR_DENIAL_STATE_IGNORED;
}

void
tui_notice_texts(const AmrStore *store, AmrDenialId first, guint n, char **summary, char **body)
{
    GString *text = g_string_new(NULL);
    guint told = 0;

    for (guint i = 0; told < MIN(n, TOLD) && first + i <= amr_store_newest(store); i++) {
        AmrEvent event;
        if (is_ignored(store, first + i) || !amr_store_event(store, first + i, &event))
            continue;
        append_denial(text, &event);
        told++;
    }
    if (n > told)
        g_string_append_printf(text, "%sand %u more", text->len ? "\n" : "", n - told);
    *summary = n == 1 ? g_strdup("AppArmor: a new denial")
                      : g_strdup_printf("AppArmor: %u new denials", n);
    *body = g_string_free(text, FALSE);
}

/* ---- the worker ----------------------------------------------------------------------------- */

static void
complain(TuiNotice *notice, const char *why)
{
    if (!notice->complained && notice->options.say) {
        g_autofree char *shown = amr_display_string(why);
        g_autofree char *text = g_strdup_printf("Desktop notices do not work: %s", shown);
        notice->options.say(text, notice->options.data);
    }
    notice->complained = TRUE;
}

static void
on_reply(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *line = g_data_input_stream_read_line_finish_utf8(G_DATA_INPUT_STREAM(source),
                                                                      result, NULL, &error);
    TuiNotice *notice = data;

    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        return; /* it is gone */
    if (line)
        complain(notice, line);
}

static gboolean
start_worker(TuiNotice *notice)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GSubprocessLauncher) launcher =
        g_subprocess_launcher_new(G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE |
                                  G_SUBPROCESS_FLAGS_STDERR_SILENCE);
    GOutputStream *to;

    if (notice->worker)
        return TRUE;
    notice->worker = g_subprocess_launcher_spawnv(launcher, notice->options.argv, &error);
    if (!notice->worker) {
        complain(notice, error->message);
        return FALSE;
    }
    to = g_subprocess_get_stdin_pipe(notice->worker);
    notice->pipe = g_unix_output_stream_get_fd(G_UNIX_OUTPUT_STREAM(to));
    (void)fcntl(notice->pipe, F_SETFL, fcntl(notice->pipe, F_GETFL) | O_NONBLOCK);
    notice->replies = g_data_input_stream_new(g_subprocess_get_stdout_pipe(notice->worker));
    g_data_input_stream_read_line_async(notice->replies, G_PRIORITY_LOW, notice->cancellable,
                                        on_reply, notice);
    return TRUE;
}

/* A whole notice or none of it: a pipe takes up to PIPE_BUF in one. What a server that hangs leaves
 * there until the pipe is full is dropped, and counted. */
static void
send(TuiNotice *notice, const char *summary, const char *body)
{
    g_autoptr(GByteArray) bytes = g_byte_array_new();

    g_byte_array_append(bytes, (const guint8 *)summary, (guint)strlen(summary) + 1);
    g_byte_array_append(bytes, (const guint8 *)body, (guint)strlen(body) + 1);
    if (bytes->len > TUI_NOTIFY_MAX ||
        write(notice->pipe, bytes->data, bytes->len) != (ssize_t)bytes->len)
        notice->unsaid++;
}

/* ---- when ----------------------------------------------------------------------------------- */

static gboolean
on_timer(gpointer data)
{
    TuiNotice *notice = data;
    const TuiNoticeOptions *options = &notice->options;
    AmrDenialId newest = amr_store_newest(options->store);
    guint n = 0;
    g_autofree char *summary = NULL;
    g_autofree char *body = NULL;

    notice->timer = 0;
    for (AmrDenialId id = notice->known + 1; id <= newest; id++)
        n += !is_ignored(options->store, id);
    if (n > 0)
        tui_notice_texts(options->store, notice->known + 1, n, &summary, &body);
    notice->known = newest;
    if (n == 0)
        return G_SOURCE_REMOVE;
    if (options->ways & TUI_NOTICE_BELL && options->ring)
        options->ring(options->data);
    if (options->ways & TUI_NOTICE_TITLE && options->entitle)
        options->entitle(summary, options->data);
    if (options->ways & TUI_NOTICE_DESKTOP && start_worker(notice))
        send(notice, summary, body);
    return G_SOURCE_REMOVE;
}

void
tui_notice_store_changed(TuiNotice *notice)
{
    if (!notice->begun || notice->timer || amr_store_newest(notice->options.store) == notice->known)
        return;
    notice->timer = g_timeout_add(BURST_MS, on_timer, notice);
}

void
tui_notice_begin(TuiNotice *notice)
{
    if (notice->begun)
        return;
    notice->begun = TRUE;
    notice->known = amr_store_newest(notice->options.store);
}

TuiNotice *
tui_notice_new(const TuiNoticeOptions *options)
{
    TuiNotice *notice = g_new0(TuiNotice, 1);

    notice->options = *options;
    notice->cancellable = g_cancellable_new();
    notice->pipe = -1;
    return notice;
}

void
tui_notice_free(TuiNotice *notice)
{
    if (!notice)
        return;
    if (notice->timer)
        g_source_remove(notice->timer);
    g_cancellable_cancel(notice->cancellable);
    if (notice->worker) {
        g_subprocess_force_exit(notice->worker);
        g_object_unref(notice->worker);
    }
    g_clear_object(&notice->replies);
    g_object_unref(notice->cancellable);
    g_free(notice);
}
