/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tui/command/json.h"

#include <json-glib/json-glib.h>
#include <string.h>

#include "core/base/clock.h"

struct TuiJson {
    JsonBuilder *builder;
};

TuiJson *
tui_json_new(void)
{
    TuiJson *json = g_new0(TuiJson, 1);

    json->builder = json_builder_new();
    json_builder_begin_object(json->builder);
    return json;
}

/* json-glib leaves valid UTF-8 as it is. Outside of strings there is none, so that every character
 * which does not print may become an escape wherever it stands. */
static char *
printable(const char *line)
{
    GString *out = g_string_sized_new(strlen(line) + 16);

    for (const char *p = line; *p; p = g_utf8_next_char(p)) {
        gunichar c = g_utf8_get_char(p);
        if (g_unichar_isprint(c)) {
            g_string_append_len(out, p, g_utf8_next_char(p) - p);
        } else if (c < 0x10000) {
            g_string_append_printf(out, "\\u%04x", c);
        } else {
            g_string_append_printf(out, "\\u%04x\\u%04x", 0xd800 + ((c - 0x10000) >> 10),
                                   0xdc00 + ((c - 0x10000) & 0x3ff));
        }
    }
    return g_string_free(out, FALSE);
}

char *
tui_json_end(TuiJson *json)
{
    g_autoptr(JsonGenerator) generator = json_generator_new();
    g_autoptr(JsonNode) root = NULL;
    g_autofree char *line = NULL;

    json_builder_end_object(json->builder);
    root = json_builder_get_root(json->builder);
    json_generator_set_root(generator, root);
    line = json_generator_to_data(generator, NULL);
    g_object_unref(json->builder);
    g_free(json);
    return printable(line);
}

static void
set_key(TuiJson *json, const char *key)
{
    if (key)
        json_builder_set_member_name(json->builder, key);
}

static void
add_hex(TuiJson *json, const char *key, const char *hex)
{
    g_autofree char *name = g_strconcat(key, "_hex", NULL);

    json_builder_set_member_name(json->builder, name);
    json_builder_add_string_value(json->builder, hex);
}

void
tui_json_bytes(TuiJson *json, const char *key, AmrBytes bytes)
{
    g_autofree char *text = NULL;
    g_autofree char *hex = NULL;

    amr_json_text(bytes, &text, &hex);
    set_key(json, key);
    json_builder_add_string_value(json->builder, text);
    if (hex && key)
        add_hex(json, key, hex);
}

void
tui_json_name(TuiJson *json, const char *key, const char *name)
{
    if (name)
        tui_json_bytes(json, key, amr_bytes(name));
    else
        tui_json_null(json, key);
}

void
tui_json_text(TuiJson *json, const char *key, const char *text)
{
    g_autofree char *valid = text ? g_utf8_make_valid(text, -1) : NULL;

    set_key(json, key);
    if (valid)
        json_builder_add_string_value(json->builder, valid);
    else
        json_builder_add_null_value(json->builder);
}

void
tui_json_uint(TuiJson *json, const char *key, guint64 number)
{
    /* JSON's numbers are doubles to most readers, and json-glib's are signed. */
    tui_json_int(json, key, number > G_MAXINT64 ? G_MAXINT64 : (gint64)number);
}

void
tui_json_int(TuiJson *json, const char *key, gint64 number)
{
    set_key(json, key);
    json_builder_add_int_value(json->builder, number);
}

void
tui_json_bool(TuiJson *json, const char *key, gboolean value)
{
    set_key(json, key);
    json_builder_add_boolean_value(json->builder, value);
}

void
tui_json_null(TuiJson *json, const char *key)
{
    set_key(json, key);
    json_builder_add_null_value(json->builder);
}

void
tui_json_time(TuiJson *json, const char *key, gint64 when)
{
    g_autofree char *iso = amr_clock_iso(when);

    tui_json_text(json, key, iso);
}

void
tui_json_names(TuiJson *json, const char *key, const char *const *names)
{
    g_autoptr(GPtrArray) hexes = g_ptr_array_new_with_free_func(g_free);
    gboolean any = FALSE;

    tui_json_open_array(json, key);
    for (guint i = 0; names && names[i]; i++) {
        g_autofree char *text = NULL;
        char *hex = NULL;
        amr_json_text(amr_bytes(names[i]), &text, &hex);
        tui_json_text(json, NULL, text);
        g_ptr_array_add(hexes, hex);
        any = any || hex;
    }
    tui_json_close_array(json);
    if (any) {
        g_autofree char *name = g_strconcat(key, "_hex", NULL);
        tui_json_texts(json, name, hexes);
    }
}

void
tui_json_texts(TuiJson *json, const char *key, const GPtrArray *texts)
{
    tui_json_open_array(json, key);
    for (guint i = 0; texts && i < texts->len; i++)
        tui_json_text(json, NULL, g_ptr_array_index(texts, i));
    tui_json_close_array(json);
}

void
tui_json_open_array(TuiJson *json, const char *key)
{
    set_key(json, key);
    json_builder_begin_array(json->builder);
}

void
tui_json_close_array(TuiJson *json)
{
    json_builder_end_array(json->builder);
}

void
tui_json_open_object(TuiJson *json, const char *key)
{
    set_key(json, key);
    json_builder_begin_object(json->builder);
}

void
tui_json_close_object(TuiJson *json)
{
    json_builder_end_object(json->builder);
}
