/* spl_trig.c - eval's trigonometric and hyperbolic functions: those of the C library. */
#include "func/spl.h"

#include <math.h>

#include "func/spl_value.h"

static void trig_map(const sl_call *call, double (*one)(double x))
{
    for (uint32_t i = 0; i < call->row_count; i++) {
        uint32_t row = call->rows[i];
        double x = 0;
        if (sl_spl_number(sl_arg(call, 0, row), &x)) call->out[row] = sl_spl_number_value(one(x));
    }
}

static void trig_map_two(const sl_call *call, double (*one)(double x, double y))
{
    for (uint32_t i = 0; i < call->row_count; i++) {
        uint32_t row = call->rows[i];
        double x = 0, y = 0;
        if (sl_spl_number(sl_arg(call, 0, row), &x) && sl_spl_number(sl_arg(call, 1, row), &y))
            call->out[row] = sl_spl_number_value(one(x, y));
    }
}

void sl_fn_spl_acos(const sl_call *call)
{
    trig_map(call, acos);
}

void sl_fn_spl_acosh(const sl_call *call)
{
    trig_map(call, acosh);
}

void sl_fn_spl_asin(const sl_call *call)
{
    trig_map(call, asin);
}

void sl_fn_spl_asinh(const sl_call *call)
{
    trig_map(call, asinh);
}

void sl_fn_spl_atan(const sl_call *call)
{
    trig_map(call, atan);
}

void sl_fn_spl_atanh(const sl_call *call)
{
    trig_map(call, atanh);
}

void sl_fn_spl_cos(const sl_call *call)
{
    trig_map(call, cos);
}

void sl_fn_spl_cosh(const sl_call *call)
{
    trig_map(call, cosh);
}

void sl_fn_spl_sin(const sl_call *call)
{
    trig_map(call, sin);
}

void sl_fn_spl_sinh(const sl_call *call)
{
    trig_map(call, sinh);
}

void sl_fn_spl_tan(const sl_call *call)
{
    trig_map(call, tan);
}

void sl_fn_spl_tanh(const sl_call *call)
{
    trig_map(call, tanh);
}

void sl_fn_spl_atan2(const sl_call *call)
{
    trig_map_two(call, atan2);
}

void sl_fn_spl_hypot(const sl_call *call)
{
    trig_map_two(call, hypot);
}
