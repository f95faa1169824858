# Fuzz targets (README.md): make check replays what engines have found worth keeping.
check_PROGRAMS += %D%/replay
%C%_replay_SOURCES = %D%/replay.c %D%/fuzz.c %D%/fuzz.h %D%/tree.c \
	%D%/results.c %D%/results.h %D%/grammars.c %D%/told.c \
	%D%/bindings.c \
	%D%/compare.c \
	%D%/env.c \
	%D%/journal.c \
	%D%/page_table.c \
	%D%/pages.c \
	%D%/rescue.c \
	%D%/result.c \
	%D%/select.c \
	%D%/serial.c \
	%D%/size.c \
	%D%/survey.c \
	%D%/sysfs.c \
	%D%/text.c \
	%D%/witness.c
%C%_replay_CFLAGS = $(AM_CFLAGS) $(PCI_CFLAGS) $(ZLIB_CFLAGS) $(JANSSON_CFLAGS) $(GSL_CFLAGS)
%C%_replay_LDADD = $(libpair_LIBS)
if HAVE_LIBBPF
%C%_replay_SOURCES += %D%/recording.c
%C%_replay_LDADD += tests/witness/librecorded.a libwitness.a $(libmeasure_LIBS)
%C%_replay_CFLAGS += -DFUZZ_WITNESS
endif

TESTS += %D%/replay.test
EXTRA_DIST += %D%/replay.test %D%/README.md %D%/mutate_json.c %D%/corpus %D%/dict
