libmeasure_a_SOURCES += %D%/arch.c %D%/arch.h %D%/cpu.c %D%/loop_sets.h %D%/loops.h %D%/shared.h
libjudge_a_SOURCES += %D%/info.c %D%/info.h %D%/facts.c %D%/aarch64.h %D%/x86_64.h
if ARCH_AARCH64
libmeasure_a_SOURCES += %D%/aarch64.S
endif
if ARCH_X86_64
libmeasure_a_SOURCES += %D%/x86_64.S
endif
EXTRA_DIST += %D%/aarch64.S %D%/x86_64.S
