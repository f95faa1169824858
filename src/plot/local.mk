libjudge_a_SOURCES += \
	%D%/build.c %D%/build.h \
	%D%/build_bw.c \
	%D%/build_combine.c \
	%D%/build_fleet.c \
	%D%/build_forest.c \
	%D%/build_lat.c \
	%D%/build_order.c \
	%D%/data.c %D%/data.h \
	%D%/draw.c %D%/draw.h \
	%D%/gnuplot.c %D%/gnuplot.h \
	%D%/picture.c %D%/picture.h \
	%D%/script.c %D%/script.h

# What pictures look like: installed to be read, copied and given to mmioplot --script; mmioplot has
# its own copy.
PICTURES_GP = %D%/scripts/page.gp %D%/scripts/bars.gp %D%/scripts/curves.gp %D%/scripts/forest.gp \
	%D%/scripts/history.gp %D%/scripts/map.gp %D%/scripts/steps.gp
dist_pkgdata_DATA += $(PICTURES_GP)
EXTRA_DIST += %D%/scripts/embed.awk
nodist_libjudge_a_SOURCES += %D%/script_files.c
CLEANFILES += %D%/script_files.c
%D%/script_files.c: $(PICTURES_GP) %D%/scripts/embed.awk
	$(AM_V_GEN)$(MKDIR_P) %D% && here=`pwd` && cd $(srcdir) && \
	$(AWK) -f %D%/scripts/embed.awk $(PICTURES_GP) >"$$here/$@.part" && mv "$$here/$@.part" "$$here/$@"
