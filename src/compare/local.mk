libjudge_a_SOURCES += \
	%D%/checks.c %D%/checks.h \
	%D%/compare.c %D%/compare.h \
	%D%/compare_cells.c %D%/compare_cells.h \
	%D%/compare_check.c \
	%D%/compare_fields.c %D%/compare_file.h \
	%D%/compare_status.c \
	%D%/compare_wording.c %D%/compare_wording.h \
	%D%/environment.c %D%/environment.h \
	%D%/self_check.c %D%/self_check.h \
	%D%/spread.c %D%/spread.h \
	%D%/survey.c %D%/survey.h \
	%D%/survey_fields.c \
	%D%/survey_files.c %D%/survey_files.h \
	%D%/witnessed.c %D%/witnessed.h \
	%D%/witnessed_fields.c
