/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the unit tests share. Include this first: cmocka.h needs its companions before it. */
#ifndef TESTS_UNIT_TESTING_H
#define TESTS_UNIT_TESTING_H

/* clang-format off: cmocka.h wants these before it. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
/* clang-format on */

#include <gio/gio.h>

/* Fails the test with the error's own words. */
#define assert_no_error(error)                                  \
    do {                                                        \
        if ((error) != NULL)                                    \
            fail_msg("unexpected error: %s", (error)->message); \
    } while (0)

#define assert_error(error, error_domain, error_code)                  \
    do {                                                               \
        if ((error) == NULL)                                           \
            fail_msg("no error where " #error_code " was expected");   \
        if (!g_error_matches((error), (error_domain), (error_code)))   \
            fail_msg("not " #error_code " but: %s", (error)->message); \
    } while (0)

/* A fresh directory for one test, removed by test_dir_remove(). */
char *test_dir_new(void);
void test_dir_remove(char *dir);
/* Writes DIR/NAME (making directories) and reads it. */
void test_write(const char *dir, const char *name, const char *text);
char *test_read(const char *dir, const char *name);
/* The path of tests/data/NAME. */
char *test_data(const char *name);

/* Runs the main loop until *done. Fails the test after 60 s (a hang, not a measure of speed). */
void test_wait(gboolean *done);
/* A GAsyncReadyCallback that stores a reference to the result in *(GAsyncResult **)data. */
void test_result(GObject *source, GAsyncResult *result, gpointer data);
/* Runs the main loop until *result is set. */
void test_wait_result(GAsyncResult **result);

#endif
