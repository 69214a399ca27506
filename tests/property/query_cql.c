/* query_cql.c - random CQL over the same fields, and over those of the view. */
#include "query.h"

static const char *const cql_fields[] = {
    "eventName",
    "eventName",
    "eventSource",
    "errorCode",
    "userIdentity.arn",
    "sourceIPAddress",
    "OperationName",
    "OperationName",
    "ActorUserName",
    "ResourceType",
    "ResourceName",
    "aid",
    "UserName",
    "event_simpleName",
    "user",
    "id",
    "x",
    "y",
    "nothing",
    "a.b",
    "operationName",
    "src_ip",
    "requestParameters.eventName",
    "readOnly",
    "caller",
};

static const char *cql_field(query_text *q)
{
    return PROP_PICK(q->random, cql_fields);
}

static void cql_quoted(query_text *q, bool stars)
{
    sl_buffer_add_byte(&q->out, '"');
    query_value(q, &q->out, stars);
    sl_buffer_add_byte(&q->out, '"');
}

static void cql_regex(query_text *q)
{
    static const char *const regexes[] = {
        "/^Stop/", "/instances$/i", "/KICK/i",      "/(?<x>[A-Z][a-z]+)/",
        "/s/i",    "/^$/",          "/Run|Create/", "/user\\/ann/"};
    sl_buffer_add_string(&q->out, PROP_PICK(q->random, regexes));
}

static void cql_term(query_text *q)
{
    sl_buffer *out = &q->out;
    switch (prop_below(q->random, 10)) {
    case 0:
        sl_buffer_printf(out, "%s%s", cql_field(q), prop_chance(q->random, 70) ? "=" : "!=");
        cql_regex(q);
        break;
    case 1:
        sl_buffer_printf(out, "in(%s, values=[", cql_field(q));
        cql_quoted(q, true);
        sl_buffer_add_string(out, ", ");
        cql_quoted(q, true);
        sl_buffer_add_string(out, prop_chance(q->random, 20) ? "], ignoreCase=true)" : "])");
        break;
    case 2:
        sl_buffer_printf(out, "%s%s*", cql_field(q), prop_chance(q->random, 50) ? "=" : "!=");
        break;
    case 3: cql_quoted(q, true); break;
    case 4: cql_regex(q); break;
    case 5:
        sl_buffer_printf(out, "#event_simpleName=%s",
                         prop_chance(q->random, 60) ? "CloudResourceModification" : "Stop*");
        break;
    case 6:
        sl_buffer_printf(out, "test(%s == ", cql_field(q));
        cql_quoted(q, false);
        sl_buffer_add_byte(out, ')');
        break;
    case 7: sl_buffer_printf(out, "%s like \"nst\"", cql_field(q)); break;
    default:
        sl_buffer_printf(out, "%s%s", cql_field(q), prop_chance(q->random, 75) ? "=" : "!=");
        cql_quoted(q, true);
    }
}

static void cql_filter(query_text *q, uint32_t depth)
{
    sl_buffer *out = &q->out;
    uint32_t kind = depth >= QUERY_DEPTH_MAX ? 9 : prop_below(q->random, 10);
    if (kind == 0) {
        sl_buffer_add_string(out, "not (");
        cql_filter(q, depth + 1);
        sl_buffer_add_byte(out, ')');
    } else if (kind <= 3) {
        sl_buffer_add_byte(out, '(');
        cql_filter(q, depth + 1);
        sl_buffer_add_string(out, kind == 1 ? " " : kind == 2 ? " or " : " and ");
        cql_filter(q, depth + 1);
        sl_buffer_add_byte(out, ')');
    } else {
        cql_term(q);
    }
}

static void cql_case(query_text *q)
{
    sl_buffer_add_string(&q->out, "case { ");
    for (uint32_t i = prop_below(q->random, 2) + 1; i > 0; i--) {
        cql_term(q);
        sl_buffer_printf(&q->out, " | x := \"%s\"; ", i == 1 ? "StopInstances" : "high");
    }
    sl_buffer_add_string(&q->out, prop_chance(q->random, 50) ? "* }" : "* | y := \"low\" }");
}

static void cql_assign(query_text *q)
{
    sl_buffer *out = &q->out;
    switch (prop_below(q->random, 6)) {
    case 0: sl_buffer_printf(out, "x := upper(%s)", cql_field(q)); break;
    case 1: sl_buffer_printf(out, "x := %s", cql_field(q)); break;
    case 2: sl_buffer_printf(out, "x := coalesce([%s, %s])", cql_field(q), cql_field(q)); break;
    case 3: sl_buffer_printf(out, "eventName := lower(%s)", cql_field(q)); break;
    case 4: sl_buffer_printf(out, "y := length(%s)", cql_field(q)); break;
    default: sl_buffer_printf(out, "rename(field=%s, as=x)", cql_field(q));
    }
}

static void cql_whole(query_text *q)
{
    static const char *const whole[] = {
        "default(field=[eventName, x], value=\"StopInstances\")",
        "default(field=errorCode, value=\"kick\", replaceEmpty=true)",
        "format(\"%s-%s\", field=[eventName, eventSource], as=x)",
        "splitString(eventSource, by=\"\\\\.\", index=0, as=x)",
        "regex(\"^(?<x>[A-Z][a-z]+)\", field=eventName)",
        "regex(\"(?<x>\\\\d+)\", field=sourceIPAddress, strict=false)",
        "replace(\"Instances\", with=\"\", field=eventName)",
        "groupBy([eventSource], function=[selectLast([eventName, x]), count()])",
        "groupBy(eventName, function=selectFromMax(id, include=[user]))",
        "stats([count(), count(eventName, distinct=true, as=n)])",
        "wildcard(\"*Inst*\", field=eventName, ignoreCase=true)",
        "cidr(sourceIPAddress, subnet=[\"10.0.0.0/8\"])",
        "top([eventSource, eventName], limit=3)",
        "concat([eventName, x], as=y)",
        "x := if(eventName == \"StopInstances\", then=\"a\", else=eventName)",
        "text:contains(string=eventName, substring=\"Inst\")",
    };
    sl_buffer_add_string(&q->out, PROP_PICK(q->random, whole));
}

static void cql_end(query_text *q)
{
    static const char *const functions[] = {"count()", "collect([eventName, x])",
                                            "selectLast([eventName])", "max(id)",
                                            "count(eventName, distinct=true)"};
    sl_buffer *out = &q->out;
    switch (prop_below(q->random, 8)) {
    case 0:
        sl_buffer_printf(out, "groupBy([%s, %s], function=[%s])", cql_field(q), "x",
                         PROP_PICK(q->random, functions));
        break;
    case 1: sl_buffer_printf(out, "groupBy(%s)", cql_field(q)); break;
    case 2: sl_buffer_printf(out, "sort(%s, type=any, limit=5)", cql_field(q)); break;
    case 3:
        sl_buffer_printf(out, "%s(limit=%u)", prop_chance(q->random, 50) ? "head" : "tail",
                         prop_below(q->random, 5) + 1);
        break;
    case 4: sl_buffer_printf(out, "table([%s, eventName, x])", cql_field(q)); break;
    case 5: sl_buffer_printf(out, "select([%s, eventName])", cql_field(q)); break;
    case 6: sl_buffer_printf(out, "top(%s)", cql_field(q)); break;
    default: sl_buffer_printf(out, "drop([%s])", cql_field(q));
    }
}

void query_cql_first(query_text *q)
{
    if (prop_chance(q->random, 25))
        sl_buffer_add_string(&q->out, "#event_simpleName=CloudResourceModification ");
    if (prop_chance(q->random, 40)) {
        sl_buffer_add_string(&q->out, prop_chance(q->random, 50) ? "eventName=" : "OperationName=");
        cql_quoted(q, true);
        if (prop_chance(q->random, 50)) return;
        sl_buffer_add_byte(&q->out, ' ');
    }
    cql_filter(q, prop_chance(q->random, 50) ? QUERY_DEPTH_MAX : 0);
}

void query_cql_stage(query_text *q)
{
    switch (prop_below(q->random, 9)) {
    case 8: cql_whole(q); break;
    case 0:
    case 1: cql_assign(q); break;
    case 2:
    case 3: cql_end(q); break;
    case 4: cql_case(q); break;
    default: cql_filter(q, 1);
    }
}
