/* spl_figures.c - how many figures of a computed number count: what sigfig rounds by.
 *
 * A product or quotient has as many significant figures as the operand with the fewest, a sum or
 * difference as many decimals (Search Reference, "Mathematical functions", sigfig). How a number is
 * written says how many it has, so the results here are numbers as texts; the parser makes these
 * calls beside the arithmetic inside of sigfig(). */
#include "func/spl.h"

#include <math.h>

#include "func/spl_value.h"

enum { FIGURES_MAX = 17 };

/* What a written number claims to know. */
typedef struct figures {
    int significant; /* digits from the first that is not 0 */
    int decimals;    /* digits behind the point */
} figures;

static figures figures_of(sl_text t)
{
    figures f = {0};
    bool point = false;
    for (size_t i = 0; i < t.length && t.data[i] != 'e' && t.data[i] != 'E'; i++) {
        char c = t.data[i];
        if (c == '.') point = true;
        if (c < '0' || c > '9') continue;
        if (f.significant > 0 || c != '0') f.significant++;
        if (point) f.decimals++;
    }
    if (f.significant == 0) f.significant = 1;
    if (f.significant > FIGURES_MAX) f.significant = FIGURES_MAX;
    if (f.decimals > FIGURES_MAX) f.decimals = FIGURES_MAX;
    return f;
}

static figures figures_fewest(figures a, figures b)
{
    return (figures){.significant = a.significant < b.significant ? a.significant : b.significant,
                     .decimals = a.decimals < b.decimals ? a.decimals : b.decimals};
}

/* How many decimals show so many significant figures of `x`; negative: tens are rounded, too. */
static int figures_decimals(double x, int significant)
{
    if (x == 0) return significant - 1;
    return significant - 1 - (int)floor(log10(fabs(x)));
}

static sl_value figures_round(sl_arena *arena, double x, int decimals)
{
    x = sl_spl_round(x, decimals);
    if (decimals < 0) decimals = 0;
    return sl_spl_fixed(arena, x, decimals);
}

/* The arguments: the result, and the operands, as they were written or made here. */
static void figures_rows(const sl_call *call, bool product)
{
    for (uint32_t i = 0; i < call->row_count; i++) {
        uint32_t row = call->rows[i];
        double x = 0;
        sl_text left, right;
        if (!sl_spl_number(sl_arg(call, 0, row), &x) || fabs(x) > 1e300) continue;
        if (!sl_spl_text(call->arena, sl_arg(call, 1, row), &left)) continue;
        if (!sl_spl_text(call->arena, sl_arg(call, 2, row), &right)) continue;
        figures f = figures_fewest(figures_of(left), figures_of(right));
        int decimals = product ? figures_decimals(x, f.significant) : f.decimals;
        call->out[row] = figures_round(call->arena, x, decimals);
    }
}

static void figures_product(const sl_call *call)
{
    figures_rows(call, true);
}

static void figures_sum(const sl_call *call)
{
    figures_rows(call, false);
}

#define FIGURES_ROW(word, run_function) \
    { \
        .name = word, .usage = "sigfig(X " word " Y)", .doc = "Rounded by the figures of both.", \
        .arg_min = 3, .arg_max = 3, .ret = SL_RET_NUMBER, .flags = SL_FN_PURE | SL_FN_OPERATOR, \
        .run = run_function \
    }

const sl_fn sl_spl_figures_product = FIGURES_ROW("*", figures_product);
const sl_fn sl_spl_figures_sum = FIGURES_ROW("+", figures_sum);
