# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# The cache: artefacts KIND-ARGUMENT, each made by make_KIND in a temporary directory and renamed
# into place, with checksums. An artefact is made anew when its recipe below changes.

CACHE=${MMIOBENCH_LAB_CACHE:-${XDG_CACHE_HOME:-${HOME:?}/.cache}/mmiobench-lab}

readonly QEMU_SUITE=trixie # the first with QEMU 10, which checks alignment by memory type
readonly SYSROOT_PACKAGES=libc6-dev,libgcc-12-dev,linux-libc-dev,libpci-dev,libhwloc-dev,libjansson-dev,libgsl-dev,libbpf-dev,libcap-dev,zlib1g-dev,libcmocka-dev,busybox-static
readonly XEN_PACKAGE=xen-hypervisor-4.20 # trixie's
# What the machines load; what these depend on is added, built-in ones are fine.
readonly MODULES=(virtio_pci 9pnet_virtio 9p vfio-pci vfio_iommu_type1)

# cache_get NAME: makes the artefact unless it is there and whole; it is then in $CACHE/NAME.
cache_get() {
	local name=$1 lock temp=$CACHE/.$1.new start=$SECONDS

	mkdir -p "$CACHE"
	exec {lock}>"$CACHE/.$name.lock"
	flock "$lock"
	if ! cache_whole "$name"; then
		need fetch
		say "fetching $name"
		TEMPS+=("$temp" "$temp.log")
		for _ in 1 2; do # a mirror that fails once may answer the next time
			rm -rf "$temp" "$temp.log"
			mkdir -p "$temp/tmp"
			task cache_make "$name" "$temp" >"$temp.log" 2>&1
			((STATUS)) || break
		done
		((STATUS == 0)) || {
			tail -n 5 "$temp.log" >&2
			die "cannot make $name (see above): is the Debian mirror reachable, and $CACHE not full?"
		}
		rm -rf "${CACHE:?}/$name" "$temp.log"
		mv -T "$temp" "$CACHE/$name"
		say "fetched $name in $((SECONDS - start)) s, $(du -sh "$CACHE/$name" | cut -f1)"
	fi
	exec {lock}>&-
}

# Runs as a task, so errexit holds and a signal ends it whole.
cache_make() {
	local name=$1 dir=$2

	TMPDIR=$dir/tmp "make_${name%%-*}" "${name#*-}" "$dir"
	rm -rf "$dir/tmp"
	cd "$dir"
	find . -type f ! -name '.lab-*' -exec sha256sum {} + >.lab-sums
	cache_list . >.lab-list
	cache_recipe "$name" >.lab-recipe
}

# Every file with its size and time: enough to see truncation and changes without reading.
cache_list() {
	(cd "$1" && find . ! -type d ! -name '.lab-*' -printf '%s %T@ %P %l\n' | LC_ALL=C sort)
}

cache_recipe() {
	{
		declare -f unpack unpack_sources module_copy pack elf_closure "make_${1%%-*}"
		declare -p QEMU_SUITE SYSROOT_PACKAGES MODULES
	} | sha256sum
}

cache_whole() {
	local dir=$CACHE/$1

	[[ -e $dir ]] || return 1
	[[ -e $dir/.lab-recipe && $(<"$dir/.lab-recipe") == "$(cache_recipe "$1")" ]] || {
		say "$1 in the cache was made in another way"
		return 1
	}
	cmp -s "$dir/.lab-list" <(cache_list "$dir") || {
		say "$1 in the cache is damaged"
		return 1
	}
}

# Reads everything again. 0 when all is as it was made.
cache_verify() {
	local dir name status=0

	for dir in "$CACHE"/*/; do
		[[ -e $dir ]] || continue
		name=$(basename "$dir")
		if cache_whole "$name" && (cd "$dir" && sha256sum --quiet -c .lab-sums >&2); then
			echo "$name: whole"
		else
			rm -f "$dir/.lab-recipe" # makes the next use fetch it anew
			echo "$name: damaged or outdated, the next use fetches it again"
			status=1
		fi
	done
	return "$status"
}

# cache_use: others may use the cache too, but nobody may clean it now.
cache_use() {
	mkdir -p "$CACHE"
	exec {CACHE_LOCK}>"$CACHE/.lock"
	flock -s "$CACHE_LOCK"
}

cache_clean() {
	[[ -e $CACHE/.lock ]] || {
		say "nothing in $CACHE"
		return
	}
	exec {CACHE_LOCK}>"$CACHE/.lock"
	flock -n "$CACHE_LOCK" || die "another lab is using $CACHE: wait until it has ended"
	# Only what the lab makes: the variable may point at a directory that holds other things.
	rm -rf "$CACHE"/{sysroot,qemu,kernel,root,runtime,xen}-* \
		"$CACHE"/.{sysroot,qemu,kernel,root,runtime,xen}-* "$CACHE/.lock"
	rmdir --ignore-fail-on-non-empty "$CACHE"
	say "removed what was cached in $CACHE"
}

# unpack DIR ARCH SUITE PACKAGES: the packages' files and those of all they need. Runs nothing of
# them, needs no root, and has an apt configuration of its own. The stream leaves no directories
# behind that only a package manager would need.
unpack() {
	local dir=$1 arch=$2 suite=${3%-backports} packages=$4 mode=root

	((EUID == 0)) || mode=chrootless
	mmdebstrap --quiet --mode=$mode --variant=extract --format=tar --arch="$arch" --include="$packages" \
		--setup-hook="$(unpack_sources "$suite" "$3")" \
		"$suite" - ${MMIOBENCH_MIRROR:+"deb $MMIOBENCH_MIRROR $suite main"} |
		tar -x -C "$dir" --no-same-owner --exclude=./dev --exclude=./usr/share/doc \
			--exclude=./usr/share/man --exclude=./usr/share/locale --exclude=./var
}

# Point releases only: an old suite's security archive is emptied while its index still stands.
# Backports come from the same mirror as the suite.
unpack_sources() {
	# shellcheck disable=SC2016 # expanded by mmdebstrap's shell
	echo 'list=$1/etc/apt/sources.list; sed -i /-security/d "$list"'
	[[ $1 == "$2" ]] || echo "sed -i 's/^\\(deb .* \\)$1 main\$/&\\n\\1$2 main/' \"\$list\""
}

# pack DIR FILE: an uncompressed archive, the fastest to boot; archives can be concatenated.
pack() {
	(cd "$1" && find . -mindepth 1 | LC_ALL=C sort | cpio --quiet -o -H newc -R 0:0) >"$2"
}

# elf_closure DIRS FILE...: the shared libraries that the files need, found in the colon list DIRS.
elf_closure() {
	local dirs=$1 file name dir found=' '

	shift
	while (($#)); do
		file=$1
		shift
		while read -r name; do
			[[ $found != *" $name "* ]] || continue
			found+="$name "
			for dir in ${dirs//:/ }; do
				[[ -e $dir/$name ]] || continue
				echo "$dir/$name"
				set -- "$@" "$dir/$name"
				break
			done
		done < <(readelf -d "$file" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p')
	done
}

make_sysroot() {
	local dir=$2 tree=$2/tmp/tree link target

	mkdir "$tree"
	unpack "$tree" arm64 "$1" "$SYSROOT_PACKAGES"
	rm -rf "$tree"/usr/lib/*/{perl,perl-base,gconv} "$tree"/usr/lib/gcc/*/*/{cc1*,plugin}
	find "$tree" -name 'lib*.a' -size +400k -delete # nothing is linked statically
	# The linker takes absolute links as the PC's own files.
	while read -r link target; do
		ln -sfnr "$tree$target" "$tree/$link"
	done < <(find "$tree" -lname '/*' -printf '%P %l\n')
	(cd "$tree" && cp -a --parents lib lib64 usr/include usr/lib usr/share/pkgconfig \
		usr/share/misc/pci.ids {,usr/}bin/busybox "$dir" 2>/dev/null) || [[ -e $dir/usr/lib ]]
}

# make_qemu ARCH-MACHINE[-SUITE]: qemu-system-MACHINE to run in place on ARCH, with its libraries, a PC's
# firmware, modules of one device, and no more.
make_qemu() {
	local -A package=([aarch64]=qemu-system-arm [x86_64]=qemu-system-x86)
	local arch=${1%%-*} machine=${1#*-} dir=$2 tree=$2/tmp/tree suite=$QEMU_SUITE libs lib

	if [[ $machine == *-* ]]; then
		suite=${machine#*-} machine=${machine%%-*}
		package[$machine]+=/$suite,qemu-system-common/$suite,qemu-system-data/$suite
	fi
	mkdir "$tree" "$dir/lib" "$dir/firmware" "$dir/modules"
	unpack "$tree" "$arch" "$suite" "${package[$machine]}"
	cp -L "$tree/usr/bin/qemu-system-$machine" "$dir"
	libs=$(echo "$tree"/usr/lib/*-linux-gnu*)
	cp -L "$libs"/qemu/hw-display-virtio-gpu{,-pci}.so "$dir/modules"
	while read -r lib; do
		cp -L "$lib" "$dir/lib"
	done < <(elf_closure "$libs:$libs/pulseaudio" "$dir/qemu-system-$machine" "$dir"/modules/*)
	cp -L "$libs"/ld-linux-*.so.* "$dir/lib/ld.so"
	[[ $machine != x86_64 ]] ||
		cp -L "$tree"/usr/share/{seabios/bios-256k,qemu/{kvmvapic,linuxboot_dma}}.bin "$dir/firmware"
}

# make_root ARCH: what a machine's root needs that no sysroot of it brings.
make_root() {
	mkdir "$2/tmp/tree"
	unpack "$2/tmp/tree" "$1" "$QEMU_SUITE" busybox-static,pci.ids
	cp -L "$2"/tmp/tree/usr/{bin/busybox,share/misc/pci.ids} "$2"
}

# make_runtime ARCH-SUITE: what scripts/bundle ships beside the product: libraries, their loader,
# pci.ids, and of each package its version and licence.
make_runtime() {
	local need=libc6,libpci3,libhwloc15,libjansson4,libgsl27,libbpf1,libcap2,zlib1g,pci.ids,base-files

	# shellcheck disable=SC2016 # expanded by mmdebstrap's shell
	mmdebstrap --quiet --variant=extract --format=tar --arch="${1%%-*}" --include="$need" \
		--setup-hook="$(unpack_sources "${1#*-}" "${1#*-}")" \
		--extract-hook='for f in "$1"/var/cache/apt/archives/*.deb; do dpkg-deb -W "$f"; done >"$1/packages"' \
		"${1#*-}" - ${MMIOBENCH_MIRROR:+"deb $MMIOBENCH_MIRROR ${1#*-} main"} |
		tar -x -C "$2" --no-same-owner --wildcards ./packages './lib*' './usr/lib/*-linux-gnu/lib*' \
			'./usr/share/doc/*/copyright' ./usr/share/common-licenses ./usr/share/misc/pci.ids
}

# make_xen ARCH-SUITE: the hypervisor.
make_xen() {
	mkdir "$2/tmp/tree"
	unpack "$2/tmp/tree" "${1%%-*}" "${1#*-}" "$XEN_PACKAGE-${1%%-*}"
	cp -L "$2"/tmp/tree/boot/xen-*-"${1%%-*}" "$2/xen"
}

# busybox reads no compressed modules.
module_copy() {
	local from=$1/$2 to=$3/$2

	mkdir -p "$(dirname "$to")"
	case $2 in
	*.xz) xz -dc "$from" >"${to%.xz}" ;;
	*.zst) zstd -qdc "$from" >"${to%.zst}" ;;
	*) cp "$from" "$to" ;;
	esac
}

# make_kernel ARCH-SUITE[-16k]: Image (of 16 KiB pages), and modules.cpio with the few modules that the machines load.
make_kernel() {
	local arch=${1%%-*} suite=${1#*-} dir=$2 tree=$2/tmp/tree version file package
	# for tests: drivers that claim BARs, one that does not, one whose device has virtual functions
	local held=(nvme bochs uio_pci_generic igb)

	[[ $arch != amd64 ]] || held+=(kvm-amd)

	mkdir "$tree" "$dir/tmp/root"
	package=linux-image-$arch
	if [[ $suite == *-16k ]]; then
		suite=${suite%-16k} package+=-16k
	fi
	[[ $suite != *-backports ]] || package+=/$suite
	unpack "$tree" "$arch" "$suite" "$package"
	[[ -d $tree/lib/modules ]] || ln -s usr/lib "$tree/lib"
	version=$(ls "$tree/lib/modules")
	for file in "$tree/boot/vmlinuz-$version" "$tree/lib/modules/$version/vmlinuz"; do
		[[ ! -e $file ]] || cp "$file" "$dir/Image"
	done
	depmod -b "$tree" "$version"
	while read -r file; do
		module_copy "$tree" "${file#"$tree"/}" "$dir/tmp/root"
	done < <(modprobe -d "$tree" -S "$version" --show-depends -a "${MODULES[@]}" "${held[@]}" |
		sed -n 's/^insmod \([^ ]*\).*/\1/p')
	cp "$tree/lib/modules/$version"/modules.{builtin,builtin.modinfo,order} \
		"$dir/tmp/root/lib/modules/$version"
	depmod -b "$dir/tmp/root" "$version"
	pack "$dir/tmp/root" "$dir/modules.cpio"
}
