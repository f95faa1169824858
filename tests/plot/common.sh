# shellcheck shell=sh
# shellcheck disable=SC2034 # "failed" is read by those that source this
# SPDX-License-Identifier: GPL-2.0-or-later
# Results with every experiment that has a picture, in $work: see make_results.py. Source it after
# set -eu; it makes $work, goes there, and removes it.
: "${srcdir:?run it by make check}" "${top_builddir:?}"
command -v python3 >/dev/null || { echo "SKIP python3 is missing: nothing was tested"; exit 77; }
work=$(mktemp -d)
trap clean_up EXIT
# shellcheck source=tests/check.sh
. "$srcdir/tests/check.sh"
srcdir=$(cd "$srcdir" && pwd)
top_builddir=$(cd "$top_builddir" && pwd)
recorded=$srcdir/tests/data
export PYTHONDONTWRITEBYTECODE=1
unset COLUMNS NO_COLOR

# shellcheck disable=SC2086 # an emulator has arguments
plot() { $MB_EMULATOR "$top_builddir/mmioplot" "$@"; }
# shellcheck disable=SC2086
compare() { $MB_EMULATOR "$top_builddir/mmiocompare" "$@"; }

# refuses NAME STATUS "TEXT OF THE MESSAGE" ARGUMENTS...
refuses() {
	refused=$1 want=$2 text=$3 status=0
	shift 3
	plot "$@" >"$work/out" 2>"$work/err" || status=$?
	if [ $status -eq "$want" ] && grep -qF -- "$text" "$work/err"; then
		echo "ok $refused"
	else
		echo "not ok $refused: exit status $status, not $want: $(cat "$work/err")"
		failed=1
	fi
}

python3 "$srcdir/tests/plot/make_results.py" "$recorded" "$work"
cd "$work" || exit 1
