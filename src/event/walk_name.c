/* walk_name.c - names of leaves as an open walk gives them, one for each reading.
 *
 * A name is built in a buffer that keeps what stands for the frames around: each frame knows how
 * long the name was when it was entered. */
#include "event/walk_state.h"

/* Appends to the name; what passes the limit is cut between two characters. */
static void walk_name_add(sl_buffer *name, sl_text t)
{
    size_t room = SL_WALK_NAME_MAX - name->length;
    if (t.length > room) {
        while (room > 0 && ((unsigned char)t.data[room] & 0xC0) == 0x80) room--;
        t.length = room;
    }
    sl_buffer_add(name, t);
}

/* A key that would read as a key and elements of an array is named in quotes: else its value would
 * go by the name that such elements have, though nobody finds it by asking for them. */
static void walk_name_add_key(sl_buffer *name, sl_reading reading, sl_text key)
{
    if (sl_text_find_byte(key, reading == SL_READ_SPL ? '{' : '[', 0) == SIZE_MAX) {
        walk_name_add(name, key);
        return;
    }
    walk_name_add(name, SL_TEXT("\""));
    for (size_t from = 0; from < key.length;) {
        size_t quote = sl_text_find_byte(key, '"', from);
        walk_name_add(name, sl_text_slice(key, from, quote));
        if (quote == SIZE_MAX) break;
        walk_name_add(name, SL_TEXT("\\\""));
        from = quote + 1;
    }
    walk_name_add(name, SL_TEXT("\""));
}

void sl_walk_name_key(sl_walk *w, const sl_walk_frame *f, sl_text key)
{
    for (int i = 0; i < SL_READING_COUNT; i++) {
        if (!w->demand->open[i]) continue;
        w->names[i].length = f->name_lengths[i];
        if (w->depth > 1) walk_name_add(&w->names[i], SL_TEXT("."));
        walk_name_add_key(&w->names[i], (sl_reading)i, key);
    }
}

void sl_walk_name_element(sl_walk *w, const sl_walk_frame *f)
{
    for (int i = 0; i < SL_READING_COUNT; i++) {
        if (!w->demand->open[i]) continue;
        w->names[i].length = f->name_lengths[i];
        if (i == SL_READ_SPL) walk_name_add(&w->names[i], SL_TEXT("{}"));
        else if (i == SL_READ_RAW) walk_name_add(&w->names[i], SL_TEXT("[]"));
        else if (w->names[i].length + 12 <= SL_WALK_NAME_MAX)
            sl_buffer_printf(&w->names[i], "[%u]", f->index);
    }
}
