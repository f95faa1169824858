# SPDX-License-Identifier: GPL-2.0-or-later
# A text file as a C string, and its SHA-256, given in hexadecimal digits, in the base64 that a
# Content-Security-Policy wants: awk -v name=html_style -v sum=HEX -f embed.awk FILE
BEGIN {
	print "extern const char " name "[], " name "_hash[];"
	print "const char " name "[] ="
}
{
	gsub(/\\/, "&&")
	gsub(/"/, "\\\"")
	print "\t\"" $0 "\\n\""
}
END {
	print "\t;"
	alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
	# three hexadecimal digits are two of base64; 64 digits and two of padding are 44, the last is =
	digits = sum "00"
	for (i = 1; i <= 64; i += 3) {
		v = 0
		for (k = 0; k < 3; k++)
			v = 16 * v + index("0123456789abcdef", substr(digits, i + k, 1)) - 1
		hash = hash substr(alphabet, int(v / 64) + 1, 1) substr(alphabet, v % 64 + 1, 1)
	}
	print "const char " name "_hash[] = \"sha256-" substr(hash, 1, 43) "=\";"
}
