// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <hwloc.h>
#include "base/array.h"
#include "base/log.h"
#include "base/parse.h"
#include "base/path.h"
#include "base/text.h"
#include "env/topology.h"

/* The kinds of location, with logical indices as hwloc's own tools count them. */
static const struct place {
	const char *name;
	hwloc_obj_type_t type;
} places[] = {
	{ "core", HWLOC_OBJ_CORE },
	{ "pu", HWLOC_OBJ_PU },
	{ "node", HWLOC_OBJ_NUMANODE },
	{ "package", HWLOC_OBJ_PACKAGE },
};


static unsigned int place_count(hwloc_topology_t topo, const struct place *p)
{
	int n = hwloc_get_nbobjs_by_type(topo, p->type);

	return n > 0 ? (unsigned int)n : 0;
}

/* "core:0-7, pu:0-15, node:0, package:0" */
static void places_text(char *buf, size_t n, hwloc_topology_t topo)
{
	*buf = 0;
	for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
		unsigned int count = place_count(topo, &places[i]);

		if (count)
			text_append(buf, n, "%s%s:0", *buf ? ", " : "", places[i].name);
		if (count > 1)
			text_append(buf, n, "-%u", count - 1);
	}
}

static hwloc_obj_t place_parse(hwloc_topology_t topo, const char *location)
{
	const char *colon = strchr(location, ':');

	for (size_t i = 0; colon && i < ARRAY_SIZE(places); i++) {
		size_t n = strlen(places[i].name);
		unsigned int count = place_count(topo, &places[i]), index;

		if ((size_t)(colon - location) != n || strncmp(location, places[i].name, n))
			continue;
		if (!count || parse_uint(colon + 1, count - 1, &index))
			return NULL;
		return hwloc_get_obj_by_type(topo, places[i].type, index);
	}
	return NULL;
}

/*
 * The smallest part of the machine that the device hangs on, or NULL. A recorded machine's device
 * has no place in this one.
 */
static hwloc_obj_t device_place(hwloc_topology_t topo, const struct pci_device *dev)
{
	hwloc_obj_t obj;

	if (!dev || *path_sysroot())
		return NULL;
	obj = hwloc_get_pcidev_by_busid(topo, dev->domain, dev->bus, dev->dev, dev->func);
	obj = obj ? hwloc_get_non_io_ancestor_obj(topo, obj) : NULL;
	/* on a machine of several nodes a device that is below the whole has no known place */
	if (obj && (obj->parent || hwloc_get_nbobjs_by_type(topo, HWLOC_OBJ_NUMANODE) == 1))
		return obj;
	if (dev->numa_node >= 0)
		return hwloc_get_numanode_obj_by_os_index(topo, (unsigned int)dev->numa_node);
	return NULL;
}

/* Where a filter of system calls forbids this one, hwloc 2.9 asks again and again, forever. */
static int may_ask(void)
{
	cpu_set_t set;

	if (!sched_getaffinity(0, sizeof(set), &set) || errno == EINVAL) /* more CPUs than in set */
		return 0;
	log_error("this process may not ask which CPUs it may run on: %s: allow sched_getaffinity(2) in "
		  "the container's or service's filter of system calls", strerror(errno));
	return -EPERM;
}

static int topology_load(hwloc_topology_t *out)
{
	hwloc_topology_t topo;

	if (may_ask())
		return -EPERM;
	if (hwloc_topology_init(&topo)) {
		log_error("hwloc cannot start: out of memory?");
		return -ENOMEM;
	}
	/* core:2 is the same core within a cpuset and without */
	hwloc_topology_set_flags(topo, HWLOC_TOPOLOGY_FLAG_INCLUDE_DISALLOWED);
	/* all of them, not only what hwloc finds important: shared memory is not */
	hwloc_topology_set_io_types_filter(topo, HWLOC_TYPE_FILTER_KEEP_ALL);
	if (hwloc_topology_load(topo)) {
		log_error("hwloc cannot read this machine's topology: is /sys mounted?");
		hwloc_topology_destroy(topo);
		return -ENODEV;
	}
	*out = topo;
	return 0;
}

/* Intersects set with another, unless nothing would be left. True when it did. */
static bool narrow(hwloc_bitmap_t set, hwloc_const_bitmap_t with)
{
	if (!hwloc_bitmap_intersects(set, with))
		return false;
	hwloc_bitmap_and(set, set, with);
	return true;
}

/* Not CPU 0 nor its hyperthreads: interrupts tend to go there, and they share its core. */
static void avoid_cpu0(hwloc_topology_t topo, hwloc_bitmap_t set)
{
	hwloc_obj_t pu = hwloc_get_pu_obj_by_os_index(topo, 0);
	hwloc_obj_t core = pu ? hwloc_get_ancestor_obj_by_type(topo, HWLOC_OBJ_CORE, pu) : NULL;

	if (core && !hwloc_bitmap_isincluded(set, core->cpuset))
		hwloc_bitmap_andnot(set, set, core->cpuset);
	else if (hwloc_bitmap_weight(set) > 1)
		hwloc_bitmap_clr(set, 0);
}

static hwloc_obj_t node_of(hwloc_topology_t topo, unsigned int cpu)
{
	hwloc_obj_t node = NULL;

	while ((node = hwloc_get_next_obj_by_type(topo, HWLOC_OBJ_NUMANODE, node)))
		if (node->cpuset && hwloc_bitmap_isset(node->cpuset, cpu))
			break;
	return node;
}

enum nearness { UNKNOWN, NEAR, FAR };

static void choice_set(struct cpu_choice *choice, hwloc_topology_t topo, unsigned int cpu,
		       const char *location, enum nearness nearness)
{
	static const char *const whys[] = {
		[UNKNOWN] = ", any: the device's place is not known",
		[NEAR] = ", near the device",
		[FAR] = ", far from the device: no CPU near it is allowed",
	};
	hwloc_obj_t pu = hwloc_get_pu_obj_by_os_index(topo, cpu), node = pu ? node_of(topo, cpu) : NULL;
	char where[32] = "";

	if (node)
		snprintf(where, sizeof(where), ", in NUMA node %u", node->os_index);
	choice->cpu = cpu;
	if (location)
		snprintf(choice->why, sizeof(choice->why), "%.24s as asked%s%s", location, where,
			 nearness == NEAR ? whys[NEAR] : "");
	else
		snprintf(choice->why, sizeof(choice->why), "pu:%u%s%s", pu ? pu->logical_index : cpu, where,
			 whys[nearness]);
}

/* Narrows set, what this process may run on, to where it was told to run. */
static int apply_location(hwloc_topology_t topo, hwloc_bitmap_t set, const char *location)
{
	char text[160];
	hwloc_obj_t obj = place_parse(topo, location);

	if (!obj) {
		places_text(text, sizeof(text), topo);
		log_error("no such CPU location \"%.40s\": this machine has %s", location, text);
		return -EINVAL;
	}
	if (!narrow(set, obj->cpuset)) {
		hwloc_bitmap_list_snprintf(text, sizeof(text), set);
		log_error("%s is none of the CPUs that this process may run on (%s): choose one of "
			  "them, or change taskset or the cgroup",
			  location, text);
		return -EINVAL;
	}
	return 0;
}

/* The affinity mask of this thread, which children inherit. */
static void allowed_cpus(hwloc_topology_t topo, hwloc_bitmap_t set)
{
	if (hwloc_get_cpubind(topo, set, HWLOC_CPUBIND_THREAD) || hwloc_bitmap_iszero(set))
		hwloc_bitmap_copy(set, hwloc_topology_get_allowed_cpuset(topo));
}

static int choose(struct cpu_choice *choice, hwloc_topology_t topo, hwloc_bitmap_t set,
		  const char *location, const struct pci_device *dev)
{
	hwloc_obj_t place = device_place(topo, dev);
	enum nearness nearness = UNKNOWN;
	int ret, cpu;

	allowed_cpus(topo, set);
	ret = location ? apply_location(topo, set, location) : 0;
	if (ret)
		return ret;
	if (place && place->cpuset)
		nearness = narrow(set, place->cpuset) ? NEAR : FAR;
	avoid_cpu0(topo, set);
	cpu = hwloc_bitmap_first(set);
	if (cpu < 0) {
		log_error("hwloc knows no CPU that this process may run on: look at taskset -p $$");
		return -ENODEV;
	}
	choice_set(choice, topo, (unsigned int)cpu, location, nearness);
	if (nearness == FAR && !location)
		log_warn("no CPU near %s may be used here (taskset, cpuset): it is measured from far away, "
			 "which is slower: change the mask, or choose with --cpu", dev->bdf);
	return 0;
}

int topology_choose_cpu(struct cpu_choice *choice, const char *location,
			const struct pci_device *dev)
{
	hwloc_topology_t topo;
	hwloc_bitmap_t set;
	int ret = topology_load(&topo);

	if (ret)
		return ret;
	set = hwloc_bitmap_alloc();
	ret = set ? choose(choice, topo, set, location, dev) : -ENOMEM;
	hwloc_bitmap_free(set);
	hwloc_topology_destroy(topo);
	return ret;
}

static hwloc_obj_t core_of(hwloc_topology_t topo, hwloc_obj_t pu)
{
	hwloc_obj_t core = hwloc_get_ancestor_obj_by_type(topo, HWLOC_OBJ_CORE, pu);

	return core ? core : pu;
}

/* How many hyperthreads of its core in set come before that one. */
static unsigned int thread_of(hwloc_topology_t topo, hwloc_obj_t pu, hwloc_const_bitmap_t set)
{
	unsigned int n = 0;

	for (hwloc_obj_t p = pu->prev_cousin; p && core_of(topo, p) == core_of(topo, pu); p = p->prev_cousin)
		n += hwloc_bitmap_isset(set, p->os_index);
	return n;
}

/*
 * Adds the CPUs of set but first, as many as fit: each core's first hyperthread, then their siblings, so that
 * threads share no core before they must. CPU 0 and its siblings come last.
 */
static void list_add(struct cpu_list *list, hwloc_topology_t topo, hwloc_const_bitmap_t set, unsigned int first)
{
	hwloc_obj_t zero = hwloc_get_pu_obj_by_os_index(topo, 0), pu = NULL;

	for (int late = 0; late < 2; late++) {
		bool more = true;

		for (unsigned int thread = 0; more; thread++) {
			more = false;
			while ((pu = hwloc_get_next_obj_by_type(topo, HWLOC_OBJ_PU, pu))) {
				bool is_late = zero && core_of(topo, pu) == core_of(topo, zero);

				if (!hwloc_bitmap_isset(set, pu->os_index) || is_late != late ||
				    thread_of(topo, pu, set) != thread)
					continue;
				more = true;
				if (pu->os_index != first && list->n < CPU_LIST_MAX)
					list->cpus[list->n++] = pu->os_index;
			}
		}
	}
}

/* Moves from near to far what is not in the device's surroundings; not known: not in first's NUMA node. */
static void split(hwloc_topology_t topo, hwloc_bitmap_t near, hwloc_bitmap_t far,
		  unsigned int first, const struct pci_device *dev)
{
	hwloc_obj_t place = device_place(topo, dev);

	if (!place || !place->cpuset || !hwloc_bitmap_isset(place->cpuset, first))
		place = node_of(topo, first);
	hwloc_bitmap_zero(far);
	if (!place)
		return;
	hwloc_bitmap_andnot(far, near, place->cpuset);
	hwloc_bitmap_and(near, near, place->cpuset);
}

int topology_list_cpus(struct cpu_list *near, struct cpu_list *far, unsigned int first,
		       const struct pci_device *dev)
{
	hwloc_bitmap_t near_set = hwloc_bitmap_alloc(), far_set = hwloc_bitmap_alloc();
	hwloc_topology_t topo = NULL;
	int ret = near_set && far_set ? topology_load(&topo) : -ENOMEM;

	near->n = far->n = 0;
	if (!ret) {
		allowed_cpus(topo, near_set);
		split(topo, near_set, far_set, first, dev);
		near->cpus[near->n++] = first;
		list_add(near, topo, near_set, first);
		list_add(far, topo, far_set, first);
		hwloc_topology_destroy(topo);
	}
	hwloc_bitmap_free(near_set);
	hwloc_bitmap_free(far_set);
	return ret;
}

int topology_pin(unsigned int cpu, char *why, size_t n)
{
	cpu_set_t set;
	int ret;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (!sched_setaffinity(0, sizeof(set), &set))
		return 0;
	ret = -errno;
	snprintf(why, n, "cannot run on CPU %u: %.60s%s", cpu, strerror(-ret), ret == -EINVAL ?
		 " (it is offline, or a cpuset forbids it)" : "");
	return ret;
}
