/* content.h - detections as splunk/security_content publishes them, read without a change.
 *
 * A checkout has its searches below detections/, their macros and lookups beside it. Two schemas
 * are in use: until 2025 what is known of a detection stands under `tags`, from 2026 on at the
 * root, with a `finding`; both are read, and keys that mean nothing here are passed over.
 *
 * Owner:    the arena given.
 * Threads:  immutable once loaded. */
#ifndef SL_DETECT_CONTENT_H
#define SL_DETECT_CONTENT_H

#include "detect/detection.h"

/* The checkout that `path` is, or is in: a directory with detections/ and macros/. An empty text
 * when there is none. SL_NOMEM. */
sl_status sl_content_root(sl_text path, sl_arena *arena, sl_text *out_root) SL_MUST_USE;
/* The detections of a checkout below `path`: its root, or a folder or file in detections/. As of
 * sl_files_find. */
sl_status sl_content_find(sl_text path, sl_arena *arena, const sl_text **out_paths,
                          uint32_t *out_count) SL_MUST_USE;
/* One of them: as sl_detection_load, with the search itself as the query, in SPL, for the profile
 * splunk-addon. */
sl_status sl_content_load(sl_text path, sl_arena *arena, sl_diags *diags,
                          sl_detection *out) SL_MUST_USE;

#endif
