/* json.h - reads JSON and tells whether two values are the same.
 *
 * A reader of the tests' own, so that expectations do not depend on the code they judge.
 *
 * Owner:    the pool.
 * Lifetime: the pool's; nothing points into the text that was read.
 * Threads:  one at a time. */
#ifndef SL_TESTS_GOLDEN_JSON_H
#define SL_TESTS_GOLDEN_JSON_H

#include <stdbool.h>
#include <stddef.h>

#include "pool.h"

typedef enum json_kind {
    JSON_NULL,
    JSON_FALSE,
    JSON_TRUE,
    JSON_NUMBER,
    JSON_STRING,
    JSON_ARRAY,
    JSON_OBJECT
} json_kind;

typedef struct json_value json_value;
struct json_value {
    json_kind kind;
    const char *text; /* a number as written, a string without its escapes */
    size_t length;
    const char *key; /* of a member of an object; NUL-terminated too */
    size_t key_length;
    json_value *first, *next; /* children of arrays and objects, in order */
};

/* The one value that `text` holds, white space around it, or NULL: it is not JSON, is nested
 * deeper than 200, or an object has a key twice. */
json_value *json_read(golden_pool *pool, const char *text, size_t length);
/* The same kind and value. Members may stand in any order; whole numbers must agree in every
 * digit, others to 1e-9 of their size. */
bool json_equal(const json_value *a, const json_value *b);
/* The member `key` of an object, or NULL. */
const json_value *json_member(const json_value *object, const char *key, size_t key_length);

#endif
