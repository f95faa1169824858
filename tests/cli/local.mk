TESTS += %D%/run.test %D%/bad-input.test %D%/order.test %D%/compare.test %D%/version.test %D%/recover.test %D%/launches.test %D%/baseline.test
TESTS += %D%/run.test %D%/bad-input.test %D%/order.test %D%/compare.test %D%/version.test %D%/recover.test %D%/launches.test
TESTS += %D%/privilege.test %D%/planted.test
EXTRA_DIST += %D%/planted.test %D%/privilege.test %D%/privilege.py
EXTRA_DIST += %D%/common.sh %D%/machine %D%/run.test %D%/bad-input.test %D%/order.test \
	%D%/compare.test %D%/version.test %D%/recover.test %D%/launches.test %D%/baseline.test
TESTS += %D%/run.test %D%/bad-input.test %D%/order.test %D%/compare.test %D%/version.test %D%/recover.test %D%/launches.test %D%/faults.test
TESTS += %D%/run.test %D%/bad-input.test %D%/order.test %D%/compare.test %D%/version.test %D%/recover.test %D%/launches.test %D%/faults.test %D%/signals.test
TESTS += %D%/run.test %D%/bad-input.test %D%/order.test %D%/compare.test %D%/version.test %D%/recover.test %D%/launches.test %D%/faults.test %D%/signals.test %D%/locks.test
EXTRA_DIST += %D%/common.sh %D%/machine %D%/run.test %D%/bad-input.test %D%/order.test \
	%D%/compare.test %D%/version.test %D%/recover.test %D%/launches.test %D%/faults.test %D%/faults.py \
	%D%/signals.test %D%/signals.py %D%/locks.test

# mmiobench with the litmus tests' barriers left out: shows that they can fail
check_PROGRAMS += mmiobench-no-barrier
mmiobench_no_barrier_SOURCES = $(mmiobench_SOURCES)
if ARCH_AARCH64
mmiobench_no_barrier_SOURCES += src/arch/aarch64.c
endif
if ARCH_X86_64
mmiobench_no_barrier_SOURCES += src/arch/x86_64.c
endif
mmiobench_no_barrier_CPPFLAGS = $(AM_CPPFLAGS) -DMMIOBENCH_TEST_NO_BARRIER
mmiobench_no_barrier_LDADD = $(libmeasure_LIBS)
