/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tui/timer.h"

#include "core/change/timer.h"

/* Of another root only the one that was named: that of this system is not its own. */
static char *
find_timer(const TuiOptions *options, const AmrTarget *target)
{
    if (options->timer)
        return g_canonicalize_filename(options->timer, NULL);
    return g_strdup(amr_timer_program(target));
}

/* What makes another armorer one of the same target. */
static void
add_target(GStrvBuilder *argv, const TuiOptions *options)
{
    const struct {
        const char *name, *value;
    } pairs[] = {
        {"--root", options->root},         {"--policy", options->policy},
        {"--parser", options->parser},     {"--timer", options->timer},
        {"--features", options->features},
    };

    for (guint i = 0; i < G_N_ELEMENTS(pairs); i++)
        if (pairs[i].value)
            g_strv_builder_add_many(argv, pairs[i].name, pairs[i].value, NULL);
}

void
tui_timer_find(const TuiOptions *options, AmrSession *session)
{
    g_autoptr(GStrvBuilder) argv = g_strv_builder_new();
    g_autofree char *program = g_file_read_link("/proc/self/exe", NULL);

    if (!program)
        return;
    g_strv_builder_add(argv, program);
    add_target(argv, options);
    amr_session_set_timer(session, find_timer(options, session->target), g_strv_builder_end(argv));
}
