// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <argp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include "base/log.h"
#include "report/report.h"

#define EXIT_USAGE    2
#define EXIT_INTERNAL 99

struct options {
	const char *files[2];
	unsigned int n_files;
	const char *json;
};

enum option_key { KEY_JSON = 0x100 };

static const struct argp_option argp_options[] = {
	{ "json", KEY_JSON, "FILE", 0, "Write the comparison; - is stdout, then nothing else is "
	  "written there", 0 },
	{ 0 },
};

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct options *o = state->input;

	switch (key) {
	case KEY_JSON:
		o->json = arg;
		return 0;
	case ARGP_KEY_ARG:
		if (o->n_files == 2) {
			log_error("two results are compared, the host's and the guest's: see --help");
			exit(EXIT_USAGE);
		}
		o->files[o->n_files++] = arg;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp argp = {
	argp_options, parse_option, "HOST.json GUEST.json",
	"Holds a guest's result of mmiobench against the host's for the same BAR: did the hypervisor "
	"preserve Normal-NC?\v"
	"Exit status: 0 preserved, 1 not preserved or a measurement failed, 2 usage or unreadable "
	"input, 3 inconclusive.",
	NULL, NULL, NULL,
};

/* The comparison must not replace what it was made from. */
static int check_output(const struct options *o)
{
	struct stat out, in;

	if (!o->json)
		return 0;
	for (unsigned int i = 0; i < o->n_files && !stat(o->json, &out); i++) {
		if (stat(o->files[i], &in) || in.st_dev != out.st_dev || in.st_ino != out.st_ino)
			continue;
		log_error("--json %s would replace a result that is compared: name another file",
			  o->json);
		return -EINVAL;
	}
	return result_writable(o->json);
}

static int compare(const struct options *o, const struct result *host, const struct result *guest)
{
	struct comparison c;
	char why[256];
	int status;

	if (compare_check(host, guest, why, sizeof(why))) {
		log_error("%s and %s cannot be compared: %s", o->files[0], o->files[1], why);
		return EXIT_USAGE;
	}
	if (compare_make(&c, host, guest)) {
		log_error("out of memory");
		return EXIT_INTERNAL;
	}
	status = compare_status(&c);
	if (o->json && compare_write(&c, o->json))
		status = EXIT_USAGE;
	if (!o->json || strcmp(o->json, "-"))
		compare_text(stdout, &c);
	compare_free(&c);
	return status;
}

int main(int argc, char **argv)
{
	struct result host = { 0 }, guest = { 0 };
	struct options o = { 0 };
	int status = EXIT_USAGE;

	argp_err_exit_status = EXIT_USAGE;
	argp_program_version = "mmiocompare " PACKAGE_VERSION;
	if (argp_parse(&argp, argc, argv, 0, NULL, &o))
		return EXIT_USAGE;
	if (o.n_files != 2) {
		log_error("name the host's result and the guest's: mmiocompare HOST.json GUEST.json");
		return EXIT_USAGE;
	}
	if (check_output(&o))
		return EXIT_USAGE;
	if (!result_read(&host, o.files[0]) && !result_read(&guest, o.files[1]))
		status = compare(&o, &host, &guest);
	result_free(&host);
	result_free(&guest);
	if (fflush(stdout) || ferror(stdout)) {
		log_error("cannot write to stdout: the page is not complete");
		status = EXIT_USAGE;
	}
	return status;
}
