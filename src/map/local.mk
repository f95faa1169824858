libmeasure_a_SOURCES += \
	%D%/map.c %D%/map.h \
	%D%/map_ram.c \
	%D%/map_sysfs.c
