libjudge_a_SOURCES += %D%/summary.c %D%/summary.h
