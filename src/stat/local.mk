libjudge_a_SOURCES += \
	%D%/rank.c %D%/rank.h \
	%D%/rate.c %D%/rate.h \
	%D%/ratio.c %D%/ratio.h \
	%D%/summary.c %D%/summary.h
