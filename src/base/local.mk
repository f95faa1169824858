libjudge_a_SOURCES += \
	%D%/clean.h \
	%D%/fault.h \
	%D%/fact.c %D%/fact.h \
	%D%/hash.c %D%/hash.h \
	%D%/log.c %D%/log.h \
	%D%/parse.c %D%/parse.h \
	%D%/path.c %D%/path.h
