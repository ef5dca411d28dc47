/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What was compressed by gzip, xz or zstd, unpacked as a stream: a step gives at most what the
 * caller has room for, so that a file that unpacks to a thousand times its size costs time, never
 * memory. The only file that knows the three libraries.
 */
#ifndef AMR_BASE_DECOMPRESS_H
#define AMR_BASE_DECOMPRESS_H

#include <glib.h>

G_BEGIN_DECLS

/* X(NAME, word) */
#define AMR_COMPRESSIONS(X) \
    X(GZIP, "gzip")         \
    X(XZ, "xz")             \
    X(ZSTD, "zstd")

typedef enum {
    AMR_COMPRESSION_NONE,
#define AMR_COMPRESSION_ENUM(name, word) AMR_COMPRESSION_##name,
    AMR_COMPRESSIONS(AMR_COMPRESSION_ENUM)
#undef AMR_COMPRESSION_ENUM
} AmrCompression;

/* "gzip"; NULL for a number that is none. */
const char *amr_compression_word(AmrCompression kind);

/* By the first bytes. *@unsure is set where more of them could still make it one. */
AmrCompression amr_compression_guess(const char *bytes, gsize size, gboolean *unsure);

typedef struct AmrDecompress AmrDecompress;

/* Takes 128 MiB of memory at most, what `xz -9` and `zstd --ultra` ask for; a file that asks for
 * more is refused by the step that finds out. */
AmrDecompress *amr_decompress_new(AmrCompression kind);
void amr_decompress_free(AmrDecompress *stream);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AmrDecompress, amr_decompress_free)

typedef struct {
    gsize taken; /* of what was given; the rest is to be given again */
    gsize given; /* written to the caller's room */
} AmrDecompressed;

/* One step. With @last no more will follow what is in @bytes. Several members or frames one after
 * another are one text; zeros after the last are padding. Nothing taken and nothing given: it needs
 * more, or with @last it is done. @done is valid also on failure: AMR_ERROR_PARSE if it is damaged
 * or ends too early, AMR_ERROR_LIMIT if it asks for too much memory. */
gboolean amr_decompress_step(AmrDecompress *stream, const char *bytes, gsize size, gboolean last,
                             char *room, gsize room_size, AmrDecompressed *done, GError **error);

G_END_DECLS
#endif
