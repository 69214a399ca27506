/* engine_gate_test.c - random queries over random events: with gates and without, the same rows.
 *
 * The events are as hostile as JSON allows: characters hidden in escapes, letters that fold to
 * ASCII ones, white space, keys repeated and nested, values of other kinds. */
#include "strandline/strandline.h"

#include <stdlib.h>

#include "base/text.h"
#include "test.h"

enum { ROUNDS = 3000, EVENTS = 24 };

static uint32_t random_state;

static uint32_t random_below(uint32_t limit)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 17;
    random_state ^= random_state << 5;
    return random_state % limit;
}

static const char *pick(const char *const *words, size_t count)
{
    return words[random_below((uint32_t)count)];
}
#define PICK(...) \
    pick((const char *const[]){__VA_ARGS__}, \
         sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *))

#define WORDS \
    "AccessDenied", "RunInstances", "StopInstances", "s3.amazonaws.com", "IAMUser", "Root", \
        "aws-cli/2.1 kali/x", "arn:aws:iam::1:user/mallory", "success", "Kiss-ask", "null", "17"

/* --- events --- */

/* How a string is written. */
typedef enum disguise {
    PLAIN,
    ALSO_PLAIN,
    SLASHES, /* each as an escape, as PHP writes them */
    ONE,     /* one character as an escape */
    FOLDING, /* k and s as characters that fold to them */
    UPPER,
    BROKEN, /* a foreign byte or escape somewhere */
    DISGUISES
} disguise;

static void make_character(sl_buffer *out, char c, disguise how, bool here)
{
    if (how == SLASHES && c == '/') sl_buffer_add_string(out, "\\/");
    else if (how == ONE && here)
        sl_buffer_printf(out, random_below(2) == 0 ? "\\u%04x" : "\\u%04X", (unsigned)c);
    else if (how == FOLDING && c == 'k') sl_buffer_add_string(out, "\xE2\x84\xAA");
    else if (how == FOLDING && c == 's') sl_buffer_add_string(out, PICK("\xC5\xBF", "\\u017f"));
    else if (how == UPPER && c >= 'a' && c <= 'z') sl_buffer_add_byte(out, (char)(c - 'a' + 'A'));
    else sl_buffer_add_byte(out, c);
    if (how == BROKEN && here) sl_buffer_add_string(out, PICK("\xFF", "\\\\", "\\\"", "x"));
}

static void make_characters(sl_buffer *out, const char *text, disguise how)
{
    uint32_t length = (uint32_t)strlen(text), here = random_below(length);
    for (uint32_t i = 0; i < length; i++) make_character(out, text[i], how, i == here);
}

static void make_string(sl_buffer *out, const char *text)
{
    sl_buffer_add_byte(out, '"');
    if (random_below(8) == 0) sl_buffer_add_string(out, PICK("pre ", "\\n", "a/", "*"));
    make_characters(out, text, (disguise)random_below(DISGUISES));
    if (random_below(8) == 0) sl_buffer_add_string(out, PICK(" post", "Exception", "\\t"));
    sl_buffer_add_byte(out, '"');
}

static void make_value(sl_buffer *out)
{
    switch (random_below(12)) {
    case 0: sl_buffer_add_string(out, PICK("null", "true", "17", "1.70e1", "{}", "[]")); break;
    case 1:
        sl_buffer_add_string(out, "[");
        make_string(out, PICK(WORDS));
        sl_buffer_add_string(out, "]");
        break;
    default: make_string(out, PICK(WORDS)); break;
    }
}

static void make_member(sl_buffer *out, const char *key)
{
    sl_buffer_add_byte(out, '"');
    make_characters(out, key, random_below(40) == 0 ? ONE : PLAIN);
    sl_buffer_add_string(out, PICK("\":", "\":", "\" : ", "\"\t:"));
}

static void make_event(sl_buffer *out)
{
    sl_buffer_add_string(out, "{\"eventVersion\":\"1.08\",\"awsRegion\":\"r\"");
    for (uint32_t n = 2 + random_below(6); n > 0; n--) {
        sl_buffer_add_byte(out, ',');
        make_member(out,
                    PICK("eventName", "eventName", "eventSource", "errorCode", "userAgent",
                         "sourceIPAddress", "userIdentity.type"));
        make_value(out);
    }
    if (random_below(2) == 0) {
        sl_buffer_add_string(out, ",\"userIdentity\":{\"type\":");
        make_value(out);
        sl_buffer_add_string(out, ",\"arn\":");
        make_value(out);
        if (random_below(4) == 0) {
            sl_buffer_add_string(out, ",\"errorCode\":");
            make_value(out);
        }
        sl_buffer_add_byte(out, '}');
    }
    sl_buffer_add_string(out, ",\"eventSource\":\"x\",\"eventName\":\"y\"}\n");
}

/* --- queries --- */

static void make_pattern(sl_buffer *out)
{
    sl_buffer_printf(out, "\"%s%s%s\"", PICK("", "", "*"), PICK(WORDS, "denied", "kali", "user/m"),
                     PICK("", "", "*"));
}

static void make_term(sl_buffer *out)
{
    if (random_below(4) == 0) {
        make_pattern(out);
        return;
    }
    sl_buffer_printf(out, "%s%s",
                     PICK("eventName", "errorCode", "errorCode", "eventSource", "userAgent",
                          "userIdentity.type", "user_type", "user_arn", "status", "src_ip"),
                     PICK("=", "=", "=", "!="));
    make_pattern(out);
}

static void make_terms(sl_buffer *out, uint32_t depth)
{
    uint32_t count = 1 + random_below(3);
    for (uint32_t i = 0; i < count; i++) {
        if (i > 0) sl_buffer_add_string(out, PICK(" ", " ", " OR "));
        if (random_below(6) == 0) sl_buffer_add_string(out, "NOT ");
        if (depth > 0 && random_below(4) == 0) {
            sl_buffer_add_byte(out, '(');
            make_terms(out, depth - 1);
            sl_buffer_add_byte(out, ')');
        } else {
            make_term(out);
        }
    }
}

static void make_spl(sl_buffer *out)
{
    sl_buffer_add_string(out, "index=aws ");
    if (random_below(4) > 0) make_terms(out, 2);
    static const char *const steps[] = {
        "| eval u=lower(userAgent) | where like(u, \"%kali%\")",
        "| eval u=if(isnull(errorCode), \"none\", errorCode) | search u=AccessDenied",
        "| eval u=coalesce(userAgent, errorCode) | where match(u, \"(?i)k(ali|iss)|denied$\")",
        "| rename userAgent AS u | search u=*kali*",
        "| eval u=mvindex(split('userIdentity.arn', \"/\"), -1) | search u=mallory",
        "| where errorCode IN (\"AccessDenied\", \"Root\") AND isnotnull(eventName)",
        ("| eval u=case(errorCode=\"17\", \"RunInstances\", true(), eventName)"
         " | where u=\"RunInstances\""),
        "| where match('userIdentity.type', \"^(IAM)?User|Ro+t\")",
        "| regex userAgent=\"kali/x\"",
        "| eval u=coalesce('userIdentity.type', errorCode) | search u=Root",
        "| search Kiss-ask OR TERM(AccessDenied)",
        "| eval u=substr(upper(errorCode), 1, 6) | search u=ACCESS",
    };
    /* A field's value goes on under another name. */
    static const char *const moves[] = {
        "",
        "",
        "| eval old=errorCode, errorCode=\"x\", userAgent=old",
        "| eval u=userAgent | eval userAgent=errorCode, errorCode=u",
        "| rename userAgent AS errorCode",
        "| rename errorCode AS userAgent, userAgent AS errorCode",
        "| eval eventName=coalesce(errorCode, eventName) | fields - errorCode",
        "| fillnull value=AccessDenied errorCode",
    };
    for (uint32_t n = random_below(3); n > 0; n--) {
        sl_buffer_add_string(out, moves[random_below(SL_COUNT(moves))]);
        sl_buffer_add_string(out, steps[random_below(SL_COUNT(steps))]);
    }
    sl_buffer_add_string(out, " | table eventName errorCode userAgent user_type _raw");
}

static void make_cql(sl_buffer *out)
{
    for (uint32_t count = 1 + random_below(3); count > 0; count--) {
        const char *field =
            PICK("eventName", "errorCode", "eventSource", "userAgent", "userIdentity.type");
        switch (random_below(5)) {
        case 0:
            sl_buffer_printf(out, "%s=/%s/i", field, PICK("denied", "ki+ss", "run|stop"));
            break;
        case 1: sl_buffer_printf(out, "%s=\"*%s*\"", field, PICK("kali", "Denied")); break;
        case 2: sl_buffer_printf(out, "in(%s, values=[\"Root\", \"IAM*\"])", field); break;
        case 3: sl_buffer_printf(out, "\"%s\"", PICK(WORDS)); break;
        default: sl_buffer_printf(out, "%s=\"%s\"", field, PICK(WORDS)); break;
        }
        sl_buffer_add_string(out, count > 1 ? PICK(" ", " or ", " and ") : "");
    }
    sl_buffer_add_string(out, " | table([eventName, errorCode, userAgent])");
}

/* --- runs --- */

typedef struct tally {
    uint64_t rows, hashes, candidates;
} tally;

static bool on_row(void *context, const sl_row *row)
{
    tally *t = context;
    size_t length;
    const char *json = sl_row_json(row, &length);
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (size_t i = 0; json != NULL && i < length; i++)
        hash = (hash ^ (unsigned char)json[i]) * UINT64_C(0x100000001b3);
    t->rows++;
    t->hashes += hash;
    return true;
}

static tally run(sl_engine *engine, sl_query *query, const char *gate, sl_text events)
{
    tally t = {0, 0, 0};
    sl_summary summary;
    CHECK(sl_engine_set(engine, "gate", gate));
    CHECK(sl_query_run_memory(query, events.data, events.length, on_row, &t, &summary)
          != SL_RUN_FAILED);
    t.candidates = summary.candidates;
    return t;
}

TEST(gates_lose_no_row)
{
    sl_engine *engine = sl_engine_new();
    if (engine == NULL) abort();
    CHECK(sl_engine_set(engine, "threads", "1"));
    CHECK(sl_engine_set(engine, "block-bytes", "3000"));
    uint64_t rows = 0, some = 0, passed_over = 0;
    for (uint32_t round = 1; round <= ROUNDS && test_checks_failed < 5; round++) {
        random_state = round * 2654435761U;
        bool cql = random_below(4) == 0;
        sl_buffer text, events;
        sl_buffer_init(&text);
        sl_buffer_init(&events);
        if (cql) make_cql(&text);
        else make_spl(&text);
        for (uint32_t i = 0; i < EVENTS; i++) make_event(&events);
        sl_query *query =
            sl_query_new(engine, cql ? "cql" : "spl", "random", text.data, text.length);
        if (query == NULL || !sl_query_ok(query))
            TEST_FAIL("round %u: not compiled: %.*s", round, SL_TEXT_ARG(sl_buffer_text(&text)));
        CHECK(sl_engine_set(engine, "profile", random_below(2) == 0 ? "default" : "splunk-addon"));
        tally on = run(engine, query, PICK("plain", "avx2", "avx512"), sl_buffer_text(&events));
        tally off = run(engine, query, "off", sl_buffer_text(&events));
        if (on.rows != off.rows || on.hashes != off.hashes)
            TEST_FAIL("round %u: %llu rows, without gates %llu: %.*s\n%.*s", round,
                      (unsigned long long)on.rows, (unsigned long long)off.rows,
                      SL_TEXT_ARG(sl_buffer_text(&text)), SL_TEXT_ARG(sl_buffer_text(&events)));
        rows += off.rows;
        passed_over += off.candidates - on.candidates;
        some += off.rows > 0 && off.rows < EVENTS;
        sl_query_free(query);
        sl_buffer_fini(&text);
        sl_buffer_fini(&events);
    }
    /* It would prove nothing if queries wanted all or nothing, or gates let all through. */
    CHECK(rows > ROUNDS);
    CHECK(passed_over > ROUNDS);
    CHECK(some > ROUNDS / 4);
    sl_engine_free(engine);
}

TEST_MAIN(RUN(gates_lose_no_row))
