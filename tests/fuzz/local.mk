# Fuzz targets (README.md): make check replays what engines have found worth keeping.
check_PROGRAMS += %D%/replay
%C%_replay_SOURCES = %D%/replay.c %D%/fuzz.c %D%/fuzz.h %D%/tree.c \
	%D%/results.c %D%/results.h %D%/grammars.c %D%/told.c \
	%D%/baseline.c \
	%D%/compare.c \
	%D%/env.c \
	%D%/journal.c \
	%D%/pages.c \
	%D%/rescue.c \
	%D%/result.c \
	%D%/select.c \
	%D%/size.c \
	%D%/survey.c \
	%D%/svg.c \
	%D%/sysfs.c \
	%D%/text.c \
	%D%/witness.c
%C%_replay_CFLAGS = $(AM_CFLAGS) $(PCI_CFLAGS) $(JANSSON_CFLAGS) $(GSL_CFLAGS)
%C%_replay_LDADD = $(libmeasure_LIBS)
if HAVE_LIBBPF
%C%_replay_SOURCES += \
	%D%/btf.c \
	%D%/smaps.c \
	%D%/trace.c \
	%D%/watch.c
%C%_replay_CFLAGS += $(LIBBPF_CFLAGS) -DFUZZ_WITNESS
%C%_replay_LDADD += $(libwitness_LIBS)
endif

TESTS += %D%/replay.test
EXTRA_DIST += %D%/replay.test %D%/README.md %D%/mutate_json.c %D%/corpus %D%/dict
