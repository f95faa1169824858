/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PAIR_STORE_H
#define PAIR_STORE_H

/*
 * A write to sysfs runs code of a driver, which may hang for good, and then cannot be killed. So a child makes it,
 * that is waited for so long only. Signals do not reach it: a driver's probe() that is interrupted would fail.
 */
#define STORE_SECONDS 60.0 /* disks and NICs take up to 10 s to let go, and a controller that is hung 30 to 60 s */

/* As path_write; -ETIMEDOUT: it has not come to its end, and may yet. Logs nothing. */
int store_bounded(double seconds, const char *text, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/*
 * modprobe -a, by the kernel's own program for that, of names that end with NULL. 0, or -errno. Logs nothing.
 */
int store_modules(const char *const *names);

#endif
