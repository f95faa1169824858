# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# The outer machine, which is the host. It shares three directories with the PC: cache (read only),
# out (the results) and ctl, which carries the job in and events, output and status out.

readonly BAR_SIZE=16M
# Where TCG's SVE and SME are known to disturb nested KVM they are off.
declare -A CPU_OPTIONS=([max]=,sve=off,sme=off [neoverse-v1]=,sve=off [neoverse-n2]=,sve=off)
declare -A DEVICE_ID=([ivshmem]=0x1af4:0x1110 [testdev]=0x1b36:0x0005)
declare -A PROFILE_OPTION=([quick]=--quick [default]='' [full]=--full)
declare -A PROFILE_SECONDS=([quick]=120 [default]=300 [full]=1800)
readonly BOOT_SECONDS=60 # a generous bound, for each of host and guest
readonly RESULTS='host.json guest.json probe.json compare.json witness.json host.log guest.log probe.log witness.log
	host.journal journal host.dmesg machine.log'

# The QEMU that runs the host, as a command in ${QEMU[@]}.
qemu_find() {
	local major arch

	major=$(qemu-system-aarch64 --version 2>/dev/null | sed -n 's/.*version \([0-9]*\).*/\1/p') || true
	if ((${major:-0} >= 10)); then
		QEMU=(qemu-system-aarch64)
		return
	fi
	arch=$(dpkg --print-architecture) ||
		die "QEMU 10 or newer is needed (found ${major:-none}); without dpkg the lab cannot fetch its own"
	cache_get "qemu-$arch"
	# A module directory of its own, or it loads the PC's modules and aborts.
	QEMU=(env QEMU_MODULE_DIR=/nowhere "$CACHE/qemu-$arch/lib/ld.so"
		--library-path "$CACHE/qemu-$arch/lib" "$CACHE/qemu-$arch/qemu-system-aarch64")
	"${QEMU[@]}" --version >/dev/null || die "the QEMU in $CACHE/qemu-$arch does not run here"
}

# Makes everything that a machine needs; then $WORK holds ctl, host.cpio and, if none was given,
# the BAR's bytes.
machine_prepare() {
	local side

	need machine
	build aarch64
	[[ -x ${BUILD[aarch64]}/mmiobench ]] || die "there is no mmiobench in ${BUILD[aarch64]}"
	qemu_find
	for side in sysroot-bookworm qemu-arm64 "kernel-${OPT[host]}" "kernel-${OPT[guest]}"; do
		cache_get "$side"
	done

	mkdir -p "${OPT[out]}" || die "cannot make the directory ${OPT[out]}"
	OPT[out]=$(cd "${OPT[out]}" && pwd)
	exec {OUT_LOCK}<"${OPT[out]}"
	flock -n "$OUT_LOCK" || die "another lab is writing to ${OPT[out]}: wait, or choose --out"

	WORK=$(mktemp -d "${TMPDIR:-/tmp}/mmiobench-lab.XXXXXX")
	TEMPS+=("$WORK")
	mkdir -p "$WORK/ctl/guest"
	machine_root "$WORK/root"
	pack "$WORK/root" "$WORK/root.cpio"
	cat "$CACHE/kernel-${OPT[host]}/modules.cpio" "$WORK/root.cpio" >"$WORK/host.cpio"
	cat "$CACHE/kernel-${OPT[guest]}/modules.cpio" "$WORK/root.cpio" >"$WORK/ctl/guest.cpio"

	BAR=${OPT[bar-file]:-$WORK/bar}
	truncate -s ">$BAR_SIZE" "$BAR" || die "cannot make the file $BAR"
	: >"${OPT[out]}/machine.log"
	touch "$WORK"/ctl/{events,output,guest/output}
}

# machine_root DIR: the root of both machines but for the modules: busybox, the product, its
# libraries, and what runs it all.
machine_root() {
	local root=$1 sysroot=$CACHE/sysroot-bookworm program busybox lib
	local libs=$sysroot/lib/aarch64-linux-gnu:$sysroot/usr/lib/aarch64-linux-gnu

	mkdir -p "$root"/{bin,lib,usr/bin,usr/lib/aarch64-linux-gnu,usr/share/misc}
	busybox=$(find "$sysroot/bin" "$sysroot/usr/bin" -name busybox 2>/dev/null | head -n 1)
	install "$busybox" "$root/bin/busybox"
	install "$LIB/init" "$root/init"
	install "$LIB/guest" "$root/bin/guest"
	cp "$sysroot/usr/share/misc/pci.ids" "$root/usr/share/misc"
	for program in mmiobench mmiocompare mmiowitness; do
		[[ ! -x ${BUILD[aarch64]}/$program ]] || install "${BUILD[aarch64]}/$program" "$root/usr/bin"
	done
	readelf -h "$root/usr/bin/mmiobench" 2>/dev/null | grep -q AArch64 ||
		die "${BUILD[aarch64]}/mmiobench is not an arm64 program"
	while read -r lib; do
		cp -L "$lib" "$root/usr/lib/aarch64-linux-gnu"
	done < <(elf_closure "$libs" "$root"/usr/bin/mmio*)
	cp -L "$sysroot/lib/ld-linux-aarch64.so.1" "$root/lib"
}

# machine_env NAME=VALUE...: what the jobs find in their environment.
machine_env() {
	local pair

	for pair in "LAB_DEVICE=${DEVICE_ID[${OPT[device]}]}" "LAB_BAR=${OPT[bar]}" \
		"LAB_GUEST=${OPT[guest]}" "$@"; do
		printf "export %s='%s'\n" "${pair%%=*}" "${pair#*=}"
	done >"$WORK/ctl/env"
}

# machine_qemu SECONDS: runs the host. Commas in QEMU's options are doubled.
machine_qemu() {
	local share=local,security_model=none,multidevs=remap
	local out=${OPT[out]//,/,,} cache=${CACHE//,/,,} work=${WORK//,/,,} bar=${BAR//,/,,} device

	case ${OPT[device]} in
	ivshmem) device=(-object "memory-backend-file,id=bar,size=$BAR_SIZE,mem-path=$bar,share=on"
		-device ivshmem-plain,memdev=bar) ;;
	testdev) device=(-device "pci-testdev,membar=$BAR_SIZE") ;;
	esac
	# With one vCPU TCG drops the alignment checks: everything then works, falsely.
	# Should the lab be killed outright, the machine goes with it.
	exec setpriv --pdeathsig TERM timeout --foreground -k 5 "$1" "${QEMU[@]}" \
		-M virt,virtualization=on,gic-version=3,iommu=smmuv3 -smp 2 -m 2G \
		-cpu "${OPT[cpu]}${CPU_OPTIONS[${OPT[cpu]}]-}" -accel tcg,thread=multi \
		-kernel "$CACHE/kernel-${OPT[host]}/Image" -initrd "$WORK/host.cpio" \
		-append 'console=ttyAMA0 quiet panic=-1' -nographic -no-reboot -net none \
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

	build native
	[[ -x ${BUILD[native]}/mmiocompare ]] || die "there is no mmiocompare in ${BUILD[native]}"
	machine_prepare
	for name in $RESULTS; do
		rm -f "${OPT[out]}/$name"
	done
	cp "$LIB/measure" "$WORK/ctl/job"
	machine_env "LAB_PROFILE=${PROFILE_OPTION[${OPT[profile]}]}" "LAB_SECONDS=$seconds"
	say "booting the host (${OPT[host]}, ${OPT[cpu]}, ${OPT[device]})"
	machine_boot $((BOOT_SECONDS + 3 * seconds)) output
	((STATUS == 0)) || die "the job in the host failed with status $STATUS: read ${OPT[out]}/machine.log"
	say "powered off; results in ${OPT[out]}"
	task "${BUILD[native]}/mmiocompare" --json "${OPT[out]}/compare.json" \
		"${OPT[out]}/host.json" "${OPT[out]}/guest.json"
	say "compared (status $STATUS)"
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
