/* groups.c - named groups of regular expressions, which make fields.
 *
 * A field may be called Vendor.domain or @timestamp; the engine's group names are words of at most
 * 32 letters. So names are read here, and those that the engine would refuse are taken out: such a
 * group is known by its number. */
#include "lang/cql/lower.h"

enum { GROUP_NAME_MAX = 32 };

static bool group_name_fits(sl_text name)
{
    if (name.length == 0 || name.length > GROUP_NAME_MAX || sl_is_digit(name.data[0])) return false;
    for (size_t i = 0; i < name.length; i++) {
        char c = name.data[i];
        if (!sl_is_letter(c) && !sl_is_digit(c) && c != '_') return false;
    }
    return true;
}

/* The name in (?<name> or (?P<name> whose parenthesis is at `at`; *out_end is behind the `>`. */
static bool group_name(sl_text regex, size_t at, sl_text *out, size_t *out_end)
{
    if (sl_byte_at(regex, at + 1) != '?') return false;
    size_t start = at + 2;
    if (sl_byte_at(regex, start) == 'P') start++;
    char next = sl_byte_at(regex, start + 1);
    if (sl_byte_at(regex, start) != '<' || next == '=' || next == '!') return false;
    start++;
    size_t end = start;
    while (end < regex.length && regex.data[end] != '>' && regex.data[end] != ')') end++;
    if (sl_byte_at(regex, end) != '>') return false;
    *out = sl_text_slice(regex, start, end);
    *out_end = end + 1;
    return true;
}

static bool group_add(cql_parser *p, sl_vector *groups, sl_text name, uint32_t number)
{
    cql_group *group = groups == NULL ? NULL : sl_vector_add(groups, p->arena, sizeof *group);
    if (groups == NULL) return true;
    if (group == NULL) return false;
    *group = (cql_group){.name = name, .number = number};
    return true;
}

/* Goes over the parenthesis at *at, which opens a group; names that do not fit stay behind. */
static bool group_open(cql_parser *p, sl_text regex, size_t *at, uint32_t *count, sl_buffer *out,
                       sl_vector *groups)
{
    sl_text name;
    size_t end = *at + 1;
    if (!group_name(regex, *at, &name, &end)) {
        if (sl_byte_at(regex, *at + 1) != '?' && sl_byte_at(regex, *at + 1) != '*') (*count)++;
        sl_buffer_add_byte(out, '(');
        (*at)++;
        return true;
    }
    (*count)++;
    if (group_name_fits(name)) sl_buffer_add(out, sl_text_slice(regex, *at, end));
    else sl_buffer_add_byte(out, '(');
    *at = end;
    return group_add(p, groups, name, *count);
}

bool cql_regex_groups(cql_parser *p, sl_text regex, sl_text *out_regex, sl_vector *groups)
{
    sl_buffer out;
    sl_buffer_init(&out);
    uint32_t count = 0;
    bool class = false, good = true;
    for (size_t at = 0; good && at < regex.length;) {
        char c = regex.data[at];
        if (c == '(' && !class) {
            good = group_open(p, regex, &at, &count, &out, groups);
            continue;
        }
        size_t end = c == '\\' && at + 1 < regex.length ? at + 2 : at + 1;
        if (c == '[') class = true;
        if (c == ']') class = false;
        sl_buffer_add(&out, sl_text_slice(regex, at, end));
        at = end;
    }
    if (good && !out.failed) *out_regex = sl_arena_copy(p->arena, sl_buffer_text(&out));
    good = good && !out.failed && out_regex->data != NULL;
    sl_buffer_fini(&out);
    return good;
}

bool cql_add_groups(cql_parser *p, sl_text field, sl_text regex, sl_text compiled, sl_span span)
{
    sl_builder *builder = &p->shared->builder;
    sl_vector groups = {0};
    sl_text ignored;
    if (!cql_regex_groups(p, regex, &ignored, &groups)) return false;
    const cql_group *list = groups.items;
    for (uint32_t i = 0; i < groups.count; i++) {
        const sl_expr *args[] = {
            sl_build_field(builder, field, span), sl_build_text(builder, compiled, span),
            sl_build_constant(builder, sl_integer((int64_t)list[i].number), span)};
        const sl_expr *value = sl_build_call(builder, &sl_cql_group, args, 3, span);
        if (!cql_add_assign(p, cql_field(p, list[i].name, span), value, span)) return false;
    }
    return true;
}
