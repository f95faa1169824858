libjudge_a_SOURCES += \
	%D%/axis.c %D%/axis.h \
	%D%/axis_time.c \
	%D%/build.c %D%/build.h \
	%D%/build_bw.c \
	%D%/build_combine.c \
	%D%/build_fleet.c \
	%D%/build_forest.c \
	%D%/build_lat.c \
	%D%/build_order.c \
	%D%/data.c \
	%D%/draw.c %D%/draw.h \
	%D%/gnuplot.c %D%/gnuplot.h \
	%D%/layout.c %D%/layout.h \
	%D%/picture.c %D%/picture.h \
	%D%/range.c %D%/range.h \
	%D%/script.c %D%/script.h \
	%D%/script_panel.c %D%/script_panel.h \
	%D%/svg.c
