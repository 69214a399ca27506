/* yaml_map.c - finds a scalar's text again in the file that it was parsed from.
 *
 * The text and the bytes of the file are walked side by side: what quoting, folding and indentation
 * took away is stepped over, and a piece begins wherever that happened. Should the two differ in a
 * way that is not foreseen here, what follows stands at the place where they parted. */
#include <assert.h>

#include "base/utf8.h"
#include "base/yaml.h"

typedef struct map_walk {
    sl_text file, text;
    size_t at, end; /* in the file */
    size_t done;    /* of the text */
    size_t blank;   /* the end of the blanks that were last looked at, so that none is twice */
    char quote;     /* ' or "; 0: plain or a block */
    bool block;
    size_t indent; /* of a block */
    sl_arena *arena;
    sl_text_piece *pieces;
    uint32_t count, capacity;
} map_walk;

static char map_byte(const map_walk *w, size_t at)
{
    return at < w->end ? w->file.data[at] : '\0';
}

static bool map_is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* The text goes on at w->at. */
static bool map_piece(map_walk *w)
{
    if (w->count > 0) {
        const sl_text_piece *last = &w->pieces[w->count - 1];
        if (w->at - last->origin == w->done - last->start) return true;
    }
    if (w->count == w->capacity) {
        uint32_t capacity = w->capacity * 2 + 16;
        sl_text_piece *pieces = SL_ARENA_ARRAY(w->arena, capacity, sl_text_piece);
        if (pieces == NULL) return false;
        if (w->count > 0) memcpy(pieces, w->pieces, w->count * sizeof *pieces);
        w->pieces = pieces;
        w->capacity = capacity;
    }
    w->pieces[w->count++] = (sl_text_piece){(uint32_t)w->done, (uint32_t)w->at};
    return true;
}

/* The end of the blanks at w->at. */
static size_t map_blanks(map_walk *w)
{
    if (w->blank < w->at) w->blank = w->at;
    while (w->blank < w->end && map_is_blank(w->file.data[w->blank])) w->blank++;
    return w->blank;
}

/* The end of the indentation at w->at. */
static size_t map_indentation(const map_walk *w)
{
    size_t at = w->at;
    while (at < w->end && at - w->at < w->indent && map_is_blank(w->file.data[at])) at++;
    return at;
}

/* Steps over what is not in the text: the blanks before the end of a line of what is no block, the
 * ends of lines but those that the text has a byte for, and the indentation behind them. */
static bool map_line_ends(map_walk *w)
{
    for (;;) {
        size_t newline = w->block ? w->at : map_blanks(w);
        if (map_byte(w, newline) == '\r') newline++;
        if (map_byte(w, newline) != '\n') return true;
        char c = w->done < w->text.length ? w->text.data[w->done] : '\0';
        w->at = newline;
        if (c == '\n' || c == ' ') {
            if (!map_piece(w)) return false;
            w->done++;
        }
        w->at++;
        w->at = w->block ? map_indentation(w) : map_blanks(w);
    }
}

/* Bytes that an escape in double quotes takes, its backslash too. */
static size_t map_escape(const map_walk *w)
{
    switch (map_byte(w, w->at + 1)) {
    case 'x': return 4;
    case 'u': return 6;
    case 'U': return 10;
    default: return 2;
    }
}

/* One code point of the text. False when memory ends; *out_parted: it is not the file's. */
static bool map_step(map_walk *w, bool *out_parted)
{
    char c = map_byte(w, w->at);
    if (w->quote == '"' && c == '\\' && map_byte(w, w->at + 1) == '\n') {
        w->at += 2; /* the line goes on, without its indentation */
        w->at = map_blanks(w);
        return true;
    }
    if (!map_piece(w)) return false;
    if (w->quote == '"' && c == '\\') {
        uint32_t code;
        w->done += sl_utf8_decode(w->text, w->done, &code);
        w->at += map_escape(w);
        return true;
    }
    *out_parted = w->at >= w->end || c != w->text.data[w->done];
    if (*out_parted) return true;
    w->at += w->quote == '\'' && c == '\'' ? 2 : 1;
    w->done++;
    return true;
}

/* How far a block is indented: what its first line with something on it has lost. */
static size_t map_indent(const map_walk *w)
{
    size_t file = w->at, text = 0, line = w->at;
    while (file < w->end && (map_is_blank(w->file.data[file]) || w->file.data[file] == '\n'))
        if (w->file.data[file++] == '\n') line = file;
    size_t start = 0;
    while (text < w->text.length
           && (map_is_blank(w->text.data[text]) || w->text.data[text] == '\n'))
        if (w->text.data[text++] == '\n') start = text;
    return file - line > text - start ? file - line - (text - start) : 0;
}

bool sl_yaml_map(const sl_yaml_node *node, sl_text file, sl_arena *arena, sl_text_map *out)
{
    assert(arena != NULL);
    sl_span span = sl_yaml_span(node);
    map_walk w = {.file = file,
                  .text = sl_yaml_text(node),
                  .at = span.start,
                  .end = span.end,
                  .arena = arena};
    char first = map_byte(&w, w.at);
    if (sl_yaml_is_quoted(node) && (first == '\'' || first == '"')) {
        w.quote = first;
        w.at++;
        w.end--;
    }
    w.block = sl_yaml_is_quoted(node) && w.quote == 0 && (map_is_blank(first) || first == '\n');
    w.indent = w.block ? map_indent(&w) : 0;
    if (w.block) w.at = map_indentation(&w);
    bool parted = false;
    while (w.done < w.text.length && !parted) {
        if (!map_line_ends(&w)) return false;
        if (w.done < w.text.length && !map_step(&w, &parted)) return false;
    }
    if (w.count == 0 && !map_piece(&w)) return false;
    *out = (sl_text_map){
        .pieces = w.pieces, .count = w.count, .origin_end = (uint32_t)(parted ? w.at : w.end)};
    return true;
}
