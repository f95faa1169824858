libmeasure_a_SOURCES += %D%/arch.c %D%/arch.h %D%/loops.h %D%/pairs.h
libjudge_a_SOURCES += %D%/edges.c %D%/edges.h
if ARCH_AARCH64
libmeasure_a_SOURCES += %D%/aarch64.c
endif
if ARCH_X86_64
libmeasure_a_SOURCES += %D%/x86_64.c
endif
EXTRA_DIST += %D%/aarch64.c %D%/x86_64.c
