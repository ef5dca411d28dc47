/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as what a machine says of itself, which below --root anybody may have written: the
 * kernel's list of profiles, rules of audit, the kernel's command line and settings. */
#include "config.h"

#include <string.h>

#include "core/advice/doctor_private.h"
#include "tests/fuzz/files.h"
#include "tests/fuzz/fuzz.h"

#define KERNEL "sys/kernel/security/apparmor/profiles"

static AmrTarget *target; /* both kept to the end, as their directory is */
static AmrOpener *opener;

static void
set_up(void)
{
    const AmrTargetOptions options = {.root = fuzz_dir()};

    fuzz_write("etc/apparmor.d/empty", "", 0);
    target = amr_target_new(&options, NULL);
    FUZZ_CHECK(target);
    opener = amr_opener_new(target);
}

/* The names are raw; each is found by its own. */
static void
check_loaded(const AmrLoaded *loaded)
{
    guint modes = 0;

    for (guint i = 0; i < amr_loaded_count(loaded); i++) {
        const AmrLoadedProfile *profile = amr_loaded_profile(loaded, i);
        const AmrLoadedProfile *found = amr_loaded_find(loaded, profile->ns, profile->name);
        FUZZ_CHECK(profile->name[0] && profile->mode_word);
        FUZZ_CHECK(found && strcmp(found->name, profile->name) == 0);
    }
    for (int mode = AMR_MODE_UNKNOWN; mode < AMR_MODE_COUNT; mode++)
        modes += amr_loaded_in_mode(loaded, (AmrMode)mode);
    FUZZ_CHECK(modes == amr_loaded_count(loaded));
}

static void
check_shown(const char *text)
{
    FUZZ_CHECK(!text || g_utf8_validate(text, -1, NULL));
    for (const char *p = text ? text : ""; *p; p++)
        FUZZ_CHECK((unsigned char)*p >= 0x20);
}

static void
examine(const AmrLoaded *loaded)
{
    AmrExam exam = {.context = {.target = target, .opener = opener, .loaded = loaded},
                    .checks = g_ptr_array_new_with_free_func((GDestroyNotify)amr_check_free)};

    amr_exam_kernel(&exam);
    amr_exam_audit(&exam);
    amr_exam_quiet(&exam);
    amr_exam_exclude(&exam);
    amr_exam_printk(&exam);
    for (guint i = 0; i < exam.checks->len; i++) {
        const AmrCheck *check = exam.checks->pdata[i];
        check_shown(check->sentence);
        check_shown(check->remedy);
        for (guint k = 0; k < check->details->len; k++)
            check_shown(check->details->pdata[k]);
    }
    g_ptr_array_unref(exam.checks);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const names[] = {KERNEL,
                                        "etc/audit/audit.rules",
                                        "proc/cmdline",
                                        "proc/sys/kernel/printk_ratelimit",
                                        "sys/module/apparmor/parameters/enabled",
                                        "sys/module/apparmor/parameters/audit"};
    g_autoptr(GError) error = NULL;

    for (gsize i = 0; i < G_N_ELEMENTS(names); i++)
        fuzz_write(names[i], data, size);
    if (!target)
        set_up();
    g_autoptr(AmrLoaded) loaded = amr_loaded_read(opener, &error);
    FUZZ_CHECK(!loaded == (error != NULL));
    if (loaded)
        check_loaded(loaded);
    examine(loaded);
    return 0;
}
