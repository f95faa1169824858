# SPDX-License-Identifier: GPL-2.0-or-later
# A bar a series in each row, from 0, with its interval and its figure; where it was not measured, why.

# a terminal has a line a bar, and one between rows
bar_y(s) = text ? column("y") * (n_series + 1) + s - 1 \
	: column("y") + (s - 0.5 * (n_series + 1)) / (n_series + 0.7)
row_y(at) = text ? at * (n_series + 1) + (n_series - 1) / 2 : at
half = 0.42 / (n_series + 0.7)
end_of(measured) = measured > 0 ? column("high") : 0
figure(measured) = measured > 0 ? strcol("text") : strcol("why")
if (!text) { set grid xtics ls 100 }
do for [p = 1:n_panels] {
	if (text) { set tmargin at screen top(p); set bmargin at screen bottom(p) }
	set origin place_x(p), place_y(p)
	set size place_w, place_h
	set title panel[p]
	set xlabel x_label[p]
	end_x = 1.25 * x_high[p] # room for figures
	set xrange [0:end_x]
	if (text) { set yrange [n_rows[p] * (n_series + 1) - 1:-1] } else { set yrange [n_rows[p] - 0.5:-0.5] }
	step = next(below(end_x * (text ? 15 : 10) * letter / (place_w * width)))
	set xtics ("0" 0)
	do for [i = 1:int(end_x / step)] { set xtics add (label_of(i * step, x_unit[p]) i * step) }
	set ytics () scale 0
	if (text) {
		plot $rows index p - 1 using (0):(row_y(column("at"))):ytic(cut(strcol("name"), columns / 3)) with dots notitle, \
			for [s = 1:n_series] $data index index_of(p, s) using (0):(bar_y(s)):"x":(0) \
			with vectors nohead ls s notitle, \
			for [s = 1:n_series] $data index index_of(p, s) using "x":(bar_y(s)) with points ls s notitle, \
			for [s = 1:n_series] $data index index_of(p, s) \
			using (column("measured") > 0 ? column("x") : 0):(bar_y(s)):(figure(column("measured"))) \
			with labels left offset 2, 0 noenhanced notitle
	} else {
		plot $rows index p - 1 using (0):(row_y(column("at"))):ytic(cut(strcol("name"), columns / 3)) with dots notitle, \
			for [s = 1:n_series] $data index index_of(p, s) \
			using (0):(bar_y(s)):(0):"x":(bar_y(s) - half):(bar_y(s) + half) \
			with boxxyerror fs pattern fill(s) border fc rgb colour(ink[s]) notitle, \
			for [s = 1:n_series] $data index index_of(p, s) using "x":(bar_y(s)):"low":"high" \
			with xerrorbars ls 102 pt 0 ps 0 notitle, \
			for [s = 1:n_series] $data index index_of(p, s) \
			using (end_of(column("measured"))):(bar_y(s)):(figure(column("measured"))) \
			with labels left offset 0.7, 0 font small_font noenhanced notitle
	}
}
