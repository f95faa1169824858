# Unit tests of src/pair: what is looked at, taken and put back.
check_PROGRAMS += \
	%D%/test-pair-binding \
	%D%/test-pair-guest

%C%_test_pair_binding_SOURCES = %D%/test-pair-binding.c %D%/fake-tree.c %D%/fake-tree.h
%C%_test_pair_binding_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS) $(GSL_CFLAGS)
%C%_test_pair_binding_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=path_write
%C%_test_pair_binding_LDADD = $(libpair_LIBS) $(CMOCKA_LIBS)
%C%_test_pair_guest_SOURCES = %D%/test-pair-guest.c
%C%_test_pair_guest_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS) $(ZLIB_CFLAGS)
%C%_test_pair_guest_LDADD = $(libpair_LIBS) $(CMOCKA_LIBS)

TESTS += \
	%D%/test-pair-binding \
	%D%/test-pair-guest
