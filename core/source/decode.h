/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Forms of log that are no lines of text, turned into such: what comes out is read by core/log like
 * any other log. The form is told by looking at the bytes, never by a file's name.
 *
 * A decoder takes bytes in blocks cut anywhere and holds less than 256 KiB, whatever comes.
 */
#ifndef AMR_SOURCE_DECODE_H
#define AMR_SOURCE_DECODE_H

#include <glib.h>

G_BEGIN_DECLS

typedef enum {
    AMR_FORM_UNSURE, /* more bytes will tell */
    AMR_FORM_TEXT,   /* lines as they are */
    AMR_FORM_KMSG,   /* /dev/kmsg: "5,387,16641419,-;text", \xNN for bytes, lines of " KEY=value" */
    AMR_FORM_EXPORT, /* journalctl -o export */
    AMR_FORM_JSON,   /* journalctl -o json, json-pretty, json-seq, json-sse */
    AMR_FORM_VERBOSE, /* journalctl -o verbose */
} AmrForm;

/* By the beginning of a log. With @last there is no more; 64 KiB are always enough. */
AmrForm amr_form_guess(const char *bytes, gsize size, gboolean last);

/* Takes text, cut anywhere. */
typedef void (*AmrTextSink)(gpointer data, const char *text, gsize size);

typedef struct {
    guint64 torn;     /* entries that end within a value, or are not of the form */
    guint64 overlong; /* entries of interest whose message does not fit, or was left out */
} AmrDecodeCounts;

typedef struct AmrDecoder AmrDecoder;

/* @form: KMSG, EXPORT, JSON or VERBOSE.
 *
 * An entry of the journal becomes one line as `journalctl -o short-unix` has it, "STAMP HOST
 * TAG[PID]: MESSAGE", where newlines are blanks. What came from the audit subsystem, whose stamp
 * and serial the journal takes off, gets them back: "type=1400 audit(1795350213.284:30): ...".
 * TAG is "kernel" or "audit" only where the journal itself says so (_TRANSPORT): what a program
 * calls itself (SYSLOG_IDENTIFIER) cannot be either. */
AmrDecoder *amr_decoder_new(AmrForm form, AmrTextSink sink, gpointer data);
void amr_decoder_free(AmrDecoder *decoder);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AmrDecoder, amr_decoder_free)

void amr_decoder_feed(AmrDecoder *decoder, const char *bytes, gsize size);
/* No more will come: what is whole is given, what is not is counted as torn. */
void amr_decoder_end(AmrDecoder *decoder);
AmrDecodeCounts amr_decoder_counts(const AmrDecoder *decoder);

/* One datagram of the audit netlink (AUDIT_NLGRP_READLOG), as the kernel gives it: each message
 * becomes the line "type=1400 audit(...): ..." . FALSE if it is not whole; the messages before the
 * damage are given all the same. */
gboolean amr_decode_netlink(const void *datagram, gsize size, AmrTextSink sink, gpointer data);

G_END_DECLS
#endif
