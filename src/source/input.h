/* input.h - what a run reads: the paths a user named, walked into an ordered list of files.
 *
 * Directories are walked in byte order of their names, so that the same tree always gives the
 * same order; each file is read once, whatever links lead to it (device and inode).
 *
 * Owner:    sl_inputs_new / sl_inputs_free.
 * Lifetime: an input and its path live until sl_inputs_done or, without it, as long as the list.
 * Threads:  all functions but new and free may be called from many threads. */
#ifndef SL_SOURCE_INPUT_H
#define SL_SOURCE_INPUT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/fault.h"
#include "base/status.h"
#include "base/text.h"

enum { SL_SLICE_BYTES = 32 * 1024 * 1024 }; /* of a large plain file, by default */

/* A file, or a slice of one: large plain files are given in slices, so that several workers read
 * them. The boundaries of a slice are moved to where records end (slice.h). */
typedef struct sl_input {
    uint32_t number;  /* position in the walk, from 0: the first part of an event's origin */
    sl_text path;     /* as named by the user or found below it, terminated; "-": standard input */
    uint64_t bytes;   /* size on disk, 0 when not known */
    sl_text memory;   /* contents, for an input that is a piece of memory (data != NULL) */
    bool stream;      /* not a regular file: a pipe, FIFO, socket or device, read as it comes */
    bool slice_first; /* the whole input or its first slice: true once for each file */
    uint64_t slice_start;
    uint64_t slice_end; /* 0: this is no slice; UINT64_MAX: the last one, to the end of the file */
} sl_input;

typedef struct sl_inputs sl_inputs;

/* The list of inputs below `paths`. A path that is missing is a fault, the others are still
 * walked. "-" is standard input. FIFOs, sockets and devices below a directory are skipped and
 * counted; one that is named is read. Hidden files are read like others. The walk is lazy:
 * nothing is opened before sl_inputs_next. NULL when memory ends. */
sl_inputs *sl_inputs_new(const sl_text *paths, uint32_t path_count, sl_faults *faults);
/* One input that is a piece of memory (tests, embedding). `name` is used in messages. */
sl_inputs *sl_inputs_new_memory(sl_text name, sl_text contents);
void sl_inputs_free(sl_inputs *inputs);
/* From now on regular files of at least twice `slice_bytes` that are not compressed are given in
 * slices of so many bytes; 0: never. */
void sl_inputs_slice(sl_inputs *inputs, uint64_t slice_bytes);
/* The next input, or NULL at the end. */
const sl_input *sl_inputs_next(sl_inputs *inputs);
/* Nobody looks at `input` or its path any more, so its memory may serve the next one: a walk
 * over any number of files then takes the memory of those in work. */
void sl_inputs_done(sl_inputs *inputs, const sl_input *input);
/* How many inputs (slices of a file are one) and bytes on disk have been found so far. */
void sl_inputs_found(sl_inputs *inputs, uint64_t *out_count, uint64_t *out_bytes);

#endif
