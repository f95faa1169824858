# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# usage: drive.bash COMPLETION TREE DIRECTORY
# Calls the completion function as readline would, with command lines taken apart at : and =.
set -euo pipefail
# shellcheck source=scripts/completion/mmiobench
source "$1"
tree=$2
cd "$3"
failed=0

# What is offered for a command line that the cursor is at the end of, sorted, on one line.
offered() { # LINE
	local line=$1 rest word
	COMP_LINE=$line COMP_POINT=${#line} COMP_WORDS=() COMP_CWORD=0 COMPREPLY=()
	rest=$line
	while [[ $rest ]]; do
		if [[ $rest =~ ^[[:space:]]+ ]]; then
			rest=${rest:${#BASH_REMATCH[0]}}
			[[ $rest ]] || COMP_WORDS+=('')
			continue
		fi
		[[ $rest =~ ^([:=]+|[^:=[:space:]]+) ]]
		word=${BASH_REMATCH[0]}
		COMP_WORDS+=("$word")
		rest=${rest:${#word}}
	done
	COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
	_mmiobench "${COMP_WORDS[0]}" "${COMP_WORDS[COMP_CWORD]}" '' 2>"errors"
	((${#COMPREPLY[@]} == 0)) || printf '%s\n' "${COMPREPLY[@]}" | sort -u | paste -sd' '
}

check() { # LINE OFFERED
	local got
	got=$(offered "$1") || true
	if [[ -s errors ]]; then
		echo "not ok \"$1\" writes: $(<errors)"
		failed=1
	elif [[ $got == "$2" ]]; then
		echo "ok \"$1\" -> $got"
	else
		printf 'not ok "%s" offers\n  %s\nnot\n  %s\n' "$1" "$got" "$2"
		failed=1
	fi
}

refusal() { "$@" 2>&1 || true; }
sorted() { sort -u | paste -sd' '; }
starting() { printf '%s\n' $2 | grep "^$1" | sorted; } # PREFIX "WORD..."
# the tables, read another way
kernels=$(mmiobench --list-kernels | sed -n '/^Access/,/^$/p' | grep -oE '^ +[a-z0-9_]+' | grep -vw name | tr -d ' ' | sorted)
barriers=$(mmiobench --list-kernels | sed -n '/^Barriers/,/^$/p' | sed -n 's/^[* ] \([a-z0-9-]*\).*/\1/p' | sorted)
experiments=$(refusal mmiobench --tests x --map ram | sed 's/.*choose from \(.*\), separated.*/\1/; s/, /\n/g' | sorted)
facts=$(refusal mmiocompare --ignore x x.json | sed 's/.*choose from //; s/, /\n/g' | sorted)
formats=$(refusal mmiobench --format x | sed 's/.*choose from \(.*\), then.*/\1/; s/, /\n/g' | sorted)
maps=$(refusal mmiobench --map x | sed 's/.*choose //; s/, \| or /\n/g' | sorted)
[[ $maps == *ram*sysfs ]] || { echo "not ok --map has only: $maps"; failed=1; }
for table in "$kernels" "$barriers" "$experiments" "$formats" "$facts"; do
	(($(wc -w <<<"$table") > 4)) || { echo "not ok a table has only: $table"; failed=1; }
done

check 'mmiobench --js' '--json='
check 'mmiobench --list' '--list --list-kernels'
check 'mmiobench --qui' '--quick'
check 'mmiobench --tests ' "$experiments"
check 'mmiobench --tests=' "$experiments"
check 'mmiobench --tests la' "$(starting la "$experiments")"
# all of the word, as readline has it
check 'mmiobench --tests=bw,la' "$(starting la "$experiments" | sed -E 's/[^ ]+/bw,&/g')"
check 'mmiobench --tests bw,la' "$(starting la "$experiments" | sed -E 's/[^ ]+/bw,&/g')"
check 'mmiobench --kernels ' "$kernels"
check 'mmiobench --barriers ' "$barriers"
check 'mmiobench --map ' "$maps"
check 'mmiobench --format ' "$formats"
check 'mmiobench --format=gab' "$(starting gab "$formats")"
check 'mmiocompare --format ' "$formats"
check 'mmiocompare --fail-on ' 'inconclusive regression'
check 'mmiocompare --require=' 'preserved'
check 'mmiocompare --ignore=gov' "$(starting gov "$facts")"
check 'mmiocompare --ignore kernel' ''
check 'mmiobench --no-such-option' ''
check 'mmiobench --seed ' ''
# only what may be tested, by the options so far
check "mmiobench --sysroot $tree -s " '0000:00:03.0 0000:00:05.0'
check "mmiobench --sysroot=$tree -s 0000:00:03" '03.0'
check "mmiobench --sysroot $tree --slot=0000:00:" '03.0 05.0'
check "mmiobench --sysroot $tree -s 00:0" '03.0 05.0'
check "mmiobench --sysroot $tree -s 0000:00:03.0 --bar " '2'
check "mmiobench --sysroot $tree --allow-side-effects -s 00:03.0 --bar " '0 2'
check "mmiobench --sysroot $tree -s 00:01.0 --bar=" '1 4'
check "mmiobench --sysroot $tree -d " '15b3:101e 1af4:1110'
check "mmiobench --sysroot $tree -s 7f:1f.7 --bar " ''
check "mmiobench --sysroot /nowhere -s " ''
if [[ -x bin/mmiowitness ]]; then
	check 'mmiowitness --p' '--pid='
	check 'mmiowitness --i' '--id= --ipa='
	check 'mmiowitness --v' '--version --vm='
	check 'mmiowitness --w' '--watch='
	check 'mmiowitness --pid ' ''
	check "mmiowitness --sysroot $tree -s 0000:00:03" '03.0'
fi
check 'mmiopair --v' '--version --vf --vmm-args= --vmm-device= --vmm='
check 'mmiopair --vmm k' 'kvmtool'
check 'mmiopair --vmm=' 'cloud-hypervisor kvmtool qemu'
# what mmiocompare gets
check 'mmiopair --format ' "$formats"
check 'mmiopair --fail-on ' 'inconclusive regression'
check 'mmiopair --require=' 'preserved'
check "mmiopair --sysroot $tree -s 0000:00:" '03.0 05.0'
check "mmiopair --sysroot $tree --unbind -s 0000:00:" '01.0 03.0 05.0'
check 'mmiopair no' ''
if [[ -x bin/mmioplot ]]; then
	check 'mmioplot --plots ' "$(mmioplot --list | awk '{ print $1 }' | sorted)"
	check 'mmioplot --format=' 'png svg'
fi
# files
touch host.json guest.json notes.txt
check 'mmiocompare --json ho' 'host.json'
check 'mmiocompare ho' 'host.json'
check 'mmiocompare host.json g' 'guest.json'
check 'mmiocompare no' ''
check 'mmiobench --format csv=no' 'notes.txt'
check 'mmiobench --json=no' 'notes.txt'
check 'mmiopair --initrd-modules no' 'notes.txt'
check 'mmiopair --initrd-modules host.json,no' 'host.json,notes.txt'
[[ ! -x bin/mmiowitness ]] || check 'mmiowitness --json no' 'notes.txt'
# a program that is not there, or says nothing
check './none/mmiobench --t' ''
printf '#!/bin/sh\necho no >&2\nexit 1\n' >mute
chmod +x mute
check './mute --' ''
# quoted in no way: what a device or file is called is not run
touch '$(touch pwned).json'
check 'mmiocompare $' '$(touch pwned).json'
[[ ! -e pwned ]] || { echo 'not ok a file name was run'; failed=1; }

exit $failed
