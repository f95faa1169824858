# SPDX-License-Identifier: GPL-2.0-or-later
# Figures over time (UTC): a curve a machine, from the lowest to the highest of runs that are one point.

set logscale y
if (!text) { set grid xtics ytics ls 100 }
# names are this many seconds apart, as near as there is room; the axis begins and ends at one
steps = "1 2 5 10 15 30 60 120 300 600 900 1800 3600 7200 10800 21600 43200 86400 172800 345600 604800 1209600 " \
	. "2592000 5184000 7776000 15552000 31557600 63115200 157788000 315576000 631152000 1577880000 3155760000"
gaps(step) = ceil(x_high[1] / step) - floor(x_low[1] / step)
most = int((place_w * width / letter - 13) / 12)
most = most < 1 ? 1 : most > 5 ? 5 : most
step = real(word(steps, words(steps)))
do for [i = words(steps):1:-1] { step = gaps(real(word(steps, i))) <= most ? real(word(steps, i)) : step }
from = step * floor(x_low[1] / step)
to = step * ceil(x_high[1] / step)
to = to > from ? to : from + step
first = strftime("%Y-%m-%d", from)
one_day = first eq strftime("%Y-%m-%d", to)
midnight(v) = v / 86400 == floor(v / 86400)
when(v) = strftime(step >= 86400 ? "%Y-%m-%d" : !one_day && midnight(v) ? "%b %d" : step >= 60 ? "%H:%M" : "%H:%M:%S", v)
do for [p = 1:n_panels] {
	set origin place_x(p), place_y(p)
	set size place_w, place_h
	set title panel[p]
	set xlabel x_label[p] . (step >= 86400 ? "" : ", " . first . (one_day ? "" : strftime(" to %Y-%m-%d", to)))
	set xrange [from:to]
	set xtics (when(from) from)
	v = from + step
	while (v <= to) { set xtics add (when(v) v); v = v + step }
	low = begin(y_low[p], y_high[p])
	high = end(y_low[p], y_high[p])
	set yrange [low * 0.999:high * 1.001] # names at the very ends
	set ytics (label_of(low, y_unit[p]) low)
	v = tick(low, gap(low, high, text ? 7 : 12))
	while (v < high * 1.001) { set ytics add (label_of(v, y_unit[p]) v); v = tick(v, gap(low, high, text ? 7 : 12)) }
	if (text) {
		plot for [s = 1:n_series] $data index index_of(p, s) using "x":"y" with linespoints ls s notitle
	} else {
		plot for [s = 1:n_series] $data index index_of(p, s) using "x":"y":"low":"high" \
			with yerrorbars ls 200 + s notitle, \
			for [s = 1:n_series] $data index index_of(p, s) using "x":"y" with linespoints ls s notitle
	}
}
