# SPDX-License-Identifier: GPL-2.0-or-later
# What is around the panels of every picture: size, title, marks, legend, small print. mmioplot gives
# gnuplot its data (mmioplot(1), SCRIPTS), then this, then the picture's own script or that of --script.
# That one draws panel p at place_x(p), place_y(p), of size place_w, place_h.

text = format eq "text"                      # a terminal: a unit is a character
narrow = width < 700
line = text ? 1 : narrow ? 14 : 17
small_line = text ? 1 : narrow ? 10 : 12
letter = text ? 1 : narrow ? 6.2 : 7.2       # the widest that is usual
small_letter = text ? 1 : narrow ? 4.6 : 5.6
edge = text ? 1 : 12
point = (narrow ? 10 : 12) * (format eq "png" ? 0.75 : 1) # pngcairo's is 4/3 of a pixel
columns = int((width - 2 * edge) / letter)   # characters in a line
cut(s, n) = strlen(s) <= n || n < 5 ? s[1:n] : s[1:n - 2 - n / 3] . ".." . s[strlen(s) - n / 3 + 1:*]

# Colours that the colour-blind can tell apart (Okabe and Ito); dashes, markers and fills differ as well.
number(ink) = strstrt("plain wc    ram   other bad   good  even  quiet", ink) / 6 + 1
colour(ink) = word("#D55E00 #0072B2 #009E73 #CC79A7 #D55E00 #009E73 #0072B2 #555555", number(ink))
marker(s) = 4 + 2 * ((int(word("0 1 2 4 0 2 1 4", number(ink[s]))) + kernel[s]) % 6) + !reference[s]
fill(s) = ink[s] eq "plain" ? (reference[s] ? 4 : 1) : (reference[s] ? 0 : 3) # hatched; hollow or solid
kernels = 0
do for [s = 1:n_series] { kernels = kernels + kernel[s] }
# a terminal's markers, small for the reference; where kernels differ a mapping's letter is not enough
sign(s) = kernels ? substr(reference[s] ? "abcdefghijklmnopqrstuvwxyz" : "ABCDEFGHIJKLMNOPQRSTUVWXYZ", s, s) \
	: substr(reference[s] ? "pwrdsfeo" : "PWRDSFEO", number(ink[s]), number(ink[s]))
set dashtype 11 (8, 5)
do for [s = 1:n_series] {
	dashes = reference[s] ? 11 : 1
	set style line s lc rgb colour(ink[s]) lw (number(ink[s]) == 1 ? 3.5 : 1.8) dt dashes
	if (text) { set style line s pt sign(s) }
	else { set style line s pt marker(s) ps (format eq "svg" ? 0.75 : 1) }
	set style line 200 + s lc rgb colour(ink[s]) lw 1 pt 0 ps 0 # intervals
}
set style line 100 lc rgb "#DDDDDD" lw 1 dt 1 # grid
set style line 101 lc rgb "#555555" lw 1 dt 3 # limits
set style line 102 lc rgb "#222222" lw 1 dt 1

# Panels of bars, maps and ratios are as high as their rows need; at most so many beside each other.
bars = n_rows[1] && !n_columns[1] && x_unit[1] ne "ratio"
across = text || n_columns[1] ? 1 : width / (bars ? 400 : 280)
across = across < 1 ? 1 : across > n_panels ? n_panels : across
down = (n_panels + across - 1) / across
body = 0
do for [p = 1:n_panels] {
	need = n_rows[p] == 0 ? (text ? 20 : 22) \
		: bars ? n_rows[p] * (text ? n_series + 1 : 0.8 * n_series + 0.6) + (text ? 6 : 5) \
		: n_columns[p] ? n_rows[p] * (text ? 1 : 1.4) + 5 : n_rows[p] + (text ? 7 : 6)
	body = need > body ? need : body
}
body = body * down * line

# Lines of at most so many characters, broken at blanks, six at most; what is cut is marked.
heads = marks_end = 0
array head[40]
array foot[40]
n_foot = 0
do for [i = 1:n_marks + n_about + n_small] {
	rest = i <= n_marks ? marks[i] : i <= n_marks + n_about ? about[i - n_marks] : small[i - n_marks - n_about]
	is_small = i > n_marks + n_about
	room = is_small ? int((width - 2 * edge) / small_letter) : columns
	rest = strlen(rest) > 6 * room ? rest[1:6 * room - 9] . "..." : rest
	do for [k = 1:7] {
		if (strlen(rest)) {
			n = strlen(rest)
			if (n > room) {
				n = room
				while (n > room / 2 && rest[n + 1:n + 1] ne " ") { n = n - 1 }
				n = rest[n + 1:n + 1] eq " " ? n : room
			}
			if (is_small) { n_foot = n_foot + 1; foot[n_foot] = rest[1:n] }
			else { heads = heads + 1; head[heads] = rest[1:n] }
			rest = rest[n + (rest[n + 1:n + 1] eq " " ? 2 : 1):*]
		}
	}
	marks_end = i == n_marks ? heads : marks_end
}

# The legend, in columns of one width; a map has none.
has_legend = !n_columns[1]
longest = 0
do for [s = 1:n_series] { longest = strlen(series[s]) > longest ? strlen(series[s]) : longest }
legend_columns = int(columns / (longest + (text ? 6 : 10)))
legend_columns = legend_columns < 1 ? 1 : legend_columns > n_series ? n_series : legend_columns
legend_lines = has_legend ? (n_series + legend_columns - 1) / legend_columns : 0

# Sizes and places, down from 0 at the top. There is always room for panels.
head_y = text ? 1 : 1.8 * line
legend_y = head_y + heads * line + (text ? 0 : 0.3 * line)
body_y = legend_y + legend_lines * line + (text ? 0 : 0.6 * line)
foot_h = n_foot * small_line + (text ? 0 : 10)
height = height && !text ? height : ceil(body_y + body + foot_h)
least = ceil(body_y + foot_h + (text ? 8 : 110) * down)
height = height < least ? least : height
screen_x(x) = text ? (x + 0.5) / width : x / real(width)
screen_y(y) = 1 - (text ? y + 0.5 : y) / height
place_w = 1.0 / across
place_h = (height - foot_h - body_y) / (1.0 * height * down)
place_x(p) = ((p - 1) % across) * place_w
place_y(p) = 1 - body_y / (1.0 * height) - ((p - 1) / across + 1) * place_h
# on a terminal rows are lines: where the frame begins and ends
top(p) = screen_y(body_y + (p - 1) * body / down + 1.5)
bottom(p) = screen_y(body_y + p * body / down - (n_columns[p] ? 2 : 4))
index_of(p, s) = (p - 1) * n_series + s - 1

set encoding utf8
font_name = sprintf("sans-serif,%g", point)
if (format eq "svg") {
	set terminal svg size width, height fixed noenhanced background "#ffffff" font font_name butt name picture
}
if (format eq "png") {
	set terminal pngcairo size width, height noenhanced background "#ffffff" font font_name butt
}
if (text && coloured) { set terminal dumb size width, height noenhanced ansi256 }
if (text && !coloured) { set terminal dumb size width, height noenhanced mono }
set datafile separator tab
set datafile commentschars ""
set tics noenhanced nomirror
set xlabel noenhanced
set title noenhanced
small_font = sprintf(",%g", (text ? 1 : 0.85) * point)

# A page without axes, that has the words; panels are drawn over it.
set multiplot
set size 1, 1
set origin 0, 0
unset border
unset tics
set lmargin 0; set rmargin 0; set tmargin 0; set bmargin 0
set style textbox opaque fillcolor rgb "#F0E442" noborder margins 1, 0.3
set label title at screen screen_x(edge), screen_y(text ? 0 : 0.9 * line) noenhanced \
	font sprintf(",%g", 1.35 * point)
do for [i = 1:heads] {
	y = screen_y(head_y + (i - (text ? 1 : 0.5)) * line)
	if (i <= marks_end && !text) { set label head[i] at screen screen_x(edge + 4), y noenhanced boxed }
	else { set label head[i] at screen screen_x(edge), y noenhanced }
}
do for [i = 1:n_foot] {
	y = screen_y(height - foot_h + (text ? 0 : 6) + (i - (text ? 1 : 0.5)) * small_line)
	set label foot[i] at screen screen_x(edge), y noenhanced textcolor rgb "#444444" font sprintf(",%g", 0.8 * point)
}
set key at screen screen_x(edge), screen_y(legend_y) left top Left reverse noenhanced horizontal \
	maxcols legend_columns samplen (text ? 1 : 4) spacing (text ? 1 : 1.1) width (text ? 0 : 2)
if (!has_legend) { unset key }
name(s) = cut(series[s], columns - 11)
if (bars && !text) {
	plot [0:1] [0:1] 2 notitle, \
		for [s = 1:n_series] keyentry with boxes fs pattern fill(s) border fc rgb colour(ink[s]) title name(s)
}
if (text) {
	plot [0:1] [0:1] 2 notitle, for [s = 1:n_series] keyentry with points ls s title name(s)
}
if (!bars && !text) {
	plot [0:1] [0:1] 2 notitle, for [s = 1:n_series] keyentry with linespoints ls s title name(s)
}
unset label; unset key
unset lmargin; unset rmargin; unset tmargin; unset bmargin
set border
set tics

# Logarithmic axes begin and end at a 1, 2 or 5 of a decade, and have names there: two at least. So
# many decades that there is no room for it have names at whole ones, each gap of them as wide.
decade(v) = 10.0 ** floor(log10(v) + 1e-9)
below(v) = decade(v) * (v / decade(v) < 1.999 ? 1 : v / decade(v) < 4.999 ? 2 : 5)
next(v) = decade(v) * (v / decade(v) < 1.5 ? 2 : v / decade(v) < 3 ? 5 : 10)
begin(low, high) = below(low < high * 0.999 ? low : low * 0.8)
end(low, high) = next(below(high * 0.999))
decades(low, high) = log10(end(low, high) / begin(low, high))
gap(low, high, most) = 3 * decades(low, high) < most ? 0 : ceil(decades(low, high) / most)
tick(v, gap) = gap ? decade(v) * 10.0 ** gap : next(v)
size(v) = v < 1024 ? sprintf("%d", v) : v < 1048576 ? sprintf("%dK", v / 1024) \
	: v < 1073741824 ? sprintf("%dM", v / 1048576) : sprintf("%gG", v / 1073741824)
label_of(v, unit) = unit eq "rate" ? gprintf("%.0s %cB/s", v) : unit eq "ns" ? gprintf("%.0s %cs", v * 1e-9) \
	: unit eq "bytes" ? size(v) : sprintf("%g", v)
