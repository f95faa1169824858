# SPDX-License-Identifier: GPL-2.0-or-later
# Makes mmiobench-result(5) of results/README.md: headings, paragraphs, lists, tables, code blocks.
# A table's first column becomes tags; where it has more than two, the others get their titles.

function troff(s) { # text that troff must not take for commands
	gsub(/\\/, "\\e", s)
	gsub(/-/, "\\-", s)
	gsub(/×/, "\\(mu", s)
	if (s ~ /^[.']/)
		s = "\\&" s
	return s
}

function inline(s,    out, n, parts, part, i) { # `code` in bold, links without their target
	gsub(/\*\*/, "", s)
	while (match(s, /\[[^]]*\]\([^)]*\)/)) {
		part = substr(s, RSTART + 1, RLENGTH - 1)
		sub(/\].*/, "", part)
		s = substr(s, 1, RSTART - 1) part substr(s, RSTART + RLENGTH)
	}
	n = split(s, parts, /`/)
	for (i = 1; i <= n; i++)
		if (parts[i] != "")
			out = out (i % 2 ? troff(parts[i]) : "\\fB" troff(parts[i]) "\\fR")
	return out
}

function flush() { # the paragraph or list item that has come together
	if (text == "")
		return
	if (before != "")
		print before
	print inline(text)
	text = ""
	before = ".PP"
}

function heading(macro, s) {
	flush()
	print macro " \"" troff(s) "\""
	before = ""
	table = 0
}

BEGIN {
	print ".\\\" made of results/README.md by doc/man/result.awk"
	print ".TH MMIOBENCH\\-RESULT 5 2026-11-25 mmiobench \"File formats\""
	print ".SH NAME"
	print "mmiobench\\-result \\- what mmiobench, mmiocompare and mmiowitness write"
	print ".SH DESCRIPTION"
}

/^```/ { # a block of code, as it stands
	flush()
	code = !code
	print code ? (before == "" ? "" : before "\n") ".EX" : ".EE"
	before = ".PP"
	next
}
code { print troff($0); next }
/^# / { next }
/^## / { heading(".SH", toupper(substr($0, 4))); next }
/^### / { heading(".SS", substr($0, 5)); next }
/^\|[-|]*$/ { next }
/^\|/ {
	line = $0
	gsub(/^\| *| *\|$/, "", line)
	n = split(line, cell, / *\| */)
	if (!table) {
		flush()
		table = 1
		split(line, title, / *\| */)
		if (cell[1] != "field") { # it says whose
			text = cell[1] ":"
			flush()
		}
		next
	}
	print ".TP"
	print inline(cell[1])
	for (i = 2; i <= n; i++)
		print (i > 2 ? ".br\n" : "") inline((n > 2 ? title[i] ": " : "") cell[i])
	before = ".PP"
	next
}
{ table = 0 }
/^- / {
	flush()
	before = ".IP \\(bu 2"
	text = substr($0, 3)
	next
}
/^$/ { flush(); next }
{
	sub(/^ +/, "")
	text = text (text == "" ? "" : " ") $0
}
END {
	flush()
	print ".SH \"SEE ALSO\""
	print "\\fBmmiobench\\fR(1), \\fBmmiocompare\\fR(1), \\fBmmiowitness\\fR(1)"
}
