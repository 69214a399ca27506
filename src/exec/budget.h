/* budget.h - one account of memory for a whole run.
 *
 * Tables and row stores grow with the data. Each tells the account what it holds; once all of them
 * together hold more than the user gave, whoever grows next writes what it has to a temporary file.
 * A holder with next to nothing is left alone, since writing that would free nothing.
 *
 * Owner:    exec; stages hold a charge each.
 * Threads:  any number. */
#ifndef SL_EXEC_BUDGET_H
#define SL_EXEC_BUDGET_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

typedef struct sl_budget {
    size_t bytes_max;
    size_t keep_bytes; /* a holder of less need not give way */
    atomic_size_t bytes;
} sl_budget;

/* What one holder has in the account. */
typedef struct sl_charge {
    sl_budget *budget;
    size_t bytes;
} sl_charge;

/* The holder has `bytes` now. True when it has to give way. */
static inline bool sl_charge_set(sl_charge *charge, size_t bytes)
{
    sl_budget *budget = charge->budget;
    /* The difference may be negative: unsigned arithmetic comes round. */
    if (bytes != charge->bytes)
        atomic_fetch_add_explicit(&budget->bytes, bytes - charge->bytes, memory_order_relaxed);
    charge->bytes = bytes;
    return bytes >= budget->keep_bytes
        && atomic_load_explicit(&budget->bytes, memory_order_relaxed) > budget->bytes_max;
}

/* Hands freed memory back to the system: a table that was written out leaves hundreds of chunks
 * behind, which the allocator would keep for the thread that had them. */
void sl_budget_trim(void);

/* True when less than half of the budget is left: no room to hold anything twice. */
static inline bool sl_budget_is_tight(sl_budget *budget)
{
    return atomic_load_explicit(&budget->bytes, memory_order_relaxed) > budget->bytes_max / 2;
}

#endif
