// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "base/lockdown.h"
#include "base/path.h"

/* "[none] integrity confidentiality": the one in brackets. */
int lockdown_read(char *buf, size_t n)
{
	char text[128], *open, *close;
	int ret = path_read(text, sizeof(text), LOCKDOWN_FILE);

	if (ret < 0)
		return ret;
	open = strchr(text, '[');
	close = open ? strchr(open, ']') : NULL;
	if (!close)
		return -EINVAL;
	*close = 0;
	snprintf(buf, n, "%s", open + 1);
	return 0;
}

bool lockdown_holds(void)
{
	char level[32];

	return !lockdown_read(level, sizeof(level)) && strcmp(level, "none");
}
