/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What newprofile.c, which acts, newprofile_show.c and newprofile_stub.c share. */
#ifndef TUI_VIEW_NEWPROFILE_PRIVATE_H
#define TUI_VIEW_NEWPROFILE_PRIVATE_H

#include "core/change/newprofile.h"
#include "tui/view/newprofile.h"
#include "tui/view/signing.h"

G_BEGIN_DECLS

typedef struct TuiStubAsk TuiStubAsk;

typedef struct {
    TuiSigning base;
    char *program;   /* as it was asked for */
    AmrNew *new;     /* NULL: it cannot be; see error */
    GError *error;   /* why */
    AmrNewSeen seen; /* what it was denied */
    char **units;    /* that start it */

    gboolean stub;       /* not a profile is planned, but a stub */
    TuiStubAsk *asking;  /* whether it can be; NULL: nobody is asked */
    gboolean stub_known; /* and if there is no error, it can */
    GError *stub_error;
} TuiNewProfile;

static inline TuiScreen *
tui_newprofile_screen(const TuiNewProfile *view)
{
    return view->base.view.screen;
}

static inline AmrSession *
tui_newprofile_session(const TuiNewProfile *view)
{
    return tui_screen_session(tui_newprofile_screen(view));
}

static inline gboolean
tui_newprofile_is_at(const TuiNewProfile *view, AmrNewStage stage)
{
    return view->new && view->new->stage == stage;
}

/* Looks at what came since it did last; returns how often it was denied in all. */
guint64 tui_newprofile_count(TuiNewProfile *view);
/* For TuiSigningClass. */
void tui_newprofile_describe(TuiSigning *base);

/* Finds out whether a stub can be made in place of a profile, where that is not known. */
void tui_newprofile_ask_stub(TuiNewProfile *view);
/* Nobody waits for that any more. */
void tui_newprofile_drop_stub(TuiNewProfile *view);
/* Why a stub cannot be made now; NULL: it can. Borrowed, display form. */
const char *tui_newprofile_no_stub(const TuiNewProfile *view);

G_END_DECLS
#endif
