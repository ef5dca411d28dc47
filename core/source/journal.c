/* SPDX-License-Identifier: GPL-3.0-or-later */
/* systemd's journal, below a directory's descriptor: sd-journal(3). */
#include "config.h"

#include "core/base/error.h"
#include "core/source/ingest.h"
#include "core/source/live.h"

#ifdef HAVE_SYSTEMD

#include <systemd/sd-journal.h>

#include <string.h>
#include <unistd.h>

#include "core/source/decode-private.h"

enum {
    PAST = 100000, /* entries of interest that are read of the past, the newest */
    BACK = 128,    /* of them in one step */
    AT_ONCE = 32
};

typedef struct {
    AmrLive live;
    sd_journal *journal;
    int directory;
    AmrEntry entry;
    guint back; /* how many entries it went back; G_MAXUINT: it goes forward */
    gboolean first;
    AmrTextSink sink; /* while it steps */
    gpointer data;
} Journal;

gboolean
amr_journal_is_built(void)
{
    return TRUE;
}

static void
put(gpointer data, const char *text, gsize size)
{
    const Journal *journal = data;
    journal->sink(journal->data, text, size);
}

/* ---- an entry ----------------------------------------------------------------------------------
 */

/* Of the kernel's own log most is about something else: its message alone is fetched to tell. */
static gboolean
is_of_interest(sd_journal *journal)
{
    const void *data;
    size_t size;

    if (sd_journal_get_data(journal, "MESSAGE", &data, &size) < 0)
        return TRUE;
    return memmem(data, size, "apparmor=", 9) || memmem(data, size, "audit", 5) ||
           memmem(data, size, "type=15", 7);
}

static void
take_field(AmrEntry *entry, const char *name, gsize name_len, const char *value, gsize size)
{
    amr_entry_begin(entry, name, name_len);
    amr_entry_add(entry, value, size);
    amr_entry_end(entry);
}

static void
take_entry(Journal *journal)
{
    static const char stamp[] = "__REALTIME_TIMESTAMP";
    const void *data;
    char number[24];
    uint64_t us;
    size_t size;

    if (!is_of_interest(journal->journal))
        return;
    if (sd_journal_get_realtime_usec(journal->journal, &us) >= 0) {
        const gint len = g_snprintf(number, sizeof number, "%" G_GUINT64_FORMAT, (guint64)us);
        take_field(&journal->entry, stamp, strlen(stamp), number, (gsize)len);
    }
    SD_JOURNAL_FOREACH_DATA(journal->journal, data, size)
    {
        const char *field = data, *equals = memchr(data, '=', size);
        if (!equals)
            continue;
        take_field(&journal->entry, field, (gsize)(equals - field), equals + 1,
                   size - (gsize)(equals + 1 - field));
        journal->live.bytes += size;
    }
    amr_entry_finish(&journal->entry);
    journal->live.counts = journal->entry.counts;
}

/* ---- reading -----------------------------------------------------------------------------------
 */

static AmrLiveStep
fail(int error_number, GError **error)
{
    (void)amr_error_errno(error, -error_number, "Journal");
    return AMR_LIVE_FAILED;
}

/* One step back to where the past begins. */
static int
go_back(Journal *journal)
{
    int moved = journal->back == 0 ? sd_journal_seek_tail(journal->journal) : 0;

    if (moved >= 0)
        moved = sd_journal_previous_skip(journal->journal, BACK);
    if (moved < 0)
        return moved;
    journal->back += (guint)moved;
    if (moved < BACK) {
        journal->back = G_MAXUINT;
        return sd_journal_seek_head(journal->journal);
    }
    if (journal->back >= PAST) {
        journal->back = G_MAXUINT;
        journal->first = TRUE; /* it stands on an entry that is to be read */
    }
    return 0;
}

static AmrLiveStep
step(AmrLive *live, AmrTextSink sink, gpointer data, GError **error)
{
    Journal *journal = (Journal *)live;

    journal->sink = sink;
    journal->data = data;
    if (journal->back != G_MAXUINT) {
        const int moved = go_back(journal);
        return moved < 0 ? fail(moved, error) : AMR_LIVE_GAVE;
    }
    for (guint i = 0; i < AT_ONCE; i++) {
        int found = journal->first ? 1 : sd_journal_next(journal->journal);
        journal->first = FALSE;
        if (found == 0) {
            /* What came while it was read, and what its descriptor is readable for. */
            found = sd_journal_process(journal->journal);
            if (found == SD_JOURNAL_NOP)
                return AMR_LIVE_EMPTY;
            if (found > 0)
                continue;
        }
        if (found < 0)
            return fail(found, error);
        take_entry(journal);
    }
    return AMR_LIVE_GAVE;
}

/* To the newest entry. Only what is asked of it then, not the seek itself, moves it there. */
static void
skip(AmrLive *live)
{
    Journal *journal = (Journal *)live;

    if (sd_journal_seek_tail(journal->journal) < 0 || sd_journal_previous(journal->journal) < 0)
        return;
    journal->back = G_MAXUINT;
    journal->first = FALSE;
}

static void
free_journal(AmrLive *live)
{
    Journal *journal = (Journal *)live;

    sd_journal_close(journal->journal);
    (void)close(journal->directory);
    amr_entry_clear(&journal->entry);
    g_free(journal);
}

/* What the audit subsystem sent (its record types of AppArmor and of daemons like dbus), what the
 * kernel logged, what dbus-daemon says itself. */
static int
add_matches(sd_journal *journal)
{
    static const char *const terms[][12] = {
        {"_TRANSPORT=audit", "_AUDIT_TYPE=1400", "_AUDIT_TYPE=1107", "_AUDIT_TYPE=1500",
         "_AUDIT_TYPE=1501", "_AUDIT_TYPE=1502", "_AUDIT_TYPE=1503", "_AUDIT_TYPE=1504",
         "_AUDIT_TYPE=1505", "_AUDIT_TYPE=1506", "_AUDIT_TYPE=1507"},
        {"_TRANSPORT=kernel"},
        {"SYSLOG_IDENTIFIER=dbus-daemon"},
    };
    int added = 0;

    for (gsize i = 0; i < G_N_ELEMENTS(terms) && added >= 0; i++) {
        if (i > 0)
            added = sd_journal_add_disjunction(journal);
        for (gsize j = 0; j < G_N_ELEMENTS(terms[i]) && terms[i][j] && added >= 0; j++)
            added = sd_journal_add_match(journal, terms[i][j], 0);
    }
    return added;
}

AmrLive *
amr_live_journal_new(int directory, GError **error)
{
    Journal *journal = g_new0(Journal, 1);
    int opened;

    journal->directory = directory;
    amr_entry_init(&journal->entry, put, journal);
    opened = sd_journal_open_directory_fd(&journal->journal, directory, SD_JOURNAL_SYSTEM);
    if (opened >= 0)
        opened = add_matches(journal->journal);
    if (opened >= 0)
        opened = sd_journal_set_data_threshold(journal->journal, 2 * AMR_SCAN_LINE_MAX);
    /* From now on what comes is noticed. */
    if (opened >= 0)
        opened = sd_journal_get_fd(journal->journal);
    if (opened < 0) {
        (void)amr_error_errno(error, -opened, "Opening the journal");
        free_journal(&journal->live);
        return NULL;
    }
    journal->live = (AmrLive){.fd = opened, .step = step, .skip = skip, .free = free_journal};
    return &journal->live;
}

#else

#include <unistd.h>

gboolean
amr_journal_is_built(void)
{
    return FALSE;
}

AmrLive *
amr_live_journal_new(int directory, GError **error)
{
    (void)close(directory);
    (void)amr_error_set(error, AMR_ERROR_NOT_ENABLED,
                        "Opening the journal: armorer was built without libsystemd");
    return NULL;
}

#endif
