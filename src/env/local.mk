libmeasure_a_SOURCES += \
	%D%/collect.c %D%/collect.h \
	%D%/quota.c %D%/quota.h \
	%D%/topology.c %D%/topology.h \
	%D%/kmsg.c %D%/kmsg.h
libjudge_a_SOURCES += \
	%D%/env.c %D%/env.h \
	%D%/virt.c %D%/virt.h
