/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which of AppArmor's classes an event belongs to. */
#ifndef AMR_DENIAL_CLASSIFY_H
#define AMR_DENIAL_CLASSIFY_H

#include "core/denial/event.h"

G_BEGIN_DECLS

/* From the fields of @event alone: the operation where it decides, class= where the kernel says it
 * (6.12 and newer), else the fields that are there. */
AmrClass amr_event_classify(const AmrEvent *event);

G_END_DECLS
#endif
