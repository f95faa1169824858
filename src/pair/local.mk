# What only mmiopair needs: a disposable VM around a device, and everything put back.
noinst_LIBRARIES += libpair.a
libpair_a_SOURCES = \
	%D%/binding.c %D%/binding.h \
	%D%/binding_file.c \
	%D%/binding_left.c \
	%D%/cpio.c %D%/cpio.h \
	%D%/ground.c %D%/ground.h \
	%D%/ground_machine.c %D%/ground_machine.h \
	%D%/group.c %D%/group.h \
	%D%/guest.c %D%/guest.h \
	%D%/guest_memory.c %D%/guest_memory.h \
	%D%/in_use.c %D%/in_use.h \
	%D%/initramfs.c %D%/initramfs.h \
	%D%/inside.c %D%/inside.h \
	%D%/pair.c %D%/pair.h \
	%D%/pair_guest.c \
	%D%/pair_host.c \
	%D%/pair_page.c \
	%D%/program.c %D%/program.h \
	%D%/serial.c %D%/serial.h \
	%D%/serial_send.c \
	%D%/store.c %D%/store.h \
	%D%/vf.c %D%/vf.h \
	%D%/vmm.c %D%/vmm.h
libpair_a_CFLAGS = $(AM_CFLAGS) $(PCI_CFLAGS) $(JANSSON_CFLAGS) $(ZLIB_CFLAGS) $(GSL_CFLAGS)
libpair_LIBS = libpair.a $(libmeasure_LIBS) $(ZLIB_LIBS)
