/* body.c - request and response bodies in the shapes that real events have.
 *
 * Shapes, key order and the types of values (sizes as text, times as epoch milliseconds, failure
 * as a null response) follow captured events; the names are made. */
#include "body.h"

#define PUT BENCH_PUT

enum { BODY_BUCKETS = 24, BODY_KEYS = 12, BODY_SECRETS = 40, BODY_FUNCTIONS = 30 };

void bench_put_uuid(bench_text *out, bench_random *random)
{
    uint64_t high = bench_random_next(random), low = bench_random_next(random);
    bench_put_hex(out, high, 8);
    PUT(out, "-");
    bench_put_hex(out, high >> 32, 4);
    PUT(out, "-4");
    bench_put_hex(out, high >> 48, 3);
    PUT(out, "-");
    bench_put_hex(out, low, 4);
    PUT(out, "-");
    bench_put_hex(out, low >> 16, 12);
}

/* i-0123456789abcdef0 of one of 4,096 machines. */
static void body_id(bench_text *out, const char *prefix, uint64_t number)
{
    bench_put_string(out, prefix);
    PUT(out, "0");
    bench_put_hex(out, bench_mix(number & 4095), 16);
}

static void body_bucket(bench_text *out, const bench_call *call)
{
    static const char *const names[6] = {"app-assets",      "data-lake-raw", "cloudtrail-logs",
                                         "terraform-state", "user-uploads",  "backups-nightly"};
    uint32_t bucket = (uint32_t)(call->number % BODY_BUCKETS);
    bench_put_string(out, names[bucket % 6]);
    PUT(out, "-");
    bench_put_digits(out, bucket / 6, 2);
    PUT(out, "-");
    bench_put_string(out, call->account);
}

static void body_key_arn(bench_text *out, const bench_call *call)
{
    uint64_t key = bench_mix(call->number % BODY_KEYS + 77);
    PUT(out, "arn:aws:kms:");
    bench_put_string(out, call->region);
    PUT(out, ":");
    bench_put_string(out, call->account);
    PUT(out, ":key/");
    bench_put_hex(out, key, 8);
    PUT(out, "-");
    bench_put_hex(out, key >> 8, 4);
    PUT(out, "-4");
    bench_put_hex(out, key >> 16, 3);
    PUT(out, "-");
    bench_put_hex(out, key >> 24, 4);
    PUT(out, "-");
    bench_put_hex(out, key >> 16, 12);
}

/* Text that writers of JSON escape in different ways; in six events of a thousand. */
static void body_escapes(bench_text *out, const bench_call *call)
{
    if (!call->escaped) return;
    switch (call->number & 3) {
    case 0: PUT(out, "\"userData\":\"\\u003csensitiveDataRemoved\\u003e\","); break;
    case 1: PUT(out, "\"comment\":\"R\\u00e9sum\\u00e9 \\u2014 restored\","); break;
    case 2:
        PUT(out, "\"comment\":\"see https:\\/\\/wiki.example.com\\/run?a=1\\u0026b=2\",");
        break;
    default: PUT(out, "\"comment\":\"\\ud83d\\udcbe disk \\\"data\\\" \\u0026 more\","); break;
    }
}

static void body_object_key(bench_text *out, const bench_call *call, bench_random *random)
{
    static const char *const folders[4] = {"AWSLogs", "exports/orders", "assets/img", "tmp/spill"};
    bench_put_string(out, folders[call->number >> 8 & 3]);
    PUT(out, "/");
    bench_put_string(out, call->account);
    PUT(out, "/2025/04/");
    bench_put_digits(out, 1 + bench_random_below(random, 28), 2);
    PUT(out, "/part-");
    bench_put_digits(out, bench_random_below(random, 100000), 5);
    PUT(out, ".parquet");
}

static void body_host(bench_text *out, const bench_call *call)
{
    PUT(out, "\"Host\":\"");
    body_bucket(out, call);
    PUT(out, ".s3.");
    bench_put_string(out, call->region);
    PUT(out, ".amazonaws.com\"");
}

/* What S3 adds: sizes as numbers with a fraction, and an id of its own. */
static void body_s3_data(bench_text *out, bench_random *random)
{
    PUT(out,
        ",\"additionalEventData\":{\"SignatureVersion\":\"SigV4\","
        "\"CipherSuite\":\"TLS_AES_128_GCM_SHA256\",\"bytesTransferredIn\":");
    bench_put_digits(out, 100 + bench_random_below(random, 900), 3);
    PUT(out,
        ".0,\"SSEApplied\":\"Default_SSE_S3\",\"AuthenticationMethod\":\"AuthHeader\","
        "\"x-amz-id-2\":\"");
    for (unsigned i = 0; i < 4; i++) bench_put_hex(out, bench_random_next(random), 12);
    PUT(out, "+AbZkQ==\",\"bytesTransferredOut\":");
    bench_put_digits(out, 100 + bench_random_below(random, 900), 3);
    PUT(out, ".0}");
}

static void body_s3(bench_text *out, bench_random *random, const bench_call *call)
{
    PUT(out, "\"requestParameters\":{");
    body_escapes(out, call);
    PUT(out, "\"bucketName\":\"");
    body_bucket(out, call);
    if (call->api->kind == BENCH_OBJECT) {
        PUT(out, "\",\"key\":\"");
        body_object_key(out, call, random);
    }
    PUT(out, "\",");
    body_host(out, call);
    PUT(out, "},\"responseElements\":null");
    body_s3_data(out, random);
}

static void body_describe(bench_text *out, bench_random *random, const bench_call *call)
{
    static const char *const filters[4] = {"vpc-id", "instance-state-name", "tag:Environment",
                                           "owner-id"};
    PUT(out, "\"requestParameters\":{");
    body_escapes(out, call);
    PUT(out, "\"maxResults\":1000,\"instancesSet\":{");
    if (bench_random_chance(random, 400)) {
        PUT(out, "\"items\":[{\"instanceId\":\"");
        body_id(out, "i-", call->number);
        PUT(out, "\"}]");
    }
    PUT(out, "},\"filterSet\":{\"items\":[{\"name\":\"");
    bench_put_string(out, filters[call->number & 3]);
    PUT(out, "\",\"valueSet\":{\"items\":[{\"value\":\"");
    body_id(out, "vpc-", call->number & 7);
    PUT(out, "\"}]}}]}},\"responseElements\":null");
}

static void body_ec2_change(bench_text *out, bench_random *random, const bench_call *call)
{
    PUT(out, "\"requestParameters\":{");
    body_escapes(out, call);
    PUT(out, "\"networkInterfaceId\":\"");
    body_id(out, "eni-", call->number);
    PUT(out, "\",\"groupSet\":{\"items\":[{\"groupId\":\"");
    body_id(out, "sg-", call->number & 31);
    PUT(out,
        "\"}]},\"tagSpecificationSet\":{\"items\":[{\"resourceType\":\"network-interface\","
        "\"tags\":[{\"key\":\"Name\",\"value\":\"worker\"},{\"key\":\"team\","
        "\"value\":\"platform\"}]}]},\"clientToken\":\"");
    bench_put_uuid(out, random);
    if (call->failed) {
        PUT(out, "\"},\"responseElements\":null");
        return;
    }
    PUT(out, "\"},\"responseElements\":{\"requestId\":\"");
    bench_put_uuid(out, random);
    PUT(out, "\",\"_return\":true}");
}

static void body_kms(bench_text *out, bench_random *random, const bench_call *call)
{
    PUT(out, "\"requestParameters\":{");
    body_escapes(out, call);
    PUT(out, "\"encryptionContext\":{\"aws:s3:arn\":\"arn:aws:s3:::");
    body_bucket(out, call);
    PUT(out, "/");
    body_object_key(out, call, random);
    PUT(out, "\"},\"encryptionAlgorithm\":\"SYMMETRIC_DEFAULT\",\"keyId\":\"");
    body_key_arn(out, call);
    PUT(out, "\"},\"responseElements\":null,\"additionalEventData\":{\"keyMaterialId\":\"");
    bench_put_hex(out, bench_mix(call->number % BODY_KEYS), 16);
    bench_put_hex(out, bench_mix(call->number % BODY_KEYS + 1), 16);
    PUT(out, "\"}");
}

static void body_session(bench_text *out, bench_random *random, const bench_call *call)
{
    PUT(out, "\"requestParameters\":{");
    body_escapes(out, call);
    PUT(out, "\"roleArn\":\"arn:aws:iam::");
    bench_put_string(out, call->account);
    PUT(out, ":role/data-pipeline-");
    bench_put_digits(out, call->number % 20, 2);
    PUT(out, "\",\"roleSessionName\":\"aws-go-sdk-17435");
    bench_put_digits(out, bench_random_below(random, 100000), 5);
    PUT(out, "\",\"durationSeconds\":3600},\"responseElements\":");
    if (call->failed) {
        PUT(out, "null");
        return;
    }
    PUT(out, "{\"credentials\":{\"accessKeyId\":\"ASIA");
    bench_put_digits(out, bench_random_next(random) % UINT64_C(10000000000000000), 16);
    PUT(out, "\",\"sessionToken\":\"IQoJb3JpZ2luX2VjE");
    for (unsigned i = 0; i < 3; i++) bench_put_hex(out, bench_random_next(random), 16);
    PUT(out,
        "\",\"expiration\":\"Apr 1, 2025, 1:15:00 PM\"},\"assumedRoleUser\":{"
        "\"assumedRoleId\":\"AROAQWERTYUIOPASDFGHJ:session\",\"arn\":\"arn:aws:sts::");
    bench_put_string(out, call->account);
    PUT(out, ":assumed-role/data-pipeline-");
    bench_put_digits(out, call->number % 20, 2);
    PUT(out, "/session\"}}");
}

static void body_identity(bench_text *out, bench_random *random, const bench_call *call)
{
    PUT(out, "\"requestParameters\":{");
    body_escapes(out, call);
    PUT(out, "\"roleName\":\"service-role-");
    bench_put_digits(out, call->number % 60, 2);
    if (!call->api->read_only) {
        PUT(out,
            "\",\"policyDocument\":\"{\\\"Version\\\":\\\"2012-10-17\\\",\\\"Statement\\\":[{"
            "\\\"Effect\\\":\\\"Allow\\\",\\\"Action\\\":[\\\"ec2:StopInstances\\\","
            "\\\"ec2:StartInstances\\\",\\\"s3:GetObject\\\"],\\\"Resource\\\":\\\"*\\\"}]}");
    }
    PUT(out, "\"},\"responseElements\":");
    if (call->failed || call->api->read_only) {
        PUT(out, "null");
        return;
    }
    PUT(out, "{\"role\":{\"path\":\"/\",\"roleId\":\"AROA");
    bench_put_digits(out, bench_random_next(random) % UINT64_C(10000000000000000), 16);
    PUT(out, "\",\"createDate\":\"Apr 1, 2025, 12:03:11 PM\"}}");
}

/* Names and sizes that most services' calls have. */
static void body_plain(bench_text *out, bench_random *random, const bench_call *call)
{
    PUT(out, "\"requestParameters\":{");
    body_escapes(out, call);
    PUT(out, "\"name\":\"/prod/");
    bench_put_string(out, call->api->service);
    PUT(out, "/item-");
    bench_put_digits(out, call->number % BODY_SECRETS, 3);
    PUT(out, "\",\"maxResults\":50,\"nextToken\":\"");
    bench_put_hex(out, bench_random_next(random), 16);
    PUT(out, "\",\"withDecryption\":true},\"responseElements\":");
    if (call->failed || call->api->read_only) {
        PUT(out, "null");
        return;
    }
    PUT(out, "{\"version\":\"");
    bench_put_digits(out, call->number % 97, 2);
    PUT(out, "\",\"status\":\"ACTIVE\",\"arn\":\"arn:aws:");
    bench_put_string(out, call->api->service);
    PUT(out, ":");
    bench_put_string(out, call->region);
    PUT(out, ":");
    bench_put_string(out, call->account);
    PUT(out, ":item/");
    bench_put_digits(out, call->number % BODY_SECRETS, 3);
    PUT(out, "\"}");
}

static void body_function(bench_text *out, bench_random *random, const bench_call *call)
{
    PUT(out, "\"requestParameters\":{");
    body_escapes(out, call);
    PUT(out, "\"functionName\":\"arn:aws:lambda:");
    bench_put_string(out, call->region);
    PUT(out, ":");
    bench_put_string(out, call->account);
    PUT(out, ":function:orders-");
    bench_put_digits(out, call->number % BODY_FUNCTIONS, 2);
    PUT(out, "\",\"environment\":{},\"clientContext\":\"");
    bench_put_hex(out, bench_random_next(random), 16);
    PUT(out,
        "\"},\"responseElements\":null,\"additionalEventData\":{\"functionVersion\":\"$LATEST\"}");
}

/* LookupEvents names a call as a value, a rule names it in escaped JSON: neither is that call. */
static void body_names_a_call(bench_text *out, const bench_call *call)
{
    PUT(out, "\"requestParameters\":{");
    body_escapes(out, call);
    if (call->api->kind == BENCH_LOOKUP) {
        PUT(out,
            "\"lookupAttributes\":[{\"attributeKey\":\"EventName\",\"attributeValue\":"
            "\"StopInstances\"}],\"maxResults\":50,\"startTime\":\"Apr 1, 2025, 9:00:00 AM\"}"
            ",\"responseElements\":null");
        return;
    }
    PUT(out,
        "\"name\":\"on-stop\",\"state\":\"ENABLED\",\"eventPattern\":\"{\\\"detail\\\":{"
        "\\\"eventName\\\":[\\\"StopInstances\\\",\\\"StartInstances\\\"]}}\"}"
        ",\"responseElements\":{\"ruleArn\":\"arn:aws:events:");
    bench_put_string(out, call->region);
    PUT(out, ":");
    bench_put_string(out, call->account);
    PUT(out, ":rule/on-stop\"}");
}

static void body_sign_in(bench_text *out, const bench_call *call)
{
    PUT(out, "\"requestParameters\":null,\"responseElements\":{\"ConsoleLogin\":\"");
    bench_put_string(out, call->failed ? "Failure" : "Success");
    PUT(out,
        "\"},\"additionalEventData\":{\"LoginTo\":\"https://console.aws.amazon.com/console/"
        "home?hashArgs=%23\\u0026isauthcode=true\",\"MobileVersion\":\"No\",\"MFAUsed\":\"Yes\"}");
}

static void body_instance_state(bench_text *out, bench_random *random, const bench_call *call)
{
    bool stop = call->api->name[2] == 'o';
    PUT(out, "\"requestParameters\":{");
    body_escapes(out, call);
    PUT(out, "\"instancesSet\":{\"items\":[{\"instanceId\":\"");
    body_id(out, "i-", call->number);
    bench_put_string(out, stop ? "\"}]},\"force\":false}" : "\"}]}}");
    PUT(out, ",\"responseElements\":");
    if (call->failed) {
        PUT(out, "null");
        return;
    }
    PUT(out, "{\"requestId\":\"");
    bench_put_uuid(out, random);
    PUT(out, "\",\"instancesSet\":{\"items\":[{\"instanceId\":\"");
    body_id(out, "i-", call->number);
    bench_put_string(out,
                     stop ? "\",\"currentState\":{\"code\":64,\"name\":\"stopping\"},"
                            "\"previousState\":{\"code\":16,\"name\":\"running\"}}]}}"
                          : "\",\"currentState\":{\"code\":0,\"name\":\"pending\"},"
                            "\"previousState\":{\"code\":80,\"name\":\"stopped\"}}]}}");
}

static void body_image(bench_text *out, bench_random *random, const bench_call *call)
{
    PUT(out, "\"requestParameters\":{");
    body_escapes(out, call);
    PUT(out, "\"name\":\"restore-");
    bench_put_digits(out, call->number % 1000, 3);
    PUT(out,
        "\",\"architecture\":\"x86_64\",\"rootDeviceName\":\"/dev/xvda\",\"blockDeviceMapping\":"
        "{\"items\":[{\"deviceName\":\"/dev/xvda\",\"ebs\":{\"snapshotId\":\"");
    body_id(out, "snap-", call->number);
    PUT(out,
        "\",\"volumeSize\":8,\"volumeType\":\"gp3\",\"deleteOnTermination\":true}}]}}"
        ",\"responseElements\":");
    if (call->failed) {
        PUT(out, "null");
        return;
    }
    PUT(out, "{\"requestId\":\"");
    bench_put_uuid(out, random);
    PUT(out, "\",\"imageId\":\"");
    body_id(out, "ami-", call->number >> 12);
    PUT(out, "\"}");
}

static void body_snapshot(bench_text *out, bench_random *random, const bench_call *call)
{
    PUT(out, "\"requestParameters\":{");
    body_escapes(out, call);
    PUT(out, "\"sourceRegion\":\"");
    bench_put_string(out, call->region);
    PUT(out, "\",\"sourceSnapshotId\":\"");
    body_id(out, "snap-", call->number);
    PUT(out,
        "\",\"description\":\"copied for recovery\",\"encrypted\":true},\"responseElements\":");
    if (call->failed) {
        PUT(out, "null");
        return;
    }
    PUT(out, "{\"requestId\":\"");
    bench_put_uuid(out, random);
    PUT(out, "\",\"snapshotId\":\"");
    body_id(out, "snap-", call->number >> 12);
    PUT(out, "\"}");
}

static void body_volume(bench_text *out, bench_random *random, const bench_call *call)
{
    PUT(out, "\"requestParameters\":{");
    body_escapes(out, call);
    PUT(out, "\"volumeId\":\"");
    body_id(out, "vol-", call->number);
    PUT(out, "\",\"instanceId\":\"");
    body_id(out, "i-", call->number >> 12);
    PUT(out, "\",\"device\":\"/dev/sdf\",\"deleteOnTermination\":false},\"responseElements\":");
    if (call->failed) {
        PUT(out, "null");
        return;
    }
    PUT(out, "{\"requestId\":\"");
    bench_put_uuid(out, random);
    PUT(out, "\",\"attachTime\":");
    bench_put_digits(out, (uint64_t)call->time * 1000, 13);
    PUT(out, ",\"status\":\"attaching\"}");
}

void bench_put_bodies(bench_text *out, bench_random *random, const bench_call *call)
{
    switch (call->api->kind) {
    case BENCH_OBJECT:
    case BENCH_BUCKET: body_s3(out, random, call); return;
    case BENCH_EC2: body_describe(out, random, call); return;
    case BENCH_EC2_CHANGE: body_ec2_change(out, random, call); return;
    case BENCH_KEY: body_kms(out, random, call); return;
    case BENCH_SESSION: body_session(out, random, call); return;
    case BENCH_IDENTITY: body_identity(out, random, call); return;
    case BENCH_FUNCTION: body_function(out, random, call); return;
    case BENCH_SIGNIN: body_sign_in(out, call); return;
    case BENCH_LOOKUP:
    case BENCH_RULE: body_names_a_call(out, call); return;
    case BENCH_INSTANCE_STATE: body_instance_state(out, random, call); return;
    case BENCH_IMAGE: body_image(out, random, call); return;
    case BENCH_SNAPSHOT: body_snapshot(out, random, call); return;
    case BENCH_VOLUME: body_volume(out, random, call); return;
    case BENCH_OTHER:
    case BENCH_LOG:
    case BENCH_PARAMETER:
    case BENCH_SECRET:
    case BENCH_DATABASE: body_plain(out, random, call); return;
    }
}

void bench_put_resources(bench_text *out, const bench_call *call)
{
    switch (call->api->kind) {
    case BENCH_OBJECT:
    case BENCH_BUCKET:
        PUT(out, "\"resources\":[{\"accountId\":\"");
        bench_put_string(out, call->account);
        PUT(out, "\",\"type\":\"AWS::S3::Bucket\",\"ARN\":\"arn:aws:s3:::");
        body_bucket(out, call);
        break;
    case BENCH_KEY:
        PUT(out, "\"resources\":[{\"accountId\":\"");
        bench_put_string(out, call->account);
        PUT(out, "\",\"type\":\"AWS::KMS::Key\",\"ARN\":\"");
        body_key_arn(out, call);
        break;
    default: return;
    }
    PUT(out, "\"}],");
}
