check_PROGRAMS += %D%/write-report
%C%_write_report_SOURCES = %D%/write-report.c
%C%_write_report_CFLAGS = $(AM_CFLAGS) $(JANSSON_CFLAGS) $(GSL_CFLAGS)
%C%_write_report_LDADD = $(libjudge_LIBS)
