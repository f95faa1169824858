// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include "report/json_file.h"
#include "report/survey.h"

static const char *const key_names[SURVEY_KEYS] = {
	[SURVEY_MACHINE] = "machine", [SURVEY_CPU] = "cpu",	  [SURVEY_ARCH] = "arch",
	[SURVEY_WHERE] = "where",     [SURVEY_KERNEL] = "kernel", [SURVEY_DEVICE] = "device",
};

static json_t *json_figure(int i, const struct survey_figure *f)
{
	const struct compare_gate *g = &compare_gates[i];
	bool told = f->n >= SURVEY_LEAST;

	return json_pack("{ss ss sI so so so sI sI}", "what", g->what, "unit",
			 g->is_time ? "ns" : "B/s", "n", (json_int_t)f->n, "median",
			 told ? json_real(f->median) : json_null(), "low",
			 told ? json_real(f->low) : json_null(), "high",
			 told ? json_real(f->high) : json_null(), "n_slower",
			 (json_int_t)f->n_slower, "n_faster", (json_int_t)f->n_faster);
}

static json_t *json_cluster(const struct survey *s, const struct survey_cluster *c,
			    const struct survey_files *files)
{
	const struct survey_record *rec = &s->records[s->order[c->first]];
	json_t *o = json_object(), *figures = json_array(), *list = json_array();

	for (int k = 0; k < SURVEY_KEYS; k++)
		json_object_set_new(o, key_names[k], json_text(rec->keys[k]));
	json_object_set_new(o, "verdict", json_string(survey_verdict_name(rec)));
	json_object_set_new(o, "n", json_integer((json_int_t)c->n));
	json_object_set_new(o, "n_kind", json_integer((json_int_t)c->n_kind));
	json_object_set_new(o, "n_proved", json_integer((json_int_t)c->n_proved));
	json_object_set_new(o, "n_wrong", json_integer((json_int_t)c->n_wrong));
	json_object_set_new(o, "odd", json_boolean(c->odd));
	for (int i = 0; i < COMPARE_GATES; i++)
		json_array_append_new(figures, json_figure(i, &c->figures[i]));
	json_object_set_new(o, "figures", figures);
	for (size_t i = c->first; i < c->first + c->n; i++)
		json_array_append_new(list, json_text(survey_file_name(files, s->order[i])));
	json_object_set_new(o, "files", list);
	return o;
}

static json_t *json_odd(const struct survey_odd *o, const struct survey_files *files)
{
	const struct compare_gate *g = &compare_gates[o->figure];

	return json_pack("{so ss ss sb sf sf}", "file", json_text(survey_file_name(files, o->record)), "what", g->what,
			 "unit", g->is_time ? "ns" : "B/s", "slower", o->slower, "value", o->value,
			 "typical", o->typical);
}

static json_t *json_verdicts(const struct survey *s)
{
	json_t *o = json_object();

	for (int w = 0; w < VERDICTS; w++)
		json_object_set_new(o, verdict_word_name((enum verdict_word)w),
				    json_integer((json_int_t)s->n_words[w]));
	json_object_set_new(o, "none", json_integer((json_int_t)s->n_unjudged));
	return o;
}

int survey_write(const struct survey *s, const struct survey_files *files,
		 const struct compare_ask *ask, const char *path)
{
	json_t *clusters = json_array(), *odds = json_array(), *broken = json_array();
	json_t *wrong = json_array(), *copies = json_array();
	char why[160];

	for (size_t i = 0; i < s->n_clusters; i++)
		json_array_append_new(clusters, json_cluster(s, &s->clusters[i], files));
	for (size_t i = 0; i < s->n_odds; i++)
		json_array_append_new(odds, json_odd(&s->odds[i], files));
	for (size_t i = 0; i < s->n_records; i++) {
		const struct survey_record *rec = &s->records[i];
		const char *name = survey_file_name(files, i);

		if (survey_is_unreadable(rec))
			json_array_append_new(broken, json_pack("{so so}", "file", json_text(name),
								"why", json_text(rec->why)));
		else if (rec->state == SURVEY_COPY)
			json_array_append_new(copies, json_pack("{so so}", "file", json_text(name), "of",
								json_text(survey_file_name(files, rec->copy_of))));
		else if (rec->n_wrong)
			json_array_append_new(wrong, json_text(name));
	}
	return json_file_write(json_pack("{ss sI sI sI sI so so so so so so si}", "schema",
					 "mmiobench-survey/1", "n_files",
					 (json_int_t)(s->n_records - s->n_states[SURVEY_CLOSED]),
					 "n_results", (json_int_t)s->n_states[SURVEY_RESULT], "n_other",
					 (json_int_t)s->n_states[SURVEY_OTHER], "n_untimed",
					 (json_int_t)s->n_untimed, "verdicts", json_verdicts(s),
					 "clusters", clusters, "far_off", odds, "wrong", wrong,
					 "copies", copies, "unreadable", broken, "exit_status",
					 survey_status(s, ask, why, sizeof(why))),
			       path, true);
}
