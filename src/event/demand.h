/* demand.h - the paths that the plans of a run want from a record.
 *
 * All plans' paths are merged into one trie, walked once a record. Each entry is a column; the
 * same path wanted under two readings is two columns. An open demand wants every leaf.
 *
 * Owner:    built in the program's arena.
 * Lifetime: as long as the program; immutable after sl_demand_seal.
 * Threads:  immutable once sealed. */
#ifndef SL_EVENT_DEMAND_H
#define SL_EVENT_DEMAND_H

#include "base/status.h"
#include "event/path.h"
#include "event/value.h"

/* How a language sees a JSON leaf.
 *   RAW  as it stands: null is SL_NULL, an object or array is SL_JSON
 *   SPL  null is the text "null", true and false are text, an object or an array is no field
 *        (elements are reached by any-steps only)
 *   CQL  null is no field, true and false are text, an object or an array is no field */
typedef enum sl_reading { SL_READ_RAW, SL_READ_SPL, SL_READ_CQL, SL_READING_COUNT } sl_reading;

typedef struct sl_demand_entry {
    sl_path path;
    sl_reading reading;
    bool several; /* the path has an any-step: several matches make a list */
    bool spare;   /* no reason to read on (sl_walk_want_spare) */
} sl_demand_entry;

typedef struct sl_demand_node sl_demand_node;

typedef struct sl_demand_child {
    sl_text key;   /* a piece of a key without dots */
    uint64_t head; /* its first 8 bytes, zeros behind its end */
    uint64_t tail; /* its last 8, when it has as many */
    const sl_demand_node *node;
} sl_demand_child;

typedef struct sl_demand_element {
    uint32_t index;
    const sl_demand_node *node;
} sl_demand_element;

/* A place in a record that some path ends at or goes through. Keys are cut at their dots, so that
 * {"a.b":1} and {"a":{"b":1}} are one place; what is wanted of any element stands also at the
 * nodes of the elements that are wanted by number, so that a value has one node. */
struct sl_demand_node {
    uint32_t number; /* from 0, in no order */
    uint8_t asked;   /* bits 1 << reading: an entry asks for this place under the name that an
                         open walk would give it */
    bool wants_json; /* an entry wants an object or an array that stands here, as it is */
    bool spare;      /* none but spare entries end here or go through here */
    const uint32_t *entries;
    uint32_t entry_count;
    const sl_demand_child *children;
    uint32_t child_count;
    uint32_t spare_count;        /* of the children */
    uint64_t child_bits;         /* sl_json_key_bit of the children's keys */
    const uint32_t *child_slots; /* child + 1 by hash, 0: free; NULL: few children */
    uint32_t child_slot_mask;
    const sl_demand_node *any;
    const sl_demand_element *elements; /* by rising index */
    uint32_t element_count;
};

typedef struct sl_demand {
    sl_arena *arena;
    sl_demand_entry *entries; /* column number -> what */
    uint32_t count, capacity;
    uint32_t *slots; /* entry + 1 by hash of path and reading, 0: free */
    uint32_t slot_count;
    bool open[SL_READING_COUNT]; /* every leaf, named as this reading's language names it */
    const sl_demand_node *root;  /* after sealing */
    uint32_t node_count;
} sl_demand;

void sl_demand_init(sl_demand *demand, sl_arena *arena);
/* The column of `path` under `reading`, new or old; UINT32_MAX when memory ends. The path is
 * copied. */
uint32_t sl_demand_add(sl_demand *demand, sl_path path, sl_reading reading);
/* The same for what is only wanted when something else is missing (a time under one of its rarer
 * names): no reason to read each record to its end. What is also added without this is no spare
 * entry. */
uint32_t sl_demand_add_spare(sl_demand *demand, sl_path path, sl_reading reading);
/* Builds the trie. No entry may be added afterwards. SL_NOMEM, or SL_LIMIT when any-steps and
 * index-steps are mixed so much that the trie grows beyond all use. */
sl_status sl_demand_seal(sl_demand *demand) SL_MUST_USE;
/* The child of `node` for a piece of a key, or NULL. 8 bytes behind `key` are readable. */
const sl_demand_node *sl_demand_child_of(const sl_demand_node *node, sl_text key);

#endif
