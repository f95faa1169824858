// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "judge/compare.h"
#include "judge/correct.h"

#define SEED 1 /* of the bootstrap: the same files give the same page */

static int differ_text(char *why, size_t n, const char *field, const char *a, const char *b)
{
	if (!strcmp(a, b))
		return 0;
	snprintf(why, n, "%s differs: %s on the host, %s in the guest", field, a, b);
	return -EINVAL;
}

static int differ_number(char *why, size_t n, const char *field, uint64_t a, uint64_t b)
{
	if (a == b)
		return 0;
	snprintf(why, n, "%s differs: %" PRIu64 " on the host, %" PRIu64 " in the guest", field, a,
		 b);
	return -EINVAL;
}

static int check_device(const struct result *h, const struct result *g, char *why, size_t n)
{
	char a[16], b[16];
	int ret;

	ret = differ_text(why, n, "what was measured", h->is_ram ? "ram" : "a BAR",
			  g->is_ram ? "ram" : "a BAR");
	if (ret || h->is_ram)
		return ret;
	snprintf(a, sizeof(a), "%04x:%04x", h->device.vendor, h->device.device);
	snprintf(b, sizeof(b), "%04x:%04x", g->device.vendor, g->device.device);
	ret = differ_text(why, n, "the device", a, b);
	if (!ret)
		ret = differ_number(why, n, "the BAR's index", h->bar.index, g->bar.index);
	if (!ret)
		ret = differ_number(why, n, "the BAR's size", h->bar.size_bytes, g->bar.size_bytes);
	return ret;
}

static int check_cells(const struct result *h, const struct result *g, char *why, size_t n)
{
	int ret = differ_number(why, n, "the number of cells", h->n_cells, g->n_cells);

	for (size_t i = 0; i < h->n_cells && !ret; i++) {
		if (result_find_cell(g, h->cells[i].id))
			continue;
		snprintf(why, n, "the plan differs: the guest has no cell %s", h->cells[i].id);
		ret = -EINVAL;
	}
	return ret;
}

/* The wrong way round, a host that gathers would pass as a guest that may. */
static int check_order(const struct result *h, const struct result *g, char *why, size_t n)
{
	const char *host_kvm = fact_get(&h->env.facts, "kvm_device");
	const char *guest_kvm = fact_get(&g->env.facts, "kvm_device");

	/* a host that nests in a cloud is a guest too, but it is the one that runs KVM */
	if (h->env.virt.guest != ENV_BARE_METAL && host_kvm && guest_kvm &&
	    !strcmp(host_kvm, "no") && !strcmp(guest_kvm, "yes")) {
		snprintf(why, n, "only the second is of a machine with /dev/kvm: the host's result "
			 "comes first");
		return -EINVAL;
	}
	if (h->env.virt.guest != ENV_GUEST || g->env.virt.guest != ENV_BARE_METAL)
		return 0;
	snprintf(why, n, "the machine: the first is a guest and the second bare metal; name the "
		 "host's result first");
	return -EINVAL;
}

static const char *consent(const struct result *r)
{
	return r->may_store ? "stores and loads" : "only loads";
}

int compare_check(const struct result *h, const struct result *g, char *why, size_t n)
{
	int ret = check_order(h, g, why, n);

	if (!ret)
		ret = differ_text(why, n, "the architecture", h->arch, g->arch);
	if (!ret)
		ret = differ_text(why, n, "what was consented to", consent(h), consent(g));
	if (!ret)
		ret = check_device(h, g, why, n);
	if (!ret)
		ret = differ_number(why, n, "the window's offset", h->offset_bytes, g->offset_bytes);
	if (!ret)
		ret = differ_number(why, n, "the window's length", h->length_bytes, g->length_bytes);
	if (!ret)
		ret = differ_text(why, n, "the profile", h->profile, g->profile);
	return ret ? ret : check_cells(h, g, why, n);
}

static enum compare_state row_state(const struct cell_record *h, const struct cell_record *g)
{
	if (h->status == CELL_MEASURED && g->status == CELL_MEASURED && h->has_summary &&
	    g->has_summary)
		return COMPARE_MEASURED;
	if (h->status == CELL_MEASURED && g->status == CELL_MEASURED && cell_counts(h) &&
	    cell_counts(g))
		return COMPARE_COUNTED;
	if ((h->status == CELL_MEASURED || h->status <= CELL_COARSE) &&
	    (g->status == CELL_MEASURED || g->status <= CELL_COARSE))
		return COMPARE_NOT_RUN;
	return COMPARE_FAILED;
}

static int row_ratio(struct compare_row *row, double host_hz, double guest_hz)
{
	double *h = calloc(row->host->n_rounds + row->guest->n_rounds + 1, sizeof(*h)), *g;
	size_t nh, ng;
	int ret;

	if (!h)
		return -ENOMEM;
	g = h + row->host->n_rounds;
	nh = cell_medians(row->host, host_hz, h);
	ng = cell_medians(row->guest, guest_hz, g);
	ret = summary_ratio(&row->ratio, &row->low, &row->high, g, ng, h, nh, SEED);
	free(h);
	if (ret == -EINVAL) {
		row->state = COMPARE_FAILED;
		ret = 0;
	}
	return ret;
}

int compare_make(struct comparison *c, const struct result *host, const struct result *guest)
{
	struct comparison new = { .host = host, .guest = guest, .n_rows = host->n_cells };
	int ret = 0;

	new.rows = calloc(host->n_cells + 1, sizeof(*new.rows));
	if (!new.rows)
		return -ENOMEM;
	for (size_t i = 0; i < host->n_cells && !ret; i++) {
		struct compare_row *row = &new.rows[i];

		row->host = &host->cells[i];
		row->guest = result_find_cell(guest, host->cells[i].id);
		row->state = row_state(row->host, row->guest);
		if (row->state == COMPARE_MEASURED)
			ret = row_ratio(row, host->clock_hz, guest->clock_hz);
		new.n_failed += row->state == COMPARE_FAILED;
		new.n_not_run += row->state == COMPARE_NOT_RUN;
	}
	if (ret) {
		free(new.rows);
		return ret;
	}
	judge_run(&new.verdict, host, NULL);
	new.n_wrong = count_failed(host, &new.verdict);
	judge_run(&new.verdict, guest, host);
	new.n_wrong += count_failed(guest, &new.verdict);
	/* on bare metal there is no hypervisor that could have preserved anything */
	if (!new.verdict.about_guest)
		new.verdict.word = VERDICT_INCONCLUSIVE;
	*c = new;
	return 0;
}

void compare_free(struct comparison *c)
{
	free(c->rows);
	c->rows = NULL;
}

int compare_status(const struct comparison *c)
{
	if (c->n_failed || c->n_wrong)
		return 1;
	switch (c->verdict.word) {
	case VERDICT_PRESERVED:
		return 0;
	case VERDICT_INCONCLUSIVE:
		return 3;
	default:
		return 1;
	}
}
