# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# The outer machine, which is the host. It shares three directories with the PC: cache (read only), out (the
# results) and ctl, which carries the job in and events, output and status out.

readonly BAR_SIZE=16M
declare -A DEBIAN_ARCH=([aarch64]=arm64 [x86_64]=amd64)
declare -A BUILD_OF=([aarch64]=aarch64 [x86_64]=native)
# TCG has AMD's way of nesting, not Intel's; an IOMMU that remaps no interrupts wants the IOAPIC split. It is a whole
# machine, below which nobody has a say in memory types: it does not say that it is a VM.
declare -A MACHINE_OPTIONS=([aarch64]='-M virt,virtualization=on,gic-version=3,iommu=smmuv3'
	[x86_64]='-M q35,kernel-irqchip=split -vga none -device intel-iommu,intremap=off
		-smbios type=0,vendor=lab -smbios type=1,manufacturer=lab,product=lab')
declare -A MEMORY_MB=([aarch64]=2048 [x86_64]=1536)
readonly LAB_LIBRARIES=/usr/lib/lab
# Hosts that are more than a kernel: its name, and what they add to its command line.
declare -A KERNEL_OF=([trixie-backports-protected]=trixie-backports
	[trixie-backports-nested]=trixie-backports [trixie-relaxed]=trixie [trixie-window]=trixie
	[trixie-xen]=trixie)
declare -A KERNEL_OPTIONS=([trixie-backports-protected]=' kvm-arm.mode=protected'
	[trixie-backports-nested]=' kvm-arm.mode=nested'
	[trixie-relaxed]=' iomem=relaxed')
declare -A ARCH_KERNEL_OPTIONS=([aarch64]='' [x86_64]=' intel_iommu=on')
declare -A CONSOLE=([aarch64]=ttyAMA0 [x86_64]=ttyS0)
# Where TCG's SVE and SME are known to disturb nested KVM they are off.
declare -A CPU_OPTIONS=([aarch64-max]=,sve=off,sme=off [aarch64-neoverse-v1]=,sve=off
	[aarch64-neoverse-n2]=,sve=off [x86_64-max]=,svm=on,hypervisor=off)
declare -A DEVICE_ID=([ivshmem]=0x1af4:0x1110 [testdev]=0x1b36:0x0005 [nvme]=0x1b36:0x0010
	[several]=0x1af4:0x1110)
declare -A PROFILE_OPTION=([quick]=--quick [default]='' [full]=--full)
declare -A PROFILE_SECONDS=([quick]=240 [default]=300 [full]=1800)
readonly BOOT_SECONDS=60 # a generous bound, for each of host and guest
readonly RESULTS='*.json *.log *.journal report.md report.html host.dmesg host.pat pair.err'

# The QEMU that runs the host, as a command in ${QEMU[@]}.
qemu_find() {
	local system=qemu-system-${OPT[arch]} least=10 suite='' major arch dir

	# 10.0 has not all that KVM needs to have a hypervisor in its guest
	[[ ${OPT[host]} != *-nested ]] || least=11 suite=-$(machine_kernel)
	major=$("$system" --version 2>/dev/null | sed -n 's/.*version \([0-9]*\).*/\1/p') || true
	if ((${major:-0} >= least)); then
		QEMU=("$system")
		return
	fi
	arch=$(dpkg --print-architecture) ||
		die "QEMU $least or newer is needed (found ${major:-none}); without dpkg the lab cannot fetch its own"
	cache_get "qemu-$arch-${OPT[arch]}$suite"
	dir=$CACHE/qemu-$arch-${OPT[arch]}$suite
	# A module directory of its own, or it loads the PC's modules and aborts.
	QEMU=(env "QEMU_MODULE_DIR=$dir/modules" "$dir/lib/ld.so" --library-path "$dir/lib" "$dir/$system"
		-L "$dir/firmware")
	"${QEMU[@]}" --version >/dev/null || die "the QEMU in $dir does not run here"
}

# The cache's names of what the machine boots.
machine_parts() {
	local arch=${DEBIAN_ARCH[${OPT[arch]}]}

	case ${OPT[arch]} in
	aarch64)
		echo sysroot-bookworm "qemu-$arch-aarch64"
		echo "kernel-$arch-$(machine_kernel)"
		[[ ${OPT[host]} != *-xen ]] || echo "xen-$arch-$(machine_kernel)"
		[[ ${OPT[host]} != *-nested ]] || echo "qemu-$arch-aarch64-$(machine_kernel)"
		;;
	x86_64)
		echo "root-$arch kernel-$arch-$(machine_kernel)"
		! machine_has_guest || echo "qemu-$arch-x86_64"
		;;
	esac
	! machine_has_guest || echo "kernel-$arch-${OPT[guest]}"
}

# The name of the host's kernel.
machine_kernel() {
	echo "${KERNEL_OF[${OPT[host]}]-${OPT[host]}}"
}

# Xen starts no guest here: its dom0 is one of Xen's already.
machine_has_guest() {
	[[ ${OPT[host]} != *-xen && ${OPT[guest]} != none ]]
}

machine_job() {
	if machine_has_guest; then
		echo measure
	else
		echo "measure-${OPT[arch]}"
	fi
}

# Makes everything that a machine needs; then $KERNEL is the host's, and $WORK holds ctl, host.cpio
# and, if none was given, the BAR's bytes.
machine_prepare() {
	local build=${BUILD_OF[${OPT[arch]}]} kernels=$CACHE/kernel-${DEBIAN_ARCH[${OPT[arch]}]} part

	need machine
	build "$build"
	[[ -x ${BUILD[$build]}/mmiobench ]] || die "there is no mmiobench in ${BUILD[$build]}"
	qemu_find
	for part in $(machine_parts); do
		cache_get "$part"
	done

	mkdir -p "${OPT[out]}" || die "cannot make the directory ${OPT[out]}"
	OPT[out]=$(cd "${OPT[out]}" && pwd)
	exec {OUT_LOCK}<"${OPT[out]}"
	flock -n "$OUT_LOCK" || die "another lab is writing to ${OPT[out]}: wait, or choose --out"

	WORK=$(mktemp -d "${TMPDIR:-/tmp}/mmiobench-lab.XXXXXX")
	TEMPS+=("$WORK")
	mkdir -p "$WORK/ctl/guest"
	machine_root "$WORK/root" "${BUILD[$build]}"
	pack "$WORK/root" "$WORK/root.cpio"
	KERNEL=$kernels-$(machine_kernel)
	cat "$KERNEL/modules.cpio" "$WORK/root.cpio" >"$WORK/host.cpio"
	! machine_has_guest ||
		cat "$kernels-${OPT[guest]}/modules.cpio" "$WORK/root.cpio" >"$WORK/ctl/guest.cpio"

	BAR=${OPT[bar-file]:-$WORK/bar}
	truncate -s ">$BAR_SIZE" "$BAR" || die "cannot make the file $BAR"
	: >"${OPT[out]}/machine.log"
	touch "$WORK"/ctl/{events,output,guest/output}
}

# machine_root DIR BUILD: the root of both machines but for the modules: busybox, the product of
# BUILD, its libraries, and what runs it all.
machine_root() {
	local root=$1 program

	mkdir -p "$root"/{bin,lib,usr/bin,usr/share/misc}
	install "$LIB/init" "$root/init"
	install "$LIB/guest" "$root/bin/guest"
	install "$LIB/vmm" "$root/bin/qemu-system-${OPT[arch]}"
	for program in mmiobench mmiocompare mmiopair mmiowitness; do
		[[ ! -x $2/$program ]] || install "$2/$program" "$root/usr/bin"
	done
	"machine_root_${OPT[arch]}" "$root" "$2"
}

machine_root_aarch64() {
	local root=$1 sysroot=$CACHE/sysroot-bookworm busybox lib
	local libs=$sysroot/lib/aarch64-linux-gnu:$sysroot/usr/lib/aarch64-linux-gnu

	readelf -h "$root/usr/bin/mmiobench" 2>/dev/null | grep -q AArch64 ||
		die "$2/mmiobench is not an arm64 program"
	busybox=$(find "$sysroot/bin" "$sysroot/usr/bin" -name busybox 2>/dev/null | head -n 1)
	install "$busybox" "$root/bin/busybox"
	cp "$sysroot/usr/share/misc/pci.ids" "$root/usr/share/misc"
	mkdir -p "$root/usr/lib/aarch64-linux-gnu"
	while read -r lib; do
		cp -L "$lib" "$root/usr/lib/aarch64-linux-gnu"
	done < <(elf_closure "$libs" "$root"/usr/bin/mmio*)
	cp -L "$sysroot/lib/ld-linux-aarch64.so.1" "$root/lib"
}

# The PC's own libraries, as its loader finds them, and that loader: they fit the build, whatever
# the PC runs. LD_LIBRARY_PATH says where they are (machine_env).
machine_root_x86_64() {
	local root=$1 lib

	readelf -h "$root/usr/bin/mmiobench" 2>/dev/null | grep -q X86-64 ||
		die "$2/mmiobench is not an x86-64 program: --arch x86_64 needs such a PC"
	install "$CACHE/root-amd64/busybox" "$root/bin/busybox"
	cp "$CACHE/root-amd64/pci.ids" "$root/usr/share/misc"
	mkdir -p "$root$LAB_LIBRARIES"
	while read -r lib; do
		cp -L "$lib" "$root$LAB_LIBRARIES"
	done < <(ldd "$root"/usr/bin/mmio* | sed -n 's/.* => \(\/[^ ]*\) .*/\1/p' | sort -u)
	lib=$(readelf -l "$root/usr/bin/mmiobench" | sed -n 's/.*interpreter: \(.*\)]/\1/p')
	install -D "$lib" "$root$lib"
}

# machine_env NAME=VALUE...: what the jobs find in their environment.
machine_env() {
	local pair

	[[ ${OPT[arch]} != x86_64 ]] || set -- "LD_LIBRARY_PATH=$LAB_LIBRARIES" "$@"
	local arch=${DEBIAN_ARCH[${OPT[arch]}]}

	for pair in "LAB_DEVICE=${DEVICE_ID[${OPT[device]}]}" "LAB_BAR=${OPT[bar]}" \
		"LAB_GUEST=$arch-${OPT[guest]}" "LAB_QEMU=$arch-${OPT[arch]}" "LAB_VMM=${OPT[vmm]}" "$@"; do
		printf "export %s='%s'\n" "${pair%%=*}" "${pair#*=}"
	done >"$WORK/ctl/env"
}

# The machine in $MACHINE, and what boots in ${BOOT[@]}. Xen finds its dom0 where QEMU's guest-loader has put it in memory.
machine_boots() {
	local options="quiet panic=-1${ARCH_KERNEL_OPTIONS[${OPT[arch]}]}${KERNEL_OPTIONS[${OPT[host]}]-}"
	local kernel=${KERNEL//,/,,}/Image initrd=${WORK//,/,,}/host.cpio

	MACHINE=${MACHINE_OPTIONS[${OPT[arch]}]}
	[[ ${OPT[host]} != *-window ]] || MACHINE+=,highmem-mmio-size=4T
	if [[ ${OPT[host]} == *-xen ]]; then
		# Debian's Xen knows neither this IOMMU nor message interrupts
		MACHINE='-M virt,virtualization=on,gic-version=3,its=off'
		BOOT=(-kernel "$CACHE/xen-arm64-$(machine_kernel)/xen"
			-append "console=dtuart dtuart=/pl011@9000000 dom0_mem=1G"
			-device "guest-loader,addr=0x49000000,kernel=$kernel,bootargs=console=hvc0 $options"
			-device "guest-loader,addr=0x50000000,initrd=$initrd")
	else
		BOOT=(-kernel "$KERNEL/Image" -initrd "$WORK/host.cpio"
			-append "console=${CONSOLE[${OPT[arch]}]} $options")
	fi
}

# machine_qemu SECONDS: runs the host. Commas in QEMU's options are doubled.
machine_qemu() {
	local share=local,security_model=none,multidevs=remap
	local out=${OPT[out]//,/,,} cache=${CACHE//,/,,} work=${WORK//,/,,} bar=${BAR//,/,,} device
	local memory=${MEMORY_MB[${OPT[arch]}]} nodes=() node
	local ivshmem=(-object "memory-backend-file,id=bar,size=$BAR_SIZE,mem-path=$bar,share=on"
		-device ivshmem-plain,memdev=bar)

	case ${OPT[device]} in
	ivshmem) device=("${ivshmem[@]}") ;;
	testdev) device=(-device "pci-testdev,membar=$BAR_SIZE") ;;
	# its Controller Memory Buffer; behind a port that can turn its slot off
	nvme)
		head -c 1M /dev/urandom >"$WORK/disk"
		device=(-device pcie-root-port,id=slot1,chassis=1,slot=1
			-drive "file=$work/disk,format=raw,if=none,id=disk"
			-device "nvme,bus=slot1,serial=lab,drive=disk,cmb_size_mb=${BAR_SIZE%M}")
		;;
	# twins, one with a driver, one with registers in a BAR that looks like memory, one with virtual
	# functions. One is too large to have an address: when the kernel enables it nevertheless, only the
	# port above keeps it from covering all others.
	several) device=(-device "pci-testdev,membar=$BAR_SIZE" -device "pci-testdev,membar=$BAR_SIZE"
		"${ivshmem[@]}" -device bochs-display,romfile= -device "virtio-gpu-pci,hostmem=$BAR_SIZE"
		-device pcie-root-port,id=slot1,chassis=1,slot=1 -device igb,bus=slot1
		-device pcie-root-port,id=slot2,chassis=2,slot=2
		-object memory-backend-ram,id=huge,size=1T,reserve=off
		-device ivshmem-plain,memdev=huge,bus=slot2) ;;
	esac
	for ((node = 0; OPT[nodes] > 1 && node < OPT[nodes]; node++)); do
		nodes+=(-object "memory-backend-ram,id=node$node,size=$((memory / OPT[nodes]))M"
			-numa "node,cpus=$node,memdev=node$node")
	done
	machine_boots
	# With one vCPU TCG drops the alignment checks: everything then works, falsely.
	# Should the lab be killed outright, the machine goes with it.
	# shellcheck disable=SC2086 # several words
	exec setpriv --pdeathsig TERM timeout --foreground -k 5 "$1" "${QEMU[@]}" \
		$MACHINE -m "${memory}M" -smp "2,sockets=${OPT[nodes]}" "${nodes[@]}" -accel tcg,thread=multi \
		-cpu "${OPT[cpu]}${CPU_OPTIONS[${OPT[arch]}-${OPT[cpu]}]-}" \
		"${BOOT[@]}" -nographic -no-reboot -net none \
		-virtfs "$share,mount_tag=ctl,path=$work/ctl" -virtfs "$share,mount_tag=out,path=$out" \
		-virtfs "$share,mount_tag=cache,path=$cache,readonly=on" "${device[@]}"
}

# machine_boot SECONDS OUTPUT: runs the host without a terminal until its job has ended, handing on
# events and the file OUTPUT of $WORK/ctl as they come. The job's status is then in $STATUS.
machine_boot() {
	local log=${OPT[out]}/machine.log events pid

	FAILED=
	exec {events}<"$WORK/ctl/events"
	task_start machine_qemu "$1" </dev/null >"$log" 2>&1
	pid=$TASK
	exec {OUTPUT}<"$WORK/ctl/$2"
	while kill -0 "$pid" 2>/dev/null; do
		machine_events "$events"
		sleep 0.1
	done
	task_wait "$pid"
	machine_events "$events"
	exec {events}<&- {OUTPUT}<&-

	[[ ! $FAILED ]] || die "$FAILED (in ${OPT[out]})"
	if [[ -s $WORK/ctl/status ]]; then
		STATUS=$(<"$WORK/ctl/status")
	elif ((STATUS == 124)); then
		die "the host did not end in $1 s: read $log"
	elif grep -q 'Kernel panic' "$log"; then
		die "the host's kernel panicked: read $log"
	else
		die "the host ended before its job did (QEMU's status $STATUS): read $log"
	fi
}

# What came since the last look.
machine_events() {
	local kind text

	cat <&"$OUTPUT"
	while read -r kind text; do
		case $kind in
		step) say "$text" ;;
		page) cat "${OPT[out]}/$text" ;;
		fail) FAILED=$text ;;
		esac
	done <&"$1"
}

machine_run() {
	local name seconds=${PROFILE_SECONDS[${OPT[profile]}]}

	machine_prepare
	for name in $RESULTS; do
		# shellcheck disable=SC2086 # a pattern
		(cd "${OPT[out]}" && rm -f $name)
	done
	: >"${OPT[out]}/machine.log"
	cp "$LIB/$(machine_job)" "$WORK/ctl/job"
	machine_env "LAB_PROFILE=${PROFILE_OPTION[${OPT[profile]}]}" "LAB_SECONDS=$seconds" \
		"LAB_LAUNCHES=${OPT[launches]}"
	say "booting the host (${OPT[host]}, ${OPT[arch]}, ${OPT[cpu]}, ${OPT[device]})"
	machine_boot $((BOOT_SECONDS + (1 + 2 * OPT[launches]) * seconds)) output
	say "powered off (status $STATUS); results in ${OPT[out]}"
	exit "$STATUS"
}

machine_exec() {
	local output

	machine_prepare
	if [[ $1 == host ]]; then
		output=output
		cp "${OPT[script]}" "$WORK/ctl/job"
	else
		output=guest/output
		cp "${OPT[script]}" "$WORK/ctl/script"
		cp "$LIB/script" "$WORK/ctl/job"
	fi
	machine_env "LAB_SECONDS=$((BOOT_SECONDS + OPT[timeout]))"
	machine_boot $((2 * BOOT_SECONDS + OPT[timeout])) "$output"
	exit "$STATUS"
}

machine_shell() {
	machine_prepare
	[[ $1 == host ]] || echo "exec guest guest 86400" >"$WORK/ctl/job"
	machine_env "LAB_SHELL=$1" "LAB_SECONDS=86400" \
		"LAB_STTY=$(stty size | sed 's/\(.*\) \(.*\)/rows \1 cols \2/')"
	say "booting the host; Ctrl-A x ends all"
	# Not a task: it needs the terminal.
	(machine_qemu 86400) || die "the machine ended with status $?"
}
