libmeasure_a_SOURCES += \
	%D%/chip.c \
	%D%/collect.c %D%/collect.h \
	%D%/quota.c \
	%D%/topology.c %D%/topology.h \
	%D%/kmsg.c
libjudge_a_SOURCES += \
	%D%/conditions.c %D%/conditions.h \
	%D%/env.h \
	%D%/errata.c %D%/errata.h \
	%D%/virt.c
