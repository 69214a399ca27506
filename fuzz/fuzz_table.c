/* fuzz_table.c - any bytes as a CSV table.
 *
 * A table that is taken has as many cells as rows and columns say, each within the text or a copy,
 * and at least one named column, none twice; one that is refused says why. */
#include "fuzz.h"

#include "engine/csv.h"

/* Reads each byte, so that a sanitizer sees a cell that points elsewhere. */
static uint64_t sum_cell(sl_value cell)
{
    uint64_t sum = 0;
    FUZZ_REQUIRE(cell.kind == SL_MISSING || cell.kind == SL_STRING);
    for (uint32_t i = 0; cell.kind == SL_STRING && i < cell.length; i++)
        sum += (unsigned char)cell.text[i];
    return sum;
}

static void try_table(sl_text text)
{
    sl_arena arena;
    sl_buffer reason;
    sl_lookup table = {.row_count = 0};
    sl_arena_init(&arena, /* bytes_max= */ 0);
    sl_buffer_init(&reason);
    if (sl_csv_parse(text, 1 << 20, &arena, &table, &reason)) {
        uint64_t sum = 0;
        FUZZ_REQUIRE(table.column_count > 0);
        for (uint32_t c = 1; c < table.column_count; c++)
            FUZZ_REQUIRE(!sl_text_equal(table.columns[c], table.columns[c - 1]));
        for (size_t i = 0; i < (size_t)table.row_count * table.column_count; i++)
            sum += sum_cell(table.cells[i]);
        FUZZ_REQUIRE(sum < UINT64_MAX);
    } else {
        FUZZ_REQUIRE(reason.length > 0);
    }
    sl_buffer_fini(&reason);
    sl_arena_fini(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > 4096) return 0;
    sl_text text = {(const char *)data, size};
    try_table(text);
    return 0;
}
