/* number.c - decimal numbers, the same in every locale.
 *
 * Parsing scans the text once by the grammar of number.h. A mantissa of up to 2^53 with a power
 * of ten of up to 22 is one exact multiplication or division (Clinger's fast path); the rest is
 * handed to strtod as digits and exponent without a decimal point, which no locale can touch.
 * Formatting takes 15 digits from "%e" and places the point itself for the same reason. */
#include "base/number.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    NUMBER_DIGITS_MAX = 800, /* 768 decide about rounding; what follows only whether it is 0 */
    NUMBER_EXPONENT_MAX = 1 << 30
};

static bool number_is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* A number taken apart: digits times ten to the power. */
typedef struct number_parts {
    bool negative;
    uint64_t mantissa;  /* exact while digit_count <= 19 */
    size_t digit_count; /* without leading zeros */
    int64_t exponent;
    size_t start, end; /* of the digits and the point in the text */
} number_parts;

static bool number_scan_exponent(sl_text t, size_t at, int64_t *out)
{
    bool negative = false;
    if (at < t.length && (t.data[at] == '-' || t.data[at] == '+')) negative = t.data[at++] == '-';
    if (at == t.length) return false;
    int64_t exponent = 0;
    for (; at < t.length; at++) {
        if (!number_is_digit(t.data[at])) return false;
        if (exponent < NUMBER_EXPONENT_MAX) exponent = exponent * 10 + (t.data[at] - '0');
    }
    *out = negative ? -exponent : exponent;
    return true;
}

static bool number_scan(sl_text t, number_parts *out)
{
    number_parts parts = {0};
    size_t at = 0, seen = 0;
    bool point = false;
    if (t.length > 0 && (t.data[0] == '-' || t.data[0] == '+'))
        parts.negative = t.data[at++] == '-';
    parts.start = at;
    for (; at < t.length; at++) {
        char c = t.data[at];
        if (c == '.' && !point) {
            point = true;
            continue;
        }
        if (!number_is_digit(c)) break;
        seen++;
        if (point) parts.exponent--;
        if (parts.digit_count == 0 && c == '0') continue;
        if (parts.digit_count++ < 19) parts.mantissa = parts.mantissa * 10 + (uint64_t)(c - '0');
    }
    parts.end = at;
    if (seen == 0) return false;
    if (at < t.length) {
        int64_t exponent;
        if (t.data[at] != 'e' && t.data[at] != 'E') return false;
        if (!number_scan_exponent(t, at + 1, &exponent)) return false;
        parts.exponent += exponent;
    }
    *out = parts;
    return true;
}

/* Through strtod, with at most NUMBER_DIGITS_MAX digits. */
static double number_slow(sl_text t, const number_parts *parts)
{
    char text[NUMBER_DIGITS_MAX + 32];
    size_t length = 0, dropped = 0;
    bool sticky = false;
    for (size_t i = parts->start; i < parts->end; i++) {
        char c = t.data[i];
        if (c == '.' || (length == 0 && c == '0')) continue;
        if (length < NUMBER_DIGITS_MAX) {
            text[length++] = c;
        } else {
            dropped++;
            sticky = sticky || c != '0';
        }
    }
    if (sticky) text[length - 1] = '1';
    int64_t exponent = parts->exponent + (int64_t)dropped;
    if (exponent > NUMBER_EXPONENT_MAX) exponent = NUMBER_EXPONENT_MAX;
    if (exponent < -NUMBER_EXPONENT_MAX) exponent = -NUMBER_EXPONENT_MAX;
    snprintf(text + length, sizeof text - length, "e%d", (int)exponent);
    return strtod(text, NULL);
}

bool sl_number_parse(sl_text t, double *out)
{
    static const double powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                    1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                    1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    assert(out != NULL);

    number_parts parts;
    if (!number_scan(t, &parts)) return false;
    double number;
    if (parts.digit_count == 0) {
        number = 0;
    } else if (parts.digit_count <= 19 && parts.mantissa <= UINT64_C(1) << 53
               && parts.exponent >= -22 && parts.exponent <= 22) {
        number = (double)parts.mantissa;
        if (parts.exponent < 0) number /= powers[-parts.exponent];
        else number *= powers[parts.exponent];
    } else {
        number = number_slow(t, &parts);
        if (!isfinite(number)) return false;
    }
    *out = parts.negative ? -number : number;
    return true;
}

bool sl_integer_parse(sl_text t, int64_t *out)
{
    assert(out != NULL);

    size_t at = 0;
    bool negative = false;
    if (t.length > 0 && (t.data[0] == '-' || t.data[0] == '+')) negative = t.data[at++] == '-';
    if (at == t.length) return false;
    uint64_t limit = negative ? UINT64_C(1) << 63 : INT64_MAX, integer = 0;
    for (; at < t.length; at++) {
        if (!number_is_digit(t.data[at])) return false;
        uint64_t digit = (uint64_t)(t.data[at] - '0');
        if (integer > (limit - digit) / 10) return false;
        integer = integer * 10 + digit;
    }
    *out = negative ? (int64_t)(0 - integer) : (int64_t)integer;
    return true;
}

size_t sl_integer_format(int64_t integer, char out[SL_NUMBER_TEXT_MAX])
{
    char reversed[SL_NUMBER_TEXT_MAX];
    size_t count = 0, length = 0;
    uint64_t left = integer < 0 ? 0 - (uint64_t)integer : (uint64_t)integer;
    do {
        reversed[count++] = (char)('0' + left % 10);
        left /= 10;
    } while (left > 0);
    if (integer < 0) out[length++] = '-';
    while (count > 0) out[length++] = reversed[--count];
    out[length] = '\0';
    return length;
}

/* Writes 0.digits * 10^point without an exponent; `count` digits, the last one not 0. */
static size_t number_write_plain(const char *digits, int count, int point, char *out)
{
    size_t length = 0;
    if (point <= 0) {
        out[length++] = '0';
        out[length++] = '.';
        for (int i = point; i < 0; i++) out[length++] = '0';
        for (int i = 0; i < count; i++) out[length++] = digits[i];
        return length;
    }
    for (int i = 0; i < count || i < point; i++) {
        if (i == point) out[length++] = '.';
        out[length++] = i < count ? digits[i] : '0';
    }
    return length;
}

static size_t number_write_exponent(const char *digits, int count, int point, char *out)
{
    size_t length = 0;
    out[length++] = digits[0];
    if (count > 1) out[length++] = '.';
    for (int i = 1; i < count; i++) out[length++] = digits[i];
    length += (size_t)snprintf(out + length, SL_NUMBER_TEXT_MAX - 1 - length, "e%+03d", point - 1);
    return length;
}

size_t sl_number_format(double number, char out[SL_NUMBER_TEXT_MAX])
{
    enum { DIGITS = 15 };
    if (isnan(number)) return (size_t)snprintf(out, SL_NUMBER_TEXT_MAX, "nan");
    if (isinf(number))
        return (size_t)snprintf(out, SL_NUMBER_TEXT_MAX, number < 0 ? "-inf" : "inf");
    if (fabs(number) <= 9007199254740992.0 && number == (double)(int64_t)number)
        return sl_integer_format((int64_t)number, out);

    /* "1<point>23456789012345e-05": the point is the locale's. */
    char text[64], digits[DIGITS];
    snprintf(text, sizeof text, "%.14e", fabs(number));
    const char *exponent = strchr(text, 'e');
    assert(exponent != NULL);
    digits[0] = text[0];
    memcpy(digits + 1, exponent - (DIGITS - 1), DIGITS - 1);
    int count = DIGITS, point = atoi(exponent + 1) + 1;
    while (count > 1 && digits[count - 1] == '0') count--;

    size_t length = 0;
    if (number < 0) out[length++] = '-';
    if (point > DIGITS + 1 || point < -5)
        length += number_write_exponent(digits, count, point, out + length);
    else length += number_write_plain(digits, count, point, out + length);
    out[length] = '\0';
    return length;
}

bool sl_size_parse(sl_text t, uint64_t *out)
{
    static const char units[] = "kmgtp";
    assert(out != NULL);

    size_t digits = 0;
    while (digits < t.length && number_is_digit(t.data[digits])) digits++;
    int64_t count;
    if (!sl_integer_parse(sl_text_slice(t, 0, digits), &count)) return false;

    sl_text unit = sl_text_slice(t, digits, t.length);
    unsigned shift = 0;
    for (unsigned i = 0; unit.length > 0 && units[i] != '\0'; i++) {
        if ((unit.data[0] | 0x20) != units[i]) continue;
        shift = 10 * (i + 1);
        unit = sl_text_slice(unit, 1, unit.length);
        if (sl_text_equal_nocase(unit, SL_TEXT("ib"))) unit.length = 0;
        break;
    }
    if (unit.length > 0 && !sl_text_equal_nocase(unit, SL_TEXT("b"))) return false;
    if ((uint64_t)count > UINT64_MAX >> shift) return false;
    *out = (uint64_t)count << shift;
    return true;
}
