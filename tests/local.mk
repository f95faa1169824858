# Programs of a cross build run under MB_EMULATOR, scripts start them with it.
TEST_EXTENSIONS = .test
LOG_COMPILER = $(MB_EMULATOR)
TEST_LOG_COMPILER = $(SHELL)
AM_TESTS_ENVIRONMENT = \
	top_builddir='$(abs_top_builddir)'; srcdir='$(abs_top_srcdir)'; \
	MB_EMULATOR='$(MB_EMULATOR)'; OBJDUMP='$(OBJDUMP)'; CFLAGS='$(CFLAGS)'; LDFLAGS='$(LDFLAGS)'; \
	MB_PROGRAMS='$(bin_PROGRAMS)'; \
	export top_builddir srcdir MB_EMULATOR OBJDUMP CFLAGS LDFLAGS MB_PROGRAMS;

# listed twice a test would count twice
check-local:
	@twice=$$(printf '%s\n' $(TESTS) | sort | uniq -d); \
		test -z "$$twice" || { echo "in TESTS more than once: $$twice"; exit 1; }

TESTS += tests/layers.test tests/lab/matrix.test tests/fleet/summary.test
EXTRA_DIST += tests/check.sh tests/skips tests/terminal.py tests/layers.test \
	tests/lab/check tests/lab/matrix tests/lab/matrix.test \
	tests/lab/restore.job tests/lab/restore.py tests/lab/experiments.job tests/lab/experiments.py \
	tests/lab/witness.job tests/lab/faults.job tests/lab/faults.py tests/lab/bystander.c tests/lab/starve.c \
	tests/lab/bundle.job tests/lab/devices.job tests/lab/nested.job tests/lab/pair.job tests/lab/remedies.job \
	tests/bundle/check tests/tree/check \
	tests/fleet/check tests/fleet/summary.test \
	tests/recipes/check tests/recipes/common.py tests/recipes/github.py tests/recipes/lava.py \
	tests/recipes/tmt.py tests/recipes/workflow.mjs tests/recipes/package.json \
	tests/recipes/package-lock.json

TESTS += tests/hardening.test
EXTRA_DIST += tests/hardening.test

include tests/kernels/local.mk
include tests/unit/pci-env.mk
include tests/unit/logic.mk
include tests/unit/pair.mk
include tests/unit/witness.mk
include tests/cli/local.mk
include tests/formats/local.mk
include tests/schema/local.mk
include tests/survey/local.mk
include tests/plot/local.mk
include tests/completion/local.mk
include tests/doc/local.mk
include tests/man/local.mk
include tests/page/local.mk
include tests/html/local.mk
include tests/witness/local.mk
include tests/fuzz/local.mk
include tests/hostile/local.mk
include tests/inject/local.mk
include tests/faults/local.mk
