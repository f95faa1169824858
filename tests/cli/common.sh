# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-or-later
# A machine of plain files with one BAR that can be tested: $tree, $bdf, $bar (the BAR's bytes).
# shellcheck disable=SC2034 # "failed" is read by those that source this
# Source it after set -eu; it makes $work and removes it.
: "${srcdir:?run it by make check}" "${top_builddir:?}"
command -v python3 >/dev/null || { echo "python3 is missing: it makes the tree"; exit 77; }
work=$(mktemp -d)
trap clean_up EXIT
bdf=0000:00:03.0
tree=$work/tree
bar=$tree/sys/bus/pci/devices/$bdf/resource2
# shellcheck source=tests/check.sh
. "$srcdir/tests/check.sh"

make_machine() {
	"$srcdir/tests/replay/make-tree" "${machine:-$srcdir/tests/cli/machine}" "$tree"
	head -c 4194304 /dev/urandom >"$bar"
	ln -f "$bar" "${bar}_wc"
}

# shellcheck disable=SC2086 # an emulator has arguments
bench() { $MB_EMULATOR "$top_builddir/mmiobench" --sysroot "$tree" --journal "$work/journal" "$@"; }
# shellcheck disable=SC2086
compare() { $MB_EMULATOR "$top_builddir/mmiocompare" "$@"; }

# Without what lets root pass by a file's mode. Not another user: the build or the emulator's
# libraries may lie where no other user may look.
without_override() { # COMMAND...
	if [ "$(id -u)" -ne 0 ]; then
		"$@"
		return
	fi
	command -v setpriv >/dev/null || { echo "setpriv is missing (util-linux)"; exit 99; }
	setpriv --bounding-set=-dac_override,-dac_read_search "$@"
}
