// SPDX-License-Identifier: GPL-2.0-only
/*
 * What mmiowitness asks the kernel for: who has a VM, who has a mapping, and copies of memory. Each
 * program is loaded alone, none is attached to an event, and none stores anywhere but in its own
 * answer. What the copies mean is worked out in user space.
 *
 * The structures are those parts of the kernel's that are looked at (CO-RE): the loader finds them by
 * name in the running kernel's BTF. ___NAME is another kernel's shape of the same.
 */
#include "witness/kernel_types.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include "witness/kernel_answer.h"

#define KERNEL __attribute__((preserve_access_index))
#define ANON_INODE_FS_MAGIC 0x09041934 /* include/uapi/linux/magic.h */

struct seq_file;
struct bpf_iter_meta { struct seq_file *seq; } KERNEL;
struct qstr { const unsigned char *name; } KERNEL;
struct dentry { struct qstr d_name; } KERNEL;
struct path { struct dentry *dentry; } KERNEL;
struct super_block { unsigned long s_magic; } KERNEL;
struct inode { struct super_block *i_sb; } KERNEL;
struct file { struct path f_path; struct inode *f_inode; void *private_data; } KERNEL;
struct mm_struct { void *pgd; } KERNEL;
struct task_struct { int pid, tgid; char comm[16]; struct mm_struct *mm; struct task_struct *group_leader; } KERNEL;
struct bpf_iter__task { struct bpf_iter_meta *meta; struct task_struct *task; } KERNEL;
struct bpf_iter__task_file {
	struct bpf_iter_meta *meta;
	struct task_struct *task;
	__u32 fd;
	struct file *file;
} KERNEL;
typedef struct { unsigned long pgprot; } pgprot_t;
struct vm_area_struct {
	unsigned long vm_start, vm_end, vm_flags, vm_pgoff;
	pgprot_t vm_page_prot;
	struct mm_struct *vm_mm;
} KERNEL;
struct bpf_iter__task_vma {
	struct bpf_iter_meta *meta;
	struct task_struct *task;
	struct vm_area_struct *vma;
} KERNEL;

char LICENSE[] SEC("license") = "GPL";
unsigned char copied[KERNEL_COPY_MOST];

/* Never attached: run by BPF_PROG_TEST_RUN, which raw tracepoints have since Linux 5.10. */
SEC("raw_tp/sys_enter")
int copy(struct bpf_raw_tracepoint_args *ctx)
{
	__u64 address = ctx->args[0], size = ctx->args[1];

	if (size > sizeof(copied))
		return -1;
	return bpf_probe_read_kernel(copied, size, (const void *)address);
}

/* The process that reads the answer: what the tables are tried with. */
SEC("iter/task")
int self(struct bpf_iter__task *ctx)
{
	struct task_struct *task = ctx->task;
	struct kernel_process answer = {};

	if (!task || task->tgid != (int)(bpf_get_current_pid_tgid() >> 32) || task->pid != task->tgid)
		return 0;
	answer.pid = (__u32)task->tgid;
	answer.pgd = (__u64)BPF_CORE_READ(task, mm, pgd);
	bpf_seq_write(ctx->meta->seq, &answer, sizeof(answer));
	return 0;
}

/* Mappings of what need not be ordinary memory. */
SEC("iter/task_vma")
int mappings(struct bpf_iter__task_vma *ctx)
{
	struct task_struct *task = ctx->task;
	struct vm_area_struct *vma = ctx->vma;
	struct kernel_mapping answer = {};

	if (!task || !vma || task->pid != task->tgid || !(vma->vm_flags & (KERNEL_VM_PFNMAP | KERNEL_VM_IO | KERNEL_VM_MIXEDMAP)))
		return 0;
	answer.pid = (__u32)task->tgid;
	bpf_probe_read_kernel(answer.comm, sizeof(answer.comm), task->comm);
	answer.pgd = (__u64)BPF_CORE_READ(vma, vm_mm, pgd);
	answer.start = vma->vm_start;
	answer.end = vma->vm_end;
	answer.flags = vma->vm_flags;
	answer.prot = vma->vm_page_prot.pgprot;
	answer.first_page = vma->vm_pgoff;
	bpf_seq_write(ctx->meta->seq, &answer, sizeof(answer));
	return 0;
}

/* True for a file of KVM's whose name begins with that. */
static __always_inline bool is_kvm_file(struct file *file, const char *name, int len)
{
	char is[16] = {};

	if (BPF_CORE_READ(file, f_inode, i_sb, s_magic) != ANON_INODE_FS_MAGIC)
		return false;
	bpf_probe_read_kernel_str(is, sizeof(is), BPF_CORE_READ(file, f_path.dentry, d_name.name));
	for (int i = 0; i < len; i++)
		if (is[i] != name[i])
			return false;
	return true;
}

struct rb_node;
struct hlist_node { struct hlist_node *next; } KERNEL;
struct hlist_head { struct hlist_node *first; } KERNEL;
struct kvm_memory_slot {
	struct hlist_node id_node[2];
	__u64 base_gfn;
	unsigned long npages, userspace_addr;
} KERNEL;
struct kvm_memslots { struct hlist_head id_hash[128]; int node_idx; } KERNEL; /* since Linux 5.17 */
struct kvm_memslots___array { int used_slots; struct kvm_memory_slot memslots[1]; } KERNEL;

#define SLOTS_MOST   512 /* where they are an array, it has as many */
#define BUCKETS      128
#define CHAIN_MOST   16

static __always_inline void tell_slot(struct seq_file *seq, __u32 pid, const struct kvm_memory_slot *slot)
{
	struct kernel_slot answer = { .pid = pid };

	answer.guest_page = BPF_CORE_READ(slot, base_gfn);
	answer.pages = BPF_CORE_READ(slot, npages);
	answer.start = BPF_CORE_READ(slot, userspace_addr);
	bpf_seq_write(seq, &answer, sizeof(answer));
}

static __always_inline void tell_slots(struct seq_file *seq, __u32 pid, struct kvm_memslots *slots)
{
	__u64 node_at = bpf_core_field_offset(struct kvm_memory_slot, id_node) +
			(BPF_CORE_READ(slots, node_idx) ? bpf_core_type_size(struct hlist_node) : 0);

	for (__u32 i = 0; i < BUCKETS; i++) {
		struct hlist_node *node = NULL;

		bpf_core_read(&node, sizeof(node), &slots->id_hash[i].first);
		for (int j = 0; j < CHAIN_MOST && node; j++) {
			tell_slot(seq, pid, (void *)node - node_at);
			node = BPF_CORE_READ(node, next);
		}
	}
}

static __always_inline void tell_array(struct seq_file *seq, __u32 pid, struct kvm_memslots___array *slots)
{
	for (int i = 0; i < SLOTS_MOST && i < BPF_CORE_READ(slots, used_slots); i++)
		tell_slot(seq, pid, (void *)slots + bpf_core_field_offset(struct kvm_memslots___array, memslots) +
				       (__u64)i * bpf_core_type_size(struct kvm_memory_slot));
}

#ifdef KERNEL_AARCH64

#define NESTED_MOST 256

struct kvm_pgtable { __u32 ia_bits; signed char start_level; __u64 *pgd; } KERNEL;
struct kvm_pgtable___5_10 { __u32 start_level; } KERNEL;
struct kvm_s2_mmu { __u64 pgd_phys; struct kvm_pgtable *pgt; __u64 vtcr; } KERNEL;
struct kvm_protected_vm { __u32 handle; } KERNEL;
struct kvm_arch {
	struct kvm_s2_mmu mmu;
	__u64 vtcr;
	struct kvm_s2_mmu *nested_mmus;
	__u64 nested_mmus_size;
	struct kvm_protected_vm pkvm;
} KERNEL;
struct kvm { struct kvm_arch arch; struct kvm_memslots *memslots[1]; } KERNEL;
/* a tree of some kind: CO-RE finds no field of a pointer's type where the kernel has a structure */
struct pkvm_tree { void *root; } KERNEL;
struct kvm_pgtable___protected { struct pkvm_tree pkvm_mappings; } KERNEL;

static __always_inline void read_tables(struct kernel_vm *vm, struct kvm_s2_mmu *mmu)
{
	struct kvm_pgtable *pgt = BPF_CORE_READ(mmu, pgt);
	struct kvm_pgtable___5_10 *old = (void *)pgt;

	vm->root_phys = BPF_CORE_READ(mmu, pgd_phys);
	vm->root = (__u64)BPF_CORE_READ(pgt, pgd);
	vm->input_bits = BPF_CORE_READ(pgt, ia_bits);
	if (bpf_core_field_size(pgt->start_level) == 1)
		vm->start_level = BPF_CORE_READ(pgt, start_level);
	else
		vm->start_level = (__s32)BPF_CORE_READ(old, start_level);
}

/* It moved between kernels. barrier_var: what is not there must not be computed before it was asked for. */
static __always_inline __u64 read_vtcr(struct kvm *kvm)
{
	barrier_var(kvm);
	if (bpf_core_field_exists(kvm->arch.mmu.vtcr))
		return BPF_CORE_READ(kvm, arch.mmu.vtcr);
	barrier_var(kvm);
	if (bpf_core_field_exists(kvm->arch.vtcr))
		return BPF_CORE_READ(kvm, arch.vtcr);
	return 0;
}

SEC("iter/task_file")
int vms(struct bpf_iter__task_file *ctx)
{
	struct task_struct *task = ctx->task;
	struct file *file = ctx->file;
	struct kernel_vm answer = {};
	struct kvm *kvm;

	if (!task || !file || task->pid != task->tgid || !is_kvm_file(file, "kvm-vm", 7))
		return 0;
	kvm = file->private_data;
	answer.pid = (__u32)task->tgid;
	bpf_probe_read_kernel(answer.comm, sizeof(answer.comm), task->comm);
	answer.kvm = (__u64)kvm;
	if (bpf_core_field_exists(struct kvm_pgtable___protected, pkvm_mappings) &&
	    bpf_core_field_exists(kvm->arch.pkvm))
		answer.is_protected = BPF_CORE_READ(kvm, arch.pkvm.handle) != 0;
	answer.control = read_vtcr(kvm);
	read_tables(&answer, &kvm->arch.mmu);
	bpf_seq_write(ctx->meta->seq, &answer, sizeof(answer));
	if (!bpf_core_field_exists(kvm->arch.nested_mmus_size))
		return 0;
	for (__u32 i = 0; i < NESTED_MOST; i++) {
		struct kvm_s2_mmu *mmu = BPF_CORE_READ(kvm, arch.nested_mmus);

		if (!mmu || i >= BPF_CORE_READ(kvm, arch.nested_mmus_size))
			break;
		mmu = (void *)mmu + i * bpf_core_type_size(struct kvm_s2_mmu);
		if (!BPF_CORE_READ(mmu, pgt))
			continue;
		answer.nested = i + 1;
		read_tables(&answer, mmu);
		bpf_seq_write(ctx->meta->seq, &answer, sizeof(answer));
	}
	return 0;
}

#else /* x86-64 */

union kvm_mmu_page_role { __u32 word; } KERNEL;
union kvm_mmu_role { __u64 as_u64; } KERNEL;
struct kvm_mmu_root_info { __u64 hpa; } KERNEL;
struct kvm_mmu { struct kvm_mmu_root_info root; union kvm_mmu_page_role root_role; } KERNEL;
struct kvm_mmu___5_17 { __u64 root_hpa; } KERNEL;
struct kvm_mmu___5_18 { union kvm_mmu_role mmu_role; } KERNEL;
struct kvm_vcpu_arch { struct kvm_mmu root_mmu, guest_mmu; } KERNEL;
struct kvm { struct kvm_memslots *memslots[1]; } KERNEL;
struct kvm_vcpu { struct kvm *kvm; struct kvm_vcpu_arch arch; } KERNEL;

/* bits of union kvm_mmu_page_role, arch/x86/include/asm/kvm_host.h */
#define ROLE_LEVEL  0xfu
#define ROLE_DIRECT (1u << 7)
#define ROLE_SMM    (0xffu << 24)

#define NO_ROOT     (~0ull) /* INVALID_PAGE */

static __always_inline void read_root(struct kernel_vm *vm, struct kvm_mmu *mmu)
{
	struct kvm_mmu___5_17 *older = (void *)mmu;
	struct kvm_mmu___5_18 *old = (void *)mmu;
	__u32 role;

	if (bpf_core_field_exists(mmu->root))
		vm->root_phys = BPF_CORE_READ(mmu, root.hpa);
	else
		vm->root_phys = BPF_CORE_READ(older, root_hpa);
	if (bpf_core_field_exists(mmu->root_role))
		role = BPF_CORE_READ(mmu, root_role.word);
	else
		role = (__u32)BPF_CORE_READ(old, mmu_role.as_u64);
	vm->start_level = 4 - (__s32)(role & ROLE_LEVEL);
	/* a guest without paging has a direct table where it has no second stage, too: of three levels */
	vm->is_shadow = !vm->nested && (!(role & ROLE_DIRECT) || vm->start_level > 0);
	vm->is_smm = !!(role & ROLE_SMM);
}

SEC("iter/task_file")
int vms(struct bpf_iter__task_file *ctx)
{
	struct task_struct *task = ctx->task;
	struct file *file = ctx->file;
	struct kernel_vm answer = {};
	struct kvm_vcpu *vcpu;

	if (!task || !file || task->pid != task->tgid || !is_kvm_file(file, "kvm-vcpu:", 9))
		return 0;
	vcpu = file->private_data;
	answer.pid = (__u32)task->tgid;
	bpf_probe_read_kernel(answer.comm, sizeof(answer.comm), task->comm);
	/* kvm is a module: where it is not loaded, nobody has a VM; all modules are described since Linux 5.11 */
	if (!bpf_core_type_exists(struct kvm_vcpu)) {
		answer.kvm = answer.pid;
		answer.is_unknown = 1;
		bpf_seq_write(ctx->meta->seq, &answer, sizeof(answer));
		return 0;
	}
	answer.kvm = (__u64)BPF_CORE_READ(vcpu, kvm);
	read_root(&answer, &vcpu->arch.root_mmu);
	bpf_seq_write(ctx->meta->seq, &answer, sizeof(answer));
	/* of a VM in it that this vCPU ran last */
	answer.nested = 1;
	read_root(&answer, &vcpu->arch.guest_mmu);
	if (answer.root_phys && answer.root_phys != NO_ROOT)
		bpf_seq_write(ctx->meta->seq, &answer, sizeof(answer));
	return 0;
}

#endif

/* What of a VMM's memory is where for its guest: of the first address space, which has all but x86's SMRAM. */
SEC("iter/task_file")
int slots(struct bpf_iter__task_file *ctx)
{
	struct task_struct *task = ctx->task;
	struct file *file = ctx->file;
	struct kvm_memslots *slots;
	struct kvm *kvm;

	if (!bpf_core_type_exists(struct kvm_memslots))
		return 0;
	if (!task || !file || task->pid != task->tgid || !is_kvm_file(file, "kvm-vm", 7))
		return 0;
	kvm = file->private_data;
	slots = BPF_CORE_READ(kvm, memslots[0]);
	if (bpf_core_field_exists(slots->id_hash))
		tell_slots(ctx->meta->seq, (__u32)task->tgid, slots);
	else
		tell_array(ctx->meta->seq, (__u32)task->tgid, (void *)slots);
	return 0;
}
