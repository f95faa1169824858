# pure, and its words are needed by whoever reads a witness
libjudge_a_SOURCES += \
	%D%/seen.c \
	%D%/witness.c %D%/witness.h

# What only mmiowitness needs, the one program that is linked with libbpf.
if HAVE_LIBBPF
noinst_LIBRARIES += libwitness.a
libwitness_a_SOURCES = \
	%D%/check.c %D%/check.h \
	%D%/prot.c %D%/prot.h \
	%D%/smaps.c %D%/smaps.h \
	%D%/trace_line.c %D%/trace_line.h \
	%D%/tracefs.c %D%/tracefs.h \
	%D%/watch.c %D%/watch.h
libwitness_a_CFLAGS = $(AM_CFLAGS) $(LIBBPF_CFLAGS)
libwitness_LIBS = libwitness.a $(libmeasure_LIBS) $(LIBBPF_LIBS)
endif
