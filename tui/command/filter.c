/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Filter words among the arguments of a verb, and the denials that they leave. */
#include "config.h"

#include "tui/command/command.h"

AmrFilter *
tui_command_filter(const TuiCommand *command, char **words, const char *since, char ***files)
{
    const guint n = words ? g_strv_length(words) : 0;
    g_autofree char *since_word = since ? g_strconcat("since:", since, NULL) : NULL;
    g_autofree const char **filters = g_new0(const char *, n + 2);
    g_autofree char **names = g_new0(char *, n + 1);
    g_autoptr(GError) error = NULL;
    guint n_filters = 0, n_names = 0;
    AmrFilter *filter;

    for (guint i = 0; i < n; i++) {
        if (amr_filter_is_word(words[i]))
            filters[n_filters++] = words[i];
        else
            names[n_names++] = words[i];
    }
    filters[n_filters] = since_word;
    filter = amr_filter_new(filters, amr_target_clock(command->session->target), &error);
    if (filter)
        *files = g_steal_pointer(&names);
    else
        (void)tui_fail(error);
    return filter;
}

AmrDenialId *
tui_command_denial_ids(const TuiCommand *command, const AmrFilter *filter, AmrOrder order, guint *n,
                       int *status)
{
    AmrStore *store = command->session->store;
    const guint all = amr_store_count(store);
    AmrDenialId *ids = g_new(AmrDenialId, MAX(all, 1));

    *n = amr_store_window(store, order, 0, all, ids);
    *n = amr_filter_ids(filter, store, ids, *n);
    if (*n == 0 && *status == TUI_EXIT_DONE) {
        tui_say(all > 0 ? "no denial matches the filter" : "no denials");
        *status = TUI_EXIT_NOTHING;
    }
    return ids;
}
