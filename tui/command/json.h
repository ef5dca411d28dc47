/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One JSON object a line, as armorer-json(5) describes. The only file that knows json-glib.
 *
 * Every name in it may be hostile: what is not valid UTF-8 stands in its display form with a twin
 * KEY_hex, and characters that a terminal would obey or hide are written as \uXXXX.
 */
#ifndef TUI_COMMAND_JSON_H
#define TUI_COMMAND_JSON_H

#include "core/base/text.h"

G_BEGIN_DECLS

typedef struct TuiJson TuiJson;

/* An object, open. */
TuiJson *tui_json_new(void);
/* Closes it; the line, without its newline. Frees @json. */
char *tui_json_end(TuiJson *json);

/* @key is NULL inside of an array. */
void tui_json_bytes(TuiJson *json, const char *key, AmrBytes bytes);
/* A raw C string; NULL gives null. */
void tui_json_name(TuiJson *json, const char *key, const char *name);
/* Text of our own or in display form; NULL gives null. */
void tui_json_text(TuiJson *json, const char *key, const char *text);
void tui_json_uint(TuiJson *json, const char *key, guint64 number);
void tui_json_int(TuiJson *json, const char *key, gint64 number);
void tui_json_bool(TuiJson *json, const char *key, gboolean value);
void tui_json_null(TuiJson *json, const char *key);
/* Microseconds since the epoch; 0 gives null. */
void tui_json_time(TuiJson *json, const char *key, gint64 when);
/* Raw strings; NULL gives []. Where one is not UTF-8, KEY_hex is an array beside it that has null
 * for those that are. */
void tui_json_names(TuiJson *json, const char *key, const char *const *names);
/* Strings in display form, GPtrArray of char *; NULL gives []. */
void tui_json_texts(TuiJson *json, const char *key, const GPtrArray *texts);

void tui_json_open_array(TuiJson *json, const char *key);
void tui_json_close_array(TuiJson *json);
void tui_json_open_object(TuiJson *json, const char *key);
void tui_json_close_object(TuiJson *json);

G_END_DECLS
#endif
