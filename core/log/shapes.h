/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The heads of a log have few shapes: digits change, what stands around them does not. A head that
 * is like one of the last few but for its digits says the same, so it need not be read anew.
 */
#ifndef AMR_LOG_SHAPES_H
#define AMR_LOG_SHAPES_H

#include "core/log/head.h"

enum {
    AMR_SHAPES = 6,
    AMR_SHAPE_MAX = 128 /* bytes of a head */
};

typedef struct {
    AmrHead head;   /* of the line that showed it; spans count from that line's start */
    uint32_t len;   /* of what stands before the body; 0 for a free place */
    uint32_t stamp; /* where the digits of audit( begin */
    uint8_t text[AMR_SHAPE_MAX];
    uint8_t digit[AMR_SHAPE_MAX]; /* 0xff where any digit will do, else 0 */
} AmrShape;

/* All zero holds none. */
typedef struct {
    AmrShape shape[AMR_SHAPES];
    uint8_t order[AMR_SHAPES]; /* which was seen last, and so on */
    uint8_t count;
} AmrShapes;

/* The same as amr_head_read(), in all that it says. */
bool amr_shapes_read(AmrShapes *shapes, AmrHead *head, const char *block, AmrSpan line);

#endif
