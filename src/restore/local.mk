libmeasure_a_SOURCES += \
	%D%/power.c %D%/power.h \
	%D%/recover.c \
	%D%/rescue.c %D%/rescue.h \
	%D%/rescue_file.c \
	%D%/restore.c %D%/restore.h \
	%D%/window.c %D%/window.h
