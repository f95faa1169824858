libjudge_a_SOURCES += \
	%D%/baseline.h \
	%D%/baseline_json.c \
	%D%/baseline_read.c \
	%D%/baseline_text.c \
	%D%/baseline_write.c \
	%D%/checks.c %D%/checks.h \
	%D%/compare_cells.h \
	%D%/compare_cells_json.c \
	%D%/compare_cells_text.c \
	%D%/compare_json.c \
	%D%/compare_notes.c \
	%D%/compare_text.c \
	%D%/csv.c %D%/csv.h \
	%D%/explain_text.c \
	%D%/json_machine.c \
	%D%/format.c %D%/format.h \
	%D%/format_bmf.c \
	%D%/format_csv.c \
	%D%/format_gab.c \
	%D%/format_gobench.c \
	%D%/format_kcidb.c \
	%D%/format_ktap.c \
	%D%/format_lava.c \
	%D%/format_markdown.c \
	%D%/format_openmetrics.c \
	%D%/formats.c %D%/formats.h \
	%D%/html.h \
	%D%/html_assets.h \
	%D%/html_compare.c \
	%D%/html_machine.c \
	%D%/html_page.c %D%/html_page.h \
	%D%/html_result.c \
	%D%/html_svg.c %D%/html_svg.h \
	%D%/html_verdict.c \
	%D%/html_write.c %D%/html_write.h \
	%D%/json_file.c %D%/json_file.h \
	%D%/json_memory.c %D%/json_memory.h \
	%D%/json_read.c \
	%D%/launches.h %D%/launches_text.c \
	%D%/output.c %D%/output.h \
	%D%/page.c %D%/page.h \
	%D%/page_bw.c \
	%D%/page_combine.c \
	%D%/page_doorbell.c \
	%D%/page_early_ack.c \
	%D%/page_integrity.c \
	%D%/page_lat.c \
	%D%/page_order.c \
	%D%/page_scale.c \
	%D%/reader.c %D%/reader.h \
	%D%/report.h \
	%D%/result_read.c \
	%D%/result_text.c \
	%D%/result_write.c \
	%D%/survey.h \
	%D%/survey_json.c \
	%D%/survey_read.c \
	%D%/survey_text.c \
	%D%/table.c %D%/table.h \
	%D%/self_check.h %D%/self_check_json.c %D%/self_check_text.c \
	%D%/text.c %D%/text.h \
	%D%/witness_read.c \
	%D%/witness_text.c \
	%D%/witness_write.c
libmeasure_a_SOURCES += %D%/list.h %D%/list_text.c

# The report's style and script as C strings, with the hashes that its policy lets run.
HTML_FILES = %D%/html/embed.awk %D%/html/report.css %D%/html/report.js
EXTRA_DIST += $(HTML_FILES)
nodist_libjudge_a_SOURCES = %D%/html_assets.c
CLEANFILES += %D%/html_assets.c
%D%/html_assets.c: $(HTML_FILES)
	$(AM_V_GEN)$(MKDIR_P) %D% && \
	embed() { \
		sum=`sha256sum <"$$2"` && \
		$(AWK) -v name="$$1" -v sum="$${sum%% *}" -f $(srcdir)/%D%/html/embed.awk "$$2"; \
	} && { \
		embed html_style $(srcdir)/%D%/html/report.css && \
		embed html_script $(srcdir)/%D%/html/report.js; \
	} >$@.part && mv $@.part $@
