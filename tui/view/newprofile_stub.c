/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A new profile: whether a stub can be made in its place, which the compiler is asked. */
#include "config.h"

#include "tui/view/newprofile_private.h"

struct TuiStubAsk {
    TuiNewProfile *view; /* NULL: nobody waits */
    TuiScreen *screen;
    GCancellable *cancellable;
};

static void
on_asked(GObject *source, GAsyncResult *result, gpointer data)
{
    TuiStubAsk *ask = data;
    TuiNewProfile *view = ask->view;
    g_autoptr(GError) error = NULL;

    (void)amr_new_ask_stub_finish(result, &error);
    if (view) {
        view->asking = NULL;
        view->stub_known = TRUE;
        view->stub_error = g_steal_pointer(&error);
        tui_screen_dirty(ask->screen);
    }
    tui_screen_end_work(ask->screen);
    g_object_unref(ask->cancellable);
    g_free(ask);
}

void
tui_newprofile_ask_stub(TuiNewProfile *view)
{
    const AmrSession *session = tui_newprofile_session(view);
    TuiScreen *screen = tui_newprofile_screen(view);
    TuiStubAsk *ask;

    if (view->stub_known || view->asking || !tui_newprofile_is_at(view, AMR_NEW_NONE) ||
        !tui_screen_begin_work(screen))
        return;
    ask = g_new0(TuiStubAsk, 1);
    ask->view = view;
    ask->screen = screen;
    ask->cancellable = g_cancellable_new();
    view->asking = ask;
    amr_new_ask_stub_async(session->probe, session->index, session->risks, view->new,
                           ask->cancellable, on_asked, ask);
}

void
tui_newprofile_drop_stub(TuiNewProfile *view)
{
    TuiStubAsk *ask = g_steal_pointer(&view->asking);

    if (!ask)
        return;
    ask->view = NULL;
    g_cancellable_cancel(ask->cancellable);
}

const char *
tui_newprofile_no_stub(const TuiNewProfile *view)
{
    if (!view->new)
        return "None can be made for it.";
    if (view->new->change)
        return "There is a profile for it.";
    if (tui_sign_is_writing(view->base.sign) || tui_sign_state(view->base.sign) == TUI_SIGN_DONE)
        return "It is being made.";
    if (!view->stub_known)
        return "The compiler is still being asked about it.";
    return view->stub_error ? view->stub_error->message : NULL;
}
