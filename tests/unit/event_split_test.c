/* event_split_test.c - every shape of delivery, every kind of damage, cut at every byte. */
#include "event/split.h"

#include <dirent.h>

#include "base/memory.h"
#include "test.h"

#include "event_splits.h"

enum { RECORD_MAX = 16 << 20 };

#define CT(name) "{\"eventVersion\":\"1.08\",\"eventSource\":\"ec2\",\"eventName\":\"" name "\"}"
#define AZ(name) "{\"time\":\"2024\",\"resourceId\":\"/S\",\"operationName\":\"" name "\"}"

static sl_arena arena;
static sl_recogniser *recogniser;

static void setup(void)
{
    sl_arena_init(&arena, 0);
    recogniser = sl_recogniser_new(&arena, test_formats, FORMAT_COUNT);
}

/* Splits `input` in one block and, when it is small, in blocks of every size; all must agree. */
static void split_same(sl_text input, size_t record_max, sl_buffer *out)
{
    sl_buffer other;
    sl_buffer_init(&other);
    test_split(recogniser, input, input.length + 1, record_max, out);
    for (size_t block = 1; block <= input.length && block <= 300; block++) {
        sl_buffer_clear(&other);
        test_split(recogniser, input, block, record_max, &other);
        if (sl_text_equal(sl_buffer_text(out), sl_buffer_text(&other))) continue;
        TEST_FAIL("blocks of %zu bytes give\n%s, one block gives\n%s", block, other.data,
                  out->data);
        break;
    }
    sl_buffer_fini(&other);
}

static void expect_limited(sl_text input, size_t record_max, const char *expected)
{
    sl_buffer out;
    sl_buffer_init(&out);
    split_same(input, record_max, &out);
    if (strcmp(out.data, expected) != 0)
        TEST_FAIL("input\n%.*s\nexpected\n%sgot\n%s", SL_TEXT_ARG(input), expected, out.data);
    sl_buffer_fini(&out);
}

#define EXPECT(input, expected) expect_limited(SL_TEXT(input), RECORD_MAX, expected)

TEST(lines)
{
    EXPECT("", "records 0 passed 0\n");
    EXPECT(" \r\n\t", "records 0 passed 0\n");
    EXPECT("{}\n{\"a\":1}\r\n{\"a\":{}}",
           "0 4 {}\n3 4 {\"a\":1}\n12 4 {\"a\":{}}\nrecords 3 passed 0\n");
    EXPECT("\xEF\xBB\xBF{}", "3 4 {}\nrecords 1 passed 0\n");
    EXPECT("{}\n\xEF\xBB\xBF{}\xEF\xBB\xBF[{\"a\":1}]",
           "0 4 {}\n6 4 {}\n12 4 {\"a\":1}\nrecords 3 passed 0\n");
    EXPECT(
        "\xEF\xBB\xBF\xEF\xBB\xBF {}\n\xEF\xBB{}\n\xEF\xBB\xBF{\"b\":2}\xEF",
        "7 4 {}\n18 4 {\"b\":2}\nrecords 2 passed 0; file or part of it is not JSON 2 @10 @25\n");
    EXPECT("{}\n[\xEF\xBB\xBF{\"a\":1}]", /* nobody puts files into arrays so */
           "0 4 {}\nrecords 1 passed 0; file or part of it is not JSON 1 @4\n");
    EXPECT("{}{}", "0 4 {}\n2 4 {}\nrecords 2 passed 0\n");
    EXPECT(CT("A") "\n" AZ("B") "\n{\"event_simpleName\":\"C\"}",
           "0 0 " CT("A") "\n60 1 " AZ("B") "\n114 2 {\"event_simpleName\":\"C\"}\n"
                                            "records 3 passed 0\n");
    EXPECT("{\"digestStartTime\":1,\"logFiles\":[]}\n{}", "36 4 {}\nrecords 1 passed 1\n");
}

static void expect_read(sl_text input, uint64_t read)
{
    sl_buffer out;
    sl_buffer_init(&out);
    uint64_t count = test_split(recogniser, input, input.length + 1, RECORD_MAX, &out);
    if (count != read)
        TEST_FAIL("%llu records of %.*s were read on the way", (unsigned long long)count,
                  SL_TEXT_ARG(input));
    sl_buffer_fini(&out);
}

#define EXPECT_READ(input, read) expect_read(SL_TEXT(input), read)

/* Which records are read while they are looked for; test_split checks that they are read right. */
TEST(read_on_the_way)
{
    EXPECT_READ(CT("A"), 0); /* nothing came before it that says what it may be */
    EXPECT_READ(CT("A") "\n" CT("B") "\n" CT("C"), 2);
    EXPECT_READ("{\"Records\":[" CT("A") ", " CT("B") "]}", 2);
    EXPECT_READ("{}{\"a\":[{\"b\":1},{\"b\":\"\\n\"}],\"b\":[]}{\"a\":{\"c\":{}}} {}", 3);
    EXPECT_READ("{}{ \"a\": {\n\"b\" : 1 , \"c\" :[ ] },\"b\":true\n}", 1);
    /* Another format, a format that only the end decides, one that a value decides. */
    EXPECT_READ(CT("A") AZ("B") CT("C") AZ("D") AZ("E"), 1);
    EXPECT_READ("{\"a\":1}{\"a\":2,\"eventVersion\":3}", 1);
    EXPECT_READ("{\"operationName\":1,\"category\":\"Service\"}"
                "{\"operationName\":2,\"category\":\"serv\"}"
                "{\"operationName\":3,\"category\":\"other\"}"
                "{\"operationName\":4,\"category\":\"Administrative\"}",
                1);
    /* Unusual: a repetition, an odd key, an envelope, a fault, something passed over, a cut. */
    EXPECT_READ("{}{\"a\":1,\"a\":2}", 0);
    EXPECT_READ("{}{\"a.b\":1}", 0);
    EXPECT_READ("{}{\"\\u0061\":1}", 0);
    EXPECT_READ("{}{\"a\":\"\xFF\"}{\"a\":\"\xC3\xA9\"}", 1);
    EXPECT_READ("{}{\"value\":[1]}", 0);
    EXPECT_READ("{}{\"detail\":" CT("A") "}", 0);
    EXPECT_READ("{}{\"a\":{\"b\":tru}}\n{\"b\":[1,}]}\n{\"b\":1]}\n{\"a\":\"x\ny\"}", 0);
    EXPECT_READ("{}{\"digestStartTime\":1,\"logFiles\":[]}", 0);
    EXPECT_READ("{}{\"a\":[1", 0);
}

/* Orders of keys without end: what is remembered of them is not. */
TEST(read_in_many_orders)
{
    static const char *const keys[] = {
        "eventVersion", "eventSource", "awsRegion",         "time",       "category",
        "Records2",     "detail2",     "userPrincipalName", "resourceId", "eventTimestamp"};
    sl_buffer input;
    sl_buffer_init(&input);
    uint32_t state = 1;
    for (int n = 0; n < 2000; n++) {
        bool used[SL_COUNT(keys)] = {false};
        sl_buffer_add_string(&input, "{");
        for (int k = 0; k < 8; k++) {
            state = state * 1664525 + 1013904223;
            size_t i = (state >> 16) % SL_COUNT(keys);
            if (!used[i]) sl_buffer_printf(&input, "\"%s\":\"Serv%d\",", keys[i], n);
            used[i] = true;
        }
        sl_buffer_printf(&input, "\"eventName\":\"n%d\"}\n", n);
    }
    sl_buffer out;
    sl_buffer_init(&out);
    uint64_t read = test_split(recogniser, sl_buffer_text(&input), 4096, RECORD_MAX, &out);
    CHECK(read > 500 && read < 2000);
    sl_buffer_fini(&out);
    sl_buffer_fini(&input);
}

TEST(arrays)
{
    EXPECT("[]", "records 0 passed 0\n");
    EXPECT("[{},\n {\"a\":[1,{\"b\":2}]} ]",
           "1 4 {}\n6 4 {\"a\":[1,{\"b\":2}]}\nrecords 2 passed 0\n");
    EXPECT("[{}]\n[[{}],[[{}]]]", "1 4 {}\n7 4 {}\n13 4 {}\nrecords 3 passed 0\n");
    EXPECT("[\n  {\n    \"a\": \"}\"\n  },\n  {\n  }\n]\n",
           "4 4 {\n    \"a\": \"}\"\n  }\n26 4 {\n  }\nrecords 2 passed 0\n");
    /* More arrays in arrays than are looked into. */
    EXPECT("[[[[[[[[[{}]]]]]]]]]", "records 0 passed 0; JSON that holds no log records 1 @8\n");
}

TEST(envelopes_with_arrays)
{
    EXPECT("{\"Records\":[" CT("A") "," CT("B") "]}",
           "12 0 " CT("A") "\n72 0 " CT("B") "\nrecords 2 passed 0\n");
    EXPECT("{ \"x\" : {\"y\":[1]} , \"Records\" : [ " CT("A") " ] , \"z\":{\"Records\":[]} } {}",
           "34 0 " CT("A") "\n119 4 {}\nrecords 2 passed 0\n");
    EXPECT("{\"records\":[" AZ("A") ",{\"odd\":1}]}\n{\"records\":[" AZ("B") "]}",
           "12 1 " AZ("A") "\n66 4 {\"odd\":1}\n90 1 " AZ("B") "\nrecords 3 passed 0\n");
    EXPECT("[{\"records\":[" AZ("A") "]},{\"records\":[" AZ("B") "]}]",
           "13 1 " AZ("A") "\n81 1 " AZ("B") "\nrecords 2 passed 0\n");
    EXPECT("{\"value\":[" AZ("A") "],\"nextLink\":\"\"}", "10 1 " AZ("A") "\nrecords 1 passed 0\n");
    EXPECT("{\"page\":{\"n\":1,\"items\":[" AZ("A") "]},\"z\":1}",
           "24 1 " AZ("A") "\nrecords 1 passed 0\n");
    EXPECT("{\"Records\":[]}{\"value\" : [ ] }", "records 0 passed 0\n");
    EXPECT("{\"value\":[],\"Records\":[" CT("A") "]}", "23 0 " CT("A") "\nrecords 1 passed 0\n");
}

TEST(what_looks_like_an_envelope)
{
    /* The wrong format inside, no object inside, no array, a key that is not at the top. */
    EXPECT("{\"Records\":[" AZ("A") "]}", "0 4 {\"Records\":[" AZ("A") "]}\nrecords 1 passed 0\n");
    EXPECT("{\"Records\":[1]}", "0 4 {\"Records\":[1]}\nrecords 1 passed 0\n");
    EXPECT("{\"Records\":{\"a\":1}}", "0 4 {\"Records\":{\"a\":1}}\nrecords 1 passed 0\n");
    EXPECT("{\"a\":{\"Records\":[" CT("A") "]}}",
           "0 4 {\"a\":{\"Records\":[" CT("A") "]}}\nrecords 1 passed 0\n");
    /* A record with an empty array under an envelope's key, and one that holds a forged array. */
    EXPECT("{\"value\":[],\"event_simpleName\":1}",
           "0 2 {\"value\":[],\"event_simpleName\":1}\nrecords 1 passed 0\n");
    EXPECT("{\"eventVersion\":1,\"eventName\":1,\"eventSource\":1,\"Records\":[" CT("F") "]}",
           "0 0 {\"eventVersion\":1,\"eventName\":1,\"eventSource\":1,\"Records\":[" CT(
               "F") "]}\nrecords 1 passed 0\n");
    /* With a key that comes twice, the first is the one. */
    EXPECT("{\"Records\":1,\"Records\":[" CT("A") "]}",
           "0 4 {\"Records\":1,\"Records\":[" CT("A") "]}\nrecords 1 passed 0\n");
}

TEST(envelopes_with_one_object)
{
    EXPECT("{\"detail-type\":\"x\",\"detail\":" CT("A") ",\"z\":1}",
           "28 0 94 " CT("A") "\nrecords 1 passed 0\n");
    EXPECT("[{\"data\":{\"status\":1,\"context\":{\"activityLog\":" AZ("A") "}}}]",
           "46 1 101 " AZ("A") "\nrecords 1 passed 0\n");
    EXPECT("{\"detail\":" AZ("A") "}", "0 4 {\"detail\":" AZ("A") "}\nrecords 1 passed 0\n");
    EXPECT("{\"detail\":\"x\"}", "0 4 {\"detail\":\"x\"}\nrecords 1 passed 0\n");
}

#define ESCAPED \
    "{\\\"eventVersion\\\":1,\\\"eventSource\\\":\\\"\\\\u0065c2\\\",\\\"eventName\\\":\\\"A\\\"}"
#define UNESCAPED "{\"eventVersion\":1,\"eventSource\":\"\\u0065c2\",\"eventName\":\"A\"}"

TEST(escaped_records)
{
    EXPECT("{\"Events\":[{\"EventId\":1,\"CloudTrailEvent\":\"" ESCAPED "\"}]}",
           "43 0 " UNESCAPED "\nrecords 1 passed 0\n");
    EXPECT("{\"CloudTrailEvent\":\"" ESCAPED "\"}", "20 0 " UNESCAPED "\nrecords 1 passed 0\n");
    EXPECT("{\"CloudTrailEvent\":\"no json\"}",
           "0 4 {\"CloudTrailEvent\":\"no json\"}\nrecords 1 passed 0\n");
    EXPECT("\"" ESCAPED "\"", "1 0 " UNESCAPED "\nrecords 1 passed 0\n");
    EXPECT("[\"{\\\"records\\\":[{\\\"a\\\":1}]}\",\"\\n{}\\u007b}\", \"x\"]",
           "2 4 {\"records\":[{\"a\":1}]}\n31 4 {}\n33 4 {}\n"
           "records 3 passed 0; JSON that holds no log records 1 @44\n");
    EXPECT("[\"{\\\"records\\\":["
           "{\\\"time\\\":1,\\\"resourceId\\\":1,\\\"operationName\\\":1}"
           "]}\"]",
           "14 1 {\"time\":1,\"resourceId\":1,\"operationName\":1}\nrecords 1 passed 0\n");
    EXPECT("\"{\\\"detail\\\":" ESCAPED "}\"", "11 0 70 " UNESCAPED "\nrecords 1 passed 0\n");
    EXPECT("\"{\"\n{}",
           "4 4 {}\nrecords 1 passed 0; record is cut off at the end of the file 1 @1\n");
}

TEST(values_that_are_no_logs)
{
    EXPECT("1", "records 0 passed 0; JSON that holds no log records 1 @0\n");
    EXPECT("[1,\"a\",null,true,-1.5e3]",
           "records 0 passed 0; JSON that holds no log records 1 @1\n");
    EXPECT("\"abc\"\n{}\nnull",
           "6 4 {}\nrecords 1 passed 0; JSON that holds no log records 2 @0 @9\n");
}

TEST(garbage)
{
    EXPECT("hello world\nfoo bar", "records 0 passed 0; file or part of it is not JSON 1 @0\n");
    EXPECT("log: x\n{}\nlog: y {}\n {}\n{}",
           "7 4 {}\n24 4 {}\nrecords 2 passed 0; file or part of it is not JSON 2 @0 @10\n");
    EXPECT("\0\0\0{}\0{}\0",
           "3 4 {}\n6 4 {}\nrecords 2 passed 0; file or part of it is not JSON 3 @0 @5 @8\n");
    EXPECT("{},\n{}", "0 4 {}\n4 4 {}\nrecords 2 passed 0; file or part of it is not JSON 1 @2\n");
    EXPECT("}\n{}", "2 4 {}\nrecords 1 passed 0; file or part of it is not JSON 1 @0\n");
    EXPECT("[{} oops \"]\" [,] ,{}]",
           "1 4 {}\n18 4 {}\nrecords 2 passed 0; file or part of it is not JSON 1 @4\n");
    EXPECT("[{} {},,{}]",
           "1 4 {}\n4 4 {}\n8 4 {}\nrecords 3 passed 0; file or part of it is not JSON 2 @4 @7\n");
    EXPECT("[{}}\n{}", "1 4 {}\n5 4 {}\nrecords 2 passed 0; file or part of it is not JSON 1 @3\n");
    EXPECT("[{} x}\n{}",
           "1 4 {}\n7 4 {}\nrecords 2 passed 0; file or part of it is not JSON 1 @4\n");
    EXPECT("\xEF\xBB", "records 0 passed 0; file or part of it is not JSON 1 @0\n");
    EXPECT("\xFF\xFE{\0}\0\n\0{\0}\0", "records 0 passed 0; file or part of it is not JSON 1 @0\n");
}

TEST(broken_records)
{
    /* A line that was cut off costs itself alone, wherever it was cut. */
    EXPECT("{\"a\":\"x\n{\"b\":1}",
           "8 4 {\"b\":1}\nrecords 1 passed 0; file or part of it is not JSON 1 @0\n");
    EXPECT("{\"a\":\"x\\\n{\"b\":1}",
           "9 4 {\"b\":1}\nrecords 1 passed 0; file or part of it is not JSON 1 @0\n");
    EXPECT("{\"a\":1,\n{\"b\":1}",
           "8 4 {\"b\":1}\nrecords 1 passed 0; file or part of it is not JSON 1 @0\n");
    EXPECT("{\"a\":[1\n{\"b\":1}",
           "8 4 {\"b\":1}\nrecords 1 passed 0; file or part of it is not JSON 1 @0\n");
    /* Behind a colon the next line is a value, and the one after it shows the break. */
    EXPECT("{\"a\":\n{\"b\":1}\n{\"c\":1}",
           "14 4 {\"c\":1}\nrecords 1 passed 0; file or part of it is not JSON 1 @0\n");
    EXPECT("{\"a\":[1}\n{}", "9 4 {}\nrecords 1 passed 0; file or part of it is not JSON 1 @0\n");
    EXPECT("[{\"a\":[}},\n{\"b\":1},\n{\"c\":2}]\n{}",
           "11 4 {\"b\":1}\n20 4 {\"c\":2}\n29 4 {}\n"
           "records 3 passed 0; file or part of it is not JSON 1 @1\n");
    /* An envelope gives what stands before the break. */
    EXPECT("{\"Records\":[" CT("A") "," CT("B") ",{\"a\":]\n" CT("C"),
           "12 0 " CT("A") "\n72 0 " CT("B") "\n139 0 " CT(
               "C") "\n"
                    "records 3 passed 0; file or part of it is not JSON 1 @132\n");
    EXPECT("{\"Records\":[{\"a\":]]}\n{}",
           "21 4 {}\nrecords 1 passed 0; file or part of it is not JSON 1 @12\n");
    /* Structure is all that is promised. */
    EXPECT("{\"a\":nonsense}", "0 4 {\"a\":nonsense}\nrecords 1 passed 0\n");
}

TEST(cut_off)
{
    EXPECT("{}\n{\"a\":",
           "0 4 {}\nrecords 1 passed 0; record is cut off at the end of the file 1 @3\n");
    EXPECT("[{}", "1 4 {}\nrecords 1 passed 0; record is cut off at the end of the file 1 @3\n");
    EXPECT("[{},{", "1 4 {}\nrecords 1 passed 0; record is cut off at the end of the file 1 @4\n");
    EXPECT("\"abc", "records 0 passed 0; record is cut off at the end of the file 1 @4\n");
    EXPECT(
        "{\"Records\":[" CT("A") "],\"x\":",
        "12 0 " CT("A") "\nrecords 1 passed 0; record is cut off at the end of the file 1 @77\n");
    EXPECT("{\"Records\":[{\"eventName\":",
           "records 0 passed 0; record is cut off at the end of the file 1 @12\n");
    EXPECT(
        "{\"Records\":[" CT("A") ",{\"x",
        "12 0 " CT("A") "\nrecords 1 passed 0; record is cut off at the end of the file 1 @72\n");
}

/* What an attacker can write into a value never becomes a record. */
TEST(forged_boundaries)
{
    EXPECT("{\"a\":\"},{\\\"eventVersion\\\":1}\"}{}",
           "0 4 {\"a\":\"},{\\\"eventVersion\\\":1}\"}\n30 4 {}\nrecords 2 passed 0\n");
    EXPECT("{\"Records\":[{\"eventSource\":\"},{\\\"eventVersion\\\\\",\"eventName\":[" CT(
               "F") "," CT("F") "],\"eventVersion\":1}]}",
           "12 0 {\"eventSource\":\"},{\\\"eventVersion\\\\\",\"eventName\":[" CT("F") "," CT(
               "F") "],\"eventVersion\":1}\nrecords 1 passed 0\n");
    EXPECT("[{\"a\":\"\\\\\\\"},{\\\"\"}]",
           "1 4 {\"a\":\"\\\\\\\"},{\\\"\"}\nrecords 1 passed 0\n");
}

TEST(invalid_utf8_is_left_to_the_walk)
{
    EXPECT("{\"a\":\"\xFF\xC3\"}\n{}", "0 4 {\"a\":\"\xFF\xC3\"}\n11 4 {}\nrecords 2 passed 0\n");
}

TEST(limit_of_size)
{
    expect_limited(SL_TEXT("{\"a\":1}\n{\"a\":12345678}\n{\"b\":2}"), 10,
                   "0 4 {\"a\":1}\n23 4 {\"b\":2}\n"
                   "records 2 passed 0; record is larger than the limit 1 @8\n");
    expect_limited(SL_TEXT("{\"a\":1234}{\"a\":12345}"), 10,
                   "0 4 {\"a\":1234}\nrecords 1 passed 0; record is larger than the limit 1 @10\n");
    expect_limited(SL_TEXT("[\"{\\\"a\\\":12345}\",\"{}\"]"), 8,
                   "18 4 {}\nrecords 1 passed 0; record is larger than the limit 1 @1\n");
    /* The array of an envelope may be as large as it likes; so may its first element. */
    expect_limited(SL_TEXT("{\"Records\":[" CT("A") "," CT("B") "," CT("C") "]}"), 80,
                   "12 0 " CT("A") "\n72 0 " CT("B") "\n132 0 " CT("C") "\nrecords 3 passed 0\n");
    expect_limited(SL_TEXT("{\"Records\":[{\"x\":\"0123456789012345678901234567890123456789"
                           "012345678901234567890123456789\"}," CT("A") "]}"),
                   70,
                   "91 0 " CT("A") "\nrecords 1 passed 0; record is larger than the limit 1 @12\n");
    /* Cut off exactly at the limit. */
    expect_limited(SL_TEXT("{\"a\":12345"), 10,
                   "records 0 passed 0; record is cut off at the end of the file 1 @0\n");
}

static void repeat(sl_buffer *out, const char *piece, size_t count)
{
    for (size_t i = 0; i < count; i++) sl_buffer_add_string(out, piece);
}

static void expect_counts(const sl_buffer *input, const char *expected)
{
    static const size_t blocks[] = {1 << 20, 4096, 1000, 63};
    for (size_t i = 0; i < SL_COUNT(blocks); i++) {
        sl_buffer out;
        sl_buffer_init(&out);
        test_split(recogniser, sl_buffer_text(input), blocks[i], RECORD_MAX, &out);
        if (strcmp(out.data, expected) != 0)
            TEST_FAIL("expected\n%sgot\n%.300s", expected, out.data);
        sl_buffer_fini(&out);
    }
}

TEST(limit_of_depth)
{
    sl_buffer input;
    sl_buffer_init(&input);
    repeat(&input, "{\"a\":", 200000);
    repeat(&input, "}", 200000); /* no innermost value: structure is all that counts here */
    sl_buffer_add_string(&input, "\n{}");
    expect_counts(&input,
                  "1200001 4 {}\nrecords 1 passed 0; "
                  "record is nested deeper than the limit 1 @0\n");
    sl_buffer_clear(&input);
    repeat(&input, "[", 200000);
    expect_counts(&input,
                  "records 0 passed 0; JSON that holds no log records 1 @8; "
                  "record is nested deeper than the limit 1 @521\n");
    sl_buffer_clear(&input);
    repeat(&input, "{\"a\":", 512);
    repeat(&input, "}", 512);
    sl_buffer out;
    sl_buffer_init(&out);
    test_split(recogniser, sl_buffer_text(&input), 100, RECORD_MAX, &out);
    CHECK(sl_text_ends(sl_buffer_text(&out), SL_TEXT("\nrecords 1 passed 0\n")));
    sl_buffer_clear(&input);
    repeat(&input, "{\"a\":", 513);
    repeat(&input, "}", 513);
    expect_counts(&input, "records 0 passed 0; record is nested deeper than the limit 1 @0\n");
    sl_buffer_clear(&input);
    sl_buffer_add_string(&input, "{\"Records\":[");
    repeat(&input, "{\"a\":", 511);
    repeat(&input, "}", 511);
    sl_buffer_add_string(&input, "," CT("A") "]}");
    sl_buffer_clear(&out);
    test_split(recogniser, sl_buffer_text(&input), 77, RECORD_MAX, &out);
    CHECK(sl_text_ends(sl_buffer_text(&out), SL_TEXT("\nrecords 2 passed 0\n")));
    sl_buffer_fini(&out);
    sl_buffer_fini(&input);
}

/* A hundred megabytes in one record are passed by without being kept. */
TEST(huge_record)
{
    enum { PIECE = 1 << 20, PIECES = 100 };
    static const char head[] = "{\"Records\":[" CT("A") ",{\"x\":\"", tail[] = "\"}," CT("B") "]}";
    sl_faults faults;
    sl_record record;
    sl_faults_init(&faults);
    sl_split *split = sl_split_new(recogniser, RECORD_MAX, &faults);
    sl_split_begin(split, SL_TEXT("huge"));
    char *data = sl_malloc(RECORD_MAX + PIECE + SL_BLOCK_PAD);
    CHECK(split != NULL && data != NULL);
    uint64_t offset = 0;
    size_t keep = 0, most = 0, length = 0, records = 0;
    for (int i = 0; i <= PIECES && data != NULL; i++) {
        memmove(data, data + length - keep, keep);
        memset(data + keep, 'x', PIECE + SL_BLOCK_PAD);
        if (i == 0) memcpy(data, head, sizeof head - 1);
        if (i == PIECES) memcpy(data + keep, tail, sizeof tail - 1);
        length = keep + (i == PIECES ? sizeof tail - 1 : PIECE);
        sl_split_feed(split, data, length, offset, i == PIECES);
        while (sl_split_next(split, &arena, &record)) records++;
        keep = sl_split_keep(split);
        offset += length - keep;
        if (keep > most) most = keep;
    }
    CHECK_INT(2, records);
    CHECK(most <= RECORD_MAX);
    CHECK_INT(1, faults.counts[SL_FAULT_LARGE]);
    CHECK_INT(0, faults.counts[SL_FAULT_NOT_JSON] + faults.counts[SL_FAULT_TRUNCATED]);
    free(data);
    sl_split_free(split);
    sl_faults_fini(&faults);
}

/* --- published logs --- */

typedef struct tally {
    uint64_t files, records[FORMAT_COUNT];
} tally;

/* Splits a file in one block and in odd ones; both must agree. Counts its records by format. */
static void tally_file(const char *path, tally *sum)
{
    sl_text contents = test_file(path);
    sl_buffer whole, pieces;
    sl_buffer_init(&whole);
    sl_buffer_init(&pieces);
    test_split(recogniser, contents, contents.length + 1, RECORD_MAX, &whole);
    test_split(recogniser, contents, 4093, RECORD_MAX, &pieces);
    if (!sl_text_equal(sl_buffer_text(&whole), sl_buffer_text(&pieces)))
        TEST_FAIL("%s: blocks differ", path);
    size_t at = 0;
    while (at < whole.length) {
        unsigned long long offset;
        unsigned format;
        const char *line = whole.data + at;
        if (sscanf(line, "%llu %u ", &offset, &format) == 2) {
            sum->records[format]++;
            const char *text = strchr(line, '{');
            size_t length = (size_t)(strchr(text, '\n') - text);
            /* Pretty-printed ones hold newlines: the length to the first suffices. */
            if (memcmp(text, contents.data + offset, length) != 0)
                TEST_FAIL("%s: offset %llu is wrong", path, offset);
        } else if (strncmp(line, "records ", 8) == 0 && strchr(line, ';') != NULL) {
            TEST_FAIL("%s: %s", path, line);
        }
        const char *next = strchr(line, '\n');
        at = (size_t)(next - whole.data) + 1;
    }
    sum->files++;
    sl_buffer_fini(&whole);
    sl_buffer_fini(&pieces);
    free((void *)(uintptr_t)contents.data);
}

static tally tally_tree(const char *root, const char *below)
{
    tally sum = {0};
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", root, below);
    DIR *directory = opendir(path);
    if (directory == NULL) {
        tally_file(path, &sum);
        return sum;
    }
    for (const struct dirent *entry; (entry = readdir(directory)) != NULL;) {
        if (entry->d_name[0] == '.') continue;
        snprintf(path, sizeof path, "%s/%s/%s", root, below, entry->d_name);
        tally_file(path, &sum);
    }
    closedir(directory);
    return sum;
}

TEST(published_logs)
{
    const char *root = getenv("STRANDLINE_DATA");
    if (root == NULL) SKIP("STRANDLINE_DATA is not set");
    tally sum = tally_tree(root, "cloudtrail/invictus");
    CHECK_INT(55, sum.files);
    CHECK_INT(2900, sum.records[CLOUDTRAIL]);
    sum = tally_tree(root, "cloudtrail/stratus");
    CHECK_INT(310, sum.records[CLOUDTRAIL]);
    sum = tally_tree(root, "cloudtrail/traildiscover.ndjson");
    CHECK_INT(314, sum.records[CLOUDTRAIL]);
    sum = tally_tree(root, "cloudtrail/otrf-s3-exfil.ndjson");
    CHECK_INT(103, sum.records[CLOUDTRAIL]);
    sum = tally_tree(root, "cloudtrail/splunk-examples.ndjson");
    CHECK_INT(48, sum.records[CLOUDTRAIL]);
    sum = tally_tree(root, "azure/activity-captured.ndjson");
    CHECK_INT(3, sum.records[AZURE] + sum.records[PLAIN]);
    sum = tally_tree(root, "azure/activity-panther-handwritten.ndjson");
    CHECK_INT(214, sum.records[AZURE] + sum.records[PLAIN]);
    sum = tally_tree(root, "crowdstrike/process-example.ndjson");
    CHECK_INT(1, sum.records[CROWDSTRIKE]);
}

TEST_MAIN(setup(); RUN(lines) RUN(read_on_the_way) RUN(read_in_many_orders) RUN(arrays)
              RUN(envelopes_with_arrays) RUN(what_looks_like_an_envelope)
                  RUN(envelopes_with_one_object) RUN(escaped_records) RUN(values_that_are_no_logs)
                      RUN(garbage) RUN(broken_records) RUN(cut_off) RUN(forged_boundaries)
                          RUN(invalid_utf8_is_left_to_the_walk) RUN(limit_of_size)
                              RUN(limit_of_depth) RUN(huge_record) RUN(published_logs)
                                  sl_arena_fini(&arena);)
