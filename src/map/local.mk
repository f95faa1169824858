libmeasure_a_SOURCES += \
	%D%/guard.c %D%/guard.h \
	%D%/map.c %D%/map.h \
	%D%/map_devmem.c \
	%D%/map_ram.c \
	%D%/map_sysfs.c \
	%D%/memtype.c
libjudge_a_SOURCES += \
	%D%/name.c
