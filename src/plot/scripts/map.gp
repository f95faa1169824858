# SPDX-License-Identifier: GPL-2.0-or-later
# A square a row and column, darker where the share is larger; marked where it must not be; what was not
# measured says so.

comma(s) = strstrt(s, ", ")
two_lines(s) = comma(s) ? cut(s[1:comma(s) - 1], across_x) . "\n" . cut(s[comma(s) + 2:*], across_x) : cut(s, across_x)
# white to the ink, not quite: text can be read on it
shade(v, full) = 255 - int(0.75 * v * (255 - full))
part(s, i) = int("0x" . substr(colour(ink[s]), 2 * i, 2 * i + 1))
rgb_of(s, v) = shade(v, part(s, 1)) * 65536 + shade(v, part(s, 2)) * 256 + shade(v, part(s, 3))
figure(measured) = measured > 0 ? cut(strcol("text"), text || across_x > 9 ? across_x : 9) \
	: across_x > 12 ? "not measured" : "-"
if (text) { set tics scale 0 }
unset xtics
do for [p = 1:n_panels] {
	if (text) { set tmargin at screen top(p); set bmargin at screen bottom(p) }
	# few columns need not be wide
	names = int(row_letters[p] < 0.4 * columns ? row_letters[p] : 0.4 * columns)
	wide = 24 * n_columns[p] + names + 5 < columns ? 24 * n_columns[p] + names + 5 : columns
	set origin place_x(p), place_y(p)
	set size wide * place_w / columns, place_h
	across_x = (wide - names - 5) / n_columns[p] - 1
	set label 1 panel[p] at graph 0, graph 1 right offset -1, 0.8
	set xrange [-0.5:n_columns[p] - 0.5]
	set yrange [n_rows[p] - (text ? 0 : 0.5):(text ? -1 : -0.5)]
	set link x2
	set ytics () scale 0
	set x2tics () scale 0
	if (text) {
		plot $rows index p - 1 using (-1):"at":ytic(cut(strcol("name"), names)) with dots notitle, \
			$columns index p - 1 using "at":(-1):x2tic(two_lines(strcol("name"))) with dots notitle, \
			for [s = 1:n_series] $data index index_of(p, s) using "x":"y":(figure(column("measured"))) with labels noenhanced notitle
	} else {
		plot $rows index p - 1 using (-1):"at":ytic(cut(strcol("name"), names)) with dots notitle, \
			$columns index p - 1 using "at":(-1):x2tic(two_lines(strcol("name"))) with dots notitle, \
			for [s = 1:n_series] $data index index_of(p, s) \
			using "x":"y":(0.48):(0.46):(rgb_of(s, column("measured") > 0 ? column("share") : 0)) \
			with boxxyerror fs solid noborder lc rgb variable notitle, \
			for [s = 1:n_series] $data index index_of(p, s) using "x":"y":(0.48):(0.46) \
			with boxxyerror lc rgb "#CCCCCC" lw 1 fs empty border notitle, \
			for [s = 1:n_series] $data index index_of(p, s) \
			using "x":"y":(0.48):(column("alarm") > 0 ? 0.46 : NaN) \
			with boxxyerror lc rgb "#D55E00" lw 4 fs empty border notitle, \
			for [s = 1:n_series] $data index index_of(p, s) \
			using "x":"y":(figure(column("measured"))):(column("measured") > 0 ? 0 : 0x777777) \
			with labels textcolor rgb variable noenhanced notitle
	}
}
