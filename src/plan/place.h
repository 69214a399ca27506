/* place.h - where in its text a query reads a field.
 *
 * Owner:    nothing.
 * Threads:  any. */
#ifndef SL_PLAN_PLACE_H
#define SL_PLAN_PLACE_H

#include "plan/plan.h"

/* The first place from the operator `from` on; false when it is not found. */
bool sl_plan_place(const sl_plan *plan, const sl_op *from, sl_field field, sl_span *out);

#endif
