/* spool.c - a row is its length, then column, length and bytes of each cell. */
#include "output/spool.h"

#include <assert.h>

void sl_spool_init(sl_spool *spool, size_t memory_bytes)
{
    *spool = (sl_spool){.memory_bytes = memory_bytes};
    sl_buffer_init(&spool->held);
    sl_buffer_init(&spool->row);
}

void sl_spool_fini(sl_spool *spool)
{
    if (spool == NULL) return;
    if (spool->file != NULL) fclose(spool->file);
    sl_buffer_fini(&spool->held);
    sl_buffer_fini(&spool->row);
    spool->file = NULL;
}

static void spool_add_number(sl_buffer *out, uint32_t number)
{
    char bytes[sizeof number];
    memcpy(bytes, &number, sizeof number);
    sl_buffer_add(out, sl_text_make(bytes, sizeof bytes));
}

void sl_spool_add(sl_spool *spool, uint32_t column, sl_text text)
{
    assert(text.length <= UINT32_MAX);
    spool_add_number(&spool->row, column);
    spool_add_number(&spool->row, (uint32_t)text.length);
    sl_buffer_add(&spool->row, text);
}

static sl_status spool_flush(sl_spool *spool)
{
    if (spool->file == NULL) spool->file = tmpfile();
    if (spool->file == NULL) return SL_IO;
    size_t length = spool->held.length;
    if (fwrite(spool->held.data, 1, length, spool->file) != length) return SL_IO;
    sl_buffer_clear(&spool->held);
    return SL_OK;
}

sl_status sl_spool_end_row(sl_spool *spool)
{
    if (spool->row.failed || spool->row.length > UINT32_MAX) return SL_NOMEM;
    spool_add_number(&spool->held, (uint32_t)spool->row.length);
    sl_buffer_add(&spool->held, sl_buffer_text(&spool->row));
    sl_buffer_clear(&spool->row);
    if (spool->held.failed) return SL_NOMEM;
    return spool->held.length > spool->memory_bytes ? spool_flush(spool) : SL_OK;
}

sl_status sl_spool_rewind(sl_spool *spool)
{
    spool->at = 0;
    if (spool->file == NULL) return SL_OK;
    sl_status status = spool_flush(spool);
    if (status != SL_OK) return status;
    return fseek(spool->file, 0, SEEK_SET) == 0 ? SL_OK : SL_IO;
}

static sl_status spool_next_filed(sl_spool *spool)
{
    uint32_t length;
    size_t got = fread(&length, 1, sizeof length, spool->file);
    if (got == 0 && feof(spool->file)) return SL_END;
    if (got != sizeof length) return SL_IO;
    if (!sl_buffer_reserve(&spool->row, length)) return SL_NOMEM;
    if (fread(spool->row.data, 1, length, spool->file) != length) return SL_IO;
    spool->row.length = length;
    spool->read = sl_buffer_text(&spool->row);
    return SL_OK;
}

sl_status sl_spool_next_row(sl_spool *spool)
{
    sl_buffer_clear(&spool->row);
    spool->row_at = 0;
    if (spool->file != NULL) return spool_next_filed(spool);
    if (spool->at == spool->held.length) return SL_END;
    uint32_t length;
    memcpy(&length, spool->held.data + spool->at, sizeof length);
    spool->read = sl_text_make(spool->held.data + spool->at + sizeof length, length);
    spool->at += sizeof length + length;
    return SL_OK;
}

bool sl_spool_next_cell(sl_spool *spool, sl_spool_cell *out)
{
    uint32_t head[2];
    sl_text row = spool->read;
    if (row.length - spool->row_at < sizeof head) return false;
    memcpy(head, row.data + spool->row_at, sizeof head);
    spool->row_at += sizeof head;
    assert(row.length - spool->row_at >= head[1]);
    *out = (sl_spool_cell){head[0], {row.data + spool->row_at, head[1]}};
    spool->row_at += head[1];
    return true;
}
