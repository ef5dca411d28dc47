/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tui/view/sign_private.h"

static const char *const state_words[] = {
#define SIGN_ROW(name, words) words,
    TUI_SIGN_STATES(SIGN_ROW)
#undef SIGN_ROW
};

static TuiRole
state_role(TuiSignState state)
{
    switch (state) {
    case TUI_SIGN_COMPILES:
    case TUI_SIGN_DONE:
        return TUI_ROLE_GOOD;
    case TUI_SIGN_RELOADS:
    case TUI_SIGN_GRANTED:
    case TUI_SIGN_DENIED:
    case TUI_SIGN_UNCHECKED:
    case TUI_SIGN_STALE:
        return TUI_ROLE_WARNING;
    case TUI_SIGN_REJECTED:
    case TUI_SIGN_FAILED:
        return TUI_ROLE_ERROR;
    default:
        return TUI_ROLE_TEXT;
    }
}

static void
add_notes(TuiFlow *flow, const GPtrArray *notes)
{
    for (guint i = 0; notes && i < notes->len; i++)
        tui_flow_add_words(flow, i == 0 ? "note" : "", TUI_ROLE_WARNING, notes->pdata[i]);
}

/* What is signed with the rest, so it stands before it. */
static void
add_dangers(TuiFlow *flow, const char *label, const GPtrArray *sentences)
{
    for (guint i = 0; sentences && i < sentences->len; i++)
        tui_flow_add_words(flow, i == 0 ? label : "", TUI_ROLE_DANGER, sentences->pdata[i]);
}

void
tui_sign_add_end(TuiFlow *flow, TuiScreen *screen, gint64 until)
{
    const AmrClock *clock = amr_target_clock(tui_screen_session(screen)->target);
    g_autofree char *when = amr_clock_show(clock, until);
    g_autofree char *text = g_strdup_printf("%s; then it is taken back by itself", when);

    tui_flow_add_words(flow, "until", TUI_ROLE_WARNING, text);
}

void
tui_sign_add_said(TuiFlow *flow, const char *said)
{
    g_auto(GStrv) lines = g_strsplit(said ? said : "", "\n", -1);
    const char *label = "it said";

    for (guint i = 0; lines[i]; i++) {
        if (!lines[i][0])
            continue;
        tui_flow_add_words(flow, label, TUI_ROLE_WARNING, lines[i]);
        label = "";
    }
}

void
tui_sign_describe(TuiSign *sign, TuiFlow *flow)
{
    const GError *error = sign->plan_error ? sign->plan_error : sign->error;
    const char *words = state_words[sign->state];
    g_autofree char *text = g_strdup(words);
    TuiRole role = state_role(sign->state);

    if (sign->ended) {
        g_free(text);
        text = g_strdup_printf("%s: carried out; policy is read again", words);
    } else if (sign->outcome) {
        g_free(text);
        text = g_strdup_printf("%s: %s", words, sign->outcome->message);
    } else if (error && sign->state != TUI_SIGN_STALE) {
        g_free(text);
        text = g_strdup_printf("%s: %s", words, error->message);
    } else if (sign->proof && sign->state == TUI_SIGN_COMPILES) {
        g_free(text);
        text = g_strdup_printf("%s; %s", words, sign->proof);
        role = sign->proof_role;
    }
    sign->shown = TRUE;
    tui_flow_add_words(flow, "state", role, text);
    if (sign->state != TUI_SIGN_WRITING) /* what became of it is read first */
        tui_sign_add_said(flow, sign->said);
    if (sign->box && sign->box->plan->parts->len > 1) {
        g_autofree char *sum = amr_plan_sum(sign->box->plan);
        tui_flow_add_words(flow, "in all", TUI_ROLE_TEXT, sum);
    }
    if (sign->box && sign->box->plan->until)
        tui_sign_add_end(flow, sign->screen, sign->box->plan->until);
    if (sign->outcome)
        add_notes(flow, sign->outcome->notes);
    if (sign->box && !sign->outcome) {
        add_dangers(flow, "careful", sign->guards);
        add_dangers(flow, "besides", sign->box->plan->besides);
        add_notes(flow, sign->box->plan->notes);
        add_notes(flow, sign->notes);
    }
    if (sign->diff) {
        tui_flow_add(flow, TUI_ROLE_TEXT, NULL);
        tui_flow_add_diff(flow, sign->diff);
    }
}

int
tui_sign_draw_prompt(const TuiSign *sign, TuiCanvas *canvas, TuiRect rect)
{
    if (!sign->asking || rect.height < 2)
        return 0;
    TuiRect why = {rect.x, rect.y + rect.height - 2, rect.width, 1};
    TuiRect line = {rect.x, rect.y + rect.height - 1, rect.width, 1};
    g_autofree char *prompt = g_strdup_printf("Type %s and Enter to write it: ", TUI_SIGN_WORD);
    int x;

    tui_canvas_put_field(canvas, why, 0, 0, why.width, sign->danger, FALSE, TUI_ROLE_DANGER);
    tui_canvas_fill(canvas, line, TUI_ROLE_TEXT);
    x = tui_canvas_put(canvas, line, 0, 0, prompt, TUI_ROLE_TITLE);
    x = tui_canvas_put(canvas, line, x, 0, sign->word->str, TUI_ROLE_TEXT);
    tui_canvas_set_cursor(canvas, line.x + MIN(x, line.width - 1), line.y);
    return 2;
}
