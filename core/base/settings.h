/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Settings that stay: lines "name = value" of armorer.conf. What is set in no file has its default;
 * the system's file, below the target's root, is read first, then the user's, which may set what
 * concerns him alone. A line that begins with # is a comment.
 */
#ifndef AMR_BASE_SETTINGS_H
#define AMR_BASE_SETTINGS_H

#include <gio/gio.h>

G_BEGIN_DECLS

/* Below the target's root; and its largest size in bytes. */
#define AMR_CONFIG_FILE "etc/armorer/armorer.conf"
#define AMR_CONFIG_MAX  (64 * 1024)

/* X(NAME, word, kind, whose, default, help). FLAG: yes or no. Of a SYSTEM setting a user's line is
 * refused: what is signed on the screen must be what the command with more rights does. */
#define AMR_SETTINGS(X)                                                                       \
    X(COMMENTS, "comments", FLAG, SYSTEM, "yes", "a comment line over the rules of a change") \
    X(THEME, "theme", TEXT, USER, NULL, "the colours, as --theme names them")                 \
    X(NOTIFY, "notify", TEXT, USER, NULL, "how new denials are told, as for --notify")        \
    X(MOUSE, "mouse", FLAG, USER, "no", "the mouse is the screen's from the beginning")

typedef enum {
#define AMR_SETTING_ENUM(name, word, kind, whose, preset, help) AMR_SETTING_##name,
    AMR_SETTINGS(AMR_SETTING_ENUM)
#undef AMR_SETTING_ENUM
    AMR_SETTING_COUNT,
} AmrSetting;

typedef struct AmrConfig AmrConfig;

/* All have their defaults. */
AmrConfig *amr_config_new(void);
void amr_config_free(AmrConfig *config);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AmrConfig, amr_config_free)

/* Takes the lines of @text; @shown (display form) names the file in what is wrong. Lines that are
 * wrong are left out, the rest holds; the last of several counts. @of_user: a user's file. */
void amr_config_take(AmrConfig *config, const char *text, gsize len, const char *shown,
                     gboolean of_user);
/* Something that kept a file from being read. */
void amr_config_warn(AmrConfig *config, const char *warning);

gboolean amr_config_flag(const AmrConfig *config, AmrSetting setting);
/* NULL: not set. Borrowed; valid UTF-8 without control bytes. */
const char *amr_config_text(const AmrConfig *config, AmrSetting setting);
/* char *, display form: "/etc/armorer/armorer.conf line 3: ...". Borrowed. */
const GPtrArray *amr_config_warnings(const AmrConfig *config);

G_END_DECLS
#endif
