/* commands_open.c - commands that make fields from what a text holds, and lists into rows: spath,
 * extract, xmlkv, fromjson, tojson, mvexpand, mvcombine.
 *
 * Events of the formats here come with every field of their JSON: `spath` over the raw text of an
 * event that nothing has changed yet has nothing to add. The vendor's limit of 5000 characters
 * for that (limits.conf, [spath]) is not kept. */
#include "func/spl_command.h"
#include "lang/spl/commands.h"
#include "lang/spl/group.h"
#include "lang/spl/inner.h"

enum { OPEN_PAIRS_MAX = 50 };

/* True while rows are events as they were read. */
static bool open_is_untouched(const spl_parser *p)
{
    if (p->pipe != &p->plan->pipe) return false;
    for (const sl_op *op = p->pipe->first; op != NULL; op = op->next)
        if (op->kind != SL_OP_FILTER) return false;
    return true;
}

static bool open_extract(spl_parser *p, const spl_word *input, sl_extract_form form)
{
    sl_field field = spl_field_number(p, input);
    sl_op *op = spl_op(p, SL_OP_EXTRACT);
    if (op == NULL || field == SL_FIELD_NONE) return false;
    op->extract = (sl_op_extract){.input = field, .form = form};
    return true;
}

bool spl_command_spath(void *parser)
{
    spl_parser *p = parser;
    spl_word input = {.text = SL_TEXT("_raw")}, output = {0}, path = {0};
    const spl_option options[] = {
        {.name = "input", .text = &input},
        {.name = "output", .text = &output},
        {.name = "path", .text = &path},
    };
    sl_vector assigns = {0};
    if (!spl_read_options(p, options, SL_COUNT(options))) return false;
    if (!spl_at_end(p) && path.end == 0 && !spl_read_word(p, &path)) return false;
    if (!spl_read_options(p, options, SL_COUNT(options))) return false;
    if (path.end == 0) {
        bool raw = sl_text_equal(input.text, SL_TEXT("_raw"));
        return (raw && open_is_untouched(p)) || open_extract(p, &input, SL_EXTRACT_JSON);
    }
    sl_span span = spl_word_span(p, &path);
    const sl_expr *from = sl_build_field(&p->builder, input.text, span);
    const sl_expr *args[2] = {from, sl_build_text(&p->builder, path.text, span)};
    const sl_expr *value = spl_call(p, "spath", args, 2, span);
    if (value == NULL) return false;
    /* Of a field with several values, what each of them holds. */
    if (!sl_text_equal(input.text, SL_TEXT("_raw")))
        value = sl_build_items(&p->builder, SL_EXPR_MAP, from, value, from->field, span);
    return spl_assign(p, &assigns, output.end != 0 ? output.text : path.text, value, true)
        && spl_add_extend(p, &assigns);
}

bool spl_command_extract(void *parser)
{
    spl_parser *p = parser;
    spl_word pairs = {.text = SL_TEXT(" ,;\t\r\n|")}, values = {.text = SL_TEXT("=")};
    spl_word ignored, names = {0};
    uint64_t limit = OPEN_PAIRS_MAX;
    bool flag = false, clean = false;
    const spl_option options[] = {
        {.name = "pairdelim", .text = &pairs}, {.name = "kvdelim", .text = &values},
        {.name = "limit", .count = &limit},    {.name = "maxchars", .text = &ignored},
        {.name = "auto", .flag = &flag},       {.name = "reload", .flag = &flag},
        {.name = "segment", .flag = &flag},    {.name = "clean_keys", .flag = &clean},
        {.name = "mv_add", .flag = &flag},
    };
    if (!spl_read_options(p, options, SL_COUNT(options))) return false;
    if (!spl_at_end(p)) {
        if (!spl_read_word(p, &names)) return false;
        return spl_fault(p, SL_DIAG_REFUSED, names.start, names.end,
                         "extractions of a server's configuration are not known here");
    }
    spl_word raw = {.text = SL_TEXT("_raw"), .start = p->at, .end = p->at};
    if (!open_extract(p, &raw, SL_EXTRACT_PAIRS)) return false;
    sl_op_extract *extract = &p->pipe->last->extract;
    extract->pair_separators = pairs.text;
    extract->value_separators = values.text;
    extract->limit = limit;
    return true;
}

/* The field to read, _raw when none is named. */
static bool open_input(spl_parser *p, spl_word *out)
{
    *out = (spl_word){.text = SL_TEXT("_raw"), .start = p->at, .end = p->at};
    return spl_at_end(p) || spl_read_word(p, out);
}

bool spl_command_xmlkv(void *parser)
{
    spl_parser *p = parser;
    spl_word input, ignored;
    const spl_option options[] = {{.name = "maxinputs", .text = &ignored}};
    return open_input(p, &input) && spl_read_options(p, options, SL_COUNT(options))
        && open_extract(p, &input, SL_EXTRACT_XML);
}

bool spl_command_fromjson(void *parser)
{
    spl_parser *p = parser;
    spl_word input, prefix = {0};
    const spl_option options[] = {{.name = "prefix", .text = &prefix}};
    if (!spl_read_options(p, options, SL_COUNT(options)) || !spl_read_word(p, &input)) return false;
    if (!spl_read_options(p, options, SL_COUNT(options))) return false;
    if (prefix.end != 0)
        return spl_fault(p, SL_DIAG_REFUSED, prefix.start, prefix.end,
                         "prefix= of 'fromjson' is not run here");
    return open_extract(p, &input, SL_EXTRACT_JSON_TOP);
}

/* The fields named, or all that are known. */
static bool open_fields(spl_parser *p, const spl_option *options, uint32_t count, sl_vector *out)
{
    spl_word word = {.text = SL_TEXT("*")};
    bool named = false;
    for (;;) {
        sl_name name = {.field = SL_FIELD_NONE};
        if (!spl_read_options(p, options, count)) return false;
        if (spl_at_end(p) && named) return true;
        bool all = spl_at_end(p);
        if (all) name.pattern = sl_pattern_new(word.text, p->builder.arena);
        else if (!spl_read_name(p, &word, &name)) return false;
        named = true;
        if (name.pattern == NULL && !spl_add_field(p, out, name.field)) return false;
        if (name.pattern != NULL && !spl_known_matches(p, name.pattern, out)) {
            p->said = true;
            sl_diag_error(p->builder.diags, SL_DIAG_REFUSED, p->command_span,
                          "'%s' needs to know the fields", p->command->name);
            spl_hint(p, "name them: %s a b c", p->command->name);
            return false;
        }
        spl_skip_commas(p);
        if (all) return true;
    }
}

bool spl_command_tojson(void *parser)
{
    spl_parser *p = parser;
    spl_word output = {.text = SL_TEXT("_raw")}, types = {0};
    bool fill = false, internal = false;
    const spl_option options[] = {
        {.name = "output_field", .text = &output},
        {.name = "fill_null", .flag = &fill},
        {.name = "default_type", .text = &types},
        {.name = "include_internal", .flag = &internal},
    };
    sl_vector fields = {0}, args = {0}, assigns = {0};
    if (!open_fields(p, options, SL_COUNT(options), &fields)) return false;
    if (fill || internal || types.end != 0)
        return spl_fault(p, SL_DIAG_REFUSED, p->at, p->at,
                         "types, nulls and internal fields of 'tojson' are not run here");
    const sl_field *list = fields.items;
    for (uint32_t i = 0; i < fields.count; i++) {
        sl_text name = sl_fields_name(p->builder.fields, list[i]);
        if (!sl_vector_add_pointer(&args, p->builder.arena,
                                   sl_build_text(&p->builder, name, p->command_span))
            || !sl_vector_add_pointer(&args, p->builder.arena,
                                      sl_build_field(&p->builder, name, p->command_span)))
            return false;
    }
    const sl_expr *value =
        sl_build_call(&p->builder, &sl_spl_tojson, args.items, args.count, p->command_span);
    return spl_assign(p, &assigns, output.text, value, false) && spl_add_extend(p, &assigns);
}

bool spl_command_mvexpand(void *parser)
{
    spl_parser *p = parser;
    spl_word name;
    uint64_t limit = 0;
    const spl_option options[] = {{.name = "limit", .count = &limit}};
    if (!spl_read_word(p, &name) || !spl_read_options(p, options, SL_COUNT(options))) return false;
    sl_op *op = spl_op(p, SL_OP_EXPAND);
    if (op == NULL) return false;
    op->expand = (sl_op_expand){.field = spl_field_number(p, &name), .limit = limit};
    return op->expand.field != SL_FIELD_NONE;
}

/* Rows that differ in one field only become one: a stats by all the other fields. */
bool spl_command_mvcombine(void *parser)
{
    spl_parser *p = parser;
    spl_word name, delim;
    const spl_option options[] = {{.name = "delim", .text = &delim}};
    sl_vector fields;
    spl_group group = {0};
    if (!spl_read_options(p, options, SL_COUNT(options)) || !spl_read_word(p, &name)) return false;
    sl_field field = spl_field_number(p, &name);
    if (!spl_known_fields(p, &fields)) {
        p->said = true;
        sl_diag_error(p->builder.diags, SL_DIAG_REFUSED, p->command_span,
                      "'%s' needs to know the fields", p->command->name);
        spl_hint(p, "put | table or | fields with their names in front");
        return false;
    }
    const sl_field *list = fields.items;
    for (uint32_t i = 0; i < fields.count; i++)
        if (list[i] != field && !spl_add_field(p, &group.keys, list[i])) return false;
    if (!spl_add_item(p, &group.items, "list", spl_field(p, &name), field)) return false;
    if (!spl_group_stats(p, &group)) return false;
    sl_op_aggregate *aggregate = &p->pipe->last->aggregate;
    aggregate->expand_keys = aggregate->sort_keys = false;
    aggregate->missing_keys = true;
    return true;
}
