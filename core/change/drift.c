/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "core/change/drift.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "core/base/fsutil.h"

struct AmrDrifts {
    const AmrTarget *target;
    const AmrIndex *index;
    const AmrLoaded *loaded;
    GHashTable *loads;  /* full name -> gint64: when it was loaded */
    GHashTable *files;  /* top-level file -> gint64: when the newest that it reads was changed */
    GHashTable *stamps; /* file -> gint64 */
};

static const struct {
    const char *word, *sentence;
} drifts_words[] = {{"unknown", "the policy on disk or the kernel's list could not be read"},
#define DRIFT_ROW(name, word, sentence) {word, sentence},
                    AMR_DRIFTS(DRIFT_ROW)
#undef DRIFT_ROW
};

const char *
amr_drift_word(AmrDrift drift)
{
    return drifts_words[(guint)drift < G_N_ELEMENTS(drifts_words) ? drift : 0].word;
}

const char *
amr_drift_sentence(AmrDrift drift)
{
    return drifts_words[(guint)drift < G_N_ELEMENTS(drifts_words) ? drift : 0].sentence;
}

AmrDrifts *
amr_drifts_new(const AmrTarget *target, AmrOpener *opener, const AmrIndex *index,
               const AmrLoaded *loaded)
{
    AmrDrifts *drifts = g_new0(AmrDrifts, 1);
    drifts->target = target;
    drifts->index = index;
    drifts->loaded = loaded;
    drifts->loads = amr_loaded_times(opener);
    drifts->files = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    drifts->stamps = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    return drifts;
}

void
amr_drifts_free(AmrDrifts *drifts)
{
    if (!drifts)
        return;
    g_hash_table_unref(drifts->loads);
    g_hash_table_unref(drifts->files);
    g_hash_table_unref(drifts->stamps);
    g_free(drifts);
}

/* The later of what its text and its entry say: a file that is put in place by rename keeps the
 * time of its text. */
static gint64
stamp_of(AmrDrifts *drifts, const char *file)
{
    gint64 *held = g_hash_table_lookup(drifts->stamps, file), when = 0;
    struct stat info;

    if (held)
        return *held;
    amr_autofd int fd = amr_fs_open(amr_target_policy_fd(drifts->target), file, O_PATH, NULL);
    if (fd >= 0 && fstat(fd, &info) == 0)
        when = MAX((gint64)info.st_mtim.tv_sec * G_USEC_PER_SEC + info.st_mtim.tv_nsec / 1000,
                   (gint64)info.st_ctim.tv_sec * G_USEC_PER_SEC + info.st_ctim.tv_nsec / 1000);
    g_hash_table_insert(drifts->stamps, g_strdup(file), g_memdup2(&when, sizeof when));
    return when;
}

static gint64
newest_of(AmrDrifts *drifts, const char *root)
{
    gint64 *held = g_hash_table_lookup(drifts->files, root), when = 0;

    if (held)
        return *held;
    g_autofree const char **reads = amr_index_reads(drifts->index, root);
    for (guint i = 0; reads && reads[i]; i++)
        when = MAX(when, stamp_of(drifts, reads[i]));
    g_hash_table_insert(drifts->files, g_strdup(root), g_memdup2(&when, sizeof when));
    return when;
}

static gboolean
another_mode(const AmrDrifts *drifts, const AmrBlock *block, const char *root,
             const AmrLoadedProfile *loaded)
{
    gboolean complain = block->complain || amr_index_is_force_complain(drifts->index, root);

    if (loaded->mode == AMR_MODE_COMPLAIN)
        return !complain;
    return loaded->mode == AMR_MODE_ENFORCE && complain;
}

AmrDrift
amr_drifts_of(AmrDrifts *drifts, const char *ns, const char *name)
{
    const AmrLoadedProfile *loaded =
        drifts->loaded ? amr_loaded_find(drifts->loaded, ns, name) : NULL;
    const AmrBlock *block = drifts->index ? amr_index_find(drifts->index, ns, name) : NULL;
    g_autofree char *full = ns && ns[0] ? g_strdup_printf(":%s:%s", ns, name) : g_strdup(name);

    if (!drifts->loaded || !drifts->index)
        return AMR_DRIFT_UNKNOWN;
    if (!block)
        return loaded ? AMR_DRIFT_KERNEL : AMR_DRIFT_UNKNOWN;
    g_autofree const char **roots = amr_index_roots(drifts->index, block);
    const char *root = roots[0] ? roots[0] : block->file;
    if (!loaded)
        return amr_index_is_disabled(drifts->index, root) ? AMR_DRIFT_DISABLED
                                                          : AMR_DRIFT_NOT_LOADED;
    if (another_mode(drifts, block, root, loaded))
        return AMR_DRIFT_MODE;
    const gint64 *when = g_hash_table_lookup(drifts->loads, full);
    return when && newest_of(drifts, root) > *when ? AMR_DRIFT_EDITED : AMR_DRIFT_NONE;
}
