/* run.h - runs a golden query: its inputs, its settings, and the permutations of both.
 *
 * What a query answers must not depend on how many rows a batch has, on threads, on where a
 * block ends, on gates, on how large files are cut, or on how the events are spread over inputs.
 *
 * Owner:    the pool given; golden_inputs_fini removes the temporary files.
 * Lifetime: the pool's.
 * Threads:  one at a time. */
#ifndef SL_TESTS_GOLDEN_RUN_H
#define SL_TESTS_GOLDEN_RUN_H

#include "case.h"
#include "strandline/strandline.h"

/* How the rows of a load are spread over inputs. */
typedef enum golden_split {
    GOLDEN_SPLIT_NONE,
    GOLDEN_SPLIT_HALVES,
    GOLDEN_SPLIT_MANY,
    GOLDEN_SPLIT_MEMORY, /* one input, from memory */
    GOLDEN_SPLIT_COUNT
} golden_split;

/* The paths of each split; no paths: the split does not suit the query. */
typedef struct golden_inputs {
    const char *folder; /* temporary */
    const char **paths[GOLDEN_SPLIT_COUNT];
    size_t counts[GOLDEN_SPLIT_COUNT];
    golden_text memory;  /* data NULL: not to be run from memory */
    size_t bytes;        /* of all inline rows; SIZE_MAX: there are files */
    const char *missing; /* why the query cannot run here; NULL: it can */
} golden_inputs;

/* False when a file cannot be written; *out can be given to golden_inputs_fini all the same. */
bool golden_inputs_init(golden_pool *pool, const golden_file *file, const golden_query *query,
                        const char *root, golden_inputs *out);
void golden_inputs_fini(golden_inputs *inputs);

typedef struct golden_permutation {
    unsigned batch_rows, threads;
    unsigned block_bytes; /* 0: as the engine has it */
    unsigned slice_bytes; /* the same */
    const char *gate;     /* off, on, or the best of its kernels */
    golden_split split;
} golden_permutation;

/* The number-th permutation that suits the query; false when there are no more. Number 0 is the
 * plainest, and what the expectations are held against. */
bool golden_permutation_get(const golden_inputs *inputs, size_t number, bool quick,
                            golden_permutation *out);
const char *golden_permutation_text(golden_pool *pool, const golden_permutation *permutation);

typedef struct golden_rows {
    golden_text *items; /* JSON */
    size_t count;
    sl_run_status status;
    uint64_t faults;
    const char *error; /* NULL: none, or what the engine says */
} golden_rows;

golden_rows golden_run(golden_pool *pool, sl_engine *engine, sl_query *compiled,
                       const golden_query *query, const golden_inputs *inputs,
                       const golden_permutation *permutation);

#endif
