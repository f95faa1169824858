libjudge_a_SOURCES += \
	%D%/array.h \
	%D%/clock.c %D%/clock.h \
	%D%/fact.c %D%/fact.h \
	%D%/fault.h \
	%D%/file.c %D%/file.h \
	%D%/hash.c %D%/hash.h \
	%D%/log.c %D%/log.h \
	%D%/memory.c %D%/memory.h \
	%D%/parse.c %D%/parse.h \
	%D%/path.c %D%/path.h \
	%D%/privilege.c %D%/privilege.h \
	%D%/text.c %D%/text.h \
	%D%/words.c %D%/words.h \
	%D%/xalloc.c %D%/xalloc.h
