/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef INJECT_SHARED_H
#define INJECT_SHARED_H

/* The file of counts: inject.py reads it by these offsets. */

#include <stdatomic.h>
#include <stdint.h>

enum inject_function {
	INJECT_OPEN,
	INJECT_READ,
	INJECT_WRITE,
	INJECT_CLOSE,
	INJECT_MMAP,
	INJECT_FORK,
	INJECT_EXEC,
	INJECT_FSYNC,
	INJECT_RENAME,
	INJECT_UNLINK,
	INJECT_MKDIR,
	INJECT_MKSTEMP,
	INJECT_MEMFD,
	INJECT_FCHMOD,
	INJECT_FTRUNCATE,
	INJECT_FLOCK,
	INJECT_AFFINITY,
	INJECT_STAT,
	INJECT_STATFS,
	INJECT_ACCESS,
	INJECT_DUP,
	INJECT_PIPE,
	INJECT_OPENDIR,
	INJECT_READDIR,
	INJECT_READLINK,
	INJECT_MALLOC,
	INJECT_THREAD,
	INJECT_CREATE,                  /* an open that may make a file */
};

/* In that order. */
#define INJECT_FUNCTIONS                                                                           \
	"open", "read", "write", "close", "mmap", "fork", "exec", "fsync", "rename", "unlink",     \
	"mkdir", "mkstemp", "memfd", "fchmod", "ftruncate", "flock", "affinity", "stat", "statfs", \
	"access", "dup", "pipe", "opendir", "readdir", "readlink", "malloc", "thread",   \
	"create"

#define INJECT_SITES  16384
#define INJECT_FRAMES 12

struct inject_site {
	_Atomic uint64_t id;            /* 0: none */
	_Atomic uint64_t count;
	uint32_t function;
	uint8_t library;                /* called by a library */
	uint8_t own;                    /* the program is among the callers */
	char caller[26];                /* the innermost caller's module */
	uint64_t frames[INJECT_FRAMES]; /* callers, counted from the program's start; 0: a library's */
};

struct inject_state {
	_Atomic uint64_t hits;
	uint64_t full;                  /* not all sites fit */
	struct inject_site sites[INJECT_SITES];
};

#endif
