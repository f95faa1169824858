libmeasure_a_SOURCES += \
	%D%/exp.c %D%/exp.h %D%/request.h \
	%D%/loop.c \
	%D%/bw.c \
	%D%/combine.c \
	%D%/doorbell.c \
	%D%/early_ack.c \
	%D%/integrity.c %D%/integrity.h \
	%D%/integrity_cells.c \
	%D%/integrity_sets.c \
	%D%/lat.c \
	%D%/order.c \
	%D%/probe.c %D%/probe.h \
	%D%/scale.c \
	%D%/team.c %D%/team.h
libjudge_a_SOURCES += \
	%D%/litmus.c %D%/litmus.h \
	%D%/spec.c %D%/spec.h
