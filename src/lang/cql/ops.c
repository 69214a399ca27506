/* ops.c - operators made, filled and added to the pipe; what is known of the rows behind them.
 *
 * After groupBy, table or select the fields are known: free text looks through them, and a sort by
 * a field that is gone has no key. */
#include "lang/cql/lower.h"

sl_op *cql_op_new(cql_parser *p, sl_op_kind kind, const char *command, sl_span span)
{
    bool rowwise = kind != SL_OP_AGGREGATE && kind != SL_OP_SORT && kind != SL_OP_LIMIT;
    if (p->in_case && !rowwise) {
        cql_fault(p, SL_DIAG_SYNTAX, span, "%s cannot stand inside case or match", command);
        cql_hint(p, "their clauses look at one event at a time");
        return NULL;
    }
    sl_op *op = sl_plan_op(p->shared->plan, kind, command, span);
    if (op != NULL) sl_pipe_add(p->pipe, op);
    return op;
}

bool cql_add_filter(cql_parser *p, const sl_expr *predicate, const char *command, sl_span span)
{
    if (predicate == NULL) return false;
    sl_op *op = cql_op_new(p, SL_OP_FILTER, command, span);
    if (op == NULL) return false;
    op->filter.predicate = predicate;
    return true;
}

bool cql_add_remove(cql_parser *p, const sl_field *fields, uint32_t count, const char *command,
                    sl_span span)
{
    const sl_name *names = sl_build_names(&p->shared->builder, fields, count);
    sl_op *op = names == NULL ? NULL : cql_op_new(p, SL_OP_REMOVE, command, span);
    if (op == NULL) return false;
    op->fields.names = names;
    op->fields.count = count;
    for (uint32_t i = 0; i < count; i++) cql_forget_field(p, fields[i]);
    return true;
}

bool cql_add_assign(cql_parser *p, sl_field field, const sl_expr *value, sl_span span)
{
    if (field == SL_FIELD_NONE || value == NULL) return false;
    sl_op *op = cql_op_new(p, SL_OP_EXTEND, ":=", span);
    sl_assign *assign = SL_ARENA_NEW(p->arena, sl_assign);
    if (op == NULL || assign == NULL) return false;
    *assign = (sl_assign){.field = field, .value = value, .keep_old = true};
    op->extend.items = assign;
    op->extend.count = 1;
    return cql_know_field(p, field);
}

sl_field cql_field(cql_parser *p, sl_text name, sl_span span)
{
    sl_field field = sl_fields_add(&p->shared->plan->fields, name);
    if (field == SL_FIELD_NONE) {
        cql_fault(p, SL_DIAG_LIMIT, span, "more than %d field names", SL_FIELDS_MAX);
    }
    return field;
}

bool cql_reshape(cql_parser *p, const sl_field *fields, uint32_t count)
{
    cql_shared *shared = p->shared;
    shared->reshaped = true;
    shared->fields.count = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (!cql_know_field(p, fields[i])) return false;
    }
    return true;
}

bool cql_may_have(const cql_parser *p, sl_field field)
{
    const cql_shared *shared = p->shared;
    const sl_field *fields = shared->fields.items;
    for (uint32_t i = 0; i < shared->fields.count; i++) {
        if (fields[i] == field) return true;
    }
    return !shared->reshaped;
}

bool cql_know_field(cql_parser *p, sl_field field)
{
    cql_shared *shared = p->shared;
    if (!shared->reshaped || cql_may_have(p, field)) return true;
    sl_field *added = sl_vector_add(&shared->fields, p->arena, sizeof *added);
    if (added == NULL) return false;
    *added = field;
    return true;
}

void cql_forget_field(cql_parser *p, sl_field field)
{
    cql_shared *shared = p->shared;
    sl_field *fields = shared->fields.items;
    uint32_t kept = 0;
    if (p->in_case) return; /* other clauses may leave it */
    for (uint32_t i = 0; i < shared->fields.count; i++) {
        if (fields[i] != field) fields[kept++] = fields[i];
    }
    shared->fields.count = kept;
}
