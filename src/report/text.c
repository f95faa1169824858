// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include "base/clean.h"
#include "base/parse.h"
#include "report/text.h"

static bool coloured(FILE *out)
{
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");

	return !(no && *no) && term && strcmp(term, "dumb") && isatty(fileno(out));
}

unsigned int text_columns(FILE *out)
{
	const char *said = getenv("COLUMNS");
	unsigned int n = TEXT_COLUMNS;
	struct winsize size;

	if (!isatty(fileno(out)))
		return TEXT_COLUMNS;
	if ((!said || parse_uint(said, UINT16_MAX, &n) || !n) && !ioctl(fileno(out), TIOCGWINSZ, &size) &&
	    size.ws_col)
		n = size.ws_col;
	return n < TEXT_COLUMNS_LEAST ? TEXT_COLUMNS_LEAST : n > TEXT_COLUMNS ? TEXT_COLUMNS : n;
}

void text_style_begin(FILE *out, enum text_style style)
{
	static const char *const codes[] = {
		[TEXT_PLAIN] = "", [TEXT_GOOD] = "\033[1;32m", [TEXT_BAD] = "\033[1;31m",
		[TEXT_UNSURE] = "\033[1;33m", [TEXT_HEAD] = "\033[1m",
	};

	if (coloured(out))
		fputs(codes[style], out);
}

void text_style_end(FILE *out)
{
	if (coloured(out))
		fputs("\033[0m", out);
}

void text_wrapped(FILE *out, const char *label, int indent, const char *words)
{
	char safe[4096];
	const char *p = safe;
	int column = fprintf(out, "%-*s", indent, label), width = (int)text_columns(out);
	bool first = true;

	snprintf(safe, sizeof(safe), "%s", words);
	text_clean(safe);
	while (*p) {
		int n = (int)strcspn(p, " ");

		if (!first && column + 1 + n > width) {
			fprintf(out, "\n%*s", indent, "");
			column = indent;
			first = true;
		}
		column += fprintf(out, "%s%.*s", first ? "" : " ", n, p);
		first = false;
		p += n;
		while (*p == ' ')
			p++;
	}
	fputc('\n', out);
}

/* three digits, with as many of them behind the point as fit */
static const char *three_digits(char *buf, size_t n, double v, const char *unit)
{
	snprintf(buf, n, "%.*f %s", v < 9.995 ? 2 : v < 99.95 ? 1 : 0, v, unit);
	return buf;
}

const char *text_rate(char *buf, size_t n, double v)
{
	static const char *const units[] = { "B/s", "kB/s", "MB/s", "GB/s", "TB/s" };
	int u = 0;

	while (v >= 999.5 && u < 4) {
		v /= 1000;
		u++;
	}
	return three_digits(buf, n, v, units[u]);
}

const char *text_ns(char *buf, size_t n, double v)
{
	static const char *const units[] = { "ns", "us", "ms", "s" };
	int u = 0;

	while (v >= 999.5 && u < 3) {
		v /= 1000;
		u++;
	}
	return three_digits(buf, n, v, units[u]);
}

const char *text_cell(char *buf, size_t n, const struct cell_record *c)
{
	if (!c)
		return "-";
	if (c->status != CELL_MEASURED || !(c->has_summary || cell_counts(c)))
		return cell_status_name(c->status);
	if (cell_counts(c)) {
		snprintf(buf, n, "%.3g ppm",
			 c->tries ? 1e6 * (double)c->events / (double)c->tries : 0);
		return buf;
	}
	if (!strcmp(c->unit, "B/s"))
		return text_rate(buf, n, c->summary.median);
	return text_ns(buf, n, c->summary.median);
}

const char text_emulated_rests[] = "The verdict rests on what accesses did (worked, faulted, stopped a VM), "
	"which emulators keep; of times it hears only those that tell a trapped BAR.";

void text_machine(FILE *out, const struct env *env)
{
	char line[512];

	snprintf(line, sizeof(line), "%s (%s: %s)", env_guest_name(env->virt.guest),
		 confidence_name(env->virt.confidence), env->virt.why);
	text_wrapped(out, "machine", 11, line);
}

void text_device(FILE *out, const struct pci_device *d)
{
	char line[400];

	snprintf(line, sizeof(line), "%s [%04x:%04x] %s %s", d->bdf, d->vendor, d->device,
		 d->vendor_name, d->device_name);
	text_wrapped(out, "device", 11, line);
}

void text_environment(FILE *out, const struct result *r)
{
	const char *cpu = fact_get(&r->env.facts, "cpu_model");
	const char *kernel = fact_get(&r->env.facts, "kernel_release");
	char line[512];

	text_machine(out, &r->env);
	snprintf(line, sizeof(line), "Linux %s, %s%s%s; measured on CPU %u, %s",
		 kernel ? kernel : "?", r->arch, cpu ? ", " : "", cpu ? cpu : "", r->cpu,
		 r->cpu_why);
	text_wrapped(out, "", 11, line);
	if (r->env.emulated) {
		text_style_begin(out, TEXT_UNSURE);
		snprintf(line, sizeof(line), "this CPU is emulated (%s): times say nothing about "
			 "hardware. %s", r->env.emulated_why, text_emulated_rests);
		text_wrapped(out, "EMULATED", 11, line);
		text_style_end(out);
	}
	if (r->replayed)
		text_wrapped(out, "REPLAYED", 11, "from a recorded tree (--sysroot): no real device");
}

const char *text_window(enum window_state state)
{
	static const char *const states[] = {
		[WINDOW_UNTOUCHED] = "only loads, nothing was stored",
		[WINDOW_RESTORED] = "stored to, then put back as found",
		[WINDOW_LEFT] = "stored to, and left as the last store left it",
		[WINDOW_DIFFERS] = "stored to; what was put back did not stay: not plain memory",
		[WINDOW_LOST] = "stored to, and it could NOT be put back",
	};

	return states[state];
}

const char *text_role(const struct result *r)
{
	static const char *const roles[] = {
		[ENV_GUEST_UNKNOWN] = "VM or bare metal: not known",
		[ENV_BARE_METAL] = "bare metal",
		[ENV_GUEST] = "in a VM",
	};

	return roles[r->env.virt.guest];
}

const char *text_claim(const char *text)
{
	const char *sure = strstr(text, " (confidence: ");
	const char *end = sure ? strstr(sure, "): ") : NULL;

	if (!strncmp(text, "none: ", strlen("none: ")))
		return text + strlen("none: ");
	return end ? end + strlen("): ") : text;
}

void text_verdict(char *buf, size_t n, const struct result *r, const struct verdict *v)
{
	const char *asked = r->asks[1], *sure = confidence_name(v->confidence);
	const char *who = r->env.virt.guest == ENV_GUEST ? "VM" : "machine";

	if (!v->judged)
		snprintf(buf, n, "none: %.400s", v->reason);
	else if (!v->about_guest)
		snprintf(buf, n, "bare metal: asked for %s through resource%u_wc, effective type %s "
			 "(confidence: %s)", asked, r->bar.index,
			 effective_name(v->effective, r->arch), sure);
	else if (v->word == VERDICT_PRESERVED)
		snprintf(buf, n, "preserved (confidence: %s): this %s asked for %s and got it", sure,
			 who, asked);
	else if (v->word == VERDICT_INCONCLUSIVE)
		snprintf(buf, n, "inconclusive: this %s asked for %s, nothing shows what it got",
			 who, asked);
	else
		snprintf(buf, n, "%s (confidence: %s): this %s asked for %s and did NOT get it: it is "
			 "%s", verdict_word_name(v->word), sure, who, asked,
			 effective_name(v->effective, r->arch));
}

void text_short(char *buf, size_t n, const struct result *r, const struct verdict *v)
{
	if (!v->about_guest)
		snprintf(buf, n, "bare metal, effective type %s (confidence: %s)",
			 effective_name(v->effective, r->arch), confidence_name(v->confidence));
	else if (v->word == VERDICT_INCONCLUSIVE)
		snprintf(buf, n, "%s", verdict_word_name(v->word));
	else
		snprintf(buf, n, "%s (confidence: %s)", verdict_word_name(v->word),
			 confidence_name(v->confidence));
}

const char *text_means(const struct verdict *v, const struct result *r)
{
	static const char *const means[VERDICTS] = {
		[VERDICT_INCONCLUSIVE] = "write combining may work in this VM or not: no sign of either was "
					 "found",
		[VERDICT_PRESERVED] = "write combining works in this VM: the CPU may gather stores into few "
				      "large writes, and only barriers keep them in order",
		[VERDICT_DEMOTED] = "write combining does not work in this VM, and nothing in it says so: "
				    "each store is a small write of its own, slow and strictly in order",
		[VERDICT_TRAPPED] = "no access of this VM reaches the device by itself: each one leaves the "
				    "VM and takes microseconds",
		[VERDICT_WRITE_BACK] = "this VM's accesses end in a cache, and no device sees them when they "
				       "are made: right for shared memory, wrong for a device's registers",
	};

	/* it may be a VM, or not */
	static const char *const unknown[VERDICTS] = {
		[VERDICT_INCONCLUSIVE] = "write combining may work on this machine or not: no sign of "
					 "either was found, nor whether it is a VM",
		[VERDICT_PRESERVED] = "write combining works on this machine: the CPU may gather stores into "
				      "few large writes, and only barriers keep them in order",
		[VERDICT_DEMOTED] = "write combining does not work on this machine: each store is a small "
				    "write of its own, slow and strictly in order",
	};

	if (!v->judged || !v->about_guest)
		return NULL;
	if (r->env.virt.guest == ENV_GUEST_UNKNOWN && unknown[v->word])
		return unknown[v->word];
	if (v->word == VERDICT_DEMOTED && !strcmp(r->arch, "aarch64"))
		return "write combining does not work in this VM, and nothing in it says so: each store is a "
		       "small write of its own, slow and strictly in order, and an unaligned access stops "
		       "the VM";
	return means[v->word];
}
