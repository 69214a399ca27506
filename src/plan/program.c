/* program.c - routes and merged demands, worked out once before the scan. */
#include "plan/program.h"

#include <assert.h>
#include <stdlib.h>

#include "base/memory.h"

/* One format's scan while it is being put together. */
typedef struct program_scan {
    sl_program *program;
    const sl_program_source *source;
    sl_scan *scan;
    uint32_t *raw_columns;
    sl_route *routes;
} program_scan;

/* The plans of a program while they are gathered. */
typedef struct program_list {
    sl_arena *arena;
    const sl_plan **plans;
    sl_text *profiles;
    sl_program_sub *subs;
    uint32_t count, capacity;
} program_list;

static uint32_t program_demand(program_scan *p, sl_path path, sl_reading reading)
{
    return sl_demand_add(&p->scan->demand, path, reading);
}

/* What a raw field of the schema is read from. Formats are written in SPL eval: they read as
 * SPL. */
static uint32_t program_raw_column(program_scan *p, sl_field field)
{
    static const struct {
        const char *name;
        uint32_t column;
    } specials[] = {{SL_RAW_NAME_TIME, SL_RAW_TIME},
                    {SL_RAW_NAME_TEXT, SL_RAW_TEXT},
                    {SL_RAW_NAME_SOURCE, SL_RAW_SOURCE}};
    const sl_schema *schema = p->scan->schema;
    sl_text name = sl_fields_name(&schema->fields, field);
    for (size_t i = 0; i < SL_COUNT(specials); i++)
        if (sl_text_equal(name, sl_text_from(specials[i].name))) return specials[i].column;
    if (name.length > 0 && name.data[0] == '<') return SL_RAW_UNWANTED;
    return program_demand(p, schema->paths[field], SL_READ_SPL);
}

/* Demands every raw field that `expr` reads. */
static void program_demand_expr(program_scan *p, const sl_expr *expr)
{
    if (expr == NULL) return;
    if (expr->kind == SL_EXPR_FIELD && p->raw_columns[expr->field] == SL_RAW_UNWANTED)
        p->raw_columns[expr->field] = program_raw_column(p, expr->field);
    for (uint32_t i = 0; i < expr->arg_count; i++) program_demand_expr(p, expr->args[i]);
}

/* Fields that are not in the record but about it. */
static bool program_bind_special(const sl_plan *plan, sl_text name, sl_bind *bind)
{
    static const struct {
        const char *name;
        bool spl;
        sl_bind_kind kind;
    } specials[] = {
        {"_time", true, SL_BIND_TIME},      {"_raw", true, SL_BIND_RAW},
        {"source", true, SL_BIND_SOURCE},   {"@timestamp", false, SL_BIND_TIME_MS},
        {"@rawstring", false, SL_BIND_RAW}, {"@source", false, SL_BIND_SOURCE},
    };
    for (size_t i = 0; i < SL_COUNT(specials); i++) {
        if (specials[i].spl != (plan->language == SL_LANG_SPL)) continue;
        if (!sl_text_equal(name, sl_text_from(specials[i].name))) continue;
        bind->kind = specials[i].kind;
        return true;
    }
    return false;
}

/* Where the plan's `field` comes from; false when this presentation does not have it. */
static bool program_bind(program_scan *p, const sl_plan *plan, const sl_presentation *presentation,
                         sl_field field, sl_bind *bind)
{
    sl_text name = sl_fields_name(&plan->fields, field);
    *bind = (sl_bind){.field = field};
    const sl_derived *derived = sl_presentation_derived(presentation, name);
    const sl_tag *tag = sl_presentation_tag(presentation, name);
    if (derived != NULL) {
        bind->kind = SL_BIND_DERIVED;
        bind->value = derived->value;
        program_demand_expr(p, derived->value);
        return true;
    }
    if (tag != NULL) {
        bind->kind = SL_BIND_CONSTANT;
        /* Shown and counted as one thing, by its first name. */
        bind->constant = tag->value.kind == SL_LIST ? tag->value.items[0] : tag->value;
        return true;
    }
    if (program_bind_special(plan, name, bind)) return true;
    sl_path path;
    bool raw = !presentation->hides_raw && plan->path_of_name(name, &p->program->arena, &path);
    bind->kind = SL_BIND_COLUMN;
    bind->column = raw ? program_demand(p, path, plan->reading) : SL_RAW_UNWANTED;
    if (presentation->find == NULL) return raw;
    bind->value = presentation->find(presentation->find_state, name, &p->program->arena);
    if (bind->value == NULL) return raw;
    bind->kind = SL_BIND_FOUND;
    program_demand_expr(p, bind->value);
    return true;
}

/* An open plan sees the derived fields too. */
static void program_want_derived(const sl_plan *plan, const sl_presentation *presentation,
                                 sl_field *wanted, uint32_t *wanted_count)
{
    for (uint32_t i = 0; i < presentation->derived_count; i++) {
        sl_field field = sl_plan_name(plan, presentation->derived[i].name);
        bool known = field == SL_FIELD_NONE;
        for (uint32_t w = 0; w < *wanted_count && !known; w++) known = wanted[w] == field;
        if (!known) wanted[(*wanted_count)++] = field;
    }
}

/* An open plan's rows begin with the event's time. */
static void program_want_time(const sl_plan *plan, sl_field *wanted, uint32_t *wanted_count)
{
    sl_text name = plan->language == SL_LANG_SPL ? SL_TEXT("_time") : SL_TEXT("@timestamp");
    sl_field field = sl_plan_name(plan, name);
    if (field == SL_FIELD_NONE) return;
    for (uint32_t w = 0; w < *wanted_count; w++) {
        if (wanted[w] != field) continue;
        memmove(&wanted[1], &wanted[0], w * sizeof *wanted);
        wanted[0] = field;
        return;
    }
    memmove(&wanted[1], &wanted[0], *wanted_count * sizeof *wanted);
    wanted[0] = field;
    (*wanted_count)++;
}

/* The plan's pipe with a barrier behind its first filter that lets one copy of each event through
 * (hunt). The operators before it are copied, those behind it shared. */
static sl_status program_unique_pipe(sl_arena *arena, const sl_pipe *pipe, sl_pipe *out)
{
    const sl_op *filter = pipe->first;
    while (filter != NULL && filter->kind != SL_OP_FILTER && filter->kind != SL_OP_BRANCH
           && sl_op_is_rowwise(filter) && !sl_op_multiplies(filter))
        filter = filter->next;
    bool found = filter != NULL && sl_op_is_rowwise(filter) && !sl_op_multiplies(filter);
    const sl_op *rest = found ? filter->next : pipe->first;
    *out = (sl_pipe){NULL, NULL};
    for (const sl_op *op = pipe->first; op != rest; op = op->next) {
        sl_op *copy = SL_ARENA_NEW(arena, sl_op);
        if (copy == NULL) return SL_NOMEM;
        *copy = *op;
        copy->next = NULL;
        sl_pipe_add(out, copy);
    }
    sl_op *unique = SL_ARENA_NEW(arena, sl_op);
    if (unique == NULL) return SL_NOMEM;
    *unique = (sl_op){.kind = SL_OP_UNIQUE, .command = "hunt"};
    sl_pipe_add(out, unique);
    unique->next = (sl_op *)(uintptr_t)rest; /* immutable from here on */
    if (rest != NULL) out->last = pipe->last;
    return SL_OK;
}

/* The route of `plan` over this format through `presentation`; *out_never when there is none. */
static sl_status program_route(program_scan *p, uint32_t number,
                               const sl_presentation *presentation, sl_route *route,
                               bool *out_never)
{
    const sl_plan *plan = p->program->plans[number];
    sl_arena *arena = &p->program->arena;
    *route = (sl_route){.plan = number, .presentation = presentation};
    sl_specialise how = {.plan = plan,
                         .pipe = &p->program->pipes[number],
                         .presentation = presentation,
                         .schema = p->scan->schema,
                         .schemas = p->source->schemas,
                         .schema_count = p->source->schema_count,
                         .arena = arena};
    sl_status status = sl_specialise_pipe(&how, &route->pipe, out_never);
    if (status != SL_OK || *out_never) return status;

    const sl_field *named;
    uint32_t wanted_count;
    status = sl_pipe_wants(plan, &route->pipe, arena, &named, &wanted_count, &route->open);
    if (status != SL_OK) return status;
    uint32_t room = wanted_count + presentation->derived_count + 2;
    sl_field *wanted = SL_ARENA_ARRAY(arena, room, sl_field);
    sl_bind *binds = SL_ARENA_ARRAY(arena, room, sl_bind);
    if (wanted == NULL || binds == NULL) return SL_NOMEM;
    memcpy(wanted, named, wanted_count * sizeof *wanted);
    if (route->open) {
        program_want_derived(plan, presentation, wanted, &wanted_count);
        program_want_time(plan, wanted, &wanted_count);
        if (!presentation->hides_raw) p->scan->demand.open[plan->reading] = true;
    }
    for (uint32_t i = 0; i < wanted_count; i++)
        if (program_bind(p, plan, presentation, wanted[i], &binds[route->bind_count]))
            route->bind_count++;
    route->binds = binds;
    program_demand_expr(p, presentation->when);
    return arena->failed ? SL_NOMEM : SL_OK;
}

/* (`asked_for`: the same, of the sourcetype alone.) Events are presented as a view only to a
 * plan that requires its tags: one that lets nothing through without them. (`NOT index=aws` is
 * true of a view, and does not ask for it.) */
static bool program_asks_for(program_scan *p, uint32_t number, const sl_presentation *presentation)
{
    if (presentation->name.length == 0 && !presentation->asked_for) return true;
    sl_presentation untagged = *presentation;
    sl_tag *tags = SL_ARENA_ARRAY(&p->program->arena, presentation->tag_count, sl_tag);
    if (tags == NULL) return false;
    untagged.tags = tags;
    untagged.tag_count = 0;
    for (uint32_t i = 0; i < presentation->tag_count && presentation->asked_for; i++)
        if (!sl_text_equal(presentation->tags[i].name, SL_TEXT("sourcetype")))
            tags[untagged.tag_count++] = presentation->tags[i];
    sl_specialise how = {.plan = p->program->plans[number],
                         .pipe = &p->program->pipes[number],
                         .presentation = &untagged,
                         .schema = p->scan->schema,
                         .schemas = p->source->schemas,
                         .schema_count = p->source->schema_count,
                         .arena = &p->program->arena};
    sl_pipe pipe;
    bool never = false;
    return sl_specialise_pipe(&how, &pipe, &never) == SL_OK && never;
}

/* The first presentation under which the plan can let anything through. */
static sl_status program_add_routes(program_scan *p, uint32_t number)
{
    const sl_schema *schema = p->scan->schema;
    sl_text profile = sl_schema_profile(schema, p->program->profiles[number]);
    const sl_op *first = p->program->pipes[number].first;
    if (first != NULL && sl_op_is_source(first)) return SL_OK;
    for (uint32_t i = 0; i < schema->presentation_count; i++) {
        if (!sl_text_equal(schema->presentations[i].profile, profile)) continue;
        sl_route *route = &p->routes[p->scan->route_count];
        bool never;
        if (!program_asks_for(p, number, &schema->presentations[i])) continue;
        sl_status status = program_route(p, number, &schema->presentations[i], route, &never);
        if (status != SL_OK) return status;
        if (never) continue;
        p->scan->route_count++;
        return SL_OK;
    }
    return SL_OK;
}

static const uint32_t *program_demand_paths(program_scan *p, const sl_path *paths, uint32_t count)
{
    uint32_t *columns = SL_ARENA_ARRAY(&p->program->arena, count, uint32_t);
    if (columns == NULL) return NULL;
    for (uint32_t i = 0; i < count; i++) columns[i] = program_demand(p, paths[i], SL_READ_RAW);
    return columns;
}

/* The paths that an event's time may stand at. The first that has one counts; so the others matter
 * only in an event that lacks it, and that is read to its end anyway. */
static const uint32_t *program_demand_times(program_scan *p)
{
    const sl_schema *schema = p->scan->schema;
    uint32_t *columns = SL_ARENA_ARRAY(&p->program->arena, schema->time_count, uint32_t);
    if (columns == NULL) return NULL;
    for (uint32_t i = 0; i < schema->time_count; i++) {
        sl_path path = schema->time_paths[i];
        columns[i] = i == 0 ? program_demand(p, path, SL_READ_RAW)
                            : sl_demand_add_spare(&p->scan->demand, path, SL_READ_RAW);
    }
    return columns;
}

/* How the plan's language spells `path`; false when it has no spelling for it. */
static bool program_spell(const sl_plan *plan, sl_path path, sl_buffer *out)
{
    sl_buffer_clear(out);
    for (uint32_t i = 0; i < path.count; i++) {
        const sl_step *step = &path.steps[i];
        if (step->kind == SL_STEP_KEY) {
            if (i > 0) sl_buffer_add_byte(out, '.');
            sl_buffer_add(out, step->key);
        } else if (plan->language == SL_LANG_SPL && step->kind == SL_STEP_ANY) {
            sl_buffer_add_string(out, "{}");
        } else if (plan->language == SL_LANG_CQL && step->kind == SL_STEP_INDEX) {
            sl_buffer_printf(out, "[%u]", step->index);
        } else {
            return false;
        }
    }
    return !out->failed && out->length > 0;
}

/* An open route sees every leaf; those that some plan asked for come as columns of the demand, so
 * they are bound as columns. Called when the demand is complete. */
static sl_status program_open_route(program_scan *p, sl_route *route, sl_buffer *name)
{
    const sl_plan *plan = p->program->plans[route->plan];
    const sl_demand *demand = &p->scan->demand;
    sl_bind *binds = SL_ARENA_ARRAY(&p->program->arena, route->bind_count + demand->count, sl_bind);
    bool *bound =
        SL_ARENA_ARRAY(&p->program->arena, sl_fields_count(&plan->fields) + demand->count, bool);
    if (binds == NULL || bound == NULL) return SL_NOMEM;
    for (uint32_t i = 0; i < route->bind_count; i++) {
        binds[i] = route->binds[i];
        bound[binds[i].field] = true;
    }
    route->binds = binds;
    for (uint32_t column = 0; column < demand->count; column++) {
        if (demand->entries[column].reading != plan->reading) continue;
        if (!program_spell(plan, demand->entries[column].path, name)) continue;
        sl_field field = sl_plan_name(plan, sl_buffer_text(name));
        if (field == SL_FIELD_NONE || bound[field]) continue;
        bound[field] = true;
        binds[route->bind_count++] =
            (sl_bind){.field = field, .kind = SL_BIND_COLUMN, .column = column};
    }
    return SL_OK;
}

/* The values that tell which routes an event can matter to. */
static const uint32_t *program_demand_keys(program_scan *p)
{
    const sl_schema *schema = p->scan->schema;
    uint32_t *columns = SL_ARENA_ARRAY(&p->program->arena, schema->gate_key_count, uint32_t);
    for (uint32_t i = 0; columns != NULL && i < schema->gate_key_count; i++) {
        sl_step step = {.kind = SL_STEP_KEY, .key = schema->gate_keys[i]};
        columns[i] = program_demand(p, (sl_path){.steps = &step, .count = 1}, SL_READ_SPL);
    }
    return columns;
}

static sl_status program_scan_of(sl_program *program, const sl_program_source *source,
                                 uint32_t format, sl_scan *scan)
{
    const sl_schema *schema = source->schemas[format];
    uint32_t field_count = sl_fields_count(&schema->fields);
    program_scan p = {.program = program,
                      .source = source,
                      .scan = scan,
                      .raw_columns = SL_ARENA_ARRAY(&program->arena, field_count, uint32_t),
                      .routes = SL_ARENA_ARRAY(&program->arena, program->plan_count, sl_route)};
    if (p.raw_columns == NULL || p.routes == NULL) return SL_NOMEM;
    memset(p.raw_columns, 0xff, field_count * sizeof *p.raw_columns);
    *scan = (sl_scan){.schema = schema, .raw_columns = p.raw_columns, .routes = p.routes};
    sl_demand_init(&scan->demand, &program->arena);
    scan->time_columns = program_demand_times(&p);
    if (scan->time_columns == NULL) return SL_NOMEM;
    if (source->unique)
        scan->identity_columns =
            program_demand_paths(&p, schema->identity_paths, schema->identity_count);
    for (uint32_t i = 0; i < program->plan_count; i++) {
        sl_status status = program_add_routes(&p, i);
        if (status != SL_OK) return status;
    }
    if (scan->route_count > 1) scan->gate_columns = program_demand_keys(&p);
    sl_buffer name;
    sl_buffer_init(&name);
    sl_status status = SL_OK;
    for (uint32_t i = 0; i < scan->route_count && status == SL_OK; i++)
        if (p.routes[i].open && !p.routes[i].presentation->hides_raw)
            status = program_open_route(&p, &p.routes[i], &name);
    sl_buffer_fini(&name);
    return status == SL_OK ? sl_demand_seal(&scan->demand) : status;
}

/* The plan and those it takes rows of, which follow it. `depth` of plans is limited when they are
 * made. */
static sl_status program_gather_one(program_list *list, const sl_plan *plan, sl_text profile,
                                    const sl_program_sub *sub)
{
    if (list->count == list->capacity) {
        uint32_t capacity = list->capacity * 2 + 16;
        const sl_plan **plans = SL_ARENA_ARRAY(list->arena, capacity, const sl_plan *);
        sl_text *profiles = SL_ARENA_ARRAY(list->arena, capacity, sl_text);
        sl_program_sub *subs = SL_ARENA_ARRAY(list->arena, capacity, sl_program_sub);
        if (plans == NULL || profiles == NULL || subs == NULL) return SL_NOMEM;
        if (list->count > 0) {
            memcpy(plans, list->plans, list->count * sizeof *plans);
            memcpy(profiles, list->profiles, list->count * sizeof *profiles);
            memcpy(subs, list->subs, list->count * sizeof *subs);
        }
        list->plans = plans;
        list->profiles = profiles;
        list->subs = subs;
        list->capacity = capacity;
    }
    list->plans[list->count] = plan;
    list->profiles[list->count] = profile;
    list->subs[list->count++] = *sub;
    return SL_OK;
}

/* The operator that takes the rows of `plan`. */
static const sl_op *program_taker(const sl_pipe *pipe, const sl_plan *plan)
{
    for (const sl_op *op = pipe->first; op != NULL; op = op->next) {
        const sl_op *inner = NULL;
        if (op->kind == SL_OP_JOIN && op->join.plan == plan) return op;
        if (op->kind != SL_OP_UNION) continue;
        for (uint32_t i = 0; i < op->united.count; i++)
            if (op->united.plans[i] == plan) return op;
        if (op->united.pipe != NULL) inner = program_taker(op->united.pipe, plan);
        if (inner != NULL) return inner;
    }
    return NULL;
}

static sl_program_sub program_sub_of(const sl_plan *outer, uint32_t number, const sl_plan *plan)
{
    sl_program_sub sub = {.outer = number, .command = "subsearch"};
    const sl_op *op = program_taker(&outer->pipe, plan);
    if (op == NULL) return sub;
    sub.limit = op->kind == SL_OP_JOIN ? op->join.limit : op->united.limit;
    sub.command = op->command;
    return sub;
}

/* The plans asked for, then subs, breadth first: an outer plan always stands before its own. */
static sl_status program_gather(sl_program *program, const sl_program_source *source)
{
    program_list list = {.arena = &program->arena};
    sl_status status = SL_OK;
    for (uint32_t i = 0; i < source->plan_count && status == SL_OK; i++)
        status = program_gather_one(&list, source->plans[i], source->profiles[i],
                                    &(sl_program_sub){.outer = i});
    for (uint32_t i = 0; i < list.count && status == SL_OK; i++) {
        const sl_plan *outer = list.plans[i];
        for (uint32_t s = 0; s < outer->sub_count && status == SL_OK; s++) {
            sl_program_sub sub = program_sub_of(outer, i, outer->subs[s]);
            status = program_gather_one(&list, outer->subs[s], list.profiles[i], &sub);
        }
    }
    program->plans = list.plans;
    program->profiles = list.profiles;
    program->subs = list.subs;
    program->plan_count = list.count;
    program->asked_count = source->plan_count;
    return status;
}

static sl_status program_make_pipes(sl_program *program, const sl_program_source *source)
{
    sl_arena *arena = &program->arena;
    sl_pipe *pipes = SL_ARENA_ARRAY(arena, program->plan_count, sl_pipe);
    sl_status status = pipes == NULL ? SL_NOMEM : SL_OK;
    program->pipes = pipes;
    for (uint32_t i = 0; i < program->plan_count && status == SL_OK; i++) {
        const sl_plan *plan = program->plans[i];
        pipes[i] = plan->pipe;
        if (plan->condition_count > 0 && source->binding_count > 0)
            status = sl_pipe_bind(&plan->pipe, source->bindings, source->binding_count, arena,
                                  &pipes[i]);
        sl_pipe pipe = pipes[i];
        bool reads = pipe.first == NULL || !sl_op_is_source(pipe.first);
        if (status == SL_OK && source->unique && reads)
            status = program_unique_pipe(arena, &pipe, &pipes[i]);
    }
    return status;
}

sl_program *sl_program_new(const sl_program_source *source)
{
    sl_program *program = sl_calloc(1, sizeof *program);
    if (program == NULL) return NULL;
    sl_arena_init(&program->arena, /* bytes_max= */ 0);
    program->scan_count = source->schema_count;
    program->schemas = source->schemas;
    sl_scan *scans = SL_ARENA_ARRAY(&program->arena, source->schema_count, sl_scan);
    program->scans = scans;
    sl_status status = scans == NULL ? SL_NOMEM : program_gather(program, source);
    if (status == SL_OK) status = program_make_pipes(program, source);
    for (uint32_t i = 0; i < source->schema_count && status == SL_OK; i++)
        status = program_scan_of(program, source, i, &scans[i]);
    if (status == SL_OK && !program->arena.failed) return program;
    sl_program_free(program);
    return NULL;
}

uint32_t sl_program_find(const sl_program *program, const sl_plan *plan)
{
    uint32_t number = 0;
    while (number < program->plan_count && program->plans[number] != plan) number++;
    return number;
}

bool sl_program_reads(const sl_program *program)
{
    for (uint32_t p = 0; p < program->plan_count; p++) {
        const sl_op *first = program->pipes[p].first;
        if (first == NULL || !sl_op_is_source(first)) return true;
    }
    return false;
}

void sl_program_free(sl_program *program)
{
    if (program == NULL) return;
    sl_arena_fini(&program->arena);
    free(program);
}
