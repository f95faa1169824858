libjudge_a_SOURCES += \
	%D%/escape.c %D%/escape.h \
	%D%/report.h \
	%D%/text/compare_cells_text.c \
	%D%/text/compare_text.c \
	%D%/text/explain_text.c \
	%D%/text/launches_text.c \
	%D%/text/page.c %D%/text/page.h \
	%D%/text/page_bw.c \
	%D%/text/page_combine.c \
	%D%/text/page_doorbell.c \
	%D%/text/page_early_ack.c \
	%D%/text/page_integrity.c \
	%D%/text/page_lat.c \
	%D%/text/page_order.c \
	%D%/text/page_other.c \
	%D%/text/page_scale.c \
	%D%/text/result_text.c \
	%D%/text/self_check_text.c \
	%D%/text/survey_text.c \
	%D%/text/table.c %D%/text/table.h \
	%D%/text/text.c %D%/text/text.h \
	%D%/text/witness_text.c \
	%D%/text/witnessed_text.c \
	%D%/format/csv.c %D%/format/csv.h \
	%D%/format/format.c %D%/format/format.h \
	%D%/format/format_bmf.c \
	%D%/format/format_csv.c \
	%D%/format/format_gab.c \
	%D%/format/format_gobench.c \
	%D%/format/format_kcidb.c \
	%D%/format/format_ktap.c \
	%D%/format/format_lava.c \
	%D%/format/format_markdown.c \
	%D%/format/format_openmetrics.c \
	%D%/html/html.h \
	%D%/html/html_assets.h \
	%D%/html/html_compare.c \
	%D%/html/html_machine.c \
	%D%/html/html_page.c %D%/html/html_page.h \
	%D%/html/html_report.c \
	%D%/html/html_result.c \
	%D%/html/html_verdict.c \
	%D%/html/html_write.c %D%/html/html_write.h
libmeasure_a_SOURCES += %D%/text/kernels_text.c %D%/text/list.h %D%/text/list_text.c

# The report's style and script as C strings, with the hashes that its policy lets run.
HTML_FILES = %D%/html/embed.awk %D%/html/report.css %D%/html/report.js
EXTRA_DIST += $(HTML_FILES)
nodist_libjudge_a_SOURCES = %D%/html/html_assets.c
CLEANFILES += %D%/html/html_assets.c
%D%/html/html_assets.c: $(HTML_FILES)
	$(AM_V_GEN)$(MKDIR_P) %D%/html && \
	embed() { \
		sum=`sha256sum <"$$2"` && \
		$(AWK) -v name="$$1" -v sum="$${sum%% *}" -f $(srcdir)/%D%/html/embed.awk "$$2"; \
	} && { \
		embed html_style $(srcdir)/%D%/html/report.css && \
		embed html_script $(srcdir)/%D%/html/report.js; \
	} >$@.part && mv $@.part $@
