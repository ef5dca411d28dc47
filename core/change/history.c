/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/change/history.h"
#include "core/change/history_private.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "core/base/error.h"
#include "core/base/fsutil.h"
#include "core/change/plan_private.h"
#include "core/change/visible.h"

#define INDEX     "index"
#define INDEX_MAX (64 * 1024 * 1024)

/* A step's line: its word, then what it is of. Names are bytestrings, they need not be UTF-8.
 * intent: id, kind, time, profiles, files, rules, undoes; state: id, state, time, message. */
#define INTENT_WORD "intent"
#define INTENT_TYPE "(sssxaayaayaays)"
#define STATE_WORD  "state"
#define UNTIL_WORD  "until" /* of the shape of a state, which is empty: id, "", the end, "" */
#define STATE_TYPE  "(sssxs)"

const char *
amr_change_state_word(AmrChangeState state)
{
    static const char *const words[] = {[AMR_CHANGE_STATE_UNKNOWN] = "unknown",
#define STATE_NAME(name, word) [AMR_CHANGE_STATE_##name] = word,
                                        AMR_CHANGE_STATES(STATE_NAME)
#undef STATE_NAME
    };
    return (gsize)state < G_N_ELEMENTS(words) ? words[state] : words[0];
}

AmrChangeState
amr_change_state_of_word(const char *word)
{
#define STATE_MATCH(name, text)  \
    if (strcmp(word, text) == 0) \
        return AMR_CHANGE_STATE_##name;
    AMR_CHANGE_STATES(STATE_MATCH)
#undef STATE_MATCH
    return AMR_CHANGE_STATE_UNKNOWN;
}

static void
change_free(gpointer data)
{
    AmrChange *change = data;

    g_free(change->id);
    g_strfreev(change->profiles);
    g_strfreev(change->files);
    g_strfreev(change->rules);
    g_free(change->undoes);
    g_free(change->undone_by);
    g_free(change->message);
    g_free(change);
}

/* ---- where it stands ---------------------------------------------------------------------------
 */

static int
open_dir(int dirfd, const char *path, GError **error)
{
    return amr_fs_open(dirfd, path, O_RDONLY | O_DIRECTORY, error);
}

static int
open_root(GError **error)
{
    int fd = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (fd < 0)
        amr_error_errno(error, errno, "Opening /");
    return fd;
}

int
amr_history_open_state(const AmrHistory *history, GError **error)
{
    amr_autofd int root = open_root(error);
    return root < 0 ? -1 : open_dir(root, amr_target_state_path(history->target), error);
}

/* Who may write there decides what an undo writes, and what is loaded again after a crash. */
static gboolean
is_ours(int state, const char *path, GError **error)
{
    struct stat st;

    if (fstat(state, &st) < 0)
        return amr_error_errno(error, errno, "%s", path);
    return amr_fs_is_trusted(&st) ||
           amr_error_set(error, AMR_ERROR_REFUSED, "%s: Others than root may write it", path);
}

static gboolean
is_id(const char *id)
{
    return strlen(id) == 16 && strspn(id, "0123456789abcdef") == 16;
}

/* ---- reading --------------------------------------------------------------------------------- */

static void
take_intent(AmrHistory *history, GVariant *line)
{
    AmrChange *change;
    const char *id, *kind, *undoes;
    gint64 time;
    g_auto(GStrv) profiles = NULL;
    g_auto(GStrv) files = NULL;
    g_auto(GStrv) rules = NULL;

    g_variant_get(line, "(&s&s&sx^aay^aay^aay&s)", NULL, &id, &kind, &time, &profiles, &files,
                  &rules, &undoes);
    if (!is_id(id) || (undoes[0] && !is_id(undoes)) ||
        amr_plan_kind_of_word(kind) == AMR_PLAN_UNKNOWN ||
        g_hash_table_contains(history->by_id, id))
        return;
    change = g_new0(AmrChange, 1);
    change->id = g_strdup(id);
    change->kind = amr_plan_kind_of_word(kind);
    change->state = AMR_CHANGE_STATE_INTENT;
    change->time = time;
    change->profiles = g_steal_pointer(&profiles);
    change->files = g_steal_pointer(&files);
    change->rules = g_steal_pointer(&rules);
    change->undoes = undoes[0] ? g_strdup(undoes) : NULL;
    g_ptr_array_add(history->changes, change);
    g_hash_table_insert(history->by_id, change->id, change);
}

static void
take_state(AmrHistory *history, GVariant *line)
{
    const char *id, *word, *message;
    AmrChange *change;
    gint64 time;

    g_variant_get(line, "(&s&s&sx&s)", NULL, &id, &word, &time, &message);
    change = g_hash_table_lookup(history->by_id, id);
    if (!change || amr_change_state_of_word(word) == AMR_CHANGE_STATE_UNKNOWN)
        return;
    change->state = amr_change_state_of_word(word);
    if (change->state == AMR_CHANGE_STATE_LOADED || change->state == AMR_CHANGE_STATE_VERIFIED)
        change->loaded = change->loaded ? change->loaded : time;
    g_free(change->message);
    change->message = message[0] ? g_strdup(message) : NULL;
}

static void
take_until(AmrHistory *history, GVariant *line)
{
    const char *id;
    gint64 until;
    AmrChange *change;

    g_variant_get(line, "(&s&s&sx&s)", NULL, &id, NULL, &until, NULL);
    change = g_hash_table_lookup(history->by_id, id);
    if (change && until > 0)
        change->until = until;
}

/* What is not understood is stepped over: a torn line, a later version's. FALSE if it is no line of
 * a history at all. */
static gboolean
take_line(AmrHistory *history, const char *text, gsize len)
{
    gboolean intent = g_str_has_prefix(text, "('" INTENT_WORD "',");
    const char *type = intent ? INTENT_TYPE : STATE_TYPE;
    g_autoptr(GVariant) line = NULL;
    const char *word;

    if (!g_utf8_validate(text, (gssize)len, NULL))
        return FALSE;
    line = g_variant_parse(G_VARIANT_TYPE(type), text, text + len, NULL, NULL);
    if (!line)
        return FALSE;
    if (intent) /* by its beginning, so that the word and the shape are of one kind */
        take_intent(history, line);
    g_variant_get_child(line, 0, "&s", &word);
    if (!intent && strcmp(word, STATE_WORD) == 0)
        take_state(history, line);
    if (!intent && strcmp(word, UNTIL_WORD) == 0)
        take_until(history, line);
    return TRUE;
}

gboolean
amr_history_reload(AmrHistory *history, GError **error)
{
    g_autoptr(GError) problem = NULL;
    amr_autofd int state = amr_history_open_state(history, &problem);
    g_autoptr(GBytes) bytes = NULL;
    const char *data;
    gsize len;

    if (state >= 0)
        bytes = amr_fs_read(state, INDEX, INDEX_MAX, &problem);
    if (!bytes && !g_error_matches(problem, G_IO_ERROR, G_IO_ERROR_NOT_FOUND)) {
        g_propagate_prefixed_error(error, g_steal_pointer(&problem), "The history: ");
        return FALSE;
    }
    g_hash_table_remove_all(history->by_id);
    g_ptr_array_set_size(history->changes, 0);
    history->damaged = 0;
    if (!bytes)
        return TRUE;
    data = g_bytes_get_data(bytes, &len);
    while (len) {
        const char *newline = memchr(data, '\n', len);
        if (!newline || !take_line(history, data, (gsize)(newline - data)))
            history->damaged++;
        if (!newline)
            break; /* torn */
        len -= (gsize)(newline + 1 - data);
        data = newline + 1;
    }
    amr_history_settle(history);
    return TRUE;
}

AmrHistory *
amr_history_load(const AmrTarget *target, GError **error)
{
    g_autoptr(AmrHistory) history = g_new0(AmrHistory, 1);

    history->target = target;
    history->changes = g_ptr_array_new_with_free_func(change_free);
    history->by_id = g_hash_table_new(g_str_hash, g_str_equal);
    return amr_history_reload(history, error) ? g_steal_pointer(&history) : NULL;
}

void
amr_history_free(AmrHistory *history)
{
    if (!history)
        return;
    g_hash_table_unref(history->by_id);
    g_ptr_array_unref(history->changes);
    g_free(history);
}

guint
amr_history_count(const AmrHistory *history)
{
    return history->changes->len;
}

const AmrChange *
amr_history_get(const AmrHistory *history, guint n)
{
    return n < history->changes->len ? history->changes->pdata[n] : NULL;
}

static const AmrChange *
last_to_undo(const AmrHistory *history)
{
    for (guint i = history->changes->len; i-- > 0;) {
        const AmrChange *change = history->changes->pdata[i];
        if (change->kind != AMR_PLAN_UNDO && amr_change_is_standing(change->state) &&
            (change->files[0] || change->kind == AMR_PLAN_COMPLAIN_FOR))
            return change;
    }
    return NULL;
}

const AmrChange *
amr_history_find(const AmrHistory *history, const char *id)
{
    const AmrChange *found = NULL;

    if (!id || !id[0])
        return last_to_undo(history);
    if (strlen(id) < 4)
        return NULL;
    for (guint i = 0; i < history->changes->len; i++) {
        const AmrChange *change = history->changes->pdata[i];
        if (!g_str_has_prefix(change->id, id))
            continue;
        if (found)
            return NULL;
        found = change;
    }
    return found;
}

gboolean
amr_change_may_undo(const AmrChange *change, GError **error)
{
    if (change->kind == AMR_PLAN_RELOAD)
        return amr_error_set(error, AMR_ERROR_NOTHING_TO_DO,
                             "Change %s: It only loaded what was on disk, and wrote nothing",
                             change->id);
    if (change->undone_by)
        return amr_error_set(error, AMR_ERROR_NOTHING_TO_DO,
                             "Change %s: Change %s took it back already", change->id,
                             change->undone_by);
    if (change->state == AMR_CHANGE_STATE_ROLLED_BACK ||
        change->state == AMR_CHANGE_STATE_DISCARDED)
        return amr_error_set(error, AMR_ERROR_NOTHING_TO_DO,
                             "Change %s: Nothing of it was left in place (%s)", change->id,
                             amr_change_state_word(change->state));
    return TRUE;
}

gboolean
amr_change_may_stand(const AmrChange *change)
{
    return !change->undone_by && change->state != AMR_CHANGE_STATE_ROLLED_BACK &&
           change->state != AMR_CHANGE_STATE_DISCARDED;
}

const AmrChange *
amr_history_ending(const AmrHistory *history, const char *profile)
{
    const AmrChange *first = NULL;

    for (guint i = 0; i < amr_history_count(history); i++) {
        const AmrChange *change = amr_history_get(history, i);
        if (change->until && (!first || change->until < first->until) &&
            amr_change_may_stand(change) &&
            g_strv_contains((const char *const *)change->profiles, profile))
            first = change;
    }
    return first;
}

GBytes *
amr_history_read_of(const AmrHistory *history, const char *id, const char *name, gsize max,
                    GError **error)
{
    amr_autofd int state = amr_history_open_state(history, error);
    g_autofree char *path = g_strdup_printf("changes/%s/%s", id, name);

    return state < 0 ? NULL : amr_fs_read(state, path, max, error);
}

/* ---- writing --------------------------------------------------------------------------------- */

int
amr_history_lock(AmrHistory *history, GError **error)
{
    amr_autofd int root = -1;
    amr_autofd int state = -1;

    if (amr_target_is_read_only(history->target)) {
        amr_error_set(error, AMR_ERROR_READ_ONLY, "This armorer only reads (--read-only)");
        return -1;
    }
    root = open_root(error);
    if (root < 0 || !amr_fs_make_dirs(root, amr_target_state_path(history->target), 0755, error) ||
        (state = amr_history_open_state(history, error)) < 0 ||
        !is_ours(state, amr_target_state_path(history->target), error)) {
        g_prefix_error(error, "The history: ");
        return -1;
    }
    return amr_fs_lock(state, "lock", error);
}

/* Appends one line, then takes it in as a reader would. */
static gboolean
append(AmrHistory *history, int state, GVariant *line, GError **error)
{
    g_autoptr(GVariant) sunk = g_variant_ref_sink(line);
    g_autofree char *text = g_variant_print(sunk, FALSE);
    g_autofree char *whole = g_strconcat(text, "\n", NULL);
    g_autoptr(GBytes) bytes = g_bytes_new(whole, strlen(whole));

    if (!amr_fs_append(state, INDEX, bytes, 0644, error)) {
        g_prefix_error(error, "The history: ");
        return FALSE;
    }
    (void)take_line(history, text, strlen(text));
    amr_history_settle(history);
    return TRUE;
}

static void
add_rules(GPtrArray *names, const GPtrArray *rules)
{
    for (guint i = 0; i < rules->len; i++)
        g_ptr_array_add(names, amr_rule_print(rules->pdata[i]));
}

/* What a change that writes found standing already is not of it. */
static char **
plan_names(const AmrPlan *plan, gboolean rules)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    gboolean reload = plan->kind == AMR_PLAN_RELOAD;

    for (guint i = 0; i < plan->parts->len; i++) {
        const AmrPlanPart *part = plan->parts->pdata[i];
        if (part->rules->len == 0 && !reload && !amr_plan_sets_mode(plan, part->profile))
            continue;
        if (rules)
            add_rules(names, part->rules);
        if (rules && reload)
            add_rules(names, part->stands);
        if (!rules && !g_ptr_array_find_with_equal_func(names, part->profile, g_str_equal, NULL))
            g_ptr_array_add(names, g_strdup(part->profile));
    }
    g_ptr_array_add(names, NULL);
    return (char **)g_ptr_array_free(g_steal_pointer(&names), FALSE);
}

static char **
plan_files(const AmrPlan *plan)
{
    char **files = g_new0(char *, plan->files->len + 1);

    for (guint i = 0; i < plan->files->len; i++)
        files[i] = g_strdup(((AmrPlanFile *)plan->files->pdata[i])->path);
    return files;
}

/* The number of whoever asked: sudo and pkexec tell it, and only root is told. */
static guint64
who_asked(void)
{
    static const char *const names[] = {"SUDO_UID", "PKEXEC_UID"};
    guint64 uid;

    for (gsize i = 0; geteuid() == 0 && i < G_N_ELEMENTS(names); i++) {
        if (amr_bytes_to_uint64(amr_bytes(g_getenv(names[i])), &uid) && uid <= G_MAXUINT32)
            return uid;
    }
    return getuid();
}

static gboolean
save_plan(int dir, const AmrPlan *plan, gboolean visible, GError **error)
{
    g_autoptr(GVariant) variant = g_variant_ref_sink(amr_plan_to_variant(plan));
    g_autofree char *who = g_strdup_printf("%" G_GUINT64_FORMAT "\n", who_asked());
    g_autoptr(GBytes) who_bytes = g_bytes_new(who, strlen(who));
    g_autoptr(GBytes) bytes = NULL;

#if G_BYTE_ORDER == G_BIG_ENDIAN
    GVariant *swapped = g_variant_byteswap(variant);
    g_variant_unref(variant);
    variant = swapped;
#endif
    bytes = g_variant_get_data_as_bytes(variant);
    return amr_fs_create(dir, "plan", bytes, visible ? 0644 : 0600, error) &&
           amr_fs_create(dir, "who", who_bytes, 0600, error);
}

gboolean
amr_history_intent(AmrHistory *history, const AmrPlan *plan, GError **error)
{
    amr_autofd int state = amr_history_open_state(history, error);
    amr_autofd int dir = -1;
    g_autofree char *path = g_strdup_printf("changes/%s", plan->id);
    g_auto(GStrv) profiles = plan_names(plan, FALSE);
    gboolean visible = amr_visible_plan(history->target, plan);
    g_auto(GStrv) rules = visible ? plan_names(plan, TRUE) : g_new0(char *, 1);
    g_auto(GStrv) files = plan_files(plan);

    if (state < 0)
        return FALSE;
    if (g_hash_table_contains(history->by_id, plan->id))
        return amr_error_set(error, AMR_ERROR_USAGE, "Change %s was carried out before", plan->id);
    if (!amr_fs_make_dirs(state, "changes", 0755, error) ||
        !amr_fs_make_dirs(state, path, visible ? 0755 : 0700, error) ||
        (dir = open_dir(state, path, error)) < 0 || !save_plan(dir, plan, visible, error)) {
        amr_history_drop(state, path);
        g_prefix_error(error, "The history: ");
        return FALSE;
    }
    if (!append(history, state,
                g_variant_new("(sssx^aay^aay^aays)", INTENT_WORD, plan->id,
                              amr_plan_kind_word(plan->kind),
                              amr_clock_now(amr_target_clock(history->target)), profiles, files,
                              rules, plan->undoes ? plan->undoes : ""),
                error))
        return FALSE;
    return !plan->until ||
           append(history, state,
                  g_variant_new("(sssxs)", UNTIL_WORD, plan->id, "", plan->until, ""), error);
}

gboolean
amr_history_state(AmrHistory *history, const char *id, AmrChangeState state, const char *message,
                  GError **error)
{
    amr_autofd int fd = amr_history_open_state(history, error);
    g_autofree char *valid = g_utf8_make_valid(message ? message : "", -1);

    return fd >= 0 && append(history, fd,
                             g_variant_new("(sssxs)", STATE_WORD, id, amr_change_state_word(state),
                                           amr_clock_now(amr_target_clock(history->target)), valid),
                             error);
}
