libmeasure_a_SOURCES += \
	%D%/config_space.c \
	%D%/device.h \
	%D%/fill.h \
	%D%/iomem.c \
	%D%/list.c %D%/list.h \
	%D%/lock.c %D%/lock.h \
	%D%/select.c %D%/select.h \
	%D%/watch.c %D%/watch.h
# pure, and its words are needed by whoever reads a result
libjudge_a_SOURCES += %D%/policy.c %D%/policy.h
