/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a state grants. Older streams pack it into accept words; newer ones (permstable32 of the
 * kernel's features, abi/4.0 and later) have a table of permissions that accept words point into.
 * The packing is told by security/apparmor/policy_compat.c of Linux 6.12 and libapparmor_re/
 * policy_compat.cc of AppArmor 4.1, which turns the one into the other.
 */
#include <string.h>

#include "core/policy/oracle_private.h"

/* Packed file permissions: 7 rights and 7 bits of how to execute for the owner, the same 14 bits
 * higher for others; in the second word what is audited and what is quiet. */
enum {
    OTHER_SHIFT = 14,
    RIGHTS = 0x7f,
    QUIET_SHIFT = 7,
    OLD_LINK = 0x10,
    OLD_LOCK = 0x20,
    OLD_MMAP = 0x40,
    OLD_X_UNCONFINED = 0x80,
    OLD_X_UNSAFE = 0x100,
    OLD_X_INHERIT = 0x200,
    OLD_ONEXEC = 0x40000000,
    OLD_CONTINUE = 0x10000000,
};
#define OLD_CHANGE_PROFILE 0x80000000u

/* In accept2 beside a table of permissions: the entry is the owner's, the one after it others'. */
#define TABLE_HAS_OWNER 1u

void
amr_pdb_clear(AmrPdb *pdb)
{
    amr_dfa_free(pdb->dfa);
    g_free(pdb->table);
    g_strfreev(pdb->names);
    memset(pdb, 0, sizeof *pdb);
}

static gboolean
same_words(const guint32 *a, const guint32 *b, guint32 n)
{
    return a && b ? memcmp(a, b, n * sizeof *a) == 0 : a == b;
}

gboolean
amr_pdb_equal(const AmrPdb *a, const AmrPdb *b)
{
    const AmrDfa *x = a->dfa, *y = b->dfa;
    if (a == b)
        return TRUE;
    if (!x || !y || x->n_states != y->n_states || x->n_edges != y->n_edges ||
        a->n_table != b->n_table || a->n_names != b->n_names || !a->table != !b->table)
        return FALSE;
    for (guint i = 0; i < a->n_names; i++)
        if (strcmp(a->names[i], b->names[i]) != 0)
            return FALSE;
    return memcmp(x->class_of, y->class_of, sizeof x->class_of) == 0 &&
           same_words(x->base, y->base, x->n_states) &&
           same_words(x->otherwise, y->otherwise, x->n_states) &&
           same_words(x->accept, y->accept, x->n_states) &&
           same_words(x->accept2, y->accept2, x->n_states) &&
           memcmp(x->edges, y->edges, x->n_edges * sizeof *x->edges) == 0 &&
           (!a->table || memcmp(a->table, b->table, a->n_table * sizeof *a->table) == 0);
}

static guint32
file_rights(guint32 old)
{
    guint32 rights = old & (AMR_K_EXEC | AMR_K_WRITE | AMR_K_READ | AMR_K_APPEND);
    if (old & AMR_K_READ)
        rights |= AMR_K_GETATTR | AMR_K_OPEN;
    if (old & AMR_K_WRITE)
        rights |=
            AMR_K_SETATTR | AMR_K_CREATE | AMR_K_DELETE | AMR_K_CHMOD | AMR_K_CHOWN | AMR_K_OPEN;
    if (old & OLD_LINK)
        rights |= AMR_K_LINK;
    if (old & OLD_LOCK)
        rights |= AMR_K_LOCK;
    if (old & OLD_MMAP)
        rights |= AMR_K_MMAP;
    return rights;
}

/* 1 unconfined, 2 by the program's name, 3 the same among children, from 4 on by the table. */
static guint32
file_xindex(guint32 old)
{
    guint index = (old >> 10) & 0xf;
    guint32 xindex = (old & OLD_X_UNSAFE ? AMR_X_UNSAFE : 0) |
                     (old & OLD_X_INHERIT ? AMR_X_INHERIT : 0) |
                     (old & OLD_X_UNCONFINED ? AMR_X_UNCONFINED : 0);
    if (index == 1)
        return xindex | AMR_X_UNCONFINED;
    if (index == 2)
        return xindex | AMR_X_NAME;
    if (index == 3)
        return xindex | AMR_X_NAME | AMR_X_CHILD;
    return index ? xindex | AMR_X_TABLE | (index - 4) : xindex;
}

gboolean
amr_pdb_has_owner(const AmrPdb *pdb, guint32 state)
{
    return pdb->dfa->accept2 ? (pdb->dfa->accept2[state] & TABLE_HAS_OWNER) != 0 : pdb->pairs;
}

/*
 * Version 2 of the table (abi/4.0, written by 4.1 and 5.0) has no second word. The compiler writes
 * pairs there as well, and a kernel that finds no second word takes the owner's entry for
 * everybody (told and to be mended on the list of AppArmor, November 2025). What was meant is the
 * pair, and that is what is answered.
 */
void
amr_pdb_find_pairs(AmrPdb *pdb)
{
    pdb->pairs = pdb->table && !pdb->dfa->accept2 && pdb->n_table % 2 == 0;
    for (guint32 i = 0; pdb->pairs && i < pdb->dfa->n_states; i++)
        pdb->pairs = pdb->dfa->accept[i] % 2 == 0;
}

void
amr_pdb_file_perms(const AmrPdb *pdb, guint32 state, gboolean owner, AmrPerms *perms)
{
    *perms = (AmrPerms){0};
    if (!state)
        return;
    if (pdb->abi) {
        amr_pdb_perms(pdb, pdb->abi, state, perms);
        return;
    }
    guint32 accept = pdb->dfa->accept[state];
    if (pdb->table) {
        *perms = pdb->table[accept + (!owner && amr_pdb_has_owner(pdb, state) ? 1 : 0)];
        return;
    }
    guint32 accept2 = pdb->dfa->accept2 ? pdb->dfa->accept2[state] : 0;
    guint shift = owner ? 0 : OTHER_SHIFT;
    perms->allow = file_rights((accept >> shift) & RIGHTS);
    perms->audit = file_rights((accept2 >> shift) & RIGHTS);
    perms->quiet = file_rights((accept2 >> (shift + QUIET_SHIFT)) & RIGHTS);
    perms->xindex = file_xindex(accept >> shift);
    if (accept & OLD_CHANGE_PROFILE)
        perms->allow |= AMR_K_CHANGE_PROFILE;
    if (accept & OLD_ONEXEC)
        perms->allow |= AMR_K_ONEXEC;
}

/* What files know as the rights of others extends the rights of other classes. */
static guint32
extended(guint32 other)
{
    return (other & 0x3) << 8 | (other & 0x1c) << 18 | (other & 0x60) << 19;
}

void
amr_pdb_perms(const AmrPdb *pdb, guint abi, guint32 state, AmrPerms *perms)
{
    *perms = (AmrPerms){0};
    if (!state)
        return;
    guint32 accept = pdb->dfa->accept[state];
    if (pdb->table) {
        *perms = pdb->table[accept];
        return;
    }
    guint32 accept2 = pdb->dfa->accept2 ? pdb->dfa->accept2[state] : 0;
    perms->allow = (accept & RIGHTS) | extended((accept >> OTHER_SHIFT) & RIGHTS);
    perms->audit = (accept2 & RIGHTS) | extended((accept2 >> OTHER_SHIFT) & RIGHTS);
    perms->quiet = ((accept2 >> QUIET_SHIFT) & RIGHTS) |
                   extended((accept2 >> (OTHER_SHIFT + QUIET_SHIFT)) & RIGHTS);
    if (accept & OLD_CONTINUE)
        perms->allow |= AMR_K_CONTINUE;
    if (abi <= 8) {
        perms->allow |= AMR_K_LOCK;
    } else {
        guint32 x = (accept >> 7) & RIGHTS;
        perms->allow |= (x & 0x1) << 7 | (x & 0x7e) << 9;
    }
}

static const struct {
    guint32 perm, bit;
} file_bits[] = {
    {AMR_PERM_READ, AMR_K_READ},     {AMR_PERM_WRITE, AMR_K_WRITE},
    {AMR_PERM_APPEND, AMR_K_APPEND}, {AMR_PERM_CREATE, AMR_K_CREATE},
    {AMR_PERM_DELETE, AMR_K_DELETE}, {AMR_PERM_LINK, AMR_K_LINK},
    {AMR_PERM_LOCK, AMR_K_LOCK},     {AMR_PERM_MMAP_EXEC, AMR_K_MMAP},
    {AMR_PERM_EXEC, AMR_K_EXEC},
};

guint32
amr_perms_to_kernel(guint32 perms)
{
    guint32 bits = 0;
    for (guint i = 0; i < G_N_ELEMENTS(file_bits); i++)
        if (perms & file_bits[i].perm)
            bits |= file_bits[i].bit;
    return bits;
}

guint32
amr_perms_from_kernel(guint32 bits)
{
    guint32 perms = 0;
    for (guint i = 0; i < G_N_ELEMENTS(file_bits); i++)
        if (bits & file_bits[i].bit)
            perms |= file_bits[i].perm;
    return perms;
}

AmrExecMode
amr_xindex_mode(guint32 xindex)
{
    /* By child, then by what to do where there is no such profile: nothing, ix, ux. */
    static const AmrExecMode modes[2][3][2] = {
        {{AMR_EXEC_PX_SAFE, AMR_EXEC_PX},
         {AMR_EXEC_PIX_SAFE, AMR_EXEC_PIX},
         {AMR_EXEC_PUX_SAFE, AMR_EXEC_PUX}},
        {{AMR_EXEC_CX_SAFE, AMR_EXEC_CX},
         {AMR_EXEC_CIX_SAFE, AMR_EXEC_CIX},
         {AMR_EXEC_CUX_SAFE, AMR_EXEC_CUX}},
    };
    gboolean unsafe = (xindex & AMR_X_UNSAFE) != 0;
    if (!(xindex & AMR_X_TYPE)) {
        if (xindex & AMR_X_INHERIT)
            return AMR_EXEC_IX;
        return unsafe ? AMR_EXEC_UX : AMR_EXEC_UX_SAFE;
    }
    guint fallback = xindex & AMR_X_INHERIT ? 1 : xindex & AMR_X_UNCONFINED ? 2 : 0;
    return modes[(xindex & AMR_X_CHILD) != 0][fallback][unsafe];
}

const char *
amr_pdb_target(const AmrPdb *pdb, guint32 xindex)
{
    guint32 n = xindex & AMR_X_INDEX;
    if ((xindex & AMR_X_TYPE) != AMR_X_TABLE || n >= pdb->n_names)
        return NULL;
    return pdb->names[n];
}
