# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# A table of machines and what must come of them: each row is a lab run, judged by matrix-row.

readonly MATRIX_COLUMNS='arch host guest bar device cpu verdict status probe witness set'
declare -A MATRIX_VALUES=([verdict]='preserved demoted trapped write-back inconclusive -'
	[status]='0 1 2 3' [probe]='dies lives refused -' [witness]='Device Normal-NC Normal-WB trapped by-guest -'
	[set]='short full')

# matrix_read FILE: the chosen rows in ROWS, each "NAME FIELD...".
matrix_read() {
	local file=$1 line number=0 fields name

	[[ -r $file ]] || die "--table $file cannot be read"
	ROWS=()
	while read -r line || [[ $line ]]; do
		number=$((number + 1))
		read -r -a fields <<<"$line"
		[[ ${fields[0]-#} != \#* ]] || continue
		matrix_check "$file, line $number" "${fields[@]}"
		# what tells the machine from others
		name=$(IFS=- && echo "${fields[*]:0:6}")
		name=${name//---/-}
		# shellcheck disable=SC2053 # a pattern
		[[ $name == ${OPT[rows]} ]] || continue
		[[ ${OPT[set]} == full || ${fields[10]} == short ]] || continue
		[[ " ${ROWS[*]%% *} " != *" $name "* ]] || die "$file, line $number: $name comes twice"
		ROWS+=("$name ${fields[*]}")
	done <"$file"
	((${#ROWS[@]})) || die "no row of $file is called ${OPT[rows]} in the set ${OPT[set]}"
}

# matrix_check WHERE FIELD...: dies unless the row has all columns, with values that they may have.
matrix_check() {
	local where=$1 column values

	shift
	# shellcheck disable=SC2086 # several words
	for column in $MATRIX_COLUMNS; do
		(($#)) || die "$where: the column '$column' is missing; there are: $MATRIX_COLUMNS"
		values=${MATRIX_VALUES[$column]-${VALUES[$column]}}
		[[ $column != guest ]] || values+=' -'
		[[ " $values " == *" $1 "* ]] ||
			die "$where: $column '$1' is not known; one of: $values"
		shift
	done
	((!$#)) || die "$where: more than the columns $MATRIX_COLUMNS"
}

# matrix_row NUMBER NAME FIELD...: runs the machine and leaves the KTAP of it in $WORK/NUMBER.
matrix_row() {
	local number=$1 name=$2 arch=$3 host=$4 guest=$5 bar=$6 device=$7 cpu=$8 dir=${OPT[out]}/$2
	local args=(--arch "$arch" --host "$host" --bar "$bar" --device "$device" --cpu "$cpu") status=0

	shift 2
	if [[ $arch == x86_64 ]] && ! readelf -h "${BUILD[native]}/mmiobench" | grep -q X86-64; then
		echo "ok $number $name # SKIP it needs an x86-64 PC" >"$WORK/$number"
		return
	fi
	args+=(--guest "${guest/#-/none}")
	[[ $guest == - ]] || args+=(--vmm "${OPT[vmm]}")
	mkdir -p "$dir"
	# what a run left that had other results
	rm -f "$dir"/*.json
	"$TOP/scripts/lab" run "${args[@]}" --out "$dir" >"$dir/lab.log" 2>&1 </dev/null || status=$?
	python3 "$LIB/matrix-row" "$number" "$name" "$dir" "$status" "$@" >"$WORK/.$number" || true
	mv "$WORK/.$number" "$WORK/$number"
}

# Prints the rows from $PRINTED on that are done, in their order.
matrix_print() {
	local end last

	while [[ -e $WORK/$PRINTED ]]; do
		cat "$WORK/$PRINTED"
		end=$(tail -n 1 "$WORK/$PRINTED")
		[[ $end == 'ok '* ]] || FAILED=$((FAILED + 1))
		# a judge that broke off has said neither
		[[ $end == @(ok|not ok)' '* ]] || echo "not ok $PRINTED ${ROWS[PRINTED - 1]%% *}"
		PRINTED=$((PRINTED + 1))
	done
}

# Waits until one of the running rows has ended.
matrix_wait() {
	local ended

	wait -n -p ended "${TASKS[@]}" || true
	task_forget "$ended"
	matrix_print
}

matrix_run() {
	local i fields

	matrix_read "${OPT[table]}"
	need matrix
	build native aarch64
	export MMIOBENCH_BUILD_NATIVE=${BUILD[native]} MMIOBENCH_BUILD_AARCH64=${BUILD[aarch64]}
	mkdir -p "${OPT[out]}" || die "cannot make the directory ${OPT[out]}"
	OPT[out]=$(cd "${OPT[out]}" && pwd)
	WORK=$(mktemp -d "${TMPDIR:-/tmp}/mmiobench-lab.XXXXXX")
	TEMPS+=("$WORK")

	PRINTED=1 FAILED=0
	printf 'KTAP version 1\n1..%d\n' ${#ROWS[@]}
	for i in "${!ROWS[@]}"; do
		((${#TASKS[@]} < OPT[jobs])) || matrix_wait
		read -r -a fields <<<"${ROWS[i]}"
		say "row $((i + 1)) of ${#ROWS[@]}: ${fields[0]}"
		task_start matrix_row $((i + 1)) "${fields[@]}"
	done
	while ((${#TASKS[@]})); do
		matrix_wait
	done
	say "${#ROWS[@]} rows, $FAILED failed; results in ${OPT[out]}"
	((FAILED == 0 && PRINTED > ${#ROWS[@]})) || exit 1
}
