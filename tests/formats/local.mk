# Each format is read by somebody else's reader where there is one; without it a test is skipped.
FORMAT_TESTS = %D%/csv.test %D%/ktap.test %D%/markdown.test
TESTS += $(FORMAT_TESTS)
EXTRA_DIST += $(FORMAT_TESTS) %D%/common.sh %D%/data.py %D%/csv_check.py %D%/ktap_check.py \
	%D%/markdown_check.py
