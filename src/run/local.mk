libmeasure_a_SOURCES += \
	%D%/child.c %D%/child.h \
	%D%/launch.c %D%/launch.h \
	%D%/plan.c %D%/plan.h \
	%D%/refusal.c %D%/refusal.h \
	%D%/probes.c %D%/probes.h \
	%D%/runner.c %D%/runner.h \
	%D%/session.c %D%/session.h
libjudge_a_SOURCES += \
	%D%/journal.c %D%/journal.h
