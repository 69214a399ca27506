/* scan.c - the loops behind scan.h. */
#include "lang/common/scan.h"

size_t sl_scan_space(sl_text t, size_t at)
{
    while (at < t.length && sl_is_space(t.data[at])) at++;
    return at;
}

size_t sl_scan_name(sl_text t, size_t at)
{
    if (!sl_is_name_start(sl_byte_at(t, at))) return at;
    while (at < t.length && sl_is_name(t.data[at])) at++;
    return at;
}

static size_t scan_digits(sl_text t, size_t at)
{
    while (at < t.length && sl_is_digit(t.data[at])) at++;
    return at;
}

size_t sl_scan_number(sl_text t, size_t at)
{
    size_t end = scan_digits(t, at);
    bool fraction = sl_byte_at(t, end) == '.' && sl_is_digit(sl_byte_at(t, end + 1));
    if (fraction) end = scan_digits(t, end + 1);
    if (end == at) return at;
    char exponent = sl_byte_at(t, end);
    if (exponent == 'e' || exponent == 'E') {
        char sign = sl_byte_at(t, end + 1);
        size_t digits = sign == '+' || sign == '-' ? end + 2 : end + 1;
        if (sl_is_digit(sl_byte_at(t, digits))) end = scan_digits(t, digits);
    }
    return end;
}

size_t sl_scan_quoted(sl_text t, size_t at)
{
    char quote = t.data[at];
    for (at++; at < t.length; at++) {
        if (t.data[at] == '\\') at++;
        else if (t.data[at] == quote) return at + 1;
    }
    return SIZE_MAX;
}
