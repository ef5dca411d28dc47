/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A sentence with places in it for what a record says, as data files have them:
 *
 *   {name}                what the record says for this key, in display form
 *   {capname,name}        the first of these that is there
 *   {comm|A program}      words for a record that says nothing for it
 *   {profile}             is the whole name, with its namespace
 *   {rights}              the permissions of a file, in words that the caller has
 *   [, from {laddr}]      is left out, words and all, if any place within has nothing to say and no
 *                         words for that
 *
 * There is no escape: a sentence holds no { } [ ] of its own.
 */
#ifndef AMR_DENIAL_PHRASE_H
#define AMR_DENIAL_PHRASE_H

#include "core/denial/event.h"

G_BEGIN_DECLS

typedef struct AmrPhrase AmrPhrase;

/* Reads @text; NULL if it is none, with a constant string in *wrong that says why. */
AmrPhrase *amr_phrase_new(const char *text, const char **wrong);
void amr_phrase_free(AmrPhrase *phrase);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AmrPhrase, amr_phrase_free)

/* For @event; what {rights} stands for (display form) may be NULL. Only display form is added: a
 * record cannot bring places of its own. */
void amr_phrase_append(const AmrPhrase *phrase, const AmrEvent *event, const char *rights,
                       GString *out);

/* For AmrDataKind.take: reads @value into *where, or says what is wrong. */
const char *amr_phrase_once(AmrPhrase **where, const char *value);

G_END_DECLS
#endif
