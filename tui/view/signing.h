/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A view that shows one plan, to be signed or left: what undo and load, and the modes, share. */
#ifndef TUI_VIEW_SIGNING_H
#define TUI_VIEW_SIGNING_H

#include "tui/view/sign.h"
#include "tui/widget/flow.h"

G_BEGIN_DECLS

typedef struct TuiSigning TuiSigning;

/* All but plan, describe and verb may be NULL. */
typedef struct {
    /* Plans it anew: ends in tui_sign_set_plan() or tui_sign_set_unseen(). */
    void (*plan)(TuiSigning *view);
    /* Appends to the flow what stands above the plan. */
    void (*describe)(TuiSigning *view);
    /* What TUI_ACTION_WRITE does, for the line of keys. */
    const char *(*verb)(const TuiSigning *view);
    /* Frees what it holds beyond this. */
    void (*clear)(TuiSigning *view);
} TuiSigningClass;

/* The beginning of the view's own struct. */
struct TuiSigning {
    TuiView view;
    const TuiSigningClass *class;
    TuiSign *sign;
    TuiFlow *flow;
};

/* @view was zeroed by g_new0(), and what plan() needs was set; it is planned. Returns its view. */
TuiView *tui_signing_init(TuiSigning *view, TuiScreen *screen, const TuiViewClass *view_class,
                          const TuiSigningClass *class);

/* For TuiViewClass. */
void tui_signing_draw(TuiView *view, TuiCanvas *canvas, TuiRect rect);
TuiStale tui_signing_key(TuiView *view, TuiKey key);
TuiStale tui_signing_act(TuiView *view, TuiAction action);
void tui_signing_hints(const TuiView *view, GArray *hints);
void tui_signing_news(TuiView *view, TuiNews news);
gboolean tui_signing_busy(const TuiView *view);
void tui_signing_free(TuiView *view);

#define TUI_SIGNING_VIEW_CLASS(name)                                                             \
    {                                                                                            \
        .title = name, .draw = tui_signing_draw, .key = tui_signing_key, .act = tui_signing_act, \
        .hints = tui_signing_hints, .news = tui_signing_news, .busy = tui_signing_busy,          \
        .free = tui_signing_free,                                                                \
    }

G_END_DECLS
#endif
