/* event.c - writes made CloudTrail records by appending text: no values, no formatting.
 *
 * Key order and field mix are those of captured events. One record in two hundred is a call that
 * T1578.004.spl names, of which some fail; one in a hundred is a byte-identical copy of an
 * earlier record, as CloudTrail delivers duplicates; six in a thousand hold \u escapes. */
#include "event.h"

#include <stdlib.h>

#include "apis.h"
#include "body.h"
#include "random.h"

#define PUT BENCH_PUT

/* Shares in a thousand. */
enum {
    EVENT_SET = 5,
    EVENT_COPY = 10,
    EVENT_ESCAPED = 4, /* sign-ins hold escapes as well */
    EVENT_SERVICE = 180,
    EVENT_FAILED = 70,
    EVENT_SET_FAILED = 120,
    EVENT_OWN_FAILED = 640, /* CloudTrail's own writes into a bucket that it may not write */
    EVENT_REPEATED = 480,   /* the same caller makes the same call again, as programs do */
    EVENT_ROOT = 6,
    EVENT_USER = 220
};

/* Earlier records that copies are taken from. One in EVENT_KEEP_EVERY is kept. */
enum { EVENT_KEPT = 64, EVENT_KEPT_BYTES = 4096, EVENT_KEEP_EVERY = 97 };

typedef struct event_facts {
    bool set, hit, grouped, escaped;
} event_facts;

typedef struct event_kept {
    char data[EVENT_KEPT_BYTES];
    size_t size;
    event_facts facts;
} event_kept;

struct bench_stream {
    bench_world world;
    bench_random random;
    bench_delivery delivery;
    bench_counts counts;
    const bench_identity *caller; /* of the last ordinary event in this delivery, or NULL */
    const bench_api *called;
    uint64_t number;
    uint64_t kept_count;
    event_kept kept[EVENT_KEPT];
};

bench_stream *bench_stream_new(uint64_t seed)
{
    bench_stream *stream = calloc(1, sizeof *stream);
    if (stream == NULL) return NULL;
    stream->random.state = bench_mix(seed + 1);
    bench_world_init(&stream->world, seed);
    return stream;
}

void bench_stream_free(bench_stream *stream)
{
    free(stream);
}

const bench_world *bench_stream_world(const bench_stream *stream)
{
    return &stream->world;
}

void bench_stream_open(bench_stream *stream, const bench_delivery *delivery)
{
    stream->delivery = *delivery;
    stream->caller = NULL;
}

bench_counts bench_stream_counts(const bench_stream *stream)
{
    return stream->counts;
}

/* Days to a date by the civil calendar, which has a cycle of 400 years of 146,097 days that is
 * easiest to count from the first of March. */
void bench_put_time(bench_text *out, int64_t seconds)
{
    uint64_t days = (uint64_t)seconds / 86400 + 719468, clock = (uint64_t)seconds % 86400;
    uint64_t day = days % 146097;
    uint64_t year = (day - day / 1460 + day / 36524 - day / 146096) / 365;
    day -= 365 * year + year / 4 - year / 100;
    uint64_t month = (5 * day + 2) / 153;
    bench_put_digits(out, year + days / 146097 * 400 + (month >= 10), 4);
    PUT(out, "-");
    bench_put_digits(out, month < 10 ? month + 3 : month - 9, 2);
    PUT(out, "-");
    bench_put_digits(out, day - (153 * month + 2) / 5 + 1, 2);
    PUT(out, "T");
    bench_put_digits(out, clock / 3600, 2);
    PUT(out, ":");
    bench_put_digits(out, clock / 60 % 60, 2);
    PUT(out, ":");
    bench_put_digits(out, clock % 60, 2);
    PUT(out, "Z");
}

static const bench_set_api *event_pick_set(bench_random *random)
{
    uint32_t percent = bench_random_below(random, 100);
    for (uint32_t i = 0; i < BENCH_SET_COUNT; i++) {
        if (percent < bench_set[i].percent) return &bench_set[i];
        percent -= bench_set[i].percent;
    }
    return &bench_set[0];
}

static const bench_identity *event_pick_identity(bench_stream *stream)
{
    const bench_account *account = &stream->world.accounts[stream->delivery.account];
    uint32_t kind = bench_random_below(&stream->random, 1000);
    uint16_t slot = (uint16_t)bench_random_next(&stream->random);
    if (kind < EVENT_ROOT) return &account->root;
    if (kind < EVENT_USER) return &account->users[stream->world.users.slots[slot]];
    return &account->roles[stream->world.roles.slots[slot]];
}

static void event_put_error(bench_text *out, bench_random *random, const bench_call *call,
                            const bench_identity *identity)
{
    bool ec2 = strcmp(call->api->service, "ec2") == 0;
    if (bench_random_chance(random, 150)) {
        PUT(out, ",\"errorCode\":\"");
        bench_put_string(out, ec2 ? "Client.RequestLimitExceeded" : "ThrottlingException");
        PUT(out, "\",\"errorMessage\":\"Rate exceeded\"");
        return;
    }
    PUT(out, ",\"errorCode\":\"");
    bench_put_string(out, ec2 ? "Client.UnauthorizedOperation" : "AccessDenied");
    PUT(out, "\",\"errorMessage\":\"User: ");
    bench_put_string(out, identity->arn);
    PUT(out, " is not authorized to perform: ");
    bench_put_string(out, call->api->service);
    PUT(out, ":");
    bench_put_string(out, call->api->name);
    PUT(out, " because no identity-based policy allows the ");
    bench_put_string(out, call->api->name);
    PUT(out, " action\"");
}

/* userIdentity, the session begun on the last full hour. */
static void event_put_identity(bench_text *out, const bench_identity *identity, int64_t time)
{
    PUT(out, "{\"eventVersion\":\"1.11\",\"userIdentity\":");
    bench_put(out, identity->head, identity->head_size);
    if (identity->tail_size == 0) return;
    bench_put_time(out, time - time % 3600);
    bench_put(out, identity->tail, identity->tail_size);
}

static void event_put_end(bench_text *out, bench_random *random, const bench_call *call,
                          const bench_identity *identity)
{
    PUT(out, ",\"requestID\":\"");
    bench_put_uuid(out, random);
    PUT(out, "\",\"eventID\":\"");
    bench_put_uuid(out, random);
    bench_put_string(out,
                     call->api->read_only ? "\",\"readOnly\":true," : "\",\"readOnly\":false,");
    bench_put_resources(out, call);
    PUT(out, "\"eventType\":\"AwsApiCall\",\"managementEvent\":");
    bool data = call->api->kind == BENCH_OBJECT;
    bench_put_string(out, data ? "false" : "true");
    PUT(out, ",\"recipientAccountId\":\"");
    bench_put_string(out, call->account);
    if (identity->arn[0] == '\0') {
        PUT(out, "\",\"sharedEventID\":\"");
        bench_put_uuid(out, random);
    }
    bench_put_string(
        out, data ? "\",\"eventCategory\":\"Data\"" : "\",\"eventCategory\":\"Management\"");
    if (identity->arn[0] != '\0' && bench_random_chance(random, 850)) {
        PUT(out,
            ",\"tlsDetails\":{\"tlsVersion\":\"TLSv1.3\",\"cipherSuite\":"
            "\"TLS_AES_128_GCM_SHA256\",\"clientProvidedHostHeader\":\"");
        bench_put_string(out, call->api->service);
        PUT(out, ".");
        bench_put_string(out, call->region);
        PUT(out, ".amazonaws.com\"}");
    }
    PUT(out, "}");
}

static void event_put_record(bench_text *out, bench_random *random, const bench_call *call,
                             const bench_identity *identity)
{
    event_put_identity(out, identity, call->time);
    PUT(out, ",\"eventTime\":\"");
    bench_put_time(out, call->time);
    PUT(out, "\",\"eventSource\":\"");
    bench_put_string(out, call->api->service);
    PUT(out, ".amazonaws.com\",\"eventName\":\"");
    bench_put_string(out, call->api->name);
    PUT(out, "\",\"awsRegion\":\"");
    bench_put_string(out, call->region);
    PUT(out, "\",\"sourceIPAddress\":\"");
    bench_put_string(out, identity->addresses[bench_random_below(random, identity->address_count)]);
    PUT(out, "\",\"userAgent\":\"");
    bench_put_string(
        out, identity->arn[0] == '\0' ? identity->addresses[0] : bench_agents[identity->agent]);
    PUT(out, "\"");
    if (call->failed) event_put_error(out, random, call, identity);
    PUT(out, ",");
    bench_put_bodies(out, random, call);
    event_put_end(out, random, call, identity);
}

/* Who calls what on an ordinary day: half of the time what was called just before. */
static const bench_identity *event_pick_call(bench_stream *stream, bench_call *call)
{
    bench_random *random = &stream->random;
    if (stream->caller != NULL && bench_random_chance(random, EVENT_REPEATED)) {
        call->api = stream->called;
        if (bench_random_chance(random, 600)) call->number = stream->number;
    } else if (bench_random_chance(random, EVENT_SERVICE)) {
        uint32_t service = bench_random_below(random, BENCH_SERVICES);
        stream->caller = &stream->world.services[service];
        call->api = &bench_service_calls[service == 0 ? 0 : bench_random_below(random, 6)];
    } else {
        uint16_t slot = (uint16_t)bench_random_next(random);
        stream->caller = event_pick_identity(stream);
        call->api = &bench_apis[stream->world.apis.slots[slot]];
    }
    stream->called = call->api;
    stream->number = call->number;
    bool own = stream->caller == &stream->world.services[0];
    call->failed = bench_random_chance(random, own ? EVENT_OWN_FAILED : EVENT_FAILED);
    return stream->caller;
}

static event_facts event_make(bench_stream *stream, bench_text *out)
{
    bench_random *random = &stream->random;
    event_facts facts = {.set = bench_random_chance(random, EVENT_SET)};
    bench_call call = {.account = stream->world.accounts[stream->delivery.account].id,
                       .region = bench_regions[stream->delivery.region]};
    call.number = bench_random_next(random) >> 20;
    call.time = stream->delivery.time - 30 - bench_random_below(random, 300);
    call.escaped = bench_random_chance(random, EVENT_ESCAPED);
    const bench_identity *identity;
    if (facts.set) {
        const bench_set_api *picked = event_pick_set(random);
        identity = event_pick_identity(stream);
        call.api = &picked->api;
        call.failed = bench_random_chance(random, EVENT_SET_FAILED);
        facts.hit = picked->scores && !call.failed;
    } else {
        identity = event_pick_call(stream, &call);
    }
    event_put_record(out, random, &call, identity);
    facts.grouped = identity->arn[0] != '\0';
    facts.escaped = call.api->kind == BENCH_SIGNIN || call.escaped;
    return facts;
}

void bench_stream_next(bench_stream *stream, bench_text *out)
{
    bench_text_reserve(out, BENCH_RECORD_MAX);
    size_t start = out->size;
    event_facts facts;
    bool copy =
        stream->kept_count >= EVENT_KEPT && bench_random_chance(&stream->random, EVENT_COPY);
    if (copy) {
        const event_kept *kept = &stream->kept[bench_random_below(&stream->random, EVENT_KEPT)];
        bench_put(out, kept->data, kept->size);
        facts = kept->facts;
    } else {
        facts = event_make(stream, out);
    }

    size_t size = out->size - start;
    bench_counts *counts = &stream->counts;
    counts->records++;
    counts->bytes += size;
    counts->set += facts.set;
    counts->hits += facts.hit;
    counts->grouped += facts.grouped;
    counts->copies += copy;
    counts->escapes += facts.escaped;
    if (copy || counts->records % EVENT_KEEP_EVERY != 0 || size > EVENT_KEPT_BYTES) return;
    event_kept *kept = &stream->kept[stream->kept_count++ % EVENT_KEPT];
    memcpy(kept->data, out->data + start, size);
    kept->size = size;
    kept->facts = facts;
}
