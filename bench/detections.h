/* detections.h - made detections, as many as are asked for.
 *
 * Threads:  one at a time. */
#ifndef BENCH_DETECTIONS_H
#define BENCH_DETECTIONS_H

#include <stdint.h>

/* Writes `count` detections (an SPL query and its .detection.yml each) into `folder`. Zero, or the
 * errno of the first file that could not be written. */
int bench_detections_write(const char *folder, uint32_t count);

#endif
