# Unit tests of src/pci, src/env and the --list page; --list on recorded machines.
check_PROGRAMS += \
	%D%/test-guard \
	%D%/test-list \
	%D%/test-memtype \
	%D%/test-policy \
	%D%/test-power \
	%D%/test-restore \
	%D%/test-rescue \
	%D%/test-select \
	%D%/test-topology \
	%D%/test-virt

%C%_test_guard_SOURCES = %D%/test-guard.c
%C%_test_guard_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS) $(GSL_CFLAGS)
%C%_test_guard_LDADD = $(libmeasure_LIBS) $(CMOCKA_LIBS)
%C%_test_list_SOURCES = %D%/test-list.c %D%/fake-tree.c %D%/fake-tree.h
%C%_test_list_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
%C%_test_list_LDADD = $(libmeasure_LIBS) $(CMOCKA_LIBS)
%C%_test_memtype_SOURCES = %D%/test-memtype.c %D%/fake-tree.c %D%/fake-tree.h
%C%_test_memtype_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
%C%_test_memtype_LDADD = $(libmeasure_LIBS) $(CMOCKA_LIBS)
%C%_test_policy_SOURCES = %D%/test-policy.c
%C%_test_policy_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
%C%_test_policy_LDADD = $(libmeasure_LIBS) $(CMOCKA_LIBS)
%C%_test_power_SOURCES = %D%/test-power.c %D%/fake-tree.c %D%/fake-tree.h
%C%_test_power_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
%C%_test_power_LDADD = $(libmeasure_LIBS) $(CMOCKA_LIBS)
%C%_test_restore_SOURCES = %D%/test-restore.c %D%/fake-tree.c %D%/fake-tree.h
%C%_test_restore_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS) $(GSL_CFLAGS)
%C%_test_restore_LDADD = $(libmeasure_LIBS) $(CMOCKA_LIBS)
%C%_test_rescue_SOURCES = %D%/test-rescue.c %D%/fake-tree.c %D%/fake-tree.h
%C%_test_rescue_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS) $(GSL_CFLAGS)
%C%_test_rescue_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=window_restore
%C%_test_rescue_LDADD = $(libmeasure_LIBS) $(CMOCKA_LIBS)
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
	%D%/test-memtype \
	%D%/test-policy \
	%D%/test-power \
	%D%/test-restore \
	%D%/test-rescue \
	%D%/test-select \
	%D%/test-topology \
	%D%/test-virt \
	tests/replay/list.test \
	tests/replay/many.test
EXTRA_DIST += \
	tests/replay/README.md tests/replay/bench tests/replay/list.test tests/replay/make-tree \
	tests/replay/many tests/replay/many.test tests/replay/record \
	tests/replay/cm4-wc-freeze/list.expected tests/replay/cm4-wc-freeze/policy.expected tests/replay/cm4-wc-freeze/tree \
	tests/replay/altra-erratum/list.expected tests/replay/altra-erratum/policy.expected tests/replay/altra-erratum/tree \
	tests/replay/altra-server/list.expected tests/replay/altra-server/policy.expected tests/replay/altra-server/tree \
	tests/replay/arm64-guest/list.expected tests/replay/arm64-guest/policy.expected tests/replay/arm64-guest/tree \
	tests/replay/arm64-host/list.expected tests/replay/arm64-host/policy.expected tests/replay/arm64-host/tree \
	tests/replay/cca-realm/list.expected tests/replay/cca-realm/policy.expected tests/replay/cca-realm/tree \
	tests/replay/chv-guest-nonpref/list.expected tests/replay/chv-guest-nonpref/policy.expected tests/replay/chv-guest-nonpref/tree \
	tests/replay/bhyve-x722/list.expected tests/replay/bhyve-x722/policy.expected tests/replay/bhyve-x722/tree \
	tests/replay/chv-vf-ignored/list.expected tests/replay/chv-vf-ignored/policy.expected tests/replay/chv-vf-ignored/tree \
	tests/replay/cxl-alone/list.expected tests/replay/cxl-alone/policy.expected tests/replay/cxl-alone/tree \
	tests/replay/dead-gpu-nodriver/list.expected tests/replay/dead-gpu-nodriver/policy.expected tests/replay/dead-gpu-nodriver/tree \
	tests/replay/firecracker-guest/list.expected tests/replay/firecracker-guest/policy.expected tests/replay/firecracker-guest/tree \
	tests/replay/grace-guest/list.expected tests/replay/grace-guest/policy.expected tests/replay/grace-guest/tree \
	tests/replay/grace-hopper/list.expected tests/replay/grace-hopper/policy.expected tests/replay/grace-hopper/tree \
	tests/replay/graviton-guest/list.expected tests/replay/graviton-guest/policy.expected tests/replay/graviton-guest/tree \
	tests/replay/graviton-metal/list.expected tests/replay/graviton-metal/policy.expected tests/replay/graviton-metal/tree \
	tests/replay/hyperv-gpu-guest/list.expected tests/replay/hyperv-gpu-guest/policy.expected tests/replay/hyperv-gpu-guest/tree \
	tests/replay/ivshmem-1t/list.expected tests/replay/ivshmem-1t/policy.expected tests/replay/ivshmem-1t/tree \
	tests/replay/kvm-host/list.expected tests/replay/kvm-host/policy.expected tests/replay/kvm-host/tree \
	tests/replay/kata-two-domains/list.expected tests/replay/kata-two-domains/policy.expected tests/replay/kata-two-domains/tree \
	tests/replay/lab-bookworm-guest/list.expected tests/replay/lab-bookworm-guest/policy.expected tests/replay/lab-bookworm-guest/tree \
	tests/replay/lab-bullseye-host/list.expected tests/replay/lab-bullseye-host/policy.expected tests/replay/lab-bullseye-host/tree \
	tests/replay/lab-trixie-host/list.expected tests/replay/lab-trixie-host/policy.expected tests/replay/lab-trixie-host/tree \
	tests/replay/malformed/list.expected tests/replay/malformed/policy.expected tests/replay/malformed/tree \
	tests/replay/malformed-config/list.expected tests/replay/malformed-config/policy.expected tests/replay/malformed-config/tree \
	tests/replay/masked-container/list.expected tests/replay/masked-container/policy.expected tests/replay/masked-container/tree \
	tests/replay/nitro-x86-guest/list.expected tests/replay/nitro-x86-guest/policy.expected tests/replay/nitro-x86-guest/tree \
	tests/replay/no-pci/list.expected tests/replay/no-pci/policy.expected tests/replay/no-pci/tree \
	tests/replay/not-root/list.expected tests/replay/not-root/policy.expected tests/replay/not-root/tree \
	tests/replay/raspberry-pi-5/list.expected tests/replay/raspberry-pi-5/policy.expected tests/replay/raspberry-pi-5/tree \
	tests/replay/riscv-unmatched/list.expected tests/replay/riscv-unmatched/policy.expected tests/replay/riscv-unmatched/tree \
	tests/replay/virtio-gpu/list.expected tests/replay/virtio-gpu/policy.expected tests/replay/virtio-gpu/tree \
	tests/replay/x86-desktop/list.expected tests/replay/x86-desktop/policy.expected tests/replay/x86-desktop/tree \
	tests/replay/x86-server/list.expected tests/replay/x86-server/policy.expected tests/replay/x86-server/tree \
	tests/replay/xeon-h100/list.expected tests/replay/xeon-h100/policy.expected tests/replay/xeon-h100/tree
