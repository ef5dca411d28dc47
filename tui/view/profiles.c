/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tui/view/profiles_private.h"

#include "tui/table/words.h"
#include "tui/view/chooser.h"
#include "tui/view/denials.h"
#include "tui/view/profile.h"
#include "tui/view/reload.h"
#include "tui/view/sign.h"
#include "tui/view/split.h"

/* ---- drawing -------------------------------------------------------------------------------- */

static void
draw_empty(Profiles *view, TuiCanvas *canvas, TuiRect rect)
{
    const AmrSession *session = tui_screen_session(view->rows.view.screen);
    g_autoptr(TuiFlow) flow = tui_flow_new();
    gboolean loading = tui_screen_is_loading(view->rows.view.screen);
    g_autofree char *rights = tui_screen_rights(view->rows.view.screen);

    tui_flow_add(flow, TUI_ROLE_TITLE,
                 loading ? "Reading the kernel's profiles."
                         : "No profile is loaded, and none is on disk.");
    if (session->loaded_error)
        tui_flow_add(flow, TUI_ROLE_WARNING, session->loaded_error->message);
    if (rights)
        tui_flow_add(flow, TUI_ROLE_TEXT, rights);
    if (session->index_error)
        tui_flow_add(flow, TUI_ROLE_WARNING, session->index_error->message);
    tui_flow_draw(flow, canvas, rect);
}

static void
draw_detail(Profiles *view, TuiCanvas *canvas, TuiRect rect, TuiComparison comparison)
{
    const TuiProfile *profile = tui_profiles_current(view);

    if (view->rows.stale_detail && profile)
        tui_profile_fill(view->rows.detail, tui_screen_session(view->rows.view.screen),
                         view->profiles, profile, comparison);
    view->rows.stale_detail = FALSE;
    if (profile)
        tui_flow_draw(view->rows.detail, canvas, rect);
}

static void
draw(TuiView *base, TuiCanvas *canvas, TuiRect rect)
{
    Profiles *view = (Profiles *)base;
    TuiRect list, detail;

    tui_search_draw(view->rows.search, canvas, &rect);
    if (view->profiles->rows->len == 0) {
        draw_empty(view, canvas, rect);
        return;
    }
    tui_profiles_refresh(view);
    tui_rows_find_cursor(&view->rows);
    const TuiProfile *profile = tui_profiles_current(view);
    TuiComparison comparison = {TUI_COMPARISON_NONE, NULL};
    if (profile) /* without its detail, too: the list tells what drifted */
        comparison = tui_profiles_compare(view, profile);
    view->rows.split = tui_split(canvas, rect, view->rows.in_detail, &list, &detail);
    if (list.height > 0)
        tui_rows_draw_list(&view->rows, canvas, list);
    if (detail.height > 0)
        draw_detail(view, canvas, detail, comparison);
}

/* ---- orders and what can be done ------------------------------------------------------------ */

static const struct {
    TuiAction action;
    const char *label;
} orders[] = {{TUI_ACTION_SORT_PROFILE, "by name"},
              {TUI_ACTION_SORT_MODE, "by mode"},
              {TUI_ACTION_SORT_COUNT, "by denials"},
              {TUI_ACTION_SORT_PROCESSES, "by processes"}};

static void
choose_order(Profiles *view)
{
    TuiMenu *menu = tui_menu_new("Sort profiles");
    for (guint i = 0; i < G_N_ELEMENTS(orders); i++)
        tui_menu_add_choice(menu, orders[i].action, orders[i].label,
                            orders[i].action == view->order);
    tui_screen_push(view->rows.view.screen, tui_chooser_new(view->rows.view.screen, menu));
}

static gboolean
take_order(Profiles *view, TuiAction action)
{
    for (guint i = 0; i < G_N_ELEMENTS(orders); i++) {
        if (orders[i].action != action)
            continue;
        view->order = action;
        view->stale_rows = TRUE;
        return TRUE;
    }
    return FALSE;
}

/* Why it cannot be loaded now; NULL: it can. */
static const char *
no_load(const Profiles *view, const TuiProfile *profile)
{
    const AmrSession *session = tui_screen_session(view->rows.view.screen);

    if (!session->index || !session->loaded)
        return "The policy on disk or the kernel's list could not be read.";
    if (profile->drift == AMR_DRIFT_KERNEL)
        return "No file on disk defines it.";
    if (!profile->loaded)
        return "It is not loaded, and what is not loaded stays so.";
    if (amr_target_load_way(session->target) == AMR_LOAD_NONE)
        return "There is no kernel here to load it into.";
    return NULL;
}

static const struct {
    TuiAction action;
    AmrPlanKind kind;
    const char *label;
} modes[] = {
    {TUI_ACTION_ENFORCE, AMR_PLAN_ENFORCE, "put it into enforce mode"},
    {TUI_ACTION_COMPLAIN, AMR_PLAN_COMPLAIN, "put it into complain mode"},
    {TUI_ACTION_KILL, AMR_PLAN_KILL, "put it into kill mode"},
    {TUI_ACTION_DISABLE, AMR_PLAN_DISABLE, "disable it"},
    {TUI_ACTION_ENABLE, AMR_PLAN_ENABLE, "enable it"},
    {TUI_ACTION_RELOAD, AMR_PLAN_RELOAD, "load what is on disk"},
    {TUI_ACTION_COMPLAIN_FOR, AMR_PLAN_COMPLAIN_FOR, "complain mode for a while"},
};

static gboolean
is_disabled(const AmrIndex *index, const AmrBlock *block)
{
    g_autofree const char **roots = amr_index_roots(index, block);

    for (guint i = 0; roots[i]; i++)
        if (amr_index_is_disabled(index, roots[i]))
            return TRUE;
    return FALSE;
}

static const char *
no_mode(const Profiles *view, const TuiProfile *profile, AmrPlanKind kind)
{
    const AmrSession *session = tui_screen_session(view->rows.view.screen);
    const AmrBlock *block;

    if (!session->index)
        return "Policy is still being read.";
    block = amr_index_find_typed(session->index, profile->full);
    if (!block)
        return "No file of policy defines it: its mode is another program's to set.";
    if (kind == AMR_PLAN_COMPLAIN_FOR)
        return profile->loaded ? tui_sign_no_end(view->rows.view.screen) : "It is not loaded.";
    if (kind != AMR_PLAN_DISABLE && kind != AMR_PLAN_ENABLE)
        return NULL;
    if (block->parent)
        return "It goes with its profile: a link says it of a whole file.";
    if (kind == AMR_PLAN_ENABLE && !is_disabled(session->index, block))
        return "No link disables it.";
    return kind == AMR_PLAN_DISABLE && is_disabled(session->index, block) && !profile->loaded
               ? "It is disabled already."
               : NULL;
}

static const char *
why_not(const Profiles *view, const TuiProfile *profile, AmrPlanKind kind)
{
    return kind == AMR_PLAN_RELOAD ? no_load(view, profile) : no_mode(view, profile, kind);
}

static void
show_menu(Profiles *view)
{
    TuiScreen *screen = view->rows.view.screen;
    const TuiProfile *profile = tui_profiles_current(view);
    if (!profile)
        return;
    g_autofree char *title = amr_display_string(profile->full);
    TuiMenu *menu = tui_menu_new(title);

    if (!view->rows.in_detail)
        tui_menu_add(menu, TUI_ACTION_OPEN, "policy text and processes", NULL);
    tui_menu_add(menu, TUI_ACTION_ITS_DENIALS, NULL,
                 profile->denials + profile->denials_below > 0 ? NULL : "None was seen so far.");
    if (profile->below > 0 && !view->rows.sift)
        tui_menu_add(menu, tui_profiles_is_open(view, profile) ? TUI_ACTION_LEFT : TUI_ACTION_RIGHT,
                     tui_profiles_is_open(view, profile) ? "fold its children"
                                                         : "unfold its children",
                     NULL);
    for (guint i = 0; i < G_N_ELEMENTS(modes); i++)
        if (tui_keymap_allows(tui_screen_keymap(screen), modes[i].action))
            tui_menu_add(menu, modes[i].action, modes[i].label,
                         why_not(view, profile, modes[i].kind));
    tui_screen_push(screen, tui_chooser_new(screen, menu));
}

static void
reload(Profiles *view, AmrPlanKind kind)
{
    const TuiProfile *profile = tui_profiles_current(view);
    const char *why = profile ? why_not(view, profile, kind) : "There is no profile here.";

    if (why)
        tui_screen_say(view->rows.view.screen, TUI_ROLE_WARNING, "%s", why);
    else
        tui_screen_push(view->rows.view.screen,
                        tui_reload_new(view->rows.view.screen, profile->full, kind));
}

static gboolean
take_mode(Profiles *view, TuiAction action)
{
    for (guint i = 0; i < G_N_ELEMENTS(modes); i++) {
        if (modes[i].action != action)
            continue;
        reload(view, modes[i].kind);
        return TRUE;
    }
    return FALSE;
}

/* Its own; where it has none, those of what is below it: hats, children, //null-X. */
static void
show_denials(Profiles *view)
{
    const TuiProfile *profile = tui_profiles_current(view);
    if (!profile || profile->denials + profile->denials_below == 0) {
        tui_screen_say(view->rows.view.screen, TUI_ROLE_WARNING, "No denial of it was seen so far");
        return;
    }
    gboolean own = g_hash_table_contains(view->profiles->denials, profile->full);
    g_autofree char *line = tui_word_spell("profile", profile->full, own ? "" : "//*");
    tui_screen_push(view->rows.view.screen, tui_denials_new_filtered(view->rows.view.screen, line));
}

/* ---- actions -------------------------------------------------------------------------------- */

/* Left and right fold, as in any tree: left on what is folded goes to its parent. */
static TuiStale
fold(Profiles *view, gboolean open)
{
    const TuiProfile *profile = tui_profiles_current(view);

    if (!profile || view->rows.sift)
        return TUI_STALE_NOTHING;
    if (!open && !tui_profiles_is_open(view, profile))
        tui_profiles_go_up(view);
    else
        tui_profiles_fold(view, profile, open);
    return TUI_STALE_VIEW;
}

static TuiStale
act(TuiView *base, TuiAction action)
{
    Profiles *view = (Profiles *)base;
    TuiStale stale;

    tui_profiles_refresh(view);
    stale = tui_rows_act(&view->rows, action);
    if (!(stale & TUI_STALE_FOREIGN))
        return stale;
    switch (action) {
    case TUI_ACTION_LEFT:
    case TUI_ACTION_RIGHT:
        return view->rows.in_detail ? TUI_STALE_NOTHING : fold(view, action == TUI_ACTION_RIGHT);
    case TUI_ACTION_FOLD_ALL:
        tui_profiles_fold_all(view);
        return TUI_STALE_VIEW;
    case TUI_ACTION_SORT:
        choose_order(view);
        return TUI_STALE_FRAME;
    case TUI_ACTION_MENU:
        show_menu(view);
        return TUI_STALE_FRAME;
    case TUI_ACTION_ITS_DENIALS:
        show_denials(view);
        return TUI_STALE_FRAME;
    default:
        if (take_mode(view, action))
            return TUI_STALE_FRAME;
        return take_order(view, action) ? TUI_STALE_VIEW : TUI_STALE_FOREIGN;
    }
}

static void
news(TuiView *base, TuiNews what)
{
    Profiles *view = (Profiles *)base;

    if (what == TUI_NEWS_SESSION) {
        tui_profiles_forget(view);
        tui_profiles_read(view->profiles, tui_screen_session(base->screen));
        view->stale_rows = view->rows.stale_detail = view->stale_rates = TRUE;
        tui_profiles_refresh(view);
    } else if (what == TUI_NEWS_STALE) {
        view->rows.stale_detail = TRUE;
    } else if (what == TUI_NEWS_STORE) {
        view->stale_rates = TRUE;
        tui_screen_wants_work(base->screen);
    }
}

static gboolean
work(TuiView *base)
{
    return tui_profiles_work((Profiles *)base);
}

static void
hints(const TuiView *base, GArray *out)
{
    static const TuiHint list[] = {{TUI_ACTION_OPEN, "policy"},  {TUI_ACTION_MENU, NULL},
                                   {TUI_ACTION_RIGHT, "unfold"}, {TUI_ACTION_ITS_DENIALS, NULL},
                                   {TUI_ACTION_FILTER, NULL},    {TUI_ACTION_FIND, NULL},
                                   {TUI_ACTION_NEW, NULL},       {TUI_ACTION_SORT, NULL},
                                   {TUI_ACTION_FOLD_ALL, NULL},  {TUI_ACTION_REFRESH, NULL}};
    static const TuiHint detail[] = {{TUI_ACTION_BACK, NULL},
                                     {TUI_ACTION_DOWN, "scroll"},
                                     {TUI_ACTION_MENU, NULL},
                                     {TUI_ACTION_ITS_DENIALS, NULL}};
    if (((const TuiRows *)base)->in_detail)
        g_array_append_vals(out, detail, G_N_ELEMENTS(detail));
    else
        g_array_append_vals(out, list, G_N_ELEMENTS(list));
}

static char *
place(const TuiView *base)
{
    g_autofree char *place = tui_rows_place((const TuiRows *)base);
    const char *stale = amr_session_is_outdated(tui_screen_session(base->screen)) ? "STALE  " : "";
    return place ? g_strconcat(stale, place, NULL) : NULL;
}

static void
profiles_free(TuiView *base)
{
    Profiles *view = (Profiles *)base;
    tui_profiles_forget(view);
    g_hash_table_unref(view->compared);
    tui_rows_clear(&view->rows);
    tui_profiles_free(view->profiles);
    g_hash_table_unref(view->open);
    g_free(view);
}

static const TuiViewClass class = {
    .title = "Profiles",
    .draw = draw,
    .act = act,
    .argue = tui_rows_argue,
    .complete = tui_rows_complete,
    .hints = hints,
    .place = place,
    .news = news,
    .work = work,
    .free = profiles_free,
};

static void
drift_free(gpointer data)
{
    amr_ask_drift_free(data);
}

TuiView *
tui_profiles_new(TuiScreen *screen)
{
    const AmrSession *session = tui_screen_session(screen);
    Profiles *view = g_new0(Profiles, 1);

    tui_rows_init(&view->rows, &class, &tui_profiles_rows, screen);
    view->profiles = tui_profiles_new_rows();
    view->compared = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, drift_free);
    view->open = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    view->order = TUI_ACTION_SORT_PROFILE;
    view->stale_rows = TRUE;
    if (session->loaded || session->index)
        tui_profiles_read(view->profiles, session);
    return &view->rows.view;
}
