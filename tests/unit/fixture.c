// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>
#include "base/parse.h"
#include "base/words.h"
#include "report/report.h"
#include "fixture.h"
#include "record/fields.h"

#define BATCHES 3

static char directory[256];
static int saved_stderr = -1;

void fixture_result(struct result *r)
{
	*r = (struct result){
		.version = "0.1.0", .arch = "aarch64", .started = "2026-01-02T03:04:05Z",
		.duration_s = 1.5, .offset_bytes = 0, .length_bytes = 1 << 20, .may_store = true,
		.window = WINDOW_RESTORED, .profile = "quick", .seed = 0xdeadbeefcafef00d,
		.rounds_planned = 6, .rounds_done = 3, .batches = BATCHES, .cpu = 1,
		.cpu_why = "pu:1", .clock_name = "CNTVCT_EL0", .clock_hz = FIXTURE_HZ,
		.clock_resolution_ticks = 1, .clock_overhead_ticks = 20,
		.asks = { "Device-nGnRE", "Normal-NC", "Normal-WB", "Device-nGnRnE" },
	};
	r->command = strdup("mmiobench --bar 2");
	assert_non_null(r->command);
	r->env.virt = (struct virt){ ENV_GUEST, CONFIDENCE_LIKELY, "kvm", "dt_model: dummy" };
	assert_int_equal(0, fact_add(&r->env.facts, "kernel_release", "uname(2)",
				     "6.1.0-50-arm64"));
	assert_int_equal(0, fact_add(&r->env.facts, "boot_id", "/proc", "%s", FIXTURE_BOOT));
	r->device = (struct pci_device){
		.bdf = "0000:00:03.0", .vendor = 0x1af4, .device = 0x1110, .class_code = 0x0500,
		.vendor_name = "Red Hat, Inc.", .device_name = "Inter-VM shared memory",
		.class_name = "RAM memory", .numa_node = -1, .has_serial = true,
		.serial = 0xfedcba9876543210, .link = { "16.0 GT/s PCIe", "16.0 GT/s PCIe", 16, 16 },
	};
	r->bar = (struct bar){ .index = 2, .kind = BAR_MEMORY, .phys_bytes = 0x8000000000,
			       .size_bytes = 16 << 20, .prefetchable = true, .is_64bit = true };
	fixture_probe(r, "access", MAP_PLAIN, "reads-back", 800, 5);
	fixture_probe(r, "access", MAP_WC, "reads-back", 800, 5);
}

/* what the probe moves in bulk is a rate, the rest is per access */
static bool is_time(const struct cell_record *c)
{
	return cell_is(c, EXP_LAT) ||
	       (cell_is(c, EXP_PROBE) &&
		(c->spec.is_load || strchr(c->id, '~') || strstr(c->id, "load-back")));
}

/* The part behind the last such character, which is cut off; NULL: there is none. */
static char *cut(char *text, const char *before)
{
	char *at = strstr(text, before);

	if (!at)
		return NULL;
	*at = 0;
	return at + strlen(before);
}

/* "store8~one+dsb-st+bell4@64:x2:near", "4K+8" */
static void access_parse(struct cell_spec *s, char *access, char *region)
{
	char *place = cut(access, ":x"), *interval = cut(access, "@"), *bell = cut(access, "+bell"),
	     *barrier = cut(access, "+"), *pattern = cut(access, "~"), *shift = cut(region, "+");
	uint64_t bytes = 0;

	s->width_bytes = s->unit_bytes = 8;
	s->threads = place ? (unsigned int)atoi(place) : 1;
	if (place)
		snprintf(s->place, sizeof(s->place), "%s", strchr(place, ':') + 1);
	if (interval && !strcmp(interval, "each"))
		bytes = s->width_bytes;
	else if (interval && strcmp(interval, "end"))
		assert_int_equal(0, parse_size(interval, &bytes));
	s->interval_bytes = (uint32_t)bytes;
	s->doorbell_bytes = bell ? (unsigned int)atoi(bell) : 0;
	s->shift_bytes = shift ? (uint32_t)atoi(shift) : 0;
	snprintf(s->barrier, sizeof(s->barrier), "%s", barrier ? barrier : "none");
	snprintf(s->kernel, sizeof(s->kernel), "%s", access);
	s->is_load = !strncmp(access, "load", 4);
	assert_int_equal(0, parse_size(region, &s->region_bytes));
	spec_usual_pattern(s->access_pattern, sizeof(s->access_pattern), s->region_bytes);
	if (pattern)
		snprintf(s->access_pattern, sizeof(s->access_pattern), "%s", pattern);
}

enum map_type fixture_mapping(const char *name)
{
	int type = word_number(&words_mapping, name);

	assert_true(type >= 0);
	return (enum map_type)type;
}

/* "bw/wc/store8+dsb-st@64/4K/posted": everything is in the id */
static void cell_parse(struct cell_record *c, const char *id)
{
	char copy[sizeof(c->id)], *part[5] = { NULL }, *save = NULL;
	unsigned int n = 0;

	snprintf(c->id, sizeof(c->id), "%s", id);
	snprintf(copy, sizeof(copy), "%s", id);
	for (char *p = strtok_r(copy, "/", &save); p && n < 5; p = strtok_r(NULL, "/", &save))
		part[n++] = p;
	assert_true(n >= 4);
	word_set(&c->spec.experiment, &words_experiment, part[0]);
	c->spec.mapping = fixture_mapping(part[1]);
	access_parse(&c->spec, part[2], part[3]);
	c->spec.lap_bytes = c->spec.region_bytes;
	c->spec.flushed = part[4] && !strcmp(part[4], "flushed");
	snprintf(c->spec.flush_through, sizeof(c->spec.flush_through), "%s",
		 c->spec.flushed ? "plain" : "");
	c->spec.unit = is_time(c) ? UNIT_NS : UNIT_RATE;
	c->pattern = c->spec.is_load ? 0 : 0x8877665544332211;
}

void fixture_rename(struct cell_record *c, const char *id)
{
	cell_parse(c, id);
}

struct cell_record *fixture_counts(struct result *r, const char *id, uint64_t tries,
				   uint64_t events, const char *note)
{
	struct cell_record *c = fixture_cell(r, id, 1e9);

	c->spec.unit = UNIT_EVENTS;
	c->spec.access_pattern[0] = 0;
	for (unsigned int i = 0; i < c->n_rounds; i++) {
		free(c->rounds[i].ticks);
		c->rounds[i].ticks = NULL;
		c->rounds[i].n = 0;
		c->rounds[i].laps = 0;
		c->rounds[i].tries = tries / c->n_rounds;
	}
	/* all in the first round */
	c->rounds[0].tries = tries - (c->n_rounds - 1) * (tries / c->n_rounds);
	c->rounds[0].events = events;
	snprintf(c->rounds[0].note, sizeof(c->rounds[0].note), "%s", events ? note : "");
	assert_int_equal(0, cell_summarize(c, r->clock_hz));
	return c;
}

unsigned int fixture_rounds = 3;

struct cell_record *fixture_cell(struct result *r, const char *id, double value)
{
	struct cell_record *v = realloc(r->cells, (r->n_cells + 1) * sizeof(*v)), *c;

	assert_non_null(v);
	r->cells = v;
	c = &v[r->n_cells++];
	*c = (struct cell_record){ .n_rounds = fixture_rounds };
	cell_parse(c, id);
	c->rounds = calloc(c->n_rounds, sizeof(*c->rounds));
	assert_non_null(c->rounds);
	for (unsigned int i = 0; i < c->n_rounds; i++) {
		struct round *round = &c->rounds[i];
		double bytes, ns;

		*round = (struct round){ .status = CELL_MEASURED, .laps = 1000, .cpu = 1,
					 .n = BATCHES };
		round->ticks = calloc(BATCHES, sizeof(*round->ticks));
		assert_non_null(round->ticks);
		bytes = 1000.0 * (double)c->spec.lap_bytes;
		ns = c->spec.unit != UNIT_NS ? bytes / value * 1e9
						: value * bytes / c->spec.unit_bytes;
		/* the middle batch of the middle round is the value */
		for (unsigned int k = 0; k < BATCHES; k++)
			round->ticks[k] = (uint64_t)(ns * 1e-9 * r->clock_hz *
						     (0.98 + 0.02 * i / (c->n_rounds - 1) + 0.01 * k));
	}
	assert_int_equal(0, cell_summarize(c, r->clock_hz));
	return c;
}

void fixture_probe(struct result *r, const char *name, enum map_type mapping, const char *outcome,
		   double load_ns, double store_ns)
{
	struct probe_record p = { .mapping = mapping, .load_ns = load_ns, .store_ns = store_ns };
	int probe = word_number(&words_probe, name);

	assert_true(probe >= 0);
	p.probe = (enum probe)probe;
	word_set(&p.outcome, &words_probe_outcome, outcome);
	assert_int_equal(0, result_add_probe(r, &p));
}

void fixture_store_ns(struct result *r, double ns)
{
	for (size_t i = 0; i < r->n_probes; i++)
		if (r->probes[i].probe == PROBE_ACCESS && r->probes[i].mapping == MAP_WC)
			r->probes[i].store_ns = ns;
}

void fixture_journal(struct result *r, const char *boot_id, const char *outcome)
{
	struct journal_record j = { .time = "2026-01-02T03:00:00Z", .kernel = "6.1.0",
				    .probe.is = PROBE_ALIGNMENT, .mapping.is = MAP_WC,
				    .this_boot = !strcmp(boot_id, FIXTURE_BOOT) };

	snprintf(j.boot_id, sizeof(j.boot_id), "%s", boot_id);
	word_set(&j.outcome, &words_probe_outcome, outcome);
	assert_int_equal(0, result_add_journal(r, &j));
}

int fixture_setup(void **state)
{
	const char *base = getenv("TMPDIR");

	(void)state;
	snprintf(directory, sizeof(directory), "%s/mmiobench-test-XXXXXX", base ? base : "/tmp");
	return mkdtemp(directory) ? 0 : -1;
}

static void remove_tree(const char *path)
{
	DIR *d = opendir(path);
	struct dirent *e;
	char sub[512];

	while (d && (e = readdir(d))) {
		if (!strcmp(e->d_name, ".") || !strcmp(e->d_name, ".."))
			continue;
		snprintf(sub, sizeof(sub), "%.255s/%.255s", path, e->d_name);
		if (unlink(sub))
			remove_tree(sub);
	}
	if (d)
		closedir(d);
	rmdir(path);
}

int fixture_cleanup(void **state)
{
	(void)state;
	remove_tree(directory);
	return 0;
}

const char *fixture_path(char *buf, size_t n, const char *name)
{
	assert_true((size_t)snprintf(buf, n, "%s/%s", directory, name) < n);
	return buf;
}

void fixture_write(const char *path, const void *bytes, size_t n)
{
	FILE *f = fopen(path, "we");

	assert_non_null(f);
	assert_int_equal(n, fwrite(bytes, 1, n, f));
	assert_int_equal(0, fclose(f));
}

char *fixture_read(const char *path, size_t *n)
{
	FILE *f = fopen(path, "re");
	char *text;
	long size;

	assert_non_null(f);
	assert_int_equal(0, fseek(f, 0, SEEK_END));
	size = ftell(f);
	assert_true(size >= 0);
	rewind(f);
	text = calloc(1, (size_t)size + 1);
	assert_non_null(text);
	*n = fread(text, 1, (size_t)size, f);
	assert_int_equal(size, *n);
	fclose(f);
	return text;
}

void fixture_stderr_begin(void)
{
	char path[512];
	FILE *f;

	fflush(stderr);
	saved_stderr = dup(STDERR_FILENO);
	assert_true(saved_stderr >= 0);
	f = fopen(fixture_path(path, sizeof(path), "stderr"), "we");
	assert_non_null(f);
	assert_true(dup2(fileno(f), STDERR_FILENO) >= 0);
	fclose(f);
}

unsigned int fixture_stderr_end(char *buf, size_t n)
{
	char path[512], *text;
	unsigned int lines = 0;
	size_t len;

	fflush(stderr);
	dup2(saved_stderr, STDERR_FILENO);
	close(saved_stderr);
	text = fixture_read(fixture_path(path, sizeof(path), "stderr"), &len);
	for (size_t i = 0; i < len; i++)
		lines += text[i] == '\n';
	snprintf(buf, n, "%s", text);
	free(text);
	return lines;
}

char *fixture_page(const struct comparison *c)
{
	char *text;
	size_t n;
	FILE *f = open_memstream(&text, &n);

	assert_non_null(f);
	compare_text(f, c);
	assert_int_equal(0, fclose(f));
	return text;
}
