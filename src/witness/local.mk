# pure, and its words are needed by whoever reads a witness
libjudge_a_SOURCES += \
	%D%/memory_type.c %D%/memory_type.h \
	%D%/page_table.c %D%/page_table.h \
	%D%/ranges.h \
	%D%/witness.c %D%/witness.h \
	%D%/witness_fields.c %D%/witness_file.h

# What only mmiowitness needs, the one program that is linked with libbpf.
if HAVE_LIBBPF
noinst_LIBRARIES += libwitness.a
libwitness_a_SOURCES = \
	%D%/driver.c \
	%D%/kernel.c %D%/kernel.h %D%/kernel_answer.h %D%/kernel_types.h %D%/kernel_bpf.S \
	%D%/live.c %D%/live.h \
	%D%/memory_map.c %D%/memory_map.h \
	%D%/process.c \
	%D%/shape.c \
	%D%/vm.c
libwitness_a_CFLAGS = $(AM_CFLAGS) $(LIBBPF_CFLAGS)
libwitness_LIBS = libwitness.a $(libmeasure_LIBS) $(LIBBPF_LIBS)

%D%/kernel.bpf.o: %D%/kernel.bpf.c %D%/kernel_answer.h %D%/kernel_types.h
	$(AM_V_GEN)$(MKDIR_P) %D% && $(CLANG) -O2 -g -Wall -Wextra -Werror -target bpf -mcpu=v2 \
		-ffile-prefix-map=$(abs_srcdir)= -fdebug-compilation-dir=. $(KERNEL_BPF_FLAGS) -I$(srcdir)/src -c $< -o $@
%D%/kernel_bpf.$(OBJEXT): %D%/kernel.bpf.o
CLEANFILES += %D%/kernel.bpf.o
endif
EXTRA_DIST += %D%/kernel.bpf.c
