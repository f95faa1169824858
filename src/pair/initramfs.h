/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PAIR_INITRAMFS_H
#define PAIR_INITRAMFS_H

#include <limits.h>
#include <stddef.h>

/*
 * All that a disposable guest has: mmiobench, mmiopair as its first process, their loader and libraries as this
 * machine has them, and what it is told to do. Nothing is fetched, nothing of the guest stays.
 */

/* Directories and files in the guest. */
#define INITRAMFS_LIBRARIES "/lib"
#define INITRAMFS_PROGRAM   "/bin/mmiobench"
#define INITRAMFS_WORDS     "/words"   /* mmiobench's arguments, a line each */
#define INITRAMFS_MODULES   "/modules" /* names below /module, a line each, in the order of loading */
#define INITRAMFS_JOURNAL   "/journal" /* crash journal of a guest before this one */
#define INITRAMFS_DEVICE    "/device"  /* "VVVV:DDDD": it is enabled before mmiobench finds it */

#define INITRAMFS_MODULES_MOST 32

struct initramfs {
	const char *path;        /* of the file to be made */
	const char *mmiopair, *mmiobench; /* ELF files */
	const char *loader;      /* of this process */
	const char *libraries;   /* directory of this process's C library */
	char *const *modules;    /* kernel modules' files; NULL at the end; NULL: none */
	char *const *words;      /* what mmiobench is told; NULL at the end */
	const char *device;      /* "VVVV:DDDD" */
	const char *journal;     /* a file, which need not be there; NULL: none */
};

/* 0, or -errno after logging. */
int initramfs_make(const struct initramfs *i);

/* Where this process's own parts are, as the kernel has mapped them. */
struct own_files {
	char program[PATH_MAX], loader[PATH_MAX], libraries[PATH_MAX];
};

/* 0, or -errno after logging: a program without a loader is none of ours. */
int own_files_find(struct own_files *own);

#endif
