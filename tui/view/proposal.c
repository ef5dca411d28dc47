/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tui/view/proposal.h"

#include "tui/view/choice.h"
#include "tui/view/detail.h"
#include "tui/view/sign.h"
#include "tui/widget/flow.h"
#include "tui/widget/list.h"

typedef struct {
    TuiView view;
    TuiChoice *choice;
    TuiList list; /* of the items, where there are several */
    gboolean add_include;
    TuiSign *sign;
    TuiFlow *flow;
    AmrChangeState told;  /* the outcome that the store was told of */
    GCancellable *asking; /* of the target, while it is asked */
} Proposal;

static AmrSession *
session_of(const Proposal *view)
{
    return tui_screen_session(view->view.screen);
}

static TuiChoiceItem *
current(const Proposal *view)
{
    return view->choice->items->pdata[view->list.cursor];
}

static gboolean
lacks_include(const Proposal *view)
{
    return g_error_matches(tui_sign_plan_error(view->sign), AMR_ERROR, AMR_ERROR_NO_LOCAL_INCLUDE);
}

/* ---- the plan ------------------------------------------------------------------------------- */

static void
set_danger(Proposal *view)
{
    const char *danger;
    AmrRisk risk = tui_choice_risk(view->choice, &danger);
    if (risk != AMR_RISK_HIGH)
        tui_sign_set_danger(view->sign, NULL);
    else
        tui_sign_set_danger(view->sign, danger ? danger : "This is dangerous to allow.");
}

/* What was not shown is not signed: without a plan there is no command either, unless one that
 * shows it. */
static void
set_verb(Proposal *view, gboolean possible)
{
    const char *verb[] = {"apply", "--from", "-", view->add_include ? "--add-include" : NULL, NULL};
    g_autofree char *text = possible ? tui_choice_text(view->choice, NULL) : NULL;
    tui_sign_set_verb(view->sign, text ? verb : NULL, text);
}

static void plan(Proposal *view);

static void
on_asked(GObject *source, GAsyncResult *result, gpointer data)
{
    Proposal *view = data;

    if (!tui_choice_ask_finish(result, NULL))
        return; /* cancelled: the view may be gone */
    g_clear_object(&view->asking);
    plan(view);
    tui_screen_dirty(view->view.screen);
}

/* Nothing is planned before it is known what the target states; policy may have been read anew
 * since it was asked. */
static void
ask_target(Proposal *view)
{
    if (view->asking)
        g_cancellable_cancel(view->asking);
    g_clear_object(&view->asking);
    view->asking = g_cancellable_new();
    set_verb(view, FALSE);
    tui_sign_set_plan(view->sign, NULL, NULL);
    tui_choice_ask_async(view->choice, session_of(view), view->asking, on_asked, view);
}

static void
plan(Proposal *view)
{
    GError *error = NULL;
    AmrPlan *made = NULL;
    AmrPlan *reload = NULL;

    if (tui_sign_is_writing(view->sign))
        return;
    if (tui_choice_is_pending(view->choice)) {
        ask_target(view);
        return;
    }
    made = tui_choice_plan(view->choice, session_of(view), view->add_include, &error);
    if (made || g_error_matches(error, AMR_ERROR, AMR_ERROR_NOTHING_TO_DO))
        reload = tui_choice_reload(view->choice, session_of(view), NULL);
    if (!made && reload) { /* every rule stands there: loading is what may be left */
        made = g_steal_pointer(&reload);
        g_clear_error(&error);
    }
    tui_sign_set_questions(view->sign, tui_choice_questions(view->choice, session_of(view)));
    set_danger(view);
    /* A local file that is root's to read: root's own command makes the plan, shows it and asks. */
    gboolean unseen = tui_screen_elevates(view->view.screen) &&
                      g_error_matches(error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED);
    set_verb(view, made || unseen);
    if (unseen) {
        g_clear_error(&error);
        tui_sign_set_unseen(view->sign);
    } else {
        tui_sign_set_plan(view->sign, made, error);
        tui_sign_set_reload(view->sign, reload);
    }
}

/* ---- showing -------------------------------------------------------------------------------- */

/* Why a narrower rule is not among the candidates. */
static void
describe_left_out(Proposal *view, const TuiChoiceItem *item)
{
    if (view->asking)
        tui_flow_add_words(view->flow, "target", TUI_ROLE_QUIET,
                           "asking the compiler what it makes of these rules");
    for (guint i = 0; i < item->proposal->left_out->len; i++) {
        const AmrLeftOut *left_out = item->proposal->left_out->pdata[i];
        g_autofree char *rule = amr_rule_print(left_out->rule);
        g_autofree char *shown = amr_display_string(rule);
        g_autofree char *text =
            g_strdup_printf("%s is %s here%s%s", shown, amr_stating_word(left_out->stating),
                            left_out->said ? ": " : "", left_out->said ? left_out->said : "");
        tui_flow_add_words(view->flow, i == 0 ? "not" : "", TUI_ROLE_QUIET, text);
    }
}

static void
describe_candidate(Proposal *view, const TuiChoiceItem *item)
{
    const AmrCandidate *candidate = tui_choice_candidate(item);
    g_autoptr(AmrRule) rule = tui_choice_rule(item);
    g_autofree char *printed = amr_rule_print(rule);
    g_autofree char *shown = amr_display_lines(amr_bytes(printed));
    guint n = item->proposal->candidates->len, of;
    guint covers = tui_choice_covers(view->choice, item, &of);
    g_autofree char *label = g_strdup_printf("rule %u/%u", item->chosen + 1, n);

    tui_flow_add_field(view->flow, label, TUI_ROLE_RULE, shown);
    if (candidate->why)
        tui_flow_add_words(view->flow, "allows", TUI_ROLE_TEXT, candidate->why);
    if (of > 1) {
        g_autofree char *answers = g_strdup_printf("%u of the %u marked denials", covers, of);
        tui_flow_add_words(view->flow, "answers", TUI_ROLE_TEXT, answers);
    }
    if (!tui_choice_answers(session_of(view), item))
        tui_flow_add_words(view->flow, "but", TUI_ROLE_WARNING,
                           "this does not answer the denial: the file was not the program's own");
    tui_flow_add_words(view->flow, "opens", candidate->opens ? TUI_ROLE_WARNING : TUI_ROLE_TEXT,
                       candidate->opens ? candidate->opens : "nothing else");
    tui_detail_add_risk(view->flow, candidate->risk, candidate->danger);
    describe_left_out(view, item);
}

static void
describe_target(Proposal *view, const TuiChoiceItem *item)
{
    g_autofree char *profile = amr_display_string(item->proposal->profile);
    tui_flow_add_field(view->flow, "profile", TUI_ROLE_PROFILE, profile);
    if (!lacks_include(view))
        return;
    if (tui_keymap_has(tui_screen_keymap(view->view.screen), TUI_ACTION_ADD_INCLUDE)) {
        g_autofree char *key =
            tui_keymap_show(tui_screen_keymap(view->view.screen), TUI_ACTION_ADD_INCLUDE, FALSE);
        g_autofree char *text = g_strdup_printf("no local include: press %s to add one", key);
        tui_flow_add_words(view->flow, "local", TUI_ROLE_WARNING, text);
    } else {
        tui_flow_add_words(view->flow, "local", TUI_ROLE_WARNING, "no local include");
    }
}

static void
fill(Proposal *view)
{
    const TuiChoiceItem *item = current(view);
    AmrEvent event;

    tui_flow_clear(view->flow);
    tui_sign_describe_try(view->sign, view->flow);
    if (tui_sign_state(view->sign) >= TUI_SIGN_WRITING) { /* the answer first */
        tui_sign_describe(view->sign, view->flow);
        tui_flow_add(view->flow, TUI_ROLE_TEXT, NULL);
    }
    if (amr_store_event(session_of(view)->store, item->id, &event)) {
        g_autofree char *sentence = amr_explain(&event);
        tui_flow_add(view->flow, TUI_ROLE_TITLE, sentence);
    }
    if (tui_choice_candidate(item)) {
        describe_candidate(view, item);
        describe_target(view, item);
    } else {
        tui_flow_add_words(view->flow, "no rule", TUI_ROLE_WARNING, item->proposal->reason);
        if (item->proposal->remedy)
            tui_flow_add_words(view->flow, "instead", TUI_ROLE_TEXT, item->proposal->remedy);
    }
    if (tui_sign_state(view->sign) < TUI_SIGN_WRITING &&
        (tui_choice_candidate(item) || view->choice->items->len > 1))
        tui_sign_describe(view->sign, view->flow);
}

static void
draw_items(Proposal *view, TuiCanvas *canvas, TuiRect rect)
{
    tui_list_fit(&view->list, view->choice->items->len, (guint)rect.height);
    for (guint i = 0; i < view->list.height && view->list.top + i < view->list.n; i++) {
        guint n = view->list.top + i;
        const TuiChoiceItem *item = view->choice->items->pdata[n];
        g_autoptr(AmrRule) rule = tui_choice_rule(item);
        g_autofree char *printed = rule ? amr_rule_print(rule) : g_strdup("(no rule)");
        g_autofree char *shown = amr_display_lines(amr_bytes(printed));
        TuiRole role = n == view->list.cursor ? TUI_ROLE_SELECTED
                       : rule                 ? TUI_ROLE_RULE
                                              : TUI_ROLE_QUIET;
        tui_canvas_put_field(canvas, rect, 0, (int)i, rect.width, shown, FALSE, role);
    }
}

static void
draw(TuiView *base, TuiCanvas *canvas, TuiRect rect)
{
    Proposal *view = (Proposal *)base;
    int items = (int)MIN(view->choice->items->len, 1000);

    if (items > 1 && rect.height >= 8) {
        TuiRect list = {rect.x, rect.y, rect.width, MIN(items, rect.height / 4)};
        draw_items(view, canvas, list);
        tui_canvas_horizontal(canvas, rect, list.height, TUI_ROLE_BORDER);
        rect.y += list.height + 1;
        rect.height -= list.height + 1;
    }
    rect.height -= tui_sign_draw_prompt(view->sign, canvas, rect);
    fill(view);
    tui_flow_draw(view->flow, canvas, rect);
}

/* ---- actions -------------------------------------------------------------------------------- */

/* By a key: what was tried before was another change. */
static void
plan_another(Proposal *view)
{
    tui_sign_forget_try(view->sign);
    plan(view);
}

static TuiStale
step(Proposal *view, int by)
{
    if (tui_choice_step(current(view), by))
        plan_another(view);
    else
        tui_screen_say(view->view.screen, TUI_ROLE_QUIET, "This is the %s of its rules",
                       by < 0 ? "narrowest" : "broadest");
    return TUI_STALE_VIEW;
}

static TuiStale
toggle_owner(Proposal *view)
{
    if (tui_choice_toggle_owner(current(view)))
        plan_another(view);
    else
        tui_screen_say(view->view.screen, TUI_ROLE_QUIET, "A rule of this kind knows no owner");
    return TUI_STALE_VIEW;
}

static TuiStale
add_include(Proposal *view)
{
    if (!view->add_include && !lacks_include(view))
        return TUI_STALE_NOTHING;
    view->add_include = !view->add_include;
    plan_another(view);
    return TUI_STALE_VIEW;
}

/* Whether what is shown may still be changed by keys. */
static gboolean
is_open(const Proposal *view)
{
    TuiSignState state = tui_sign_state(view->sign);
    return state != TUI_SIGN_WRITING && state != TUI_SIGN_DONE;
}

static TuiStale
act(TuiView *base, TuiAction action)
{
    Proposal *view = (Proposal *)base;
    TuiStale stale = tui_sign_act(view->sign, action);

    if (!(stale & TUI_STALE_FOREIGN))
        return stale;
    if ((action == TUI_ACTION_UP || action == TUI_ACTION_DOWN) && view->choice->items->len > 1) {
        tui_flow_scroll_to(view->flow, 0);
        tui_list_act(&view->list, action);
        return TUI_STALE_VIEW;
    }
    if (tui_flow_act(view->flow, action))
        return TUI_STALE_VIEW;
    switch (action) {
    case TUI_ACTION_LEFT:
        return is_open(view) ? step(view, -1) : TUI_STALE_NOTHING;
    case TUI_ACTION_RIGHT:
        return is_open(view) ? step(view, +1) : TUI_STALE_NOTHING;
    case TUI_ACTION_OWNER:
        return is_open(view) ? toggle_owner(view) : TUI_STALE_NOTHING;
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
    return tui_sign_key(((Proposal *)base)->sign, pressed);
}

/* What became of the denials: quiet from now on, as far as we know, or waiting for a load. */
static void
tell_store(Proposal *view)
{
    AmrChangeState state = tui_sign_outcome(view->sign);
    AmrDenialState becomes =
        state == AMR_CHANGE_STATE_NOT_LOADED ? AMR_DENIAL_STATE_PROPOSED : AMR_DENIAL_STATE_FIXED;
    const char *change = tui_sign_change(view->sign);
    if (tui_sign_state(view->sign) != TUI_SIGN_DONE || view->told == state)
        return;
    view->told = state;
    for (guint i = 0; i < view->choice->items->len; i++) {
        const TuiChoiceItem *item = view->choice->items->pdata[i];
        if (tui_choice_candidate(item) && tui_choice_answers(session_of(view), item)) {
            amr_store_set_state(session_of(view)->store, item->id, becomes);
            if (change)
                tui_screen_answered(view->view.screen, change, item->id);
        }
        g_hash_table_remove(tui_screen_marks(view->view.screen), GUINT_TO_POINTER(item->id));
    }
}

static void
news(TuiView *base, TuiNews what)
{
    Proposal *view = (Proposal *)base;
    if (what != TUI_NEWS_SESSION)
        return;
    tui_sign_news(view->sign);
    if (tui_sign_state(view->sign) == TUI_SIGN_FAILED)
        tui_sign_try_again(view->sign);
    if (tui_sign_state(view->sign) >= TUI_SIGN_WRITING) {
        tell_store(view);
    } else {
        tui_choice_refresh(view->choice, session_of(view));
        plan(view);
    }
}

static gboolean
busy(const TuiView *base)
{
    return tui_sign_is_writing(((const Proposal *)base)->sign);
}

static void
hints(const TuiView *base, GArray *out)
{
    const Proposal *view = (const Proposal *)base;
    const TuiChoiceItem *item = current(view);
    const struct {
        gboolean when;
        TuiHint hint;
    } table[] = {
        {tui_sign_is_ready(view->sign),
         {TUI_ACTION_WRITE,
          tui_sign_state(view->sign) == TUI_SIGN_RELOADS ? "load it" : "write and reload"}},
        {TRUE, {TUI_ACTION_BACK, NULL}},
        {is_open(view) && (view->add_include || lacks_include(view)),
         {TUI_ACTION_ADD_INCLUDE, NULL}},
        {is_open(view) && item->proposal->candidates->len > 1, {TUI_ACTION_LEFT, NULL}},
        {is_open(view) && item->proposal->candidates->len > 1, {TUI_ACTION_RIGHT, NULL}},
        {is_open(view) && tui_choice_knows_owner(item), {TUI_ACTION_OWNER, "owner on/off"}},
        {tui_flow_has_more(view->flow), {TUI_ACTION_PAGE_DOWN, "more"}},
    };

    static const TuiHint asking[] = {{TUI_ACTION_OPEN, "confirm"}, {TUI_ACTION_BACK, "cancel"}};

    if (tui_sign_is_asking(view->sign)) {
        g_array_append_vals(out, asking, G_N_ELEMENTS(asking));
        return;
    }
    for (gsize i = 0; i < G_N_ELEMENTS(table); i++) {
        if (table[i].when)
            g_array_append_val(out, table[i].hint);
    }
}

static char *
place(const TuiView *base)
{
    const Proposal *view = (const Proposal *)base;
    guint n = view->choice->items->len;
    const char *more = tui_flow_has_more(view->flow) ? "more below" : "";
    return n > 1 ? g_strdup_printf("%s  %u of %u", more, view->list.cursor + 1, n) : g_strdup(more);
}

static void
proposal_free(TuiView *base)
{
    Proposal *view = (Proposal *)base;
    if (view->asking)
        g_cancellable_cancel(view->asking);
    g_clear_object(&view->asking);
    tui_sign_free(view->sign);
    tui_choice_free(view->choice);
    tui_flow_free(view->flow);
    g_free(view);
}

static const TuiViewClass class = {
    .title = "Proposal",
    .draw = draw,
    .act = act,
    .key = key,
    .hints = hints,
    .place = place,
    .news = news,
    .busy = busy,
    .free = proposal_free,
};

static int
compare_ids(gconstpointer a, gconstpointer b)
{
    AmrDenialId left = *(const AmrDenialId *)a, right = *(const AmrDenialId *)b;
    return left < right ? -1 : left > right;
}

TuiView *
tui_proposal_new(TuiScreen *screen, AmrDenialId id)
{
    g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(AmrDenialId));
    GHashTableIter iter;
    gpointer marked;
    Proposal *view = g_new0(Proposal, 1);

    g_hash_table_iter_init(&iter, tui_screen_marks(screen));
    while (g_hash_table_iter_next(&iter, &marked, NULL)) {
        AmrDenialId one = GPOINTER_TO_UINT(marked);
        g_array_append_val(ids, one);
    }
    if (ids->len == 0)
        g_array_append_val(ids, id);
    g_array_sort(ids, compare_ids);
    view->view = (TuiView){&class, screen};
    view->choice =
        tui_choice_new(tui_screen_session(screen), (AmrDenialId *)(void *)ids->data, ids->len);
    view->list.n = view->choice->items->len;
    view->sign = tui_sign_new(screen);
    view->flow = tui_flow_new();
    plan(view);
    return &view->view;
}
