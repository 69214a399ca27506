/* query.c - a query is a first stage and some behind it. */
#include "query.h"

#include <stdlib.h>

#include "record.h"

static const char *query_word(query_text *q)
{
    prop_random *random = q->random;
    switch (prop_below(random, 10)) {
    case 0: return prop_sources[prop_below(random, prop_source_count)];
    case 1: return prop_people[prop_below(random, prop_person_count)];
    case 2: return prop_addresses[prop_below(random, prop_address_count)];
    case 3: return prop_errors[prop_below(random, prop_error_count)];
    case 4: return prop_names[prop_below(random, prop_name_count)];
    default: return prop_names[prop_below(random, 6)];
    }
}

void query_value(query_text *q, sl_buffer *out, bool stars)
{
    const char *word = query_word(q);
    size_t length = strlen(word), from = 0;
    bool other_case = prop_chance(q->random, 10), part = stars && prop_chance(q->random, 30);
    bool ahead = part && prop_chance(q->random, 50),
         behind = part && (!ahead || prop_chance(q->random, 50));
    if (ahead && length > 1) from = prop_below(q->random, (uint32_t)length);
    if (behind && length > from + 1)
        length = from + 1 + prop_below(q->random, (uint32_t)(length - from));
    if (ahead) sl_buffer_add_byte(out, '*');
    for (size_t i = from; i < length; i++) {
        char c = word[i];
        if (other_case && c >= 'a' && c <= 'z') c = (char)(c - 'a' + 'A');
        sl_buffer_add_byte(out, c);
    }
    if (behind) sl_buffer_add_byte(out, '*');
}

const char *query_regex(query_text *q)
{
    static const char *const regexes[] = {
        "^Stop",
        "Instances$",
        "(?i)stopinstances",
        "^(Stop|Start)Instances$",
        "[Kk]ick",
        "(?i)kick",
        "(?i)s",
        "Run|Create",
        "^$",
        "\\\\.amazonaws",
        "(?i)create",
        "10\\\\.0\\\\.0\\\\.1",
        "user/ann",
        "^.{3,}$",
        "[^a-z]",
    };
    return PROP_PICK(q->random, regexes);
}

prop_query prop_make_query(prop_random *random, sl_arena *arena)
{
    prop_query query = {.cql = prop_chance(random, 30)};
    query_text q = {.random = random};
    query.stage_count = 1 + prop_below(random, prop_chance(random, 80) ? 4 : QUERY_STAGES_MAX);
    query.stages = SL_ARENA_ARRAY(arena, query.stage_count, sl_text);
    sl_buffer_init(&q.out);
    for (uint32_t s = 0; query.stages != NULL && s < query.stage_count; s++) {
        sl_buffer_clear(&q.out);
        if (query.cql) (s == 0 ? query_cql_first : query_cql_stage)(&q);
        else (s == 0 ? query_spl_first : query_spl_stage)(&q);
        query.stages[s] = sl_arena_copy(arena, sl_buffer_text(&q.out));
        if (q.out.failed || query.stages[s].data == NULL) abort();
    }
    sl_buffer_fini(&q.out);
    if (query.stages == NULL) abort();
    return query;
}

void prop_query_text(const prop_query *query, sl_buffer *out)
{
    for (uint32_t s = 0; s < query->stage_count; s++) {
        if (s > 0) sl_buffer_add_string(out, "\n| ");
        sl_buffer_add(out, query->stages[s]);
    }
}
