/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The inner loop of the scan: where in a block could one of the needles stand? All needles are
 * looked for at once, by four bytes of each, so that a log is walked only once.
 */
#ifndef AMR_LOG_PROBE_H
#define AMR_LOG_PROBE_H

#include <stddef.h>

/* X(bytes): in lower case, and where they stand in a needle:
 *   parm  apPARMor=  APPARMOR_
 *   e=15  typE=15    n[15  UNKNOWN[15
 *   _los  audit_LOSt=   _skb  printk_SKb
 *   klog  bacKLOG limit exceeded
 * probe.c holds tables of the first and the last one of each. */
#define AMR_PROBE_NEEDLES(X) \
    X("parm")                \
    X("e=15")                \
    X("n[15")                \
    X("_los")                \
    X("_skb")                \
    X("klog")

/* The first place in [@from, @size) with such bytes (letters of either case); @size if there is
 * none. Chooses the widest registers that the machine has. */
size_t amr_probe_next(const char *block, size_t from, size_t size);

/* The same, byte by byte: what is left at a block's end, other machines, and the tests' measure. */
size_t amr_probe_next_plain(const char *block, size_t from, size_t size);

#endif
