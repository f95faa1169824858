# Each format is read by somebody else's reader where there is one; without it a test is skipped.
FORMAT_TESTS = \
	%D%/csv.test \
	%D%/gobench.test \
	%D%/kcidb.test \
	%D%/ktap.test \
	%D%/lava.test \
	%D%/markdown.test \
	%D%/openmetrics.test \
	%D%/options.test \
	%D%/series.test
TESTS += $(FORMAT_TESTS)
EXTRA_DIST += $(FORMAT_TESTS) \
	%D%/common.sh \
	%D%/checking.py \
	%D%/csv_check.py \
	%D%/data.py \
	%D%/gobench_check.py \
	%D%/kcidb_check.py \
	%D%/ktap_check.py \
	%D%/lava_check.py \
	%D%/markdown_check.py \
	%D%/openmetrics_check.py \
	%D%/series_check.py
