# What only mmiopair needs: a disposable VM around a device, and everything put back.
noinst_LIBRARIES += libpair.a
libpair_a_SOURCES = \
	%D%/binding.c %D%/binding.h \
	%D%/binding_file.c \
	%D%/binding_left.c \
	%D%/ground.c %D%/ground.h \
	%D%/ground_machine.c %D%/ground_machine.h \
	%D%/group.c %D%/group.h \
	%D%/in_use.c %D%/in_use.h \
	%D%/store.c %D%/store.h \
	%D%/vf.c %D%/vf.h
libpair_a_CFLAGS = $(AM_CFLAGS) $(PCI_CFLAGS) $(JANSSON_CFLAGS) $(GSL_CFLAGS)
libpair_LIBS = libpair.a $(libmeasure_LIBS)
