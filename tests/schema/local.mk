# What prints the schemas of results/ from the tables of src/, and the test that they are current.
check_PROGRAMS += %D%/schemas
%C%_schemas_SOURCES = %D%/schemas.c
%C%_schemas_CFLAGS = $(AM_CFLAGS) $(JANSSON_CFLAGS)
%C%_schemas_LDADD = $(libjudge_LIBS)
TESTS += %D%/current.test
EXTRA_DIST += %D%/current.test

schemas: %D%/schemas$(EXEEXT)
	for name in compare-1 result-1 survey-1 witness-2 witnessed-1; do \
		file=$(srcdir)/results/mmiobench-$$name.schema.json && \
		$(MB_EMULATOR) %D%/schemas $${name%-*} >$$file.tmp && mv $$file.tmp $$file || exit 1; \
	done
.PHONY: schemas
