/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The BPF programs as clang made them, for libbpf to load from memory. */
	.section .rodata
	.balign 8
	.global kernel_bpf_begin, kernel_bpf_end
kernel_bpf_begin:
	.incbin "src/witness/kernel.bpf.o"
kernel_bpf_end:
	.section .note.GNU-stack, "", %progbits
