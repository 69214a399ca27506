/* walk_state.h - a walk under way, as its parts see it.
 *
 * Private to walk.c and walk_name.c.
 *
 * Owner:    the walk.
 * Lifetime: that of the walk; frames that of a record.
 * Threads:  one at a time. */
#ifndef SL_EVENT_WALK_STATE_H
#define SL_EVENT_WALK_STATE_H

#include "event/habit.h"
#include "event/places.h"
#include "event/walk.h"

typedef struct sl_walk_frame {
    const char *start;
    const sl_demand_node *node; /* NULL: of interest to an open walk only */
    uint64_t instance;
    uint8_t *guess;        /* object: in the habit, at what comes next */
    uint32_t missing;      /* object: children of the node whose key has not come */
    uint32_t index;        /* array: of the next element */
    uint32_t next_element; /* array: in node->elements */
    uint32_t name_lengths[SL_READING_COUNT];
    uint32_t place; /* of an open walk */
    bool is_array;
    bool behind_value;
    bool wanted;  /* something in it may still come; else only its end matters, if at all */
    bool counted; /* in `needs` */
} sl_walk_frame;

/* The values of an entry with any-steps in this record. */
typedef struct sl_walk_list {
    uint64_t record;
    uint32_t count, capacity;
} sl_walk_list;

struct sl_walk {
    sl_walk_frame frames[SL_WALK_DEPTH_MAX];
    uint32_t depth;
    uint32_t needs; /* frames that something is missing from, or that are wanted as they are and
                       so to their end */
    uint32_t flags;
    bool stopped;
    bool is_open;
    bool indexed;    /* reads the fast way */
    bool no_spare;   /* does not go on for what only spare entries want */
    bool spare_idle; /* the same, for this record: an open walk reads all */
    const char *at, *end;
    uint64_t instance;   /* the last one given out; never used twice */
    uint64_t record;     /* the instance of the record itself */
    uint64_t *seen;      /* by node number */
    sl_walk_list *lists; /* by entry */
    uint32_t seen_capacity, list_capacity;
    sl_buffer key;    /* the last key that had to be unescaped */
    sl_places places; /* that came, of an open walk */
    uint32_t place;   /* of the value at hand */
    sl_buffer names[SL_READING_COUNT];
    sl_text last_names[SL_READING_COUNT]; /* in the arena, for names that come in a row */
    /* of the call */
    const sl_demand *demand;
    sl_value *const *columns;
    uint32_t row;
    sl_arena *arena;
    sl_walk_leaf *leaf;
    void *context;
    const sl_mask_kernel *kernel; /* NULL: all is read the plain way */
    sl_mask_index index;
    sl_habit habit;
    /* of sl_walk_ahead */
    const char *ahead; /* behind the object read last; the masks go on there. NULL: nowhere */
    sl_recall recall;
};

/* Names of leaves in an open walk: that of a member of `frame`, and of its element at hand. */
void sl_walk_name_key(sl_walk *walk, const sl_walk_frame *frame, sl_text key);
void sl_walk_name_element(sl_walk *walk, const sl_walk_frame *frame);

#endif
