/* number.h - numbers to text and back, the same in every locale.
 *
 * Log values are text that may look like a number. What counts as one, and how one is
 * written, decides whether "10" > "9", so there is one place for it. */
#ifndef SL_BASE_NUMBER_H
#define SL_BASE_NUMBER_H

#include "base/text.h"

enum { SL_NUMBER_TEXT_MAX = 40 };

/* Parses the whole of `t` as a decimal number: optional sign, digits, fraction, exponent; no
 * white space, no hex, no "inf" or "nan". ".5" and "5." are. False when it is not one, or
 * too large for a double (a hash such as 12e456 stays text). */
bool sl_number_parse(sl_text t, double *out);
/* The same for a whole number that fits 64 bits. */
bool sl_integer_parse(sl_text t, int64_t *out);
/* Writes `number` in the shortest form that reads back the same within 15 significant digits,
 * without a trailing ".0" and without an exponent from 1e-6 to 1e15; whole numbers up to 2^53
 * keep all their digits. "nan", "inf" and "-inf" are those. Returns the length. */
size_t sl_number_format(double number, char out[SL_NUMBER_TEXT_MAX]);
size_t sl_integer_format(int64_t integer, char out[SL_NUMBER_TEXT_MAX]);
/* "4GiB", "256M", "64k", "1024": bytes, units of 1024. False when malformed or too large. */
bool sl_size_parse(sl_text t, uint64_t *out);

#endif
