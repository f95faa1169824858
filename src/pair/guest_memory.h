/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PAIR_GUEST_MEMORY_H
#define PAIR_GUEST_MEMORY_H

#include <sys/types.h>
#include "pair/serial.h"

/*
 * Reads a file out of the guest's memory, which is a mapping of its VMM's, whichever VMM that is. Which of its
 * mappings is not known: the one is taken that has what the file's checksum says. 0: f is whole; -EBADMSG: none has
 * it, or it may not be read. Logs nothing.
 */
int guest_memory_fetch(struct serial_file *f, pid_t vmm, uint64_t ram_bytes);

#endif
