/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the compiler would wait for as long as it is let: it opens whatever an include names. */
#include <sys/stat.h>

#include "core/base/text.h"
#include "core/policy/compiler_private.h"
#include "core/policy/index_scan.h"

/* Whether the copy of the policy that is compiled has a file of its own there. */
static gboolean
stands_in(const char *base, const char *name)
{
    g_autofree char *path = base ? g_build_filename(base, name, NULL) : NULL;
    struct stat st;

    return path && stat(path, &st) == 0 && S_ISREG(st.st_mode);
}

/* Of all that reading @file reads. */
static gboolean
may_read(const AmrIndex *index, const char *base, const char *file, GError **error)
{
    g_autofree const char **asks = amr_index_asks(index, file);
    const char *const unknown[] = {file, NULL};

    for (const char *const *name = asks[0] ? asks : unknown; *name; name++) {
        g_autofree char *shown = NULL;
        if (!amr_index_holds_reader(index, *name) || stands_in(base, *name))
            continue;
        shown = amr_display_string(*name);
        return amr_error_set(error, AMR_ERROR_COMPILER,
                             "%s is a FIFO, socket or device: the compiler would wait for it",
                             shown);
    }
    return TRUE;
}

/* Of all that it includes. */
static gboolean
may_read_text(const AmrIndex *index, const char *base, GBytes *text, GError **error)
{
    gsize len;
    const char *data = g_bytes_get_data(text, &len);
    g_autoptr(GArray) items = amr_scan_file((AmrBytes){data, len});

    for (guint i = 0; i < items->len; i++) {
        const AmrScanItem *item = &g_array_index(items, AmrScanItem, i);
        if ((item->kind == AMR_SCAN_INCLUDE || item->kind == AMR_SCAN_ABI) && item->name &&
            !may_read(index, base, item->name, error))
            return FALSE;
    }
    return TRUE;
}

gboolean
amr_compile_comes_to_end(const AmrCompiler *compiler, const AmrCompileJob *job, GError **error)
{
    if (!compiler->index || job->kind == AMR_COMPILE_LOAD_BINARY)
        return TRUE;
    return job->file ? may_read(compiler->index, job->base, job->file, error)
                     : may_read_text(compiler->index, job->base, job->text, error);
}
