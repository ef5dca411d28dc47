/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tui/view/profiles.h"

#include <string.h>

#include "tui/widget/flow.h"
#include "tui/widget/list.h"

#define WINDOW 256 /* denials counted at a time */

typedef struct {
    TuiView view;
    TuiList list;
    char *name;            /* what the cursor stands on, as policy writes it */
    GHashTable *processes; /* name -> how many */
    GHashTable *denials;   /* name -> how many distinct ones */
    guint counted;         /* denials counted so far, in the order of arrival */
} Profiles;

static const AmrLoaded *
loaded_of(const Profiles *view)
{
    return tui_screen_session(view->view.screen)->loaded;
}

static guint
count(const Profiles *view)
{
    return loaded_of(view) ? amr_loaded_count(loaded_of(view)) : 0;
}

static char *
full_name(const AmrLoadedProfile *profile)
{
    return profile->ns[0] ? g_strdup_printf(":%s:%s", profile->ns, profile->name)
                          : g_strdup(profile->name);
}

/* ---- figures -------------------------------------------------------------------------------- */

static void
count_one(GHashTable *table, char *name)
{
    guint n = GPOINTER_TO_UINT(g_hash_table_lookup(table, name));
    g_hash_table_insert(table, name, GUINT_TO_POINTER(n + 1)); /* takes the name over */
}

static void
count_processes(Profiles *view)
{
    g_autoptr(GPtrArray) processes =
        amr_processes_read(tui_screen_session(view->view.screen)->opener, NULL);
    g_hash_table_remove_all(view->processes);
    for (guint i = 0; processes && i < processes->len; i++) {
        const AmrProcess *process = processes->pdata[i];
        count_one(view->processes, g_strdup(process->label));
    }
}

/* Only those that came since the last time: distinct denials do not go away. */
static void
count_denials(Profiles *view)
{
    AmrStore *store = tui_screen_session(view->view.screen)->store;
    AmrDenialId ids[WINDOW];
    guint n;
    while ((n = amr_store_window(store, AMR_ORDER_ARRIVAL, view->counted, WINDOW, ids)) > 0) {
        for (guint i = 0; i < n; i++) {
            AmrEvent event;
            if (amr_store_event(store, ids[i], &event))
                count_one(view->denials, amr_event_profile(&event));
        }
        view->counted += n;
    }
}

/* ---- the cursor is tied to the name --------------------------------------------------------- */

static void
take_row(Profiles *view)
{
    g_free(view->name);
    view->name = NULL;
    if (view->list.cursor < count(view))
        view->name = full_name(amr_loaded_profile(loaded_of(view), view->list.cursor));
}

static void
find_cursor(Profiles *view)
{
    guint n = count(view);
    for (guint i = 0; view->name && i < n; i++) {
        g_autofree char *name = full_name(amr_loaded_profile(loaded_of(view), i));
        if (strcmp(name, view->name) == 0) {
            tui_list_moved(&view->list, i);
            return;
        }
    }
    view->list.cursor = MIN(view->list.cursor, n > 0 ? n - 1 : 0);
    take_row(view);
}

/* ---- drawing -------------------------------------------------------------------------------- */

static void
draw_row(Profiles *view, guint row, const guint *widths, TuiCanvas *canvas, TuiRect rect, int y)
{
    const TuiTable *table = &tui_table_profiles;
    const AmrLoadedProfile *profile = amr_loaded_profile(loaded_of(view), row);
    g_autofree char *name = full_name(profile);
    TuiCell cells[TUI_TABLE_COLUMNS_MAX] = {{NULL, TUI_ROLE_TEXT}};

    tui_table_profiles_row(tui_screen_session(view->view.screen), profile,
                           GPOINTER_TO_UINT(g_hash_table_lookup(view->processes, name)),
                           GPOINTER_TO_UINT(g_hash_table_lookup(view->denials, name)), cells);
    tui_columns_draw_row(table, widths, cells, canvas, rect, y,
                         row == view->list.cursor ? TUI_ROLE_SELECTED : TUI_ROLE_COUNT);
    tui_cells_clear(cells, table->n);
}

static void
draw_empty(Profiles *view, TuiCanvas *canvas, TuiRect rect)
{
    const AmrSession *session = tui_screen_session(view->view.screen);
    g_autoptr(TuiFlow) flow = tui_flow_new();
    gboolean loading = tui_screen_is_loading(view->view.screen);

    tui_flow_add(flow, TUI_ROLE_TITLE,
                 loading ? "Reading the kernel's profiles." : "No profile is loaded.");
    if (session->loaded_error)
        tui_flow_add(flow, TUI_ROLE_WARNING, session->loaded_error->message);
    tui_flow_draw(flow, canvas, rect);
}

static void
draw(TuiView *base, TuiCanvas *canvas, TuiRect rect)
{
    Profiles *view = (Profiles *)base;
    guint widths[TUI_TABLE_COLUMNS_MAX];
    int header = rect.height > 3;

    if (count(view) == 0) {
        draw_empty(view, canvas, rect);
        return;
    }
    count_denials(view);
    find_cursor(view);
    tui_list_fit(&view->list, count(view), (guint)MAX(1, rect.height - header));
    tui_columns_fit(&tui_table_profiles, rect.width, widths);
    if (header)
        tui_columns_draw_header(&tui_table_profiles, widths, canvas, rect, 0);
    for (guint i = 0; i < view->list.height && view->list.top + i < view->list.n; i++)
        draw_row(view, view->list.top + i, widths, canvas, rect, (int)i + header);
}

/* ---- actions -------------------------------------------------------------------------------- */

static TuiStale
act(TuiView *base, TuiAction action)
{
    Profiles *view = (Profiles *)base;
    find_cursor(view);
    if (!tui_list_act(&view->list, action))
        return TUI_STALE_FOREIGN;
    take_row(view);
    return TUI_STALE_VIEW;
}

static void
news(TuiView *base, TuiNews what)
{
    if (what == TUI_NEWS_SESSION)
        count_processes((Profiles *)base);
}

static void
hints(const TuiView *base, GArray *out)
{
    static const TuiHint list[] = {{TUI_ACTION_REFRESH, NULL}, {TUI_ACTION_NEXT_TAB, NULL}};
    g_array_append_vals(out, list, G_N_ELEMENTS(list));
}

static char *
place(const TuiView *base)
{
    const Profiles *view = (const Profiles *)base;
    guint n = count(view);
    return n > 0 ? g_strdup_printf("%u of %u", view->list.cursor + 1, n) : NULL;
}

static void
profiles_free(TuiView *base)
{
    Profiles *view = (Profiles *)base;
    g_hash_table_unref(view->processes);
    g_hash_table_unref(view->denials);
    g_free(view->name);
    g_free(view);
}

static const TuiViewClass class = {
    .title = "Profiles",
    .draw = draw,
    .act = act,
    .hints = hints,
    .place = place,
    .news = news,
    .free = profiles_free,
};

TuiView *
tui_profiles_new(TuiScreen *screen)
{
    Profiles *view = g_new0(Profiles, 1);
    view->view = (TuiView){&class, screen};
    view->processes = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    view->denials = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    if (loaded_of(view))
        count_processes(view);
    return &view->view;
}
