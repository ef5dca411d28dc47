/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tells of new distinct denials outside of the screen: a desktop notice by the worker (notify.h),
 * the terminal's bell, its title. A burst is one notice. Never waits for anybody.
 */
#ifndef TUI_NOTICE_H
#define TUI_NOTICE_H

#include "core/session.h"

G_BEGIN_DECLS

enum {
    TUI_NOTICE_DESKTOP = 1 << 0,
    TUI_NOTICE_BELL = 1 << 1,
    TUI_NOTICE_TITLE = 1 << 2,
};

/* "desktop,bell,title" in any order; NULL for "desktop". AMR_ERROR_USAGE for another word, and for
 * desktop in a build without it. */
gboolean tui_notice_read(const char *words, guint *ways, GError **error);

typedef struct {
    guint ways;
    const AmrStore *store;   /* borrowed */
    const char *const *argv; /* of the worker, NULL-terminated; borrowed */
    void (*ring)(gpointer);  /* the bell */
    /* Sets the terminal's title; display form. */
    void (*entitle)(const char *title, gpointer);
    void (*say)(const char *message, gpointer); /* why notices do not work, once; display form */
    gpointer data;
} TuiNoticeOptions;

typedef struct TuiNotice TuiNotice;

/* What is in the store by now, and what comes before tui_notice_begin(), is no news. */
TuiNotice *tui_notice_new(const TuiNoticeOptions *options);
/* Ends the worker, whatever it waits for. */
void tui_notice_free(TuiNotice *notice);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(TuiNotice, tui_notice_free)
/* The past is read: what comes from now on is new. */
void tui_notice_begin(TuiNotice *notice);
/* The store changed. */
void tui_notice_store_changed(TuiNotice *notice);

/* The two texts for the @n denials from @first on (ids as the store gives them) that nobody
 * ignores; the body is markup, the summary display form. Owned. */
void tui_notice_texts(const AmrStore *store, AmrDenialId first, guint n, char **summary,
                      char **body);

G_END_DECLS
#endif
