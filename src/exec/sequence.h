/* sequence.h - brings the rows of streaming searches back into input order.
 *
 * Workers finish inputs in any order; a search that neither sorts nor aggregates gives its rows in
 * the order of the walk. A worker hands over what it has of an input piece by piece; pieces of the
 * input whose turn it is go out at once, others wait. When too much is waiting, the workers wait
 * too; the one whose turn it is only while the taker has a piece of its to take.
 *
 * Owner:    exec.
 * Threads:  workers put, the calling thread takes. */
#ifndef SL_EXEC_SEQUENCE_H
#define SL_EXEC_SEQUENCE_H

#include "base/status.h"
#include "exec/rows.h"

typedef struct sl_sequence sl_sequence;

sl_sequence *sl_sequence_new(size_t bytes_max);
void sl_sequence_free(sl_sequence *sequence);
/* Rows of plan `plan` from input number `input`, taken over by the sequence (on failure too). May
 * wait. SL_CANCELLED when the run is over. */
sl_status sl_sequence_put(sl_sequence *sequence, uint32_t input, uint32_t plan,
                          sl_rows *rows) SL_MUST_USE;
/* Input number `input` is done. Inputs are numbered without gaps from 0. */
sl_status sl_sequence_done(sl_sequence *sequence, uint32_t input) SL_MUST_USE;
/* No input follows: called once, when all workers have ended. */
void sl_sequence_end(sl_sequence *sequence);
/* The run is over: workers that wait are let go. */
void sl_sequence_cancel(sl_sequence *sequence);
/* The next piece, in order; waits up to `milliseconds`. SL_OK with the piece (the caller frees
 * the rows), SL_END after the last, SL_LIMIT when the time is up. */
sl_status sl_sequence_take(sl_sequence *sequence, unsigned milliseconds, uint32_t *out_plan,
                           sl_rows *out_rows) SL_MUST_USE;

#endif
