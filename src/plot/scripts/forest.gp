# SPDX-License-Identifier: GPL-2.0-or-later
# Ratios, a row each, worst first, around 1: with their intervals; grey: what matters not.

set logscale x
if (!text) { set grid xtics ls 100 }
# near 1 there are names at tenths or twentieths
near = "0.5 0.55 0.6 0.65 0.7 0.75 0.8 0.85 0.9 0.95 1 1.05 1.1 1.15 1.2 1.3 1.4 1.5 1.6 1.8 2"
do for [p = 1:n_panels] {
	if (text) { set tmargin at screen top(p); set bmargin at screen bottom(p) }
	set origin place_x(p), place_y(p)
	set size place_w, place_h
	set title panel[p]
	set xlabel x_label[p]
	low = x_low[p] < 0.95 ? x_low[p] : 0.95
	high = x_high[p] > 1.05 ? x_high[p] : 1.05
	if (low >= 0.5 && high <= 2) {
		left = low / 1.02
		set xrange [left:high * 1.02]
		set xtics ("1" 1)
		every = high / low > 1.6 ? 2 : 1
		do for [i = 1:words(near):every] {
			v = real(word(near, i))
			if (v > low / 1.02 && v < high * 1.02) { set xtics add (word(near, i) v) }
		}
	} else {
		from = begin(low, high)
		to = end(low, high)
		left = from
		set xrange [from * 0.999:to * 1.001]
		set xtics (label_of(from, "") from)
		v = tick(from, gap(from, to, text ? 6 : 12))
		while (v < to * 1.001) { set xtics add (label_of(v, "") v); v = tick(v, gap(from, to, text ? 6 : 12)) }
	}
	set yrange [n_rows[p] - (text ? 0 : 0.5):(text ? -1 : -0.5)]
	set ytics () scale 0
	set y2tics () scale 0 offset 1, 0
	set link y2
	set arrow 1 from first 1, graph 0 to first 1, graph 1 nohead ls 102 back
	if (!text && band[p] > 0) {
		set object 1 rectangle from first 1 / (1 + band[p]), graph 0 to first 1 + band[p], graph 1 \
			fs solid noborder fc rgb "#E8E8E8" behind
	}
	plot $rows index p - 1 using (left):"at":ytic(cut(strcol("name"), columns * (text ? 0.5 : 0.45))) with dots notitle, \
		for [s = 1:n_series] $data index index_of(p, s) using "x":"y":"low":"high":y2tic(strcol("text")) \
		with xerrorbars ls s notitle
	unset arrow 1
	unset object 1
}
