cli_tests = \
	%D%/bad-input.test \
	%D%/before-after.test \
	%D%/choose.test \
	%D%/compare.test \
	%D%/faults.test \
	%D%/launches.test \
	%D%/locks.test \
	%D%/order.test \
	%D%/pair.test \
	%D%/pipes.test \
	%D%/planted.test \
	%D%/privilege.test \
	%D%/probes.test \
	%D%/recover.test \
	%D%/run.test \
	%D%/secure.test \
	%D%/signals.test \
	%D%/synced.test \
	%D%/version.test
TESTS += $(cli_tests)
EXTRA_DIST += $(cli_tests) %D%/common.sh %D%/machine %D%/faults.py %D%/privilege.py %D%/signals.py

# mmiobench with the litmus tests' barriers left out: shows that they can fail
check_PROGRAMS += mmiobench-no-barrier
mmiobench_no_barrier_SOURCES = $(mmiobench_SOURCES)
if ARCH_AARCH64
mmiobench_no_barrier_SOURCES += src/arch/aarch64.S
endif
if ARCH_X86_64
mmiobench_no_barrier_SOURCES += src/arch/x86_64.S
endif
mmiobench_no_barrier_CPPFLAGS = $(AM_CPPFLAGS) -DMMIOBENCH_TEST_NO_BARRIER
mmiobench_no_barrier_LDADD = $(libmeasure_LIBS)
