/* query_spl.c - random SPL over the fields that published detections use. */
#include "query.h"

static const char *const spl_fields[] = {
    "eventName",
    "eventName",
    "eventName",
    "eventSource",
    "errorCode",
    "userIdentity.arn",
    "userIdentity.type",
    "sourceIPAddress",
    "user_arn",
    "src_ip",
    "action",
    "aws_account_id",
    "user",
    "status",
    "signature",
    "command",
    "object",
    "dest",
    "awsRegion",
    "readOnly",
    "requestParameters.eventName",
    "requestParameters.instanceId",
    "responseElements.x",
    "items{}.eventName",
    "operationName",
    "operationName.value",
    "OperationName",
    "caller",
    "status.value",
    "callerIpAddress",
    "event_simpleName",
    "UserName",
    "aid",
    "a.b",
    "id",
    "nothing",
    "x",
    "y",
    "errorMessage",
    "eventTime",
    "user_type",
    "object_category",
};

static const char *spl_field(query_text *q)
{
    return PROP_PICK(q->random, spl_fields);
}

static void spl_quoted(query_text *q, bool stars)
{
    sl_buffer_add_byte(&q->out, '"');
    query_value(q, &q->out, stars);
    sl_buffer_add_byte(&q->out, '"');
}

/* --- search --- */

static void spl_term(query_text *q)
{
    static const char *const compares[] = {"=", "=", "=", "=", "!=", "!=", ">", "<="};
    static const char *const tags[] = {"index=aws",
                                       "index=azure",
                                       "sourcetype=aws:cloudtrail",
                                       "sourcetype=\"mscs:azure:eventhub\"",
                                       "sourcetype!=aws:cloudtrail",
                                       "index=*",
                                       "sourcetype=aws*"};
    sl_buffer *out = &q->out;
    switch (prop_below(q->random, 12)) {
    case 0:
        sl_buffer_printf(out, "%s IN (", spl_field(q));
        for (uint32_t i = prop_below(q->random, 3) + 1; i > 0; i--) {
            spl_quoted(q, true);
            if (i > 1) sl_buffer_add_string(out, ", ");
        }
        sl_buffer_add_byte(out, ')');
        break;
    case 1: spl_quoted(q, true); break;
    case 2:
        sl_buffer_printf(out, "TERM(%s)",
                         prop_chance(q->random, 50) ? "StopInstances" : "10.0.0.1");
        break;
    case 3: sl_buffer_printf(out, "%s=*", spl_field(q)); break;
    case 4: sl_buffer_add_string(out, PROP_PICK(q->random, tags)); break;
    case 5:
        sl_buffer_printf(out, "_raw=\"*%s*\"",
                         prop_chance(q->random, 50) ? "StopInstances" : "ann");
        break;
    case 6:
        sl_buffer_printf(out, "%s=%s", spl_field(q),
                         prop_chance(q->random, 50) ? "404" : "CASE(kick)");
        break;
    default:
        sl_buffer_printf(out, "%s%s", spl_field(q), PROP_PICK(q->random, compares));
        spl_quoted(q, true);
    }
}

static void spl_search(query_text *q, uint32_t depth)
{
    sl_buffer *out = &q->out;
    uint32_t kind = depth >= QUERY_DEPTH_MAX ? 9 : prop_below(q->random, 10);
    if (kind == 0) {
        sl_buffer_add_string(out, "NOT ");
        spl_search(q, depth + 1);
    } else if (kind <= 3) {
        sl_buffer_add_byte(out, '(');
        spl_search(q, depth + 1);
        sl_buffer_add_string(out, kind == 1 ? " " : kind == 2 ? " OR " : " AND ");
        spl_search(q, depth + 1);
        sl_buffer_add_byte(out, ')');
    } else {
        spl_term(q);
    }
}

/* --- eval --- */

static void spl_text_expr(query_text *q, uint32_t depth);

static void spl_compare(query_text *q)
{
    static const char *const compares[] = {"=", "=", "==", "!=", "<", ">="};
    sl_buffer *out = &q->out;
    switch (prop_below(q->random, 9)) {
    case 0:
        sl_buffer_printf(out, "like('%s', \"", spl_field(q));
        query_value(q, out, false);
        sl_buffer_add_string(out, prop_chance(q->random, 50) ? "%\")" : "\")");
        break;
    case 1: sl_buffer_printf(out, "match('%s', \"%s\")", spl_field(q), query_regex(q)); break;
    case 2: sl_buffer_printf(out, "isnull('%s')", spl_field(q)); break;
    case 3: sl_buffer_printf(out, "isnotnull('%s')", spl_field(q)); break;
    case 4:
        sl_buffer_printf(out, "'%s' IN (", spl_field(q));
        spl_quoted(q, false);
        sl_buffer_add_string(out, ", ");
        spl_quoted(q, false);
        sl_buffer_add_byte(out, ')');
        break;
    case 5: sl_buffer_printf(out, "cidrmatch(\"10.0.0.0/8\", '%s')", spl_field(q)); break;
    case 6:
        sl_buffer_add_string(out, "searchmatch(\"eventName=");
        query_value(q, out, true);
        sl_buffer_add_string(out, "\")");
        break;
    default:
        spl_text_expr(q, QUERY_DEPTH_MAX - 1);
        sl_buffer_add_string(out, PROP_PICK(q->random, compares));
        spl_quoted(q, false);
    }
}

static void spl_condition(query_text *q, uint32_t depth)
{
    sl_buffer *out = &q->out;
    uint32_t kind = depth >= QUERY_DEPTH_MAX ? 9 : prop_below(q->random, 10);
    if (kind == 0) {
        sl_buffer_add_string(out, "NOT ");
        spl_condition(q, depth + 1);
    } else if (kind <= 3) {
        sl_buffer_add_byte(out, '(');
        spl_condition(q, depth + 1);
        sl_buffer_add_string(out, kind == 1 ? " AND " : kind == 2 ? " OR " : " XOR ");
        spl_condition(q, depth + 1);
        sl_buffer_add_byte(out, ')');
    } else {
        spl_compare(q);
    }
}

/* An expression that gives text, more or less. */
static void spl_text_expr(query_text *q, uint32_t depth)
{
    sl_buffer *out = &q->out;
    switch (depth >= QUERY_DEPTH_MAX ? 12 : prop_below(q->random, 14)) {
    case 0: sl_buffer_printf(out, "lower('%s')", spl_field(q)); break;
    case 1: sl_buffer_printf(out, "upper('%s')", spl_field(q)); break;
    case 2: sl_buffer_printf(out, "coalesce('%s', '%s')", spl_field(q), spl_field(q)); break;
    case 3: sl_buffer_printf(out, "coalesce('%s', \"none\")", spl_field(q)); break;
    case 4:
        sl_buffer_add_string(out, "if(");
        spl_condition(q, depth + 1);
        sl_buffer_printf(out, ", \"StopInstances\", '%s')", spl_field(q));
        break;
    case 5:
        sl_buffer_add_string(out, "case(");
        spl_condition(q, depth + 1);
        sl_buffer_add_string(out, ", \"kick\", ");
        spl_condition(q, depth + 1);
        sl_buffer_printf(out, ", '%s')", spl_field(q));
        break;
    case 6:
        sl_buffer_printf(out, "replace('%s', \"%s\", \"z\")", spl_field(q), query_regex(q));
        break;
    case 7: sl_buffer_printf(out, "mvindex(split('%s', \".\"), 0)", spl_field(q)); break;
    case 8: sl_buffer_printf(out, "substr('%s', 1, 4)", spl_field(q)); break;
    case 9: sl_buffer_printf(out, "'%s'.\"-\".'%s'", spl_field(q), spl_field(q)); break;
    case 10: sl_buffer_add_string(out, "null()"); break;
    case 11: sl_buffer_printf(out, "tostring(len('%s'))", spl_field(q)); break;
    default: sl_buffer_printf(out, "'%s'", spl_field(q));
    }
}

/* --- commands --- */

static void spl_list(query_text *q, uint32_t most)
{
    for (uint32_t i = prop_below(q->random, most) + 1; i > 0; i--)
        sl_buffer_printf(&q->out, "%s%s", spl_field(q), i > 1 ? " " : "");
}

static void spl_eval(query_text *q)
{
    static const char *const targets[] = {"x", "y", "x", "y", "eventName", "src_ip", "errorCode"};
    sl_buffer_printf(&q->out, "eval %s=", PROP_PICK(q->random, targets));
    spl_text_expr(q, 0);
}

static void spl_rename(query_text *q)
{
    static const char *const renames[] = {
        "userIdentity.* AS *",
        "requestParameters.* AS *",
        "eventName AS x",
        "x AS eventName",
        "*Identity.arn AS *_arn",
        "operationName.value AS operationName",
        "event* AS e*",
        "userIdentity.arn AS user_arn",
        "y AS x",
    };
    sl_buffer_printf(&q->out, "rename %s", PROP_PICK(q->random, renames));
}

static void spl_rex(query_text *q)
{
    static const char *const groups[] = {"(?<x>[A-Z][a-z]+)", "^(?<x>.)(?<y>.*)$",
                                         "(?<eventName>Stop)", "/(?<y>[^/]+)$", "(?<x>\\\\d+)"};
    if (prop_chance(q->random, 20))
        sl_buffer_printf(&q->out, "rex field=%s mode=sed \"s/%s/k/g\"", spl_field(q),
                         prop_chance(q->random, 50) ? "S" : "[a-z]+");
    else
        sl_buffer_printf(&q->out, "rex field=%s %s\"%s\"", spl_field(q),
                         prop_chance(q->random, 20) ? "max_match=3 " : "",
                         PROP_PICK(q->random, groups));
}

static void spl_stats(query_text *q, const char *command)
{
    static const char *const aggregates[] = {
        "count",         "dc(%s) AS n",       "values(%s) AS v",
        "min(%s) AS m",  "max(%s) AS m",      "first(%s) AS f",
        "last(%s) AS l", "earliest(%s) AS f", "latest(%s) AS l",
        "list(%s) AS v", "sum(%s) AS s",      "count(eval(%s=\"StopInstances\")) AS c",
        "avg(%s) AS a",  "mode(%s) AS o",
    };
    bool sum = strcmp(command, "streamstats") == 0;
    sl_buffer_printf(&q->out, "%s %s", command,
                     sum && prop_chance(q->random, 30) ? "window=3 " : "");
    for (uint32_t i = prop_below(q->random, 2) + 1; i > 0; i--) {
        const char *aggregate = PROP_PICK(q->random, aggregates), *hole = strstr(aggregate, "%s");
        if (hole == NULL) sl_buffer_add_string(&q->out, aggregate);
        else
            sl_buffer_printf(&q->out, "%.*s%s%s", (int)(hole - aggregate), aggregate,
                             hole[3 - 1] == '=' ? "eventName" : spl_field(q), hole + 2);
        if (i > 1) sl_buffer_add_byte(&q->out, ' ');
    }
    if (!prop_chance(q->random, 75)) return;
    sl_buffer_add_string(&q->out, " BY ");
    spl_list(q, 2);
}

static void spl_order(query_text *q)
{
    uint32_t n = prop_below(q->random, 5) + 1;
    sl_buffer *out = &q->out;
    switch (prop_below(q->random, 9)) {
    case 0: sl_buffer_printf(out, "sort %u - %s", n, spl_field(q)); break;
    case 1: sl_buffer_printf(out, "sort 0 %s, %s", spl_field(q), spl_field(q)); break;
    case 2: sl_buffer_printf(out, "head %u", n); break;
    case 3: sl_buffer_printf(out, "tail %u", n); break;
    case 4: sl_buffer_printf(out, "dedup %s", spl_field(q)); break;
    case 5:
        sl_buffer_printf(out, "dedup %u %s %s", n, spl_field(q),
                         prop_chance(q->random, 50) ? "keepempty=true" : "sortby eventName");
        break;
    case 6: sl_buffer_printf(out, "top limit=%u %s", n, spl_field(q)); break;
    case 7: sl_buffer_printf(out, "rare %s BY %s", spl_field(q), spl_field(q)); break;
    default: sl_buffer_add_string(out, "reverse");
    }
}

static void spl_fields_of(query_text *q)
{
    static const char *const whole[] = {
        "fields - _raw",
        "table event* x",
        "fields eventName, user*",
        "table *",
        "fillnull value=kick",
        "fields *Name*",
        "fields - event*",
        "addinfo",
        "bin _time span=1h",
        "mvexpand x",
        "foreach userIdentity.* [eval x='<<FIELD>>']",
        "table _time a* u*",
        "append [search eventName=Stop* | table eventName x]",
        "eval z=_time | fields z eventName",
        "appendpipe [stats count]",
        "tojson",
        "spath input=_raw path=eventName output=x",
    };
    switch (prop_below(q->random, 5)) {
    case 0:
        sl_buffer_add_string(&q->out, prop_chance(q->random, 50) ? "table " : "fields ");
        spl_list(q, 4);
        break;
    case 1:
        sl_buffer_add_string(
            &q->out, prop_chance(q->random, 50) ? "fillnull " : "fillnull value=StopInstances ");
        spl_list(q, 2);
        break;
    case 2: sl_buffer_printf(&q->out, "makemv delim=\".\" %s", spl_field(q)); break;
    case 3: sl_buffer_printf(&q->out, "mvexpand %s", spl_field(q)); break;
    default: sl_buffer_add_string(&q->out, PROP_PICK(q->random, whole));
    }
}

/* Commands that look at many rows. */
static void spl_many_rows(query_text *q)
{
    static const char *const whole[] = {
        "transaction user_arn maxspan=1h",
        "transaction eventSource startswith=(eventName=Stop*) maxevents=3",
        "transaction src_ip user maxpause=30m keepevicted=true",
        "chart count OVER eventName BY eventSource",
        "chart dc(user_arn) BY awsRegion errorCode limit=2",
        "timechart span=6h count BY eventName limit=3",
        "timechart span=1d dc(src_ip)",
        "stats count BY eventName, eventSource | xyseries eventName eventSource count",
        "table eventName x y | untable eventName name value",
        "filldown",
        "filldown errorCode",
        "mvcombine eventName",
        "replace Stop* WITH *x IN eventName",
        "replace kick WITH StopInstances",
        "convert ctime(_time) AS x num(y)",
        "eval n=len(eventName) | accum n AS x",
        "eval n=len(eventName) | delta n AS x",
        "autoregress eventName p=1-2",
        "append [search eventName=Run* | stats count BY eventName]",
        "appendcols [search eventName=Stop* | stats count AS y]",
        "join eventName [search eventSource=ec2* | stats count AS y BY eventName]",
        "join type=left user_arn [search action=deleted | table user_arn x]",
        "search [search eventName=AssumeRole | head 2 | fields src_ip]",
        "union [search eventName=kick] [search user=bob]",
        "addtotals",
        "extract",
        "eventstats values(eventName) AS x BY user_arn | search x=StopInstances",
        "stats values(*) AS * BY eventSource",
        "streamstats dc(eventName) AS x BY user_arn",
        "rare limit=2 eventName",
        "fillnull",
        "makemv delim=\"n\" eventName | mvexpand eventName",
        "stats list(eventName) AS x BY user_arn | mvexpand x | stats count BY x",
    };
    sl_buffer_add_string(&q->out, PROP_PICK(q->random, whole));
}

static void spl_filter(query_text *q)
{
    sl_buffer *out = &q->out;
    switch (prop_below(q->random, 6)) {
    case 0:
        sl_buffer_printf(out, "regex %s%s\"%s\"", spl_field(q),
                         prop_chance(q->random, 70) ? "=" : "!=", query_regex(q));
        break;
    case 1: sl_buffer_printf(out, "regex \"%s\"", query_regex(q)); break;
    case 2:
    case 3:
        sl_buffer_add_string(out, "search ");
        spl_search(q, 1);
        break;
    default: sl_buffer_add_string(out, "where "); spl_condition(q, 0);
    }
}

void query_spl_first(query_text *q)
{
    if (prop_chance(q->random, 15)) {
        sl_buffer_add_byte(&q->out, '*');
        return;
    }
    if (prop_chance(q->random, 25)) sl_buffer_add_string(&q->out, "sourcetype=aws:cloudtrail ");
    if (prop_chance(q->random, 40)) {
        sl_buffer_add_string(&q->out, "eventName=");
        spl_quoted(q, true);
        if (prop_chance(q->random, 50)) return;
        sl_buffer_add_byte(&q->out, ' ');
    }
    spl_search(q, prop_chance(q->random, 50) ? QUERY_DEPTH_MAX : 0);
}

void query_spl_stage(query_text *q)
{
    static const char *const commands[] = {"stats", "stats", "stats", "eventstats", "streamstats"};
    switch (prop_below(q->random, 11)) {
    case 10: spl_many_rows(q); break;
    case 0:
    case 1: spl_eval(q); break;
    case 2: spl_rename(q); break;
    case 3: spl_rex(q); break;
    case 4: spl_stats(q, PROP_PICK(q->random, commands)); break;
    case 5: spl_order(q); break;
    case 6: spl_fields_of(q); break;
    default: spl_filter(q);
    }
}
