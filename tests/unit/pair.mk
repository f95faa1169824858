# Unit tests of src/pair: what is looked at, taken and put back; the guest's serial line and initramfs.
check_PROGRAMS += \
	%D%/test-pair-binding \
	%D%/test-pair-binding-file \
	%D%/test-pair-ground \
	%D%/test-pair-guest \
	%D%/test-pair-in-use \
	%D%/test-pair-vm

%C%_test_pair_binding_SOURCES = %D%/test-pair-binding.c %D%/fake-tree.c %D%/fake-tree.h
%C%_test_pair_binding_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS) $(JANSSON_CFLAGS) $(GSL_CFLAGS)
%C%_test_pair_binding_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=path_write
%C%_test_pair_binding_LDADD = $(libpair_LIBS) $(CMOCKA_LIBS)
%C%_test_pair_binding_file_SOURCES = %D%/test-pair-binding-file.c %D%/fake-tree.c %D%/fake-tree.h
%C%_test_pair_binding_file_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS) $(JANSSON_CFLAGS) $(GSL_CFLAGS)
%C%_test_pair_binding_file_LDADD = $(libpair_LIBS) $(CMOCKA_LIBS)
%C%_test_pair_ground_SOURCES = %D%/test-pair-ground.c %D%/fake-tree.c %D%/fake-tree.h
%C%_test_pair_ground_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS) $(JANSSON_CFLAGS) $(GSL_CFLAGS)
%C%_test_pair_ground_LDADD = $(libpair_LIBS) $(CMOCKA_LIBS)
%C%_test_pair_guest_SOURCES = %D%/test-pair-guest.c
%C%_test_pair_guest_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS) $(ZLIB_CFLAGS)
%C%_test_pair_guest_LDADD = $(libpair_LIBS) $(CMOCKA_LIBS)
%C%_test_pair_in_use_SOURCES = %D%/test-pair-in-use.c %D%/fake-tree.c %D%/fake-tree.h
%C%_test_pair_in_use_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS) $(JANSSON_CFLAGS) $(GSL_CFLAGS)
%C%_test_pair_in_use_LDADD = $(libpair_LIBS) $(CMOCKA_LIBS)
%C%_test_pair_vm_SOURCES = %D%/test-pair-vm.c
%C%_test_pair_vm_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS) $(ZLIB_CFLAGS)
%C%_test_pair_vm_LDADD = $(libpair_LIBS) $(CMOCKA_LIBS)

TESTS += \
	%D%/test-pair-binding \
	%D%/test-pair-binding-file \
	%D%/test-pair-ground \
	%D%/test-pair-guest \
	%D%/test-pair-in-use \
	%D%/test-pair-vm
