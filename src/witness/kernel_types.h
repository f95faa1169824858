/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef WITNESS_KERNEL_TYPES_H
#define WITNESS_KERNEL_TYPES_H

/* The integers that libbpf's headers want: without those of an architecture's linux/types.h. */
#ifdef __bpf__
#include <stdbool.h>
typedef unsigned char __u8;
typedef unsigned short __u16;
typedef unsigned int __u32;
typedef unsigned long long __u64;
typedef signed char __s8;
typedef short __s16;
typedef int __s32;
typedef long long __s64;
typedef __u16 __be16;
typedef __u32 __be32;
typedef __u64 __be64;
typedef __u32 __wsum;
typedef __u16 __sum16;
enum { BPF_MAP_TYPE_ARRAY = 2 };
struct bpf_raw_tracepoint_args { __u64 args[0]; };
#else
#include <linux/types.h>
#endif

#endif
