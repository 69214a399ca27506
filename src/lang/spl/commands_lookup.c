/* commands_lookup.c - commands about tables outside the logs: lookup, inputlookup, outputlookup,
 * iplocation.
 *
 * The resolver finds tables; one that is not there is an error, or a warning for those who only
 * check: then an empty table with the columns that were named stands in. */
#include "plan/lookup.h"

#include "func/spl.h"
#include "lang/spl/commands.h"
#include "lang/spl/inner.h"

typedef struct lookup_side {
    spl_word column, field;
} lookup_side;

static bool lookup_missing(spl_parser *p, const spl_word *name, const char *reason)
{
    bool lenient = p->resolver != NULL && p->resolver->missing_is_warning;
    sl_severity severity = lenient ? SL_WARNING : SL_ERROR;
    if (reason != NULL)
        spl_warn(p, severity, SL_DIAG_UNRESOLVED, spl_word_span(p, name),
                 "the lookup '%.*s' cannot be used: %s", SL_TEXT_ARG(name->text), reason);
    else
        spl_warn(p, severity, SL_DIAG_UNRESOLVED, spl_word_span(p, name), "no lookup '%.*s'",
                 SL_TEXT_ARG(name->text));
    if (reason == NULL) spl_hint(p, "lookups are CSV files in a directory given by --lookups");
    return lenient;
}

/* The table `name`, or NULL: *out_stand_in says that an empty one may stand in. */
static const sl_lookup *lookup_find(spl_parser *p, const spl_word *name, bool *out_stand_in)
{
    const char *reason = NULL;
    const sl_resolver *resolver = p->resolver;
    const sl_lookup *table = NULL;
    if (resolver != NULL && resolver->lookup != NULL)
        table = resolver->lookup(resolver->owner, name->text, &reason);
    *out_stand_in = table == NULL && lookup_missing(p, name, reason);
    return table;
}

static const sl_lookup *lookup_empty(spl_parser *p, const spl_word *name, const sl_vector *keys,
                                     const sl_vector *outputs)
{
    sl_arena *arena = p->builder.arena;
    uint32_t count = keys->count + outputs->count;
    sl_lookup *table = SL_ARENA_NEW(arena, sl_lookup);
    sl_text *columns = SL_ARENA_ARRAY(arena, count, sl_text);
    sl_lookup_match *matches = SL_ARENA_ARRAY(arena, count, sl_lookup_match);
    if (table == NULL || columns == NULL || matches == NULL) return NULL;
    const lookup_side *sides = keys->items;
    for (uint32_t i = 0; i < keys->count; i++) columns[i] = sides[i].column.text;
    sides = outputs->items;
    for (uint32_t i = 0; i < outputs->count; i++) columns[keys->count + i] = sides[i].column.text;
    *table = (sl_lookup){
        .name = name->text, .columns = columns, .column_count = count, .matches = matches};
    return table;
}

static uint32_t lookup_column(const sl_lookup *table, sl_text name)
{
    uint32_t c = 0;
    while (c < table->column_count && !sl_text_equal(table->columns[c], name)) c++;
    return c;
}

static bool lookup_no_column(spl_parser *p, const sl_lookup *table, const spl_word *column)
{
    sl_buffer names;
    sl_buffer_init(&names);
    for (uint32_t c = 0; c < table->column_count && names.length < 160; c++) {
        if (c > 0) sl_buffer_add_string(&names, ", ");
        sl_buffer_add(&names, table->columns[c]);
    }
    spl_fault(p, SL_DIAG_UNRESOLVED, column->start, column->end,
              "the lookup '%.*s' has no column '%.*s'", SL_TEXT_ARG(table->name),
              SL_TEXT_ARG(column->text));
    if (!names.failed) spl_hint(p, "it has %.*s", SL_TEXT_ARG(sl_buffer_text(&names)));
    sl_buffer_fini(&names);
    return false;
}

/* Columns by name to pairs by number. */
static bool lookup_pairs(spl_parser *p, const sl_lookup *table, const sl_vector *sides,
                         sl_vector *out)
{
    const lookup_side *items = sides->items;
    for (uint32_t i = 0; i < sides->count; i++) {
        uint32_t column = lookup_column(table, items[i].column.text);
        if (column == table->column_count) return lookup_no_column(p, table, &items[i].column);
        sl_lookup_pair *pair = sl_vector_add(out, p->builder.arena, sizeof *pair);
        if (pair == NULL) return false;
        *pair = (sl_lookup_pair){.column = column, .field = spl_field_number(p, &items[i].field)};
        if (pair->field == SL_FIELD_NONE) return false;
    }
    return true;
}

/* Every column that is no key. */
static bool lookup_all(spl_parser *p, const sl_lookup *table, const sl_vector *keys, sl_vector *out)
{
    const sl_lookup_pair *items = keys->items;
    for (uint32_t c = 0; c < table->column_count; c++) {
        bool key = false;
        for (uint32_t i = 0; i < keys->count; i++) key = key || items[i].column == c;
        if (key) continue;
        sl_lookup_pair *pair = sl_vector_add(out, p->builder.arena, sizeof *pair);
        if (pair == NULL) return false;
        *pair = (sl_lookup_pair){.column = c,
                                 .field = sl_fields_add(p->builder.fields, table->columns[c])};
        if (pair->field == SL_FIELD_NONE) return false;
    }
    return true;
}

/* `column [AS field]`, as often as it comes. */
static bool lookup_sides(spl_parser *p, sl_vector *sides, bool *out_output, bool *out_new)
{
    *out_output = *out_new = false;
    while (!spl_at_end(p)) {
        *out_new = spl_take_keyword(p, "OUTPUTNEW");
        *out_output = *out_new || spl_take_keyword(p, "OUTPUT");
        if (*out_output) return true;
        lookup_side side;
        if (!spl_read_word(p, &side.column)) return false;
        side.field = side.column;
        if (spl_take_keyword(p, "AS") && !spl_read_word(p, &side.field)) return false;
        spl_skip_commas(p);
        lookup_side *slot = sl_vector_add(sides, p->builder.arena, sizeof *slot);
        if (slot == NULL) return false;
        *slot = side;
    }
    return true;
}

bool spl_command_lookup(void *parser)
{
    spl_parser *p = parser;
    bool local = false, update = false, output, only_new, stand_in, more, ignored;
    const spl_option options[] = {{.name = "local", .flag = &local},
                                  {.name = "update", .flag = &update}};
    spl_word name;
    sl_vector keys = {0}, outputs = {0}, key_pairs = {0}, output_pairs = {0};
    if (!spl_read_options(p, options, SL_COUNT(options)) || !spl_read_word(p, &name)) return false;
    spl_skip_commas(p);
    if (!lookup_sides(p, &keys, &output, &only_new)) return false;
    if (keys.count == 0) {
        spl_expected(p, "the column to look in");
        spl_hint_usage(p);
        return false;
    }
    if (output && !lookup_sides(p, &outputs, &more, &ignored)) return false;
    const sl_lookup *table = lookup_find(p, &name, &stand_in);
    if (stand_in) table = lookup_empty(p, &name, &keys, &outputs);
    if (table == NULL || !lookup_pairs(p, table, &keys, &key_pairs)) return false;
    if (!lookup_pairs(p, table, &outputs, &output_pairs)) return false;
    if (!output && !lookup_all(p, table, &key_pairs, &output_pairs)) return false;
    sl_op *op = spl_op(p, SL_OP_LOOKUP);
    if (op == NULL) return false;
    op->lookup = (sl_op_lookup){.table = table,
                                .keys = key_pairs.items,
                                .key_count = key_pairs.count,
                                .outputs = output_pairs.items,
                                .output_count = output_pairs.count,
                                .only_missing = only_new};
    return true;
}

static bool lookup_generate(spl_parser *p, const sl_lookup *table, const sl_expr *where,
                            uint64_t max)
{
    sl_op *op = spl_op(p, SL_OP_GENERATE);
    if (op == NULL) return false;
    op->generate.table = table;
    if (where != NULL && !spl_add_filter(p, where)) return false;
    if (max == 0) return true;
    op = spl_op(p, SL_OP_LIMIT);
    if (op == NULL) return false;
    op->limit.count = max;
    return true;
}

typedef struct lookup_input {
    bool append, strict;
    uint64_t start, max;
    spl_word name;
} lookup_input;

/* NAME [WHERE TERMS] behind the options: the table's rows into the pipe of `p`. */
static bool lookup_rows(spl_parser *p, const lookup_input *how, const sl_lookup *table)
{
    const sl_expr *where = NULL;
    if (spl_take_keyword(p, "where")) {
        where = spl_search_terms(p);
        if (where == NULL) return false;
    }
    return lookup_generate(p, table, where, how->max);
}

/* The rows of the table as a search of its own, behind the rows that there are. */
static bool lookup_append(spl_parser *p, const lookup_input *how, const sl_lookup *table)
{
    sl_plan *plan = spl_plan_new(p);
    const sl_plan **plans = SL_ARENA_ARRAY(p->builder.arena, 1, const sl_plan *);
    if (plan == NULL || plans == NULL) {
        sl_plan_free(plan);
        return false;
    }
    spl_parser other = *p;
    other.builder.arena = &plan->arena;
    other.builder.fields = &plan->fields;
    other.plan = plan;
    other.pipe = &plan->pipe;
    bool ok = lookup_rows(&other, how, table) && sl_plan_check(plan) == SL_OK;
    p->at = other.at;
    p->terms = other.terms;
    p->said = other.said;
    if (!ok || !sl_plan_add_sub(p->plan, plan)) {
        if (!ok) sl_plan_free(plan);
        return false;
    }
    plans[0] = plan;
    sl_op *op = spl_op(p, SL_OP_UNION);
    if (op == NULL) return false;
    op->united = (sl_op_union){.plans = plans, .count = 1};
    return true;
}

bool spl_command_inputlookup(void *parser)
{
    spl_parser *p = parser;
    lookup_input how = {0};
    bool stand_in;
    const spl_option options[] = {{.name = "append", .flag = &how.append},
                                  {.name = "strict", .flag = &how.strict},
                                  {.name = "start", .count = &how.start},
                                  {.name = "max", .count = &how.max}};
    if (!spl_read_options(p, options, SL_COUNT(options)) || !spl_read_word(p, &how.name))
        return false;
    if (!spl_read_options(p, options, SL_COUNT(options))) return false;
    if (how.start != 0)
        return spl_fault(p, SL_DIAG_REFUSED, how.name.start, how.name.end,
                         "start= of '%s' is not run here", p->command->name);
    const sl_lookup *table = lookup_find(p, &how.name, &stand_in);
    sl_vector none = {0};
    if (stand_in) table = lookup_empty(p, &how.name, &none, &none);
    if (table == NULL) return false;
    if (how.append) return lookup_append(p, &how, table);
    if (spl_check_first(p)) return lookup_rows(p, &how, table);
    spl_hint(p, "behind other commands it is: %s append=true %.*s", p->command->name,
             SL_TEXT_ARG(how.name.text));
    return false;
}

bool spl_command_outputlookup(void *parser)
{
    spl_parser *p = parser;
    bool append = false, flag = false;
    uint64_t max = 0;
    spl_word key = {0}, ignored, name;
    const spl_option options[] = {
        {.name = "append", .flag = &append},          {.name = "create_empty", .flag = &flag},
        {.name = "override_if_empty", .flag = &flag}, {.name = "max", .count = &max},
        {.name = "key_field", .text = &key},          {.name = "createinapp", .flag = &flag},
        {.name = "create_context", .text = &ignored}, {.name = "output_format", .text = &ignored},
        {.name = "allow_updates", .flag = &flag},
    };
    if (!spl_read_options(p, options, SL_COUNT(options)) || !spl_read_word(p, &name)) return false;
    if (!spl_read_options(p, options, SL_COUNT(options))) return false;
    if (key.end != 0 || max != 0)
        return spl_fault(p, SL_DIAG_REFUSED, name.start, name.end,
                         "key_field= and max= of '%s' are not run here", p->command->name);
    const char *reason = NULL;
    const sl_resolver *resolver = p->resolver;
    const sl_table_sink *sink = NULL;
    if (resolver != NULL && resolver->sink != NULL)
        sink = resolver->sink(resolver->owner, name.text, append, &reason);
    if (sink != NULL) {
        sl_op *op = spl_op(p, SL_OP_SINK);
        if (op == NULL) return false;
        op->sink.sink = sink;
        return true;
    }
    bool lenient = resolver != NULL && resolver->missing_is_warning;
    spl_warn(p, lenient ? SL_WARNING : SL_ERROR, SL_DIAG_REFUSED, p->command_span,
             "'%s' may not write here", p->command->name);
    spl_hint(p, "%s", reason != NULL ? reason : "nothing is written unless that is allowed");
    return lenient;
}

bool spl_command_iplocation(void *parser)
{
    spl_parser *p = parser;
    bool all = false;
    spl_word prefix, lang, name;
    const spl_option options[] = {{.name = "prefix", .text = &prefix},
                                  {.name = "allfields", .flag = &all},
                                  {.name = "lang", .text = &lang}};
    if (!spl_read_options(p, options, SL_COUNT(options)) || !spl_read_word(p, &name)) return false;
    if (!spl_read_options(p, options, SL_COUNT(options))) return false;
    spl_warn(p, SL_WARNING, SL_DIAG_MEANING, p->command_span,
             "there is no database of locations here: iplocation gives no fields");
    spl_hint(p, "City, Country, Region, lat and lon stay missing");
    return true;
}
