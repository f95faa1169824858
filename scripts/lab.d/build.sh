# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Out-of-tree builds of the product, incremental: build/native and build/aarch64.

# build KIND...: native, aarch64. They end up in ${BUILD[KIND]}; ready ones named by the
# environment are taken as they are.
declare -A BUILD
build() {
	local kind ready lock

	for kind; do
		ready=MMIOBENCH_BUILD_${kind^^}
		BUILD[$kind]=${!ready-}
		if [[ ${BUILD[$kind]} ]]; then
			[[ -d ${BUILD[$kind]} ]] || die "$ready=${BUILD[$kind]} is not a directory"
			continue
		fi
		BUILD[$kind]=$TOP/build/$kind
		need build
		[[ $kind != aarch64 ]] || cache_get sysroot-bookworm
		mkdir -p "$TOP/build"
		exec {lock}>"$TOP/build/.lock"
		flock "$lock"
		task build_one "$kind" >"$TOP/build/$kind.log" 2>&1
		((STATUS == 0)) || {
			tail -n 20 "$TOP/build/$kind.log" >&2
			die "the $kind build failed: see build/$kind.log"
		}
		exec {lock}>&-
		say "built build/$kind"
	done
}

build_one() {
	local args=() source sysroot=$CACHE/sysroot-bookworm

	source=$("$TOP/scripts/source")
	[[ $1 == native ]] || args=(--host=aarch64-linux-gnu "MB_EMULATOR=qemu-aarch64 -L $sysroot"
		CC="aarch64-linux-gnu-gcc --sysroot=$sysroot" PKG_CONFIG_SYSROOT_DIR="$sysroot"
		PKG_CONFIG_LIBDIR="$sysroot/usr/lib/aarch64-linux-gnu/pkgconfig:$sysroot/usr/share/pkgconfig")
	cd "$TOP/build"
	# Configured with other arguments, such as another cache: not what we want.
	if [[ ! -e $1/config.status || ! -e $1/.args || $(<"$1/.args") != "$source ${args[*]}" ]]; then
		rm -rf "$1"
		mkdir "$1"
		(cd "$1" && "$source/configure" "${args[@]}")
		echo "$source ${args[*]}" >"$1/.args"
	fi
	make -s -j"$(nproc)" -C "$1"
}
