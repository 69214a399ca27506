/* command.c - looking up commands by name. */
#include "lang/common/command.h"

enum { COMMAND_DISTANCE_MAX = 2 };

const sl_command_info *sl_command_find(const sl_command_info *rows, uint32_t count, sl_text name)
{
    uint32_t low = 0, high = count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        int order = sl_text_compare_nocase(name, sl_text_from(rows[middle].name));
        if (order == 0) return &rows[middle];
        if (order < 0) high = middle;
        else low = middle + 1;
    }
    return NULL;
}

const char *sl_command_nearest(const sl_command_info *rows, uint32_t count, sl_text name)
{
    const char *nearest = NULL;
    unsigned best = COMMAND_DISTANCE_MAX + 1;
    for (uint32_t i = 0; i < count; i++) {
        unsigned distance =
            sl_text_distance(name, sl_text_from(rows[i].name), COMMAND_DISTANCE_MAX);
        if (distance >= best || distance >= name.length) continue;
        best = distance;
        nearest = rows[i].name;
    }
    return nearest;
}
