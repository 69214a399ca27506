/* stage_transaction.c - events that belong together become one row (transaction).
 *
 * Events come newest first out of a sorter. An event joins a transaction whose keys it shares in
 * part and contradicts nowhere. To find that without looking at every open one, a transaction is
 * entered under each part of its keys together with which keys it has at all: whoever shares
 * exactly that part asks under it. A closed transaction becomes a row at once; those rows go
 * through a second sorter, and only events of open transactions are held. */
#include "exec/keyed.h"
#include "exec/sorter.h"
#include "exec/transaction_row.h"

#include <assert.h>
#include <stdlib.h>

#include "base/memory.h"
#include "plan/eval.h"

enum { TRANSACTION_MASKS = 1 << SL_TRANSACTION_KEYS_MAX, TRANSACTION_WASTE_ROWS = 4096 };
#define TRANSACTION_NONE UINT32_MAX

typedef struct transaction {
    uint32_t rows; /* its newest event's, in the store; `next` leads to the older ones */
    uint32_t last; /* the oldest so far */
    uint64_t count;
    sl_time newest, oldest;
    uint64_t touched;                       /* when an event joined last */
    uint32_t generation;                    /* of this place in the list */
    uint32_t mask;                          /* keys that it has */
    uint32_t keys[SL_TRANSACTION_KEYS_MAX]; /* numbers of their values */
    bool open, started, ended;
    uint32_t next_free;
} transaction;

/* A transaction under a part of its keys. */
typedef struct transaction_entry {
    uint32_t number, generation;
} transaction_entry;

typedef struct transaction_bucket {
    transaction_entry *entries; /* the last one is the newest */
    uint32_t count, capacity;
} transaction_bucket;

typedef struct transaction_stage {
    sl_stage stage;
    sl_keyed_op how;
    sl_sort_key sort;
    sl_sorter events, results;
    sl_rows rows;   /* events of open transactions, and closed ones until they are swept out */
    uint32_t *next; /* by row of the store */
    size_t next_capacity, live_rows;
    transaction *list;
    uint32_t count, capacity, free;
    sl_map values; /* key values, numbered */
    sl_map parts;  /* parts of keys, numbered */
    transaction_bucket *buckets;
    uint32_t bucket_capacity;
    sl_arena memory;               /* of the buckets */
    bool masks[TRANSACTION_MASKS]; /* some transaction had these keys */
    uint32_t alone;                /* without keys: the transaction that is open */
    uint64_t clock, given;
    sl_buffer key;
    sl_arena scratch; /* of a result row */
} transaction_stage;

/* An event to be placed. */
typedef struct transaction_event {
    const sl_batch *batch;
    uint32_t row;
    sl_time time;
    uint32_t mask;
    uint32_t keys[SL_TRANSACTION_KEYS_MAX];
    bool starts, ends;
} transaction_event;

static sl_status transaction_push(sl_stage *stage, sl_batch *batch)
{
    if (stage->op->transaction.key_count > SL_TRANSACTION_KEYS_MAX) return SL_LIMIT;
    return sl_sorter_add(&((transaction_stage *)stage)->events, batch);
}

static sl_status transaction_merge(sl_stage *into, sl_stage *from)
{
    return sl_sorter_merge(&((transaction_stage *)into)->events,
                           &((transaction_stage *)from)->events);
}

static sl_status transaction_spill(sl_stage *stage)
{
    return sl_sorter_spill(&((transaction_stage *)stage)->events);
}

/* The bucket of the transactions that have the keys of `mask` and share those of `part`. NULL when
 * there is none and `make` is false, or when memory ends. */
static transaction_bucket *transaction_bucket_of(transaction_stage *s, uint32_t mask, uint32_t part,
                                                 const uint32_t *keys, bool make)
{
    sl_buffer_clear(&s->key);
    uint32_t head[2] = {mask, part};
    sl_buffer_add(&s->key, sl_text_make((const char *)head, sizeof head));
    for (uint32_t k = 0; k < s->how.key_count; k++)
        if ((part >> k & 1) != 0)
            sl_buffer_add(&s->key, sl_text_make((const char *)&keys[k], sizeof keys[k]));
    if (s->key.failed) return NULL;
    if (!make) {
        uint32_t found = sl_map_find(&s->parts, sl_buffer_text(&s->key));
        return found == SL_MAP_NONE ? NULL : &s->buckets[found];
    }
    if (s->parts.count == s->bucket_capacity) {
        uint32_t capacity = s->bucket_capacity == 0 ? 64 : s->bucket_capacity * 2;
        transaction_bucket *buckets = sl_realloc(s->buckets, capacity * sizeof *buckets);
        if (buckets == NULL) return NULL;
        memset(buckets + s->bucket_capacity, 0, (capacity - s->bucket_capacity) * sizeof *buckets);
        s->buckets = buckets;
        s->bucket_capacity = capacity;
    }
    uint32_t number = sl_map_add(&s->parts, sl_buffer_text(&s->key));
    return number == SL_MAP_NONE ? NULL : &s->buckets[number];
}

static bool transaction_bucket_add(transaction_stage *s, transaction_bucket *bucket,
                                   transaction_entry entry)
{
    if (bucket->count == bucket->capacity) {
        uint32_t capacity = bucket->capacity == 0 ? 2 : bucket->capacity * 2;
        transaction_entry *entries = SL_ARENA_ARRAY(&s->memory, capacity, transaction_entry);
        if (entries == NULL) return false;
        if (bucket->count > 0) memcpy(entries, bucket->entries, bucket->count * sizeof *entries);
        bucket->entries = entries;
        bucket->capacity = capacity;
    }
    bucket->entries[bucket->count++] = entry;
    return true;
}

/* Enters the transaction under every part of the keys it has. */
static bool transaction_enter(transaction_stage *s, uint32_t number)
{
    const transaction *t = &s->list[number];
    s->masks[t->mask] = true;
    for (uint32_t part = t->mask; part != 0; part = (part - 1) & t->mask) {
        transaction_bucket *bucket =
            transaction_bucket_of(s, t->mask, part, t->keys, /* make= */ true);
        if (bucket == NULL
            || !transaction_bucket_add(s, bucket, (transaction_entry){number, t->generation}))
            return false;
    }
    return true;
}

/* The newest open transaction of the bucket; those that are no longer what they were go. */
static uint32_t transaction_top(const transaction_stage *s, transaction_bucket *bucket,
                                uint32_t mask)
{
    while (bucket->count > 0) {
        const transaction_entry *entry = &bucket->entries[bucket->count - 1];
        const transaction *t = &s->list[entry->number];
        if (t->open && t->generation == entry->generation && t->mask == mask) return entry->number;
        bucket->count--;
    }
    return TRANSACTION_NONE;
}

/* The open transaction that the event may join: the one touched last. */
static uint32_t transaction_find(transaction_stage *s, const transaction_event *event)
{
    if (s->how.key_count == 0) return s->alone;
    uint32_t best = TRANSACTION_NONE;
    for (uint32_t mask = 1; mask < 1u << s->how.key_count; mask++) {
        uint32_t part = mask & event->mask;
        if (part == 0 || !s->masks[mask]) continue;
        transaction_bucket *bucket =
            transaction_bucket_of(s, mask, part, event->keys, /* make= */ false);
        uint32_t found = bucket == NULL ? TRANSACTION_NONE : transaction_top(s, bucket, mask);
        if (found == TRANSACTION_NONE) continue;
        if (best == TRANSACTION_NONE || s->list[found].touched > s->list[best].touched)
            best = found;
    }
    return best;
}

/* Moves the events of open transactions to a store of their own. */
static sl_status transaction_sweep(transaction_stage *s)
{
    sl_rows rows;
    sl_rows_init(&rows, s->stage.env.bytes_max);
    sl_status status = sl_rows_add_columns(&rows, &s->rows);
    uint32_t *next = sl_calloc(s->live_rows + TRANSACTION_WASTE_ROWS, sizeof *next);
    if (next == NULL) status = SL_NOMEM;
    for (uint32_t n = 0; n < s->count && status == SL_OK; n++) {
        transaction *t = &s->list[n];
        if (!t->open) continue;
        uint32_t row = t->rows;
        t->rows = (uint32_t)rows.count;
        for (uint64_t i = 0; i < t->count && status == SL_OK; i++, row = s->next[row]) {
            next[rows.count] = (uint32_t)rows.count + 1;
            status = sl_rows_add_stored(&rows, &s->rows, &s->rows.rows[row], 1);
        }
        t->last = (uint32_t)rows.count - 1;
    }
    if (status != SL_OK) {
        sl_rows_fini(&rows);
        free(next);
        return status;
    }
    sl_rows_fini(&s->rows);
    free(s->next);
    s->rows = rows;
    s->next = next;
    s->next_capacity = s->live_rows + TRANSACTION_WASTE_ROWS;
    return SL_OK;
}

/* True when the transaction met what it had to meet. */
static bool transaction_is_complete(const transaction_stage *s, const transaction *t)
{
    const sl_op_transaction *op = &s->stage.op->transaction;
    return (op->starts == NULL || t->started) && (op->ends == NULL || t->ended);
}

/* The transaction becomes a row, or is left out. `limit`: one of the limits closed it. */
static sl_status transaction_close(transaction_stage *s, uint32_t number, bool limit)
{
    const sl_op_transaction *op = &s->stage.op->transaction;
    transaction *t = &s->list[number];
    bool complete = transaction_is_complete(s, t);
    bool bounded = op->starts != NULL || op->ends != NULL;
    t->open = false;
    t->generation++;
    t->next_free = s->free;
    s->free = number;
    if (s->alone == number) s->alone = TRANSACTION_NONE;
    s->live_rows -= t->count;
    if (!complete && !op->keep_evicted) return SL_OK;
    sl_transaction_row what = {.op = op,
                               .plan = s->stage.env.plan,
                               .rows = &s->rows,
                               .next = s->next,
                               .first = t->rows,
                               .count = t->count,
                               .newest = t->newest,
                               .oldest = t->oldest,
                               .time = s->how.time,
                               .closed = complete && (bounded || limit)};
    sl_batch *batch = sl_transaction_row_make(&what, &s->scratch);
    sl_status status = SL_NOMEM;
    if (batch != NULL) {
        sl_origin origin = s->rows.rows[t->last]->origin;
        origin.time = t->oldest;
        origin.position = 0;
        origin.copy = (uint32_t)s->given++; /* rows that are no events have nothing else */
        batch->origins = &origin;
        status = sl_sorter_add(&s->results, batch);
    }
    sl_arena_reset(&s->scratch);
    return status;
}

/* A new transaction without events. TRANSACTION_NONE when memory ends. */
static uint32_t transaction_open(transaction_stage *s)
{
    uint32_t number = s->free;
    if (number == TRANSACTION_NONE) {
        if (s->count == s->capacity) {
            uint32_t capacity = s->capacity == 0 ? 64 : s->capacity * 2;
            transaction *list = sl_realloc(s->list, capacity * sizeof *list);
            if (list == NULL) return TRANSACTION_NONE;
            s->list = list;
            s->capacity = capacity;
        }
        number = s->count++;
        s->list[number] = (transaction){.generation = 0};
    } else {
        s->free = s->list[number].next_free;
    }
    uint32_t generation = s->list[number].generation;
    s->list[number] = (transaction){.generation = generation, .open = true};
    return number;
}

/* Keeps the event's row. */
static sl_status transaction_store(transaction_stage *s, const transaction_event *event)
{
    if (s->rows.count > 2 * s->live_rows + TRANSACTION_WASTE_ROWS) {
        sl_status status = transaction_sweep(s);
        if (status != SL_OK) return status;
    }
    if (s->rows.count == s->next_capacity) {
        size_t capacity = s->next_capacity == 0 ? 64 : s->next_capacity * 2;
        uint32_t *next = sl_realloc(s->next, capacity * sizeof *next);
        if (next == NULL) return SL_NOMEM;
        s->next = next;
        s->next_capacity = capacity;
    }
    if (s->rows.count == UINT32_MAX) return SL_LIMIT;
    return sl_rows_add_one(&s->rows, event->batch, event->row);
}

/* The event joins transaction `number`, which takes over keys that it did not have. */
static sl_status transaction_join(transaction_stage *s, uint32_t number,
                                  const transaction_event *event)
{
    sl_status status = transaction_store(s, event);
    if (status != SL_OK) return status;
    transaction *t = &s->list[number];
    uint32_t row = (uint32_t)(s->rows.count - 1);
    if (t->count++ == 0) {
        t->rows = row;
        t->newest = event->time;
    } else {
        s->next[t->last] = row;
    }
    t->last = row;
    t->oldest = event->time;
    t->touched = ++s->clock;
    t->started |= event->starts;
    t->ended |= event->ends && t->count == 1;
    s->live_rows++;
    uint32_t mask = t->mask | event->mask;
    if (mask == t->mask) return SL_OK;
    for (uint32_t k = 0; k < s->how.key_count; k++)
        if ((t->mask >> k & 1) == 0) t->keys[k] = event->keys[k];
    t->mask = mask;
    return transaction_enter(s, number) ? SL_OK : SL_LIMIT;
}

/* True when the event is too far away for the transaction. */
static bool transaction_is_past(const transaction_stage *s, const transaction *t, sl_time time)
{
    const sl_op_transaction *op = &s->stage.op->transaction;
    if (time == SL_TIME_NONE || t->oldest == SL_TIME_NONE || t->newest == SL_TIME_NONE)
        return false;
    return (op->span_max >= 0 && t->newest - time > op->span_max)
        || (op->pause_max >= 0 && t->oldest - time > op->pause_max);
}

/* The transaction that the event is to join, open or new. TRANSACTION_NONE with a status when that
 * fails. */
static uint32_t transaction_choose(transaction_stage *s, const transaction_event *event,
                                   sl_status *status)
{
    for (;;) {
        uint32_t number = transaction_find(s, event);
        if (number == TRANSACTION_NONE) break;
        bool past = transaction_is_past(s, &s->list[number], event->time);
        /* With one condition for both ends, the second event that meets it is the start. */
        bool full = event->ends && !event->starts;
        if (!past && !full) return number;
        *status = transaction_close(s, number, past);
        if (*status != SL_OK) return TRANSACTION_NONE;
        if (full && !past) break;
    }
    uint32_t number = transaction_open(s);
    if (number == TRANSACTION_NONE) *status = SL_NOMEM;
    else if (s->how.key_count == 0) s->alone = number;
    return number;
}

static sl_status transaction_place(transaction_stage *s, transaction_event *event)
{
    const sl_op_transaction *op = &s->stage.op->transaction;
    sl_status status = SL_OK;
    uint32_t number = transaction_choose(s, event, &status);
    if (status != SL_OK) return status;
    bool is_new = s->list[number].count == 0;
    if (is_new && event->ends) event->starts = false;
    status = transaction_join(s, number, event);
    if (status != SL_OK) return status;
    const transaction *t = &s->list[number];
    if (event->starts) return transaction_close(s, number, /* limit= */ false);
    bool limit = op->events_max != 0 && t->count >= op->events_max;
    return limit ? transaction_close(s, number, /* limit= */ true) : SL_OK;
}

/* The rows for which `expr` is true, as flags by row; NULL when memory ends. */
static const bool *transaction_flags(const transaction_stage *s, const sl_expr *expr,
                                     const sl_batch *batch)
{
    bool *set = SL_ARENA_ARRAY(batch->arena, batch->row_count, bool);
    uint32_t *rows = SL_ARENA_ARRAY(batch->arena, batch->selected, uint32_t);
    if (set == NULL || rows == NULL || expr == NULL) return set;
    uint32_t count;
    if (sl_eval_filter(expr, batch, batch->rows, batch->selected, s->stage.env.context, rows,
                       &count)
        != SL_OK)
        return NULL;
    for (uint32_t i = 0; i < count; i++) set[rows[i]] = true;
    return set;
}

/* Reads the event's keys. False when memory ends. */
static bool transaction_read(transaction_stage *s, const sl_keyed *in, transaction_event *event)
{
    event->mask = 0;
    for (uint32_t k = 0; k < s->how.key_count; k++) {
        sl_value v = in->keys[k] == NULL ? sl_missing() : in->keys[k][event->row];
        if (sl_is_missing(v) || (v.kind == SL_LIST && v.length == 0)) continue;
        sl_buffer_clear(&s->key);
        sl_value_encode(&s->key, v);
        event->keys[k] =
            s->key.failed ? SL_MAP_NONE : sl_map_add(&s->values, sl_buffer_text(&s->key));
        if (event->keys[k] == SL_MAP_NONE) return false;
        event->mask |= 1u << k;
    }
    return true;
}

static sl_status transaction_check(const transaction_stage *s)
{
    size_t bytes = s->memory.bytes_used + s->values.names.bytes_used + s->parts.names.bytes_used
        + sl_rows_bytes(&s->rows);
    if (bytes <= s->stage.env.bytes_max) return SL_OK;
    return sl_stage_limit(&s->stage.env, "'transaction'", bytes);
}

static sl_status transaction_take(void *context, sl_batch *batch)
{
    transaction_stage *s = context;
    const sl_op_transaction *op = &s->stage.op->transaction;
    sl_keyed in;
    const bool *starts = transaction_flags(s, op->starts, batch);
    const bool *ends = transaction_flags(s, op->ends, batch);
    if (starts == NULL || ends == NULL || !sl_keyed_read(&s->how, batch, s->stage.env.context, &in))
        return SL_NOMEM;
    sl_status status = SL_OK;
    for (uint32_t r = 0; r < batch->selected && status == SL_OK; r++) {
        uint32_t row = batch->rows[r];
        transaction_event event = {.batch = batch,
                                   .row = row,
                                   .starts = starts[row],
                                   .ends = ends[row],
                                   .time = sl_keyed_time(&in, row)};
        if (!transaction_read(s, &in, &event)) return SL_NOMEM;
        if (event.mask == 0 && s->how.key_count > 0) continue;
        status = transaction_place(s, &event);
    }
    if (status == SL_LIMIT)
        return sl_stage_limit(&s->stage.env, "'transaction'", sl_rows_bytes(&s->rows));
    return status == SL_OK ? transaction_check(s) : status;
}

static sl_status transaction_finish(sl_stage *stage, sl_emit *emit, void *context)
{
    transaction_stage *s = (transaction_stage *)stage;
    sl_status status = sl_sorter_finish(&s->events, transaction_take, s);
    for (uint32_t n = 0; n < s->count && status == SL_OK; n++)
        if (s->list[n].open) status = transaction_close(s, n, /* limit= */ false);
    return status == SL_OK ? sl_sorter_finish(&s->results, emit, context) : status;
}

static void transaction_free(sl_stage *stage)
{
    transaction_stage *s = (transaction_stage *)stage;
    sl_sorter_fini(&s->events);
    sl_sorter_fini(&s->results);
    sl_rows_fini(&s->rows);
    sl_map_fini(&s->values);
    sl_map_fini(&s->parts);
    sl_arena_fini(&s->memory);
    sl_arena_fini(&s->scratch);
    sl_buffer_fini(&s->key);
    free(s->next);
    free(s->list);
    free(s->buckets);
    free(s);
}

sl_stage *sl_stage_transaction_new(const sl_op *op, const sl_stage_env *env)
{
    static const sl_stage_kind kind = {transaction_push, transaction_merge, transaction_finish,
                                       transaction_free, transaction_spill};
    transaction_stage *s = sl_calloc(1, sizeof *s);
    if (s == NULL) return NULL;
    s->stage = (sl_stage){.kind = &kind, .op = op, .env = *env};
    s->free = s->alone = TRANSACTION_NONE;
    s->how = (sl_keyed_op){.keys = op->transaction.keys,
                           .key_count = op->transaction.key_count,
                           .time = sl_keyed_time_field(env->plan)};
    s->sort = (sl_sort_key){.field = s->how.time, .descending = true, .order = SL_SORT_NUMBER};
    sl_order newest = {
        .keys = &s->sort, .key_count = s->how.time != SL_FIELD_NONE, .arrival = SL_ARRIVAL_NEWEST};
    sl_sorter_init(&s->events, &newest, env);
    sl_sorter_init(&s->results, &(sl_order){.arrival = SL_ARRIVAL_NEWEST}, env);
    s->results.numbering = SL_NUMBER_ROWS;
    sl_rows_init(&s->rows, env->bytes_max);
    sl_map_init(&s->values);
    sl_map_init(&s->parts);
    sl_arena_init(&s->memory, env->bytes_max);
    sl_arena_init(&s->scratch, /* bytes_max= */ 0);
    sl_buffer_init(&s->key);
    return &s->stage;
}
