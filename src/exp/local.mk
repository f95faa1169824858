libmeasure_a_SOURCES += \
	%D%/exp.c %D%/exp.h \
	%D%/bw.c \
	%D%/lat.c \
	%D%/probe.c %D%/probe.h
