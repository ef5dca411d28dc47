/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/view/scene.h"

#include <glib/gstdio.h>
#include <string.h>

#include "core/base/error.h"
#include "core/base/fsutil.h"
#include "tests/unit/shipped.h"
#include "tui/view/screen_private.h"

#define NOW (G_GINT64_CONSTANT(1763715600) * G_USEC_PER_SEC)

static const struct {
    const char *name, *text;
} files[] = {
    {"etc/apparmor.d/usr.sbin.lanternd", "/usr/sbin/lanternd {\n"
                                         "  /usr/sbin/lanternd mr,\n"
                                         "\n"
                                         "  include if exists <local/usr.sbin.lanternd>\n"
                                         "}\n"},
    {"etc/apparmor.d/local/usr.sbin.lanternd", "# what this site adds\n"
                                               "/etc/lantern/site.conf r,\n"},
    {"etc/apparmor.d/crate", "profile crate /opt/crate flags=(complain) {\n"
                             "  /opt/crate mr,\n"
                             "}\n"},
    {"etc/apparmor.d/pagewright", "profile pagewright /usr/bin/pagewright {\n"
                                  "  /usr/bin/pagewright mr,\n"
                                  "  include if exists <local/pagewright>\n"
                                  "}\n"},
    {"sys/kernel/security/apparmor/profiles", "/usr/sbin/lanternd (enforce)\n"
                                              "crate (complain)\n"
                                              "pagewright (enforce)\n"},
    {"proc/812/attr/current", "/usr/sbin/lanternd (enforce)\n"},
    {"proc/812/comm", "lanternd\n"},
};

/* What was asked for, in words: the kind, what it is for, its word and how it is bound; the rules.
 */
static char *
describe(const AmrRequest *request)
{
    static char *none[] = {NULL};
    g_autofree char *profiles = g_strjoinv(" ", request->profiles ? request->profiles : none);
    const char *of = request->undoes ? request->undoes : profiles;

    return g_strdup_printf("%s%s%s%s%s %s\n%s", amr_plan_kind_word(request->kind), of[0] ? " " : "",
                           of, request->add_include ? " include" : "",
                           request->meant ? " meant" : "", request->seal ? "sealed" : "asks",
                           request->rules ? request->rules : "");
}

static gboolean
elevate(const AmrRequest *request, TuiPrivileged *privileged, GError **error, gpointer data)
{
    Scene *scene = data;

    g_free(scene->elevated);
    scene->elevated = describe(request);
    privileged->said = g_strdup(scene->elevate_said ? scene->elevate_said : "");
    if (scene->elevate_status)
        return amr_error_set(error, AMR_ERROR_NOT_PERMITTED, "It ended with status %d",
                             scene->elevate_status);
    privileged->id = g_strdup("0123456789abcdef");
    privileged->outcome = g_new0(AmrOutcome, 1);
    privileged->outcome->state = AMR_CHANGE_STATE_LOADED;
    privileged->outcome->message = g_strdup("Written and loaded");
    privileged->outcome->notes = g_ptr_array_new_with_free_func(g_free);
    return TRUE;
}

static gboolean
copy(const char *text, gpointer data)
{
    Scene *scene = data;
    g_free(scene->copied);
    scene->copied = scene->clipless ? NULL : g_strdup(text);
    return !scene->clipless;
}

static void
count_dirty(gpointer data)
{
    ((Scene *)data)->dirty++;
}

void
scene_feed(Scene *scene, const char *text, gsize len)
{
    AmrScan scan;
    AmrSpan line;
    AmrRecord record;
    AmrEvent event;
    static char scratch[AMR_EVENT_SCRATCH];

    amr_scan_init(&scan, text, len, TRUE);
    for (AmrScanResult r; (r = amr_scan_next(&scan, &line)) != AMR_SCAN_END;) {
        AmrOrigin origin = {0, line.len, line.off};
        if (r == AMR_SCAN_RECORD && amr_record_slice(&record, text, line) &&
            amr_event_decode(&event, &record, text, scratch))
            amr_store_add(scene->session->store, &event, &origin);
    }
    if (scene->screen)
        tui_screen_store_changed(scene->screen);
}

static void
feed_file(Scene *scene, const char *name)
{
    g_autofree char *relative = g_build_filename("view", name, NULL);
    g_autofree char *path = test_data(relative);
    g_autofree char *text = NULL;
    g_autoptr(GError) error = NULL;
    gsize len;
    g_file_get_contents(path, &text, &len, &error);
    assert_no_error(error);
    scene_feed(scene, text, len);
    assert_true(amr_store_count(scene->session->store) > 0);
}

void
scene_open(Scene *scene, const SceneOptions *options)
{
    g_autoptr(GError) error = NULL;
    GAsyncResult *loaded = NULL;

    *scene = (Scene){.root = test_dir_new()};
    for (gsize i = 0; i < G_N_ELEMENTS(files); i++)
        test_write(scene->root, files[i].name, files[i].text);
    for (gsize i = 0; options->files && options->files[i]; i += 2)
        test_write(scene->root, options->files[i], options->files[i + 1]);
    g_autofree char *parser =
        options->parser ? g_build_filename(scene->root, "parser", NULL) : NULL;
    if (parser) {
        test_write(scene->root, "parser", options->parser);
        assert_int_equal(g_chmod(parser, 0700), 0);
    }
    g_autofree char *features = options->features ? test_data(options->features) : NULL;
    AmrTargetOptions target = {.root = scene->root,
                               .read_only = options->read_only,
                               .parser = parser,
                               .features = features,
                               .clock = amr_clock_new_fixed(NOW)};
    scene->session = amr_session_new(&target, 0, &error);
    assert_no_error(error);
    test_take_shipped(amr_session_data(scene->session, "sentences"), "sentences");
    test_take_shipped(amr_session_data(scene->session, "refusals"), "refusals");
    test_take_shipped(amr_session_data(scene->session, "origins"), "origins");
    test_take_shipped(amr_session_data(scene->session, "risks"), "risks");
    /* Comments hold a random id. */
    amr_config_take(scene->session->config, "comments = no", 13, "scene", FALSE);
    if (options->log)
        feed_file(scene, options->log);
    amr_session_load_async(scene->session, NULL, test_result, &loaded);
    test_wait_result(&loaded);
    assert_true(amr_session_load_finish(scene->session, loaded, &error));
    g_object_unref(loaded);

    TuiScreenOptions screen = {.session = scene->session,
                               .host = "lantern\x1b[2J",
                               .read_only = options->read_only,
                               .elevate = options->elevates ? elevate : NULL,
                               .copy = copy,
                               .dirty = count_dirty,
                               .data = scene};
    scene->screen = tui_screen_new(&screen);
}

void
scene_close(Scene *scene)
{
    tui_screen_free(scene->screen);
    amr_session_free(scene->session);
    test_dir_remove(scene->root);
    g_free(scene->elevated);
    g_free(scene->copied);
}

void
scene_change(Scene *scene, const char *id, const char *profile, const char *rule,
             AmrChangeState state)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) rules = g_ptr_array_new_with_free_func((GDestroyNotify)amr_rule_free);
    AmrPlanContext context = amr_session_plan_context(scene->session);
    AmrPlanRequest request = {profile, rules};

    g_ptr_array_add(rules, amr_rule_read(rule, &error));
    assert_no_error(error);
    g_autoptr(AmrPlan) plan = amr_plan_add(&context, &request, 1, FALSE, &error);
    assert_no_error(error);
    g_free(plan->id);
    plan->id = g_strdup(id);
    plan->made = NOW;
    int lock = amr_history_lock(scene->session->history, &error);
    assert_no_error(error);
    assert_true(amr_history_intent(scene->session->history, plan, &error));
    for (guint i = 0; i < plan->files->len; i++) {
        const AmrPlanFile *file = plan->files->pdata[i];
        assert_true(amr_fs_replace(amr_target_policy_fd(scene->session->target), file->path,
                                   file->before, file->after, &error));
    }
    assert_true(amr_history_state(scene->session->history, id, state, NULL, &error));
    amr_fs_close_fd(&lock);
    g_autofree char *who = g_strdup_printf("changes/%s/who", id); /* not whoever runs the test */
    test_write(amr_target_state_path(scene->session->target), who, "1000\n");
    tui_screen_reload(scene->screen);
    while (tui_screen_is_loading(scene->screen))
        g_main_context_iteration(NULL, TRUE);
}

TuiAction
scene_keys(Scene *scene, const char *keys)
{
    g_auto(GStrv) names = g_strsplit(keys, " ", -1);
    TuiAction action = TUI_ACTION_NONE;
    for (char **name = names; *name; name++) {
        if (!**name)
            continue;
        TuiKey key = tui_key_from_name(*name);
        assert_int_not_equal(key, TUI_KEY_NONE);
        action = tui_screen_key(scene->screen, key);
        /* as the program does: a frame after each key */
        g_free(scene_show(scene, 80, 24));
    }
    return action;
}

char *
scene_show(Scene *scene, int width, int height)
{
    g_autoptr(TuiCanvas) canvas = tui_canvas_new(width, height);
    tui_screen_draw(scene->screen, canvas);
    return tui_canvas_dump(canvas);
}

static gboolean
on_tick(gpointer data)
{
    return G_SOURCE_CONTINUE;
}

void
scene_settle(Scene *scene)
{
    static const char *const busy[] = {"being asked",   "asking the compiler",
                                       "check pending", "check running",
                                       "writing",       "compiler is asked"};
    gint64 end = g_get_monotonic_time() + 60 * G_USEC_PER_SEC;
    guint tick = g_timeout_add(50, on_tick, NULL);
    for (gboolean wait = TRUE; wait;) {
        g_autofree char *shown = scene_show(scene, 200, 200);
        wait = tui_screen_is_loading(scene->screen) || scene->screen->working > 0;
        for (gsize i = 0; i < G_N_ELEMENTS(busy); i++)
            wait = wait || strstr(shown, busy[i]);
        if (wait && g_get_monotonic_time() > end)
            fail_msg("never done:\n%s", shown);
        if (wait)
            g_main_context_iteration(NULL, TRUE);
    }
    g_source_remove(tick);
}

void
scene_golden(const char *name, const char *text)
{
    g_autofree char *relative = g_strdup_printf("view/%s.txt", name);
    g_autofree char *path = test_data(relative);
    g_autofree char *want = NULL;
    g_autoptr(GError) error = NULL;

    if (g_getenv("ARMORER_MAKE_GOLDENS")) {
        g_file_set_contents(path, text, -1, &error);
        assert_no_error(error);
        return;
    }
    g_file_get_contents(path, &want, NULL, &error);
    assert_no_error(error);
    if (strcmp(want, text) != 0)
        fail_msg("%s: the screen is not the golden one (ARMORER_MAKE_GOLDENS=1 makes it anew)\n"
                 "---- want\n%s---- is\n%s",
                 name, want, text);
}

static const struct {
    int width, height;
} sizes[] = {{80, 24}, {40, 12}, {120, 40}};

void
assert_goldens(Scene *scene, const char *name)
{
    for (gsize i = 0; i < G_N_ELEMENTS(sizes); i++) {
        g_autofree char *full = g_strdup_printf("%s-%dx%d", name, sizes[i].width, sizes[i].height);
        g_autofree char *text = scene_show(scene, sizes[i].width, sizes[i].height);
        scene_golden(full, text);
    }
}

void
scene_wait(Scene *scene, const char *text, gboolean there)
{
    gint64 end = g_get_monotonic_time() + 60 * G_USEC_PER_SEC;
    guint tick = g_timeout_add(50, on_tick, NULL); /* so that a hang is found */
    for (gboolean found = !there; found != there;) {
        g_autofree char *shown = scene_show(scene, 200, 40);
        found = strstr(shown, text) != NULL;
        if (found != there && g_get_monotonic_time() > end)
            fail_msg("%s: %s\n%s", there ? "never shown" : "stays", text, shown);
        if (found != there)
            g_main_context_iteration(NULL, TRUE);
    }
    g_source_remove(tick);
}

static char *
line_with(const char *screen, const char *word)
{
    const char *at = strstr(screen, word);
    if (!at)
        fail_msg("no \"%s\" on\n%s", word, screen);
    while (at > screen && at[-1] != '\n')
        at--;
    return g_strndup(at, strcspn(at, "\n"));
}

void
assert_shows(Scene *scene, const char *word)
{
    g_autofree char *text = scene_show(scene, 100, 28);
    g_autofree char *line = line_with(text, word);
    assert_non_null(line);
}

void
assert_hides(Scene *scene, const char *word)
{
    g_autofree char *text = scene_show(scene, 100, 28);
    if (strstr(text, word))
        fail_msg("\"%s\" on\n%s", word, text);
}

const char scene_newer[] =
    "type=AVC msg=audit(1763713000.000:90): apparmor=\"DENIED\" operation=\"open\" "
    "profile=\"pagewright\" name=\"/newer\" pid=1 comm=\"x\" requested_mask=\"r\" "
    "denied_mask=\"r\" fsuid=0 ouid=0\n";
