/* group.h - what the commands that group rows share: aggregates and the names behind BY. */
#ifndef SL_LANG_SPL_GROUP_H
#define SL_LANG_SPL_GROUP_H

#include "lang/spl/parser.h"

typedef struct spl_group {
    sl_vector items;           /* of sl_agg_item */
    sl_vector keys;            /* of sl_field */
    bool rates;                /* per_second and its like are taken */
    double bucket;             /* for those: the span of a bucket in seconds; 0: not known */
    const spl_option *options; /* of the command: they may stand anywhere */
    uint32_t option_count;
} spl_group;

/* One aggregate with its column: `count`, `dc(user) AS users`, `values(*) AS *`. */
bool spl_group_item(spl_parser *p, spl_group *group);
/* Aggregates up to BY, which is stepped over (*out_by), or to the end of the command. */
bool spl_group_items(spl_parser *p, spl_group *group, bool *out_by);
/* The names behind BY up to the end of the command. */
bool spl_group_keys(spl_parser *p, spl_group *group);
/* Options, aggregates and, behind BY, names: all of a command that groups. */
bool spl_group_read(spl_parser *p, spl_group *group);
/* When items and keys are read: of those made for a name with stars, keys go. */
void spl_group_settle(spl_group *group);
/* SL_OP_AGGREGATE in the way of stats, of a group that this settles. */
bool spl_group_stats(spl_parser *p, spl_group *group);
/* SL_OP_WINDOW over whole groups, or over the rows so far. NULL when memory ends. */
sl_op *spl_group_window(spl_parser *p, const sl_vector *items, const sl_vector *keys, bool whole);

/* `as` := the bin of a field, of a size that gives so many bins over all rows (commands_extract.c).
 * *out_size is a field that holds the size afterwards. */
bool spl_bin_sized(spl_parser *p, const spl_word *name, const spl_word *as, uint64_t bins,
                   sl_field *out_size);

#endif
