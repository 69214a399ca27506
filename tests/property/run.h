/* run.h - runs queries over files in some way, and tells whether two ways gave the same.
 *
 * A way is everything that must not matter: gates and their kernels, threads, sizes of batches,
 * blocks and slices, and which other plans are in the scan.
 *
 * Owner:    prop_lab_init / prop_lab_fini; outcomes: prop_outcome_fini.
 * Threads:  one at a time. */
#ifndef SL_TESTS_PROPERTY_RUN_H
#define SL_TESTS_PROPERTY_RUN_H

#include "case.h"
#include "engine/engine.h"

typedef struct prop_way {
    bool gate;
    uint32_t gate_kernels; /* 0: all that the machine has */
    uint32_t threads, batch_rows;
    size_t block_bytes;   /* 0: as the engine has it */
    uint64_t slice_bytes; /* the same */
    bool tight;           /* as little memory as can be: what is kept goes to temporary files */
    bool alone;           /* the plan in question is the only one */
} prop_way;

/* The plainest way: gates off, one thread, one slice, one plan. */
extern const prop_way prop_plain_way;

/* What one plan gave. */
typedef struct prop_outcome {
    sl_status status;
    sl_buffer rows; /* JSON, one a line */
    uint64_t row_count, records;
    uint64_t spared; /* records that were not read */
    uint64_t faults[SL_FAULT_KIND_COUNT];
} prop_outcome;

/* An engine, and a folder for the files of the case at hand. */
typedef struct prop_lab {
    sl_engine *engine;
    sl_arena arena; /* paths */
    char folder[64];
    sl_text *paths;
    uint32_t path_count;
} prop_lab;

bool prop_lab_init(prop_lab *lab);
void prop_lab_fini(prop_lab *lab);
/* Puts the case's files into the folder instead of those before. */
bool prop_lab_write(prop_lab *lab, const prop_case *c);

/* The plan of a query, or NULL: it is refused, and `refusal` (if any) says why. */
sl_plan *prop_compile(prop_lab *lab, const prop_case *c, const prop_query *query,
                      sl_buffer *refusal);
/* Runs the plans (those that are not NULL) over the files; outcomes by plan. */
void prop_run(prop_lab *lab, const prop_case *c, sl_plan *const *plans, uint32_t plan_count,
              const prop_way *way, prop_outcome *out);
void prop_outcome_fini(prop_outcome *outcome);

/* What differs ("rows", a kind of fault) between the plain way and `way`, or NULL. What is wrong
 * inside of a record is seen by who reads so far: not behind a gate, and other plans read more. */
const char *prop_differ(const prop_outcome *plain, const prop_outcome *other, const prop_way *way);
/* "gate avx2, threads 2, ..." */
void prop_way_text(const prop_way *way, sl_buffer *out);

#endif
