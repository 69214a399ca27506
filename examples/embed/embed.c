/* embed.c - runs a query over logs from a program of your own.
 *
 *     cc embed.c $(pkg-config --cflags --libs strandline) -o embed
 *     ./embed T1578.004.spl path/to/logs */
#include <stdio.h>
#include <strandline/strandline.h>

static bool on_row(void *context, const sl_row *row)
{
    const char *who = sl_row_get(row, "ActorIdentity");
    const char *what = sl_row_get(row, "Operation");
    (*(size_t *)context)++;
    printf("%s did %s\n", who != NULL ? who : "somebody", what != NULL ? what : "something");
    return true; /* and go on */
}

int main(int argc, char **argv)
{
    static char text[65536];
    if (argc < 3) return 2;
    FILE *file = fopen(argv[1], "r");
    if (file == NULL) return 2;
    size_t length = fread(text, 1, sizeof text, file);
    fclose(file);

    sl_engine *engine = sl_engine_new();
    sl_query *query = sl_query_new(engine, "spl", argv[1], text, length);
    bool good = query != NULL && sl_query_ok(query);
    for (size_t i = 0; query != NULL && i < sl_query_message_count(query); i++) {
        sl_message message = sl_query_message(query, i);
        fprintf(stderr, "%s:%u:%u: %s\n", argv[1], message.line, message.column, message.text);
    }

    size_t row_count = 0;
    const char *const *paths = (const char *const *)(argv + 2);
    sl_run_status status = SL_RUN_FAILED;
    if (good) status = sl_query_run(query, paths, (size_t)argc - 2, on_row, &row_count, NULL);
    sl_query_free(query);
    sl_engine_free(engine);
    printf("%zu rows\n", row_count);
    return status == SL_RUN_OK && row_count > 0 ? 0 : 1;
}
