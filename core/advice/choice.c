/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "core/advice/choice_private.h"

#include <string.h>

#include "core/base/error.h"
#include "core/base/fsutil.h"
#include "core/kernel/loaded.h"

enum {
    AUDIT_LOG,
    NETLINK,
    JOURNAL,
    KMSG,
    FIRST_SYSLOG
};

/* /proc/net/netlink: the protocol, and the group of those who read all (linux/netlink.h,
 * linux/audit.h). */
#define NETLINK_AUDIT 9
#define GROUP_READLOG 1
#define NETLINK_MAX   (4 * 1024 * 1024)

#define RATE_LIMITED "what rsyslog wrote of the kernel's log, which is rate limited"

/* What is considered, the one that holds most first. */
static const struct {
    AmrSourceKind kind;
    const char *name, *short_name, *holds;
} known[] = {
    [AUDIT_LOG] = {AMR_SOURCE_KIND_FILE, "var/log/audit/audit.log", "audit.log",
                   "what auditd wrote: all that the kernel's audit backlog let through"},
    [NETLINK] = {AMR_SOURCE_KIND_AUDIT, "audit netlink", "netlink",
                 "all that the kernel's audit backlog lets through, at once"},
    [JOURNAL] = {AMR_SOURCE_KIND_JOURNAL, "journal", "journal",
                 "all if journald listens to audit, else the kernel's log, which is rate limited"},
    [KMSG] = {AMR_SOURCE_KIND_KMSG, "/dev/kmsg", "kmsg",
              "the kernel's own log since it was last overwritten, rate limited"},
    [FIRST_SYSLOG] = {AMR_SOURCE_KIND_FILE, "var/log/kern.log", "kern.log", RATE_LIMITED},
    {AMR_SOURCE_KIND_FILE, "var/log/syslog", "syslog", RATE_LIMITED},
    {AMR_SOURCE_KIND_FILE, "var/log/messages", "messages", RATE_LIMITED},
};

const char *
amr_choice_state_word(AmrChoiceState state)
{
    switch (state) {
#define AMR_CHOICE_WORD(name, word) \
    case AMR_CHOICE_##name:         \
        return word;
        AMR_CHOICE_STATES(AMR_CHOICE_WORD)
#undef AMR_CHOICE_WORD
    case AMR_CHOICE_UNKNOWN:
        break;
    }
    return "unknown";
}

static void
clear_source(gpointer data)
{
    AmrChoiceSource *source = data;
    g_free(source->reason);
    g_free(source->remedy);
    g_free(source->place);
}

void
amr_choice_free(AmrChoice *choice)
{
    if (!choice)
        return;
    g_array_unref(choice->sources);
    g_free(choice);
}

/* ---- looking --------------------------------------------------------------------------------- */

typedef struct {
    const AmrTarget *target;
    AmrOpener *opener;
    gboolean own; /* the machine that runs, whichever policy is meant */
} Look;

/* What stands in the way; takes over @error. */
static void
set_refused(const Look *look, AmrChoiceSource *source, GError *error, const char *remedy)
{
    const gboolean refused = g_error_matches(error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED) ||
                             g_error_matches(error, AMR_ERROR, AMR_ERROR_NOT_PERMITTED);
    const gboolean absent = g_error_matches(error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND) ||
                            g_error_matches(error, AMR_ERROR, AMR_ERROR_NOT_ENABLED);

    g_free(source->reason);
    /* Which file that is is said already. */
    if (error->domain == G_IO_ERROR && absent)
        source->reason = g_strdup("Not there");
    else if (error->domain == G_IO_ERROR && refused)
        source->reason = g_strdup("Permission denied");
    else
        source->reason = g_strdup(error->message);
    source->state = absent ? AMR_CHOICE_ABSENT : AMR_CHOICE_REFUSED;
    if (refused && look->own)
        source->remedy = g_strdup(remedy);
    g_error_free(error);
}

static gboolean
can_open(const Look *look, AmrChoiceSource *source, const char *name, GError **error)
{
    amr_autofd int fd = amr_opener_open(look->opener, AMR_OPEN_SOURCE, name, error);
    struct stat status;

    if (fd < 0)
        return FALSE;
    if (fstat(fd, &status) == 0 && S_ISREG(status.st_mode))
        source->written = (gint64)status.st_mtim.tv_sec * G_USEC_PER_SEC;
    source->state = AMR_CHOICE_SPARE;
    return TRUE;
}

static void
look_at_file(const Look *look, AmrChoiceSource *source)
{
    GError *error = NULL;

    if (!can_open(look, source, source->name, &error))
        set_refused(look, source, error, "armorer --ask-rights, or join the group adm");
}

static void
look_at_audit(const Look *look, AmrChoiceSource *source)
{
    GError *error = NULL;
    amr_autofd int fd = amr_audit_open(&error);

    if (fd < 0)
        set_refused(look, source, error,
                    "armorer --ask-rights, or sudo armorer (CAP_AUDIT_READ is enough)");
    else
        source->state = AMR_CHOICE_SPARE;
}

static void
look_at_kmsg(const Look *look, AmrChoiceSource *source)
{
    GError *error = NULL;

    if (!can_open(look, source, "dev/kmsg", &error))
        set_refused(look, source, error,
                    "armorer --ask-rights, or sudo armorer (CAP_SYSLOG is enough)");
}

/* The directory is named after the machine, so that no container's journal is taken for its. */
static char *
read_machine(const Look *look, GError **error)
{
    g_autoptr(GBytes) bytes =
        amr_opener_read(look->opener, AMR_OPEN_SOURCE, "etc/machine-id", 64, error);
    g_autofree char *text = NULL;

    if (!bytes)
        return NULL;
    text = g_strndup(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes));
    g_strchomp(text);
    if (strlen(text) == 32 && strspn(text, "0123456789abcdef") == 32)
        return g_steal_pointer(&text);
    (void)amr_error_set(error, AMR_ERROR_NOT_ENABLED, "etc/machine-id names no machine");
    return NULL;
}

/* Whether journald reads what the kernel's audit says: its socket is made by systemd, whose number
 * it has, or one that the kernel made up where that was taken. */
static gboolean
is_journals(const char *line, guint journald)
{
    gint64 protocol, port, groups;
    char *end;

    line += strcspn(line, " "); /* an address */
    protocol = g_ascii_strtoll(line, &end, 10);
    port = g_ascii_strtoll(end, &end, 10);
    groups = g_ascii_strtoll(end, &end, 16);
    return protocol == NETLINK_AUDIT && groups & GROUP_READLOG &&
           (port == 1 || port == journald || port > G_MAXINT32 || port < 0);
}

/* What the journal holds; @source->complete where that is all. */
static void
look_at_listeners(const Look *look, AmrChoiceSource *source)
{
    const guint journald = amr_process_named(look->opener, "systemd-journal");
    g_autoptr(GBytes) bytes = NULL;
    g_auto(GStrv) lines = NULL;

    if (journald == 0) /* it does not run, or is another's: a journal that was brought here */
        return;
    bytes = amr_opener_read(look->opener, AMR_OPEN_PROC, "net/netlink", NETLINK_MAX, NULL);
    if (!bytes)
        return;
    g_autofree char *text = g_strndup(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes));
    lines = g_strsplit(text, "\n", -1);
    for (guint i = 1; lines[0] && lines[i]; i++)
        source->complete |= is_journals(lines[i], journald);
    source->holds = source->complete ? AMR_JOURNAL_ALL : AMR_JOURNAL_LIMITED;
}

static void
look_at_journal(const Look *look, AmrChoiceSource *source)
{
    static const char *const places[] = {"var/log/journal", "run/log/journal"};
    GError *error = NULL;
    g_autofree char *machine = NULL;

    if (!amr_journal_is_built()) {
        source->state = AMR_CHOICE_LEFT_OUT;
        source->reason = g_strdup("armorer was built without libsystemd");
        return;
    }
    machine = read_machine(look, &error);
    for (gsize i = 0; machine && i < G_N_ELEMENTS(places); i++) {
        g_autofree char *directory = g_build_filename(places[i], machine, NULL);
        g_autofree char *file = g_build_filename(directory, "system.journal", NULL);
        g_clear_error(&error);
        if (can_open(look, source, file, &error)) {
            source->place = g_steal_pointer(&directory);
            look_at_listeners(look, source);
            return;
        }
        if (!g_error_matches(error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND))
            break;
    }
    set_refused(look, source, error, "armorer --ask-rights, or join the group systemd-journal");
}

static void
look_at(const Look *look, AmrChoiceSource *source)
{
    const gboolean kernels =
        source->kind == AMR_SOURCE_KIND_AUDIT || source->kind == AMR_SOURCE_KIND_KMSG;

    if (kernels && !look->own) {
        source->state = AMR_CHOICE_LEFT_OUT;
        source->reason = g_strdup("It is of the kernel that runs, not of this root");
    } else if (source->kind == AMR_SOURCE_KIND_AUDIT) {
        look_at_audit(look, source);
    } else if (source->kind == AMR_SOURCE_KIND_KMSG) {
        look_at_kmsg(look, source);
    } else if (source->kind == AMR_SOURCE_KIND_JOURNAL) {
        look_at_journal(look, source);
    } else {
        look_at_file(look, source);
    }
}

/* ---- choosing -------------------------------------------------------------------------------- */

static void
use(AmrChoiceSource *source, gboolean past, gboolean live, const char *reason)
{
    if (source->state != AMR_CHOICE_SPARE)
        return;
    source->state = AMR_CHOICE_USED;
    source->past = past;
    source->live = live;
    g_free(source->reason);
    source->reason =
        source->lent ? g_strdup_printf("%s; armorer-helper reads it", reason) : g_strdup(reason);
}

/* Whether processes can be seen, and none of them is auditd. */
static gboolean
is_unattended(const Look *look)
{
    g_autoptr(GBytes) first = amr_opener_read(look->opener, AMR_OPEN_PROC, "1/comm", 64, NULL);

    return first && amr_process_named(look->opener, "auditd") == 0;
}

/* A log that another one has left behind for a day. */
static gboolean
is_stale(const AmrChoice *choice, const AmrChoiceSource *source)
{
    for (guint i = 0; i < choice->sources->len; i++) {
        const AmrChoiceSource *other = amr_choice_get(choice, i);
        if (other != source && other->written > source->written + G_TIME_SPAN_DAY)
            return TRUE;
    }
    return FALSE;
}

static gboolean
is_used(const AmrChoiceSource *source)
{
    return source->state == AMR_CHOICE_USED;
}

/* One that has the past and, where the kernel itself may not be listened to, what comes; until one
 * is found that holds all. What is live beside the netlink costs little, and has what that loses.
 */
static void
choose(AmrChoice *choice, gboolean follow)
{
    AmrChoiceSource *audit_log = amr_choice_get(choice, AUDIT_LOG),
                    *journal = amr_choice_get(choice, JOURNAL);
    const gboolean stale = !audit_log->complete; /* its daemon does not run any more */
    const char *holder = audit_log->short_name;

    use(audit_log, TRUE, follow, stale ? choice->why_stale : audit_log->holds);
    if (follow)
        use(amr_choice_get(choice, NETLINK), FALSE, TRUE, known[NETLINK].holds);
    if (!is_used(audit_log) || stale) {
        holder = journal->short_name;
        use(journal, TRUE, follow, journal->holds);
    }
    if (!is_used(journal) && (!is_used(audit_log) || stale)) {
        use(amr_choice_get(choice, KMSG), TRUE, follow, known[KMSG].holds);
        for (guint i = FIRST_SYSLOG; i < choice->sources->len; i++) {
            if (amr_choice_get(choice, i)->state != AMR_CHOICE_SPARE)
                continue;
            use(amr_choice_get(choice, i), TRUE, follow, known[i].holds);
            holder = known[i].short_name;
            break;
        }
    }
    for (guint i = 0; i < choice->sources->len; i++) {
        AmrChoiceSource *source = amr_choice_get(choice, i);
        if (source->state == AMR_CHOICE_SPARE)
            source->reason = i == NETLINK ? g_strdup("It has no past")
                                          : g_strdup_printf("%s holds as much or more", holder);
    }
}

/* What is there of all. */
static AmrChoice *
look_around(const AmrTarget *target, AmrOpener *opener)
{
    const Look look = {target, opener, g_str_equal(amr_target_root_path(target), "/")};
    AmrChoice *choice = g_new0(AmrChoice, 1);

    choice->sources = g_array_new(FALSE, TRUE, sizeof(AmrChoiceSource));
    g_array_set_clear_func(choice->sources, clear_source);
    for (guint i = 0; i < G_N_ELEMENTS(known); i++) {
        AmrChoiceSource source = {.kind = known[i].kind,
                                  .name = known[i].name,
                                  .short_name = known[i].short_name,
                                  .holds = known[i].holds};
        look_at(&look, &source);
        g_array_append_val(choice->sources, source);
    }
    amr_choice_borrow(choice, amr_opener_lender(opener));
    if (is_unattended(&look))
        choice->why_stale = "It has the past; auditd does not run, so others are read too";
    else if (is_stale(choice, amr_choice_get(choice, AUDIT_LOG)))
        choice->why_stale =
            "It has the past; it was not written for a day or more, so others are read too";
    amr_choice_get(choice, AUDIT_LOG)->complete = !choice->why_stale;
    amr_choice_get(choice, NETLINK)->complete = TRUE;
    return choice;
}

AmrChoice *
amr_choice_new(const AmrTarget *target, AmrOpener *opener, gboolean follow)
{
    AmrChoice *choice = look_around(target, opener);

    choose(choice, follow);
    return choice;
}

AmrChoice *
amr_choice_new_only(const AmrTarget *target, AmrOpener *opener, gboolean follow,
                    const char *const *only)
{
    AmrChoice *choice = look_around(target, opener);

    for (guint i = 0; i < choice->sources->len; i++) {
        AmrChoiceSource *source = amr_choice_get(choice, i);
        source->asked = g_strv_contains(only, source->short_name);
        if (source->asked)
            use(source, source->kind != AMR_SOURCE_KIND_AUDIT, follow, "It was asked for");
        if (source->state == AMR_CHOICE_SPARE)
            source->reason = g_strdup("Others were asked for");
    }
    return choice;
}

const char *
amr_choice_name(guint n)
{
    return n < G_N_ELEMENTS(known) ? known[n].short_name : NULL;
}

gboolean
amr_choice_is_name(const char *short_name)
{
    for (gsize i = 0; i < G_N_ELEMENTS(known); i++) {
        if (g_str_equal(known[i].short_name, short_name))
            return TRUE;
    }
    return FALSE;
}

/* ---- using ----------------------------------------------------------------------------------- */

guint
amr_choice_add(const AmrChoice *choice, AmrIngest *ingest, gboolean follow)
{
    guint n = 0;

    for (guint i = 0; i < choice->sources->len; i++) {
        const AmrChoiceSource *source = amr_choice_get(choice, i);
        if (source->state != AMR_CHOICE_USED)
            continue;
        if (source->lent)
            (void)amr_ingest_add_lent(ingest, source->kind, source->short_name, source->name,
                                      follow);
        else if (source->kind == AMR_SOURCE_KIND_FILE)
            (void)amr_ingest_add_file(ingest, AMR_OPEN_SOURCE, source->name, follow);
        else
            (void)amr_ingest_add(ingest, source->kind, source->place, follow);
        n++;
    }
    return n;
}

char *
amr_choice_summary(const AmrChoice *choice)
{
    GString *text = g_string_new(NULL);

    for (guint i = 0; i < choice->sources->len; i++) {
        const AmrChoiceSource *source = amr_choice_get(choice, i);
        if (source->state == AMR_CHOICE_USED)
            g_string_append_printf(text, "%s%s", text->len ? " + " : "", source->short_name);
    }
    return g_string_free(text, FALSE);
}

char *
amr_choice_why_none(const AmrChoice *choice)
{
    GString *text = g_string_new(NULL);
    gboolean asked = FALSE;

    for (guint i = 0; i < choice->sources->len; i++)
        asked |= amr_choice_get(choice, i)->asked;
    for (guint i = 0; i < choice->sources->len; i++) {
        const AmrChoiceSource *source = amr_choice_get(choice, i);
        if (!asked || source->asked)
            g_string_append_printf(text, "%s%s: %s", text->len ? "; " : "", source->name,
                                   source->reason);
    }
    return g_string_free(text, FALSE);
}

gboolean
amr_choice_is_complete(const AmrChoice *choice)
{
    for (guint i = 0; i < choice->sources->len; i++) {
        if (is_used(amr_choice_get(choice, i)) && amr_choice_get(choice, i)->complete)
            return TRUE;
    }
    return FALSE;
}

const char *
amr_choice_remedy(const AmrChoice *choice)
{
    const char *remedy = NULL;

    for (guint i = 0; i < choice->sources->len; i++) {
        const AmrChoiceSource *source = amr_choice_get(choice, i);
        if (is_used(source) && source->complete && source->past)
            return NULL;
        if (is_used(source))
            break; /* what is behind it holds less */
        if (!remedy)
            remedy = source->remedy;
    }
    return remedy;
}
