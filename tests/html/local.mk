# The report that a browser shows. Without a browser report.test is skipped.
check_PROGRAMS += tests/unit/test-html
tests_unit_test_html_SOURCES = tests/unit/test-html.c tests/unit/fixture.c tests/unit/fixture.h
tests_unit_test_html_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS) $(JANSSON_CFLAGS) $(GSL_CFLAGS)
tests_unit_test_html_LDADD = $(libjudge_LIBS) $(CMOCKA_LIBS)
TESTS += tests/unit/test-html
TESTS += %D%/report.test
EXTRA_DIST += %D%/browser.py %D%/hostile.py %D%/report.test %D%/report_check.py
