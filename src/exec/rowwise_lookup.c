/* rowwise_lookup.c - the table's rows for each row, and what they give. */
#include "exec/rowwise_lookup.h"

#include "exec/lookup_probe.h"

/* Sets the outputs of `row`; `keyed`: it has all keys. */
static void lookup_put(const sl_op_lookup *op, const sl_probe *p, uint32_t row, bool keyed,
                       sl_value **outputs, const sl_value *const *old)
{
    for (uint32_t o = 0; o < op->output_count; o++) {
        sl_value had = old[o] == NULL ? sl_missing() : old[o][row];
        sl_value *out = &outputs[o][row];
        if (op->only_missing && !sl_is_missing(had)) {
            *out = had;
        } else if (p->found.count > 0) {
            *out = sl_probe_value(p, op->outputs[o].column);
        } else if (keyed && op->table->default_match.length > 0) {
            *out = sl_string(op->table->default_match);
        } else if (op->keep_unmatched) {
            *out = had;
        }
    }
}

static bool lookup_probe_init(sl_lookups *lookups, const sl_op_lookup *op, const sl_batch *batch,
                              sl_probe *p)
{
    const sl_lookup_index *index = sl_lookups_index(lookups, op);
    if (index == NULL || !sl_probe_init(p, op->table, index, op->key_count, batch->arena))
        return false;
    for (uint32_t k = 0; k < op->key_count; k++)
        p->columns[k] = (sl_operand){sl_batch_find(batch, op->keys[k].field), 1};
    return true;
}

sl_status sl_rowwise_lookup(sl_lookups *lookups, const sl_op_lookup *op, sl_batch *batch)
{
    sl_probe p;
    sl_value **outputs = SL_ARENA_ARRAY(batch->arena, op->output_count, sl_value *);
    const sl_value **old = SL_ARENA_ARRAY(batch->arena, op->output_count, const sl_value *);
    uint32_t *rows = SL_ARENA_ARRAY(batch->arena, batch->selected, uint32_t);
    if (outputs == NULL || old == NULL || rows == NULL
        || !lookup_probe_init(lookups, op, batch, &p))
        return SL_NOMEM;
    for (uint32_t o = 0; o < op->output_count; o++) {
        old[o] = sl_batch_find(batch, op->outputs[o].field);
        outputs[o] = sl_batch_column_new(batch);
        if (outputs[o] == NULL) return SL_NOMEM;
    }
    uint32_t kept = 0;
    for (uint32_t i = 0; i < batch->selected; i++) {
        bool keyed;
        if (!sl_probe_row(&p, batch->rows[i], &keyed)) return SL_NOMEM;
        if (p.found.count == 0 && op->drop_unmatched) continue;
        lookup_put(op, &p, batch->rows[i], keyed, outputs, old);
        rows[kept++] = batch->rows[i];
    }
    for (uint32_t o = 0; o < op->output_count; o++)
        if (!sl_batch_set(batch, op->outputs[o].field, outputs[o])) return SL_NOMEM;
    batch->rows = rows;
    batch->selected = kept;
    return batch->arena->failed ? SL_NOMEM : SL_OK;
}
