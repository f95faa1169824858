# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Messages, and the promise that nothing outlives the lab: every process and temporary file is
# registered here and ended or removed when the script ends, however it ends.

readonly ME=${ME:-lab} START=${EPOCHREALTIME/[.,]/}
TASKS=() TEMPS=()

# A line for humans, with the seconds since the start.
say() {
	local ms=$(((${EPOCHREALTIME/[.,]/} - START) / 1000))

	printf '%s %3d.%ds  %s\n' "$ME" $((ms / 1000)) $((ms / 100 % 10)) "$*" >&2
}

# die CAUSE AND WAY OUT: one line, exit 2 (usage or environment).
die() {
	printf '%s: %s\n' "$ME" "$*" >&2
	exit 2
}

cleanup() {
	local pid path

	trap '' INT TERM HUP
	for pid in "${TASKS[@]}"; do
		task_end "$pid"
	done
	for path in "${TEMPS[@]}"; do
		rm -rf -- "$path"
	done
}

trap cleanup EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

# task_start COMMAND...: runs it in a process group of its own, so that it can be ended whole;
# its pid is in $TASK. Bash can act on a signal while it waits for one, not while it runs one.
task_start() {
	set -m
	"$@" &
	set +m
	TASK=$!
	TASKS+=("$TASK")
}

# task_end PID: ends the group of a task: asks, waits 5 s, insists. Harmless when it has ended.
task_end() {
	local tries=50

	if kill -TERM -- "-$1" 2>/dev/null; then
		while ((tries-- > 0)) && kill -0 -- "-$1" 2>/dev/null; do
			sleep 0.1
		done
		kill -KILL -- "-$1" 2>/dev/null || true
	fi
	wait "$1" 2>/dev/null || true
	task_forget "$1"
}

task_forget() {
	local pid left=()

	for pid in "${TASKS[@]}"; do
		[[ $pid == "$1" ]] || left+=("$pid")
	done
	TASKS=("${left[@]}")
}

# task COMMAND...: starts it and waits for it; its status is in $STATUS and not returned: in a
# condition errexit would not hold inside of the command.
task() {
	task_start "$@"
	task_wait "$TASK"
}

task_wait() {
	STATUS=0
	wait "$1" || STATUS=$?
	task_forget "$1"
}

# need USE...: the commands that the file packages lists for these uses are there.
need() {
	local command package use

	while read -r command package use _; do
		[[ $command != [-#]* && " $* " == *" $use "* ]] || continue
		command -v "$command" >/dev/null ||
			die "$command is missing: apt-get install $package"
	done <"$LIB/packages"
}
