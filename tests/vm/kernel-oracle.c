/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Inside a guest, as root: asks the running kernel and the oracle the same, for the profiles of a
 * compiled stream that are loaded. TAP lines without a plan on standard output.
 *   kernel-oracle COMPILED SEED COUNT
 *
 * The kernel is asked as libapparmor's aa_query_label() does, but by hand: "label", the profile, a
 * NUL, the class and the bytes of the state machine (profile_query_cb of security/apparmor/
 * apparmorfs.c, Linux 6.1 and 6.12). So every byte of a question is asked of both, of any class.
 * Questions are random walks of the machine that end where something may be granted.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/policy/oracle_private.h"

enum {
    LENGTH = 200
};

/* What both have; rest bits the kernel adds or leaves out by version. */
#define FILE_BITS                                                                         \
    (AMR_K_EXEC | AMR_K_WRITE | AMR_K_READ | AMR_K_APPEND | AMR_K_CREATE | AMR_K_DELETE | \
     AMR_K_LINK | AMR_K_LOCK | AMR_K_MMAP | AMR_K_ONEXEC | AMR_K_CHANGE_PROFILE)
#define POLICY_BITS (0x0fffffffu & ~(guint32)AMR_K_LOCK)

/* A kernel that knows such policy (7.2) answers for the bus of it only, and of older policy that
 * all is allowed. */
static gboolean
is_v9(const AmrOracleProfile *profile)
{
    return amr_oracle_class_state(profile, AMR_K_CLASS_NETV9) != 0;
}

static gboolean
knows_v9(void)
{
    return access("/sys/kernel/security/apparmor/features/network_v9", F_OK) == 0;
}

static int
ask_kernel(const char *profile, const guint8 *question, gsize len, AmrPerms *perms)
{
    char answer[256] = "";
    unsigned deny;
    g_autoptr(GByteArray) query = g_byte_array_new();
    g_byte_array_append(query, (const guint8 *)"label", 6);
    g_byte_array_append(query, (const guint8 *)profile, (guint)strlen(profile) + 1);
    g_byte_array_append(query, question, (guint)len);
    int fd = open("/sys/kernel/security/apparmor/.access", O_RDWR | O_CLOEXEC);
    if (fd < 0)
        return -1;
    gboolean good = write(fd, query->data, query->len) == (ssize_t)query->len &&
                    read(fd, answer, sizeof answer - 1) > 0 &&
                    sscanf(answer, "allow %x deny %x audit %x quiet %x", &perms->allow, &deny,
                           &perms->audit, &perms->quiet) == 4;
    (void)close(fd);
    return good ? 0 : -1;
}

/* A byte that leads on from a state, letters rather than others; FALSE if none does. */
static gboolean
pick(GRand *rand, const AmrDfa *dfa, guint32 state, guint8 *byte)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz/./_-0";
    *byte = (guint8)letters[g_rand_int_range(rand, 0, sizeof letters - 1)];
    if (g_rand_int_range(rand, 0, 3) && amr_dfa_step(dfa, state, *byte))
        return TRUE;
    guint first = (guint)g_rand_int_range(rand, 0, 256);
    for (guint i = 0; i < 256; i++) {
        *byte = (guint8)(first + i);
        if (amr_dfa_step(dfa, state, *byte))
            return TRUE;
    }
    return FALSE;
}

static gsize
wander(GRand *rand, const AmrDfa *dfa, guint32 state, guint8 *out)
{
    gsize len = 0;
    while (len < LENGTH && g_rand_int_range(rand, 0, 30) && pick(rand, dfa, state, &out[len]))
        state = amr_dfa_step(dfa, state, out[len++]);
    return len;
}

/* The class in the first byte, then a walk behind it. */
static guint
compare(GRand *rand, const AmrOracleProfile *profile, guint8 klass, guint count)
{
    const AmrPdb *pdb = &profile->rules->policy;
    guint32 start = amr_oracle_class_state(profile, klass), bits = POLICY_BITS;
    guint8 question[LENGTH + 1] = {klass};
    guint bad = 0;
    if (klass == AMR_K_CLASS_FILE) {
        bits = FILE_BITS;
        if (!amr_oracle_file_machine(profile, &pdb, &start))
            return 0;
    }
    for (guint i = 0; start && i < count; i++) {
        AmrPerms kernel = {0}, ours;
        gsize len = wander(rand, pdb->dfa, start, question + 1);
        /* No file is without a name, and kernels differ in what they make of it. */
        if (klass == AMR_K_CLASS_FILE && len == 0)
            continue;
        guint32 state = amr_dfa_walk(pdb->dfa, start, (const char *)question + 1, len);
        if (klass == AMR_K_CLASS_FILE)
            amr_pdb_file_perms(pdb, state, TRUE, &ours);
        else
            amr_pdb_perms(pdb, profile->abi, state, &ours);
        /* As the kernel adds up answers of several profiles. */
        ours.audit &= ours.allow;
        ours.quiet &= ~ours.allow;
        if (ask_kernel(profile->name, question, len + 1, &kernel) == 0 &&
            !(((kernel.allow ^ ours.allow) | (kernel.audit ^ ours.audit) |
               (kernel.quiet ^ ours.quiet)) &
              bits))
            continue;
        g_autofree char *shown = amr_display((AmrBytes){(const char *)question + 1, len});
        if (bad++ < 3)
            printf("# class %u %s: kernel 0x%x/0x%x/0x%x, oracle 0x%x/0x%x/0x%x (%s)\n", klass,
                   shown, kernel.allow, kernel.audit, kernel.quiet, ours.allow, ours.audit,
                   ours.quiet, g_strerror(errno));
    }
    return bad;
}

int
main(int argc, char **argv)
{
    g_autoptr(GError) error = NULL;
    char *data;
    gsize size;
    guint failed = 0;
    if (argc != 4 || !g_file_get_contents(argv[1], &data, &size, &error)) {
        fprintf(stderr, "kernel-oracle COMPILED SEED COUNT%s%s\n", error ? ": " : "",
                error ? error->message : "");
        return 2;
    }
    g_autoptr(GBytes) bytes = g_bytes_new_take(data, size);
    g_autoptr(AmrOracle) oracle = amr_oracle_new(bytes, &error);
    if (!oracle) {
        fprintf(stderr, "%s\n", error->message);
        return 2;
    }
    GRand *rand = g_rand_new_with_seed((guint32)atoi(argv[2]));
    for (guint i = 0; i < amr_oracle_count(oracle); i++) {
        const AmrOracleProfile *profile = amr_oracle_profile(oracle, i);
        guint bad = 0;
        /* Of these the kernel's answer is about the mode. */
        if (profile->mode == AMR_ORACLE_MODE_UNCONFINED || profile->audit_all)
            continue;
        for (guint klass = AMR_K_CLASS_FILE; klass <= AMR_K_CLASS_DBUS; klass++)
            bad += klass == AMR_K_CLASS_DBUS && knows_v9() && !is_v9(profile)
                       ? 0
                       : compare(rand, profile, (guint8)klass, (guint)atoi(argv[3]));
        failed += bad > 0;
        printf("# %s: %u of its answers are not the kernel's\n", profile->name, bad);
    }
    g_rand_free(rand);
    return failed > 0;
}
