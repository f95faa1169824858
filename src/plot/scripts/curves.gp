# SPDX-License-Identifier: GPL-2.0-or-later
# Rates by size or count, both logarithmic: a curve a series, with its intervals; what was not
# measured is a gap. Lines across: what the link can carry.

set logscale xy
if (!text) { set grid xtics ytics ls 100 }
do for [p = 1:n_panels] {
	set origin place_x(p), place_y(p)
	set size place_w, place_h
	set title panel[p]
	set xlabel x_label[p]
	set xrange [x_low[p] / 1.3:x_high[p] * 1.3]
	# powers of two that were measured
	v = 2.0 ** ceil(log10(x_low[p]) / log10(2) - 1e-9)
	factor = 2.0 ** ceil(log10(x_high[p] / v) / log10(2) * 8 * letter / (place_w * width))
	factor = factor < 2 ? 2 : factor
	set xtics (label_of(v, x_unit[p]) v)
	while (v * factor <= x_high[p] * 1.001) { v = v * factor; set xtics add (label_of(v, x_unit[p]) v) }
	low = begin(y_low[p], y_high[p])
	high = end(y_low[p], y_high[p])
	set yrange [low * 0.999:high * 1.001] # names at the very ends
	set ytics (label_of(low, y_unit[p]) low)
	v = tick(low, gap(low, high, text ? 7 : 12))
	while (v < high * 1.001) { set ytics add (label_of(v, y_unit[p]) v); v = tick(v, gap(low, high, text ? 7 : 12)) }
	if (text) {
		plot $limits index p - 1 using (x_low[p]):"y":(x_high[p] - x_low[p]):(0) \
			with vectors nohead ls 101 notitle, \
			for [s = 1:n_series] $data index index_of(p, s) using "x":"y" with linespoints ls s notitle, \
			$limits index p - 1 using (x_low[p]):"y":(strcol("series")) with labels left notitle
	} else {
		plot $limits index p - 1 using (x_low[p] / 1.3):"y":(x_high[p] * 1.3 - x_low[p] / 1.3):(0) \
			with vectors nohead ls 101 notitle, \
			for [s = 1:n_series] $data index index_of(p, s) using "x":"y":"low":"high" \
			with yerrorbars ls 200 + s notitle, \
			for [s = 1:n_series] $data index index_of(p, s) using "x":"y" with linespoints ls s notitle, \
			$limits index p - 1 using (x_high[p]):"y":(strcol("series")) \
			with labels right offset 0, 0.5 font small_font notitle
	}
}
