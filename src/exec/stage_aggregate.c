/* stage_aggregate.c - one row for each distinct set of keys.
 *
 * Arguments are evaluated over the whole batch, then each row finds its group and steps its
 * aggregates, some rows at a time, so that they wait for memory together. A list among the keys
 * makes the row count once for every item, as SPL does; the number of combinations of one row is
 * limited.
 *
 * Over the budget, the groups go to the temporary file as partials, and the table begins anew; at
 * the end the parts of all tables are merged one by one. Finished rows go through a sorter, so they
 * need not fit either. */
#include "exec/groups.h"
#include "exec/keyed.h"
#include "exec/parts.h"
#include "exec/sorter.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"

enum {
    AGGREGATE_COMBINATIONS_MAX = 100000,
    AGGREGATE_AHEAD = 32, /* rows whose groups are looked up together */
    AGGREGATE_CHECK_BYTES = 32 * 1024,
    AGGREGATE_ROWS_BYTES = 1 << 20 /* of finished rows that go on together */
};

typedef struct aggregate_stage {
    sl_stage stage;
    sl_groups groups;
    sl_charge charge;
    sl_parts parts;
    uint32_t level; /* of the parts that the table is written to */
    sl_field time;  /* SPL's _time, SL_FIELD_NONE: not a field of the plan */
    sl_buffer record;
    sl_arena scratch;  /* of a group that is read */
    sl_sort_key *sort; /* by the keys */
    sl_sorter rows;    /* finished groups */
} aggregate_stage;

/* What an aggregate or the table says when it is full. */
static sl_status aggregate_full(const aggregate_stage *s, const char *what)
{
    size_t bytes = sl_groups_bytes(&s->groups);
    if (s->groups.memory.failed && bytes < s->stage.env.budget->bytes_max) return SL_NOMEM;
    if (s->groups.memory.failed) return sl_stage_limit(&s->stage.env, "one group", bytes);
    sl_fault_add(s->stage.env.context->faults, SL_FAULT_MEMORY, s->stage.env.context->query_name,
                 UINT64_MAX, "'%s' of one group holds at most %d values", what, SL_LIST_ITEMS_MAX);
    return SL_LIMIT;
}

static sl_status aggregate_write(void *stage, uint32_t number, sl_spill *spill)
{
    aggregate_stage *s = stage;
    sl_buffer_clear(&s->record);
    sl_groups_save(&s->groups, number, &s->record);
    if (s->record.failed) return SL_NOMEM;
    /* At the end the group has to be in memory, and its row beside it. */
    if (s->record.length > s->stage.env.budget->bytes_max / 2)
        return sl_stage_limit(&s->stage.env, "one group", 2 * s->record.length);
    return sl_spill_add(spill, sl_buffer_text(&s->record));
}

static void aggregate_clear(aggregate_stage *s)
{
    sl_groups_clear(&s->groups);
    (void)sl_charge_set(&s->charge, sl_groups_bytes(&s->groups));
}

/* Writes the groups in memory to `parts` and forgets them. */
static sl_status aggregate_empty(aggregate_stage *s, sl_parts *parts)
{
    sl_status status = sl_parts_add(parts, s->stage.env.spill, s->groups.hashes, s->groups.count,
                                    s->level, aggregate_write, s);
    aggregate_clear(s);
    sl_budget_trim();
    return status;
}

static sl_status aggregate_spill(sl_stage *stage)
{
    aggregate_stage *s = (aggregate_stage *)stage;
    return aggregate_empty(s, &s->parts);
}

/* True when enough has come since the last time, and the table has to give way. */
static bool aggregate_is_over(aggregate_stage *s)
{
    size_t bytes = sl_groups_bytes(&s->groups);
    return bytes >= s->charge.bytes + AGGREGATE_CHECK_BYTES && sl_charge_set(&s->charge, bytes);
}

static sl_status aggregate_check(aggregate_stage *s)
{
    return aggregate_is_over(s) ? aggregate_empty(s, &s->parts) : SL_OK;
}

static bool aggregate_time(sl_value v, sl_time *out)
{
    double seconds;
    if (v.kind == SL_MOMENT) {
        *out = v.integer;
        return true;
    }
    if (!sl_value_number(v, &seconds) || !(fabs(seconds) < (double)INT64_MAX / SL_SECOND))
        return false;
    *out = (sl_time)llround(seconds * (double)SL_SECOND);
    return true;
}

/* Where the row stands. One that is no event any more has the time that its _time says. */
static sl_rank aggregate_rank(const sl_keyed *in, uint32_t row)
{
    sl_rank rank = sl_origin_rank(&in->batch->origins[row]);
    sl_time time;
    if (rank.time == SL_TIME_NONE && in->times != NULL && aggregate_time(in->times[row], &time))
        rank.time = time;
    return rank;
}

/* A row whose group is to be found. */
typedef struct aggregate_row {
    uint32_t row;
    uint64_t hash; /* of the keys */
    sl_value *keys;
} aggregate_row;

static sl_status aggregate_step(aggregate_stage *s, const sl_keyed *in, const aggregate_row *one)
{
    const sl_op_aggregate *op = s->groups.op;
    uint32_t row = one->row;
    const sl_origin *origin = &in->batch->origins[row];
    sl_group *group = sl_groups_find(&s->groups, one->keys, one->hash, origin);
    if (group == NULL && s->groups.memory.failed && s->groups.count > 0) {
        sl_status status = aggregate_empty(s, &s->parts);
        if (status != SL_OK) return status;
        group = sl_groups_find(&s->groups, one->keys, one->hash, origin);
    }
    if (group == NULL) return s->groups.memory.failed ? aggregate_full(s, "") : SL_NOMEM;
    sl_rank rank = aggregate_rank(in, row);
    for (uint32_t i = 0; i < op->item_count; i++) {
        sl_value args[SL_FN_ARGS_TYPED];
        for (uint32_t a = 0; a < op->items[i].arg_count; a++)
            args[a] = in->args[i][a].values[(size_t)row * in->args[i][a].stride];
        sl_status status = sl_groups_step(&s->groups, group, i, args, &rank);
        if (status == SL_LIMIT) status = aggregate_full(s, op->items[i].agg->name);
        if (status != SL_OK) return status;
    }
    return aggregate_check(s);
}

/* Counts through the items of the list keys like the digits of a number. */
static bool aggregate_next(const sl_value *keys, uint32_t key_count, uint32_t *digits)
{
    for (uint32_t k = key_count; k-- > 0;) {
        if (keys[k].kind != SL_LIST) continue;
        if (++digits[k] < keys[k].length) return true;
        digits[k] = 0;
    }
    return false;
}

static sl_status aggregate_expanded(aggregate_stage *s, const sl_keyed *in,
                                    const aggregate_row *row)
{
    uint32_t key_count = s->groups.op->key_count;
    const sl_value *keys = row->keys;
    aggregate_row one = {.row = row->row,
                         .keys = SL_ARENA_ARRAY(in->batch->arena, key_count, sl_value)};
    uint32_t *digits = SL_ARENA_ARRAY(in->batch->arena, key_count, uint32_t);
    if (one.keys == NULL || digits == NULL) return SL_NOMEM;
    for (uint32_t n = 0; n < AGGREGATE_COMBINATIONS_MAX; n++) {
        for (uint32_t k = 0; k < key_count; k++)
            one.keys[k] = keys[k].kind == SL_LIST ? keys[k].items[digits[k]] : keys[k];
        one.hash = sl_groups_hash(&s->groups, one.keys);
        sl_status status = aggregate_step(s, in, &one);
        if (status != SL_OK) return status;
        if (!aggregate_next(keys, key_count, digits)) return SL_OK;
    }
    sl_fault_add(s->stage.env.context->faults, SL_FAULT_RESULT_LIMIT,
                 s->stage.env.context->query_name, UINT64_MAX,
                 "a row with more than %d combinations of key values was cut",
                 AGGREGATE_COMBINATIONS_MAX);
    return SL_OK;
}

typedef enum aggregate_keys {
    AGGREGATE_NO_GROUP,
    AGGREGATE_ONE_GROUP,
    AGGREGATE_GROUPS
} aggregate_keys;

/* Gathers the row's keys, and says how many groups it belongs to. */
static aggregate_keys aggregate_gather(const sl_op_aggregate *op, const sl_keyed *in,
                                       const aggregate_row *row)
{
    bool list = false, lacks = false;
    for (uint32_t k = 0; k < op->key_count; k++) {
        sl_value *key = &row->keys[k];
        *key = in->keys[k] == NULL ? sl_missing() : in->keys[k][row->row];
        if (key->kind == SL_LIST && key->length == 0) *key = sl_missing();
        lacks |= key->kind == SL_MISSING;
        list |= key->kind == SL_LIST;
    }
    if (lacks && !op->missing_keys) return AGGREGATE_NO_GROUP;
    return list && op->expand_keys ? AGGREGATE_GROUPS : AGGREGATE_ONE_GROUP;
}

/* The rows from `from` on, as many as are looked up together. `ahead` has room for them. */
static sl_status aggregate_some(aggregate_stage *s, const sl_keyed *in, uint32_t from,
                                aggregate_row *ahead)
{
    const sl_batch *batch = in->batch;
    uint32_t count = 0, end = batch->selected - from;
    if (end > AGGREGATE_AHEAD) end = AGGREGATE_AHEAD;
    sl_status status = SL_OK;
    for (uint32_t i = 0; i < end && status == SL_OK; i++) {
        aggregate_row *row = &ahead[count];
        row->row = batch->rows[from + i];
        aggregate_keys keys = aggregate_gather(s->groups.op, in, row);
        if (keys == AGGREGATE_GROUPS) status = aggregate_expanded(s, in, row);
        if (keys == AGGREGATE_NO_GROUP)
            sl_stage_drop(&s->stage, row->keys, s->groups.op->key_count);
        if (keys != AGGREGATE_ONE_GROUP) continue;
        row->hash = sl_groups_hash(&s->groups, row->keys);
        sl_groups_await_slot(&s->groups, row->hash);
        count++;
    }
    for (uint32_t i = 0; i < count; i++) sl_groups_await_group(&s->groups, ahead[i].hash);
    for (uint32_t i = 0; i < count && status == SL_OK; i++)
        status = aggregate_step(s, in, &ahead[i]);
    return status;
}

static sl_status aggregate_push(sl_stage *stage, sl_batch *batch)
{
    aggregate_stage *s = (aggregate_stage *)stage;
    const sl_op_aggregate *op = s->groups.op;
    const sl_keyed_op asked = {op->keys, op->key_count, op->items, op->item_count, s->time};
    uint32_t key_count = op->key_count;
    sl_keyed in;
    aggregate_row ahead[AGGREGATE_AHEAD];
    if (!sl_keyed_read(&asked, batch, stage->env.context, &in)) return SL_NOMEM;
    sl_value *keys = SL_ARENA_ARRAY(batch->arena, (size_t)AGGREGATE_AHEAD * key_count, sl_value);
    if (keys == NULL) return SL_NOMEM;
    for (uint32_t i = 0; i < AGGREGATE_AHEAD; i++) ahead[i].keys = keys + (size_t)i * key_count;
    sl_status status = SL_OK;
    for (uint32_t i = 0; i < batch->selected && status == SL_OK; i += AGGREGATE_AHEAD)
        status = aggregate_some(s, &in, i, ahead);
    return status;
}

/* Moves the groups and the parts of `from` over. */
static sl_status aggregate_merge(sl_stage *into, sl_stage *from)
{
    aggregate_stage *a = (aggregate_stage *)into, *b = (aggregate_stage *)from;
    sl_status status = SL_OK;
    if (b->parts.count > 0 || sl_budget_is_tight(a->stage.env.budget))
        status = aggregate_spill(from);
    for (uint32_t g = 0; g < b->groups.count && status == SL_OK; g++) {
        status = sl_groups_merge_one(&a->groups, &b->groups, g);
        if (status == SL_LIMIT) status = aggregate_full(a, into->op->command);
        if (status == SL_OK) status = aggregate_check(a);
    }
    return status == SL_OK ? sl_parts_take(&a->parts, &b->parts) : status;
}

/* A batch of finished groups, as many as there is room for. */
typedef struct aggregate_rows {
    sl_batch *batch;
    sl_origin *origins;
    sl_value **columns; /* keys, then results */
} aggregate_rows;

static bool aggregate_rows_new(const sl_op_aggregate *op, uint32_t row_count, sl_arena *arena,
                               aggregate_rows *out)
{
    uint32_t column_count = op->key_count + op->item_count;
    out->batch = sl_batch_new(arena, row_count);
    out->origins = SL_ARENA_ARRAY(arena, row_count, sl_origin);
    out->columns = SL_ARENA_ARRAY(arena, column_count, sl_value *);
    if (out->batch == NULL || out->origins == NULL || out->columns == NULL) return false;
    out->batch->origins = out->origins;
    out->batch->selected = 0;
    for (uint32_t c = 0; c < column_count; c++) {
        sl_field field = c < op->key_count ? op->keys[c] : op->items[c - op->key_count].out;
        out->columns[c] = sl_batch_column_new(out->batch);
        if (out->columns[c] == NULL || !sl_batch_set(out->batch, field, out->columns[c]))
            return false;
    }
    return true;
}

static void aggregate_rows_add(const aggregate_stage *s, const sl_group *group,
                               aggregate_rows *rows, sl_arena *arena)
{
    const sl_op_aggregate *op = s->groups.op;
    uint32_t row = rows->batch->selected++;
    rows->origins[row] = group->first;
    for (uint32_t k = 0; k < op->key_count; k++) rows->columns[k][row] = group->keys[k];
    for (uint32_t i = 0; i < op->item_count; i++)
        rows->columns[op->key_count + i][row] = sl_groups_finish(&s->groups, group, i, arena);
}

/* Finishes the groups in memory and hands their rows to the sorter. */
static sl_status aggregate_give(aggregate_stage *s, sl_arena *arena)
{
    uint32_t count = s->groups.count, batch_rows = s->stage.env.batch_rows;
    sl_status status = SL_OK;
    for (uint32_t g = 0; g < count && status == SL_OK;) {
        aggregate_rows rows;
        uint32_t room = count - g < batch_rows ? count - g : batch_rows;
        if (!aggregate_rows_new(s->groups.op, room, arena, &rows)) return SL_NOMEM;
        size_t start = arena->bytes_used;
        for (; room > 0 && arena->bytes_used - start < AGGREGATE_ROWS_BYTES; room--)
            aggregate_rows_add(s, s->groups.groups[g++], &rows, arena);
        status = arena->failed ? SL_NOMEM : sl_sorter_add(&s->rows, rows.batch);
        sl_arena_reset(arena);
    }
    return status;
}

/* A part on its way back into memory; what is too much goes to parts of its own. */
typedef struct aggregate_part {
    aggregate_stage *stage;
    sl_parts deeper;
} aggregate_part;

static sl_status aggregate_read_group(void *context, sl_text record)
{
    aggregate_part *part = context;
    aggregate_stage *s = part->stage;
    sl_status status = sl_groups_load(&s->groups, record, &s->scratch);
    if (status == SL_LIMIT) return aggregate_full(s, s->stage.op->command);
    if (status != SL_OK || !aggregate_is_over(s)) return status;
    /* Rows that are finished already give way first, if they are the more. */
    if (sl_sorter_bytes(&s->rows) > s->charge.bytes) return sl_sorter_spill(&s->rows);
    if (s->groups.count > 1 && s->level < SL_PARTS_LEVELS) return aggregate_empty(s, &part->deeper);
    return s->charge.bytes <= s->stage.env.budget->bytes_max
        ? SL_OK
        : sl_stage_limit(&s->stage.env, "one group", s->charge.bytes);
}

/* Merges each part and finishes its groups; the table is empty before and after. */
static sl_status aggregate_finish_parts(aggregate_stage *s, const sl_parts *parts, uint32_t level,
                                        sl_arena *arena)
{
    sl_status status = SL_OK;
    for (uint32_t p = 0; p < SL_PARTS && status == SL_OK; p++) {
        aggregate_part part = {.stage = s};
        s->level = level + 1;
        status = sl_parts_each(parts, p, aggregate_read_group, &part);
        if (status == SL_OK && part.deeper.count == 0) status = aggregate_give(s, arena);
        else if (status == SL_OK) status = aggregate_empty(s, &part.deeper);
        aggregate_clear(s);
        if (status == SL_OK && part.deeper.count > 0)
            status = aggregate_finish_parts(s, &part.deeper, level + 1, arena);
        sl_parts_fini(&part.deeper);
    }
    return status;
}

/* Without keys there is a row even when there were none to count, if the language says so. */
static sl_status aggregate_empty_row(aggregate_stage *s)
{
    const sl_op_aggregate *op = s->groups.op;
    if (op->key_count > 0 || s->groups.count > 0 || s->parts.count > 0 || !op->empty_row)
        return SL_OK;
    sl_origin nowhere = {.time = SL_TIME_NONE};
    return sl_groups_at(&s->groups, NULL, &nowhere) == NULL ? SL_NOMEM : SL_OK;
}

static void aggregate_report_cut(const aggregate_stage *s, uint64_t cut)
{
    if (cut == 0) return;
    sl_fault_add(s->stage.env.context->faults, SL_FAULT_RESULT_LIMIT,
                 s->stage.env.context->query_name, UINT64_MAX,
                 "'%s' keeps %llu groups, %llu more were left out", s->stage.op->command,
                 (unsigned long long)s->groups.op->group_max, (unsigned long long)cut);
}

static sl_status aggregate_finish(sl_stage *stage, sl_emit *emit, void *context)
{
    aggregate_stage *s = (aggregate_stage *)stage;
    sl_arena arena;
    sl_arena_init(&arena, /* bytes_max= */ 0);
    uint64_t cut;
    sl_status status = aggregate_empty_row(s);
    /* Rows beside a table of more than half of the budget would not fit. */
    if (status == SL_OK && (s->parts.count > 0 || sl_budget_is_tight(stage->env.budget)))
        status = aggregate_empty(s, &s->parts);
    if (status == SL_OK) status = aggregate_give(s, &arena);
    aggregate_clear(s);
    if (status == SL_OK && s->parts.count > 0)
        status = aggregate_finish_parts(s, &s->parts, /* level= */ 0, &arena);
    sl_arena_fini(&arena);
    if (status == SL_OK) status = sl_sorter_settle(&s->rows, &cut);
    if (status != SL_OK) return status;
    aggregate_report_cut(s, cut);
    return sl_sorter_finish(&s->rows, emit, context);
}

static void aggregate_free(sl_stage *stage)
{
    aggregate_stage *s = (aggregate_stage *)stage;
    (void)sl_charge_set(&s->charge, 0);
    sl_groups_fini(&s->groups);
    sl_parts_fini(&s->parts);
    sl_sorter_fini(&s->rows);
    sl_buffer_fini(&s->record);
    sl_arena_fini(&s->scratch);
    free(s->sort);
    free(s);
}

/* By the keys (SPL), else by the groups' first rows. */
static bool aggregate_init_rows(aggregate_stage *s, const sl_op_aggregate *op)
{
    s->sort = sl_calloc(op->key_count + 1, sizeof *s->sort);
    if (s->sort == NULL) return false;
    for (uint32_t k = 0; k < op->key_count; k++) s->sort[k].field = op->keys[k];
    sl_order order = {.keys = s->sort,
                      .key_count = op->key_count,
                      .arrival = SL_ARRIVAL_OLDEST,
                      .place_first = !op->sort_keys};
    sl_sorter_init(&s->rows, &order, &s->stage.env);
    s->rows.numbering = SL_NUMBER_ANEW;
    s->rows.limit = op->group_max;
    return true;
}

sl_stage *sl_stage_aggregate_new(const sl_op *op, const sl_stage_env *env)
{
    static const sl_stage_kind kind = {aggregate_push, aggregate_merge, aggregate_finish,
                                       aggregate_free, aggregate_spill};
    aggregate_stage *s = sl_calloc(1, sizeof *s);
    if (s == NULL) return NULL;
    s->stage = (sl_stage){.kind = &kind, .op = op, .env = *env};
    s->charge.budget = env->budget;
    s->time = env->plan->language == SL_LANG_SPL
        ? sl_fields_find(&env->plan->fields, SL_TEXT("_time"))
        : SL_FIELD_NONE;
    sl_buffer_init(&s->record);
    sl_arena_init(&s->scratch, /* bytes_max= */ 0);
    sl_status status =
        sl_groups_init(&s->groups, &op->aggregate, env->context, env->budget->bytes_max / 2 * 3);
    if (status == SL_OK && aggregate_init_rows(s, &op->aggregate)) return &s->stage;
    aggregate_free(&s->stage);
    return NULL;
}
