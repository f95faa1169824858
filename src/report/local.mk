libjudge_a_SOURCES += \
	%D%/compare_json.c \
	%D%/compare_text.c \
	%D%/json_file.c %D%/json_file.h \
	%D%/report.h \
	%D%/result_read.c \
	%D%/result_text.c \
	%D%/result_write.c \
	%D%/text.c %D%/text.h
libmeasure_a_SOURCES += %D%/list.h %D%/list_text.c
