// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <string.h>
#include "arch/arch.h"
#include MB_ARCH_H

/* What is C of the architecture that this is built for: its name, CPU features, and controls. */

const char arch_name[] = MB_ARCH;

struct feature {
	const char *name;
	bool (*is_here)(void);
	const char *hazard;
};

#define FEATURE_ROW(id, name, test, hazard) { name, has_##id, hazard },
#define FEATURE_TEST(id, name, test, hazard)                                                       \
	static bool has_##id(void)                                                                 \
	{                                                                                          \
		return test;                                                                       \
	}
/* cppcheck-suppress unknownMacro; it knows no architecture */
ARCH_FEATURES(FEATURE_TEST)

static const struct feature features[] = { ARCH_FEATURES(FEATURE_ROW) };

static const struct feature *find_feature(const char *name)
{
	for (size_t i = 0; name && i < sizeof(features) / sizeof(features[0]); i++)
		if (!strcmp(features[i].name, name))
			return &features[i];
	return NULL;
}

bool arch_kernel_runs(const struct kernel *kernel)
{
	const struct feature *f = find_feature(kernel->feature);

	return !kernel->feature || (f && f->is_here());
}

const char *arch_kernel_hazard(const struct kernel *kernel)
{
	const struct feature *f = find_feature(kernel->feature);

	return f ? f->hazard : NULL;
}

/* The kernels store8_c and load8_c, as the compiler makes them: controls. */
loop_fn loop_store8_c__none__0__0__seq, loop_load8_c__none__0__0__seq;

void loop_store8_c__none__0__0__seq(const struct loop_args *a)
{
	volatile uint64_t *const end = a->end;
	const uint64_t value = a->value;

	for (uint64_t n = a->laps; n; n--)
		for (volatile uint64_t *p = a->base; p != end; p++)
			*p = value;
}

void loop_load8_c__none__0__0__seq(const struct loop_args *a)
{
	volatile uint64_t *const end = a->end;

	for (uint64_t n = a->laps; n; n--)
		for (volatile uint64_t *p = a->base; p != end; p++)
			(void)*p;
	asm volatile(ARCH_WAIT_LOADS : : : "memory");
}
