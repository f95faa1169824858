TESTS += %D%/environment.test
EXTRA_DIST += %D%/environment.test

check_PROGRAMS += tests/faults/deny tests/faults/clock.so
tests_faults_deny_SOURCES = tests/faults/deny.c
tests_faults_clock_so_SOURCES = tests/faults/clock.c
tests_faults_clock_so_CFLAGS = $(AM_CFLAGS) -fPIC
tests_faults_clock_so_LDFLAGS = -shared
