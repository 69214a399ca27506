/* commands_fields.c - commands that choose and name columns: table, fields, rename. */
#include "lang/spl/parser.h"

static bool fields_has_wildcard(const spl_word *word)
{
    return sl_text_find_byte(word->text, '*', 0) != SIZE_MAX;
}

static bool fields_refuse_wildcard(spl_parser *p, const spl_word *word)
{
    spl_fault(p, SL_DIAG_REFUSED, word->start, word->end, "'%s' with a wildcard is not run here",
              p->command->name);
    spl_hint(p, "name the fields one by one");
    return false;
}

static bool fields_add(spl_parser *p, sl_vector *fields, sl_field field)
{
    if (field == SL_FIELD_NONE) return false;
    const sl_field *items = fields->items;
    for (uint32_t i = 0; i < fields->count && i < 256; i++)
        if (items[i] == field) return true;
    sl_field *slot = sl_vector_add(fields, p->builder.arena, sizeof *slot);
    if (slot == NULL) return false;
    *slot = field;
    return true;
}

/* Names up to the end of the command, with and without commas. */
static bool fields_read(spl_parser *p, sl_vector *fields)
{
    spl_word name;
    do {
        if (!spl_read_word(p, &name)) return false;
        if (fields_has_wildcard(&name)) return fields_refuse_wildcard(p, &name);
        if (!fields_add(p, fields, spl_field_number(p, &name))) return false;
        spl_skip_commas(p);
    } while (!spl_at_end(p));
    return true;
}

static bool fields_op(spl_parser *p, sl_op_kind kind, const sl_vector *fields)
{
    sl_op *op = spl_op(p, kind);
    if (op == NULL) return false;
    op->fields.fields = fields->items;
    op->fields.count = fields->count;
    return true;
}

bool spl_command_table(void *parser)
{
    spl_parser *p = parser;
    sl_vector fields = {0};
    return fields_read(p, &fields) && fields_op(p, SL_OP_PROJECT, &fields);
}

/* `fields a b` keeps _time and _raw, too: internal fields go only when they are named. */
bool spl_command_fields(void *parser)
{
    spl_parser *p = parser;
    sl_vector fields = {0};
    char c = spl_peek(p);
    if (c == '-' || c == '+') p->at++;
    if (c == '-') return fields_read(p, &fields) && fields_op(p, SL_OP_REMOVE, &fields);
    sl_field time = sl_fields_add(p->builder.fields, SL_TEXT("_time"));
    sl_field raw = sl_fields_add(p->builder.fields, SL_TEXT("_raw"));
    return fields_add(p, &fields, time) && fields_read(p, &fields) && fields_add(p, &fields, raw)
        && fields_op(p, SL_OP_PROJECT, &fields);
}

bool spl_command_rename(void *parser)
{
    spl_parser *p = parser;
    sl_vector items = {0};
    do {
        spl_word from, to;
        if (!spl_read_word(p, &from)) return false;
        if (!spl_take_keyword(p, "AS")) {
            spl_expected(p, "AS");
            spl_hint_usage(p);
            return false;
        }
        if (!spl_read_word(p, &to)) return false;
        if (fields_has_wildcard(&from)) return fields_refuse_wildcard(p, &from);
        if (fields_has_wildcard(&to)) return fields_refuse_wildcard(p, &to);
        sl_rename *item = sl_vector_add(&items, p->builder.arena, sizeof *item);
        if (item == NULL) return false;
        item->from = spl_field_number(p, &from);
        item->to = spl_field_number(p, &to);
        if (item->from == SL_FIELD_NONE || item->to == SL_FIELD_NONE) return false;
        spl_skip_commas(p);
    } while (!spl_at_end(p));
    sl_op *op = spl_op(p, SL_OP_RENAME);
    if (op == NULL) return false;
    op->rename.items = items.items;
    op->rename.count = items.count;
    return true;
}
