# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-or-later
# One check, one line. Source it; end with: exit $failed
# shellcheck disable=SC2034 # those that source this read it
failed=0

check() { # NAME COMMAND...
	name=$1
	shift
	if "$@"; then
		printf "ok %s\n" "$name"
	else
		printf "not ok %s\n" "$name"
		failed=1
	fi
}
