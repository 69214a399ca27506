/* event_gate_test.c - what the gate passes over is wanted by nobody: random and real logs, with and
 * without a gate, by each kernel, cut anywhere, against a slow judge of its own. */
#include "event/gate.h"

#include <dirent.h>

#include "test.h"

#include "event_support.h"

enum {
    ROUNDS = 1200,
    RECORD_MAX = 1 << 20,
    SMALL_RECORD_MAX = 700 /* in some rounds */
};

static sl_arena arena;
static sl_recogniser *recogniser;

static void setup(void)
{
    sl_arena_init(&arena, 0);
    recogniser = sl_recogniser_new(&arena, test_formats, FORMAT_COUNT);
}

/* --- what is wanted --- */

static const sl_text cloudtrail_keys[] = {LITERAL("eventName")};
static const sl_text azure_keys[] = {LITERAL("operationName"), LITERAL("OperationNameValue"),
                                     LITERAL("properties.operationName")};
static const sl_text crowdstrike_keys[] = {LITERAL("event_simpleName")};

/* Plain records are unwanted, or any of them may be wanted: then each record passed over has to be
 * of a format with keys. */
static const sl_gate_keys together[FORMAT_COUNT] = {
    [CLOUDTRAIL] = {.keys = cloudtrail_keys, .count = 1, .unwanted = false},
    [AZURE] = {.keys = azure_keys, .count = 3, .unwanted = false},
    [CROWDSTRIKE] = {.keys = crowdstrike_keys, .count = 1, .unwanted = false},
    [AUDIT] = {.keys = NULL, .count = 0, .unwanted = true},
    [PLAIN] = {.keys = NULL, .count = 0, .unwanted = true},
};
static const sl_gate_keys apart[FORMAT_COUNT] = {
    [CLOUDTRAIL] = {.keys = cloudtrail_keys, .count = 1, .unwanted = false},
    [AZURE] = {.keys = azure_keys, .count = 3, .unwanted = false},
    [CROWDSTRIKE] = {.keys = crowdstrike_keys, .count = 1, .unwanted = false},
};

/* CloudTrail's records are wanted by name, or by source and a word somewhere; plain ones by the
 * word. */
enum { MARK_SOURCE = 2, MARK_WORD = 4 };
static const sl_text source_keys[] = {LITERAL("eventName"), LITERAL("eventSource")};
static const uint8_t source_slots[] = {0, 1};
static const sl_literal source_words[] = {{LITERAL("needle"), true, MARK_WORD}};
static const sl_literal plain_words[] = {{LITERAL("needle"), true, SL_GATE_WANTED}};
static const uint64_t clauses[] = {MARK_SOURCE | MARK_WORD};
static const sl_gate_keys by_word[FORMAT_COUNT] = {
    [CLOUDTRAIL] = {.keys = source_keys,
                    .slots = source_slots,
                    .count = 2,
                    .literals = source_words,
                    .literal_count = 1},
    [AZURE] = {.unwanted = true},
    [CROWDSTRIKE] = {.unwanted = true},
    [AUDIT] = {.unwanted = true},
    [PLAIN] = {.literals = plain_words, .literal_count = 1},
};
static const sl_gate_keys by_word_apart[FORMAT_COUNT] = {
    [CLOUDTRAIL] = {.keys = source_keys,
                    .slots = source_slots,
                    .count = 2,
                    .literals = source_words,
                    .literal_count = 1},
    [PLAIN] = {.literals = plain_words, .literal_count = 1},
};

/* What one format wants another may not. */
static bool wants(uint32_t format, sl_text value)
{
    if (format == AZURE && sl_text_equal(value, SL_TEXT("Delete"))) return true;
    if (format == CLOUDTRAIL && sl_text_equal(value, SL_TEXT("StopInstances"))) return true;
    return value.length > 0 && value.data[0] == 'W';
}

static uint64_t marks_of(void *context, uint32_t format, uint32_t slot, sl_text value)
{
    if (slot == 1)
        return value.data == NULL || sl_text_equal(value, SL_TEXT("s3")) ? MARK_SOURCE : 0;
    (void)context;
    if (value.data == NULL) return SL_GATE_WANTED;
    return slot == 0 && wants(format, value) ? SL_GATE_WANTED : 0;
}

static sl_gate *new_gate(const sl_gate_keys *formats, uint32_t count)
{
    const sl_gate_rule rule = {
        .marks = marks_of, .clauses = clauses, .clause_count = SL_COUNT(clauses)};
    sl_gate *gate = sl_gate_new(formats, count, &rule);
    if (gate == NULL) abort();
    return gate;
}

/* --- the judge --- */

/* A key as a reader understands it: ASCII escapes undone, others left as they are. */
static bool judge_key_is(sl_text key, sl_text name, bool *escaped)
{
    char plain[256];
    size_t length = 0;
    *escaped = false;
    for (size_t i = 0; i < key.length && length < sizeof plain; i++) {
        char c = key.data[i];
        unsigned code;
        if (c == '\\' && i + 5 < key.length && key.data[i + 1] == 'u'
            && sscanf(sl_text_slice(key, i + 2, i + 6).data, "%4x", &code) == 1 && code < 0x80) {
            c = (char)code;
            i += 5;
            *escaped = true;
        }
        plain[length++] = c;
    }
    return sl_text_equal(sl_text_make(plain, length), name);
}

static size_t judge_string_end(sl_text record, size_t at)
{
    while (at < record.length && record.data[at] != '"') at += record.data[at] == '\\' ? 2 : 1;
    return at;
}

static size_t judge_space(sl_text record, size_t at)
{
    while (at < record.length && memchr(" \t\r\n", record.data[at], 4) != NULL) at++;
    return at;
}

/* True when the value that begins at `at` is a plain string that `format` does not want. */
static bool judge_value(sl_text record, size_t at, uint32_t format)
{
    if (at >= record.length || record.data[at] != '"') return false;
    sl_text value = sl_text_slice(record, at + 1, judge_string_end(record, at + 1));
    return sl_text_find_byte(value, '\\', 0) == SIZE_MAX && !wants(format, value);
}

/* True when the word stands in the record for whoever undoes its escapes. */
static bool judge_has_word(sl_text record)
{
    static const char word[] = "needle";
    for (size_t start = 0; start < record.length; start++) {
        size_t at = start, same = 0;
        while (same < sizeof word - 1 && at < record.length) {
            unsigned c = (unsigned char)record.data[at];
            size_t bytes = 1;
            if (c == '\\' && at + 6 <= record.length && record.data[at + 1] == 'u'
                && sscanf(sl_text_slice(record, at + 2, at + 6).data, "%4x", &c) == 1)
                bytes = 6;
            if ((c | 0x20) != (unsigned char)word[same]) break;
            same++;
            at += bytes;
        }
        if (same == sizeof word - 1) return true;
    }
    return false;
}

/* True when some key `eventSource` has the value s3, however it is written. */
static bool judge_has_source(sl_text record)
{
    for (size_t at = 0; at < record.length; at++) {
        if (record.data[at] != '"') continue;
        size_t end = judge_string_end(record, at + 1);
        sl_text key = sl_text_slice(record, at + 1, end);
        size_t colon = judge_space(record, end + 1);
        at = end;
        bool escaped;
        if (colon >= record.length || record.data[colon] != ':') continue;
        size_t value = judge_space(record, colon + 1);
        if (!judge_key_is(key, SL_TEXT("eventSource"), &escaped) || value >= record.length
            || record.data[value] != '"')
            continue;
        sl_text text = sl_text_slice(record, value + 1, judge_string_end(record, value + 1));
        if (judge_key_is(text, SL_TEXT("s3"), &escaped)) return true;
    }
    return false;
}

/* The same where words count. */
static bool judge_unwanted_by_word(sl_text record, uint32_t format, const sl_gate_keys *formats)
{
    if (formats[format].unwanted) return true;
    if (format == PLAIN) return !judge_has_word(record);
    if (format != CLOUDTRAIL || (judge_has_source(record) && judge_has_word(record))) return false;
    for (size_t at = 0; at < record.length; at++) {
        if (record.data[at] != '"') continue;
        size_t end = judge_string_end(record, at + 1);
        sl_text key = sl_text_slice(record, at + 1, end);
        size_t colon = judge_space(record, end + 1);
        at = end;
        bool escaped;
        if (colon >= record.length || record.data[colon] != ':') continue;
        if (judge_key_is(key, SL_TEXT("eventName"), &escaped)
            && (escaped || !judge_value(record, judge_space(record, colon + 1), format)))
            return false;
    }
    return true;
}

/* True when a record of `format` may be passed over. */
static bool judge_unwanted(sl_text record, uint32_t format, const sl_gate_keys *formats)
{
    const sl_gate_keys *keys = &formats[format];
    if (formats == by_word || formats == by_word_apart)
        return judge_unwanted_by_word(record, format, formats);
    if (keys->unwanted) return true;
    bool any_key = formats == together;
    for (size_t at = 0; at < record.length; at++) {
        if (record.data[at] != '"') continue;
        size_t end = judge_string_end(record, at + 1);
        sl_text key = sl_text_slice(record, at + 1, end);
        at = end;
        size_t colon = judge_space(record, end + 1);
        if (colon >= record.length || record.data[colon] != ':') continue;
        for (uint32_t k = 0; k < keys->count; k++) {
            bool escaped;
            if (!judge_key_is(key, keys->keys[k], &escaped)) continue;
            if (escaped || !judge_value(record, judge_space(record, colon + 1), format))
                return false;
            any_key = true;
        }
    }
    return any_key;
}

/* --- a splitter's output --- */

typedef struct listed {
    uint64_t offset;
    uint32_t format;
    size_t start, length; /* of the whole record, in the list's texts */
    size_t inner;         /* length of the record in its envelope */
} listed;

typedef struct list {
    listed items[4096];
    size_t count;
    sl_buffer texts, faults;
    sl_split_counts counts;
    uint64_t skipped[FORMAT_COUNT];
} list;

static void list_init(list *l)
{
    l->count = 0;
    sl_buffer_init(&l->texts);
    sl_buffer_init(&l->faults);
}

static void list_fini(list *l)
{
    sl_buffer_fini(&l->texts);
    sl_buffer_fini(&l->faults);
}

static void list_add(list *l, const sl_record *record)
{
    if (l->count == SL_COUNT(l->items)) abort();
    sl_text whole = record->envelope.length > 0 ? record->envelope : record->text;
    l->items[l->count++] = (listed){record->offset, record->format, l->texts.length, whole.length,
                                    record->text.length};
    sl_buffer_add(&l->texts, whole);
}

static sl_text list_text(const list *l, size_t i)
{
    return sl_text_make(l->texts.data + l->items[i].start, l->items[i].length);
}

static uint32_t random_state = 1;

static uint32_t random_below(uint32_t limit)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 17;
    random_state ^= random_state << 5;
    return random_state % limit;
}

/* Splits `input` in blocks of 1 to `block` new bytes each. */
static void list_split(list *l, sl_text input, sl_gate *gate, size_t block, size_t record_max)
{
    sl_faults faults;
    sl_arena records;
    sl_record record;
    sl_faults_init(&faults);
    sl_arena_init(&records, 0);
    sl_split *split = sl_split_new(recogniser, record_max, &faults);
    if (split == NULL) abort();
    sl_split_set_gate(split, gate);
    sl_split_begin(split, SL_TEXT("input"));
    size_t from = 0, to = 0, keep = 0;
    char *data = NULL;
    do {
        size_t more = block >= input.length ? input.length : 1 + random_below((uint32_t)block);
        from = to - keep;
        to = more < input.length - to ? to + more : input.length;
        char *next = test_padded(sl_text_slice(input, from, to));
        free(data);
        data = next;
        sl_split_feed(split, data, to - from, from, to == input.length);
        while (sl_split_next(split, &records, &record)) list_add(l, &record);
        keep = sl_split_keep(split);
        CHECK(keep <= record_max || keep <= 80);
    } while (to < input.length);
    free(data);
    l->counts = sl_split_counted(split);
    memcpy(l->skipped, sl_split_skipped(split), sizeof l->skipped);
    for (int i = 0; i < SL_FAULT_KIND_COUNT; i++) {
        sl_buffer_printf(&l->faults, "%s %llu", sl_fault_text((sl_fault_kind)i),
                         (unsigned long long)faults.counts[i]);
        for (uint64_t j = 0; j < faults.counts[i] && j < SL_FAULT_CASES_MAX; j++)
            sl_buffer_printf(&l->faults, " @%llu", (unsigned long long)faults.cases[i][j].offset);
        sl_buffer_add_byte(&l->faults, '\n');
    }
    sl_split_free(split);
    sl_arena_fini(&records);
    sl_faults_fini(&faults);
}

/* --- gated against ungated --- */

static list all, some;
static uint64_t skipped_by_word;

/* Finds the records that are missing from `some`, and judges them. */
static void compare(const sl_gate_keys *formats, const char *what, sl_text input)
{
    uint64_t missing[FORMAT_COUNT] = {0}, sum = 0;
    size_t next = 0;
    for (size_t i = 0; i < all.count; i++) {
        const listed *a = &all.items[i], *b = &some.items[next];
        if (next < some.count && a->offset == b->offset && a->format == b->format
            && a->inner == b->inner && sl_text_equal(list_text(&all, i), list_text(&some, next))) {
            next++;
            continue;
        }
        missing[a->format]++;
        sum++;
        if (!judge_unwanted(list_text(&all, i), a->format, formats))
            TEST_FAIL("%s: skipped at %llu: %.*s\nin %.*s", what, (unsigned long long)a->offset,
                      SL_TEXT_ARG(list_text(&all, i)), SL_TEXT_ARG(input));
    }
    if (next != some.count)
        TEST_FAIL("%s: records that are not there\nin %.*s", what, SL_TEXT_ARG(input));
    if (strcmp(all.faults.data, some.faults.data) != 0)
        TEST_FAIL("%s: faults\n%sexpected\n%sin %.*s", what, some.faults.data, all.faults.data,
                  SL_TEXT_ARG(input));
    /* Where formats are not told apart, what a format passes over may have been skipped, too. */
    uint64_t passed_over = all.counts.passed_over - some.counts.passed_over;
    bool apart_ones = formats == apart || formats == by_word_apart;
    CHECK(passed_over == 0 || !apart_ones);
    CHECK_INT(all.counts.records, some.counts.records + some.counts.skipped - passed_over);
    CHECK_INT(sum, some.counts.skipped - passed_over);
    uint64_t counted = 0;
    for (uint32_t f = 0; f < FORMAT_COUNT; f++) {
        counted += some.skipped[f];
        if (apart_ones) CHECK_INT(missing[f], some.skipped[f]);
    }
    CHECK_INT(some.counts.skipped, counted);
}

/* Returns how many records were skipped in one block by the best kernel. */
static uint64_t check_input(sl_text input, size_t record_max, const size_t *blocks,
                            size_t block_count)
{
    static const char *const names[] = {"plain", "avx2", "avx512"};
    const sl_gate_keys *const modes[] = {together, apart, by_word, by_word_apart};
    enum { MODES = SL_COUNT(modes) };
    uint64_t skipped[MODES] = {0};
    list_init(&all);
    list_split(&all, input, NULL, SIZE_MAX, record_max);
    for (int run = 0; run < MODES * (int)(sl_gate_level_best() + 1); run++) {
        const sl_gate_keys *formats = modes[run % MODES];
        sl_gate *gate = new_gate(formats, FORMAT_COUNT);
        sl_gate_limit(gate, (sl_gate_level)(run / MODES));
        uint64_t in_one_block = 0;
        for (size_t i = 0; i <= block_count; i++) {
            list_init(&some);
            list_split(&some, input, gate, i == 0 ? SIZE_MAX : blocks[i - 1], record_max);
            compare(formats, names[run / MODES], input);
            if (i == 0) in_one_block = some.counts.skipped;
            CHECK(some.counts.skipped <= in_one_block);
            list_fini(&some);
        }
        /* All kernels pass over the same. */
        if (run < MODES) skipped[run] = in_one_block;
        CHECK_INT(skipped[run % MODES], in_one_block);
        sl_gate_free(gate);
    }
    list_fini(&all);
    skipped_by_word += skipped[2] + skipped[3];
    return skipped[0];
}

/* --- made logs --- */

static const char *pick(const char *const *words, size_t count)
{
    return words[random_below((uint32_t)count)];
}
#define PICK(...) \
    pick((const char *const[]){__VA_ARGS__}, \
         sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *))

typedef struct maker {
    sl_buffer out;
    const char *colon, *comma, *open; /* the way white space is set */
    uint32_t odd;                     /* one in so many members is hostile */
} maker;

static void make_name(maker *m)
{
    if (random_below(m->odd) == 0)
        sl_buffer_add_string(
            &m->out,
            PICK("null", "1", "true", "{\"value\":\"x\"}", "[]", "[\"StopInstances\"]",
                 "\"Wanted\"", "\"Stop\\u0049nstances\"", "\"a\\\"b\"", "\"\"", "\"Delete\"",
                 "\"StopInstances\"", "\"\xC3\xA9t\xC3\xA9\"", "\"\xFF\xC3\"", "\"a\\\\\"",
                 "\"NameThatIsALittleLongerThanTheSixtyFourBytesWhichAKernelLooksAtInOneStep\""));
    else
        sl_buffer_add_string(&m->out,
                             PICK("\"DescribeInstances\"", "\"Decrypt\"", "\"GetObject\"",
                                  "\"Read\"", "\"DescribeImages\"", "\"List\""));
}

static void make_key(maker *m, const char *key)
{
    sl_buffer_printf(&m->out, "\"%s\"%s", key, m->colon);
}

static void make_filler(maker *m)
{
    sl_buffer_add_byte(&m->out, '"');
    for (uint32_t i = random_below(100); i > 0; i--)
        sl_buffer_add_byte(&m->out, "abcdefghijklmnopYy_{}[]:,N"[random_below(26)]);
    if (random_below(20) == 0)
        sl_buffer_add_string(&m->out,
                             PICK("needle", "a Needle", "n\\u0065edle", "\\\\needle",
                                  "n\\u00E9edle", "needl", "n\\\\u0065edle"));
    sl_buffer_add_byte(&m->out, '"');
}

static void make_deep(maker *m)
{
    uint32_t depth = random_below(8) == 0 ? 55 + random_below(20) : random_below(6);
    for (uint32_t i = 0; i < depth; i++)
        sl_buffer_printf(&m->out, i % 3 == 1 ? "[" : "{\"d\"%s", m->colon);
    sl_buffer_add_string(&m->out, "0");
    for (uint32_t i = depth; i-- > 0;) sl_buffer_add_byte(&m->out, i % 3 == 1 ? ']' : '}');
}

/* A member that is not what it seems, or is. */
static void make_hostile(maker *m)
{
    switch (random_below(12)) {
    case 0: sl_buffer_add_string(&m->out, "\"\\u0065ventName\":\"StopInstances\""); break;
    case 1:
        sl_buffer_add_string(&m->out, "\"s\":\"}},{\\\"eventName\\\":\\\"StopInstances\\\"}\"");
        break;
    case 2: sl_buffer_add_string(&m->out, "\"s\":\"a\\\\\",\"t\":\"\\\\\\\"},{\\\\\""); break;
    case 3:
        sl_buffer_add_string(&m->out,
                             "\"Records\":[{\"eventName\":\"Read\",\"eventSource\":\"s\","
                             "\"eventVersion\":\"1\"},{\"odd\":1}]");
        break;
    case 4:
        sl_buffer_add_string(&m->out,
                             "\"CloudTrailEvent\":\"{\\\"eventName\\\":\\\"StopInstances\\\","
                             "\\\"eventSource\\\":1,\\\"awsRegion\\\":1}\"");
        break;
    case 5:
        sl_buffer_add_string(&m->out,
                             "\"detail\":{\"eventName\":\"Read\",\"eventSource\":1,"
                             "\"awsRegion\":1}");
        break;
    case 6:
        make_key(m, PICK("eventName", "operationName", "event_simpleName", "OperationNameValue"));
        make_name(m);
        break;
    case 7:
        sl_buffer_add_string(&m->out, "\"n\":{\"x\":[{\"eventName\" : ");
        make_name(m);
        sl_buffer_add_string(&m->out, "}]}");
        break;
    case 8:
        sl_buffer_add_string(&m->out, "\"key\":\"eventName\",\"eventNam\":1,\"eventName \":null");
        break;
    case 9: /* more brackets than fit a word */
        sl_buffer_add_string(&m->out, "\"many\":[[]");
        for (uint32_t i = random_below(90); i > 0; i--)
            sl_buffer_add_string(&m->out, PICK(",{}", ",[]", ", {\"a\":{}}", ",[[1]]"));
        sl_buffer_add_byte(&m->out, ']');
        break;
    case 10:
        sl_buffer_add_string(&m->out,
                             PICK("\"b\":{]", "\"b\":[}", "\"b\":{{}}", "\"b\":[1{}]",
                                  "\"b\":\"\n\"", "\"b\":1,{}", "\"b\":[\"a\":{}]"));
        break;
    default: sl_buffer_add_string(&m->out, "\"u\":\"\\u003d \\u00e9 \xE2\x84\xAA \xFF\""); break;
    }
}

static void make_member(maker *m)
{
    if (random_below(m->odd) == 0) {
        make_hostile(m);
        return;
    }
    make_key(m, PICK("a", "bb", "eventTime", "eventNote", "userIdentity", "x.y", "sessionName"));
    switch (random_below(4)) {
    case 0: make_deep(m); break;
    case 1: sl_buffer_add_string(&m->out, PICK("1", "null", "-2.5e3", "true", "{}", "[]")); break;
    default: make_filler(m); break;
    }
}

/* The members by which test_formats know a record, in any order, and others between them. */
static void make_record(maker *m)
{
    static const char *const kinds[][3] = {
        {"eventName", "eventSource", "eventVersion"}, {"operationName", "resourceId", "time"},
        {"event_simpleName", "aid", "cid"},           {"eventName", "b", "c"},
        {"digestStartTime", "logFiles", "x"},
    };
    uint32_t die = random_below(14), kind = die < 9 ? 0 : die < 11 ? 1 : die - 9;
    uint32_t first = random_below(3);
    sl_buffer_printf(&m->out, "{%s", m->open);
    for (uint32_t i = 0; i < 3; i++) {
        uint32_t which = (first + i) % 3;
        for (uint32_t n = random_below(4); n > 0; n--) {
            make_member(m);
            sl_buffer_add_string(&m->out, m->comma);
        }
        make_key(m, kinds[kind][which]);
        if (which == 0) make_name(m);
        else if (random_below(m->odd) == 0)
            sl_buffer_add_string(
                &m->out, PICK("\"\\u00733\"", "{\"s3\":1}", "null", "[\"s3\"]", "\"s\xFF\""));
        else sl_buffer_add_string(&m->out, PICK("\"s\"", "\"s\"", "\"s3\""));
        if (i < 2) sl_buffer_add_string(&m->out, m->comma);
    }
    sl_buffer_printf(&m->out, "%s}", m->open);
}

/* One to three deliveries, each in a shape of its own. */
static void make_input(maker *m)
{
    static const char *const shapes[][3] = {
        {"", "\n", "\n"},
        {"", "", ""},
        {"[", ",", "]\n"},
        {"{\"Records\":[", ",", "]}\n"},
        {"{\"Records\" : [\n", " ,\n ", "\n] }"},
        {"", " \r\n\t", "\n"},
    };
    for (uint32_t parts = 1 + random_below(3); parts > 0; parts--) {
        const char *const *shape = shapes[random_below(SL_COUNT(shapes))];
        m->odd = random_below(2) == 0 ? 1000 : 4 + random_below(30);
        uint32_t style = random_below(4);
        m->colon = style == 0 ? ": " : style == 1 ? " :\n\t" : ":";
        m->comma = style == 0 ? ", " : style == 1 ? ",\n  " : ",";
        m->open = style == 1 ? "\n  " : "";
        sl_buffer_add_string(&m->out, shape[0]);
        for (uint32_t n = random_below(20); n > 0; n--) {
            make_record(m);
            if (n > 1) sl_buffer_add_string(&m->out, shape[1]);
        }
        sl_buffer_add_string(&m->out, shape[2]);
    }
    if (m->out.length == 0) return;
    if (random_below(4) == 0)
        m->out.data[random_below((uint32_t)m->out.length)] = "{}[]\":,\\\n x"[random_below(11)];
    if (random_below(8) == 0) m->out.length = random_below((uint32_t)m->out.length) + 1;
}

TEST(random_logs)
{
    uint64_t skipped = 0;
    for (uint32_t round = 1; round <= ROUNDS && test_checks_failed < 5; round++) {
        random_state = round * 2654435761U;
        maker m = {0};
        sl_buffer_init(&m.out);
        make_input(&m);
        const size_t blocks[] = {1 + random_below(40), 200 + random_below(3000)};
        size_t record_max = random_below(10) == 0 ? SMALL_RECORD_MAX : RECORD_MAX;
        int failed = test_checks_failed;
        skipped += check_input(sl_buffer_text(&m.out), record_max, blocks, SL_COUNT(blocks));
        if (test_checks_failed > failed) printf("# in round %u\n", round);
        sl_buffer_fini(&m.out);
    }
    /* It would prove nothing if all were let through. */
    if (skipped < 5 * ROUNDS) TEST_FAIL("only %llu skipped", (unsigned long long)skipped);
    if (skipped_by_word < 5 * ROUNDS)
        TEST_FAIL("only %llu skipped by word", (unsigned long long)skipped_by_word);
}

/* --- what is certain --- */

#define CT(name) "{\"eventVersion\":\"1.08\",\"eventSource\":\"ec2\",\"eventName\":\"" name "\"}"

static void expect_skipped(uint64_t expected, const char *input)
{
    const size_t blocks[] = {1, 7, 100};
    uint64_t skipped = check_input(sl_text_from(input), RECORD_MAX, blocks, SL_COUNT(blocks));
    if (skipped != expected)
        TEST_FAIL("skipped %llu, expected %llu in\n%s", (unsigned long long)skipped,
                  (unsigned long long)expected, input);
}

TEST(passes_over_unwanted_records)
{
    expect_skipped(0, CT("Read"));
    expect_skipped(3, CT("Read") "\n" CT("Read") CT("List") " \r\n" CT("Wait") CT("Read"));
    expect_skipped(4,
                   "{\"Records\":[" CT("Read") "," CT("StopInstances") " ,\n" CT("A") "," CT(
                       "") "]}{\"Records\":[" CT("B") "]}");
    expect_skipped(2, "[" CT("Read") ",\n" CT("Read") " , " CT("Delete") "]");
    /* White space, pretty-printing, repetition, nesting, and the key as a value. */
    expect_skipped(1,
                   CT("A") "{\n  \"eventName\" :\t\"B\",\n  \"x\": {\n    \"y\": [\n      {}\n"
                           "    ]\n  }\n}");
    expect_skipped(1,
                   CT("A") "{\"eventName\":\"B\",\"x\":[{\"eventName\":\"C\"}],"
                           "\"eventName\":\"D\",\"y\":\"eventName\"}");
}

TEST(stops_where_something_may_be_hidden)
{
#define AFTER(record) CT("A") "\n" record "\n"
    static const char *const inputs[] = {
        AFTER("{\"eventName\":null}"),
        AFTER("{\"eventName\":1}"),
        AFTER("{\"eventName\":{\"eventName\":\"B\"}}"),
        AFTER("{\"eventName\":[\"B\"]}"),
        AFTER("{\"eventName\":\"B\\u0043\"}"),
        AFTER("{\"eventName\":\"B\\/\"}"),
        AFTER("{\"eventName\":\"B\xFF\"}"),
        AFTER("{\"x\":1}"),
        AFTER("{\"x\":\"eventName\"}"),
        AFTER("{\"eventName\":\"B\",\"eventName\":\"W\"}"),
        AFTER("{\"eventName\":\"B\",\"x\":{\"y\":[{\"eventName\":\"W\"}]}}"),
        AFTER("{\"eventName\":\"B\",\"\\u0065ventName\":\"W\"}"),
        AFTER("{\"eventName\":\"B\",\"\\u00e9\":1}"),
        AFTER("{\"eventName\":\"B\",\"operationName\":\"Delete\"}"),
        AFTER("{\"eventName\":\"B\",\"properties.operationName\":\"Delete\"}"),
        AFTER("{\"eventName\":\"B\",\"x\":{]}"),
        AFTER("{\"eventName\":\"B\",\"x\":[{]}]}"),
        AFTER("{\"eventName\":\"B\",\"x\":1,{}}"),
        AFTER("{\"eventName\":\"B\",\"x\":[\"y\":{}]}"),
        AFTER("{\"eventName\":\"B\",\"x\":[{}{}]}"),
        AFTER("{\"eventName\":\"B\",\"x\":\"\n\"}"),
        AFTER("{\"eventName\":\"B\",\"x\":\\\"\"}"),
        AFTER("{\"eventName\":\"B\",\"x\":{"),
        AFTER("{\"eventName\":\"B\""),
        /* Envelopes are looked into, and what is inside a text is no part of the record. */
        AFTER("{\"Records\":[" CT("B") ",{\"x\":1}]}"),
        AFTER("{\"Events\":[{\"eventName\":\"B\",\"CloudTrailEvent\":\""
              "{\\\"eventName\\\":\\\"StopInstances\\\",\\\"eventSource\\\":1,\\\"awsRegion\\\":1}"
              "\"}]}"),
        AFTER("{\"eventName\":\"B\",\"CloudTrailEvent\":\"{\\\"eventName\\\":\\\"StopInstances\\\","
              "\\\"eventSource\\\":1,\\\"awsRegion\\\":1}\"}"),
    };
    for (size_t i = 0; i < SL_COUNT(inputs); i++)
        expect_skipped(strstr(inputs[i], "\"Records\"") != NULL ? 1 : 0, inputs[i]);
}

TEST(limits)
{
    /* Larger than a record may be, deeper than the gate looks, more brackets than it counts. */
    const size_t blocks[] = {50, 300};
    sl_buffer input;
    sl_buffer_init(&input);
    sl_buffer_add_string(&input, CT("A") "\n");
    for (int pad = 0; pad < 2; pad++)
        sl_buffer_printf(&input, "{\"eventName\":\"B\",\"x\":\"%*s\"}\n", 476 + pad, "");
    CHECK_INT(1, check_input(sl_buffer_text(&input), 500, blocks, SL_COUNT(blocks)));
    for (uint32_t depth = 62; depth <= 66; depth++) {
        sl_buffer_clear(&input);
        sl_buffer_add_string(&input, CT("A") "\n{\"eventName\":\"B\",\"x\":");
        for (uint32_t i = 1; i < depth; i++) sl_buffer_add_byte(&input, '[');
        for (uint32_t i = 1; i < depth; i++) sl_buffer_add_byte(&input, ']');
        sl_buffer_add_byte(&input, '}');
        CHECK_INT(depth <= 64,
                  check_input(sl_buffer_text(&input), RECORD_MAX, blocks, SL_COUNT(blocks)));
    }
    for (uint32_t pairs = 2040; pairs <= 2050; pairs++) {
        sl_buffer_clear(&input);
        sl_buffer_add_string(&input, CT("A") "\n{\"eventName\":\"B\",\"x\":[[]");
        for (uint32_t i = 3; i < pairs; i++) sl_buffer_add_string(&input, ",{}");
        sl_buffer_add_string(&input, "]}" CT("C"));
        uint64_t skipped = check_input(sl_buffer_text(&input), RECORD_MAX, blocks, 0);
        if (skipped != (pairs < 2048 ? 2 : 1)) TEST_FAIL("%u pairs of brackets", pairs);
    }
    sl_buffer_fini(&input);
}

TEST(a_signature_makes_the_keys_of_its_format_enough)
{
    sl_gate_keys formats[FORMAT_COUNT];
    memcpy(formats, together, sizeof formats);
    formats[CLOUDTRAIL].signature = SL_TEXT("{\"eventVersion\"");
    static const char signed_record[] =
        "{\"eventVersion\":\"1\",\"eventSource\":\"s\",\"eventName\":\"Get\","
        "\"operationName\":\"Delete\"}\n";
    sl_buffer input;
    sl_buffer_init(&input);
    for (int i = 0; i < 3; i++) sl_buffer_add_string(&input, signed_record);
    for (size_t i = 0; i < SL_BLOCK_PAD; i++) sl_buffer_add_byte(&input, '\0');
    sl_gate *gate = new_gate(formats, FORMAT_COUNT);
    sl_gate_window window = {.recogniser = recogniser,
                             .text = {input.data, input.length - SL_BLOCK_PAD},
                             .format = CLOUDTRAIL,
                             .record_bytes_max = 1 << 20};
    /* Another format's key does not matter in a record that can only be CloudTrail's ... */
    CHECK_INT(3, sl_gate_run(gate, &window).records);
    sl_gate_free(gate);
    /* ... but without a signature nobody knows that. */
    gate = new_gate(together, FORMAT_COUNT);
    CHECK_INT(0, sl_gate_run(gate, &window).records);
    sl_gate_free(gate);
    sl_buffer_fini(&input);
}

TEST(formats_without_keys_have_no_gate)
{
    static const sl_text bad[] = {LITERAL("event\"Name")}, empty[] = {LITERAL("")};
    static const sl_text wide[] = {LITERAL("\xC3\xA9t\xC3\xA9")}, slash[] = {LITERAL("a/b")};
    static const sl_text many[SL_GATE_KEYS_MAX + 1] = {LITERAL("a"), LITERAL("b")};
    const sl_gate_keys formats[] = {
        {.keys = bad, .count = 1},
        {.keys = empty, .count = 1},
        {.keys = wide, .count = 1},
        {.keys = slash, .count = 1},
        {.keys = many, .count = SL_COUNT(many)},
        {.keys = cloudtrail_keys, .count = 1, .unwanted = false},
        {.keys = NULL, .count = 0, .unwanted = false},
        {.keys = NULL, .count = 0, .unwanted = true},
    };
    sl_gate *gate = new_gate(formats, SL_COUNT(formats));
    for (uint32_t f = 0; f < SL_COUNT(formats); f++) CHECK_INT(f == 5, sl_gate_has(gate, f));
    CHECK(!sl_gate_has(gate, SL_FORMAT_NONE));
    sl_gate_free(gate);
    gate = new_gate(NULL, 0);
    CHECK(!sl_gate_has(gate, 0));
    sl_gate_free(gate);
    sl_gate_free(NULL);
}

/* --- published logs --- */

static uint64_t check_tree(const char *root, const char *below)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", root, below);
    DIR *folder = opendir(path);
    uint64_t skipped = 0;
    for (struct dirent *entry; folder != NULL && (entry = readdir(folder)) != NULL;) {
        char name[8192];
        snprintf(name, sizeof name, "%s/%s", path, entry->d_name);
        sl_text contents = test_file(name);
        if (contents.length == 0) continue;
        const size_t blocks[] = {65536};
        skipped += check_input(contents, 16 << 20, blocks, SL_COUNT(blocks));
        free((void *)(uintptr_t)contents.data);
    }
    if (folder != NULL) closedir(folder);
    return skipped;
}

TEST(published_logs)
{
    const char *root = getenv("STRANDLINE_DATA");
    if (root == NULL) SKIP("STRANDLINE_DATA is not set");
    CHECK(check_tree(root, "cloudtrail/invictus") > 2000);
    check_tree(root, "cloudtrail");
    check_tree(root, "azure");
    check_tree(root, "crowdstrike");
}

TEST_MAIN(setup(); RUN(passes_over_unwanted_records) RUN(stops_where_something_may_be_hidden)
              RUN(limits) RUN(a_signature_makes_the_keys_of_its_format_enough)
                  RUN(formats_without_keys_have_no_gate) RUN(random_logs) RUN(published_logs))
