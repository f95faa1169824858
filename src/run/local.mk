libmeasure_a_SOURCES += \
	%D%/child.c %D%/child.h \
	%D%/launch.c %D%/launch.h \
	%D%/plan.c %D%/plan.h \
	%D%/refusal.c %D%/refusal.h \
	%D%/probes.c %D%/probes.h \
	%D%/putback.c %D%/putback.h \
	%D%/rescue.c %D%/rescue.h \
	%D%/rescue_file.c %D%/rescue_file.h \
	%D%/rescue_recover.c %D%/rescue_recover.h \
	%D%/runner.c %D%/runner.h \
	%D%/session.c %D%/session.h \
	%D%/window.c %D%/window.h
libjudge_a_SOURCES += \
	%D%/journal.c %D%/journal.h \
	%D%/result.c %D%/result.h
