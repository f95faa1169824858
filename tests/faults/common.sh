# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# An environment that is broken, provoked for real. Each run ends by itself and says why, or has all that it
# promises; an older result stays, no temporary file does, and the device is as it was.
# Source it after set -euo pipefail; it makes a machine, and what tests/cli/common.sh has.
# shellcheck disable=SC2034 # those that source this read them
: "${srcdir:?run it by make check}" "${top_builddir:?}"
skip() { # WHY: all of the test
	echo "SKIP $1"
	exit 77
}
[ -z "${MB_EMULATOR-}" ] || skip "an emulator's own needs would be met by these faults first"
# shellcheck source=tests/cli/common.sh
. "$srcdir/tests/cli/common.sh"
top=$(cd "$top_builddir" && pwd)
src=$(cd "$srcdir" && pwd)
is_sanitized() { case " ${CFLAGS-} " in *-fsanitize=*) ;; *) false ;; esac }

make_machine
printf '\0\0' | dd of="$tree/sys/bus/pci/devices/$bdf/config" bs=1 seek=4 conv=notrunc status=none
device_state() {
	sha256sum <"$bar"
	od -An -tx2 -j4 -N2 "$tree/sys/bus/pci/devices/$bdf/config"
	head -c 1 "$tree/sys/bus/pci/devices/$bdf/enable"
}
device_state >"$work/before"
as_before() { device_state | cmp -s - "$work/before" && [ -z "$(find "$tree/run" -type f 2>/dev/null)" ]; }

cells=(--quick --tests lat --sizes 64 --kernels "store8,load8")
ram=("$top/mmiobench" --map ram "${cells[@]}")
on_bar=("$top/mmiobench" --sysroot "$tree" --journal "$work/journal" -s 00:03.0 --bar 2 --length 64K "${cells[@]}")
old='{"an": "older result"}'
whole() { python3 -c 'import json, sys; d = json.load(open(sys.argv[1])); sys.exit("verdict" not in d)' "$1"; }

# try NAME COMMAND...: its status in $status, stdout in out, stderr in err; a signal or a timeout fails
try() {
	what=$1
	shift
	status=0
	timeout 120 "$@" >"$work/out" 2>"$work/err" || status=$?
	check "$what: it ends by itself ($status)" test $status -lt 124
	check "$what: no temporary file" no_temporary
	check "$what: the device is as before" as_before
}
no_temporary() { [ -z "$(find "$work" -name '*.json.*' -o -name '*.csv.*' | grep -v csv=)" ]; }
# fails NAME STATUS TEXT COMMAND...: it says TEXT, and an older result stays
fails() {
	local wanted=$2 text=$3

	echo "$old" >"$work/r.json"
	try "$1" "${@:4}"
	check "$what: exit status $wanted" test $status -eq "$wanted"
	check "$what: it says \"$text\"" grep -qF -- "$text" "$work/err" || cat "$work/err"
	check "$what: the older result stays" test "$(cat "$work/r.json")" = "$old"
}
# works NAME COMMAND...: with a whole result, in the file that it names last
works() {
	local file=${*: -1}

	rm -f "$file"
	try "$@"
	check "$what: exit status 0" test $status -eq 0 || cat "$work/err"
	check "$what: a whole result" whole "$file"
}
