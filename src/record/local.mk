libjudge_a_SOURCES += \
	%D%/field.c %D%/field.h \
	%D%/fields.h \
	%D%/figure.c %D%/figure.h \
	%D%/json_file.c %D%/json_file.h \
	%D%/json_read.c \
	%D%/machine_fields.c \
	%D%/output.c %D%/output.h \
	%D%/read.c \
	%D%/result.c %D%/result.h \
	%D%/result_fields.c %D%/result_file.h \
	%D%/rules.c \
	%D%/self_check_fields.c \
	%D%/unmeasured.c %D%/unmeasured.h \
	%D%/write.c
