# Unit tests of mmiowitness: the record, its JSON and page; and, with libbpf, what reads the kernel.
check_PROGRAMS += %D%/test-witness
TESTS += %D%/test-witness
%C%_test_witness_SOURCES = %D%/test-witness.c %D%/fixture.c %D%/fixture.h
%C%_test_witness_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS) $(JANSSON_CFLAGS)
%C%_test_witness_LDADD = $(libjudge_LIBS) $(CMOCKA_LIBS)

if HAVE_LIBBPF
check_PROGRAMS += %D%/test-witness-host tests/witness/make-btf
TESTS += %D%/test-witness-host tests/witness/replay.test
%C%_test_witness_host_SOURCES = %D%/test-witness-host.c %D%/fake-tree.c %D%/fake-tree.h
%C%_test_witness_host_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS) $(LIBBPF_CFLAGS)
%C%_test_witness_host_LDADD = $(libwitness_LIBS) $(CMOCKA_LIBS)
tests_witness_make_btf_SOURCES = tests/witness/make-btf.c
tests_witness_make_btf_CFLAGS = $(AM_CFLAGS) $(LIBBPF_CFLAGS)
tests_witness_make_btf_LDADD = $(LIBBPF_LIBS)
endif
EXTRA_DIST += tests/witness/replay.test tests/witness/host
