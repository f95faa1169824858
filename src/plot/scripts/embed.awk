# SPDX-License-Identifier: GPL-2.0-or-later
# gnuplot scripts as a table of C strings: awk -f embed.awk FILE...
BEGIN {
	print "#include <stddef.h>"
	print "#include \"plot/script.h\""
	print "const struct script_file script_files[] = {"
}
FNR == 1 {
	name = FILENAME
	sub(/.*\//, "", name)
	print (NR == 1 ? "" : "\t},\n") "\t{ \"" name "\","
}
{
	gsub(/\\/, "&&")
	gsub(/"/, "\\\"")
	print "\t\"" $0 "\\n\""
}
END {
	print "\t},\n\t{ NULL, NULL },\n};"
}
