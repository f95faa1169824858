# SPDX-License-Identifier: GPL-2.0-or-later
# Distributions: the share of samples that took no longer, over time, logarithmic.

set logscale x
set yrange [0:1]
set ytics ("0 %%" 0, "20 %%" 0.2, "40 %%" 0.4, "60 %%" 0.6, "80 %%" 0.8, "100 %%" 1)
if (!text) { set grid xtics ytics ls 100 }
do for [p = 1:n_panels] {
	set origin place_x(p), place_y(p)
	set size place_w, place_h
	set title panel[p]
	set xlabel x_label[p]
	low = begin(x_low[p], x_high[p])
	high = end(x_low[p], x_high[p])
	most = int(place_w * width / letter / 8)
	set xrange [low * 0.999:high * 1.001] # names at the very ends
	set xtics (label_of(low, x_unit[p]) low)
	v = tick(low, gap(low, high, most))
	while (v < high * 1.001) { set xtics add (label_of(v, x_unit[p]) v); v = tick(v, gap(low, high, most)) }
	if (text) {
		plot for [s = 1:n_series] $data index index_of(p, s) using "x":"y" with points ls s notitle
	} else {
		plot for [s = 1:n_series] $data index index_of(p, s) using "x":"y" with lines ls s notitle
	}
}
