/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tui/table/table.h"

TuiOrigin
tui_table_origin(const AmrSession *session, const TuiProfile *profile)
{
    const AmrIndex *index = session->index;
    TuiOrigin origin = {.word = "kernel", .text = NULL};

    origin.block = index ? amr_index_find(index, profile->ns, profile->name) : NULL;
    if (origin.block) {
        GBytes *bytes = amr_index_bytes(index, origin.block->file);
        origin.word = "file";
        origin.packaged = amr_packages_find(session->packages, origin.block->file);
        origin.edited = origin.packaged && bytes && amr_packaged_is_edited(origin.packaged, bytes);
        return origin;
    }
    const char *word = amr_origins_find(session->origins, profile->full, &origin.text);
    if (word)
        origin.word = word;
    /* Who may not read the policy does not know what is in it. */
    else if (!index)
        origin.word = NULL;
    return origin;
}
