/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * armorer-rpm: which packages brought the files of policy, as librpm has it; the only file that
 * knows that library. A process of its own, which armorer runs where it is installed: a database
 * may be damaged, or another system's, and what reads it must not be able to do anything else. It
 * keeps no right, writes nothing, reads no configuration (whose macros would run programs), and
 * ends soon.
 *
 * Descriptor 3 is the directory of the database. What is told goes to standard output, each with a
 * NUL behind it: package, file, digest (hex; empty: none), and one of "keeps" (%config(noreplace)),
 * "replaces" (%config), "overwrites".
 */
#include "config.h"

#include <fcntl.h>
#include <grp.h>
#include <linux/landlock.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <rpm/rpmdb.h>
#include <rpm/rpmfiles.h>
#include <rpm/rpmlib.h>
#include <rpm/rpmlog.h>
#include <rpm/rpmmacro.h>
#include <rpm/rpmts.h>

#define DATABASE "/proc/self/fd/3"
#define PLACE    "/etc/apparmor.d/"
#define NOBODY   65534
#define SECONDS  20

/* A sanitizer takes more address space for itself than any limit would leave. */
#if defined(__SANITIZE_ADDRESS__)
#define MEMORY RLIM_INFINITY
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define MEMORY RLIM_INFINITY
#endif
#endif
#ifndef MEMORY
#define MEMORY (1u << 30)
#endif

/* No file is made, removed or written, whatever the library means to do: it would leave files of
 * its own beside a database that may be written. Where the kernel does not know how (before 5.13),
 * only the lack of rights holds it. */
static void
write_nothing(void)
{
    const struct landlock_ruleset_attr all = {
        .handled_access_fs = LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_WRITE_FILE |
                             LANDLOCK_ACCESS_FS_REMOVE_DIR | LANDLOCK_ACCESS_FS_REMOVE_FILE |
                             LANDLOCK_ACCESS_FS_MAKE_CHAR | LANDLOCK_ACCESS_FS_MAKE_DIR |
                             LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_SOCK |
                             LANDLOCK_ACCESS_FS_MAKE_FIFO | LANDLOCK_ACCESS_FS_MAKE_BLOCK |
                             LANDLOCK_ACCESS_FS_MAKE_SYM};
    int rules = (int)syscall(SYS_landlock_create_ruleset, &all, sizeof all, 0);

    if (rules >= 0) {
        (void)syscall(SYS_landlock_restrict_self, rules, 0);
        close(rules);
    }
}

static int
give_up_rights(void)
{
    const struct rlimit memory = {MEMORY, MEMORY}, none = {0, 0};

    (void)alarm(SECONDS);
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || setrlimit(RLIMIT_AS, &memory) != 0 ||
        setrlimit(RLIMIT_CORE, &none) != 0)
        return 0;
    if (geteuid() == 0 && (setgroups(0, NULL) != 0 || setresgid(NOBODY, NOBODY, NOBODY) != 0 ||
                           setresuid(NOBODY, NOBODY, NOBODY) != 0))
        return 0;
    write_nothing();
    return 1;
}

/* ---- what is told ------------------------------------------------------------------------------
 */

static void
tell(const char *text)
{
    (void)fwrite(text, strlen(text) + 1, 1, stdout);
}

static void
tell_digest(rpmfiles files, int n)
{
    int algorithm;
    size_t len = 0;
    const unsigned char *digest = rpmfilesFDigest(files, n, &algorithm, &len);

    for (size_t i = 0; digest && i < len; i++)
        printf("%02x", digest[i]);
    (void)putchar('\0');
}

/* The files of @header that stand in @dir itself. */
static void
tell_files(Header header, const char *dir)
{
    const char *package = headerGetString(header, RPMTAG_NAME);
    rpmfiles files = rpmfilesNew(NULL, header, RPMTAG_BASENAMES, RPMFI_FLAGS_QUERY);

    for (int i = 0; package && i < (int)rpmfilesFC(files); i++) {
        const char *in = rpmfilesDN(files, rpmfilesDI(files, i));
        rpmfileAttrs attributes = rpmfilesFFlags(files, i);
        char *name = rpmfilesFN(files, i);
        if (name && in && strcmp(in, dir) == 0 && !(attributes & RPMFILE_GHOST)) {
            tell(package);
            tell(name);
            tell_digest(files, i);
            tell(!(attributes & RPMFILE_CONFIG)     ? "overwrites"
                 : (attributes & RPMFILE_NOREPLACE) ? "keeps"
                                                    : "replaces");
        }
        free(name);
    }
    rpmfilesFree(files);
}

static void
tell_dir(rpmts ts, const char *dir)
{
    rpmdbMatchIterator matches = rpmtsInitIterator(ts, RPMDBI_DIRNAMES, dir, 0);
    Header header;

    while ((header = rpmdbNextIterator(matches)))
        tell_files(header, dir);
    rpmdbFreeIterator(matches);
}

/* By the index of directories: most packages are not looked at. */
static void
tell_all(rpmts ts)
{
    rpmdbIndexIterator dirs = rpmdbIndexIteratorInit(rpmtsGetRdb(ts), RPMDBI_DIRNAMES);
    const void *key;
    size_t len;

    while (dirs && rpmdbIndexIteratorNext(dirs, &key, &len) == 0) {
        char *dir = len >= strlen(PLACE) && memcmp(key, PLACE, strlen(PLACE)) == 0
                        ? strndup(key, len)
                        : NULL;
        if (dir)
            tell_dir(ts, dir);
        free(dir);
    }
    rpmdbIndexIteratorFree(dirs);
}

int
main(void)
{
    rpmts ts;

    if (!give_up_rights())
        return 1;
    rpmSetVerbosity(RPMLOG_CRIT);
    /* What its configuration would say; which kind of database it is, it finds out. */
    rpmPushMacro(NULL, "_dbpath", NULL, DATABASE, RMIL_CMDLINE);
    rpmPushMacro(NULL, "_db_backend", NULL, "sqlite", RMIL_CMDLINE);
    ts = rpmtsCreate();
    /* What a header says is checked by its digest; who signed it does not matter here. */
    rpmtsSetVSFlags(ts, RPMVSF_MASK_NOSIGNATURES);
    if (rpmtsOpenDB(ts, O_RDONLY) != 0)
        return 1;
    tell_all(ts);
    rpmtsFree(ts);
    return fflush(stdout) != 0 || ferror(stdout);
}
