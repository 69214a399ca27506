/* func_spl_command_test.c - the kernels of bin, rex and makemv. */
#include "test.h"

#include "func/spl_command.h"
#include "plan/build.h"
#include "plan/eval.h"

/* The value that kernel `fn` gives for one value and constants, as text; lists with `|` between. */
static void check(const sl_fn *fn, sl_value value, const sl_value *constants, uint32_t count,
                  const char *wanted)
{
    sl_arena arena;
    sl_fields fields;
    sl_diags diags;
    sl_buffer out;
    sl_arena_init(&arena, 0);
    sl_fields_init(&fields);
    sl_diags_init(&diags);
    sl_buffer_init(&out);
    sl_builder builder = {.arena = &arena, .fields = &fields, .diags = &diags};
    const sl_expr *args[4] = {sl_build_constant(&builder, value, (sl_span){0, 0})};
    for (uint32_t i = 0; i < count; i++)
        args[i + 1] = sl_build_constant(&builder, constants[i], (sl_span){0, 0});
    const sl_expr *call = sl_build_call(&builder, fn, args, count + 1, (sl_span){0, 0});
    if (call == NULL) {
        sl_buffer_add_string(&out, "refused");
    } else {
        sl_context context = {
            .zone = sl_zone_utc(), .earliest = SL_TIME_NONE, .latest = SL_TIME_NONE};
        const sl_batch *batch = sl_batch_new(&arena, 1);
        sl_operand result = sl_eval(call, batch, batch->rows, 1, &context);
        sl_value v = result.values[0];
        const sl_value *items = v.kind == SL_LIST ? v.items : &v;
        uint32_t item_count = v.kind == SL_LIST ? v.length : 1;
        for (uint32_t i = 0; i < item_count; i++) {
            char scratch[SL_VALUE_TEXT_MAX];
            if (i > 0) sl_buffer_add_byte(&out, '|');
            sl_buffer_add(&out, sl_value_text(items[i], scratch));
        }
    }
    CHECK_TEXT(wanted, sl_buffer_text(&out));
    sl_buffer_fini(&out);
    sl_fields_fini(&fields);
    sl_arena_fini(&arena);
}

static sl_value text(const char *t)
{
    return sl_string(sl_text_from(t));
}

static void check_bin(sl_value value, const char *span, const char *wanted)
{
    sl_value constants[] = {text(span)};
    check(&sl_spl_bin, value, constants, 1, wanted);
}

TEST(times_go_to_the_start_of_their_bin)
{
    sl_value time = sl_moment(INT64_C(1700000000) * SL_SECOND + 123456789);
    check_bin(time, "10m", "1699999800");
    check_bin(time, "1h", "1699999200");
    check_bin(time, "1d", "1699920000");
    check_bin(time, "1mon", "1698796800");
    check_bin(time, "1q", "1696118400");
    check_bin(time, "1y", "1672531200");
    check_bin(time, "100ms", "1700000000.1");
    check_bin(time, "30", "1699999980");
    check_bin(sl_moment(-SL_SECOND), "1m", "-60");
    check_bin(text("1700000000"), "1h", "1699999200");
    check_bin(sl_moment(INT64_MAX), "1d", "");
    check_bin(sl_moment(INT64_MIN + 1), "1mon", "");
    check_bin(text("1e300"), "1h", "");
}

TEST(numbers_become_ranges)
{
    check_bin(sl_integer(17), "10", "10-20");
    check_bin(sl_integer(-1), "10", "-10-0");
    check_bin(text("0.75"), "0.5", "0.5-1.0");
    check_bin(text("abc"), "10", "");
    check_bin(sl_missing(), "10", "");
}

TEST(spans_at_fault_are_refused)
{
    check_bin(sl_integer(1), "", "refused");
    check_bin(sl_integer(1), "0", "refused");
    check_bin(sl_integer(1), "10x", "refused");
    check_bin(sl_integer(1), "1.5h", "refused");
    check_bin(sl_integer(1), "99999999999999d", "refused");
    check_bin(sl_integer(1), "1e308", "refused");
}

static void check_rex(sl_value value, const char *regex, int64_t group, int64_t match_max,
                      const char *wanted)
{
    sl_value constants[] = {text(regex), sl_integer(group), sl_integer(match_max)};
    check(&sl_spl_rex_group, value, constants, 3, wanted);
}

TEST(groups_come_out_of_texts)
{
    sl_value both[] = {text("k=1"), text("k=2")};
    check_rex(text("a=1 b=22"), "\\w=(\\d+)", 1, 1, "1");
    check_rex(text("a=1 b=22"), "\\w=(\\d+)", 1, 0, "1|22");
    check_rex(text("a=1 b=22 c=3"), "\\w=(\\d+)", 1, 2, "1|22");
    check_rex(sl_list(both, 2), "=(.)", 1, 0, "1|2");
    check_rex(sl_list(both, 2), "=(.)", 1, 1, "1");
    check_rex(text("abc"), "(x)?b", 1, 1, "");
    check_rex(text("\xC3\xA4\xC3\xB6"), "()", 1, 0, "||");
    check_rex(text(""), "()", 1, 0, "");
    check_rex(text("a"), "(", 1, 1, "refused");
    check_rex(text("a"), "(a)", 2, 1, "refused");
}

static void check_sed(const char *value, const char *script, const char *wanted)
{
    sl_value constants[] = {text(script)};
    check(&sl_spl_rex_sed, text(value), constants, 1, wanted);
}

TEST(texts_are_edited_as_in_sed)
{
    check_sed("banana", "s/a/o/", "bonana");
    check_sed("banana", "s/a/o/g", "bonono");
    check_sed("banana", "s/a/o/2", "banona");
    check_sed("banana", "s/A/o/gi", "bonono");
    check_sed("a/b", "s/\\//-/", "a-b");
    check_sed("k=v", "s#(\\w)=(\\w)#\\2=\\1#", "v=k");
    check_sed("abc", "s/x*/-/g", "-a-b-c-");
    check_sed("abc",
              "y/abc/\xC3\xA4"
              "bc/",
              "\xC3\xA4"
              "bc");
    check_sed("abc", "y/ab/a/", "refused");
    check_sed("abc", "s/a/b", "refused");
    check_sed("abc", "s/a/b/q", "refused");
    check_sed("abc", "s/(/b/", "refused");
    check_sed("abc", "", "refused");
}

static void check_makemv(const char *value, const char *delim, bool keep, const char *wanted)
{
    sl_value constants[] = {text(delim), sl_bool(keep)};
    check(&sl_spl_makemv, text(value), constants, 2, wanted);
}

TEST(texts_are_split)
{
    check_makemv("a,b,,c", ",", false, "a|b|c");
    check_makemv("a,b,,c", ",", true, "a|b||c");
    check_makemv("abc", "", false, "abc");
    check_makemv(",", ",", false, "");
    check_makemv("a::b", "::", false, "a|b");
}

TEST_MAIN(RUN(times_go_to_the_start_of_their_bin) RUN(numbers_become_ranges)
              RUN(spans_at_fault_are_refused) RUN(groups_come_out_of_texts)
                  RUN(texts_are_edited_as_in_sed) RUN(texts_are_split))
