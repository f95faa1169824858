// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include <stdarg.h>
#include <string.h>
#include "base/clean.h"
#include "base/log.h"
#include "base/parse.h"
#include "report/reader.h"

#define FACTS_MAX 1000u
#define REAL_MAX  1e15 /* 11 days in ns; what is computed from it stays finite */

void reader_fail(struct reader *rd, const char *key, const char *what)
{
	if (rd->ret)
		return;
	rd->ret = -EINVAL;
	log_error("%s: %s%s%s: %s: not a %s file that %s wrote", rd->path, rd->where,
		  rd->where[0] ? "." : "", key, what, rd->schema, rd->program);
}

void reader_at(struct reader *rd, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(rd->where, sizeof(rd->where), fmt, ap);
	va_end(ap);
}

const json_t *reader_get(struct reader *rd, const json_t *o, const char *key, json_type type)
{
	const json_t *v = json_object_get(o, key);

	if (rd->ret)
		return NULL;
	if (!v)
		reader_fail(rd, key, "missing");
	else if (json_typeof(v) != type && !(type == JSON_TRUE && json_is_boolean(v)))
		reader_fail(rd, key, "of the wrong type");
	return rd->ret ? NULL : v;
}

void reader_text(struct reader *rd, const json_t *o, const char *key, char *buf, size_t n)
{
	const json_t *v = reader_get(rd, o, key, JSON_STRING);

	if (!v)
		return;
	if (json_string_length(v) >= n)
		reader_fail(rd, key, "too long");
	else if (!text_is_tame(json_string_value(v))) /* pages print it as it is */
		reader_fail(rd, key, "text with control characters");
	else
		memcpy(buf, json_string_value(v), json_string_length(v) + 1);
}

json_int_t reader_int(struct reader *rd, const json_t *o, const char *key, json_int_t min,
		      json_int_t max)
{
	const json_t *v = reader_get(rd, o, key, JSON_INTEGER);
	json_int_t i = json_integer_value(v);

	if (!v)
		return 0;
	if (i < min || i > max) {
		reader_fail(rd, key, "out of range");
		return 0;
	}
	return i;
}

uint64_t reader_u64(struct reader *rd, const json_t *o, const char *key, json_int_t max)
{
	return (uint64_t)reader_int(rd, o, key, 0, max);
}

uint64_t reader_hex(struct reader *rd, const json_t *o, const char *key)
{
	char text[24] = "";
	uint64_t v = 0;

	reader_text(rd, o, key, text, sizeof(text));
	if (!rd->ret && parse_u64(text, &v))
		reader_fail(rd, key, "no number");
	return v;
}

bool reader_bool(struct reader *rd, const json_t *o, const char *key)
{
	const json_t *v = reader_get(rd, o, key, JSON_TRUE);

	return v && json_is_true(v);
}

double reader_real(struct reader *rd, const json_t *o, const char *key, bool null_allowed)
{
	const json_t *v = json_object_get(o, key);

	if (rd->ret || (null_allowed && json_is_null(v)))
		return 0;
	if (!json_is_number(v) || !(json_number_value(v) >= 0))
		reader_fail(rd, key, v ? "no positive number" : "missing");
	else if (json_number_value(v) > REAL_MAX)
		reader_fail(rd, key, "out of range");
	if (rd->ret)
		return 0;
	return json_number_value(v);
}

const json_t *reader_list(struct reader *rd, const json_t *o, const char *key, size_t max,
			  size_t *n)
{
	const json_t *v = reader_get(rd, o, key, JSON_ARRAY);

	*n = v ? json_array_size(v) : 0;
	if (*n > max)
		reader_fail(rd, key, "too long a list");
	return rd->ret ? NULL : v;
}

static const char *name_of_confidence(int c)
{
	return confidence_name((enum confidence)c);
}

static const char *name_of_guest(int g)
{
	return env_guest_name((enum env_guest)g);
}

int reader_word(struct reader *rd, const json_t *o, const char *key, int last,
		const char *(*name_of)(int value))
{
	char word[16] = "";
	int i = 0;

	reader_text(rd, o, key, word, sizeof(word));
	while (i <= last && strcmp(name_of(i), word))
		i++;
	if (i <= last)
		return i;
	reader_fail(rd, key, "no known word");
	return 0;
}

void reader_start(struct reader *rd, const json_t *root, char version[32], char arch[16],
		  char started[32], char **command)
{
	const json_t *tool, *line;
	char schema[32] = "";

	reader_text(rd, root, "schema", schema, sizeof(schema));
	if (!rd->ret && strcmp(schema, rd->schema))
		reader_fail(rd, "schema", schema);
	tool = reader_get(rd, root, "tool", JSON_OBJECT);
	reader_text(rd, tool, "version", version, 32);
	reader_text(rd, tool, "arch", arch, 16);
	reader_text(rd, root, "started", started, 32);
	line = reader_get(rd, root, "command", JSON_STRING);
	*command = line ? strdup(json_string_value(line)) : NULL;
	if (line && !*command)
		rd->ret = -ENOMEM;
}

void reader_environment(struct reader *rd, const json_t *root, struct env *env)
{
	const json_t *o = reader_get(rd, root, "environment", JSON_OBJECT), *facts, *virt,
		     *emulated;
	char name[64] = "", source[128] = "";
	static char value[65536];
	size_t n;

	reader_at(rd, "environment");
	facts = reader_list(rd, o, "facts", FACTS_MAX, &n);
	for (size_t i = 0; i < n && !rd->ret; i++) {
		const json_t *f = json_array_get(facts, i);

		reader_at(rd, "environment.facts[%zu]", i);
		reader_text(rd, f, "name", name, sizeof(name));
		reader_text(rd, f, "value", value, sizeof(value));
		reader_text(rd, f, "source", source, sizeof(source));
		if (!rd->ret && fact_add(&env->facts, name, source, "%s", value))
			rd->ret = -ENOMEM;
	}
	reader_at(rd, "environment.virtualization");
	virt = reader_get(rd, o, "virtualization", JSON_OBJECT);
	env->virt.guest =
		(enum env_guest)reader_word(rd, virt, "machine", ENV_GUEST, name_of_guest);
	env->virt.confidence = (enum confidence)reader_word(rd, virt, "confidence",
							    CONFIDENCE_PROVED, name_of_confidence);
	reader_text(rd, virt, "hypervisor", env->virt.hypervisor, sizeof(env->virt.hypervisor));
	reader_text(rd, virt, "why", env->virt.why, sizeof(env->virt.why));
	reader_at(rd, "environment.emulated_cpu");
	emulated = reader_get(rd, o, "emulated_cpu", JSON_OBJECT);
	env->emulated = reader_bool(rd, emulated, "value");
	reader_text(rd, emulated, "why", env->emulated_why, sizeof(env->emulated_why));
}

void reader_device(struct reader *rd, const json_t *root, struct pci_device *d)
{
	const json_t *o = reader_get(rd, root, "device", JSON_OBJECT), *link;

	reader_at(rd, "device");
	reader_text(rd, o, "bdf", d->bdf, sizeof(d->bdf));
	d->vendor = (uint16_t)reader_u64(rd, o, "vendor", UINT16_MAX);
	d->device = (uint16_t)reader_u64(rd, o, "device", UINT16_MAX);
	d->subsystem_vendor = (uint16_t)reader_u64(rd, o, "subsystem_vendor", UINT16_MAX);
	d->subsystem_device = (uint16_t)reader_u64(rd, o, "subsystem_device", UINT16_MAX);
	d->class_code = (uint16_t)reader_u64(rd, o, "class", UINT16_MAX);
	d->prog_if = (uint8_t)reader_u64(rd, o, "prog_if", UINT8_MAX);
	d->revision = (uint8_t)reader_u64(rd, o, "revision", UINT8_MAX);
	reader_text(rd, o, "vendor_name", d->vendor_name, sizeof(d->vendor_name));
	reader_text(rd, o, "device_name", d->device_name, sizeof(d->device_name));
	reader_text(rd, o, "class_name", d->class_name, sizeof(d->class_name));
	reader_text(rd, o, "driver", d->driver, sizeof(d->driver));
	d->numa_node = (int)reader_int(rd, o, "numa_node", -1, INT32_MAX);
	d->has_serial = !json_is_null(json_object_get(o, "serial_number"));
	if (d->has_serial)
		d->serial = reader_hex(rd, o, "serial_number");
	link = reader_get(rd, o, "link", JSON_OBJECT);
	reader_at(rd, "device.link");
	reader_text(rd, link, "speed", d->link.speed, sizeof(d->link.speed));
	reader_text(rd, link, "max_speed", d->link.max_speed, sizeof(d->link.max_speed));
	d->link.width = (unsigned int)reader_u64(rd, link, "width", 64);
	d->link.max_width = (unsigned int)reader_u64(rd, link, "max_width", 64);
	reader_at(rd, "%s", "");
}

void reader_bar(struct reader *rd, const json_t *o, struct bar *b)
{
	b->kind = BAR_MEMORY;
	b->index = (unsigned int)reader_u64(rd, o, "index", PCI_BARS - 1);
	b->phys_bytes = reader_hex(rd, o, "phys");
	b->size_bytes = reader_u64(rd, o, "size_bytes", INT64_MAX);
	b->prefetchable = reader_bool(rd, o, "prefetchable");
	b->is_64bit = reader_bool(rd, o, "64bit");
}
