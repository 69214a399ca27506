/* read.c - the walk over a batch, then time and identity of each event. */
#include "exec/read.h"

#include <assert.h>
#include <stdlib.h>

#include "base/calendar.h"
#include "base/memory.h"
#include "base/number.h"

enum {
    READ_BATCH_FIELDS = 16 * 1024,
    READ_ROWS_FIRST = 256,
    READ_ROWS_STEP = 32 /* rows that are set to missing together */
};

/* The values of a format's records in wait. */
typedef struct read_sheet {
    sl_arena arena; /* of lists and texts */
    sl_value **columns;
    sl_value *values; /* of all columns, one behind the other */
    sl_demand named;  /* the scan's; closed when leaves can wait */
    bool waits;
    uint32_t capacity; /* rows */
    uint32_t ready;    /* rows that are set to missing, or filled */
} read_sheet;

/* The day of the time read last, as it begins in a log: times come in order. */
typedef struct read_day {
    char date[11]; /* "2023-07-10T" */
    sl_time midnight;
} read_day;

struct sl_read {
    const sl_program *program;
    uint32_t batch_rows;
    read_sheet *sheets;        /* by format */
    sl_walk_into *into;        /* by format */
    sl_walk *walk, *leaf_walk; /* the second where leaves can wait */
    sl_faults *faults;
    read_day day;
    sl_reading_batch batch;
    sl_leaves leaves[SL_READING_COUNT];
    uint32_t *flags; /* by row of the batch: what was said of it */
    uint32_t row;    /* being walked */
    bool too_many;   /* it has more fields than the limit */
};

static bool read_is_open(const sl_demand *demand)
{
    for (int i = 0; i < SL_READING_COUNT; i++)
        if (demand->open[i]) return true;
    return false;
}

/* True when each search that wants leaves says first which events it wants. */
static bool read_can_wait(const sl_scan *scan)
{
    for (uint32_t r = 0; r < scan->route_count; r++) {
        const sl_op *first = scan->routes[r].pipe.first;
        if (scan->routes[r].open && (first == NULL || first->kind != SL_OP_FILTER)) return false;
    }
    return read_is_open(&scan->demand);
}

sl_read *sl_read_new(const sl_program *program, uint32_t batch_rows, sl_faults *faults)
{
    sl_read *read = sl_calloc(1, sizeof *read);
    if (read == NULL) return NULL;
    read->program = program;
    read->batch_rows = batch_rows;
    read->faults = faults;
    for (int i = 0; i < SL_READING_COUNT; i++) sl_map_init(&read->leaves[i].names);
    read->walk = sl_walk_new();
    read->sheets = sl_calloc((size_t)program->scan_count + 1, sizeof *read->sheets);
    read->into = sl_calloc((size_t)program->scan_count + 1, sizeof *read->into);
    read->leaf_walk = sl_walk_new();
    if (read->walk == NULL || read->leaf_walk == NULL || read->sheets == NULL
        || read->into == NULL) {
        sl_read_free(read);
        return NULL;
    }
    for (uint32_t f = 0; f < program->scan_count; f++) {
        read_sheet *sheet = &read->sheets[f];
        sheet->waits = read_can_wait(&program->scans[f]);
        sheet->named = program->scans[f].demand;
        if (sheet->waits) memset(sheet->named.open, 0, sizeof sheet->named.open);
        sl_arena_init(&read->sheets[f].arena, /* bytes_max= */ 0);
        read->into[f].arena = &read->sheets[f].arena; /* its demand comes with its first record */
    }
    return read;
}

void sl_read_free(sl_read *read)
{
    if (read == NULL) return;
    sl_walk_free(read->walk);
    sl_walk_free(read->leaf_walk);
    for (int i = 0; i < SL_READING_COUNT; i++) {
        sl_map_fini(&read->leaves[i].names);
        free(read->leaves[i].columns);
        free(read->leaves[i].touched);
    }
    for (uint32_t f = 0; read->sheets != NULL && f < read->program->scan_count; f++) {
        sl_arena_fini(&read->sheets[f].arena);
        free(read->sheets[f].columns);
        free(read->sheets[f].values);
    }
    free(read->sheets);
    free(read->into);
    free(read);
}

/* --- sheets --- */

/* Room for `rows` rows, in columns of more than that. */
static bool sheet_reserve(read_sheet *sheet, uint32_t column_count, uint32_t rows)
{
    if (rows <= sheet->capacity) return true;
    uint32_t capacity = sheet->capacity == 0 ? READ_ROWS_FIRST : sheet->capacity;
    while (capacity < rows) capacity *= 2;
    sl_value *values = sl_malloc(((size_t)column_count * capacity + 1) * sizeof *values);
    if (sheet->columns == NULL)
        sheet->columns = sl_calloc((size_t)column_count + 1, sizeof(sl_value *));
    if (values == NULL || sheet->columns == NULL) {
        free(values);
        return false;
    }
    for (uint32_t c = 0; c < column_count; c++) {
        sl_value *column = values + (size_t)c * capacity;
        if (sheet->ready > 0) memcpy(column, sheet->columns[c], sheet->ready * sizeof *column);
        sheet->columns[c] = column;
    }
    free(sheet->values);
    sheet->values = values;
    sheet->capacity = capacity;
    return true;
}

/* Makes `rows` rows ready to be filled. False when memory ends. */
static bool sheet_prepare(read_sheet *sheet, uint32_t column_count, uint32_t rows)
{
    if (rows <= sheet->ready) return true;
    rows = (rows + READ_ROWS_STEP - 1) / READ_ROWS_STEP * READ_ROWS_STEP;
    if (!sheet_reserve(sheet, column_count, rows)) return false;
    for (uint32_t c = 0; c < column_count; c++)
        memset(sheet->columns[c] + sheet->ready, 0, (rows - sheet->ready) * sizeof(sl_value));
    sheet->ready = rows;
    return true;
}

const sl_walk_into *sl_read_sheets(const sl_read *read)
{
    return read->into;
}

void sl_read_next(sl_read *read, uint32_t format, uint32_t count)
{
    sl_walk_into *into = &read->into[format];
    read_sheet *sheet = &read->sheets[format];
    const sl_demand *demand = &sheet->named;
    into->row = count;
    if (SL_LIKELY(count < sheet->ready && into->demand != NULL)) return;
    /* Without memory the splitter reads no more, and the batch then fails. */
    bool ready = !read_is_open(demand) && sheet_prepare(sheet, demand->count, count + 1);
    into->demand = ready ? demand : NULL;
    into->columns = sheet->columns;
}

static void sheet_move(sl_value *value, sl_text from, const char *to)
{
    bool is_text = value->kind == SL_STRING || value->kind == SL_NUMBER || value->kind == SL_JSON;
    size_t at = (size_t)((uintptr_t)value->text - (uintptr_t)from.data);
    if (is_text && at < from.length) value->text = to + at;
}

void sl_read_move(sl_read *read, uint32_t format, uint32_t row, sl_text from, const char *to)
{
    read_sheet *sheet = &read->sheets[format];
    for (uint32_t c = 0; c < read->program->scans[format].demand.count; c++) {
        sl_value *value = &sheet->columns[c][row];
        sheet_move(value, from, to);
        if (value->kind != SL_LIST) continue;
        sl_value *items = (sl_value *)(uintptr_t)value->items; /* made by the walk, in the sheet */
        for (uint32_t i = 0; i < value->length; i++) sheet_move(&items[i], from, to);
    }
}

void sl_read_clear(sl_read *read, uint32_t format)
{
    sl_arena_reset(&read->sheets[format].arena);
    read->sheets[format].ready = 0;
    sl_read_next(read, format, /* count= */ 0);
}

/* --- leaves of open demands --- */

static bool leaves_reserve(sl_leaves *leaves, uint32_t number)
{
    if (number < leaves->capacity) return true;
    uint32_t capacity = leaves->capacity == 0 ? 64 : leaves->capacity * 2;
    sl_value **columns = sl_realloc(leaves->columns, capacity * sizeof *columns);
    if (columns == NULL) return false;
    leaves->columns = columns;
    uint32_t *touched = sl_realloc(leaves->touched, capacity * sizeof *touched);
    if (touched == NULL) return false;
    leaves->touched = touched;
    memset(columns + leaves->capacity, 0, (capacity - leaves->capacity) * sizeof *columns);
    leaves->capacity = capacity;
    return true;
}

/* A further value of a field that has some: lists grow by doubling, so that the elements of a long
 * array cost no more than their number. */
static sl_value leaves_append(sl_arena *arena, sl_value have, sl_value more)
{
    if (have.kind == SL_MISSING) return more;
    bool list = have.kind == SL_LIST;
    uint32_t count = list ? have.length : 1;
    sl_value *items = list ? (sl_value *)(uintptr_t)have.items : NULL;
    if ((count & (count - 1)) == 0) { /* full: room for twice as many */
        sl_value *grown = SL_ARENA_ARRAY(arena, (size_t)count * 2, sl_value);
        if (grown == NULL) return have;
        memcpy(grown, list ? have.items : &have, count * sizeof *grown);
        items = grown;
    }
    items[count] = more;
    return sl_list(items, count + 1);
}

/* The number of the leaf's name, or SL_MAP_NONE when the record, or the run, has too many. */
static uint32_t leaves_number(sl_leaves *leaves, sl_text name)
{
    bool full = leaves->names.count == SL_FIELDS_MAX || leaves->row_count == SL_RECORD_FIELDS_MAX;
    uint32_t number = full ? sl_map_find(&leaves->names, name) : sl_map_add(&leaves->names, name);
    leaves->failed |= number == SL_MAP_NONE && !full;
    return number;
}

static void read_leaf(void *context, sl_reading reading, sl_text name, sl_value value)
{
    sl_read *read = context;
    sl_leaves *leaves = &read->leaves[reading];
    if (value.kind == SL_MISSING) return;
    uint32_t number = leaves_number(leaves, name);
    if (number != SL_MAP_NONE && !leaves_reserve(leaves, number)) leaves->failed = true;
    if (leaves->failed) return;
    bool is_new = number == SL_MAP_NONE || leaves->columns[number] == NULL
        || leaves->columns[number][read->row].kind == SL_MISSING;
    if (number == SL_MAP_NONE || (is_new && leaves->row_count == SL_RECORD_FIELDS_MAX)) {
        read->too_many = true;
        return;
    }
    if (leaves->columns[number] == NULL) {
        leaves->columns[number] =
            SL_ARENA_ARRAY(read->batch.arena, read->batch.row_count, sl_value);
        if (leaves->columns[number] == NULL) return;
        leaves->touched[leaves->touched_count++] = number;
    }
    if (is_new) leaves->row_count++;
    sl_value *at = &leaves->columns[number][read->row];
    *at = leaves_append(read->batch.arena, *at, value);
}

/* True when the batch has as many columns as it should have: each has room for all its rows. */
static bool read_is_wide(const sl_read *read)
{
    for (int i = 0; i < SL_READING_COUNT; i++)
        if (read->leaves[i].touched_count >= READ_BATCH_FIELDS) return true;
    return false;
}

static void read_forget_leaves(sl_read *read)
{
    for (int i = 0; i < SL_READING_COUNT; i++) {
        sl_leaves *leaves = &read->leaves[i];
        for (uint32_t t = 0; t < leaves->touched_count; t++)
            leaves->columns[leaves->touched[t]] = NULL;
        leaves->touched_count = 0;
    }
}

static void read_report(sl_read *read, const sl_pending *record, uint32_t flags)
{
    static const struct {
        sl_walk_flags flag;
        sl_fault_kind kind;
        const char *reason;
    } reports[] = {
        {SL_WALK_DUPLICATE_KEY, SL_FAULT_DUPLICATE_KEY, "a key occurs twice in an object"},
        {SL_WALK_UTF8, SL_FAULT_UTF8, "bytes that are not UTF-8 read as U+FFFD"},
        {SL_WALK_BROKEN, SL_FAULT_NOT_JSON, "malformed JSON inside a record"},
        {SL_WALK_DEEP, SL_FAULT_DEEP, "nested too deep"},
    };
    for (size_t i = 0; i < SL_COUNT(reports); i++)
        if ((flags & (uint32_t)reports[i].flag) != 0)
            sl_fault_add(read->faults, reports[i].kind, record->input->path, record->record.offset,
                         "%s", reports[i].reason);
}

static void read_report_fields(sl_read *read, const sl_pending *record)
{
    if (read->too_many)
        sl_fault_add(read->faults, SL_FAULT_FIELDS, record->input->path, record->record.offset,
                     "more than %d fields", SL_RECORD_FIELDS_MAX);
}

/* An epoch in seconds, milliseconds, microseconds or nanoseconds, told by its size. Its decimals
 * are taken as they are written: a double does not have the digits for nanoseconds. */
static sl_time read_epoch(sl_text text, double number)
{
    int64_t scale = number < 1e11 ? SL_SECOND : number < 1e14 ? 1000000 : number < 1e17 ? 1000 : 1;
    double nanoseconds = number * (double)scale;
    if (number <= 0 || nanoseconds >= 9.2e18) return SL_TIME_NONE;
    size_t dot = sl_text_find_byte(text, '.', 0);
    int64_t time;
    if (!sl_integer_parse(sl_text_slice(text, 0, dot), &time)) return (sl_time)nanoseconds;
    /* 99999999999999999.0e-10: what stands before the dot is more than the number. */
    if (time > INT64_MAX / scale - 1) return (sl_time)nanoseconds;
    time *= scale;
    for (size_t i = dot == SIZE_MAX ? text.length : dot + 1; i < text.length; i++) {
        int digit = text.data[i] - '0';
        if (digit < 0 || digit > 9) return (sl_time)nanoseconds; /* an exponent */
        scale /= 10;
        time += digit * scale;
    }
    return time;
}

/* A number of two digits that is below `end`, or -1. */
static inline int read_pair(const char *at, int end)
{
    unsigned high = (unsigned)at[0] - '0', low = (unsigned)at[1] - '0';
    int pair = (int)(high * 10 + low);
    return high <= 9 && low <= 9 && pair < end ? pair : -1;
}

/* "2023-07-10T12:11:26Z" of the day that was read last. */
static bool read_same_day(const read_day *day, sl_text t, sl_time *out)
{
    const char *at = t.data;
    if (t.length != 20 || memcmp(at, day->date, sizeof day->date) != 0 || at[13] != ':'
        || at[16] != ':' || at[19] != 'Z')
        return false;
    int hour = read_pair(at + 11, 24), minute = read_pair(at + 14, 60);
    int second = read_pair(at + 17, 60);
    if ((hour | minute | second) < 0) return false;
    *out = day->midnight + (hour * 3600 + minute * 60 + second) * SL_SECOND;
    return true;
}

static bool read_iso(read_day *day, sl_text t, sl_time *out)
{
    if (SL_LIKELY(read_same_day(day, t, out))) return true;
    if (!sl_time_parse(t, out)) return false;
    int64_t of_day = *out % (SL_SECONDS_PER_DAY * SL_SECOND);
    if (t.length != 20 || t.data[10] != 'T' || t.data[19] != 'Z' || of_day < 0) return true;
    memcpy(day->date, t.data, sizeof day->date);
    day->midnight = *out - of_day;
    return true;
}

/* ISO text, or an epoch. */
static sl_time read_time(sl_read *read, sl_value v)
{
    char scratch[SL_VALUE_TEXT_MAX];
    sl_time time;
    double number;
    if (v.kind == SL_STRING && read_iso(&read->day, sl_value_bytes(v), &time)) return time;
    return sl_value_number(v, &number) ? read_epoch(sl_value_text(v, scratch), number)
                                       : SL_TIME_NONE;
}

/* From the first of the format's paths that has one. */
static sl_time read_time_of(sl_read *read, const sl_scan *scan, uint32_t row)
{
    sl_time time = SL_TIME_NONE;
    for (uint32_t i = 0; i < scan->schema->time_count && time == SL_TIME_NONE; i++)
        time = read_time(read, read->batch.columns[scan->time_columns[i]][row]);
    return time;
}

/* True when the walk may have ended before a rarer path of the time. They are spare, but when the
 * first path's key does not come, the walk reads to the end and meets them; as an open one does. */
static bool read_may_hide_time(const sl_read *read, const sl_scan *scan, const sl_demand *demand,
                               uint32_t row)
{
    if (scan->schema->time_count < 2 || read_is_open(demand)) return false;
    const sl_path *first = &scan->schema->time_paths[0];
    bool one_key = first->count == 1 && first->steps[0].kind == SL_STEP_KEY
        && sl_text_find_byte(first->steps[0].key, '.', 0) == SIZE_MAX;
    return !one_key || read->batch.columns[scan->time_columns[0]][row].kind != SL_MISSING;
}

/* Walks one record that is unread, and any a second time if its time must be looked for farther. */
static void read_record(sl_read *read, uint32_t format, uint32_t row)
{
    sl_reading_batch *batch = &read->batch;
    const sl_scan *scan = &read->program->scans[format];
    const sl_demand *demand = &read->sheets[format].named;
    const sl_pending *record = &batch->records[row];
    read->row = row;
    read->too_many = false;
    for (int i = 0; i < SL_READING_COUNT; i++) read->leaves[i].row_count = 0;
    sl_walk_into into = {demand, batch->columns, row, batch->arena};
    uint32_t flags = 0;
    if (!record->record.read) {
        sl_walk_want_spare(read->walk, false);
        flags = sl_walk_record(read->walk, record->record.text, &into, read_leaf, read);
    }
    sl_time time = read_time_of(read, scan, row);
    if (time == SL_TIME_NONE && read_may_hide_time(read, scan, demand, row)) {
        sl_walk_want_spare(read->walk, true);
        flags |= sl_walk_record(read->walk, record->record.text, &into, read_leaf, read);
        time = read_time_of(read, scan, row);
    }
    batch->origins[row] =
        (sl_origin){.time = time, .offset = record->record.offset, .input = record->input->number};
    read->flags[row] = flags;
    if (flags != 0) read_report(read, record, flags);
    read_report_fields(read, record);
}

/* An event's own id, else 128 bits of hash of the record. */
static bool read_identities(sl_read *read, const sl_scan *scan)
{
    sl_reading_batch *batch = &read->batch;
    batch->identities = SL_ARENA_ARRAY(batch->arena, batch->row_count, sl_value);
    if (batch->identities == NULL) return false;
    for (uint32_t row = 0; row < batch->row_count; row++) {
        sl_value id = sl_missing();
        for (uint32_t i = 0; i < scan->schema->identity_count && id.kind == SL_MISSING; i++) {
            sl_value v = batch->columns[scan->identity_columns[i]][row];
            if (v.kind == SL_STRING && v.length > 0) id = v;
        }
        if (id.kind == SL_MISSING) {
            sl_text record = batch->records[row].record.text;
            uint64_t hash[2] = {sl_hash_bytes(record.data, record.length, 1),
                                sl_hash_bytes(record.data, record.length, 2)};
            id = sl_json(sl_arena_copy(batch->arena, sl_text_make((const char *)hash, 16)));
        }
        batch->identities[row] = id;
    }
    return !batch->arena->failed;
}

/* What is not in the records but about them, for the rows of `raw`. */
static const sl_value *read_about(const sl_reading_batch *batch, const sl_batch *raw,
                                  uint32_t column)
{
    sl_value *values = sl_batch_column_new(raw);
    if (values == NULL) return NULL;
    for (uint32_t row = 0; row < raw->row_count; row++) {
        const sl_pending *record = &batch->records[row];
        if (column == SL_RAW_TIME) values[row] = sl_moment(raw->origins[row].time);
        else if (column == SL_RAW_TEXT) values[row] = sl_string(record->record.text);
        else values[row] = sl_string(record->input->path);
    }
    return values;
}

/* The schema's raw fields as a batch, for expressions of derived fields. */
static bool read_raw(sl_read *read, const sl_scan *scan)
{
    sl_batch *raw = sl_batch_new(read->batch.arena, read->batch.row_count);
    if (raw == NULL) return false;
    raw->origins = read->batch.origins;
    uint32_t field_count = sl_fields_count(&scan->schema->fields);
    for (sl_field field = 0; field < field_count; field++) {
        uint32_t column = scan->raw_columns[field];
        if (column == SL_RAW_UNWANTED) continue;
        const sl_value *values = column >= SL_RAW_SOURCE ? read_about(&read->batch, raw, column)
                                                         : read->batch.columns[column];
        if (values == NULL || !sl_batch_set(raw, field, values)) return false;
    }
    read->batch.raw = raw;
    return true;
}

const sl_reading_batch *sl_read_records(sl_read *read, uint32_t format, const sl_pending *records,
                                        uint32_t count, sl_arena *arena)
{
    sl_reading_batch *batch = &read->batch;
    const sl_scan *scan = &read->program->scans[format];
    read_sheet *sheet = &read->sheets[format];
    read_forget_leaves(read);
    *batch = (sl_reading_batch){
        .arena = arena, .row_count = count, .records = records, .leaves = read->leaves};
    batch->origins = SL_ARENA_ARRAY(arena, count, sl_origin);
    read->flags = SL_ARENA_ARRAY(arena, count, uint32_t);
    if (batch->origins == NULL || read->flags == NULL
        || !sheet_prepare(sheet, scan->demand.count, count))
        return NULL;
    batch->columns = sheet->columns;
    uint32_t row = 0;
    while (row < count && !read_is_wide(read)) read_record(read, format, row++);
    batch->row_count = row;
    for (int i = 0; i < SL_READING_COUNT; i++) arena->failed |= read->leaves[i].failed;
    arena->failed |= sheet->arena.failed;
    if (scan->identity_columns != NULL && !read_identities(read, scan)) return NULL;
    return read_raw(read, scan) && !arena->failed ? batch : NULL;
}

bool sl_read_waits(const sl_read *read, uint32_t format)
{
    return read->sheets[format].waits;
}

uint32_t sl_read_leaves(sl_read *read, uint32_t format, const uint32_t *rows, uint32_t count)
{
    sl_reading_batch *batch = &read->batch;
    const sl_demand *demand = &read->program->scans[format].demand;
    sl_arena *arena = batch->arena;
    /* What is asked by name was read before: here it goes nowhere. */
    sl_value **columns = SL_ARENA_ARRAY(arena, demand->count, sl_value *);
    sl_value *values = SL_ARENA_ARRAY(arena, demand->count, sl_value);
    if (columns == NULL || values == NULL) return 0;
    for (uint32_t c = 0; c < demand->count; c++) columns[c] = &values[c];
    sl_walk_into into = {demand, columns, 0, arena};
    read_forget_leaves(read);
    uint32_t done = 0;
    while (done < count && !read_is_wide(read)) {
        uint32_t row = rows[done++];
        const sl_pending *record = &batch->records[row];
        read->row = row;
        read->too_many = false;
        for (int i = 0; i < SL_READING_COUNT; i++) read->leaves[i].row_count = 0;
        sl_walk_clear(&into);
        uint32_t flags =
            sl_walk_record(read->leaf_walk, record->record.text, &into, read_leaf, read);
        if ((flags & ~read->flags[row]) != 0) read_report(read, record, flags & ~read->flags[row]);
        read_report_fields(read, record);
    }
    for (int i = 0; i < SL_READING_COUNT; i++) arena->failed |= read->leaves[i].failed;
    return arena->failed ? 0 : done;
}
