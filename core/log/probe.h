/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The inner loop of the scan: where in a block could one of the needles stand? All needles are
 * looked for at once, by four bytes of each, so that a log is walked only once.
 */
#ifndef AMR_LOG_PROBE_H
#define AMR_LOG_PROBE_H

#include <stddef.h>

/* X(bytes), and where they stand in a needle:
 *   parm  apPARMor=
 *   PARM  type=APPARMOR
 *   e=15  typE=15
 *   N[15  UNKNOWn[15
 *   _los  audit_LOSt=   ks s  callbacKS Suppressed
 *   klog  bacKLOG limit exceeded
 * probe.c holds tables of them. */
#define AMR_PROBE_NEEDLES(X) \
    X("parm")                \
    X("PARM")                \
    X("e=15")                \
    X("N[15")                \
    X("_los")                \
    X("ks s")                \
    X("klog")

/* The first place in [@from, @size) with such bytes; @size if there is none. */
typedef size_t (*AmrProbe)(const char *block, size_t from, size_t size);

/* With the widest registers that the machine has. */
size_t amr_probe_next(const char *block, size_t from, size_t size);

/* Byte by byte: what is left at a block's end, and the tests' measure. */
size_t amr_probe_next_plain(const char *block, size_t from, size_t size);

/* Those that this machine can run, the narrowest first; all say the same. Returns how many, at
 * most AMR_PROBES. */
#define AMR_PROBES 4
size_t amr_probe_list(AmrProbe probes[AMR_PROBES]);

#endif
