/* record.h - makes one record as an attacker might have it written.
 *
 * Owner:    texts: the arena given.
 * Threads:  one at a time. */
#ifndef SL_TESTS_PROPERTY_RECORD_H
#define SL_TESTS_PROPERTY_RECORD_H

#include "base/arena.h"
#include "random.h"

/* Values that both records and queries use, so that they meet. */
extern const char *const prop_names[];
extern const uint32_t prop_name_count;
extern const char *const prop_sources[];
extern const uint32_t prop_source_count;
extern const char *const prop_people[];
extern const uint32_t prop_person_count;
extern const char *const prop_addresses[];
extern const uint32_t prop_address_count;
extern const char *const prop_errors[];
extern const uint32_t prop_error_count;

/* A record of some format. */
sl_text prop_make_record(prop_random *random, sl_arena *arena);

#endif
