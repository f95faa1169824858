TESTS += %D%/inject.test
EXTRA_DIST += %D%/inject.test %D%/inject.py %D%/scenarios.py

# Not linked to anything: it is loaded before a program's libraries.
check_PROGRAMS += tests/inject/inject.so
tests_inject_inject_so_SOURCES = tests/inject/inject.c tests/inject/calls.c \
	tests/inject/inject.h tests/inject/shared.h
# It wraps functions that fortified headers make into others.
tests_inject_inject_so_CFLAGS = $(AM_CFLAGS) -fPIC -U_FORTIFY_SOURCE
tests_inject_inject_so_LDFLAGS = -shared

check_PROGRAMS += tests/inject/mmio-parts
tests_inject_mmio_parts_SOURCES = tests/inject/mmio-parts.c
tests_inject_mmio_parts_CFLAGS = $(AM_CFLAGS) $(JANSSON_CFLAGS) $(GSL_CFLAGS)
tests_inject_mmio_parts_LDADD = $(libmeasure_LIBS)
