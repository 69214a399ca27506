/* commands_transaction.c - transaction: events that belong together as one.
 *
 * The defaults are those of limits.conf as the Splunk Search Reference gives them: no span, no
 * pause, 1000 events. */
#include "func/spl_command.h"
#include "lang/spl/commands.h"
#include "lang/spl/parser.h"

enum { TRANSACTION_EVENTS_MAX = 1000 };

typedef struct transaction {
    sl_op_transaction how;
    sl_vector keys, lists; /* of sl_field */
    spl_word span, pause, ignored, list, connected;
    bool unify, orphans;
} transaction;

/* 30s, 5m, -1: nanoseconds; negative is none. */
static bool transaction_time(spl_parser *p, const spl_word *word, sl_time *out)
{
    int64_t months;
    if (word->end == 0) return true;
    if (sl_text_starts(word->text, SL_TEXT("-"))) return true;
    if (sl_spl_span_parse(word->text, out, &months) && months == 0) return true;
    spl_fault(p, SL_DIAG_OPTION, word->start, word->end, "this is no span of time");
    spl_hint(p, "as in 30s, 5m, 2h or 1d");
    return false;
}

/* startswith=... or endswith=...: terms in quotes or parentheses, or eval(condition). */
static bool transaction_filter(spl_parser *p, void *target)
{
    const sl_expr **out = target;
    spl_word word;
    char c = spl_peek(p);
    uint32_t start = p->at;
    if (c == '"') {
        if (!spl_read_value(p, &word)) return false;
        *out = spl_search_text(p, word.text, spl_word_span(p, &word));
        return *out != NULL;
    }
    if (spl_take_keyword(p, "eval") && spl_peek(p) == '(') {
        uint32_t open = p->at++;
        p->open++;
        *out = spl_condition(p);
        return *out != NULL && spl_close(p, open);
    }
    p->at = start;
    if (c == '(') {
        uint32_t open = p->at++;
        p->open++;
        *out = spl_search_terms(p);
        return *out != NULL && spl_close(p, open);
    }
    if (!spl_read_value(p, &word)) return false;
    *out = spl_search_text(p, word.text, spl_word_span(p, &word));
    return *out != NULL;
}

static bool transaction_part(spl_parser *p, transaction *t)
{
    const spl_option options[] = {
        {.name = "startswith", .take = transaction_filter, .target = &t->how.starts},
        {.name = "endswith", .take = transaction_filter, .target = &t->how.ends},
        {.name = "maxspan", .text = &t->span},
        {.name = "maxpause", .text = &t->pause},
        {.name = "maxevents", .count = &t->how.events_max},
        {.name = "keepevicted", .flag = &t->how.keep_evicted},
        {.name = "keeporphans", .flag = &t->orphans},
        {.name = "mvlist", .text = &t->list},
        {.name = "connected", .text = &t->connected},
        {.name = "unifyends", .flag = &t->unify}, /* starts and ends share a field here anyway */
        {.name = "delim", .text = &t->ignored},
        {.name = "nullstr", .text = &t->ignored},
        {.name = "mvraw", .text = &t->ignored},
        {.name = "maxopentxn", .text = &t->ignored},
        {.name = "maxopenevents", .text = &t->ignored},
    };
    spl_word name;
    spl_skip_commas(p);
    if (spl_at_option(p)) return spl_read_option(p, options, SL_COUNT(options));
    return spl_read_word(p, &name) && spl_add_field(p, &t->keys, spl_field_number(p, &name));
}

/* mvlist="a, b": the fields whose values are all kept. */
static bool transaction_lists(spl_parser *p, transaction *t)
{
    sl_text rest = t->list.text;
    while (rest.length > 0) {
        size_t comma = sl_text_find_byte(rest, ',', 0);
        spl_word name = t->list;
        name.text = sl_text_trim(sl_text_slice(rest, 0, comma == SIZE_MAX ? rest.length : comma));
        if (name.text.length > 0
            && (!spl_count_term(p) || !spl_add_field(p, &t->lists, spl_field_number(p, &name))))
            return false;
        rest = comma == SIZE_MAX ? SL_TEXT("") : sl_text_slice(rest, comma + 1, rest.length);
    }
    t->how.lists = t->lists.items;
    t->how.list_count = t->lists.count;
    return true;
}

static bool transaction_check(spl_parser *p, transaction *t)
{
    if (t->orphans) {
        p->said = true;
        sl_diag_error(p->builder.diags, SL_DIAG_REFUSED, p->command_span,
                      "'transaction' with keeporphans=true is not run here");
        return false;
    }
    if (t->list.end != 0 && !spl_word_flag(&t->list, &t->how.list) && !transaction_lists(p, t))
        return false;
    bool connected = true;
    if (t->connected.end != 0 && !spl_word_flag(&t->connected, &connected))
        return spl_fault(p, SL_DIAG_OPTION, t->connected.start, t->connected.end,
                         "'connected' takes true or false");
    if (!connected) {
        spl_warn(p, SL_WARNING, SL_DIAG_MEANING, spl_word_span(p, &t->connected),
                 "events that lack the fields of a transaction stand apart here");
        spl_hint(p, "the vendor adds them to the transaction that is open");
    }
    return transaction_time(p, &t->span, &t->how.span_max)
        && transaction_time(p, &t->pause, &t->how.pause_max);
}

bool spl_command_transaction(void *parser)
{
    spl_parser *p = parser;
    transaction t = {
        .how = {.span_max = -1, .pause_max = -1, .events_max = TRANSACTION_EVENTS_MAX}};
    while (!spl_at_end(p))
        if (!transaction_part(p, &t)) return false;
    if (!transaction_check(p, &t)) return false;
    t.how.keys = t.keys.items;
    t.how.key_count = t.keys.count;
    t.how.duration = sl_fields_add(p->builder.fields, SL_TEXT("duration"));
    t.how.event_count = sl_fields_add(p->builder.fields, SL_TEXT("eventcount"));
    t.how.closed = sl_fields_add(p->builder.fields, SL_TEXT("closed_txn"));
    sl_op *op = spl_op(p, SL_OP_TRANSACTION);
    if (op == NULL || t.how.closed == SL_FIELD_NONE) return false;
    op->transaction = t.how;
    return true;
}
