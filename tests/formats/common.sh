# shellcheck shell=sh
# shellcheck disable=SC2034 # "failed" and "python" are read by those that source this
# SPDX-License-Identifier: GPL-2.0-or-later
# Results and comparisons to be told in other formats, in $work: see data.py. Source it after
# set -eu; it makes $work and removes it.
: "${srcdir:?run it by make check}" "${top_builddir:?}"
command -v python3 >/dev/null || { echo "python3 is missing: nothing was tested"; exit 77; }
work=$(mktemp -d)
trap clean_up EXIT
# shellcheck source=tests/check.sh
. "$srcdir/tests/check.sh"
formats=$srcdir/tests/formats

# shellcheck disable=SC2086 # an emulator has arguments
bench() { $MB_EMULATOR "$top_builddir/mmiobench" "$@"; }
# shellcheck disable=SC2086
compare() { $MB_EMULATOR "$top_builddir/mmiocompare" "$@"; }

# The python that has a module, or a skip of the whole test.
need_python() { # MODULE PACKAGE
	for python in python3 /usr/bin/python3; do
		"$python" -c "import $1" 2>/dev/null && return
	done
	echo "SKIP $2 is missing: nothing was tested"
	exit 77
}

# told FORMAT NAME FILE...: writes $work/NAME.FORMAT from one result or two
told() {
	told_to=$work/$2.$1 told_format=$1
	shift 2
	told_status=0
	compare --format "$told_format=$told_to" "$@" >"$work/page" 2>"$work/err" || told_status=$?
	if [ $told_status -eq 2 ] || [ -s "$work/err" ] || ! [ -s "$told_to" ]; then
		echo "not ok $told_format of $*: status $told_status: $(cat "$work/err")"
		failed=1
	fi
}

export PYTHONDONTWRITEBYTECODE=1
bench --map ram --quick --tests bw,lat,integrity --json "$work/ram.json" >/dev/null
python3 "$formats/data.py" "$srcdir/tests/data" "$work"
results="ram recorded_host recorded_guest real_host real_guest bad hostile"
comparisons="recorded real unasked same worse strange changed"

# COMMAND... NAME ARGUMENTS of mmiocompare, for each comparison
compared() {
	"$@" recorded "$work/recorded_host.json" "$work/recorded_guest.json"
	"$@" real --fail-on regression "$work/real_host.json" "$work/real_guest.json"
	"$@" unasked "$work/real_host.json" "$work/real_guest.json"
	"$@" same "$work/real_host.json" "$work/real_host2.json"
	"$@" worse "$work/real_host.json" "$work/bad.json"
	"$@" strange "$work/hostile.json" "$work/hostile2.json"
	"$@" changed "$work/before.json" "$work/after.json"
}
as_json() { # NAME ARGUMENTS
	as_json=$work/$1.json
	shift
	compare --json "$as_json" "$@" >/dev/null || [ $? -ne 2 ]
}

tell_results() { # FORMAT
	for tell in $results; do
		told "$1" "$tell" "$work/$tell.json"
	done
}
tell_comparisons() { compared told "$1"; } # FORMAT
json_comparisons() { compared as_json; }
