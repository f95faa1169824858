// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include "report/json_file.h"

/* What results and witnesses say of the machine in the same words. */

json_t *json_environment(const struct env *env)
{
	json_t *facts = json_array();

	for (size_t i = 0; i < env->facts.n; i++)
		json_array_append_new(facts, json_pack("{so so so}", "name",
						       json_text(env->facts.v[i].name), "value",
						       json_text(env->facts.v[i].value), "source",
						       json_text(env->facts.v[i].source)));
	return json_pack("{so s{ss ss so so} s{sb so}}", "facts", facts, "virtualization", "machine",
			 env_guest_name(env->virt.guest), "confidence",
			 confidence_name(env->virt.confidence), "hypervisor",
			 json_text(env->virt.hypervisor), "why", json_text(env->virt.why),
			 "emulated_cpu", "value", env->emulated, "why",
			 json_text(env->emulated_why));
}

json_t *json_device(const struct pci_device *d)
{
	return json_pack(
		"{ss si si si si si si si so so so so si so s{so so si si}}", "bdf", d->bdf, "vendor",
		d->vendor, "device", d->device, "subsystem_vendor", d->subsystem_vendor,
		"subsystem_device", d->subsystem_device, "class", d->class_code, "prog_if",
		d->prog_if, "revision", d->revision, "vendor_name", json_text(d->vendor_name),
		"device_name", json_text(d->device_name), "class_name", json_text(d->class_name),
		"driver", json_text(d->driver), "numa_node", d->numa_node, "serial_number",
		d->has_serial ? json_hex(d->serial) : json_null(), "link", "speed",
		json_text(d->link.speed), "max_speed", json_text(d->link.max_speed), "width",
		(int)d->link.width, "max_width", (int)d->link.max_width);
}

json_t *json_bar(const struct bar *b)
{
	return json_pack("{si so sI sb sb}", "index", (int)b->index, "phys", json_hex(b->phys_bytes),
			 "size_bytes", (json_int_t)b->size_bytes, "prefetchable", b->prefetchable,
			 "64bit", b->is_64bit);
}
