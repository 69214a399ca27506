/* commands_fields.c - commands that choose and name columns: table, fields, rename.
 *
 * A name with stars is a pattern, and stands for the fields there are. */
#include "lang/spl/commands.h"
#include "lang/spl/parser.h"

static bool fields_has(const sl_vector *names, sl_field field)
{
    const sl_name *items = names->items;
    for (uint32_t i = 0; i < names->count && i < 256; i++)
        if (items[i].pattern == NULL && items[i].field == field) return true;
    return false;
}

static bool fields_add(spl_parser *p, sl_vector *names, sl_name name)
{
    if (name.pattern == NULL && fields_has(names, name.field)) return true;
    sl_name *slot = sl_vector_add(names, p->builder.arena, sizeof *slot);
    if (slot == NULL) return false;
    *slot = name;
    return true;
}

static bool fields_add_text(spl_parser *p, sl_vector *names, sl_text text)
{
    sl_name name = {.field = sl_fields_add(p->builder.fields, text)};
    return name.field != SL_FIELD_NONE && fields_add(p, names, name);
}

bool spl_read_names(spl_parser *p, sl_vector *names)
{
    do {
        spl_word word;
        sl_name name;
        if (!spl_read_name(p, &word, &name) || !fields_add(p, names, name)) return false;
        spl_skip_commas(p);
    } while (!spl_at_end(p));
    return true;
}

static bool fields_op(spl_parser *p, sl_op_kind kind, const sl_vector *names)
{
    sl_op *op = spl_op(p, kind);
    if (op == NULL) return false;
    op->fields.names = names->items;
    op->fields.count = names->count;
    return true;
}

bool spl_command_table(void *parser)
{
    spl_parser *p = parser;
    sl_vector names = {0};
    return spl_read_names(p, &names) && fields_op(p, SL_OP_PROJECT, &names);
}

/* `fields a b` keeps _time and _raw, too: internal fields go only when they are named. */
bool spl_command_fields(void *parser)
{
    spl_parser *p = parser;
    sl_vector names = {0};
    char c = spl_peek(p);
    if (c == '-' || c == '+') p->at++;
    if (c == '-') return spl_read_names(p, &names) && fields_op(p, SL_OP_REMOVE, &names);
    return fields_add_text(p, &names, SL_TEXT("_time")) && spl_read_names(p, &names)
        && fields_add_text(p, &names, SL_TEXT("_raw")) && fields_op(p, SL_OP_PROJECT, &names);
}

/* Both sides of a rename with stars need the same number of them. */
static bool fields_check_stars(spl_parser *p, const sl_rename *item, const spl_word *from,
                               const spl_word *to)
{
    uint32_t old_stars = item->from.pattern == NULL ? 0 : item->from.pattern->star_count;
    uint32_t new_stars = item->to.pattern == NULL ? 0 : item->to.pattern->star_count;
    if (old_stars == new_stars) return true;
    spl_fault(p, SL_DIAG_TYPE, from->start, to->end, "the old name has %u stars, the new one %u",
              old_stars, new_stars);
    spl_hint(p, "each star of the new name takes the text under one of the old");
    return false;
}

bool spl_command_rename(void *parser)
{
    spl_parser *p = parser;
    sl_vector items = {0};
    do {
        spl_word from, to;
        sl_rename renamed;
        if (!spl_read_name(p, &from, &renamed.from)) return false;
        if (!spl_take_keyword(p, "AS")) {
            spl_expected(p, "AS");
            spl_hint_usage(p);
            return false;
        }
        if (!spl_read_name(p, &to, &renamed.to)) return false;
        if (!fields_check_stars(p, &renamed, &from, &to)) return false;
        sl_rename *item = sl_vector_add(&items, p->builder.arena, sizeof *item);
        if (item == NULL) return false;
        *item = renamed;
        spl_skip_commas(p);
    } while (!spl_at_end(p));
    sl_op *op = spl_op(p, SL_OP_RENAME);
    if (op == NULL) return false;
    op->rename.items = items.items;
    op->rename.count = items.count;
    return true;
}
