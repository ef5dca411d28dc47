/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "core/denial/filter.h"

#include <string.h>

#include "core/base/error.h"
#include "core/denial/wildcard.h"

enum {
    VALUE_MAX = 4096
}; /* PATH_MAX: nothing that is longer can be a name, and matching has a bound */

typedef struct {
    AmrFilterKey key;
    gboolean negated;
    AmrWildcard *wildcard; /* NULL for since */
    gint64 since;
    gint64 ago; /* of one that moves: so long before now; 0: it stands */
} Word;

struct AmrFilter {
    GArray *words; /* of Word */
};

static const struct {
    const char *word, *help;
} keys[AMR_FILTER_KEY_COUNT] = {{NULL, NULL},
#define AMR_FILTER_KEY_ROW(name, key, help) [AMR_FILTER_KEY_##name] = {(key), (help)},
                                AMR_FILTER_KEYS(AMR_FILTER_KEY_ROW)
#undef AMR_FILTER_KEY_ROW
};

const char *
amr_filter_key_word(AmrFilterKey key)
{
    return key < AMR_FILTER_KEY_COUNT ? keys[key].word : NULL;
}

const char *
amr_filter_key_help(AmrFilterKey key)
{
    return key < AMR_FILTER_KEY_COUNT ? keys[key].help : NULL;
}

/* ---- reading ----------------------------------------------------------------------------------
 */

/* The letters before the first colon of @word; 0 if there is no colon or something else before it.
 */
static gsize
key_length(const char *word)
{
    gsize len = 0;
    while (g_ascii_isalpha(word[len]) || word[len] == '_' || word[len] == '-')
        len++;
    return word[len] == ':' ? len : 0;
}

static AmrFilterKey
find_key(const char *word, gsize len)
{
    for (guint key = 1; key < AMR_FILTER_KEY_COUNT; key++) {
        if (strlen(keys[key].word) == len && strncmp(keys[key].word, word, len) == 0)
            return (AmrFilterKey)key;
    }
    return AMR_FILTER_KEY_NONE;
}

static gboolean
refuse(GError **error, const char *word, const char *why)
{
    g_autofree char *shown = amr_display_string(word);
    return amr_error_set(error, AMR_ERROR_PARSE, "Filter word '%s': %s", shown, why);
}

static gboolean
refuse_key(GError **error, const char *word)
{
    g_autoptr(GString) why = g_string_new("Unknown key; known are");
    for (guint key = 1; key < AMR_FILTER_KEY_COUNT; key++)
        g_string_append_printf(why, " %s:", keys[key].word);
    return refuse(error, word, why->str);
}

static guint
key_flags(AmrFilterKey key)
{
    switch (key) {
    case AMR_FILTER_KEY_NONE:
        return AMR_WILDCARD_FOLD | AMR_WILDCARD_ANYWHERE;
    case AMR_FILTER_KEY_OP:
    case AMR_FILTER_KEY_CLASS:
    case AMR_FILTER_KEY_HOST:
    case AMR_FILTER_KEY_VERDICT:
    case AMR_FILTER_KEY_STATE:
        return AMR_WILDCARD_FOLD; /* words of the kernel or of ours; hosts by their nature */
    default:
        return 0;
    }
}

/* The words that a value of @key can be, one after the other; NULL behind the last, and for a key
 * whose values nobody can list. */
static const char *
known_word(AmrFilterKey key, guint n)
{
    switch (key) {
    case AMR_FILTER_KEY_CLASS:
        return n + 1 < AMR_CLASS_COUNT ? amr_class_word((AmrClass)(n + 1)) : NULL;
    case AMR_FILTER_KEY_VERDICT:
        return amr_verdict_word((AmrVerdict)(n + 1));
    case AMR_FILTER_KEY_STATE:
        if (n > AMR_DENIAL_STATE_IGNORED)
            return NULL;
        return n == 0 ? "came-back" : amr_denial_state_word((AmrDenialState)n);
    default:
        return NULL;
    }
}

/* A word that can match nothing would look like a log without denials. */
static gboolean
check_value(const Word *word, const char *whole, const char *value, GError **error)
{
    g_autoptr(GString) known = g_string_new("No such value; known are");

    if (word->key == AMR_FILTER_KEY_UID && value[strspn(value, "0123456789*?[]!-")])
        return refuse(error, whole, "Not the number of a user");
    for (guint n = 0; known_word(word->key, n); n++) {
        if (amr_wildcard_match(word->wildcard, amr_bytes(known_word(word->key, n))))
            return TRUE;
        g_autofree char *lower = g_ascii_strdown(known_word(word->key, n), -1);
        if (!strchr(lower, ' ')) /* "came back", too, as it is shown */
            g_string_append_printf(known, " %s", lower);
    }
    return !known_word(word->key, 0) || refuse(error, whole, known->str);
}

static gboolean
add_word(AmrFilter *filter, const char *whole, const AmrClock *clock, GError **error)
{
    const char *value = whole;
    Word word = {0};
    gsize len;

    for (; *value == '!'; value++)
        word.negated = !word.negated;
    len = key_length(value);
    if (len > 0) {
        word.key = find_key(value, len);
        if (word.key == AMR_FILTER_KEY_NONE)
            return refuse_key(error, whole);
        value += len + 1;
    }
    if (*value == '\0')
        return refuse(error, whole, len > 0 ? "No value" : "Empty");
    if (strlen(value) > VALUE_MAX)
        return refuse(error, whole, "Longer than any name");
    if (word.key != AMR_FILTER_KEY_SINCE)
        word.wildcard = amr_wildcard_new(amr_bytes(value), key_flags(word.key));
    else if (!amr_since_read(value, clock, &word.since))
        return refuse(error, whole, "Not a time such as " AMR_SINCE_HELP);
    else if (amr_since_moves(value))
        word.ago = amr_clock_now(clock) - word.since;
    if (word.wildcard && !check_value(&word, whole, value, error)) {
        amr_wildcard_free(word.wildcard);
        return FALSE;
    }
    g_array_append_val(filter->words, word);
    return TRUE;
}

static void
clear_word(gpointer data)
{
    amr_wildcard_free(((Word *)data)->wildcard);
}

AmrFilter *
amr_filter_new(const char *const *words, const AmrClock *clock, GError **error)
{
    g_autoptr(AmrFilter) filter = g_new0(AmrFilter, 1);

    filter->words = g_array_new(FALSE, FALSE, sizeof(Word));
    g_array_set_clear_func(filter->words, clear_word);
    for (; words && *words; words++) {
        if (!add_word(filter, *words, clock, error))
            return NULL;
    }
    return g_steal_pointer(&filter);
}

void
amr_filter_free(AmrFilter *filter)
{
    if (!filter)
        return;
    g_array_unref(filter->words);
    g_free(filter);
}

char **
amr_filter_split(const char *line, GError **error)
{
    g_autoptr(GPtrArray) words = g_ptr_array_new_with_free_func(g_free);

    while (*line != '\0') {
        g_autoptr(GString) word = g_string_new(NULL);
        gboolean quoted = FALSE;
        if (g_ascii_isspace(*line)) {
            line++;
            continue;
        }
        for (; *line != '\0' && (quoted || !g_ascii_isspace(*line)); line++) {
            if (*line == '"')
                quoted = !quoted;
            else
                g_string_append_c(word, *line);
        }
        if (quoted) {
            (void)refuse(error, word->str, "The quote does not close");
            return NULL;
        }
        g_ptr_array_add(words, g_string_free(g_steal_pointer(&word), FALSE));
    }
    g_ptr_array_add(words, NULL);
    return (char **)g_ptr_array_free(g_steal_pointer(&words), FALSE);
}

AmrFilter *
amr_filter_read(const char *line, const AmrClock *clock, GError **error)
{
    g_auto(GStrv) words = amr_filter_split(line, error);
    return words ? amr_filter_new((const char *const *)words, clock, error) : NULL;
}

gboolean
amr_filter_is_empty(const AmrFilter *filter)
{
    return filter->words->len == 0;
}

/* All but these are of what makes a denial distinct. */
gboolean
amr_filter_varies(const AmrFilter *filter)
{
    for (guint i = 0; i < filter->words->len; i++) {
        switch (g_array_index(filter->words, Word, i).key) {
        case AMR_FILTER_KEY_NONE: /* comm is looked at */
        case AMR_FILTER_KEY_COMM:
        case AMR_FILTER_KEY_UID:
        case AMR_FILTER_KEY_HOST:
        case AMR_FILTER_KEY_STATE:
        case AMR_FILTER_KEY_SINCE:
            return TRUE;
        default:
            break;
        }
    }
    return FALSE;
}

gboolean
amr_filter_is_word(const char *argument)
{
    const gsize len = key_length(argument);
    return argument[0] == '!' || (len > 0 && find_key(argument, len) != AMR_FILTER_KEY_NONE);
}

/* ---- matching ---------------------------------------------------------------------------------
 */

static gboolean
match_fields(const Word *word, const AmrEvent *event, const AmrField *fields, gsize n)
{
    for (gsize i = 0; i < n; i++) {
        if (event->field[fields[i]].data &&
            amr_wildcard_match(word->wildcard, event->field[fields[i]]))
            return TRUE;
    }
    return FALSE;
}

static gboolean
match_field(const Word *word, const AmrEvent *event, AmrField field)
{
    return match_fields(word, event, &field, 1);
}

static gboolean
match_string(const Word *word, const char *string)
{
    return string && amr_wildcard_match(word->wildcard, amr_bytes(string));
}

static gboolean
match_profile(const Word *word, const AmrEvent *event)
{
    g_autofree char *full = NULL;

    if (match_field(word, event, AMR_FIELD_PROFILE))
        return TRUE;
    if (amr_event_namespace(event).len == 0)
        return FALSE;
    full = amr_event_profile(event);
    return match_string(word, full);
}

static gboolean
match_path(const Word *word, const AmrEvent *event)
{
    static const AmrField fields[] = {AMR_FIELD_NAME, AMR_FIELD_TARGET, AMR_FIELD_SRCNAME,
                                      AMR_FIELD_PATH, AMR_FIELD_ADDR,   AMR_FIELD_PEER_ADDR};
    return match_fields(word, event, fields, G_N_ELEMENTS(fields));
}

/* As the kernel wrote it, and file masks also in the order in which we show them. */
static gboolean
match_mask(const Word *word, const AmrEvent *event)
{
    const AmrField field =
        event->field[AMR_FIELD_DENIED_MASK].data ? AMR_FIELD_DENIED_MASK : AMR_FIELD_REQUESTED_MASK;
    const guint32 perms = event->denied ? event->denied : event->requested;
    g_autofree char *letters = NULL;

    if (match_field(word, event, field) || match_field(word, event, AMR_FIELD_MASK))
        return TRUE;
    if (perms == 0)
        return FALSE;
    letters = amr_perms_to_mask(perms);
    return match_string(word, letters);
}

static gboolean
match_uid(const Word *word, const AmrEvent *event)
{
    char digits[16];
    (void)g_snprintf(digits, sizeof digits, "%u", event->fsuid);
    return event->has_fsuid && match_string(word, digits);
}

static gboolean
match_host(const Word *word, const AmrEvent *event)
{
    static const AmrField fields[] = {AMR_FIELD_NODE, AMR_FIELD_HOSTNAME};
    return match_fields(word, event, fields, G_N_ELEMENTS(fields));
}

static gboolean
match_state(const Word *word, const AmrDenial *denial)
{
    if (!denial)
        return FALSE;
    return match_string(word, amr_denial_state_word(denial->state)) ||
           (denial->state == AMR_DENIAL_STATE_CAME_BACK && match_string(word, "came-back"));
}

gboolean
amr_filter_move(AmrFilter *filter, guint n, gint64 now, gint64 *from, gint64 *to)
{
    for (guint i = 0; i < filter->words->len; i++) {
        Word *word = &g_array_index(filter->words, Word, i);
        if (word->ago == 0 || n-- > 0)
            continue;
        *from = word->since;
        *to = word->since = MAX(word->since, now - word->ago);
        return TRUE;
    }
    return FALSE;
}

static gboolean
match_since(const Word *word, const AmrEvent *event, const AmrDenial *denial)
{
    const gint64 last = denial ? denial->last : event->time;
    return last != 0 && last >= word->since;
}

/* Profile, operation, comm, and all that can be what was acted on. */
static gboolean
match_anywhere(const Word *word, const AmrEvent *event)
{
    static const AmrField fields[] = {
        AMR_FIELD_OPERATION, AMR_FIELD_COMM,      AMR_FIELD_NAME,       AMR_FIELD_NAME2,
        AMR_FIELD_TARGET,    AMR_FIELD_SRCNAME,   AMR_FIELD_FSTYPE,     AMR_FIELD_CAPNAME,
        AMR_FIELD_FAMILY,    AMR_FIELD_SOCK_TYPE, AMR_FIELD_PROTOCOL,   AMR_FIELD_LADDR,
        AMR_FIELD_FADDR,     AMR_FIELD_ADDR,      AMR_FIELD_PEER_ADDR,  AMR_FIELD_SIGNAL,
        AMR_FIELD_PEER,      AMR_FIELD_BUS,       AMR_FIELD_PEER_LABEL, AMR_FIELD_PATH,
        AMR_FIELD_INTERFACE, AMR_FIELD_MEMBER,    AMR_FIELD_RLIMIT,     AMR_FIELD_EXECPATH,
        AMR_FIELD_LABEL,     AMR_FIELD_TCONTEXT,
    };
    return match_profile(word, event) || match_fields(word, event, fields, G_N_ELEMENTS(fields));
}

static gboolean
match_word(const Word *word, const AmrEvent *event, const AmrDenial *denial)
{
    switch (word->key) {
    case AMR_FILTER_KEY_PROFILE:
        return match_profile(word, event);
    case AMR_FILTER_KEY_OP:
        return match_field(word, event, AMR_FIELD_OPERATION);
    case AMR_FILTER_KEY_CLASS:
        return match_string(word, amr_class_word(event->klass));
    case AMR_FILTER_KEY_PATH:
        return match_path(word, event);
    case AMR_FILTER_KEY_MASK:
        return match_mask(word, event);
    case AMR_FILTER_KEY_COMM:
        return match_field(word, event, AMR_FIELD_COMM);
    case AMR_FILTER_KEY_UID:
        return match_uid(word, event);
    case AMR_FILTER_KEY_HOST:
        return match_host(word, event);
    case AMR_FILTER_KEY_VERDICT:
        return match_string(word, amr_verdict_word(event->verdict));
    case AMR_FILTER_KEY_STATE:
        return match_state(word, denial);
    case AMR_FILTER_KEY_SINCE:
        return match_since(word, event, denial);
    case AMR_FILTER_KEY_NONE:
    case AMR_FILTER_KEY_COUNT:
        break;
    }
    return match_anywhere(word, event);
}

gboolean
amr_filter_match(const AmrFilter *filter, const AmrEvent *event, const AmrDenial *denial)
{
    for (guint i = 0; i < filter->words->len; i++) {
        const Word *word = &g_array_index(filter->words, Word, i);
        if (match_word(word, event, denial) == word->negated)
            return FALSE;
    }
    return TRUE;
}

guint
amr_filter_ids(const AmrFilter *filter, const AmrStore *store, AmrDenialId *ids, guint n)
{
    guint kept = 0;

    if (amr_filter_is_empty(filter))
        return n;
    for (guint i = 0; i < n; i++) {
        AmrEvent event;
        if (amr_store_event(store, ids[i], &event) &&
            amr_filter_match(filter, &event, amr_store_get(store, ids[i])))
            ids[kept++] = ids[i];
    }
    return kept;
}
