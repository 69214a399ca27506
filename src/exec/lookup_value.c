/* lookup_value.c - asks for every row; a use whose table is not loaded leaves fields as they
 * are. */
#include "exec/lookup_value.h"

#include "exec/lookup_probe.h"

static sl_value lookup_result(const sl_lookup_column *column, const sl_probe *p, bool keyed,
                              sl_value old)
{
    if (p->found.count > 0) return sl_probe_value(p, column->column);
    if (!keyed) return old;
    sl_text text = p->table->default_match;
    return text.length > 0 ? sl_string(text) : sl_missing();
}

static void lookup_run(const sl_call *call)
{
    const sl_lookup_column *column = call->state;
    const sl_lookup_use *use = column->use;
    bool loaded = use->index != NULL;
    sl_probe p;
    if (loaded && !sl_probe_init(&p, use->op.table, use->index, use->op.key_count, call->arena))
        return; /* the arena has failed, which the caller sees */
    for (uint32_t k = 0; loaded && k < use->op.key_count; k++) p.columns[k] = call->args[k + 1];
    for (uint32_t i = 0; i < call->row_count; i++) {
        uint32_t row = call->rows[i];
        sl_value old = sl_arg(call, 0, row);
        bool keyed = false;
        call->out[row] = old;
        if (!loaded || (use->only_missing && !sl_is_missing(old))) continue;
        if (!sl_probe_row(&p, row, &keyed)) return;
        call->out[row] = lookup_result(column, &p, keyed, old);
    }
}

const sl_fn sl_lookup_value = {.name = "LOOKUP",
                               .usage = "LOOKUP-class = TABLE KEY OUTPUT COLUMN",
                               .doc = "A column of a table, by keys.",
                               .arg_min = 2,
                               .arg_max = SL_FN_VARIADIC,
                               .ret = SL_RET_ANY,
                               .flags = SL_FN_OPERATOR,
                               .run = lookup_run};
