/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Diagnostics go to stderr, one line each, prefixed with the program's name. Who detects an error
 * first logs it, naming the cause and the way out; callers only pass the errno on.
 */

void log_error(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_warn(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_note(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Errors, warnings and notes of this process are dropped while muted. */
void log_mute(bool mute);

/* The first error of this process from now on goes to buf, the others nowhere; NULL: to stderr again. */
void log_keep(char *buf, size_t n);

/* One line that is overwritten; shown only where stderr is a terminal. "" removes it. */
void log_progress(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Stands before each such line; kept, not copied. */
void log_progress_prefix(const char *prefix);

#endif
