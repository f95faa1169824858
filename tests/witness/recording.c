// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include "recording.h"

#define MOST 65536 /* of anything */

/* An answer is a line: its numbers, hexadecimal, then the name of the process. */
struct part {
	const char *name;
	size_t bytes;
	size_t comm;             /* where the name is; 0: there is none */
	struct { size_t at, bytes; } numbers[14];
};

#define NUMBER(type, member) { offsetof(struct type, member), sizeof(((struct type *)0)->member) }

static const struct part parts[KERNEL_PARTS] = {
	[KERNEL_SELF] = { "self", sizeof(struct kernel_process), 0, {
		NUMBER(kernel_process, pid), NUMBER(kernel_process, pgd) } },
	[KERNEL_VMS] = { "vm", sizeof(struct kernel_vm), offsetof(struct kernel_vm, comm), {
		NUMBER(kernel_vm, pid), NUMBER(kernel_vm, kvm), NUMBER(kernel_vm, root), NUMBER(kernel_vm, root_phys),
		NUMBER(kernel_vm, control), NUMBER(kernel_vm, nested), NUMBER(kernel_vm, start_level),
		NUMBER(kernel_vm, input_bits), NUMBER(kernel_vm, is_protected), NUMBER(kernel_vm, is_shadow),
		NUMBER(kernel_vm, is_smm), NUMBER(kernel_vm, is_unknown) } },
	[KERNEL_SLOTS] = { "slot", sizeof(struct kernel_slot), 0, {
		NUMBER(kernel_slot, pid), NUMBER(kernel_slot, guest_page), NUMBER(kernel_slot, pages),
		NUMBER(kernel_slot, start) } },
	[KERNEL_MAPPINGS] = { "mapping", sizeof(struct kernel_mapping), offsetof(struct kernel_mapping, comm), {
		NUMBER(kernel_mapping, pid), NUMBER(kernel_mapping, pgd), NUMBER(kernel_mapping, start),
		NUMBER(kernel_mapping, end), NUMBER(kernel_mapping, flags), NUMBER(kernel_mapping, prot),
		NUMBER(kernel_mapping, first_page) } },
};

size_t recording_answer_bytes(enum kernel_part part)
{
	return parts[part].bytes;
}

/* Makes room for one more of an array. */
static void *more(void **array, size_t *n, size_t bytes)
{
	void *v;

	if (*n >= MOST)
		return NULL;
	v = realloc(*array, (*n + 1) * bytes);
	if (!v)
		return NULL;
	*array = v;
	return memset((char *)v + (*n)++ * bytes, 0, bytes);
}

/* --- memory --- */

/* The last that does not begin behind phys, plus one. */
static size_t find(const struct recording *r, uint64_t phys)
{
	size_t low = 0, high = r->n_memory;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (r->memory[middle].phys <= phys)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

const uint64_t *recording_find(const struct recording *r, uint64_t phys, size_t bytes)
{
	size_t i = find(r, phys);
	const struct recording_memory *m = i ? &r->memory[i - 1] : NULL;
	uint64_t word = m ? (phys - m->phys) / 8 : 0;

	return m && phys % 8 == 0 && word < m->n && bytes / 8 <= m->n - word ? m->words + word : NULL;
}

int recording_add_memory(struct recording *r, uint64_t phys, const void *bytes, size_t n)
{
	uint64_t *known = (uint64_t *)recording_find(r, phys, n);
	size_t at = find(r, phys);

	if (!known && at && r->memory[at - 1].phys == phys) {
		/* less was read of it before */
		known = realloc(r->memory[at - 1].words, n);
		if (!known)
			return -ENOMEM;
		r->memory[at - 1] = (struct recording_memory){ phys, n / 8, known };
	} else if (!known) {
		known = calloc(n / 8, 8);
		if (!known || !more((void **)&r->memory, &r->n_memory, sizeof(*r->memory))) {
			free(known);
			return -ENOMEM;
		}
		memmove(&r->memory[at + 1], &r->memory[at], (r->n_memory - 1 - at) * sizeof(*r->memory));
		r->memory[at] = (struct recording_memory){ phys, n / 8, known };
	}
	if (bytes)
		memcpy(known, bytes, n);
	return 0;
}

size_t recording_run(const struct recording_memory *m, size_t i, uint64_t *step)
{
	size_t n = 1;

	*step = i + 1 < m->n ? m->words[i + 1] - m->words[i] : 0;
	while (i + n < m->n && m->words[i + n] - m->words[i + n - 1] == *step)
		n++;
	return n > 2 ? n : 1;
}

static void write_memory(const struct recording_memory *m, FILE *f)
{
	uint64_t step;

	fprintf(f, "memory %" PRIx64 " %zx\n", m->phys, m->n * 8);
	for (size_t i = 0, n; i < m->n; i += n) {
		n = recording_run(m, i, &step);
		if (!m->words[i] && (n == 1 || !step))
			continue;
		fprintf(f, "%zx %" PRIx64, i * 8, m->words[i]);
		if (n > 1)
			fprintf(f, " %zx %" PRIx64, n, step);
		fputc('\n', f);
	}
}

/* "OFFSET WORD [COUNT STEP]": of the piece of memory that was begun last. */
static int read_words(struct recording *r, const char *line)
{
	struct recording_memory *m = r->n_memory ? &r->memory[r->n_memory - 1] : NULL;
	uint64_t at, word, n = 1, step = 0;
	int got = sscanf(line, "%" SCNx64 " %" SCNx64 " %" SCNx64 " %" SCNx64, &at, &word, &n, &step);

	if (!m || (got != 2 && got != 4) || at % 8 || at / 8 >= m->n || n > m->n - at / 8)
		return -EINVAL;
	for (size_t i = 0; i < n; i++)
		m->words[at / 8 + i] = word + i * step;
	return 0;
}

static int read_memory(struct recording *r, const char *text)
{
	const struct recording_memory *last = r->n_memory ? &r->memory[r->n_memory - 1] : NULL;
	uint64_t phys, bytes;

	if (sscanf(text, "%" SCNx64 " %" SCNx64, &phys, &bytes) != 2 || phys % 8 || !bytes || bytes % 8 ||
	    bytes > KERNEL_COPY_MOST || (last && phys <= last->phys) || r->n_memory == MOST)
		return -EINVAL;
	return recording_add_memory(r, phys, NULL, bytes);
}

/* --- answers --- */

static void write_answer(const struct part *p, const char *answer, FILE *f)
{
	fputs(p->name, f);
	for (size_t i = 0; p->numbers[i].bytes; i++) {
		uint64_t number = 0;

		memcpy(&number, answer + p->numbers[i].at, p->numbers[i].bytes); /* little endian, as each machine here */
		fprintf(f, " %" PRIx64, number);
	}
	fprintf(f, "%s%.16s\n", p->comm ? " " : "", p->comm ? answer + p->comm : "");
}

static int read_answer(struct recording *r, enum kernel_part part, const char *text)
{
	const struct part *p = &parts[part];
	char *answer = more(&r->answers[part], &r->n[part], p->bytes);

	if (!answer)
		return -ENOMEM;
	for (size_t i = 0; p->numbers[i].bytes; i++) {
		uint64_t number;
		int n = 0;

		if (sscanf(text, "%" SCNx64 "%n", &number, &n) != 1)
			return -EINVAL;
		memcpy(answer + p->numbers[i].at, &number, p->numbers[i].bytes);
		text += n;
	}
	if (p->comm)
		snprintf(answer + p->comm, 16, "%s", *text ? text + 1 : "");
	return 0;
}

static int read_part(struct recording *r, const char *word, const char *text)
{
	char lacks[32];

	for (int part = 0; part < KERNEL_PARTS; part++) {
		if (!strcmp(word, parts[part].name))
			return read_answer(r, (enum kernel_part)part, text);
		snprintf(lacks, sizeof(lacks), "no-%s", parts[part].name);
		if (!strcmp(word, lacks)) {
			snprintf(r->lacks[part], sizeof(r->lacks[part]), "%s", text);
			return 0;
		}
	}
	return -EINVAL;
}

/* --- all of it --- */

static int read_machine(struct recording *r, const char *text)
{
	return sscanf(text, "%15s %" SCNx64 " %" SCNx64, r->arch, &r->page_bytes, &r->number) == 3 ? 0 : -EINVAL;
}

static int read_ram(struct recording *r, const char *text)
{
	char line[128];
	size_t before = r->map.n_ram;
	int ret;

	snprintf(line, sizeof(line), "%s : System RAM\n", text);
	ret = memory_map_add_line(&r->map, line);
	return ret ? ret : r->map.n_ram > before ? 0 : -EINVAL;
}

static int read_segment(struct recording *r, const char *text)
{
	struct segment *s = more((void **)&r->map.segments, &r->map.n_segments, sizeof(*s));

	if (!s)
		return -ENOMEM;
	return sscanf(text, "%" SCNx64 "-%" SCNx64 " %" SCNx64, &s->first, &s->last, &s->offset) == 3 ? 0 : -EINVAL;
}

static int read_symbol(struct recording *r, const char *text)
{
	struct recording_symbol *s = &r->symbols[r->n_symbols];

	if (r->n_symbols == sizeof(r->symbols) / sizeof(r->symbols[0]) ||
	    sscanf(text, "%63s %" SCNx64, s->name, &s->phys) != 2)
		return -EINVAL;
	r->n_symbols++;
	return 0;
}

static const struct {
	const char *word;
	int (*read)(struct recording *r, const char *text);
} lines[] = {
	{ "machine", read_machine },
	{ "ram", read_ram },
	{ "segment", read_segment },
	{ "symbol", read_symbol },
	{ "memory", read_memory },
};

static int read_line(struct recording *r, const char *line)
{
	char word[16];
	int at = 0;

	if (sscanf(line, "%15s %n", word, &at) != 1 || word[0] == '#')
		return 0;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		if (!strcmp(word, lines[i].word))
			return lines[i].read(r, line + at);
	return strspn(word, "0123456789abcdef") == strlen(word) ? read_words(r, line) : read_part(r, word, line + at);
}

int recording_read(struct recording *r, FILE *f, unsigned int *line)
{
	char text[512];
	int ret = 0;

	*r = (struct recording){ 0 };
	for (*line = 1; !ret && fgets(text, sizeof(text), f); ++*line) {
		text[strcspn(text, "\n")] = 0;
		ret = read_line(r, text);
	}
	/* kernel_open() fails without these */
	if (!ret && (!r->map.n_ram || !r->map.n_segments || !r->page_bytes || r->page_bytes > KERNEL_COPY_MOST))
		ret = -EINVAL;
	return ret;
}

void recording_write(const struct recording *r, FILE *f)
{
	fprintf(f, "machine %s %" PRIx64 " %" PRIx64 "\n", r->arch, r->page_bytes, r->number);
	for (size_t i = 0; i < r->map.n_ram; i++)
		fprintf(f, "ram %" PRIx64 "-%" PRIx64 "\n", r->map.ram[i].first, r->map.ram[i].last);
	for (size_t i = 0; i < r->map.n_segments; i++)
		fprintf(f, "segment %" PRIx64 "-%" PRIx64 " %" PRIx64 "\n", r->map.segments[i].first,
			r->map.segments[i].last, r->map.segments[i].offset);
	for (int part = 0; part < KERNEL_PARTS; part++) {
		if (r->lacks[part][0])
			fprintf(f, "no-%s %s\n", parts[part].name, r->lacks[part]);
		for (size_t i = 0; i < r->n[part]; i++)
			write_answer(&parts[part], (const char *)r->answers[part] + i * parts[part].bytes, f);
	}
	for (size_t i = 0; i < r->n_symbols; i++)
		fprintf(f, "symbol %s %" PRIx64 "\n", r->symbols[i].name, r->symbols[i].phys);
	for (size_t i = 0; i < r->n_memory; i++)
		write_memory(&r->memory[i], f);
}

void recording_free(struct recording *r)
{
	for (int part = 0; part < KERNEL_PARTS; part++)
		free(r->answers[part]);
	for (size_t i = 0; i < r->n_memory; i++)
		free(r->memory[i].words);
	free(r->memory);
	memory_map_free(&r->map);
	*r = (struct recording){ 0 };
}
