# mmiowitness without a kernel (README.md): recorded.c answers for one, record.c records one.
if HAVE_LIBBPF
check_LIBRARIES = %D%/librecorded.a
%C%_librecorded_a_SOURCES = %D%/recorded.c %D%/recorded.h %D%/recording.c %D%/recording.h
check_PROGRAMS += %D%/mmiowitness-recorded %D%/mmiowitness-record

# In front of libwitness.a: its kernel.c is not taken then.
%C%_mmiowitness_recorded_SOURCES = src/mmiowitness.c src/witness/shape.c %D%/replayed.c
%C%_mmiowitness_recorded_CFLAGS = $(AM_CFLAGS) -Darch_name=replayed_arch
%C%_mmiowitness_recorded_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=sysconf,--wrap=geteuid,--wrap=mmap,--wrap=getrandom \
	-Wl,--wrap=time,--wrap=monotonic_s
%C%_mmiowitness_recorded_LDADD = %D%/librecorded.a libwitness.a $(libmeasure_LIBS)

%C%_mmiowitness_record_SOURCES = src/mmiowitness.c %D%/record.c
%C%_mmiowitness_record_CFLAGS = $(AM_CFLAGS)
%C%_mmiowitness_record_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=mmap,--wrap=getrandom,--wrap=kernel_open \
	-Wl,--wrap=kernel_close,--wrap=kernel_read,--wrap=kernel_ask,--wrap=kernel_symbol \
	-Wl,--wrap=kernel_try_linear
%C%_mmiowitness_record_LDADD = $(libwitness_LIBS) %D%/librecorded.a $(libwitness_LIBS)
TESTS += %D%/recorded.test
endif
EXTRA_DIST += %D%/README.md %D%/record %D%/recorded.test %D%/16k %D%/backports %D%/bookworm \
	%D%/bullseye %D%/trixie
