/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RECORD_FIELD_H
#define RECORD_FIELD_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/words.h"

/*
 * One description of a record: a table of its fields. From it JSON is written (write.c) and read
 * (read.c), columns of CSV are made (report/format/csv.h), and the JSON Schema of results/ is
 * generated (schema.c). A field that is added to a struct needs one row in its table.
 *
 * Not promised: that a file which fits its schema is accepted. What a schema cannot say is checked
 * by a table's finish.
 */

enum field_type {
	FIELD_CONST,    /* the same text in each file: fixed */
	FIELD_TEXT,     /* char[]: a line without control characters */
	FIELD_STRING,   /* char *, owned by the record that is read; NULL stands for "" */
	FIELD_BOOL,     /* bool; of a pointer, which is only written: there is one */
	FIELD_INT,      /* of any width; signed where least is negative */
	FIELD_HEX,      /* uint64_t as "0x...": JSON's numbers lose bits above 2^53 in many readers */
	FIELD_REAL,     /* double */
	FIELD_WORD,     /* an enum, by its words */
	FIELD_OPEN,     /* struct word: one of words, or a text like FIELD_TEXT's */
	FIELD_COUNTS,   /* an array of counts, one for each of words: {"measured": 3, ...} */
	FIELD_OBJECT,   /* a struct within, by its table */
	FIELD_GROUP,    /* an object in the file, and no struct: its table is of the same record */
	FIELD_INLINE,   /* a struct within, and no object in the file: its fields stand among ours */
	FIELD_LIST,     /* of items: an array within, or owned, and its count */
	FIELD_TYPES
};

enum field_flag {
	FIELD_NULL = 1,      /* null where there is nothing: by when, by has, else 0, "" or all zero */
	FIELD_OPTIONAL = 2,  /* left out then */
	FIELD_DERIVED = 4,   /* follows from the rest: written, not read */
	FIELD_CHECKED = 8,   /* derived, and what is read must be the same */
	FIELD_RAW = 16,      /* any characters */
	FIELD_ABOVE_0 = 32,  /* a number > 0 */
	FIELD_OWNED = 64,    /* a list's array is the record's, to be freed */
	FIELD_TAKEN = 128,   /* a list's items are kept by nobody: their finish puts them elsewhere */
	FIELD_EARLY = 256,   /* read before the others, which are checked by it */
	FIELD_POINTER = 512, /* the member points to the struct; it is only written */
	FIELD_UNIQUE = 1024,  /* a list that has nothing twice; in the schema only */
};

/* A record that is written or read, within others. There is one for each object of the file. */
struct scope {
	void *rec;
	const struct scope *outer; /* NULL: it is the whole */
	const char *name;          /* in the file, for messages */
	size_t index;              /* in a list; SIZE_MAX: in none */
};

/* What does not fit, for the message. */
struct problem {
	char key[48];
	char what[112];
};

int problem_set(struct problem *p, const char *key, const char *fmt, ...)
	__attribute__((format(printf, 3, 4))); /* -EINVAL */

struct field {
	const char *name;
	enum field_type type;
	unsigned int flags;
	size_t offset, size;       /* of the member */
	size_t n_offset, n_size;   /* of a list's count; size 0: the array is full */
	size_t has;                /* where the bool is that says whether there is one; 0: nowhere */
	int64_t least, most;       /* of numbers, of characters, of items; most 0: see field_most */
	const char *pattern;       /* of text, in the schema only; starts and ends by itself */
	const char *fixed;
	const struct words *words; /* also of text that is one of them */
	const struct record_table *table;
	const struct field *item;
	bool (*when)(const struct scope *at); /* there is one in this record */
	/*
	 * Instead of a member: the value, or item i of a list, which it puts at out. 1; 0: there is
	 * none; -ENOMEM.
	 */
	int (*make)(const struct scope *at, size_t i, void *out);
};

/* What must be so of a field, where another has one of some values. */
enum rule_must { MUST_EMPTY, MUST_FILLED, MUST_NULL, MUST_VALUE, MUST_ABSENT, MUST_PRESENT, MUST_IS,
		 MUST_LEAST, MUST_LIKE /* a pattern; in the schema only */ };

struct rule {
	const char *when, *is;           /* "unit", "B/s|ns"; "a.b" is b in the object a; NULL: always */
	const char *each, *when2, *is2;  /* then, for each item of this list, or of the record itself */
	const char *field;
	enum rule_must must;
	const char *value;               /* of MUST_IS ("a|b") and MUST_LEAST */
};

/* NOLINTBEGIN(bugprone-macro-parentheses): rows of tables, and members */
#define IF(key, values) .when = key, .is = values
#define EACH(list) .each = list
#define AND(key, values) .when2 = key, .is2 = values
#define THEN(key, what) .field = key, .must = what
#define THEN_IS(key, values) .field = key, .must = MUST_IS, .value = values

struct record_table {
	const char *name;                /* in the schema's $defs; NULL: it stands where it is used */
	size_t size;                     /* of the struct */
	const struct field *fields;      /* up to one without name and table */
	const struct rule *rules;        /* up to one without field */
	/* After its fields are read: what else must be so, and what follows. 0, -EINVAL, -ENOMEM. */
	int (*finish)(const struct scope *at, struct problem *p);
};

#define FIELD_MEMBER(tag, member)                                                                  \
	.offset = offsetof(struct tag, member), .size = sizeof(((struct tag *)0)->member)
#define FIELD_COUNT(tag, member)                                                                   \
	.n_offset = offsetof(struct tag, member), .n_size = sizeof(((struct tag *)0)->member)

#define CONST(key, text) { .name = key, .type = FIELD_CONST, .fixed = text }
#define TEXT(key, tag, member, ...)                                                                \
	{ .name = key, .type = FIELD_TEXT, FIELD_MEMBER(tag, member), __VA_ARGS__ }
#define STRING(key, tag, member, ...)                                                              \
	{ .name = key, .type = FIELD_STRING, FIELD_MEMBER(tag, member), __VA_ARGS__ }
#define BOOL(key, tag, member, ...)                                                                \
	{ .name = key, .type = FIELD_BOOL, FIELD_MEMBER(tag, member), __VA_ARGS__ }
#define INT(key, tag, member, from, to, ...)                                                       \
	{ .name = key, .type = FIELD_INT, FIELD_MEMBER(tag, member), .least = from, .most = to,    \
	  __VA_ARGS__ }
#define HEX(key, tag, member, ...)                                                                 \
	{ .name = key, .type = FIELD_HEX, FIELD_MEMBER(tag, member), __VA_ARGS__ }
#define REAL(key, tag, member, ...)                                                                \
	{ .name = key, .type = FIELD_REAL, FIELD_MEMBER(tag, member), __VA_ARGS__ }
#define WORD(key, tag, member, of, ...)                                                            \
	{ .name = key, .type = FIELD_WORD, FIELD_MEMBER(tag, member), .words = &(of), __VA_ARGS__ }
#define OPEN(key, tag, member, of, longest, ...)                                                   \
	{ .name = key, .type = FIELD_OPEN, FIELD_MEMBER(tag, member), .words = &(of),              \
	  .most = longest, __VA_ARGS__ }
#define COUNTS(key, tag, member, of, ...)                                                          \
	{ .name = key, .type = FIELD_COUNTS, FIELD_MEMBER(tag, member),                            \
	  .item = &(const struct field){ .size = sizeof(((struct tag *)0)->member[0]) },           \
	  .words = &(of), __VA_ARGS__ }
#define OBJECT(key, tag, member, of, ...)                                                          \
	{ .name = key, .type = FIELD_OBJECT, FIELD_MEMBER(tag, member), .table = &(of), __VA_ARGS__ }
#define GROUP(key, of, ...) { .name = key, .type = FIELD_GROUP, .table = &(of), __VA_ARGS__ }
#define INLINE(tag, member, of, ...)                                                               \
	{ .type = FIELD_INLINE, FIELD_MEMBER(tag, member), .table = &(of), __VA_ARGS__ }
#define LIST(key, tag, member, count, of, ...)                                                     \
	{ .name = key, .type = FIELD_LIST, FIELD_MEMBER(tag, member), FIELD_COUNT(tag, count),     \
	  .item = of, __VA_ARGS__ }
/* An array that is always full. */
#define ARRAY(key, tag, member, of, ...)                                                           \
	{ .name = key, .type = FIELD_LIST, FIELD_MEMBER(tag, member), .item = of, __VA_ARGS__ }
/* Doubles that stand one behind the other, from that member on. */
#define REALS(key, tag, member, n, ...)                                                            \
	{ .name = key, .type = FIELD_LIST, .offset = offsetof(struct tag, member),                 \
	  .size = (n) * sizeof(double), .least = n, .most = n,                                     \
	  .item = ITEMS(.type = FIELD_REAL, .size = sizeof(double), __VA_ARGS__) }
/* By make; most: items, of a list that is read, too. */
#define MADE(key, type_, maker, ...)                                                               \
	{ .name = key, .type = type_, .make = maker, __VA_ARGS__ }
#define MADE_LIST(key, maker, of, ...)                                                             \
	{ .name = key, .type = FIELD_LIST, .make = maker, .item = of, __VA_ARGS__ }

/* NOLINTEND(bugprone-macro-parentheses) */

/* What a list is of. */
#define ITEMS(...) (&(const struct field){ __VA_ARGS__ })
#define STRINGS(...) ITEMS(.type = FIELD_STRING, .size = sizeof(char *), __VA_ARGS__)
#define RECORDS(of) ITEMS(.type = FIELD_OBJECT, .table = &(of))

/* The row of a name of n characters, also in what stands inline; NULL: none. */
const struct field *field_find(const struct record_table *t, const char *name, size_t n);

/* The most that fits a field: of an INT its most, of a text its characters, ... */
int64_t field_most(const struct field *f);
int64_t field_int(const struct field *f, const void *p);
void field_int_set(void *p, size_t size, int64_t value);
size_t field_item_size(const struct field *list);
size_t field_items(const struct field *list, const struct scope *at);

/* The text of a FIELD_WORD or FIELD_OPEN at p. */
const char *field_word(const struct field *f, const void *p);

/* The member; of a list that is owned, and of a pointer, what it points to. */
void *field_at(const struct field *f, const struct scope *at);

bool field_is_not_0(const void *value, size_t n);

/* There is something to be written, by when, has, or the value at p. */
bool field_is_set(const struct field *f, const void *p, const struct scope *at);

/* A fresh object; NULL: out of memory. outer: what make asks for beside it, or NULL. */
json_t *record_json(const struct record_table *t, const void *rec, const struct scope *outer);

/*
 * The value at path in the file, "bar.index": as text for people; "" where there is none. Of texts,
 * numbers, words, and yes or no.
 */
void record_text(char *buf, size_t n, const struct record_table *t, const void *rec, const char *path);

/* What is read, and from where. */
struct reader {
	const char *path;
	const char *schema;        /* of the files that are read here */
	const char *program;       /* that writes them */
};

/*
 * Reads JSON that may hold anything into rec, which is all zero, and stops at the first thing that
 * does not fit: 0; -EINVAL, -ENOMEM after logging, and rec is to be freed.
 */
int record_read(const struct reader *rd, const struct record_table *t, const json_t *o, void *rec);

/* What of a table's rules o breaks: 0, -EINVAL. */
int rules_check(const struct record_table *t, const json_t *o, struct problem *p);


#endif
