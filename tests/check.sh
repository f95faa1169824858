# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-or-later
# One check, one line. Source it; end with: exit $failed
# shellcheck disable=SC2034 # those that source this read it
failed=0 checked=

# For the EXIT trap of those that have $work: a program's own 77, on which set -e ends a test, is no skip.
clean_up() {
	left=$?
	rm -rf "${work:?}"
	[ $left -eq 77 ] && [ "$checked" ] || return 0
	echo "not ok it ended after \"$name\", with exit status 77"
	exit 1
}

check() { # NAME COMMAND...
	name=$1 checked=yes
	shift
	if "$@"; then
		printf "ok %s\n" "$name"
	else
		printf "not ok %s\n" "$name"
		failed=1
	fi
}
