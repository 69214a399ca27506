/* commands_model.c - searches over data models: tstats, datamodel, from.
 *
 * `tstats count FROM datamodel=Change WHERE ... BY All_Changes.user` is: the events of the model,
 * its fields under their long names, the terms behind WHERE, and a stats. */
#include "func/spl.h"
#include "func/spl_command.h"
#include "lang/spl/commands.h"
#include "lang/spl/group.h"
#include "lang/spl/models.h"

typedef struct model_use {
    const spl_model *model; /* NULL: events as they are */
    sl_text dataset;
    bool refused; /* the model is one that no format here serves */
    spl_word span, fill;
    const sl_expr *where;
    spl_group group;
    sl_vector fields; /* of sl_field: those of the model that are asked for */
} model_use;

/* `Model`, `Model.Dataset`. Says so when there is no such model here, and goes on: what else is
 * wrong is worth knowing. */
static bool model_name(spl_parser *p, const spl_word *word, model_use *use)
{
    size_t dot = sl_text_find_byte(word->text, '.', 0);
    sl_text name = sl_text_slice(word->text, 0, dot == SIZE_MAX ? word->text.length : dot);
    if (dot != SIZE_MAX) use->dataset = sl_text_slice(word->text, dot + 1, word->text.length);
    use->model = spl_model_find(name);
    use->refused = use->model == NULL;
    if (use->model != NULL) return true;
    if (!spl_model_exists(name))
        spl_fault(p, SL_DIAG_UNRESOLVED, word->start, word->end, "no data model '%.*s'",
                  SL_TEXT_ARG(name));
    else
        spl_fault(p, SL_DIAG_REFUSED, word->start, word->end,
                  "no format here serves the data model '%.*s'", SL_TEXT_ARG(name));
    spl_hint(p, "Change and Authentication are served from CloudTrail");
    p->failed = true;
    return true;
}

/* The name without the datasets in front of it; itself when none stands there. */
static sl_text model_short(const spl_model *model, sl_text name)
{
    for (;;) {
        size_t dot = sl_text_find_byte(name, '.', 0);
        if (dot == SIZE_MAX || !spl_model_has_dataset(model, sl_text_slice(name, 0, dot)))
            return name;
        name = sl_text_slice(name, dot + 1, name.length);
    }
}

/* What a field of the model is, over the fields of an event. */
static const sl_expr *model_value(spl_parser *p, const spl_model *model, sl_text name)
{
    sl_span span = p->command_span;
    const spl_model_field *field = spl_model_field_find(model, name);
    const sl_expr *value = sl_build_field(&p->builder, name, span);
    if (field == NULL || !field->known) return value;
    const sl_expr *empty[2] = {value, spl_constant(p, "", span)};
    const sl_expr *filled[2] = {spl_call(p, "nullif", empty, 2, span),
                                spl_constant(p, "unknown", span)};
    return spl_call(p, "coalesce", filled, 2, span);
}

static bool model_wants(spl_parser *p, model_use *use, sl_field field)
{
    const sl_field *list = use->fields.items;
    sl_text name = sl_fields_name(p->builder.fields, field);
    if (model_short(use->model, name).length == name.length) return true;
    for (uint32_t i = 0; i < use->fields.count; i++)
        if (list[i] == field) return true;
    return spl_add_field(p, &use->fields, field);
}

static bool model_wants_expr(spl_parser *p, model_use *use, const sl_expr *expr)
{
    if (expr == NULL) return true;
    if (expr->kind == SL_EXPR_FIELD && !model_wants(p, use, expr->field)) return false;
    for (uint32_t i = 0; i < expr->arg_count; i++)
        if (!model_wants_expr(p, use, expr->args[i])) return false;
    return true;
}

/* The fields with long names that aggregates, terms and BY ask for. */
static bool model_gather(spl_parser *p, model_use *use)
{
    const sl_agg_item *items = use->group.items.items;
    const sl_field *keys = use->group.keys.items;
    if (!model_wants_expr(p, use, use->where)) return false;
    for (uint32_t i = 0; i < use->group.items.count; i++)
        for (uint32_t a = 0; a < items[i].arg_count; a++)
            if (!model_wants_expr(p, use, items[i].args[a])) return false;
    for (uint32_t i = 0; i < use->group.keys.count; i++)
        if (!model_wants(p, use, keys[i])) return false;
    return true;
}

static bool model_constraint(spl_parser *p, const spl_model *model)
{
    return spl_add_filter(p, spl_search_text(p, sl_text_from(model->constraint), p->command_span));
}

/* The events of the model, with the fields asked for. */
static bool model_events(spl_parser *p, model_use *use)
{
    if (use->model == NULL) return true;
    sl_vector assigns = {0};
    if (!model_gather(p, use) || !model_constraint(p, use->model)) return false;
    const sl_field *list = use->fields.items;
    for (uint32_t i = 0; i < use->fields.count; i++) {
        sl_text name = sl_fields_name(p->builder.fields, list[i]);
        const sl_expr *value = model_value(p, use->model, model_short(use->model, name));
        if (!spl_assign(p, &assigns, name, value, false)) return false;
    }
    return spl_add_extend(p, &assigns);
}

/* Times into bins, and a value for keys that have none. */
static bool model_keys(spl_parser *p, const model_use *use)
{
    sl_vector assigns = {0};
    const sl_field *keys = use->group.keys.items;
    for (uint32_t i = 0; i < use->group.keys.count; i++) {
        sl_text name = sl_fields_name(p->builder.fields, keys[i]);
        const sl_expr *field = spl_field_expr(p, keys[i], p->command_span), *value = NULL;
        bool time = sl_text_equal(name, SL_TEXT("_time"));
        const sl_expr *span[2] = {field, NULL}, *filled[2] = {field, NULL};
        if (time && use->span.end != 0) {
            span[1] = sl_build_text(&p->builder, use->span.text, spl_word_span(p, &use->span));
            value = sl_build_call(&p->builder, &sl_spl_bin, span, 2, p->command_span);
        } else if (!time && use->fill.end != 0) {
            filled[1] = sl_build_text(&p->builder, use->fill.text, spl_word_span(p, &use->fill));
            value = spl_call(p, "coalesce", filled, 2, p->command_span);
        } else {
            continue;
        }
        if (!spl_assign(p, &assigns, name, value, false)) return false;
    }
    return spl_add_extend(p, &assigns);
}

static bool model_take_by(spl_parser *p)
{
    return spl_take_keyword(p, "BY") || spl_take_keyword(p, "GROUPBY");
}

/* Aggregates up to FROM, WHERE, BY or the end. */
static bool model_items(spl_parser *p, model_use *use)
{
    static const char *const ends[] = {"FROM", "WHERE", "BY", "GROUPBY"};
    for (;;) {
        if (!spl_read_options(p, use->group.options, use->group.option_count)) return false;
        uint32_t at = p->at;
        for (size_t i = 0; i < SL_COUNT(ends); i++) {
            if (!spl_take_keyword(p, ends[i])) continue;
            p->at = at;
            return true;
        }
        if (spl_at_end(p)) return true;
        if (!spl_group_item(p, &use->group)) return false;
        spl_skip_commas(p);
    }
}

static bool model_from(spl_parser *p, model_use *use)
{
    spl_word model = {0};
    const spl_option options[] = {{.name = "datamodel", .text = &model}};
    if (!spl_take_keyword(p, "FROM")) return true;
    if (!spl_read_options(p, options, 1)) return false;
    if (model.end != 0) return model_name(p, &model, use);
    spl_expected(p, "datamodel=NAME");
    spl_hint_usage(p);
    return false;
}

static bool model_where(spl_parser *p, model_use *use)
{
    if (!spl_take_keyword(p, "WHERE")) return true;
    bool base = p->base;
    p->base = p->until_by = true;
    use->where = spl_search_terms(p);
    p->base = base;
    p->until_by = false;
    return use->where != NULL;
}

bool spl_command_tstats(void *parser)
{
    spl_parser *p = parser;
    model_use use = {0};
    bool prestats = false, append = false, flag = false;
    spl_word ignored;
    const spl_option options[] = {
        {.name = "prestats", .flag = &prestats},
        {.name = "append", .flag = &append},
        {.name = "local", .flag = &flag},
        {.name = "summariesonly", .text = &ignored},
        {.name = "allow_old_summaries", .flag = &flag},
        {.name = "fillnull_value", .text = &use.fill},
        {.name = "include_reduced_buckets", .flag = &flag},
        {.name = "chunk_size", .text = &ignored},
        {.name = "use_summary_index_values", .flag = &flag},
        {.name = "span", .text = &use.span},
    };
    use.group.options = options;
    use.group.option_count = SL_COUNT(options);
    if (!model_items(p, &use) || !model_from(p, &use) || !model_where(p, &use)) return false;
    if (model_take_by(p) && !spl_group_keys(p, &use.group)) return false;
    if (!spl_read_options(p, options, SL_COUNT(options))) return false;
    if (!spl_check_first(p)) return false;
    if (prestats || append) {
        p->said = true;
        sl_diag_error(p->builder.diags, SL_DIAG_REFUSED, p->command_span,
                      "'tstats' with prestats or append is not run here");
        return false;
    }
    if (use.group.items.count == 0) {
        spl_expected(p, "an aggregate");
        spl_hint_usage(p);
        return false;
    }
    if (use.refused) return true;
    if (!model_events(p, &use)) return false;
    if (use.where != NULL && !spl_add_filter(p, use.where)) return false;
    return model_keys(p, &use) && spl_group_stats(p, &use.group);
}

/* All fields of the model, with `prefix` in front. */
static bool model_all(spl_parser *p, const spl_model *model, sl_text prefix)
{
    sl_vector assigns = {0};
    if (!model_constraint(p, model)) return false;
    for (uint32_t i = 0; i < model->field_count; i++) {
        sl_text name = sl_text_from(model->fields[i].name);
        const sl_expr *value = model_value(p, model, name);
        if (prefix.length > 0)
            name = sl_arena_printf(p->builder.arena, "%.*s.%.*s", SL_TEXT_ARG(prefix),
                                   SL_TEXT_ARG(name));
        if (name.data == NULL || !spl_assign(p, &assigns, name, value, false)) return false;
    }
    return spl_add_extend(p, &assigns);
}

/* datamodel MODEL DATASET search|flat */
bool spl_command_datamodel(void *parser)
{
    spl_parser *p = parser;
    spl_word model, dataset, mode, ignored;
    model_use use = {0};
    const spl_option options[] = {{.name = "summariesonly", .text = &ignored},
                                  {.name = "strict_fields", .text = &ignored},
                                  {.name = "allow_old_summaries", .text = &ignored}};
    if (!spl_check_first(p) || !spl_read_options(p, options, SL_COUNT(options))) return false;
    if (!spl_read_word(p, &model) || !spl_read_word(p, &dataset)) return false;
    if (!spl_read_word(p, &mode) || !spl_read_options(p, options, SL_COUNT(options))) return false;
    bool flat = sl_text_equal_nocase(mode.text, SL_TEXT("flat"));
    if (!flat && !sl_text_equal_nocase(mode.text, SL_TEXT("search")))
        return spl_fault(p, SL_DIAG_REFUSED, mode.start, mode.end,
                         "'datamodel' is run with search or flat only");
    if (!model_name(p, &model, &use) || use.refused) return use.refused;
    return model_all(p, use.model, flat ? SL_TEXT("") : dataset.text);
}

/* `datamodel:X.Y`, `datamodel X.Y`, `lookup:x`, `savedsearch:x`. */
bool spl_command_from(void *parser)
{
    spl_parser *p = parser;
    static const char *const kinds[] = {"datamodel", "lookup", "inputlookup", "savedsearch"};
    model_use use = {0};
    spl_word word;
    if (!spl_check_first(p)) return false;
    spl_peek(p);
    uint32_t start = p->at;
    size_t kind = 0;
    while (kind < SL_COUNT(kinds) && !spl_take_keyword(p, kinds[kind])) kind++;
    if (kind == SL_COUNT(kinds)) {
        if (!spl_read_word(p, &word)) return false;
        return spl_fault(p, SL_DIAG_REFUSED, start, p->at,
                         "'from' is run with datamodel, lookup and savedsearch only");
    }
    spl_take(p, ':');
    if (kind == 1 || kind == 2) return spl_command_inputlookup(p);
    if (kind == 3) return spl_command_savedsearch(p);
    if (!spl_read_word(p, &word)) return false;
    if (!model_name(p, &word, &use) || use.refused) return use.refused;
    return model_all(p, use.model, SL_TEXT(""));
}
