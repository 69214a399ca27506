/* record.c - members first, then how they are written.
 *
 * Most records are clean, so that gates have something to pass over; some have one trick, few have
 * many. The tricks are those that a reader of raw bytes falls for: escapes in keys and values, keys
 * that are repeated, nested or hold dots, values that read like keys, like the end of a record, or
 * like an envelope. */
#include "record.h"

#include <stdio.h>
#include <stdlib.h>

enum { RECORD_MEMBERS_MAX = 48, RECORD_NESTING_MAX = 3 };

const char *const prop_names[] = {
    "StopInstances",
    "StartInstances",
    "RunInstances",
    "CreateVolume",
    "DescribeInstances",
    "ConsoleLogin",
    "AssumeRole",
    "GetObject",
    "DeleteTrail",
    "StopLogging",
    "CreateKey",
    "kick",
    "10.0.0.1",
    "404",
    "a/b",
    "Sk",
    "null",
    "",
    "CreateSnapshot",
    "UserLogin",
};
const uint32_t prop_name_count = SL_COUNT(prop_names);
const char *const prop_sources[] = {"ec2.amazonaws.com", "iam.amazonaws.com", "s3.amazonaws.com",
                                    "signin.amazonaws.com", "kms.amazonaws.com"};
const uint32_t prop_source_count = SL_COUNT(prop_sources);
const char *const prop_people[] = {"ann",
                                   "bob",
                                   "Kask",
                                   "root",
                                   "arn:aws:iam::111122223333:user/ann",
                                   "arn:aws:sts::111122223333:assumed-role/Admin/bob"};
const uint32_t prop_person_count = SL_COUNT(prop_people);
const char *const prop_addresses[] = {"10.0.0.1", "10.0.0.2", "192.0.2.7", "2001:db8::1",
                                      "ec2.amazonaws.com"};
const uint32_t prop_address_count = SL_COUNT(prop_addresses);
const char *const prop_errors[] = {"AccessDenied", "Client.UnauthorizedOperation", "", "null",
                                   "success"};
const uint32_t prop_error_count = SL_COUNT(prop_errors);

typedef struct record {
    prop_random *random;
    sl_arena *arena;
    uint32_t tricks; /* chance of one at each place, in 100 */
    uint32_t spaces; /* the same of white space */
    uint32_t depth;
    struct {
        const char *key;
        sl_text value; /* JSON */
    } members[RECORD_MEMBERS_MAX];
    uint32_t count;
} record;

static bool trick(record *r)
{
    return prop_chance(r->random, r->tricks);
}

static const char *pick(record *r, const char *const *texts, uint32_t count)
{
    return texts[prop_below(r->random, count)];
}

static sl_text finish(record *r, sl_buffer *out)
{
    if (out->failed) abort();
    sl_text text = sl_arena_copy(r->arena, sl_buffer_text(out));
    if (text.data == NULL) abort();
    sl_buffer_fini(out);
    return text;
}

/* --- strings --- */

/* A character that reads the same, is the same without case, or is none at all. */
static void put_tricky(record *r, sl_buffer *out, unsigned char c)
{
    switch (prop_below(r->random, 6)) {
    case 0:
        if (c == 'k' || c == 'K') {
            sl_buffer_add_string(out, "\xE2\x84\xAA");
            return;
        }
        if (c == 's' || c == 'S') {
            sl_buffer_add_string(out, "\xC5\xBF");
            return;
        }
        break;
    case 1:
        if (c != '/') break;
        sl_buffer_add_string(out, "\\/");
        return;
    case 2:
        if (prop_chance(r->random, 30)) sl_buffer_add_byte(out, '\xFF');
        break;
    default: break;
    }
    sl_buffer_printf(out, prop_chance(r->random, 50) ? "\\u%04x" : "\\u%04X", (unsigned)c);
}

static void put_string(record *r, sl_buffer *out, const char *text)
{
    bool tricky = trick(r);
    sl_buffer_add_byte(out, '"');
    for (; *text != '\0'; text++) {
        unsigned char c = (unsigned char)*text;
        if (tricky && prop_chance(r->random, 15)) put_tricky(r, out, c);
        else if (c == '"' || c == '\\') sl_buffer_printf(out, "\\%c", c);
        else if (c < ' ') sl_buffer_printf(out, "\\u%04x", (unsigned)c);
        else sl_buffer_add_byte(out, (char)c);
    }
    sl_buffer_add_byte(out, '"');
}

static sl_text string_of(record *r, const char *text)
{
    sl_buffer out;
    sl_buffer_init(&out);
    put_string(r, &out, text);
    return finish(r, &out);
}

/* --- members --- */

static void add(record *r, const char *key, sl_text value)
{
    if (r->count == RECORD_MEMBERS_MAX) return;
    r->members[r->count].key = key;
    r->members[r->count++].value = value;
}

static void add_string(record *r, const char *key, const char *value)
{
    add(r, key, string_of(r, value));
}

static void add_raw(record *r, const char *key, const char *json)
{
    add(r, key, sl_text_from(json));
}

static void put_space(record *r, sl_buffer *out)
{
    static const char *const spaces[] = {" ", "  ", "\n", "\t", "\r\n", " \n  "};
    if (prop_chance(r->random, r->spaces)) sl_buffer_add_string(out, PROP_PICK(r->random, spaces));
}

static sl_text write_members(record *r)
{
    sl_buffer out;
    sl_buffer_init(&out);
    sl_buffer_add_byte(&out, '{');
    for (uint32_t i = 0; i < r->count; i++) {
        if (i > 0) sl_buffer_add_byte(&out, ',');
        put_space(r, &out);
        record how = *r;
        if (r->tricks > 0 && strncmp(r->members[i].key, "event", 5) == 0) how.tricks = 15;
        put_string(&how, &out, r->members[i].key);
        put_space(r, &out);
        sl_buffer_add_byte(&out, ':');
        put_space(r, &out);
        sl_buffer_add(&out, r->members[i].value);
        put_space(r, &out);
    }
    sl_buffer_add_byte(&out, '}');
    return finish(r, &out);
}

static void shuffle(record *r)
{
    for (uint32_t i = r->count; i > 1; i--) {
        uint32_t j = prop_below(r->random, i);
        const char *key = r->members[j].key;
        sl_text value = r->members[j].value;
        r->members[j] = r->members[i - 1];
        r->members[i - 1].key = key;
        r->members[i - 1].value = value;
    }
}

/* --- values --- */

static record inner_record(const record *r)
{
    return (record){.random = r->random,
                    .arena = r->arena,
                    .tricks = r->tricks,
                    .spaces = r->spaces,
                    .depth = r->depth + 1};
}

static const char *name_of(record *r)
{
    /* The first ones most of the time: queries and records should meet. */
    uint32_t some = prop_chance(r->random, 70) ? 6 : prop_name_count;
    return prop_names[prop_below(r->random, some)];
}

static sl_text anything(record *r);

static sl_text object_of(record *r)
{
    static const char *const keys[] = {
        "instanceId",
        "eventName",
        "eventSource",
        "operationName",
        "x",
        "userIdentity",
        "eventVersion",
        "a.b",
        "arn",
        "value",
        "Records",
        "detail",
        "records",
        "OperationName",
        "operationName.value",
        "eventName.x",
        "",
        "message",
        "event_simpleName",
        "errorCode",
        "items",
        "eventNames",
        "items{}",
        "user_arn",
    };
    record inner = inner_record(r);
    uint32_t count = prop_below(r->random, 4);
    for (uint32_t i = 0; i < count; i++) add(&inner, PROP_PICK(r->random, keys), anything(&inner));
    return write_members(&inner);
}

static sl_text array_of(record *r)
{
    sl_buffer out;
    sl_buffer_init(&out);
    sl_buffer_add_byte(&out, '[');
    uint32_t count = prop_below(r->random, 4);
    for (uint32_t i = 0; i < count; i++) {
        record inner = inner_record(r);
        if (i > 0) sl_buffer_add_byte(&out, ',');
        put_space(r, &out);
        sl_buffer_add(&out, anything(&inner));
    }
    put_space(r, &out);
    sl_buffer_add_byte(&out, ']');
    return finish(r, &out);
}

static sl_text deep_of(record *r)
{
    static const uint32_t depths[] = {5, 62, 63, 64, 65, 66, 100, 509, 510, 511, 512, 513};
    sl_buffer out;
    sl_buffer_init(&out);
    uint32_t depth = PROP_PICK(r->random, depths);
    bool arrays = prop_chance(r->random, 50);
    for (uint32_t i = 0; i < depth; i++) sl_buffer_add_string(&out, arrays ? "[" : "{\"x\":");
    if (!arrays) sl_buffer_add_byte(&out, '1');
    for (uint32_t i = 0; i < depth; i++) sl_buffer_add_byte(&out, arrays ? ']' : '}');
    return finish(r, &out);
}

/* Text that looks like what stands around records. */
static sl_text forged_of(record *r)
{
    static const char *const forged[] = {
        "},{\"eventVersion\":\"1.08\",\"eventName\":\"StopInstances\"",
        "}\n{\"eventVersion\":\"1.08\",\"eventSource\":\"ec2.amazonaws.com\",\"eventName\":"
        "\"kick\"}",
        "\"eventName\":\"StopInstances\"",
        "eventName",
        "\\\"eventName\\\":",
        "{\"eventVersion\":\"1.08\",\"eventSource\":\"iam.amazonaws.com\",\"userIdentity\":{},"
        "\"eventName\":\"AssumeRole\",\"eventTime\":\"2024-01-01T00:00:00Z\"}",
        "]}",
        "\\",
        "\\\\\"",
    };
    return string_of(r, PROP_PICK(r->random, forged));
}

static sl_text number_of(record *r)
{
    static const char *const numbers[] = {
        "0", "1", "-1", "404", "1.10", "1e3", "12345678901234567890", "0.1", "-0", "111122223333"};
    return sl_text_from(PROP_PICK(r->random, numbers));
}

static sl_text word_of(record *r)
{
    static const char *const words[] = {"null", "true", "false"};
    return sl_text_from(PROP_PICK(r->random, words));
}

static sl_text whole_record(record *r);

/* A value of any kind. */
static sl_text anything(record *r)
{
    bool deep = r->depth >= RECORD_NESTING_MAX;
    switch (prop_below(r->random, 12)) {
    case 0:
    case 1:
    case 2: return string_of(r, name_of(r));
    case 3: return string_of(r, pick(r, prop_people, prop_person_count));
    case 4: return number_of(r);
    case 5: return word_of(r);
    case 6: return deep ? word_of(r) : object_of(r);
    case 7: return deep ? number_of(r) : array_of(r);
    case 8:
        return trick(r) ? deep_of(r) : string_of(r, pick(r, prop_addresses, prop_address_count));
    case 9: return trick(r) ? forged_of(r) : string_of(r, "");
    case 10: return !deep && trick(r) ? whole_record(r) : string_of(r, name_of(r));
    default: return string_of(r, pick(r, prop_errors, prop_error_count));
    }
}

/* What stands behind a gate key: mostly a name. */
static sl_text gate_value(record *r)
{
    if (r->tricks == 0 || !prop_chance(r->random, 25))
        return trick(r) ? anything(r) : string_of(r, name_of(r));
    record tricky = *r;
    tricky.tricks = 100;
    return string_of(&tricky, name_of(r));
}

static sl_text time_of(record *r)
{
    uint32_t n = prop_below(r->random, 1000);
    if (trick(r) && n % 4 == 0) return anything(r);
    return sl_arena_printf(r->arena, "\"2024-01-%02uT%02u:%02u:00%sZ\"", n % 3 + 1, n % 24, n % 60,
                           n % 5 == 0 ? ".123" : "");
}

/* --- formats --- */

static void add_identity(record *r)
{
    record inner = inner_record(r);
    add_raw(&inner, "type", "\"IAMUser\"");
    add_string(&inner, "arn", pick(r, prop_people, prop_person_count));
    if (prop_chance(r->random, 60)) add_string(&inner, "userName", pick(r, prop_people, 4));
    if (prop_chance(r->random, 60)) add_raw(&inner, "accountId", "\"111122223333\"");
    add(r, "userIdentity", trick(r) ? anything(r) : write_members(&inner));
}

static void make_cloudtrail(record *r)
{
    static const char *const optional[] = {"eventID", "recipientAccountId", "userAgent", "a.b"};
    if (!prop_chance(r->random, 5)) add_raw(r, "eventVersion", "\"1.08\"");
    if (!prop_chance(r->random, 10)) add_identity(r);
    add(r, "eventTime", time_of(r));
    add_string(r, "eventSource", pick(r, prop_sources, prop_source_count));
    if (!trick(r) || prop_chance(r->random, 70)) add(r, "eventName", gate_value(r));
    /* A gate key that cannot be seen beside one that can. */
    if (trick(r)) add(r, "eventName", gate_value(r));
    add_raw(r, "awsRegion", "\"us-east-1\"");
    if (!prop_chance(r->random, 20))
        add_string(r, "sourceIPAddress", pick(r, prop_addresses, prop_address_count));
    if (prop_chance(r->random, 30))
        add_string(r, "errorCode", pick(r, prop_errors, prop_error_count));
    if (prop_chance(r->random, 60))
        add_raw(r, "readOnly", prop_chance(r->random, 50) ? "true" : "false");
    if (prop_chance(r->random, 60)) add(r, "requestParameters", object_of(r));
    if (prop_chance(r->random, 60))
        add(r, "responseElements",
            prop_chance(r->random, 50) ? sl_text_from("null") : object_of(r));
    if (prop_chance(r->random, 50)) add(r, PROP_PICK(r->random, optional), anything(r));
}

static void make_azure(record *r)
{
    bool rest = prop_chance(r->random, 50), workspace = prop_chance(r->random, 30);
    record inner = inner_record(r);
    add(&inner, "value", gate_value(r));
    sl_text operation = rest ? write_members(&inner) : gate_value(r);
    if (workspace) {
        add(r, "TimeGenerated", time_of(r));
        add(r, "OperationNameValue", gate_value(r));
        add_raw(r, "Type", "\"AzureActivity\"");
    } else {
        add(r, rest ? "eventTimestamp" : "time", time_of(r));
        add(r, "operationName", operation);
        add_raw(r, "resourceId", "\"/SUBSCRIPTIONS/1/X\"");
        add_raw(r, "category", "\"Administrative\"");
        add_raw(r, "correlationId", "\"c\"");
    }
    if (prop_chance(r->random, 70))
        add_string(r, "caller", pick(r, prop_people, prop_person_count));
    if (prop_chance(r->random, 70))
        add_string(r, "callerIpAddress", pick(r, prop_addresses, prop_address_count));
    if (prop_chance(r->random, 50)) add(r, "properties", object_of(r));
    if (prop_chance(r->random, 20)) add(r, "OperationName", gate_value(r));
}

static void make_crowdstrike(record *r)
{
    add(r, "event_simpleName", gate_value(r));
    add_raw(r, "aid", "\"0123456789abcdef0123456789abcdef\"");
    add_raw(r, "timestamp", "\"1704067200000\"");
    if (prop_chance(r->random, 60))
        add_string(r, "UserName", pick(r, prop_people, prop_person_count));
    if (prop_chance(r->random, 60)) add(r, "ContextProcessId", number_of(r));
}

/* Entra's audit and sign-in logs, which share keys with Azure's Activity log. */
static void make_entra(record *r)
{
    bool audit = prop_chance(r->random, 50);
    add(r, "time", time_of(r));
    add_raw(r, "category", audit ? "\"AuditLogs\"" : "\"SignInLogs\"");
    add(r, "operationName", gate_value(r));
    if (prop_chance(r->random, 30)) add(r, "activityDisplayName", gate_value(r));
    if (prop_chance(r->random, 60))
        add_string(r, "callerIpAddress", pick(r, prop_addresses, prop_address_count));
    add(r, "properties", object_of(r));
}

/* Security Lake's events have no gate keys. */
static void make_ocsf(record *r)
{
    record api = inner_record(r);
    add_string(&api, "operation", name_of(r));
    add_raw(r, "class_uid", "3005");
    add_raw(r, "metadata", "{\"uid\":\"u\",\"product\":{\"name\":\"CloudTrail\"}}");
    add_raw(r, "time", "1704067200000");
    add(r, "api", trick(r) ? anything(r) : write_members(&api));
    if (prop_chance(r->random, 30)) add(r, "eventName", gate_value(r));
}

static void make_plain(record *r)
{
    static const char *const keys[] = {"id",     "user",   "status", "eventName",
                                       "action", "src_ip", "time"};
    uint32_t count = prop_below(r->random, 6);
    for (uint32_t i = 0; i < count; i++) add(r, PROP_PICK(r->random, keys), anything(r));
}

static void make_digest(record *r)
{
    add_raw(r, "digestS3Bucket", "\"b\"");
    add_raw(r, "digestS3Object", "\"o\"");
    if (prop_chance(r->random, 30)) add(r, "eventName", gate_value(r));
}

/* More members, anywhere: repeated keys, envelopes' keys, keys with dots. */
static void add_tricks(record *r)
{
    static const char *const keys[] = {
        "src_ip",
        "action",
        "items{}",
        "a",
        "a.b",
        "activityDisplayName",
        "#event_simpleName",
        "eventName",
        "eventSource",
        "userIdentity.arn",
        "operationName",
        "Records",
        "detail",
        "errorCode",
        "eventVersion",
        "eventName ",
        "EVENTNAME",
        "records",
        "value",
        "message",
        "event_simpleName",
        "OperationName",
        "operationName.value",
        "userIdentity",
        "data",
        "_time",
    };
    while (r->count < RECORD_MEMBERS_MAX && trick(r))
        add(r, PROP_PICK(r->random, keys), prop_chance(r->random, 15) ? forged_of(r) : anything(r));
}

static sl_text whole_record(record *outer)
{
    record r = inner_record(outer);
    uint32_t kind = prop_below(r.random, 100);
    if (kind < 60) make_cloudtrail(&r);
    else if (kind < 74) make_azure(&r);
    else if (kind < 79) make_entra(&r);
    else if (kind < 82) make_ocsf(&r);
    else if (kind < 90) make_crowdstrike(&r);
    else if (kind < 98) make_plain(&r);
    else make_digest(&r);
    add_tricks(&r);
    if (prop_chance(r.random, 20)) shuffle(&r);
    return write_members(&r);
}

/* A few bytes less, more or other. */
static sl_text break_record(record *r, sl_text whole)
{
    static const char *const bytes[] = {"{", "}",  "[",  "]", "\"",  ",",
                                        ":", "\\", "\n", "x", "}\n{"};
    sl_buffer out;
    sl_buffer_init(&out);
    size_t at = prop_below(r->random, (uint32_t)whole.length);
    sl_buffer_add(&out, sl_text_slice(whole, 0, at));
    if (prop_chance(r->random, 60)) sl_buffer_add_string(&out, PROP_PICK(r->random, bytes));
    at += prop_below(r->random, 3);
    sl_buffer_add(&out, sl_text_slice(whole, at < whole.length ? at : whole.length, whole.length));
    return finish(r, &out);
}

sl_text prop_make_record(prop_random *random, sl_arena *arena)
{
    static const uint32_t tricks[] = {0, 0, 0, 0, 2, 6, 20};
    static const uint32_t spaces[] = {0, 0, 0, 0, 10, 60};
    record outer = {.random = random, .arena = arena};
    outer.tricks = PROP_PICK(random, tricks);
    outer.spaces = PROP_PICK(random, spaces);
    sl_text whole = whole_record(&outer);
    return outer.tricks > 5 && prop_chance(random, 8) ? break_record(&outer, whole) : whole;
}
