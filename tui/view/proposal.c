/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <string.h>

#include "tui/view/proposal_private.h"

gboolean
tui_proposal_lacks_include(const TuiProposal *view)
{
    return g_error_matches(tui_sign_plan_error(view->sign), AMR_ERROR, AMR_ERROR_NO_LOCAL_INCLUDE);
}

static void
stand_on(TuiProposal *view, const TuiPick *pick)
{
    tui_list_moved(&view->list, tui_choice_row(view->choice, pick));
    view->list.cursor = MIN(view->list.cursor, view->choice->rows->len - 1);
}

void
tui_proposal_refresh(TuiProposal *view)
{
    const TuiPick *pick = tui_proposal_current(view)->pick;
    tui_choice_refresh(view->choice, tui_proposal_session(view));
    stand_on(view, pick);
}

/* ---- actions -------------------------------------------------------------------------------- */

/* Whatever the text: policy, or the wish for an include, is another. */
static void
plan_anew(TuiProposal *view)
{
    g_clear_pointer(&view->planned, g_free);
    tui_proposal_plan(view);
}

/* By a key: what was tried before was another change. */
void
tui_proposal_changed(TuiProposal *view)
{
    tui_sign_forget_try(view->sign);
    view->uncounted = FALSE;
    plan_anew(view);
}

static TuiStale
step(TuiProposal *view, int by)
{
    const TuiChoiceItem *item = tui_proposal_current(view);
    const TuiPick *pick = item->pick;

    if (tui_choice_step(view->choice, tui_proposal_session(view), item, by)) {
        stand_on(view, pick);
        tui_proposal_changed(view);
    } else {
        tui_screen_say(view->view.screen, TUI_ROLE_QUIET, "This is the %s of its rules",
                       by < 0 ? "narrowest" : "broadest");
    }
    return TUI_STALE_VIEW;
}

/* What the keys change of the item, and what is said where that cannot be. */
static const struct {
    TuiAction action;
    TuiChange change;
    const char *label, *otherwise;
} changes[] = {
    {TUI_ACTION_EXEC, TUI_CHANGE_EXEC, NULL,
     "There is no other transition: no profile or child attaches to it"},
    {TUI_ACTION_OWNER, TUI_CHANGE_OWNER, "owner on/off", "A rule of this kind knows no owner"},
    {TUI_ACTION_AUDIT, TUI_CHANGE_AUDIT, "audit on/off", "There is no rule to audit"},
    {TUI_ACTION_DENY, TUI_CHANGE_DENY, "deny on/off", "There is no rule to turn round"},
    {TUI_ACTION_SIDES, TUI_CHANGE_SIDES, "other side on/off", "Nothing is needed on another side"},
    {TUI_ACTION_IGNORE, TUI_CHANGE_IGNORE, NULL, "This execution is in no log: nothing to ignore"},
};

/* At once, and without a plan: it is no change of policy. */
static void
ignore_row(TuiProposal *view, guint row, gboolean on)
{
    for (guint i = 0; i < view->choice->items->len; i++) {
        const TuiChoiceItem *item = view->choice->items->pdata[i];
        if (item->row == row && item->id != AMR_DENIAL_NONE)
            tui_screen_ignore(view->view.screen, item->id, on);
    }
}

static TuiStale
change(TuiProposal *view, gsize which)
{
    const TuiChoiceItem *item = tui_proposal_current(view);
    const TuiPick *pick = item->pick;

    /* What is left out of a set is not ignored: it may be proposed again. */
    if (changes[which].change == TUI_CHANGE_IGNORE && !view->inside &&
        tui_choice_can(item, TUI_CHANGE_IGNORE))
        ignore_row(view, item->row, !pick->ignored);
    if (tui_choice_change(view->choice, tui_proposal_session(view), item, changes[which].change)) {
        stand_on(view, pick);
        tui_proposal_changed(view);
    } else {
        tui_screen_say(view->view.screen, TUI_ROLE_QUIET, "%s", changes[which].otherwise);
    }
    return TUI_STALE_FRAME;
}

static TuiStale
edit(TuiProposal *view)
{
    if (tui_choice_can(tui_proposal_current(view), TUI_CHANGE_EDIT))
        tui_proposal_edit(view, NULL);
    else
        tui_screen_say(view->view.screen, TUI_ROLE_QUIET, "There is nothing to write here");
    return TUI_STALE_FRAME;
}

/* To the first item of the next profile or the one before. */
static TuiStale
go_to_part(TuiProposal *view, int by)
{
    guint to = tui_choice_part(view->choice, view->list.cursor, by);
    if (to == view->list.cursor)
        tui_screen_say(view->view.screen, TUI_ROLE_QUIET, "This is the %s profile",
                       by < 0 ? "first" : "last");
    tui_flow_scroll_to(view->flow, 0);
    view->list.cursor = to;
    return TUI_STALE_VIEW;
}

static TuiStale
add_include(TuiProposal *view)
{
    if (!view->add_include && !tui_proposal_lacks_include(view))
        return TUI_STALE_NOTHING;
    view->add_include = !view->add_include;
    tui_proposal_changed(view);
    return TUI_STALE_VIEW;
}

/* Whether what is shown may still be changed by keys. */
static gboolean
is_open(const TuiProposal *view)
{
    TuiSignState state = tui_sign_state(view->sign);
    return state != TUI_SIGN_WRITING && state != TUI_SIGN_DONE;
}

/* What becomes of it stands above all else. */
static TuiStale
show_outcome(TuiProposal *view, TuiStale stale)
{
    if (tui_sign_state(view->sign) >= TUI_SIGN_WRITING)
        tui_flow_scroll_to(view->flow, 0);
    return stale;
}

static TuiStale
act(TuiView *base, TuiAction pressed)
{
    TuiProposal *view = (TuiProposal *)base;
    TuiAction action = view->inside && pressed == TUI_ACTION_MARK ? TUI_ACTION_IGNORE : pressed;
    TuiStale stale = tui_sign_act(view->sign, action);

    if (!(stale & TUI_STALE_FOREIGN))
        return show_outcome(view, stale);
    if ((action == TUI_ACTION_UP || action == TUI_ACTION_DOWN) && view->choice->rows->len > 1) {
        tui_flow_scroll_to(view->flow, 0);
        tui_list_act(&view->list, action);
        return TUI_STALE_VIEW;
    }
    if (tui_flow_act(view->flow, action))
        return TUI_STALE_VIEW;
    for (gsize i = 0; i < G_N_ELEMENTS(changes); i++)
        if (changes[i].action == action)
            return is_open(view) ? change(view, i) : TUI_STALE_NOTHING;
    switch (action) {
    case TUI_ACTION_LEFT:
        return is_open(view) ? step(view, -1) : TUI_STALE_NOTHING;
    case TUI_ACTION_RIGHT:
        return is_open(view) ? step(view, +1) : TUI_STALE_NOTHING;
    case TUI_ACTION_NEXT_PART:
        return go_to_part(view, +1);
    case TUI_ACTION_LAST_PART:
        return go_to_part(view, -1);
    case TUI_ACTION_EDIT:
        return is_open(view) ? edit(view) : TUI_STALE_NOTHING;
    case TUI_ACTION_ADD_INCLUDE:
        return is_open(view) ? add_include(view) : TUI_STALE_NOTHING;
    case TUI_ACTION_OPEN: /* the preview is the confirmation: only w writes */
        return TUI_STALE_NOTHING;
    case TUI_ACTION_BACK:
        return TUI_STALE_CLOSED;
    default:
        return TUI_STALE_FOREIGN;
    }
}

static TuiStale
key(TuiView *base, TuiKey pressed)
{
    TuiProposal *view = (TuiProposal *)base;
    return show_outcome(view, tui_sign_key(view->sign, pressed));
}

/* Which denials it answers, whatever its rules say by themselves. */
static void
tell_store(TuiProposal *view)
{
    AmrChangeState state = tui_sign_outcome(view->sign);
    const char *change = tui_sign_change(view->sign);
    if (tui_sign_state(view->sign) != TUI_SIGN_DONE || view->told == state)
        return;
    view->told = state;
    for (guint i = 0; i < view->choice->items->len; i++) {
        const TuiChoiceItem *item = view->choice->items->pdata[i];
        g_autoptr(AmrRule) rule = tui_choice_rule(item);
        /* What is denied explicitly is quiet from now on, too. */
        if (change && item->id && rule && (rule->deny || tui_choice_answers(item)))
            amr_answered_say(tui_proposal_session(view)->answered, change, item->id);
        g_hash_table_remove(tui_screen_marks(view->view.screen), GUINT_TO_POINTER(item->id));
    }
}

static void
news(TuiView *base, TuiNews what)
{
    TuiProposal *view = (TuiProposal *)base;
    if (what == TUI_NEWS_STALE && tui_sign_state(view->sign) < TUI_SIGN_WRITING) {
        tui_proposal_ask_drop(view);
        tui_proposal_measure_drop(view);
        tui_proposal_breadth_drop(view);
    }
    gboolean anew = tui_sign_news(view->sign, what);
    if (what == TUI_NEWS_SESSION && !anew)
        tell_store(view);
    if (anew) {
        amr_facts_forget(view->choice->facts);
        amr_opens_forget(view->opens);
        view->uncounted = FALSE;
        tui_proposal_refresh(view);
        plan_anew(view);
    }
}

static gboolean
busy(const TuiView *base)
{
    return tui_sign_is_writing(((const TuiProposal *)base)->sign);
}

static void
hints(const TuiView *base, GArray *out)
{
    const TuiProposal *view = (const TuiProposal *)base;
    const TuiChoiceItem *item = tui_proposal_current(view);
    gboolean open = is_open(view);
    guint parts = tui_choice_parts(view->choice);
    gboolean ladder = open && tui_choice_candidate(item);
    const struct {
        gboolean when;
        TuiHint hint;
    } table[] = {
        {tui_sign_is_ready(view->sign),
         {TUI_ACTION_WRITE,
          tui_sign_state(view->sign) == TUI_SIGN_RELOADS ? "load it" : "write and reload"}},
        {TRUE, {TUI_ACTION_BACK, NULL}},
        {open && (view->add_include || tui_proposal_lacks_include(view)),
         {TUI_ACTION_ADD_INCLUDE, NULL}},
        {open && tui_choice_can(item, TUI_CHANGE_EXEC), {TUI_ACTION_EXEC, "another transition"}},
        {ladder && item->chosen > 0, {TUI_ACTION_LEFT, NULL}},
        {ladder && item->chosen + 1 < item->proposal->candidates->len, {TUI_ACTION_RIGHT, NULL}},
        {parts > 1, {TUI_ACTION_NEXT_PART, NULL}},
        {tui_flow_has_more(view->flow), {TUI_ACTION_PAGE_DOWN, "more"}},
    };

    static const TuiHint asking[] = {{TUI_ACTION_OPEN, "confirm"}, {TUI_ACTION_BACK, "cancel"}};
    static const TuiHint lasts = {TUI_ACTION_LASTS, NULL};

    if (tui_sign_is_asking(view->sign)) {
        g_array_append_vals(out, asking, G_N_ELEMENTS(asking));
        return;
    }
    for (gsize i = 0; i < G_N_ELEMENTS(table); i++) {
        if (table[i].when)
            g_array_append_val(out, table[i].hint);
    }
    if (open && tui_choice_can(item, TUI_CHANGE_EDIT)) {
        const TuiHint by_hand = {TUI_ACTION_EDIT, "edit"};
        g_array_append_val(out, by_hand);
    }
    for (gsize i = 0; open && i < G_N_ELEMENTS(changes); i++) {
        TuiHint hint = {changes[i].action, changes[i].label};
        if (changes[i].change == TUI_CHANGE_IGNORE && view->inside)
            hint = (TuiHint){TUI_ACTION_MARK, item->pick->ignored ? "take in" : "leave out"};
        else if (changes[i].change == TUI_CHANGE_IGNORE && item->pick->ignored)
            hint.label = "ignore no more";
        if (changes[i].change != TUI_CHANGE_EXEC && tui_choice_can(item, changes[i].change))
            g_array_append_val(out, hint);
    }
    if (tui_sign_may_last(view->sign))
        g_array_append_val(out, lasts);
}

static char *
place(const TuiView *base)
{
    const TuiProposal *view = (const TuiProposal *)base;
    guint n = view->choice->rows->len;
    const char *more = tui_flow_has_more(view->flow) ? "more below" : "";
    return n > 1 ? g_strdup_printf("%s  %u of %u", more, view->list.cursor + 1, n) : g_strdup(more);
}

static void
proposal_free(TuiView *base)
{
    TuiProposal *view = (TuiProposal *)base;
    tui_proposal_ask_drop(view);
    tui_proposal_measure_drop(view);
    tui_proposal_breadth_drop(view);
    tui_proposal_edit_drop(view);
    amr_opens_free(view->opens);
    g_free(view->planned);
    tui_sign_free(view->sign);
    tui_choice_free(view->choice);
    tui_flow_free(view->flow);
    g_free(view);
}

static char *
copy(const TuiView *base)
{
    g_autoptr(AmrRule) rule = tui_choice_rule(tui_proposal_current((const TuiProposal *)base));
    g_autofree char *text = rule ? amr_rule_print(rule) : NULL;
    return text ? amr_display_lines(amr_bytes(text)) : NULL;
}

#define PROPOSAL_CLASS(name)                                                              \
    {                                                                                     \
        .title = name, .draw = tui_proposal_draw, .act = act, .key = key, .hints = hints, \
        .place = place, .copy = copy, .news = news, .busy = busy, .free = proposal_free,  \
    }
static const TuiViewClass class = PROPOSAL_CLASS("Proposal");
static const TuiViewClass set_class = PROPOSAL_CLASS("Rules of a new profile");

static int
compare_ids(gconstpointer a, gconstpointer b)
{
    AmrDenialId left = *(const AmrDenialId *)a, right = *(const AmrDenialId *)b;
    return left < right ? -1 : left > right;
}

static TuiView *
make(TuiScreen *screen, const TuiViewClass *of, const AmrDenialId *ids, guint n)
{
    TuiProposal *view = g_new0(TuiProposal, 1);

    view->view = (TuiView){of, screen};
    view->inside = of == &set_class;
    view->choice = tui_choice_new(tui_screen_session(screen), ids, n);
    view->list.n = view->choice->rows->len;
    view->sign = tui_sign_new(&view->view);
    view->flow = tui_flow_new();
    view->opens = amr_opens_new();
    tui_proposal_plan(view);
    return &view->view;
}

TuiView *
tui_proposal_new_set(TuiScreen *screen, const AmrDenialId *ids, guint n)
{
    return make(screen, &set_class, ids, n);
}

TuiView *
tui_proposal_new(TuiScreen *screen, AmrDenialId id)
{
    g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(AmrDenialId));
    GHashTableIter iter;
    gpointer marked;

    g_hash_table_iter_init(&iter, tui_screen_marks(screen));
    while (g_hash_table_iter_next(&iter, &marked, NULL)) {
        AmrDenialId one = GPOINTER_TO_UINT(marked);
        g_array_append_val(ids, one);
    }
    if (ids->len == 0)
        g_array_append_val(ids, id);
    g_array_sort(ids, compare_ids);
    return make(screen, &class, (AmrDenialId *)(void *)ids->data, ids->len);
}
