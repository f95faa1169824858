# sides.c exits: each program that needs it links it
libjudge_a_SOURCES += \
	%D%/options.c %D%/options.h \
	%D%/program.c %D%/program.h

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
%D%/libjudge_a-program.$(OBJEXT): revision.h
CLEANFILES += revision.h revision.tmp
