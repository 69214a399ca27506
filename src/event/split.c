/* split.c - a state machine over items: objects, arrays, strings, and what stands between them.
 *
 * Arrays that hold records are levels on a stack, whether they stand alone or in an envelope; an
 * envelope is left by skipping what follows its array. An object is inspected (inspect.h) from
 * its beginning, and scanned on for its end from where the inspection stopped, so that each byte
 * is looked at about once; the state of the scan is kept when a block ends. An inspection that
 * could not tell is repeated when the object has doubled, and once more when the scan ends in any
 * way: what the object is follows from its text alone, never from where a block ended. */
#include "event/split.h"

#include <assert.h>
#include <stdlib.h>

#include "base/memory.h"
#include "event/inspect.h"

_Static_assert((int)SL_SPLIT_DEPTH_MAX == (int)SL_JSON_DEPTH_MAX, "one limit of depth");

enum {
    SPLIT_LEVELS_MAX = 8, /* arrays in arrays and envelopes that are looked into */
    SPLIT_NESTED_MAX = 2, /* strings of JSON in strings of JSON */
    SPLIT_SCALAR_MAX = 64 /* bytes of a number or word between records; longer is not JSON */
};

typedef enum split_state {
    SPLIT_BETWEEN, /* before an item, a comma or a closing bracket */
    SPLIT_OBJECT,  /* in an object that may become a record */
    SPLIT_STRING,  /* in a string that may hold records */
    SPLIT_SKIP,    /* in an object or array that is passed over */
    SPLIT_SKIP_STRING,
    SPLIT_GARBAGE, /* up to a line that begins with an object or an array */
    SPLIT_FOREIGN  /* in an array: up to the next comma or its end */
} split_state;

typedef enum split_place { SPLIT_FIRST, SPLIT_BEHIND_ITEM, SPLIT_BEHIND_COMMA } split_place;

typedef enum split_step { SPLIT_ON, SPLIT_MORE, SPLIT_RECORD } split_step;

typedef struct split_level {
    split_place place;
    uint32_t outer; /* objects of an envelope that are open around the array */
} split_level;

struct sl_split {
    const sl_recogniser *recogniser;
    size_t record_bytes_max;
    sl_faults *faults;
    sl_text path;
    sl_split_counts counts;
    unsigned nested; /* how many strings this input is inside of */
    /* the block */
    const char *data;
    size_t length;
    uint64_t offset;
    bool last;
    size_t at;   /* the next byte to look at */
    size_t item; /* where the object or string begins */
    /* the machine */
    split_state state;
    split_level levels[SPLIT_LEVELS_MAX + 1]; /* the first is the input itself */
    uint32_t level;
    bool begun;         /* something was read */
    bool lenient;       /* an array was given up: its commas and brackets may still come */
    bool fault_counted; /* for what is being read */
    bool other_counted; /* for a run of values that are no objects */
    bool line_start;    /* garbage: the byte before was a newline */
    sl_json_scan scan;
    bool inspected;    /* `verdict` stands */
    size_t inspect_at; /* length of the object from which it is worth inspecting again */
    sl_inspection inspection;
    uint64_t foreign_depth;
    bool foreign_string, foreign_escape;
    /* the gate */
    sl_gate *gate;
    uint64_t *skipped;    /* by format */
    uint32_t gate_format; /* that the next records may be of */
    uint64_t gate_stop;   /* offset of an object that the gate could not pass over */
    uint64_t gate_cut;    /* offset of one that it has put off to the next block */
    /* records that are read on the way */
    sl_walk *walk;
    const sl_walk_into *into; /* by format; NULL: none is */
    /* records inside of a string */
    struct sl_split *inner;
    bool inner_busy;
    sl_buffer text, scratch;
};

static sl_split *split_new(const sl_split *like, unsigned nested)
{
    sl_split *s = sl_calloc(1, sizeof *s);
    if (s == NULL) return NULL;
    s->recogniser = like->recogniser;
    s->record_bytes_max = like->record_bytes_max;
    s->faults = like->faults;
    s->nested = nested;
    sl_buffer_init(&s->text);
    sl_buffer_init(&s->scratch);
    sl_split_begin(s, like->path);
    s->skipped = sl_calloc((size_t)sl_recogniser_count(s->recogniser) + 1, sizeof *s->skipped);
    s->walk = nested > 0 ? NULL : sl_walk_new();
    if (s->skipped != NULL && (s->walk != NULL || nested > 0)) {
        if (nested == 0) sl_walk_recognise(s->walk, s->recogniser);
        return s;
    }
    sl_split_free(s);
    return NULL;
}

sl_split *sl_split_new(const sl_recogniser *recogniser, size_t record_bytes_max, sl_faults *faults)
{
    sl_split like = {
        .recogniser = recogniser, .record_bytes_max = record_bytes_max, .faults = faults};
    return split_new(&like, /* nested= */ 0);
}

void sl_split_free(sl_split *s)
{
    if (s == NULL) return;
    sl_split_free(s->inner); /* at most SPLIT_NESTED_MAX deep */
    sl_walk_free(s->walk);
    sl_buffer_fini(&s->text);
    sl_buffer_fini(&s->scratch);
    free(s->skipped);
    free(s);
}

void sl_split_set_gate(sl_split *s, sl_gate *gate)
{
    s->gate = gate;
}

void sl_split_read_into(sl_split *s, const sl_walk_into *into)
{
    s->into = into;
    sl_walk_want_spare(s->walk, false);
}

void sl_split_begin(sl_split *s, sl_text path)
{
    s->path = path;
    s->data = "";
    s->length = s->at = s->item = 0;
    s->offset = 0;
    s->last = false;
    s->state = SPLIT_BETWEEN;
    s->level = 0;
    s->levels[0] = (split_level){SPLIT_FIRST, 0};
    s->begun = s->lenient = s->fault_counted = s->other_counted = false;
    s->line_start = s->inner_busy = false;
    s->gate_format = SL_FORMAT_NONE;
    s->gate_stop = s->gate_cut = UINT64_MAX;
}

size_t sl_split_keep(const sl_split *s)
{
    bool in_item = s->state == SPLIT_OBJECT || s->state == SPLIT_STRING;
    return s->length - (in_item ? s->item : s->at);
}

void sl_split_feed(sl_split *s, const char *data, size_t length, uint64_t offset, bool last)
{
    assert(!s->inner_busy);
    size_t keep = sl_split_keep(s), gone = s->length - keep;
    assert(length >= keep);
    assert(!s->begun || offset == s->offset + gone);
    s->at -= gone;
    s->item = s->item > gone ? s->item - gone : 0;
    s->data = data;
    s->length = length;
    s->offset = offset;
    s->last = last;
    if (s->into != NULL) sl_walk_forget(s->walk);
    if (s->gate != NULL) sl_gate_begin(s->gate);
}

sl_split_counts sl_split_counted(const sl_split *s)
{
    return s->counts;
}

const uint64_t *sl_split_skipped(const sl_split *s)
{
    return s->skipped;
}

/* --- faults --- */

/* Counts a fault at `at` in the block, once for what is being read. */
static void split_fault(sl_split *s, sl_fault_kind kind, size_t at, const char *reason)
{
    if (s->fault_counted) return;
    s->fault_counted = true;
    sl_fault_add(s->faults, kind, s->path, s->offset + at, "%s", reason);
}

/* What was being read cannot be read on: looks for a line to begin anew at. Levels are given up,
 * since nobody knows how many of them the broken part closed. */
static split_step split_give_up(sl_split *s, bool line_start)
{
    s->lenient = s->lenient || s->level > 0;
    s->level = 0;
    s->state = SPLIT_GARBAGE;
    s->line_start = line_start;
    return SPLIT_ON;
}

static split_step split_garbage(sl_split *s)
{
    while (s->at < s->length) {
        char c = s->data[s->at];
        if (s->line_start && (c == '{' || c == '[' || c == '\xEF')) { /* or a byte order mark */
            s->state = SPLIT_BETWEEN;
            return SPLIT_ON;
        }
        const char *newline = memchr(s->data + s->at, '\n', s->length - s->at);
        s->line_start = newline != NULL;
        s->at = newline == NULL ? s->length : (size_t)(newline - s->data) + 1;
    }
    return SPLIT_MORE;
}

/* Something between the elements of an array that is no element: up to the next comma or bracket
 * that belongs to the array. */
static split_step split_foreign(sl_split *s)
{
    for (; s->at < s->length; s->at++) {
        char c = s->data[s->at];
        if (s->foreign_string) {
            if (c == '\n') return split_give_up(s, /* line_start= */ false);
            if (s->foreign_escape) s->foreign_escape = false;
            else if (c == '\\') s->foreign_escape = true;
            else if (c == '"') s->foreign_string = false;
            continue;
        }
        if (s->foreign_depth == 0 && c == '}') return split_give_up(s, /* line_start= */ false);
        if (s->foreign_depth == 0 && (c == ',' || c == ']')) {
            s->levels[s->level].place = SPLIT_BEHIND_ITEM;
            s->state = SPLIT_BETWEEN;
            return SPLIT_ON;
        }
        if (c == '"') s->foreign_string = true;
        else if (c == '{' || c == '[') s->foreign_depth++;
        else if (c == '}' || c == ']') s->foreign_depth--;
    }
    return SPLIT_MORE;
}

/* The byte at s->at cannot stand here. */
static split_step split_not_json(sl_split *s)
{
    split_fault(s, SL_FAULT_NOT_JSON, s->at, "not JSON");
    if (s->level == 0 || s->data[s->at] == '}') return split_give_up(s, /* line_start= */ false);
    s->state = SPLIT_FOREIGN;
    s->foreign_depth = 0;
    s->foreign_string = s->foreign_escape = false;
    return SPLIT_ON;
}

/* --- items --- */

static void split_item_begin(sl_split *s, split_state state)
{
    s->state = state;
    s->item = s->at;
    s->fault_counted = false;
    s->inspected = false;
    s->inspect_at = 1;
    if (state == SPLIT_OBJECT) {
        s->other_counted = false;
        sl_json_scan_begin(&s->scan, SL_SPLIT_DEPTH_MAX);
    }
}

static split_step split_item_end(sl_split *s)
{
    s->levels[s->level].place = SPLIT_BEHIND_ITEM;
    s->state = SPLIT_BETWEEN;
    s->fault_counted = false;
    return SPLIT_ON;
}

/* Goes on in the array that begins behind the bracket at s->at - 1. */
static split_step split_level_open(sl_split *s, uint32_t outer)
{
    assert(s->level < SPLIT_LEVELS_MAX);
    s->levels[++s->level] = (split_level){SPLIT_FIRST, outer};
    s->state = SPLIT_BETWEEN;
    s->fault_counted = false;
    return SPLIT_ON;
}

/* Behind the array's closing bracket: skips the rest of its envelope. */
static split_step split_level_close(sl_split *s)
{
    uint32_t outer = s->levels[s->level--].outer;
    if (outer == 0) return split_item_end(s);
    s->state = SPLIT_SKIP;
    s->fault_counted = false;
    sl_json_scan_inside(&s->scan, outer, ']', UINT64_MAX);
    return SPLIT_ON;
}

/* Something that is JSON but can hold no record. */
static void split_other(sl_split *s, size_t at)
{
    if (!s->other_counted)
        sl_fault_add(s->faults, SL_FAULT_NOT_LOG, s->path, s->offset + at,
                     "a value that is no object");
    s->other_counted = true;
}

/* --- records in strings --- */

/* Splits the text inside of a string on its own. `inside` is where it stands in the block. */
static split_step split_inner_begin(sl_split *s, sl_text inside)
{
    size_t at = (size_t)(inside.data - s->data);
    if (s->inner == NULL) s->inner = split_new(s, s->nested + 1);
    if (s->inner == NULL || !sl_inspect_unescape(inside, &s->text)) {
        split_fault(s, SL_FAULT_MEMORY, at, "no memory for records inside a string");
        return split_item_end(s);
    }
    s->inner->counts = (sl_split_counts){0};
    sl_split_begin(s->inner, s->path);
    sl_split_feed(s->inner, s->text.data, s->text.length, s->offset + at, /* last= */ true);
    s->inner_busy = true;
    return split_item_end(s);
}

/* The next record inside of the string, copied, because the string's text is not kept. */
static split_step split_inner_next(sl_split *s, sl_arena *arena, sl_record *out)
{
    while (sl_split_next(s->inner, arena, out)) {
        sl_text whole = out->envelope.length > 0 ? out->envelope : out->text;
        char *copy = sl_arena_bytes(arena, whole.length + SL_BLOCK_PAD);
        if (copy == NULL) {
            sl_fault_add(s->faults, SL_FAULT_MEMORY, s->path, out->offset,
                         "no memory for a record inside a string");
            continue;
        }
        memcpy(copy, whole.data, whole.length);
        memset(copy + whole.length, 0, SL_BLOCK_PAD);
        out->text.data = copy + (out->text.data - whole.data);
        if (out->envelope.length > 0) out->envelope.data = copy;
        s->counts.records++;
        return SPLIT_RECORD;
    }
    s->counts.passed_over += s->inner->counts.passed_over;
    s->inner_busy = false;
    return SPLIT_ON;
}

static split_step split_string_end(sl_split *s)
{
    const char *from = s->data + s->item + 1, *end = s->data + s->at;
    sl_text inside = sl_text_make(from, (size_t)(end - from));
    s->at++;
    from = sl_json_space(from, end);
    /* It may begin with escaped white space, or with an escaped brace. */
    bool holds_json = from < end && memchr("{[", *from, 2) != NULL;
    if (end - from >= 2 && *from == '\\') holds_json = memchr("nrtu", from[1], 4) != NULL;
    if (holds_json && s->nested < SPLIT_NESTED_MAX) return split_inner_begin(s, inside);
    split_other(s, s->item);
    return split_item_end(s);
}

static split_step split_string(sl_split *s)
{
    bool skips = s->state == SPLIT_SKIP_STRING;
    size_t stop = s->length;
    if (!skips && stop - s->item > s->record_bytes_max) stop = s->item + s->record_bytes_max;
    const char *at = s->data + s->at;
    unsigned flags = 0;
    sl_json_end end = sl_json_string(&at, s->data + stop, &flags);
    s->at = (size_t)(at - s->data);
    if (end == SL_JSON_BROKEN) {
        split_fault(s, SL_FAULT_NOT_JSON, s->item, "a string with a line break in it");
        return split_give_up(s, /* line_start= */ false);
    }
    if (end == SL_JSON_END) {
        if (!skips) return split_string_end(s);
        s->at++;
        return split_item_end(s);
    }
    if (stop < s->length) {
        split_fault(s, SL_FAULT_LARGE, s->item, "a string beyond the limit of a record");
        s->state = SPLIT_SKIP_STRING;
        return SPLIT_ON;
    }
    return SPLIT_MORE;
}

/* --- objects --- */

static split_step split_give(sl_split *s, sl_text text, const sl_verdict *verdict, sl_text envelope,
                             sl_record *out)
{
    split_item_end(s);
    if (verdict->passed_over) {
        s->counts.passed_over++;
        return SPLIT_ON;
    }
    s->gate_format = verdict->format;
    *out = (sl_record){.text = text, .format = verdict->format, .envelope = envelope};
    out->offset = s->offset + (uint64_t)(text.data - s->data);
    s->counts.records++;
    return SPLIT_RECORD;
}

/* The object from s->item to s->at is complete, and is no envelope with an array. */
static split_step split_object_end(sl_split *s, sl_record *out)
{
    const sl_inspection *found = &s->inspection;
    sl_text whole = sl_text_make(s->data + s->item, s->at - s->item), inner;
    sl_verdict verdict;
    if (!found->verdict.ruled) {
        if (found->objects != 0
            && sl_inspect_object(s->recogniser, whole, found->objects, &inner, &verdict))
            return split_give(s, inner, &verdict, whole, out);
        if (found->texts != 0 && s->nested < SPLIT_NESTED_MAX
            && sl_inspect_text(s->recogniser, whole, found->texts, &s->scratch, &inner))
            return split_inner_begin(s, inner);
        if (s->scratch.failed) split_fault(s, SL_FAULT_MEMORY, s->item, "no memory to look inside");
        if (found->empty) return split_item_end(s);
    }
    return split_give(s, whole, &found->verdict, sl_text_make(NULL, 0), out);
}

/* Inspects the first `length` bytes of the object. True when it is an envelope, also one that is
 * unproved because `final`, nothing more of its first element can be had; then the splitter
 * stands in its array. */
static bool split_inspect(sl_split *s, size_t length, bool final)
{
    if (s->inspected) return false;
    bool envelopes = s->level < SPLIT_LEVELS_MAX;
    sl_text beginning = sl_text_make(s->data + s->item, length);
    sl_inspect_result result =
        sl_inspect(s->recogniser, beginning, envelopes, &s->scratch, &s->inspection);
    const sl_inspection *found = &s->inspection;
    if (s->scratch.failed) split_fault(s, SL_FAULT_MEMORY, s->item, "no memory to look inside");
    if (result == SL_INSPECT_ARRAY || (result == SL_INSPECT_MORE && final && found->array > 0)) {
        s->at = s->item + found->array;
        s->gate_format = found->verdict.format;
        split_level_open(s, found->array_depth);
        return true;
    }
    s->inspected = result != SL_INSPECT_MORE;
    s->inspect_at = length * 2;
    size_t checked = s->item + found->checked;
    if (found->checked > 0 && checked > s->at) {
        s->at = checked;
        sl_json_scan_inside(&s->scan, 1, s->data[checked - 1], SL_SPLIT_DEPTH_MAX);
    }
    return false;
}

/* The object cannot become a record. If it is an envelope, its elements can. */
static split_step split_object_fault(sl_split *s, sl_fault_kind kind, const char *reason)
{
    if (split_inspect(s, s->at - s->item, /* final= */ true)) return SPLIT_ON;
    split_fault(s, kind, s->item, reason);
    if (kind == SL_FAULT_NOT_JSON) return split_give_up(s, s->scan.line_start);
    s->scan.depth_max = UINT64_MAX;
    s->state = SPLIT_SKIP;
    return SPLIT_ON;
}

static split_step split_object(sl_split *s, sl_record *out)
{
    size_t stop = s->length;
    if (stop - s->item > s->record_bytes_max) stop = s->item + s->record_bytes_max;
    size_t length = stop - s->item;
    if (length >= s->inspect_at && split_inspect(s, length, /* final= */ false)) return SPLIT_ON;

    const char *at = s->data + s->at;
    sl_json_end end = sl_json_scan_run(&s->scan, &at, s->data + stop);
    s->at = (size_t)(at - s->data);
    switch (end) {
    case SL_JSON_END:
        if (split_inspect(s, s->at - s->item, /* final= */ true)) return SPLIT_ON;
        return split_object_end(s, out);
    case SL_JSON_BROKEN: return split_object_fault(s, SL_FAULT_NOT_JSON, "broken structure");
    case SL_JSON_DEEP: return split_object_fault(s, SL_FAULT_DEEP, "nested too deep");
    default: break;
    }
    if (stop < s->length)
        return split_object_fault(s, SL_FAULT_LARGE, "larger than the limit of a record");
    if (!s->last) return SPLIT_MORE;
    return split_object_fault(s, SL_FAULT_TRUNCATED, "the input ends inside a record");
}

static split_step split_skip(sl_split *s)
{
    const char *at = s->data + s->at;
    sl_json_end end = sl_json_scan_run(&s->scan, &at, s->data + s->length);
    size_t stop = s->at = (size_t)(at - s->data);
    if (end == SL_JSON_END) return split_item_end(s);
    if (end == SL_JSON_MORE) return SPLIT_MORE;
    if (end == SL_JSON_DEEP) {
        split_fault(s, SL_FAULT_DEEP, stop, "nested too deep");
        s->scan.depth_max = UINT64_MAX;
        return SPLIT_ON;
    }
    split_fault(s, SL_FAULT_NOT_JSON, stop, "broken structure");
    return split_give_up(s, s->scan.line_start);
}

/* --- between items --- */

/* A byte order mark: at the very beginning, or where another file was put behind the first. True
 * when there is one at s->at, or may be. */
static bool split_mark(sl_split *s, split_step *out)
{
    static const char mark[] = "\xEF\xBB\xBF";
    enum { MARK_BYTES = sizeof mark - 1 };
    if (s->level > 0 || s->data[s->at] != mark[0]) return false;
    size_t left = s->length - s->at, length = left < MARK_BYTES ? left : MARK_BYTES;
    if (memcmp(s->data + s->at, mark, length) != 0) return false;
    if (length < MARK_BYTES && s->last) return false;
    *out = length < MARK_BYTES ? SPLIT_MORE : SPLIT_ON;
    if (length == MARK_BYTES) s->at += length;
    return true;
}

/* A number, true, false or null; or not JSON. */
static split_step split_scalar(sl_split *s)
{
    size_t stop = s->at;
    const char *data = s->data;
    while (stop < s->length && stop - s->at <= SPLIT_SCALAR_MAX && !sl_json_is_space(data[stop])
           && memchr(",]}\0{[\"", data[stop], 7) == NULL)
        stop++;
    if (stop == s->length && stop - s->at <= SPLIT_SCALAR_MAX && !s->last) return SPLIT_MORE;

    /* With a blank behind it, whatever stands behind it here. */
    char word[SPLIT_SCALAR_MAX + 2] = {0};
    size_t length = stop - s->at;
    if (length == 0 || length > SPLIT_SCALAR_MAX) return split_not_json(s);
    memcpy(word, data + s->at, length);
    word[length] = ' ';
    const char *from = word;
    if (sl_json_scalar(&from, word + length + 1) != SL_JSON_END || from != word + length)
        return split_not_json(s);
    split_other(s, s->at);
    s->at = stop;
    return split_item_end(s);
}

/* An object begins at s->at. Lets the gate run over as many as it can. False when it can not pass
 * over this one. One that the block's end cuts off is put off once, as long as the next block may
 * bring its rest; nothing is known of it, so it stays as if it had not begun. */
static bool split_gate(sl_split *s, split_step *out)
{
    uint64_t offset = s->offset + s->at;
    if (s->gate == NULL || offset == s->gate_stop || !sl_gate_has(s->gate, s->gate_format))
        return false;
    sl_gate_window window = {.recogniser = s->recogniser,
                             .text = sl_text_make(s->data + s->at, s->length - s->at),
                             .format = s->gate_format,
                             .record_bytes_max = s->record_bytes_max,
                             .elements = s->level > 0};
    sl_gate_pass pass = sl_gate_run(s->gate, &window);
    s->counts.skipped += pass.records;
    s->skipped[s->gate_format] += pass.records;
    if (pass.passed > 0) {
        if (pass.stop != SIZE_MAX && !pass.cut) s->gate_stop = offset + pass.stop;
        s->at += pass.passed;
        s->other_counted = false;
        *out = split_item_end(s);
        return true;
    }
    if (!pass.cut || s->last || offset == s->gate_cut || window.text.length > s->record_bytes_max)
        return false;
    s->gate_cut = offset;
    *out = SPLIT_MORE;
    return true;
}

/* An object begins at s->at. Reads it if it is a usual record of the format that came last. */
static bool split_read(sl_split *s, sl_record *out)
{
    uint32_t format = s->gate_format;
    if (s->into == NULL || format == SL_FORMAT_NONE || s->into[format].demand == NULL) return false;
    const char *at = s->data + s->at;
    const char *behind = sl_walk_ahead(s->walk, at, s->data + s->length, format, &s->into[format]);
    if (behind == NULL) return false;
    if ((size_t)(behind - at) > s->record_bytes_max) {
        sl_walk_clear(&s->into[format]);
        return false;
    }
    s->at += (size_t)(behind - at);
    s->other_counted = false;
    split_item_end(s);
    *out = (sl_record){.text = sl_text_make(at, (size_t)(behind - at)),
                       .offset = s->offset + (uint64_t)(at - s->data),
                       .format = format,
                       .read = true};
    s->counts.records++;
    return true;
}

/* An object, array, string or scalar begins at s->at. */
static split_step split_item(sl_split *s, sl_record *out)
{
    split_step step;
    switch (s->data[s->at]) {
    case '{':
        if (split_gate(s, &step)) return step;
        if (split_read(s, out)) return SPLIT_RECORD;
        split_item_begin(s, SPLIT_OBJECT);
        return SPLIT_ON;
    case '"':
        split_item_begin(s, SPLIT_STRING);
        s->at++;
        return SPLIT_ON;
    case '[':
        if (s->level < SPLIT_LEVELS_MAX) {
            s->at++;
            return split_level_open(s, /* outer= */ 0);
        }
        split_item_begin(s, SPLIT_SKIP);
        split_other(s, s->at);
        sl_json_scan_begin(&s->scan, SL_SPLIT_DEPTH_MAX);
        return SPLIT_ON;
    default: return split_scalar(s);
    }
}

/* A comma, or the end of the array. True when the byte at s->at was taken. */
static bool split_separator(sl_split *s, char c)
{
    split_level *level = &s->levels[s->level];
    if (s->level > 0 && c == ']') {
        s->at++;
        split_level_close(s);
        return true;
    }
    if (s->level > 0 && c == ',' && level->place == SPLIT_BEHIND_ITEM) {
        s->at++;
        level->place = SPLIT_BEHIND_COMMA;
        return true;
    }
    if (s->lenient && s->level == 0 && (c == ',' || c == ']' || c == '}')) {
        s->at++;
        return true;
    }
    /* Padding, and commas where none belong: passed by, but not in silence. */
    if (c == '\0' || c == ',') {
        split_fault(s, SL_FAULT_NOT_JSON, s->at, "bytes between records");
        s->at++;
        return true;
    }
    return false;
}

static split_step split_between(sl_split *s, sl_record *out)
{
    split_step step;
    const char *end = s->data + s->length;
    s->at = (size_t)(sl_json_space(s->data + s->at, end) - s->data);
    if (s->at == s->length) return SPLIT_MORE;
    s->begun = true;
    if (split_mark(s, &step)) return step;
    if (split_separator(s, s->data[s->at])) return SPLIT_ON;
    if (s->level > 0 && s->levels[s->level].place == SPLIT_BEHIND_ITEM) {
        split_fault(s, SL_FAULT_NOT_JSON, s->at, "no comma between elements");
        s->levels[s->level].place = SPLIT_BEHIND_COMMA;
    }
    return split_item(s, out);
}

/* The input ended: whatever is open was cut off. */
static void split_finish(sl_split *s)
{
    bool open = s->level > 0 || s->state == SPLIT_STRING || s->state == SPLIT_SKIP
        || s->state == SPLIT_SKIP_STRING;
    if (open) split_fault(s, SL_FAULT_TRUNCATED, s->length, "the input ends inside a value");
    s->at = s->item = s->length;
    s->state = SPLIT_BETWEEN;
    s->level = 0;
    s->fault_counted = false;
}

bool sl_split_next(sl_split *s, sl_arena *arena, sl_record *out)
{
    for (;;) {
        split_step step = SPLIT_MORE;
        if (s->inner_busy) {
            step = split_inner_next(s, arena, out);
        } else {
            switch (s->state) {
            case SPLIT_BETWEEN: step = split_between(s, out); break;
            case SPLIT_OBJECT: step = split_object(s, out); break;
            case SPLIT_STRING:
            case SPLIT_SKIP_STRING: step = split_string(s); break;
            case SPLIT_SKIP: step = split_skip(s); break;
            case SPLIT_GARBAGE: step = split_garbage(s); break;
            case SPLIT_FOREIGN: step = split_foreign(s); break;
            }
        }
        if (step == SPLIT_RECORD) return true;
        if (step == SPLIT_ON) continue;
        if (s->last) split_finish(s);
        return false;
    }
}
