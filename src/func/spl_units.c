/* spl_units.c - what convert reads: durations and sizes of memory as numbers.
 *
 * What is not of the form gives missing (Splunk Search Reference, "convert"). */
#include "func/spl_command.h"

#include <math.h>

#include "base/number.h"
#include "func/spl_value.h"

/* A number without a sign. */
static bool units_number(sl_text t, double *out)
{
    bool digit = t.length > 0 && t.data[0] >= '0' && t.data[0] <= '9';
    return digit && sl_number_parse(t, out);
}

/* Numbers between colons, each worth 60 of the next. False when there are not `least` to `most`. */
static bool units_colons(sl_text t, uint32_t least, uint32_t most, double *out)
{
    double total = 0, part;
    for (uint32_t count = 1; count <= most; count++) {
        size_t colon = sl_text_find_byte(t, ':', 0);
        if (!units_number(sl_text_slice(t, 0, colon == SIZE_MAX ? t.length : colon), &part))
            return false;
        total = total * 60 + part;
        *out = total;
        if (colon == SIZE_MAX) return count >= least;
        t = sl_text_slice(t, colon + 1, t.length);
    }
    return false;
}

/* 1+02:03:04 */
static bool units_duration(sl_text t, double *out)
{
    double days = 0;
    size_t plus = sl_text_find_byte(t, '+', 0);
    if (plus != SIZE_MAX) {
        if (!units_number(sl_text_slice(t, 0, plus), &days)) return false;
        t = sl_text_slice(t, plus + 1, t.length);
    }
    if (!units_colons(t, 3, 3, out)) return false;
    *out += days * 86400;
    return true;
}

/* 2:03.500 */
static bool units_milliseconds(sl_text t, double *out)
{
    return units_colons(t, 1, 2, out);
}

/* 12k, 1.5m, 2g; without a letter kilobytes. */
static bool units_memory(sl_text t, double *out)
{
    double factor = 1;
    switch (t.length == 0 ? '\0' : t.data[t.length - 1] | 0x20) {
    case 'k': break;
    case 'm': factor = 1024; break;
    case 'g': factor = 1024 * 1024; break;
    default: return units_number(t, out);
    }
    if (!units_number(sl_text_slice(t, 0, t.length - 1), out)) return false;
    *out *= factor;
    return true;
}

static void units_rows(const sl_call *call, bool (*read)(sl_text t, double *out))
{
    for (uint32_t i = 0; i < call->row_count; i++) {
        uint32_t row = call->rows[i];
        sl_text t;
        double number;
        if (sl_spl_text(call->arena, sl_arg(call, 0, row), &t) && read(sl_text_trim(t), &number))
            call->out[row] = sl_spl_number_value(number);
    }
}

static void units_dur2sec(const sl_call *call)
{
    units_rows(call, units_duration);
}

static void units_mstime(const sl_call *call)
{
    units_rows(call, units_milliseconds);
}

static void units_memk(const sl_call *call)
{
    units_rows(call, units_memory);
}

#define UNITS_ROW(word, text, run_function) \
    { \
        .name = word, .usage = "convert " word "(FIELD)", .doc = text, .arg_min = 1, .arg_max = 1, \
        .ret = SL_RET_NUMBER, .flags = SL_FN_OPERATOR, .run = run_function \
    }

const sl_fn sl_spl_dur2sec = UNITS_ROW("dur2sec", "A duration in seconds.", units_dur2sec);
const sl_fn sl_spl_mstime = UNITS_ROW("mstime", "Minutes and seconds in seconds.", units_mstime);
const sl_fn sl_spl_memk = UNITS_ROW("memk", "A size of memory in kilobytes.", units_memk);
