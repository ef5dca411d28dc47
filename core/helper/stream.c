/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One source, read with more rights: its records go out, and what was counted. */
#include "config.h"

#include <glib-unix.h>
#include <string.h>

#include "core/advice/choice.h"
#include "core/base/error.h"
#include "core/base/lend.h"
#include "core/helper/helper.h"

#define FULL                                                                            \
    (AMR_LEND_MAX - AMR_SCAN_LINE_MAX - 1024) /* bytes: what has room for one line more \
                                               */
#define HELD 64                               /* distinct denials: nobody looks at them here */

typedef struct {
    int socket;
    AmrStore *store;
    AmrIngest *ingest;
    GByteArray *lines; /* that were not said yet */
    guint64 counted[AMR_LOSS_COUNT + 3];
    gboolean follow, present;
    GMainLoop *loop;
} Stream;

/* Waits for room, and so does what it reads: what is read is not lost. Nobody hears it: it ends. */
static void
say(Stream *stream, AmrLend kind, GVariant *content)
{
    if (!amr_lend_send(stream->socket, kind, content, -1, NULL))
        g_main_loop_quit(stream->loop);
}

static void
say_lines(Stream *stream)
{
    const GByteArray *lines = stream->lines;

    if (lines->len == 0)
        return;
    say(stream, AMR_LEND_RECORDS,
        g_variant_new_fixed_array(G_VARIANT_TYPE_BYTE, lines->data, lines->len, 1));
    g_byte_array_set_size(stream->lines, 0);
}

static void
on_record(gpointer data, const char *line, gsize len)
{
    Stream *stream = data;

    g_byte_array_append(stream->lines, (const guint8 *)line, (guint)len);
    g_byte_array_append(stream->lines, (const guint8 *)"\n", 1);
    if (stream->lines->len > FULL)
        say_lines(stream);
}

static void
say_counts(Stream *stream)
{
    const AmrIngestStats stats = amr_ingest_stats(stream->ingest);
    guint64 counts[G_N_ELEMENTS(stream->counted)] = {0};

    (void)amr_ingest_lost(stream->ingest, counts);
    counts[AMR_LOSS_COUNT] = stats.torn;
    counts[AMR_LOSS_COUNT + 1] = stats.overlong;
    counts[AMR_LOSS_COUNT + 2] = stats.bytes;
    if (memcmp(counts, stream->counted, sizeof counts) == 0)
        return;
    memcpy(stream->counted, counts, sizeof counts);
    say(stream, AMR_LEND_COUNTS,
        g_variant_new_fixed_array(G_VARIANT_TYPE_UINT64, counts, G_N_ELEMENTS(counts),
                                  sizeof counts[0]));
}

static void
say_failed(Stream *stream, const GError *error)
{
    say(stream, AMR_LEND_REFUSED, amr_lend_refusal(error));
    g_main_loop_quit(stream->loop);
}

static void
on_changed(gpointer data)
{
    Stream *stream = data;
    AmrSourceInfo info;

    say_lines(stream);
    say_counts(stream);
    amr_ingest_source_info(stream->ingest, 0, &info);
    if (stream->present && info.state == AMR_SOURCE_FAILED)
        say_failed(stream, info.error);
}

static void
on_present(GObject *source, GAsyncResult *result, gpointer data)
{
    Stream *stream = data;
    g_autoptr(GError) error = NULL;

    say_lines(stream);
    say_counts(stream);
    if (!amr_ingest_load_finish(stream->ingest, result, &error)) {
        say_failed(stream, error);
        return;
    }
    stream->present = TRUE;
    say(stream, AMR_LEND_PRESENT, g_variant_new("()"));
    if (!stream->follow)
        g_main_loop_quit(stream->loop);
}

/* He says nothing: what can be read is that he is gone. */
static gboolean
on_borrower(gint fd, GIOCondition condition, gpointer data)
{
    g_main_loop_quit(data);
    return G_SOURCE_REMOVE;
}

void
helper_stream(const AmrTarget *target, AmrOpener *opener, const char *short_name, gboolean follow,
              int socket)
{
    const char *const only[] = {short_name, NULL};
    Stream stream = {.socket = socket,
                     .follow = follow,
                     .store = amr_store_new(HELD),
                     .lines = g_byte_array_new(),
                     .loop = g_main_loop_new(NULL, FALSE)};
    g_autoptr(AmrChoice) choice = amr_choice_new_only(target, opener, follow, only);

    stream.ingest = amr_ingest_new(opener, stream.store);
    amr_ingest_set_relay(stream.ingest, on_record, &stream);
    amr_ingest_set_changed(stream.ingest, on_changed, &stream);
    (void)g_unix_fd_add(socket, G_IO_IN | G_IO_HUP | G_IO_ERR, on_borrower, stream.loop);
    if (amr_choice_add(choice, stream.ingest, follow) == 0) {
        g_autofree char *why = amr_choice_why_none(choice);
        g_autoptr(GError) error = g_error_new_literal(AMR_ERROR, AMR_ERROR_NOT_FOUND, why);
        say_failed(&stream, error);
    } else {
        if (follow && g_str_equal(short_name, "netlink"))
            amr_ingest_count_audit(stream.ingest, -1);
        amr_ingest_load_async(stream.ingest, NULL, on_present, &stream);
        g_main_loop_run(stream.loop);
    }
    /* The process ends with it: nothing is freed. */
}
