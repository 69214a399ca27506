/* scan.h - what the lexers of all languages ask of a byte, and how far a number reaches. */
#ifndef SL_LANG_COMMON_SCAN_H
#define SL_LANG_COMMON_SCAN_H

#include "base/text.h"

static inline bool sl_is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}
static inline bool sl_is_digit(char c)
{
    return c >= '0' && c <= '9';
}
static inline bool sl_is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
/* A letter, `_`, or a byte of a character beyond ASCII. */
static inline bool sl_is_name_start(char c)
{
    return sl_is_letter(c) || c == '_' || (unsigned char)c >= 0x80;
}
static inline bool sl_is_name(char c)
{
    return sl_is_name_start(c) || sl_is_digit(c);
}

/* The byte at `at`, or NUL behind the end. */
static inline char sl_byte_at(sl_text t, size_t at)
{
    return at < t.length ? t.data[at] : '\0';
}
/* The first byte at or after `at` that is no white space. */
size_t sl_scan_space(sl_text t, size_t at);
/* The end of the name that starts at `at`; `at` when none does. */
size_t sl_scan_name(sl_text t, size_t at);
/* The end of the number (12, 1.5, .5, 2e10) that starts at `at`; `at` when none does. A dot must
 * have a digit behind it. */
size_t sl_scan_number(sl_text t, size_t at);
/* The end of the quoted text whose opening quote is at `at`, the closing quote included; a
 * backslash protects the next byte. SIZE_MAX when it is never closed. */
size_t sl_scan_quoted(sl_text t, size_t at);

#endif
