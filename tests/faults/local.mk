faults_tests = \
	%D%/clocks.test \
	%D%/environment.test \
	%D%/filters.test \
	%D%/locale.test \
	%D%/memory.test \
	%D%/mounts.test \
	%D%/processes.test
TESTS += $(faults_tests)
EXTRA_DIST += $(faults_tests) %D%/common.sh

check_PROGRAMS += tests/faults/deny tests/faults/clock.so
tests_faults_deny_SOURCES = tests/faults/deny.c
tests_faults_clock_so_SOURCES = tests/faults/clock.c
tests_faults_clock_so_CFLAGS = $(AM_CFLAGS) -fPIC
tests_faults_clock_so_LDFLAGS = -shared
