/* json_members.h - goes over the members of one object, key by key.
 *
 * For recognition, envelopes and the plain walk: what looks at keys of one level and skips the
 * rest.
 *
 * Owner:    nothing.
 * Lifetime: that of the text.
 * Threads:  no state beyond what is passed in. */
#ifndef SL_EVENT_JSON_MEMBERS_H
#define SL_EVENT_JSON_MEMBERS_H

#include "event/json.h"

/* Goes over the members of one object. */
typedef struct sl_json_members {
    const char *at; /* at a member: its value. The caller moves it behind the value */
    const char *end;
    bool behind_value;
} sl_json_members;

typedef struct sl_json_member {
    sl_text key; /* as written, between the quotes */
    unsigned flags;
} sl_json_member;

/* `at` is the opening brace. */
static inline sl_json_members sl_json_members_of(const char *at, const char *end)
{
    return (sl_json_members){.at = at + 1, .end = end};
}
/* SL_JSON_MEMBER, or SL_JSON_END with members->at behind the closing brace. */
sl_json_end sl_json_member_next(sl_json_members *members, sl_json_member *out);
/* True when the member's key, unescaped, is `key`. */
bool sl_json_key_is(const sl_json_member *member, sl_text key);

#endif
