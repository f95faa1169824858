// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <argp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include "base/log.h"
#include "base/parse.h"
#include "base/stdout.h"
#include "base/version.h"
#include "mmioplot_options.h"

enum option_key {
	KEY_DATA = 0x100,
	KEY_FORMAT,
	KEY_HTML,
	KEY_LIST,
	KEY_MIN_EFFECT,
	KEY_OUTPUT,
	KEY_PLOTS,
	KEY_SIZE,
	KEY_TERMINAL,
	KEY_WITNESS,
};

static const struct argp_option argp_options[] = {
	{ "data", KEY_DATA, "FILE", 0,
	  "Write the plotted values as CSV, all pictures' in one file; - is "
	  "stdout, then nothing else is written there. Needs no gnuplot",
	  0 },
	{ "format", KEY_FORMAT, "svg|png", 0, "Of the files (as --output's ending says, else svg)",
	  0 },
	{ "html", KEY_HTML, "FILE", 0,
	  "Write a report for a browser: verdict, pictures, tables, environment and raw data in one "
	  "file that loads nothing; - is stdout",
	  0 },
	{ "list", KEY_LIST, NULL, 0, "List the pictures, with the question that each answers", 0 },
	{ "min-effect", KEY_MIN_EFFECT, "N%", 0, "Smallest difference that matters (5%)", 0 },
	{ "output", KEY_OUTPUT, "PATH", 0,
	  "A directory: each picture in a file PATH/NAME.svg; or a file, "
	  "for one picture",
	  0 },
	{ "plots", KEY_PLOTS, "LIST", 0,
	  "Only these pictures, comma-separated (all that the results "
	  "have figures for)",
	  0 },
	{ "size", KEY_SIZE, "WIDTH[xHEIGHT]", 0,
	  "Of the pictures in pixels (960, and as high as needed, which is the least); "
	  "with --terminal in columns and lines",
	  0 },
	{ "terminal", KEY_TERMINAL, NULL, 0,
	  "Draw on stdout, at the terminal's width; so it is without "
	  "--output, --data and --html, too",
	  0 },
	{ "witness", KEY_WITNESS, "FILE", 0, "What mmiowitness saw on the host: for the verdict",
	  0 },
	{ 0 },
};

struct parse {
	struct plot_options *o;
	unsigned int side; /* that files belong to */
	bool separated;
	const char *format, *size;
};

static void fail(void)
{
	exit(EXIT_USAGE);
}

static void list_kinds(void)
{
	for (const struct picture_kind *k = picture_kinds; k->name; k++)
		printf("%-10s %s%s\n", k->name, k->question,
		       k->sides > 1 ? " (host and guest)"
		       : k->sides   ? ""
				    : " (a directory)");
	exit(stdout_finish() ? EXIT_USAGE : 0);
}

static void set_min_effect(struct plot_options *o, const char *text)
{
	if (!parse_percent(text, &o->ask.min_effect) && o->ask.min_effect <= 1)
		return;
	log_error("--min-effect %s is no share: 0%% to 100%%, such as 5%% or 0.5%%", text);
	fail();
}

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct parse *p = state->input;

	switch (key) {
	case KEY_DATA:
		p->o->data = arg;
		return 0;
	case KEY_FORMAT:
		p->format = arg;
		return 0;
	case KEY_HTML:
		p->o->html = arg;
		return 0;
	case KEY_LIST:
		list_kinds();
		return 0;
	case KEY_MIN_EFFECT:
		set_min_effect(p->o, arg);
		return 0;
	case KEY_OUTPUT:
		p->o->output = arg;
		return 0;
	case KEY_PLOTS:
		p->o->plots = arg;
		return 0;
	case KEY_SIZE:
		p->size = arg;
		return 0;
	case KEY_TERMINAL:
		p->o->terminal = true;
		return 0;
	case KEY_WITNESS:
		p->o->witness = arg;
		return 0;
	case ARGP_KEY_ARG:
		files_add(&p->o->sides[p->side], arg);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp argp = {
	argp_options,
	parse_option,
	"RESULT.json\nHOST.json GUEST.json\nHOST.json... -- GUEST.json...\n"
	"DIRECTORY\n--list",
	"Draws pictures of mmiobench's results with gnuplot: of one result, of a host's and a "
	"guest's together, or of all results below a directory.\v"
	"Exit status: 0 drawn, 2 usage, unreadable input, or gnuplot failed, 77 the results have "
	"no "
	"figures for what was asked.",
	NULL,
	NULL,
	NULL,
};

static void choose_sides(struct parse *p)
{
	struct files *sides = p->o->sides;

	if (!p->separated && sides[0].n == 2)
		files_add(&sides[1], sides[0].names[--sides[0].n]);
	p->o->n_sides = sides[1].n ? 2 : 1;
	if (!p->separated && sides[0].n == 1 && name_is_directory(sides[0].names[0])) {
		p->o->n_sides = 0;
		if (p->o->html) {
			log_error("--html reports of one result or of a host's and a guest's: name "
				  "them, not a directory");
			fail();
		}
		if (p->o->witness) {
			log_error(
				"--witness is about one host and its guest, not about a directory");
			fail();
		}
		return;
	}
	if (p->separated ? sides[0].n && sides[1].n : sides[0].n == 1)
		return;
	if (p->separated)
		log_error("a side without results: mmioplot HOST.json... -- GUEST.json...");
	else
		log_error(
			"name a result of mmiobench, or a host's and a guest's: mmioplot HOST.json "
			"GUEST.json, or HOST.json... -- GUEST.json...");
	fail();
}

static void check_plots(const struct plot_options *o)
{
	static const char *const needs[] = { "a directory of results: name one",
					     "a result, not a directory",
					     "a host's result and a guest's: name both" };
	char *list = o->plots ? strdup(o->plots) : NULL, *save = NULL;

	if (o->plots && !list) {
		log_error("out of memory");
		fail();
	}
	for (char *name = list ? strtok_r(list, ",", &save) : NULL; name;
	     name = strtok_r(NULL, ",", &save)) {
		const struct picture_kind *k = picture_find_kind(name);

		if (!k)
			log_error("no picture is called \"%s\": see mmioplot --list", name);
		else if (!picture_kind_fits(k, o->n_sides))
			log_error("%s needs %s", name, needs[k->sides]);
		if (!k || !picture_kind_fits(k, o->n_sides))
			fail();
	}
	if (o->plots && (!*list || *list == ',')) {
		log_error("--plots without a name: see mmioplot --list");
		fail();
	}
	free(list);
}

static bool ends_with(const char *s, const char *end)
{
	size_t n = strlen(s), m = strlen(end);

	return n >= m && !strcmp(s + n - m, end);
}

static void choose_format(struct plot_options *o, const char *format)
{
	const char *path = o->output ? o->output : "";
	bool png = ends_with(path, ".png"), svg = ends_with(path, ".svg");

	o->output_is_dir = ends_with(path, "/") || name_is_directory(path);
	if (format && strcmp(format, "svg") && strcmp(format, "png")) {
		log_error("--format %s is not known: choose svg or png", format);
		fail();
	}
	if (o->output && !o->output_is_dir && !format && !png && !svg) {
		log_error("--output %s is no directory and does not end in .svg or .png: end it "
			  "so, or "
			  "with /, or give --format",
			  path);
		fail();
	}
	if (format && !o->output_is_dir &&
	    ((png && strcmp(format, "png")) || (svg && strcmp(format, "svg")))) {
		log_error("--output %s does not end as --format %s: leave one of them out", path,
			  format);
		fail();
	}
	o->canvas.target = (format ? !strcmp(format, "png") : png) ? SCRIPT_PNG : SCRIPT_SVG;
}

static bool parse_length(const char *text, size_t n, unsigned int *out)
{
	char number[16];

	if (!n || n >= sizeof(number))
		return false;
	snprintf(number, sizeof(number), "%.*s", (int)n, text);
	return !parse_uint(number, SCRIPT_MOST_PIXELS, out);
}

static void choose_size(struct plot_options *o, const char *size)
{
	unsigned int least = o->terminal ? SCRIPT_LEAST_COLUMNS : SCRIPT_LEAST_PIXELS;
	unsigned int most = o->terminal ? SCRIPT_MOST_COLUMNS : SCRIPT_MOST_PIXELS, low;
	size_t n = strcspn(size, "x");

	low = o->terminal ? 20 : 240;
	if (parse_length(size, n, &o->canvas.width) && o->canvas.width >= least &&
	    o->canvas.width <= most &&
	    (!size[n] || (parse_length(size + n + 1, strlen(size + n + 1), &o->canvas.height) &&
			  o->canvas.height >= low)))
		return;
	log_error("--size %s does not fit: WIDTH or WIDTHxHEIGHT, %u to %u wide, %u to %u high",
		  size, least, most, low, SCRIPT_MOST_PIXELS);
	fail();
}

static unsigned int terminal_width(void)
{
	const char *columns = getenv("COLUMNS");
	struct winsize size;
	unsigned int width = 80;

	if (!ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) && size.ws_col)
		width = size.ws_col;
	else if (columns && parse_uint(columns, 10000, &width))
		width = 80;
	if (width < SCRIPT_LEAST_COLUMNS)
		return SCRIPT_LEAST_COLUMNS;
	return width > SCRIPT_MOST_COLUMNS ? SCRIPT_MOST_COLUMNS : width;
}

static bool is_stdout(const char *path)
{
	return path && !strcmp(path, "-");
}

/* One output at a time: two of them there are none that can be read. */
static void check_stdout(const struct plot_options *o)
{
	const char *option = is_stdout(o->html) ? "--html" : "--data";

	if (is_stdout(o->html) + is_stdout(o->data) + o->terminal < 2)
		return;
	log_error("%s - is taken by another output: name another file", option);
	fail();
}

static void choose_canvas(struct parse *p)
{
	struct plot_options *o = p->o;
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");

	if (!o->output && !o->data && !o->html)
		o->terminal = true;
	if (o->terminal && o->output) {
		log_error("--terminal draws on stdout, --output in files: choose one");
		fail();
	}
	check_stdout(o);
	choose_format(o, p->format);
	o->canvas.width = o->terminal ? terminal_width() : SCRIPT_WIDTH;
	if (p->size)
		choose_size(o, p->size);
	if (!o->terminal)
		return;
	o->canvas.target = SCRIPT_TERMINAL;
	o->canvas.colour = isatty(STDOUT_FILENO) && !(no && *no) && term && strcmp(term, "dumb");
}

void plot_options_parse(struct plot_options *o, int argc, char **argv)
{
	struct parse p = { .o = o };

	argp_err_exit_status = EXIT_USAGE;
	argp_program_version = version_text("mmioplot");
	p.separated = sides_parse(&argp, argc, argv, &p, &p.side);
	choose_sides(&p);
	check_plots(o);
	choose_canvas(&p);
}

void plot_options_free(struct plot_options *o)
{
	files_free(&o->sides[0]);
	files_free(&o->sides[1]);
}
