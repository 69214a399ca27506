/* content.c - what becomes of each detection of a checkout of published content: a line each.
 *
 * content CHECKOUT
 *
 * verdict, "parsed" or "unparsed", the file below the checkout, its name, the first error;
 * separated by tabs. tests/content.sh counts them. No log is read. */
#include <stdio.h>

#include "engine/engine.h"

static const char *verdict_name(sl_hunt_verdict verdict)
{
    static const char *const names[] = {[SL_HUNT_RUN] = "run",
                                        [SL_HUNT_REFUSED] = "refused",
                                        [SL_HUNT_FOREIGN] = "foreign",
                                        [SL_HUNT_DEPRECATED] = "deprecated"};
    return names[verdict];
}

static const char *first_error(const sl_hunted *item)
{
    for (uint32_t i = 0; item->diags != NULL && i < item->diags->count; i++)
        if (item->diags->items[i].severity == SL_ERROR) return item->diags->items[i].message;
    return "";
}

static void print_item(const sl_hunted *item, size_t root_length)
{
    sl_text path = item->detection.path;
    printf("%s\t%s\t%.*s\t%.*s\t%s\n", verdict_name(item->verdict),
           item->parsed ? "parsed" : "unparsed",
           SL_TEXT_ARG(sl_text_slice(path, root_length + 1, path.length)),
           SL_TEXT_ARG(item->detection.title), first_error(item));
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: content CHECKOUT\n");
        return 2;
    }
    sl_engine *engine = sl_engine_new();
    if (engine == NULL || sl_engine_error(engine) != NULL) {
        fprintf(stderr, "%s\n", engine == NULL ? "out of memory" : sl_engine_error(engine));
        return 2;
    }
    sl_text checkout = sl_text_from(argv[1]), nothing = SL_TEXT("/dev/null");
    sl_hunt *hunt;
    sl_buffer error;
    sl_buffer_init(&error);
    sl_status status = sl_engine_hunt(engine, &checkout, 1, &nothing, 1, &hunt, &error);
    bool ok = hunt != NULL && hunt->count > 0;
    for (uint32_t i = 0; ok && i < hunt->count; i++) print_item(&hunt->items[i], checkout.length);
    if (ok && hunt->pack.notes.length > 0) fputs(hunt->pack.notes.data, stderr);
    if (!ok) fprintf(stderr, "%s%s\n", error.length > 0 ? error.data : "", sl_status_text(status));
    sl_hunt_free(hunt);
    sl_buffer_fini(&error);
    sl_engine_free(engine);
    return ok ? 0 : 1;
}
