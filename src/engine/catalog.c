/* catalog.c - the format files of a directory, in order. */
#include "engine/catalog.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"

enum { CATALOG_FORMATS_MAX = 256, CATALOG_FILE_BYTES_MAX = 1 << 20 };

static int catalog_is_format(const struct dirent *entry)
{
    sl_text name = sl_text_from(entry->d_name);
    return name.length > 4 && name.data[0] != '.' && sl_text_ends(name, SL_TEXT(".yml"));
}

static int catalog_compare(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

/* The file's text in the catalog's arena; false when it cannot be read. */
static bool catalog_read(sl_catalog *catalog, sl_text path, sl_text *out)
{
    FILE *file = fopen(path.data, "rbe");
    if (file == NULL) return false;
    char *data = sl_arena_bytes(&catalog->arena, CATALOG_FILE_BYTES_MAX);
    size_t length = data == NULL ? 0 : fread(data, 1, CATALOG_FILE_BYTES_MAX, file);
    bool ok = data != NULL && ferror(file) == 0 && length < CATALOG_FILE_BYTES_MAX;
    fclose(file);
    *out = sl_arena_copy(&catalog->arena, sl_text_make(data, length));
    return ok && out->data != NULL;
}

static void catalog_say(sl_buffer *errors, sl_text path, const char *what)
{
    sl_buffer_printf(errors, "%.*s: %s\n", SL_TEXT_ARG(path), what);
}

static bool catalog_add(sl_catalog *catalog, sl_text path, sl_format_compiled *compiled,
                        sl_buffer *errors)
{
    sl_catalog_format *format = &catalog->formats[catalog->count];
    format->path = path;
    if (!catalog_read(catalog, path, &format->source)) {
        catalog_say(errors, path, strerror(errno));
        return false;
    }
    sl_diags *diags = sl_calloc(1, sizeof *diags);
    if (diags == NULL) return false;
    sl_diags_init(diags);
    bool ok = sl_format_compile(format->source, &catalog->arena, diags, compiled);
    for (uint32_t i = 0; i < diags->count; i++)
        sl_diag_print(errors, &diags->items[i], path, format->source, /* colour= */ false);
    free(diags);
    format->schema = compiled->schema;
    if (ok) catalog->count++;
    return ok;
}

/* Formats without rules go to the end: they take what is left. */
static void catalog_order(sl_catalog *catalog, sl_format_compiled *compiled,
                          sl_recognise_format *recognise)
{
    uint32_t filled = 0;
    sl_catalog_format *ordered = SL_ARENA_ARRAY(&catalog->arena, catalog->count, sl_catalog_format);
    if (ordered == NULL) return;
    for (int without = 0; without < 2; without++) {
        for (uint32_t i = 0; i < catalog->count; i++) {
            if ((compiled[i].recognise.rule_count == 0) != (without == 1)) continue;
            recognise[filled] = compiled[i].recognise;
            ordered[filled] = catalog->formats[i];
            catalog->schemas[filled++] = compiled[i].schema;
        }
    }
    catalog->formats = ordered;
}

static bool catalog_load(sl_catalog *catalog, sl_text directory, struct dirent **entries,
                         uint32_t entry_count, sl_buffer *errors)
{
    sl_arena *arena = &catalog->arena;
    catalog->formats = SL_ARENA_ARRAY(arena, entry_count, sl_catalog_format);
    catalog->schemas = SL_ARENA_ARRAY(arena, entry_count, const sl_schema *);
    sl_format_compiled *compiled = SL_ARENA_ARRAY(arena, entry_count, sl_format_compiled);
    sl_recognise_format *recognise = SL_ARENA_ARRAY(arena, entry_count, sl_recognise_format);
    if (catalog->formats == NULL || catalog->schemas == NULL || compiled == NULL
        || recognise == NULL)
        return false;
    bool ok = true;
    for (uint32_t i = 0; i < entry_count; i++) {
        sl_text path =
            sl_arena_printf(arena, "%.*s/%s", SL_TEXT_ARG(directory), entries[i]->d_name);
        ok &= path.data != NULL && catalog_add(catalog, path, &compiled[catalog->count], errors);
    }
    if (!ok) return false;
    catalog_order(catalog, compiled, recognise);
    catalog->recogniser = sl_recogniser_new(arena, recognise, catalog->count);
    if (catalog->recogniser == NULL)
        catalog_say(errors, directory, "the formats together test more keys than the limit");
    return catalog->recogniser != NULL && !arena->failed;
}

sl_catalog *sl_catalog_new(sl_text directory, sl_buffer *errors)
{
    sl_catalog *catalog = sl_calloc(1, sizeof *catalog);
    if (catalog == NULL) return NULL;
    sl_arena_init(&catalog->arena, /* bytes_max= */ 0);
    struct dirent **entries = NULL;
    sl_text path = sl_arena_copy(&catalog->arena, directory);
    int count =
        path.data == NULL ? -1 : scandir(path.data, &entries, catalog_is_format, catalog_compare);
    bool ok = count > 0 && count <= CATALOG_FORMATS_MAX;
    if (count < 0) catalog_say(errors, directory, strerror(errno));
    if (count == 0) catalog_say(errors, directory, "no format files (*.yml) here");
    if (count > CATALOG_FORMATS_MAX) catalog_say(errors, directory, "more than 256 format files");
    if (ok) ok = catalog_load(catalog, path, entries, (uint32_t)count, errors);
    for (int i = 0; i < count; i++) free(entries[i]);
    free(entries);
    if (ok) return catalog;
    sl_catalog_free(catalog);
    return NULL;
}

void sl_catalog_free(sl_catalog *catalog)
{
    if (catalog == NULL) return;
    sl_arena_fini(&catalog->arena);
    free(catalog);
}

uint32_t sl_catalog_find(const sl_catalog *catalog, sl_text name)
{
    for (uint32_t i = 0; i < catalog->count; i++)
        if (sl_text_equal(catalog->formats[i].schema->name, name)) return i;
    return SL_FORMAT_NONE;
}
