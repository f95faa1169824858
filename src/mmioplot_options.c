// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <argp.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include "base/log.h"
#include "base/parse.h"
#include "base/text.h"
#include "cli/options.h"
#include "cli/program.h"
#include "mmioplot_options.h"

enum option_key {
	KEY_LIST = 0x100, KEY_MIN_EFFECT, KEY_TERMINAL, KEY_DATA, KEY_FORMAT, KEY_HTML, KEY_OUTPUT, KEY_PLOTS,
	KEY_SCRIPT, KEY_SIZE, KEY_WITNESS,
};

static const struct argp_option argp_options[] = {
	{ "data", KEY_DATA, "FILE", 0, "Write the plotted values as CSV, all pictures' in one file; - is "
	  "stdout, then nothing else is written there. Needs no gnuplot", 0 },
	{ "format", KEY_FORMAT, "svg|png", 0, "Of the files (as --output's ending says, else svg)", 0 },
	{ "html", KEY_HTML, "FILE", 0, "Write a report for a browser: verdict, pictures, tables, environment "
	  "and raw data in one file that loads nothing; - is stdout", 0 },
	{ "list", KEY_LIST, NULL, 0, "List the pictures, with the script that draws each and the question "
	  "that it answers", 0 },
	{ "min-effect", KEY_MIN_EFFECT, "N%", 0, "Smallest difference that matters (5%)", 0 },
	{ "output", KEY_OUTPUT, "PATH", 0, "A directory: each picture in a file PATH/NAME.svg; or a file, "
	  "for one picture", 0 },
	{ "plots", KEY_PLOTS, "LIST", 0, "Only these pictures, comma-separated (all that the results "
	  "have figures for)", 0 },
	{ "script", KEY_SCRIPT, "FILE", 0, "Draw with this gnuplot script instead of the picture's own, such "
	  "as an edited copy of it", 0 },
	{ "size", KEY_SIZE, "WIDTH[xHEIGHT]", 0, "Of the pictures in pixels (960, and as high as needed, "
	  "which is the least); with --terminal in columns and lines", 0 },
	{ "terminal", KEY_TERMINAL, NULL, 0, "Draw on stdout, at the terminal's width; so it is without "
	  "--output, --data and --html, too", 0 },
	{ "witness", KEY_WITNESS, "FILE", 0, "What mmiowitness saw on the host: for the verdict", 0 },
	{ 0 },
};

static const struct option_place places[] = {
	OPTION_TEXT(KEY_DATA, plot_options, data),
	OPTION_TEXT(KEY_FORMAT, plot_options, format),
	OPTION_TEXT(KEY_HTML, plot_options, html),
	OPTION_TEXT(KEY_OUTPUT, plot_options, output),
	OPTION_TEXT(KEY_PLOTS, plot_options, plots),
	OPTION_TEXT(KEY_SCRIPT, plot_options, script),
	OPTION_TEXT(KEY_SIZE, plot_options, size),
	OPTION_FLAG(KEY_TERMINAL, plot_options, terminal),
	OPTION_TEXT(KEY_WITNESS, plot_options, witness),
	{ 0 },
};

static void list_kinds(void)
{
	static const char *const of[] = { " (a directory)", "", " (host and guest)" };

	for (const struct picture_kind *k = picture_kinds; k->name; k++)
		printf("%-10s %-11s %s%s\n", k->name, k->script, k->question, of[k->sides]);
	exit(stdout_finish() ? EXIT_USAGE : 0);
}

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct plot_options *o = state->input;

	if (option_keep(o, places, key, arg))
		return 0;
	switch (key) {
	case KEY_LIST:
		list_kinds();
		return 0;
	case KEY_MIN_EFFECT:
		o->ask.min_effect = option_min_effect(arg);
		return 0;
	case ARGP_KEY_ARG:
		sides_add(&o->sides, arg);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp argp = {
	argp_options, parse_option,
	"RESULT.json\nHOST.json GUEST.json\nHOST.json... -- GUEST.json...\nDIRECTORY\n--list",
	"Draws pictures of mmiobench's results with gnuplot: of one result, of a host's and a "
	"guest's together, or of all results below a directory.\v"
	"Exit status: 0 drawn, 2 usage, unreadable input, or gnuplot failed, 77 the results have no "
	"figures for what was asked.",
	NULL, NULL, NULL,
};

static void choose_sides(struct plot_options *o)
{
	const struct sides *s = &o->sides;

	o->n_sides = s->directory ? 0 : s->n;
	if (s->directory && o->html)
		usage_error("--html reports of one result or of a host's and a guest's: name them, not a directory");
	if (s->directory && o->witness)
		usage_error("--witness is about one host and its guest, not about a directory");
	if (!s->n || (s->n == 1 && s->v[0].n > 1))
		usage_error("name a result of mmiobench, or a host's and a guest's: mmioplot HOST.json "
			    "GUEST.json, or HOST.json... -- GUEST.json...");
}

static void check_plots(const struct plot_options *o)
{
	static const char *const needs[] = { "a directory of results: name one",
					     "a result, not a directory",
					     "a host's result and a guest's: name both" };
	char name[64];

	if (!o->plots)
		return;
	if (!*o->plots || *o->plots == ',')
		usage_error("--plots without a name: see mmioplot --list");
	for (const char *rest = o->plots; (rest = list_next(rest, name, sizeof(name)));) {
		const struct picture_kind *k = picture_find_kind(name);

		if (!k)
			usage_error("no picture is called \"%s\": see mmioplot --list", name);
		if (!picture_kind_fits(k, o->n_sides))
			usage_error("%s needs %s", name, needs[k->sides]);
	}
}

static bool ends_with(const char *s, const char *end)
{
	size_t n = strlen(s), m = strlen(end);

	return n >= m && !strcmp(s + n - m, end);
}

static void choose_format(struct plot_options *o)
{
	const char *path = o->output ? o->output : "", *format = o->format;
	const char *ending = ends_with(path, ".png") ? "png" : ends_with(path, ".svg") ? "svg" : NULL;

	o->output_is_dir = ends_with(path, "/") || name_is_directory(path);
	if (format && strcmp(format, "svg") && strcmp(format, "png"))
		usage_error("--format %s is not known: choose svg or png", format);
	if (o->output && !o->output_is_dir && !format && !ending)
		usage_error("--output %s is no directory and does not end in .svg or .png: end it so, or "
			    "with /, or give --format", path);
	if (format && !o->output_is_dir && ending && strcmp(format, ending))
		usage_error("--output %s does not end as --format %s: leave one of them out", path, format);
	if (!format)
		format = ending ? ending : "svg";
	o->canvas.target = strcmp(format, "png") ? SCRIPT_SVG : SCRIPT_PNG;
}

/* "960" or "960x540". */
static void choose_size(struct plot_options *o, const char *size)
{
	unsigned int least = o->terminal ? SCRIPT_LEAST_COLUMNS : SCRIPT_LEAST_PIXELS;
	unsigned int most = o->terminal ? SCRIPT_MOST_COLUMNS : SCRIPT_MOST_PIXELS;
	unsigned int low = o->terminal ? 20 : 240;
	char width[16];
	size_t n = strcspn(size, "x");

	snprintf(width, sizeof(width), "%.*s", (int)n, size);
	if (n >= sizeof(width) || parse_uint(width, most, &o->canvas.width) || o->canvas.width < least ||
	    (size[n] && (parse_uint(size + n + 1, SCRIPT_MOST_PIXELS, &o->canvas.height) ||
			 o->canvas.height < low)))
		usage_error("--size %s does not fit: WIDTH or WIDTHxHEIGHT, %u to %u wide, %u to %u high",
			    size, least, most, low, SCRIPT_MOST_PIXELS);
}

static unsigned int terminal_width(void)
{
	const char *columns = getenv("COLUMNS");
	struct winsize size;
	unsigned int width = 80;

	if (!ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) && size.ws_col)
		width = size.ws_col;
	else if (columns)
		parse_uint(columns, 10000, &width);
	if (width < SCRIPT_LEAST_COLUMNS)
		return SCRIPT_LEAST_COLUMNS;
	return width > SCRIPT_MOST_COLUMNS ? SCRIPT_MOST_COLUMNS : width;
}

static bool is_stdout(const char *path)
{
	return path && !strcmp(path, "-");
}

/* Two outputs, one behind the other, could not be read. */
static void check_stdout(const struct plot_options *o)
{
	const char *option = is_stdout(o->html) ? "--html" : "--data";

	if (is_stdout(o->html) + is_stdout(o->data) + o->terminal > 1)
		usage_error("%s - is taken by another output: name another file", option);
}

static void check_script(const char *script)
{
	FILE *f = script ? fopen(script, "re") : NULL;

	if (f)
		fclose(f);
	else if (script)
		usage_error("cannot read --script %s: %s: name a gnuplot script, such as a copy of one that "
			    "mmioplot --list names", script, strerror(errno));
}

static void choose_canvas(struct plot_options *o)
{
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");

	if (!o->output && !o->data && !o->html)
		o->terminal = true;
	if (o->terminal && o->output)
		usage_error("--terminal draws on stdout, --output in files: choose one");
	check_stdout(o);
	choose_format(o);
	o->canvas.width = o->terminal ? terminal_width() : SCRIPT_WIDTH;
	if (o->size)
		choose_size(o, o->size);
	if (!o->terminal)
		return;
	o->canvas.target = SCRIPT_TERMINAL;
	o->canvas.colour = isatty(STDOUT_FILENO) && !(no && *no) && term && strcmp(term, "dumb");
}

void plot_options_parse(struct plot_options *o, int argc, char **argv)
{
	sides_parse(&o->sides, &argp, argc, argv, o);
	choose_sides(o);
	check_plots(o);
	check_script(o->script);
	choose_canvas(o);
}
