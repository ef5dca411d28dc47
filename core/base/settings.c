/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/base/settings.h"

#include <string.h>

#include "core/base/text.h"

typedef enum {
    FLAG,
    TEXT
} Kind;
typedef enum {
    SYSTEM,
    USER
} Whose;

static const struct {
    const char *word;
    Kind kind;
    Whose whose;
    const char *preset;
} settings[AMR_SETTING_COUNT] = {
#define SETTING_ROW(name, word, kind, whose, preset, help) \
    [AMR_SETTING_##name] = {word, kind, whose, preset},
    AMR_SETTINGS(SETTING_ROW)
#undef SETTING_ROW
};

struct AmrConfig {
    char *values[AMR_SETTING_COUNT];
    GPtrArray *warnings;
};

/* Where a line stands. */
typedef struct {
    AmrConfig *config;
    const char *shown;
    guint line;
} Place;

static void G_GNUC_PRINTF(2, 3) say(const Place *place, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *words = g_strdup_vprintf(format, args);
    va_end(args);
    g_autofree char *whole = g_strdup_printf("%s line %u: %s", place->shown, place->line, words);
    amr_config_warn(place->config, whole);
}

static AmrSetting
setting_of(const char *word)
{
    AmrSetting setting = 0;

    while (setting < AMR_SETTING_COUNT && !g_str_equal(settings[setting].word, word))
        setting++;
    return setting;
}

static gboolean
is_plain(const char *text)
{
    if (!g_utf8_validate(text, -1, NULL))
        return FALSE;
    for (const char *at = text; *at; at = g_utf8_next_char(at))
        if (g_unichar_iscntrl(g_utf8_get_char(at)))
            return FALSE;
    return TRUE;
}

static void
take_line(const Place *place, char *line, gboolean of_user)
{
    char *equals = strchr(line, '=');
    g_autofree char *shown = NULL;

    if (equals)
        *equals = '\0';
    const char *word = g_strstrip(line);
    const char *value = equals ? g_strstrip(equals + 1) : NULL;
    AmrSetting setting = setting_of(word);

    shown = amr_display_string(value ? value : word);
    if (!value) {
        say(place, "not \"name = value\": %s", shown);
    } else if (setting == AMR_SETTING_COUNT) {
        g_autofree char *name = amr_display_string(word);
        say(place, "there is no setting \"%s\"", name);
    } else if (of_user && settings[setting].whose == SYSTEM) {
        say(place, "%s is the system's to set, in /" AMR_CONFIG_FILE, word);
    } else if (settings[setting].kind == FLAG && strcmp(value, "yes") != 0 &&
               strcmp(value, "no") != 0) {
        say(place, "%s is yes or no, not \"%s\"", word, shown);
    } else if (!*value || !is_plain(value)) {
        say(place, "%s is not \"%s\"", word, shown);
    } else {
        g_free(place->config->values[setting]);
        place->config->values[setting] = g_strdup(value);
    }
}

void
amr_config_take(AmrConfig *config, const char *text, gsize len, const char *shown, gboolean of_user)
{
    g_autofree char *copy = g_strndup(text, len);
    g_auto(GStrv) lines = g_strsplit(copy, "\n", -1);
    Place place = {.config = config, .shown = shown};

    for (guint i = 0; lines[i]; i++) {
        char *line = g_strstrip(lines[i]);
        place.line = i + 1;
        if (line[0] != '\0' && line[0] != '#')
            take_line(&place, line, of_user);
    }
    if (len > strlen(copy))
        say(&place, "a NUL byte: what stands behind it is not read");
}

void
amr_config_warn(AmrConfig *config, const char *warning)
{
    g_ptr_array_add(config->warnings, g_strdup(warning));
}

AmrConfig *
amr_config_new(void)
{
    AmrConfig *config = g_new0(AmrConfig, 1);

    config->warnings = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < AMR_SETTING_COUNT; i++)
        config->values[i] = g_strdup(settings[i].preset);
    return config;
}

void
amr_config_free(AmrConfig *config)
{
    if (!config)
        return;
    for (guint i = 0; i < AMR_SETTING_COUNT; i++)
        g_free(config->values[i]);
    g_ptr_array_unref(config->warnings);
    g_free(config);
}

gboolean
amr_config_flag(const AmrConfig *config, AmrSetting setting)
{
    return g_strcmp0(config->values[setting], "yes") == 0;
}

const char *
amr_config_text(const AmrConfig *config, AmrSetting setting)
{
    return config->values[setting];
}

const GPtrArray *
amr_config_warnings(const AmrConfig *config)
{
    return config->warnings;
}
