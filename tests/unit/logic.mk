# Unit tests of the pure half: base, stat, journal, result, plan, judge, compare.
check_PROGRAMS += \
	%D%/test-advice \
	%D%/test-arch \
	%D%/test-base \
	%D%/test-environment \
	%D%/test-compare \
	%D%/test-compare-cells \
	%D%/test-integrity \
	%D%/test-journal \
	%D%/test-launch \
	%D%/test-judge \
	%D%/test-litmus \
	%D%/test-made-up \
	%D%/test-page \
	%D%/test-plan \
	%D%/test-plot \
	%D%/test-result \
	%D%/test-self-check \
	%D%/test-stat \
	%D%/test-survey \
	%D%/test-witness \
	%D%/test-witnessed \
	tests/replay/test-sets \
	%D%/stat-print

%C%_test_advice_SOURCES = %D%/test-advice.c %D%/fixture.c %D%/fixture.h
%C%_test_advice_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS) $(JANSSON_CFLAGS) $(GSL_CFLAGS)
%C%_test_advice_LDADD = $(libjudge_LIBS) $(CMOCKA_LIBS)
%C%_test_arch_SOURCES = %D%/test-arch.c
%C%_test_arch_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS) $(JANSSON_CFLAGS) $(GSL_CFLAGS)
%C%_test_arch_LDADD = $(libmeasure_LIBS) $(CMOCKA_LIBS)
%C%_test_base_SOURCES = %D%/test-base.c %D%/fixture.c %D%/fixture.h
%C%_test_base_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS) $(JANSSON_CFLAGS) $(GSL_CFLAGS)
%C%_test_base_LDADD = $(libjudge_LIBS) $(CMOCKA_LIBS)
%C%_test_environment_SOURCES = %D%/test-environment.c %D%/fixture.c %D%/fixture.h
%C%_test_environment_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS) $(JANSSON_CFLAGS) $(GSL_CFLAGS)
%C%_test_environment_LDADD = $(libjudge_LIBS) $(CMOCKA_LIBS)
%C%_test_compare_SOURCES = %D%/test-compare.c %D%/fixture.c %D%/fixture.h
%C%_test_compare_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS) $(JANSSON_CFLAGS) $(GSL_CFLAGS)
%C%_test_compare_LDADD = $(libjudge_LIBS) $(CMOCKA_LIBS)
%C%_test_compare_cells_SOURCES = %D%/test-compare-cells.c %D%/fixture.c %D%/fixture.h
%C%_test_compare_cells_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS) $(JANSSON_CFLAGS) $(GSL_CFLAGS)
%C%_test_compare_cells_LDADD = $(libjudge_LIBS) $(CMOCKA_LIBS)
%C%_test_integrity_SOURCES = %D%/test-integrity.c
%C%_test_integrity_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS) $(JANSSON_CFLAGS) $(GSL_CFLAGS)
%C%_test_integrity_LDADD = $(libmeasure_LIBS) $(CMOCKA_LIBS)
%C%_test_journal_SOURCES = %D%/test-journal.c %D%/fixture.c %D%/fixture.h
%C%_test_journal_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS) $(JANSSON_CFLAGS) $(GSL_CFLAGS)
%C%_test_journal_LDADD = $(libjudge_LIBS) $(CMOCKA_LIBS)
%C%_test_judge_SOURCES = %D%/test-judge.c %D%/fixture.c %D%/fixture.h
%C%_test_judge_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS) $(JANSSON_CFLAGS) $(GSL_CFLAGS)
%C%_test_judge_LDADD = $(libjudge_LIBS) $(CMOCKA_LIBS)
%C%_test_launch_SOURCES = %D%/test-launch.c %D%/fixture.c %D%/fixture.h
%C%_test_launch_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS) $(JANSSON_CFLAGS) $(GSL_CFLAGS)
%C%_test_launch_LDADD = $(libmeasure_LIBS) $(CMOCKA_LIBS)
%C%_test_litmus_SOURCES = %D%/test-litmus.c %D%/fixture.c %D%/fixture.h
%C%_test_litmus_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS) $(JANSSON_CFLAGS) $(GSL_CFLAGS)
%C%_test_litmus_LDADD = $(libjudge_LIBS) $(CMOCKA_LIBS)
%C%_test_made_up_SOURCES = %D%/test-made-up.c %D%/made-up.c %D%/made-up.h %D%/fixture.c %D%/fixture.h
%C%_test_made_up_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS) $(JANSSON_CFLAGS) $(GSL_CFLAGS)
%C%_test_made_up_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=arch_info_of
%C%_test_made_up_LDADD = $(libmeasure_LIBS) $(CMOCKA_LIBS)
%C%_test_page_SOURCES = %D%/test-page.c %D%/fixture.c %D%/fixture.h
%C%_test_page_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS) $(JANSSON_CFLAGS) $(GSL_CFLAGS)
%C%_test_page_LDADD = $(libjudge_LIBS) $(CMOCKA_LIBS)
%C%_test_plan_SOURCES = %D%/test-plan.c %D%/fixture.c %D%/fixture.h
%C%_test_plan_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS) $(JANSSON_CFLAGS) $(GSL_CFLAGS)
%C%_test_plan_LDADD = $(libmeasure_LIBS) $(CMOCKA_LIBS)
%C%_test_plot_SOURCES = %D%/test-plot.c %D%/fixture.c %D%/fixture.h
%C%_test_plot_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS) $(JANSSON_CFLAGS) $(GSL_CFLAGS)
%C%_test_plot_LDADD = $(libjudge_LIBS) $(CMOCKA_LIBS)
%C%_test_result_SOURCES = %D%/test-result.c %D%/fixture.c %D%/fixture.h
%C%_test_result_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS) $(JANSSON_CFLAGS) $(GSL_CFLAGS)
%C%_test_result_LDADD = $(libjudge_LIBS) $(CMOCKA_LIBS)
%C%_test_self_check_SOURCES = %D%/test-self-check.c %D%/fixture.c %D%/fixture.h
%C%_test_self_check_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS) $(JANSSON_CFLAGS) $(GSL_CFLAGS)
%C%_test_self_check_LDADD = $(libjudge_LIBS) $(CMOCKA_LIBS)
%C%_test_stat_SOURCES = %D%/test-stat.c
%C%_test_stat_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS) $(JANSSON_CFLAGS) $(GSL_CFLAGS)
%C%_test_stat_LDADD = $(libjudge_LIBS) $(CMOCKA_LIBS)
%C%_test_survey_SOURCES = %D%/test-survey.c
%C%_test_survey_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS) $(JANSSON_CFLAGS) $(GSL_CFLAGS)
%C%_test_survey_LDADD = $(libjudge_LIBS) $(CMOCKA_LIBS)
%C%_test_witness_SOURCES = %D%/test-witness.c %D%/fixture.c %D%/fixture.h
%C%_test_witness_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS) $(JANSSON_CFLAGS) $(GSL_CFLAGS)
%C%_test_witness_LDADD = $(libjudge_LIBS) $(CMOCKA_LIBS)
%C%_test_witnessed_SOURCES = %D%/test-witnessed.c %D%/fixture.h
%C%_test_witnessed_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS) $(JANSSON_CFLAGS) $(GSL_CFLAGS)
%C%_test_witnessed_LDADD = $(libjudge_LIBS) $(CMOCKA_LIBS)
tests_replay_test_sets_SOURCES = tests/replay/test-sets.c %D%/fixture.c %D%/fixture.h
tests_replay_test_sets_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS) $(JANSSON_CFLAGS) $(GSL_CFLAGS)
tests_replay_test_sets_LDADD = $(libjudge_LIBS) $(CMOCKA_LIBS)
%C%_stat_print_SOURCES = %D%/stat-print.c
%C%_stat_print_CFLAGS = $(AM_CFLAGS) $(GSL_CFLAGS)
%C%_stat_print_LDADD = $(libjudge_LIBS)

TESTS += \
	%D%/test-advice \
	%D%/test-arch \
	%D%/test-base \
	%D%/test-environment \
	%D%/test-compare \
	%D%/test-compare-cells \
	%D%/test-integrity \
	%D%/test-journal \
	%D%/test-launch \
	%D%/test-judge \
	%D%/test-litmus \
	%D%/test-made-up \
	%D%/test-page \
	%D%/test-plan \
	%D%/test-plot \
	%D%/test-result \
	%D%/test-stat \
	%D%/test-survey \
	%D%/test-witness \
	%D%/test-witnessed \
	tests/replay/test-sets \
	%D%/stat-scipy.test \
	tests/schema.test
# schema.test validates what mmiobench and mmiocompare write; python3-jsonschema missing: skipped.
# stat-scipy.test holds src/stat against python3-scipy, in the same way.
EXTRA_DIST += \
	tests/replay/sets \
	%D%/stat-scipy.py \
	%D%/stat-scipy.test \
	tests/schema.test \
	tests/data/field-16k-guest.json \
	tests/data/field-16k-host.json \
	tests/data/field-16k-witness.json \
	tests/data/field-kvmtool-guest.json \
	tests/data/field-kvmtool-host.json \
	tests/data/field-kvmtool-witness.json \
	tests/data/field-nested-L0-witness.json \
	tests/data/field-nested-L1-witness.json \
	tests/data/field-nested-L1.json \
	tests/data/field-nested-L2.json \
	tests/data/field-nested-L2a.json \
	tests/data/lab-bookworm-guest.json \
	tests/data/lab-bookworm-journal \
	tests/data/lab-bookworm-host.json \
	tests/data/lab-trixie-witness.json \
	tests/data/lab-xen-direct-dev.json \
	results/README.md
