/* inode_set.h - which files were met already, by device and inode.
 *
 * A walk must remember every file it gave, for a later link may lead to any of them. Inodes of
 * files that were made together lie together, so the set holds runs of 64 as a bit mask: an
 * archive of 200,000 files takes some hundred kilobytes.
 *
 * Owner:    the walk.
 * Lifetime: until sl_inode_set_fini.
 * Threads:  one at a time. */
#ifndef SL_SOURCE_INODE_SET_H
#define SL_SOURCE_INODE_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/status.h"

typedef struct sl_inode_run {
    uint64_t device;
    uint64_t base; /* first inode / 64 */
    uint64_t mask; /* 0: a free slot */
} sl_inode_run;

typedef struct sl_inode_set {
    sl_inode_run *slots;
    size_t slot_count; /* 0 or a power of two */
    size_t used;
} sl_inode_set;

void sl_inode_set_init(sl_inode_set *set);
void sl_inode_set_fini(sl_inode_set *set);
/* Adds a file; `out_new` says whether it was not there before. SL_NOMEM leaves the set as it
 * was. */
sl_status sl_inode_set_add(sl_inode_set *set, uint64_t device, uint64_t inode,
                           bool *out_new) SL_MUST_USE;

#endif
