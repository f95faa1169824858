// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <stdio.h>
#include "base/parse.h"
#include "cli/options.h"

bool option_keep(void *options, const struct option_place *places, int key, char *arg)
{
	for (; places->key; places++) {
		char *at = (char *)options + places->offset;

		if (places->key != key)
			continue;
		if (places->is_flag)
			*(bool *)at = true;
		else
			*(const char **)(void *)at = arg;
		return true;
	}
	return false;
}

const struct argp_option *option_beyond(const struct argp_option *options, int first, uint64_t said, uint64_t with)
{
	for (; options->doc || options->name; options++)
		if (options->key >= first && said & ~with & OPTION_BIT(options->key, first))
			return options;
	return NULL;
}

char *option_help(const struct option_names *rows, int key, const char *text)
{
	char names[1024], *help;

	for (; rows->key; rows++)
		if (rows->key == key &&
		    asprintf(&help, "%s%s%s", text, *text ? " " : "",
			     rows->names(names, sizeof(names))) >= 0)
			return help;
	return (char *)(uintptr_t)text;
}

void options_parse(const struct argp *argp, int argc, char **argv, void *input)
{
	if (!argp_parse(argp, argc, argv, 0, NULL, input))
		return;
	log_error("out of memory");
	exit(EXIT_INTERNAL);
}

double option_min_effect(const char *text)
{
	double share;

	if (parse_percent(text, &share) || share > 1)
		usage_error("--min-effect %s is no share: 0%% to 100%%, such as 5%% or 0.5%%", text);
	return share;
}
