libjudge_a_SOURCES += \
	%D%/clean.c %D%/clean.h \
	%D%/begin.c %D%/begin.h \
	%D%/clean.h \
	%D%/fault.h \
	%D%/fact.c %D%/fact.h \
	%D%/hash.c %D%/hash.h \
	%D%/lockdown.c %D%/lockdown.h \
	%D%/log.c %D%/log.h \
	%D%/memory.c %D%/memory.h \
	%D%/monotonic.c %D%/monotonic.h \
	%D%/parse.c %D%/parse.h \
	%D%/path.c %D%/path.h \
	%D%/planted.c %D%/planted.h \
	%D%/privilege.c %D%/privilege.h \
	%D%/stdout.c %D%/stdout.h \
	%D%/version.c %D%/version.h

# The source's revision: git's word in a git tree, else what make dist wrote down. Asked at each make,
# written only when it changed. Git does not answer everybody (another user's tree): then the last word holds.
revision.h: revision
	@:
revision:
	$(AM_V_at)if test -e $(srcdir)/.git; then \
		rev=$$(git --no-optional-locks -C $(srcdir) describe --always --dirty --abbrev=12 2>/dev/null); \
	else \
		rev=$$(cat $(srcdir)/.tarball-revision 2>/dev/null); \
	fi; \
	test -z "$$rev" && test -e $@.h || { \
		echo "#define MB_REVISION \"$${rev:-unknown}\"" >$@.tmp; \
		cmp -s $@.tmp $@.h && rm $@.tmp || mv $@.tmp $@.h; \
	}
.PHONY: revision
%D%/libjudge_a-version.$(OBJEXT): revision.h
CLEANFILES += revision.h revision.tmp
