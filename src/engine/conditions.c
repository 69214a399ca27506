/* conditions.c - the scans that come before the scan.
 *
 * Inputs are read again for each depth of subsearches. Standard input cannot be: it is copied to a
 * temporary file without a name, which then takes its place. */
#include "engine/conditions.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"

/* A condition, and the plan it is of. */
typedef struct condition_item {
    const sl_condition *condition;
    const sl_plan *outer;
    uint32_t asked; /* plan of the request that it belongs to */
    uint32_t level; /* 0: there is none inside it */
    sl_binder binder;
} condition_item;

typedef struct condition_run {
    sl_engine *engine;
    const sl_run_frame *frame;
    sl_report *report;
    condition_item *items;
    uint32_t count, capacity;
    sl_binding *bindings;
    uint32_t binding_count;
    condition_item **by_plan; /* of the scan at hand */
    sl_diags *diags;
    sl_status status; /* of a binder */
} condition_run;

static sl_status condition_add(condition_run *run, const condition_item *item)
{
    if (run->count == run->capacity) {
        uint32_t capacity = run->capacity * 2 + 8;
        condition_item *items = SL_ARENA_ARRAY(&run->report->arena, capacity, condition_item);
        if (items == NULL) return SL_NOMEM;
        if (run->count > 0) memcpy(items, run->items, run->count * sizeof *items);
        run->items = items;
        run->capacity = capacity;
    }
    run->items[run->count++] = *item;
    return SL_OK;
}

/* All conditions of `plan`, of its subs, and inside themselves; *out_level: one more than the
 * deepest. Plans stand no deeper inside one another than SL_PLAN_DEPTH_MAX. */
static sl_status condition_gather(condition_run *run, const sl_plan *plan, uint32_t asked,
                                  uint32_t *out_level)
{
    sl_status status = SL_OK;
    uint32_t level = 0;
    *out_level = 0;
    for (uint32_t i = 0; i < plan->sub_count && status == SL_OK; i++) {
        status = condition_gather(run, plan->subs[i], asked, &level);
        if (level > *out_level) *out_level = level;
    }
    for (uint32_t i = 0; i < plan->condition_count && status == SL_OK; i++) {
        const sl_condition *condition = plan->conditions[i];
        status = condition_gather(run, condition->plan, asked, &level);
        if (level + 1 > *out_level) *out_level = level + 1;
        condition_item item = {
            .condition = condition, .outer = plan, .asked = asked, .level = level};
        if (status == SL_OK) status = condition_add(run, &item);
    }
    return status;
}

static bool condition_rows(void *context, uint32_t plan, const sl_batch *batch)
{
    condition_run *run = context;
    run->status = sl_binder_add(&run->by_plan[plan]->binder, batch);
    return run->status == SL_OK;
}

/* --- reading twice --- */

static bool condition_copy(int from, FILE *to)
{
    static const size_t bytes = 1 << 16;
    char *buffer = sl_malloc(bytes);
    bool ok = buffer != NULL;
    while (ok) {
        ssize_t got = read(from, buffer, bytes);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) {
            ok = got == 0;
            break;
        }
        ok = fwrite(buffer, 1, (size_t)got, to) == (size_t)got;
    }
    free(buffer);
    return ok && fflush(to) == 0;
}

static bool condition_say(condition_run *run, const char *what, const char *why)
{
    sl_buffer_clear(&run->engine->error);
    sl_buffer_printf(&run->engine->error, "%s: %s", what, why);
    return false;
}

/* Standard input as a file that can be read from its beginning again. */
static bool condition_keep_input(condition_run *run)
{
    struct stat about;
    if (fstat(STDIN_FILENO, &about) == 0 && S_ISREG(about.st_mode)) return true;
    FILE *file = tmpfile();
    bool ok =
        file != NULL && condition_copy(STDIN_FILENO, file) && dup2(fileno(file), STDIN_FILENO) >= 0;
    if (!ok)
        condition_say(run, "a subsearch reads standard input first, and no copy of it can be kept",
                      strerror(errno));
    if (file != NULL) fclose(file);
    return ok;
}

/* True when every input of the request can be read more than once; *out_standard: it is among
 * them. */
static bool condition_can_repeat(condition_run *run, bool *out_standard)
{
    const sl_run_request *request = run->frame->request;
    *out_standard = false;
    for (uint32_t i = 0; i < request->path_count; i++) {
        struct stat about;
        if (sl_text_equal(request->paths[i], SL_TEXT("-"))) {
            *out_standard = true;
            continue;
        }
        sl_text path = sl_arena_copy(&run->report->arena, request->paths[i]);
        if (path.data == NULL || stat(path.data, &about) != 0) continue; /* said by the scan */
        if (S_ISREG(about.st_mode) || S_ISDIR(about.st_mode)) continue;
        return condition_say(
            run, "a subsearch reads the input first, and this can be read only once", path.data);
    }
    return true;
}

/* --- one scan --- */

/* What a scan before the main one said that the main one will not say again. */
static void condition_keep_faults(condition_run *run, const sl_faults *faults)
{
    static const sl_fault_kind kinds[] = {SL_FAULT_REGEX, SL_FAULT_MEMORY, SL_FAULT_RESULT_LIMIT};
    for (size_t k = 0; k < SL_COUNT(kinds); k++) {
        uint64_t count = faults->counts[kinds[k]];
        for (uint64_t i = 0; i < count && i < SL_FAULT_CASES_MAX; i++) {
            const sl_fault_case *fault = &faults->cases[kinds[k]][i];
            sl_fault_add(&run->report->faults, kinds[k], sl_text_from(fault->where), fault->offset,
                         "%s", fault->reason);
        }
    }
}

static void condition_say_cut(condition_run *run, const condition_item *item)
{
    if (item->binder.left_out == 0) return;
    sl_fault_add(&run->report->faults, SL_FAULT_RESULT_LIMIT, item->outer->name, UINT64_MAX,
                 "a subsearch gives at most %llu rows, %llu more were left out",
                 (unsigned long long)item->condition->rows_max,
                 (unsigned long long)item->binder.left_out);
}

static sl_status condition_scan(condition_run *run, const sl_program *program)
{
    const sl_run_frame *frame = run->frame;
    sl_sink sink = {.context = run, .rows = condition_rows};
    sl_faults faults;
    sl_exec_stats stats;
    sl_arena arena;
    sl_faults_init(&faults);
    sl_arena_init(&arena, /* bytes_max= */ 0);
    bool standard = false;
    sl_status status = SL_OK;
    if (sl_program_reads(program) && frame->request->memory == NULL) {
        if (!condition_can_repeat(run, &standard) || (standard && !condition_keep_input(run)))
            status = SL_QUERY;
    }
    off_t start = standard ? lseek(STDIN_FILENO, 0, SEEK_SET) : 0;
    if (start < 0) status = SL_QUERY;
    if (status == SL_OK) status = sl_frame_run(frame, program, &sink, &faults, &arena, &stats);
    if (standard && lseek(STDIN_FILENO, 0, SEEK_SET) < 0) status = SL_QUERY;
    if (run->status != SL_OK) status = run->status;
    condition_keep_faults(run, &faults);
    sl_faults_fini(&faults);
    sl_arena_fini(&arena);
    return status;
}

static sl_status condition_bind(condition_run *run, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        condition_item *item = run->by_plan[i];
        sl_status status = sl_binder_finish(&item->binder, &run->bindings[run->binding_count]);
        if (status != SL_OK) return status;
        run->binding_count++;
        condition_say_cut(run, item);
        if (item->binder.count == 0) run->report->empty_subsearch[item->asked] = true;
    }
    return SL_OK;
}

/* All conditions of one level. */
static sl_status condition_level(condition_run *run, uint32_t level)
{
    sl_arena *arena = &run->report->arena;
    const sl_plan **plans = SL_ARENA_ARRAY(arena, run->count, const sl_plan *);
    sl_text *profiles = SL_ARENA_ARRAY(arena, run->count, sl_text);
    run->by_plan = SL_ARENA_ARRAY(arena, run->count, condition_item *);
    if (plans == NULL || profiles == NULL || run->by_plan == NULL) return SL_NOMEM;
    uint32_t count = 0;
    for (uint32_t i = 0; i < run->count; i++) {
        condition_item *item = &run->items[i];
        if (item->level != level) continue;
        sl_binder_init(&item->binder, item->outer, item->condition, arena, run->diags);
        run->by_plan[count] = item;
        profiles[count] = run->frame->profiles[item->asked];
        plans[count++] = item->condition->plan;
    }
    sl_program_source source = {.plans = plans,
                                .profiles = profiles,
                                .plan_count = count,
                                .schemas = run->frame->schemas,
                                .schema_count = run->frame->schema_count,
                                .bindings = run->bindings,
                                .binding_count = run->binding_count,
                                .unique = run->frame->request->unique};
    sl_program *program = sl_program_new(&source);
    sl_status status = program == NULL ? SL_NOMEM : condition_scan(run, program);
    if (status == SL_OK) status = condition_bind(run, count);
    for (uint32_t i = 0; i < count; i++) sl_binder_fini(&run->by_plan[i]->binder);
    sl_program_free(program);
    return status;
}

static void condition_say_fault(condition_run *run)
{
    for (uint32_t i = 0; i < run->diags->count; i++) {
        if (run->diags->items[i].severity != SL_ERROR) continue;
        condition_say(run, "in the terms that a subsearch returned", run->diags->items[i].message);
        return;
    }
}

sl_status sl_conditions_run(sl_engine *engine, const sl_run_frame *frame, sl_report *report,
                            const sl_binding **out_bindings, uint32_t *out_count)
{
    condition_run run = {.engine = engine, .frame = frame, .report = report};
    const sl_run_request *request = frame->request;
    uint32_t levels = 0;
    sl_status status = SL_OK;
    report->empty_subsearch = SL_ARENA_ARRAY(&report->arena, request->plan_count, bool);
    if (report->empty_subsearch == NULL) return SL_NOMEM;
    for (uint32_t p = 0; p < request->plan_count && status == SL_OK; p++) {
        uint32_t level;
        status = condition_gather(&run, request->plans[p], p, &level);
        if (level > levels) levels = level;
    }
    *out_bindings = NULL;
    *out_count = 0;
    if (status != SL_OK || run.count == 0) return status;
    run.bindings = SL_ARENA_ARRAY(&report->arena, run.count, sl_binding);
    run.diags = SL_ARENA_NEW(&report->arena, sl_diags);
    if (run.bindings == NULL || run.diags == NULL) return SL_NOMEM;
    sl_diags_init(run.diags);
    for (uint32_t level = 0; level < levels && status == SL_OK; level++)
        status = condition_level(&run, level);
    if (status == SL_QUERY && run.diags->error_count > 0) condition_say_fault(&run);
    *out_bindings = run.bindings;
    *out_count = run.binding_count;
    return status;
}

sl_status sl_frame_run(const sl_run_frame *frame, const sl_program *program, const sl_sink *sink,
                       sl_faults *faults, sl_arena *arena, sl_exec_stats *out_stats)
{
    const sl_run_request *request = frame->request;
    bool reads = sl_program_reads(program) || request->plan_count == 0;
    sl_inputs *inputs = request->memory != NULL
        ? sl_inputs_new_memory(SL_TEXT("memory"), *request->memory)
        : sl_inputs_new(request->paths, reads ? request->path_count : 0, faults);
    if (inputs == NULL) return SL_NOMEM;
    if (frame->options.slice_bytes > 0) sl_inputs_slice(inputs, frame->options.slice_bytes);
    sl_status status = sl_exec_run(program, frame->recogniser, inputs, &frame->options, sink,
                                   faults, arena, out_stats);
    sl_inputs_free(inputs);
    return status;
}
