/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TESTS_WITNESS_RECORDED_H
#define TESTS_WITNESS_RECORDED_H

#include "recording.h"

/* kernel.h of a recording: what kernel_open() opens. */
extern struct recording recorded;

#endif
