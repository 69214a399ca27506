/* agg_spark.c - sparkline: how many values there were in each stretch of time.
 *
 * Counts stand in at most a hundred bins of one width. When the times need more room the width
 * grows, always to a multiple of the one before, so that bins merge whole: the result depends on
 * the times alone, not on the order in which they came. */
#include "func/agg_kit.h"
#include "func/aggregates.h"

/* The last width, of 2^12 days: a hundred bins reach over all the time there is. */
enum { SPARK_BINS = 100, SPARK_WIDTH_DAY = 9, SPARK_WIDTH_MAX = SPARK_WIDTH_DAY + 12 };

typedef struct spark_state {
    int64_t *counts; /* SPARK_BINS of them; NULL: no value yet */
    int64_t first;   /* the number of the first bin, by width, since the epoch */
    uint32_t used;   /* bins from the first to the last that has a value */
    uint32_t width;
} spark_state;

_Static_assert(sizeof(spark_state) <= SL_AGG_SPARK_BYTES, "room for the state");

/* In seconds; each is a multiple of the one before. Above a day they double. */
static sl_time spark_width(uint32_t width)
{
    static const int64_t seconds[SPARK_WIDTH_DAY + 1] = {1,   5,   10,   30,   60,
                                                         300, 600, 1800, 3600, 86400};
    if (width <= SPARK_WIDTH_DAY) return seconds[width] * SL_SECOND;
    return (seconds[SPARK_WIDTH_DAY] * SL_SECOND) << (width - SPARK_WIDTH_DAY);
}

static int64_t spark_floor(int64_t value, int64_t width)
{
    return value / width - (value % width < 0 ? 1 : 0);
}

/* Merges bins into those of the next width. */
static void spark_widen(spark_state *s)
{
    sl_time old = spark_width(s->width), wide = spark_width(++s->width);
    int64_t first = spark_floor(s->first * old, wide);
    int64_t counts[SPARK_BINS] = {0};
    uint32_t used = 0;
    for (uint32_t i = 0; i < s->used; i++) {
        uint32_t at = (uint32_t)(spark_floor((s->first + i) * old, wide) - first);
        counts[at] += s->counts[i];
        used = at + 1;
    }
    memcpy(s->counts, counts, sizeof counts);
    s->first = first;
    s->used = used;
}

/* Adds `count` values at `time`. */
static sl_status spark_add(sl_arena *memory, spark_state *s, sl_time time, int64_t count)
{
    if (s->counts == NULL) {
        s->counts = SL_ARENA_ARRAY(memory, SPARK_BINS, int64_t);
        if (s->counts == NULL) return SL_LIMIT;
        s->first = spark_floor(time, spark_width(s->width));
        s->used = 1;
    }
    for (;;) {
        int64_t bin = spark_floor(time, spark_width(s->width));
        int64_t first = bin < s->first ? bin : s->first;
        int64_t last = s->first + s->used - 1 > bin ? s->first + s->used - 1 : bin;
        if (last - first >= SPARK_BINS) {
            spark_widen(s);
            continue;
        }
        if (first < s->first) {
            size_t shift = (size_t)(s->first - first);
            memmove(s->counts + shift, s->counts, s->used * sizeof *s->counts);
            memset(s->counts, 0, shift * sizeof *s->counts);
        }
        s->first = first;
        s->used = (uint32_t)(last - first + 1);
        s->counts[bin - first] += count;
        return SL_OK;
    }
}

/* Not narrower than `width`. */
static void spark_match(spark_state *s, uint32_t width)
{
    while (s->width < width) {
        if (s->counts == NULL) s->width++;
        else spark_widen(s);
    }
}

sl_status sl_agg_spark_step(const sl_agg_call *call, void *state, const sl_value *args,
                            uint32_t arg_count, const sl_rank *rank)
{
    uint32_t count = 1;
    sl_time time = sl_agg_timed_rank(rank, args, arg_count).time;
    /* Where a bin of any width begins must be a time, too. */
    const sl_time earliest = INT64_MIN + spark_width(SPARK_WIDTH_MAX);
    if (time == SL_TIME_NONE) return SL_OK;
    if (time < earliest) time = earliest;
    if (arg_count > 0) (void)sl_agg_items(&args[0], &count);
    return count == 0 ? SL_OK : spark_add(call->memory, state, time, count);
}

sl_status sl_agg_spark_merge(const sl_agg_call *call, void *into, const void *from)
{
    const spark_state *other = from;
    spark_match(into, other->width);
    sl_status status = SL_OK;
    for (uint32_t i = 0; i < other->used && status == SL_OK; i++)
        if (other->counts[i] != 0)
            status = spark_add(call->memory, into, (other->first + i) * spark_width(other->width),
                               other->counts[i]);
    return status;
}

/* As the vendor writes it where nothing is drawn: a mark, and the counts. */
sl_value sl_agg_spark_finish(const sl_agg_call *call, const void *state, sl_arena *arena)
{
    (void)call;
    const spark_state *s = state;
    if (s->counts == NULL) return sl_missing();
    sl_value *items = SL_ARENA_ARRAY(arena, s->used + 1u, sl_value);
    if (items == NULL) return sl_missing();
    items[0] = sl_string(SL_TEXT("##__SPARKLINE__##"));
    for (uint32_t i = 0; i < s->used; i++) items[i + 1] = sl_integer(s->counts[i]);
    return sl_list(items, s->used + 1);
}

void sl_agg_spark_save(const void *state, sl_buffer *out)
{
    const spark_state *s = state;
    sl_save_number(out, s->width);
    sl_save_number(out, (uint64_t)s->first);
    sl_save_number(out, s->used);
    for (uint32_t i = 0; i < s->used; i++) sl_save_number(out, (uint64_t)s->counts[i]);
}

sl_status sl_agg_spark_load(const sl_agg_call *call, void *into, sl_text saved)
{
    sl_saved from = {.bytes = saved};
    int64_t counts[SPARK_BINS];
    uint64_t width = sl_load_number(&from);
    int64_t first = (int64_t)sl_load_number(&from);
    uint64_t used = sl_load_number(&from);
    if (from.failed || used > SPARK_BINS || width > SPARK_WIDTH_MAX) return SL_CORRUPT;
    int64_t limit = INT64_MAX / spark_width((uint32_t)width) - SPARK_BINS;
    if (first > limit || first < -limit) return SL_CORRUPT;
    for (uint64_t i = 0; i < used; i++) {
        counts[i] = (int64_t)sl_load_number(&from);
        if (counts[i] < 0) return SL_CORRUPT;
    }
    if (from.failed) return SL_CORRUPT;
    spark_state other = {
        .counts = counts, .first = first, .used = (uint32_t)used, .width = (uint32_t)width};
    return sl_agg_spark_merge(call, into, &other);
}
