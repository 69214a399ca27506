/* output_support.h - rows to print, and where the print goes: what the output tests share. */
#ifndef SL_TESTS_UNIT_OUTPUT_SUPPORT_H
#define SL_TESTS_UNIT_OUTPUT_SUPPORT_H

#include "output/writer.h"
#include "test.h"

/* A batch under construction: one call of `put` a cell. */
typedef struct rows_kit {
    sl_arena arena;
    sl_fields fields;
    sl_batch *batch;
    sl_buffer out;
    size_t room; /* bytes until the reader is gone */
} rows_kit;

static inline void kit_init(rows_kit *kit, uint32_t row_count)
{
    sl_arena_init(&kit->arena, 0);
    sl_fields_init(&kit->fields);
    sl_buffer_init(&kit->out);
    kit->batch = sl_batch_new(&kit->arena, row_count);
    kit->room = SIZE_MAX;
}

static inline void kit_fini(rows_kit *kit)
{
    sl_buffer_fini(&kit->out);
    sl_fields_fini(&kit->fields);
    sl_arena_fini(&kit->arena);
}

static inline void kit_put(rows_kit *kit, const char *name, uint32_t row, sl_value value)
{
    sl_field field = sl_fields_add(&kit->fields, sl_text_from(name));
    const sl_value *old = sl_batch_find(kit->batch, field);
    sl_value *values = sl_batch_column_new(kit->batch);
    if (values == NULL) return;
    if (old != NULL) memcpy(values, old, kit->batch->row_count * sizeof *values);
    values[row] = value;
    if (!sl_batch_set(kit->batch, field, values)) TEST_FAIL("no memory");
}

static inline sl_value kit_text(const char *text)
{
    return sl_string(sl_text_from(text));
}

static inline bool kit_write(void *context, sl_text bytes)
{
    rows_kit *kit = context;
    if (bytes.length > kit->room) return false;
    kit->room -= bytes.length;
    sl_buffer_add(&kit->out, bytes);
    return true;
}

/* Writes the batch `times` times. */
static inline sl_status kit_print(rows_kit *kit, const sl_writer_options *options, int times)
{
    sl_writer *writer = sl_writer_new(options, kit_write, kit);
    sl_status status = writer == NULL ? SL_NOMEM : SL_OK;
    for (int i = 0; status == SL_OK && i < times; i++)
        status = sl_writer_rows(writer, &kit->fields, kit->batch);
    if (status == SL_OK) status = sl_writer_end(writer);
    sl_writer_free(writer);
    return status;
}

#endif
