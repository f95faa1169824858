# Pictures: their values against others reckoned from raw ticks; files that gnuplot draws.
TESTS += %D%/data.test %D%/draw.test
EXTRA_DIST += %D%/data.test %D%/draw.test %D%/common.sh %D%/make_results.py %D%/expected.py %D%/expected_fleet.py %D%/labels.py
