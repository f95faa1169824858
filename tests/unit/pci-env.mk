# Unit tests of src/pci, src/env and the --list page; --list on recorded machines.
check_PROGRAMS += \
	%D%/test-guard \
	%D%/test-list \
	%D%/test-policy \
	%D%/test-power \
	%D%/test-select \
	%D%/test-topology \
	%D%/test-virt

%C%_test_guard_SOURCES = %D%/test-guard.c
%C%_test_guard_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS) $(GSL_CFLAGS)
%C%_test_guard_LDADD = $(libmeasure_LIBS) $(CMOCKA_LIBS)
%C%_test_list_SOURCES = %D%/test-list.c %D%/fake-tree.c %D%/fake-tree.h
%C%_test_list_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
%C%_test_list_LDADD = $(libmeasure_LIBS) $(CMOCKA_LIBS)
%C%_test_policy_SOURCES = %D%/test-policy.c
%C%_test_policy_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
%C%_test_policy_LDADD = $(libmeasure_LIBS) $(CMOCKA_LIBS)
%C%_test_power_SOURCES = %D%/test-power.c %D%/fake-tree.c %D%/fake-tree.h
%C%_test_power_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
%C%_test_power_LDADD = $(libmeasure_LIBS) $(CMOCKA_LIBS)
%C%_test_select_SOURCES = %D%/test-select.c %D%/fake-tree.c %D%/fake-tree.h
%C%_test_select_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
%C%_test_select_LDADD = $(libmeasure_LIBS) $(CMOCKA_LIBS)
%C%_test_topology_SOURCES = %D%/test-topology.c
%C%_test_topology_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
%C%_test_topology_LDADD = $(libmeasure_LIBS) $(CMOCKA_LIBS)
%C%_test_virt_SOURCES = %D%/test-virt.c %D%/fake-tree.c %D%/fake-tree.h
%C%_test_virt_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
%C%_test_virt_LDADD = $(libmeasure_LIBS) $(CMOCKA_LIBS)

# list.test runs mmiobench from the build's top, through MB_EMULATOR where it is set.
TESTS += \
	%D%/test-guard \
	%D%/test-list \
	%D%/test-policy \
	%D%/test-power \
	%D%/test-select \
	%D%/test-topology \
	%D%/test-virt \
	tests/replay/list.test
EXTRA_DIST += \
	tests/replay/list.test \
	tests/replay/make-tree \
	tests/replay/arm64-guest/list.expected tests/replay/arm64-guest/tree \
	tests/replay/arm64-host/list.expected tests/replay/arm64-host/tree \
	tests/replay/malformed/list.expected tests/replay/malformed/tree \
	tests/replay/no-pci/list.expected tests/replay/no-pci/tree \
	tests/replay/x86-server/list.expected tests/replay/x86-server/tree
