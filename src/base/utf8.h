/* utf8.h - UTF-8 as it really arrives: checked, repaired, counted.
 *
 * Attackers write parts of these logs. Invalid bytes never cost an event: they become U+FFFD. */
#ifndef SL_BASE_UTF8_H
#define SL_BASE_UTF8_H

#include "base/arena.h"

/* True when all of `t` is valid UTF-8 (no surrogates, no overlong forms). Fast for ASCII. */
bool sl_utf8_valid(sl_text t);
/* `t` itself when valid, else a copy in `arena` with each maximal part of a broken sequence
 * replaced by U+FFFD (as Unicode recommends); {NULL, 0} at the arena's limit. */
sl_text sl_utf8_repair(sl_text t, sl_arena *arena);
/* Decodes the code point at `at`; returns its bytes (1 for an invalid one, *out = 0xFFFD; 0
 * at the end). */
size_t sl_utf8_decode(sl_text t, size_t at, uint32_t *out);
/* Writes the code point (U+FFFD for what is none); returns 1 to 4. */
size_t sl_utf8_encode(uint32_t code, char out[4]);
/* Number of code points. */
size_t sl_utf8_count(sl_text t);
/* Columns a terminal needs for `code`: 0, 1 or 2. */
unsigned sl_utf8_width(uint32_t code);

#endif
