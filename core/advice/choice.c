/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "core/advice/choice.h"

#include "core/base/fsutil.h"

/* What is considered, the one that holds most first. */
static const struct {
    AmrSourceKind kind;
    const char *name, *short_name, *holds;
} known[] = {
    {AMR_SOURCE_KIND_FILE, "var/log/audit/audit.log", "audit.log",
     "what auditd wrote: all that the kernel's audit backlog let through"},
    {AMR_SOURCE_KIND_FILE, "var/log/kern.log", "kern.log",
     "what rsyslog wrote of the kernel's log, which is rate limited"},
    {AMR_SOURCE_KIND_FILE, "var/log/syslog", "syslog",
     "what rsyslog wrote of the kernel's log, which is rate limited"},
    {AMR_SOURCE_KIND_FILE, "var/log/messages", "messages",
     "what rsyslog wrote of the kernel's log, which is rate limited"},
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
}

void
amr_choice_free(AmrChoice *choice)
{
    if (!choice)
        return;
    g_array_unref(choice->sources);
    g_free(choice);
}

static AmrChoiceSource *
get(const AmrChoice *choice, guint i)
{
    return &g_array_index(choice->sources, AmrChoiceSource, i);
}

/* ---- looking --------------------------------------------------------------------------------- */

static void
look_at_file(const AmrTarget *target, AmrOpener *opener, AmrChoiceSource *source)
{
    g_autoptr(GError) error = NULL;
    amr_autofd int fd = amr_opener_open(opener, AMR_OPEN_SOURCE, source->name, &error);

    if (fd >= 0) {
        source->state = AMR_CHOICE_SPARE;
        return;
    }
    source->reason = g_strdup(error->message);
    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND)) {
        source->state = AMR_CHOICE_ABSENT;
        return;
    }
    source->state = AMR_CHOICE_REFUSED;
    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED) &&
        amr_target_is_live(target))
        source->remedy = g_strdup("sudo armorer, or join the group adm");
}

static void
use(AmrChoiceSource *source, gboolean past, gboolean live, const char *reason)
{
    source->state = AMR_CHOICE_USED;
    source->past = past;
    source->live = live;
    g_free(source->reason);
    source->reason = g_strdup(reason);
}

static void
choose(AmrChoice *choice, gboolean follow)
{
    const AmrChoiceSource *used = NULL;

    for (guint i = 0; i < choice->sources->len; i++) {
        AmrChoiceSource *source = get(choice, i);
        if (source->state != AMR_CHOICE_SPARE)
            continue;
        if (!used) {
            use(source, TRUE, follow, source->holds);
            used = source;
        } else {
            source->reason = g_strdup_printf("%s holds more", used->short_name);
        }
    }
}

AmrChoice *
amr_choice_new(const AmrTarget *target, AmrOpener *opener, gboolean follow)
{
    AmrChoice *choice = g_new0(AmrChoice, 1);

    choice->sources = g_array_new(FALSE, TRUE, sizeof(AmrChoiceSource));
    g_array_set_clear_func(choice->sources, clear_source);
    for (guint i = 0; i < G_N_ELEMENTS(known); i++) {
        AmrChoiceSource source = {.kind = known[i].kind,
                                  .name = known[i].name,
                                  .short_name = known[i].short_name,
                                  .holds = known[i].holds};
        look_at_file(target, opener, &source);
        g_array_append_val(choice->sources, source);
    }
    choose(choice, follow);
    return choice;
}

/* ---- using ----------------------------------------------------------------------------------- */

guint
amr_choice_add(const AmrChoice *choice, AmrIngest *ingest, gboolean follow)
{
    guint n = 0;

    for (guint i = 0; i < choice->sources->len; i++) {
        const AmrChoiceSource *source = get(choice, i);
        if (source->state != AMR_CHOICE_USED)
            continue;
        (void)amr_ingest_add_file(ingest, AMR_OPEN_SOURCE, source->name, follow);
        n++;
    }
    return n;
}

char *
amr_choice_summary(const AmrChoice *choice)
{
    GString *text = g_string_new(NULL);

    for (guint i = 0; i < choice->sources->len; i++) {
        const AmrChoiceSource *source = get(choice, i);
        if (source->state == AMR_CHOICE_USED)
            g_string_append_printf(text, "%s%s", text->len ? " + " : "", source->short_name);
    }
    return g_string_free(text, FALSE);
}

char *
amr_choice_why_none(const AmrChoice *choice)
{
    GString *text = g_string_new(NULL);

    for (guint i = 0; i < choice->sources->len; i++)
        g_string_append_printf(text, "%s%s", text->len ? "; " : "", get(choice, i)->reason);
    return g_string_free(text, FALSE);
}

const char *
amr_choice_remedy(const AmrChoice *choice)
{
    for (guint i = 0; i < choice->sources->len; i++) {
        const AmrChoiceSource *source = get(choice, i);
        if (source->state == AMR_CHOICE_USED)
            return NULL;
        if (source->remedy)
            return source->remedy;
    }
    return NULL;
}
