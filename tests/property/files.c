/* files.c - records put into files: lines, arrays, envelopes, one behind the other, and all
 * mixed. */
#include "case.h"

#include <stdlib.h>

#include "record.h"

enum { FILES_MAX = 3, FILES_SECTIONS_MAX = 3, FILES_ITEMS_MAX = 24 };

/* How a section begins, what stands between its items, how it ends. */
typedef struct files_style {
    const char *open, *between, *close;
    bool text; /* items are strings of JSON */
} files_style;

static const files_style files_styles[] = {
    {"", "\n", "\n", false},
    {"", "\n", "\n", false},
    {"", "\r\n", "", false},
    {"", "", "", false},
    {"", " ", "\n", false},
    {"[", ",", "]\n", false},
    {"[\n", ",\n", "\n]\n", false},
    {"{\"Records\":[", ",", "]}", false},
    {"{\"Records\": [\n", ",\n", "\n]}\n", false},
    {"{\"records\":[", ",", "]}\n", false},
    {"{\"value\":[", ",", "],\"nextLink\":\"x\"}\n", false},
    {"{\"detail\":", "}\n{\"detail\":", "}\n", false},
    {"\xEF\xBB\xBF", "\n", "\n", false},
    {"\xEF\xBB\xBF{\"Records\":[", ",", "]}", false},
    {"[{\"Records\":[", "]},{\"Records\":[", "]}]\n", false},
    {"{\"a\":1,\"Records\":[", " , ", "],\"b\":{\"c\":[]}}", false},
    {"", ",", "", false},
    {"{\"logEvents\":[{\"message\":", "},{\"message\":", "}]}\n", true},
    {"{\"Events\":[{\"CloudTrailEvent\":", "},{\"CloudTrailEvent\":", "}]}\n", true},
    {"[", ",\n", "]\n", true},
};

/* What stands where a record might. */
static const char *const files_others[] = {
    "null",  "17",       "\"text\"",         "[]",           "{}",
    "[1,2]", "nonsense", "{\"Records\":[]}", "\xEF\xBB\xBF", "{\"eventName\":\"StopInstances\"",
    "}",     "]",
};

/* The text as a JSON string. */
static sl_text files_string(sl_text text, sl_arena *arena)
{
    sl_buffer out;
    sl_buffer_init(&out);
    sl_buffer_add_byte(&out, '"');
    for (size_t i = 0; i < text.length; i++) {
        unsigned char c = (unsigned char)text.data[i];
        if (c == '"' || c == '\\') sl_buffer_printf(&out, "\\%c", c);
        else if (c < ' ') sl_buffer_printf(&out, "\\u%04x", (unsigned)c);
        else sl_buffer_add_byte(&out, (char)c);
    }
    sl_buffer_add_byte(&out, '"');
    sl_text string = sl_arena_copy(arena, sl_buffer_text(&out));
    if (string.data == NULL) abort();
    sl_buffer_fini(&out);
    return string;
}

static sl_text files_item(prop_random *random, sl_arena *arena, const files_style *style,
                          bool broken)
{
    if (broken && prop_chance(random, 10)) return sl_text_from(PROP_PICK(random, files_others));
    sl_text record = prop_make_record(random, arena);
    return style->text ? files_string(record, arena) : record;
}

static void files_section(prop_section *section, prop_random *random, sl_arena *arena)
{
    const files_style *style = &PROP_PICK(random, files_styles);
    bool broken = prop_chance(random, 10);
    section->open = sl_text_from(style->open);
    section->between = sl_text_from(style->between);
    section->close = sl_text_from(style->close);
    section->item_count = prop_below(random, FILES_ITEMS_MAX) + 1;
    section->items = SL_ARENA_ARRAY(arena, section->item_count, sl_text);
    if (section->items == NULL) abort();
    for (uint32_t i = 0; i < section->item_count; i++)
        section->items[i] = i > 0 && prop_chance(random, 4)
            ? section->items[i - 1]
            : files_item(random, arena, style, broken);
}

void prop_make_files(prop_case *c, prop_random *random, sl_arena *arena)
{
    c->file_count = prop_below(random, FILES_MAX) + 1;
    c->files = SL_ARENA_ARRAY(arena, c->file_count, prop_file);
    for (uint32_t f = 0; c->files != NULL && f < c->file_count; f++) {
        prop_file *file = &c->files[f];
        uint32_t sections = prop_chance(random, 60) ? 1 : FILES_SECTIONS_MAX;
        file->section_count = prop_below(random, sections) + 1;
        file->sections = SL_ARENA_ARRAY(arena, file->section_count, prop_section);
        if (file->sections == NULL) abort();
        for (uint32_t s = 0; s < file->section_count; s++)
            files_section(&file->sections[s], random, arena);
        /* How much of a broken gzip file comes out depends on the size of a block. */
        file->packed = prop_chance(random, 15);
        if (prop_chance(random, 8)) file->cut = prop_below(random, 200);
    }
    if (c->files == NULL) abort();
}

void prop_file_bytes(const prop_file *file, sl_buffer *out)
{
    for (uint32_t s = 0; s < file->section_count; s++) {
        const prop_section *section = &file->sections[s];
        sl_buffer_add(out, section->open);
        for (uint32_t i = 0; i < section->item_count; i++) {
            if (i > 0) sl_buffer_add(out, section->between);
            sl_buffer_add(out, section->items[i]);
        }
        sl_buffer_add(out, section->close);
    }
    out->length -= file->cut < out->length ? file->cut : out->length;
}
