/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Diagnostics go to stderr, one line each, prefixed with the program's name. Who detects an error
 * first logs it, naming the cause and the remedy; callers only pass the errno on.
 */

#define log_error(...) log_message("", __VA_ARGS__)
#define log_warn(...)  log_message("warning: ", __VA_ARGS__)
#define log_note(...)  log_message("note: ", __VA_ARGS__)

void log_message(const char *level, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Errors, warnings and notes of this process are dropped while muted. */
void log_mute(bool mute);

/* The first error of this process from now on goes to buf, the others nowhere; NULL: to stderr again. */
void log_keep(char *buf, size_t n);

/* One line that is overwritten; shown only where stderr is a terminal. "" removes it. */
void log_progress(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Stands before each such line; kept, not copied. */
void log_progress_prefix(const char *prefix);

#endif
