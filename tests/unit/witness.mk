# Unit tests of what reads page tables for mmiowitness; its record's are in logic.mk.
check_PROGRAMS += %D%/test-memory-type %D%/test-page-table
TESTS += %D%/test-memory-type %D%/test-page-table
%C%_test_memory_type_SOURCES = %D%/test-memory-type.c
%C%_test_memory_type_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
%C%_test_memory_type_LDADD = $(libjudge_LIBS) $(CMOCKA_LIBS)
%C%_test_page_table_SOURCES = %D%/test-page-table.c
%C%_test_page_table_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
%C%_test_page_table_LDADD = $(libjudge_LIBS) $(CMOCKA_LIBS)

if HAVE_LIBBPF
check_PROGRAMS += %D%/test-memory-map %D%/test-vm
TESTS += %D%/test-memory-map %D%/test-vm
%C%_test_memory_map_SOURCES = %D%/test-memory-map.c
%C%_test_memory_map_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
%C%_test_memory_map_LDADD = $(libwitness_LIBS) $(CMOCKA_LIBS)
%C%_test_vm_SOURCES = %D%/test-vm.c
%C%_test_vm_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
%C%_test_vm_LDADD = $(libwitness_LIBS) $(CMOCKA_LIBS)
endif
