check_PROGRAMS += %D%/test-loops %D%/dump-loops
TESTS += %D%/test-loops %D%/disassembly.test
EXTRA_DIST += %D%/disassembly.test %D%/disassembly.py %D%/pairs.py
tests_kernels_test_loops_SOURCES = %D%/test-loops.c
tests_kernels_test_loops_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_kernels_test_loops_LDADD = $(libmeasure_LIBS) $(CMOCKA_LIBS)
tests_kernels_dump_loops_SOURCES = %D%/dump-loops.c
tests_kernels_dump_loops_LDADD = $(libmeasure_LIBS)
