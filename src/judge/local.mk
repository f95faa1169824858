libjudge_a_SOURCES += \
	%D%/advice.c \
	%D%/baseline.c %D%/baseline.h \
	%D%/ceiling.c %D%/ceiling.h \
	%D%/compare.c %D%/compare.h \
	%D%/compare_status.c \
	%D%/compare_cells.c %D%/compare_cells.h \
	%D%/correct.c %D%/correct.h \
	%D%/held.c %D%/held.h \
	%D%/judge.c %D%/judge.h \
	%D%/launches.c %D%/launches.h \
	%D%/kind.c %D%/kind.h \
	%D%/relation.c %D%/relation.h \
	%D%/rules.c %D%/rules.h \
	%D%/self_check.c %D%/self_check.h \
	%D%/signs.c \
	%D%/survey.c %D%/survey.h \
	%D%/spread.c %D%/spread.h \
	%D%/witnessed.c
