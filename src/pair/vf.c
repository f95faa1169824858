// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "base/log.h"
#include "base/parse.h"
#include "base/path.h"
#include "base/text.h"
#include "pair/group.h"
#include "pair/store.h"
#include "pair/vf.h"

#define SYSFS_DEVICE "/sys/bus/pci/devices/%s/"
#define VFS_MAX	     65535u

/* A number of the function's; -errno: not there. */
static int number(const char *bdf, const char *file, unsigned int *out)
{
	char text[16];
	int ret = path_read(text, sizeof(text), SYSFS_DEVICE "%s", bdf, file);

	return ret < 0 ? ret : parse_uint(text, VFS_MAX, out);
}

bool vf_may_be_made(const char *pf, char *why, size_t n)
{
	unsigned int total, now;

	if (number(pf, "sriov_totalvfs", &total) || !total) {
		snprintf(why, n, "%s cannot make virtual functions (no SR-IOV, or it is off in the firmware)", pf);
		return false;
	}
	if (number(pf, "sriov_numvfs", &now) || now) {
		snprintf(why, n, "%s has virtual functions already, and their number cannot be changed while they are there",
			 pf);
		return false;
	}
	return true;
}

int vf_read(struct vf_state *vf, const char *pf)
{
	unsigned int autoprobe;
	char why[160];

	*vf = (struct vf_state){ .autoprobe = -1 };
	if (!vf_may_be_made(pf, why, sizeof(why))) {
		log_error("%s", why);
		return -EBUSY;
	}
	if (!number(pf, "sriov_drivers_autoprobe", &autoprobe))
		vf->autoprobe = autoprobe != 0;
	snprintf(vf->pf, sizeof(vf->pf), "%s", pf);
	return 0;
}

static int set(const char *pf, const char *file, unsigned int value)
{
	char text[16];
	unsigned int now;
	int ret;

	if (!number(pf, file, &now) && now == value)
		return 0;
	snprintf(text, sizeof(text), "%u", value);
	ret = store_bounded(STORE_SECONDS, text, SYSFS_DEVICE "%s", pf, file);
	if (ret)
		log_error("%s: cannot set %s to %u: %s: see dmesg", pf, file, value, strerror(-ret));
	return ret;
}

int vf_make(const struct vf_state *vf, char *bdf)
{
	int ret;

	/* drivers/pci/iov.c: a driver of this machine would take the new function at once */
	ret = vf->autoprobe > 0 ? set(vf->pf, "sriov_drivers_autoprobe", 0) : 0;
	/* sriov_numvfs_store() asks the driver of the physical function, which makes them */
	if (!ret)
		ret = set(vf->pf, "sriov_numvfs", 1);
	if (!ret)
		ret = path_link_name(bdf, 20, SYSFS_DEVICE "virtfn0", vf->pf);
	if (!ret && !group_is_bdf(bdf))
		ret = -ENODEV;
	if (ret == -ENOENT || ret == -ENODEV)
		log_error("%s: its driver has made no virtual function (no virtfn0): see dmesg", vf->pf);
	return ret;
}

int vf_remove(const struct vf_state *vf)
{
	int ret, autoprobe = 0;

	if (!vf->pf[0] || !path_exists("/sys/bus/pci/devices/%s", vf->pf))
		return 0; /* what comes back after it is gone has none, and the kernel's own setting */
	ret = set(vf->pf, "sriov_numvfs", vf->numvfs);
	/* only when none is left that a driver would take for the moment */
	if (vf->autoprobe >= 0)
		autoprobe = set(vf->pf, "sriov_drivers_autoprobe", (unsigned int)vf->autoprobe);
	return ret ? ret : autoprobe;
}
