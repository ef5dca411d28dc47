/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A log as long as is wanted, on standard output, which must be a file: generate BYTES [SEED]. One
 * line in twenty is AppArmor's, of some 5,000 distinct denials in the forms of auditd, rsyslog and
 * dmesg; the others are what such logs hold besides. The same seed gives the same bytes.
 */
#include "config.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    PROFILES = 250,
    PATHS = 20 /* a profile */
};

typedef struct {
    uint64_t state;
    uint64_t now_ms;
    unsigned serial;
} Log;

/* splitmix64: small, and the same everywhere. */
static uint64_t
draw(Log *log)
{
    uint64_t z = log->state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

static unsigned
below(Log *log, unsigned n)
{
    return (unsigned)((draw(log) >> 32) * n >> 32);
}

#define PICK(log, words) (words)[below((log), sizeof(words) / sizeof *(words))]

/* ---- heads ------------------------------------------------------------------------------------
 */

#define START UINT64_C(1795000000000) /* 18 November 2026, 11:06:40; booted some hours before */

static void
put_syslog_head(Log *log, const char *who)
{
    const unsigned s = (unsigned)(log->now_ms / 1000 % 86400);
    const unsigned day = 18 + (unsigned)(log->now_ms / 86400000 - START / 86400000);
    if (below(log, 2))
        printf("2026-11-%02uT%02u:%02u:%02u.%06u+01:00 web3 %s: ", day, s / 3600, s / 60 % 60,
               s % 60, below(log, 1000000), who);
    else
        printf("Nov %2u %02u:%02u:%02u web3 %s: ", day, s / 3600, s / 60 % 60, s % 60, who);
}

/* What the kernel's clock says. */
static void
put_uptime(Log *log)
{
    const uint64_t us = (log->now_ms - START) * 1000 + UINT64_C(20000000000) + below(log, 1000);
    printf("[%5" PRIu64 ".%06" PRIu64 "] ", us / 1000000, us % 1000000);
}

static void
put_stamp(Log *log)
{
    printf("audit(%" PRIu64 ".%03" PRIu64 ":%u): ", log->now_ms / 1000, log->now_ms % 1000,
           log->serial);
}

/* ---- AppArmor ---------------------------------------------------------------------------------
 */

static void
put_file_record(Log *log, unsigned profile, unsigned path)
{
    static const char *const masks[] = {"r", "w", "wr", "wc", "k", "m", "x"};
    static const char *const operations[] = {"open",      "file_perm", "open",  "mknod",
                                             "file_lock", "file_mmap", "unlink"};
    const unsigned kind = (profile + path) % 7;
    const char *mask = masks[kind];

    printf("apparmor=\"%s\" operation=\"%s\" %sprofile=\"/usr/sbin/service%u\" ",
           profile % 9 ? "DENIED" : "ALLOWED", operations[kind], path % 3 ? "" : "class=\"file\" ",
           profile);
    if (path % 5 ==
        0) /* "/srv/data N/file " and a number, as the kernel writes names with blanks */
        printf("name=2F7372762F64617461203%u2F66696C65203%u", profile % 10, path % 10);
    else
        printf("name=\"/var/lib/service%u/state/cache-%u/object.%u.db\"", profile, path,
               profile * 7 + path);
    printf(" pid=%u comm=\"service%u\" requested_mask=\"%s\" denied_mask=\"%s\" fsuid=%u ouid=%u",
           below(log, 32768), profile, mask, mask, 100 + profile % 5, path % 2 ? 0 : 100);
}

static void
put_record(Log *log)
{
    /* Few profiles make most of the noise. */
    const unsigned profile = below(log, below(log, PROFILES) + 1), path = below(log, PATHS);
    static const char *const capabilities[] = {"net_admin", "dac_override", "sys_ptrace"};

    if (path == 1)
        printf("apparmor=\"DENIED\" operation=\"capable\" profile=\"/usr/sbin/service%u\" pid=%u "
               "comm=\"service%u\" capability=%u  capname=\"%s\"",
               profile, below(log, 32768), profile, 12, PICK(log, capabilities));
    else if (path == 2)
        printf("apparmor=\"DENIED\" operation=\"create\" profile=\"/usr/sbin/service%u\" pid=%u "
               "comm=\"service%u\" family=\"inet\" sock_type=\"stream\" protocol=6 "
               "requested_mask=\"create\" denied_mask=\"create\"",
               profile, below(log, 32768), profile);
    else
        put_file_record(log, profile, path);
}

static void
put_apparmor(Log *log)
{
    const unsigned form = below(log, 10);

    if (form < 5) {
        fputs("type=AVC msg=", stdout);
        put_stamp(log);
    } else if (form < 9) {
        put_syslog_head(log, "kernel");
        put_uptime(log);
        fputs("audit: type=1400 ", stdout);
        put_stamp(log);
    } else {
        put_uptime(log);
        fputs("audit: type=1400 ", stdout);
        put_stamp(log);
    }
    put_record(log);
    putchar('\n');
}

/* ---- what else there is -----------------------------------------------------------------------
 */

static void
put_audit(Log *log)
{
    static const char *const types[] = {"SYSCALL", "PROCTITLE", "USER_START"};
    const char *type = PICK(log, types);

    printf("type=%s msg=", type);
    put_stamp(log);
    if (type[0] == 'S')
        printf("arch=c000003e syscall=%u success=no exit=-13 a0=ffffff9c a1=7ffe%08x a2=80000 a3=0 "
               "items=0 ppid=1 pid=%u auid=4294967295 uid=0 gid=0 euid=0 suid=0 fsuid=0 egid=0 "
               "sgid=0 fsgid=0 tty=(none) ses=4294967295 comm=\"service%u\" "
               "exe=\"/usr/sbin/service%u\" subj=unconfined key=(null)",
               below(log, 330), (unsigned)draw(log), below(log, 32768), below(log, 99),
               below(log, 99));
    else if (type[0] == 'P')
        printf("proctitle=2F7573722F7362696E2F73657276696365%016" PRIX64, draw(log));
    else
        printf("pid=%u uid=0 auid=%u ses=%u subj=unconfined msg='op=PAM:session_open "
               "grantors=pam_permit acct=\"root\" exe=\"/usr/sbin/cron\" hostname=? addr=? "
               "terminal=cron res=success'",
               below(log, 32768), below(log, 2000), below(log, 500));
}

static void
put_message(Log *log)
{
    switch (below(log, 5)) {
    case 0:
        put_syslog_head(log, "sshd[8123]");
        printf("Accepted publickey for backup from 10.%u.%u.%u port %u ssh2: ED25519 "
               "SHA256:%016" PRIx64 "%016" PRIx64,
               below(log, 256), below(log, 256), below(log, 256), below(log, 65536), draw(log),
               draw(log));
        break;
    case 1:
        put_syslog_head(log, "systemd[1]");
        printf("Started session-%u.scope - Session %u of User backup.", log->serial, log->serial);
        break;
    case 2:
        put_syslog_head(log, "nginx");
        printf("10.0.%u.%u - - \"GET /static/%08x/app.js?v=%u HTTP/1.1\" 200 %u \"-\" "
               "\"Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0\"",
               below(log, 256), below(log, 256), (unsigned)draw(log), below(log, 100),
               below(log, 90000));
        break;
    case 3:
        put_syslog_head(log, "CRON[991]");
        printf("(root) CMD (test -x /usr/sbin/anacron || { cd / && run-parts --report "
               "/etc/cron.hourly; }) %u",
               log->serial);
        break;
    default:
        put_syslog_head(log, "kernel");
        put_uptime(log);
        printf("usb 1-%u: new high-speed USB device number %u using xhci_hcd", below(log, 8),
               below(log, 128));
        break;
    }
}

int
main(int argc, char **argv)
{
    const uint64_t want = argc > 1 ? strtoull(argv[1], NULL, 10) : 0;
    Log log = {argc > 2 ? strtoull(argv[2], NULL, 10) : 1, START, 1};
    static char buffer[1 << 20];

    if (want == 0) {
        fputs("usage: generate BYTES [SEED]\n", stderr);
        return 2;
    }
    (void)setvbuf(stdout, buffer, _IOFBF, sizeof buffer);
    for (uint64_t lines = 0, at = 0; at < want; lines++) {
        log.now_ms += below(&log, 40);
        log.serial++;
        if (below(&log, 20) == 0) {
            put_apparmor(&log);
        } else {
            if (below(&log, 2))
                put_audit(&log);
            else
                put_message(&log);
            putchar('\n');
        }
        /* Lines are some 200 bytes: to ask for the place at each would cost more than to write. */
        if (lines % 1024 == 0) {
            const long here = ftell(stdout);
            at = here < 0 ? want : (uint64_t)here;
        }
    }
    return fflush(stdout) == 0 && !ferror(stdout) ? 0 : 1;
}
