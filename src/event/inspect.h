/* inspect.h - what an object is, told from its beginning: a record, or an envelope of records.
 *
 * The splitter asks before an object's end is in sight. Whatever is answered for a beginning
 * holds for every longer beginning of the same object, and is found by reading no further than
 * that: so the answer cannot depend on how the input was cut into blocks. For the same reason
 * everything read here is read at least as strictly as the structure scanner does.
 *
 * Owner:    nothing.
 * Lifetime: offsets into the text that was passed in.
 * Threads:  any. */
#ifndef SL_EVENT_INSPECT_H
#define SL_EVENT_INSPECT_H

#include "event/recogniser.h"

typedef enum sl_inspect_result {
    SL_INSPECT_MORE,   /* the beginning does not tell yet */
    SL_INSPECT_RECORD, /* of verdict.format, whatever follows */
    SL_INSPECT_ARRAY,  /* an envelope of verdict.format: its first element proves it */
    SL_INSPECT_END     /* its end, or a fault of grammar, came first: see verdict */
} sl_inspect_result;

typedef struct sl_inspection {
    sl_verdict verdict;
    size_t checked; /* up to here the structure is in order; it stands at the end of a member or
                       before the object's closing brace, or is 0 */
    size_t length;  /* SL_INSPECT_END: of the object; 0 when its end was not reached */
    size_t array;   /* behind the bracket of an envelope's array; 0: none. At SL_INSPECT_MORE its
                       first element has begun, but is not complete */
    uint32_t array_depth;    /* objects that are open around the array */
    bool empty;              /* an envelope's array without elements was passed */
    uint64_t objects, texts; /* envelopes to be tried when the object is complete */
} sl_inspection;

/* `beginning` starts with the opening brace; SL_BLOCK_PAD bytes behind it are readable. Without
 * `envelopes`, no arrays are looked for. `scratch` is overwritten. */
sl_inspect_result sl_inspect(const sl_recogniser *recogniser, sl_text beginning, bool envelopes,
                             sl_buffer *scratch, sl_inspection *out);
/* The record object that a complete object holds by one of the envelopes in `objects`, when the
 * format that declares it recognises it. */
bool sl_inspect_object(const sl_recogniser *recogniser, sl_text outer, uint64_t objects,
                       sl_text *inner, sl_verdict *out);
/* The inside of the string that holds an escaped record by one of the envelopes in `texts`.
 * `scratch` then has it unescaped, with SL_BLOCK_PAD bytes behind. */
bool sl_inspect_text(const sl_recogniser *recogniser, sl_text outer, uint64_t texts,
                     sl_buffer *scratch, sl_text *inside);
/* Unescapes into `scratch`, with SL_BLOCK_PAD zero bytes behind. False when memory ends. */
bool sl_inspect_unescape(sl_text inside, sl_buffer *scratch);

#endif
