/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A main() for the fuzz targets where there is no libFuzzer: runs each file given, or each file of
 * a directory given, through the target; TAP, so that `make check` replays the corpus. Without an
 * argument it takes the target's own directory below tests/fuzz/corpus.
 */
#include "config.h"

#include <glib.h>
#include <string.h>

#include "tests/fuzz/fuzz.h"

static guint
run_file(const char *path, guint number)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *data = NULL;
    g_autofree char *name = g_path_get_basename(path);
    gsize size = 0;

    if (!g_file_get_contents(path, &data, &size, &error)) {
        printf("not ok %u - %s: %s\n", number, name, error->message);
        exit(1);
    }
    (void)LLVMFuzzerTestOneInput((const uint8_t *)data, size);
    printf("ok %u - %s\n", number, name);
    return number + 1;
}

static guint
run_path(const char *path, guint number)
{
    g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
    const char *name;

    if (!dir)
        return run_file(path, number);
    while ((name = g_dir_read_name(dir))) {
        g_autofree char *child = g_build_filename(path, name, NULL);
        number = run_file(child, number);
    }
    return number;
}

/* tests/fuzz/fuzz-scan -> SOURCE/tests/fuzz/corpus/scan */
static char *
own_corpus(const char *program)
{
    g_autofree char *name = g_path_get_basename(program);
    const char *source = g_getenv("ARMORER_SRCDIR");
    const char *target = g_str_has_prefix(name, "fuzz-") ? name + strlen("fuzz-") : name;
    return g_build_filename(source ? source : ".", "tests", "fuzz", "corpus", target, NULL);
}

int
main(int argc, char **argv)
{
    guint number = 1;

    if (argc < 2) {
        g_autofree char *corpus = own_corpus(argv[0]);
        number = run_path(corpus, number);
    }
    for (int i = 1; i < argc; i++)
        number = run_path(argv[i], number);
    printf("1..%u\n", number - 1);
    return number > 1 ? 0 : 1; /* an empty corpus tests nothing */
}
