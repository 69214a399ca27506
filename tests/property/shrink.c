/* shrink.c - leaves out one part after the other: queries, files, sections, items, then bytes.
 *
 * Each attempt is a copy of the failure with something less; it is taken when the results still
 * differ, in whatever. Parts are left out by halves, quarters, and so on down to single ones. */
#include "shrink.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"

typedef struct shrink {
    prop_lab *lab;
    prop_failure *best;
    sl_arena *arena;
    uint32_t tries;
    bool better; /* something was left out in this round */
} shrink;

/* What differs between the plain way and the other, or NULL; the rows of both to `out_rows`,
 * which may be NULL. */
static const char *shrink_judge(prop_lab *lab, const prop_failure *failure, sl_buffer *out_rows)
{
    const prop_case *c = &failure->c;
    const char *what = NULL;
    if (!prop_lab_write(lab, c)) return NULL;
    sl_plan **plans = sl_calloc(c->query_count + 1, sizeof(sl_plan *));
    prop_outcome *outcomes = sl_calloc(c->query_count + 1, sizeof *outcomes);
    if (plans == NULL || outcomes == NULL) abort();
    bool alone = failure->way.alone;
    for (uint32_t q = 0; q < c->query_count; q++)
        if (q == failure->query || !alone)
            plans[q] = prop_compile(lab, c, &c->queries[q], /* refusal= */ NULL);
    if (plans[failure->query] != NULL) {
        prop_outcome plain;
        prop_run(lab, c, &plans[failure->query], 1, &prop_plain_way, &plain);
        prop_run(lab, c, plans, c->query_count, &failure->way, outcomes);
        what = prop_differ(&plain, &outcomes[failure->query], &failure->way);
        if (out_rows != NULL) {
            sl_buffer_add_string(out_rows, "----\n");
            sl_buffer_add(out_rows, sl_buffer_text(&plain.rows));
            sl_buffer_add_string(out_rows, "# the other way:\n");
            sl_buffer_add(out_rows, sl_buffer_text(&outcomes[failure->query].rows));
        }
        for (uint32_t q = 0; q < c->query_count; q++) prop_outcome_fini(&outcomes[q]);
        prop_outcome_fini(&plain);
    }
    for (uint32_t q = 0; q < c->query_count; q++) sl_plan_free(plans[q]);
    free(plans);
    free(outcomes);
    return what;
}

/* Takes the attempt when it fails, too. */
static bool shrink_try(shrink *s, prop_failure *attempt)
{
    if (s->tries == 0) return false;
    s->tries--;
    const char *what = shrink_judge(s->lab, attempt, /* out_rows= */ NULL);
    if (what == NULL) return false;
    attempt->what = what;
    *s->best = *attempt;
    s->better = true;
    return true;
}

/* --- lists --- */

/* `items` without `count` of them from `start`. */
static void *shrink_without(shrink *s, const void *items, size_t size, uint32_t *length,
                            uint32_t start, uint32_t count)
{
    char *copy = sl_arena_array(s->arena, *length + 1, size);
    if (copy == NULL) abort();
    memcpy(copy, items, start * size);
    memcpy(copy + start * size, (const char *)items + (start + count) * size,
           (*length - start - count) * size);
    *length -= count;
    return copy;
}

/* A list inside of a failure. */
typedef struct shrink_list {
    void **items;
    uint32_t *length;
    size_t size;
} shrink_list;

/* The file and section that are worked at. */
typedef struct shrink_place {
    uint32_t file, section;
} shrink_place;

typedef shrink_list shrink_open(shrink *s, prop_failure *failure, shrink_place place);

static void *shrink_copy(shrink *s, const void *items, size_t size, uint32_t length)
{
    return shrink_without(s, items, size, &length, length, 0);
}

static shrink_list open_files(shrink *s, prop_failure *failure, shrink_place place)
{
    (void)s;
    (void)place;
    return (shrink_list){(void **)&failure->c.files, &failure->c.file_count, sizeof(prop_file)};
}

/* The file, for a change of this attempt alone. */
static prop_file *shrink_file(shrink *s, prop_failure *failure, shrink_place place)
{
    failure->c.files = shrink_copy(s, failure->c.files, sizeof(prop_file), failure->c.file_count);
    return &failure->c.files[place.file];
}

static prop_section *shrink_section(shrink *s, prop_failure *failure, shrink_place place)
{
    prop_file *file = shrink_file(s, failure, place);
    file->sections = shrink_copy(s, file->sections, sizeof(prop_section), file->section_count);
    return &file->sections[place.section];
}

static shrink_list open_sections(shrink *s, prop_failure *failure, shrink_place place)
{
    prop_file *file = shrink_file(s, failure, place);
    return (shrink_list){(void **)&file->sections, &file->section_count, sizeof(prop_section)};
}

static shrink_list open_items(shrink *s, prop_failure *failure, shrink_place place)
{
    prop_section *section = shrink_section(s, failure, place);
    return (shrink_list){(void **)&section->items, &section->item_count, sizeof(sl_text)};
}

static shrink_list open_stages(shrink *s, prop_failure *failure, shrink_place place)
{
    (void)place;
    failure->c.queries =
        shrink_copy(s, failure->c.queries, sizeof(prop_query), failure->c.query_count);
    prop_query *query = &failure->c.queries[failure->query];
    return (shrink_list){(void **)&query->stages, &query->stage_count, sizeof(sl_text)};
}

/* Leaves out parts of a list, `least` must stay. */
static void shrink_parts(shrink *s, shrink_open *open, shrink_place place, uint32_t least)
{
    prop_failure attempt = *s->best;
    uint32_t step = *open(s, &attempt, place).length;
    for (; step > 0; step /= 2) {
        for (uint32_t at = 0;;) {
            attempt = *s->best;
            shrink_list list = open(s, &attempt, place);
            if (at >= *list.length) break;
            uint32_t count = *list.length - at < step ? *list.length - at : step;
            if (*list.length - count < least) break;
            *list.items = shrink_without(s, *list.items, list.size, list.length, at, count);
            if (!shrink_try(s, &attempt)) at += count;
        }
    }
}

/* The other queries of the set. */
static void shrink_queries(shrink *s)
{
    prop_failure attempt = *s->best;
    attempt.way.alone = true;
    if (!s->best->way.alone) shrink_try(s, &attempt);
    if (s->best->way.alone && s->best->c.query_count > 1) {
        attempt = *s->best;
        attempt.c.queries = &attempt.c.queries[attempt.query];
        attempt.c.query_count = 1;
        attempt.query = 0;
        shrink_try(s, &attempt);
    }
    for (uint32_t q = 0; q < s->best->c.query_count;) {
        attempt = *s->best;
        if (q == attempt.query) {
            q++;
            continue;
        }
        attempt.c.queries =
            shrink_without(s, attempt.c.queries, sizeof(prop_query), &attempt.c.query_count, q, 1);
        if (attempt.query > q) attempt.query--;
        if (!shrink_try(s, &attempt)) q++;
    }
}

/* --- text --- */

/* The text that is worked at: of an item, or of a stage. */
typedef sl_text *shrink_text_open(shrink *s, prop_failure *failure, shrink_place place,
                                  uint32_t number);

static sl_text *text_item(shrink *s, prop_failure *failure, shrink_place place, uint32_t number)
{
    shrink_list list = open_items(s, failure, place);
    *list.items = shrink_copy(s, *list.items, sizeof(sl_text), *list.length);
    return &((sl_text *)*list.items)[number];
}

static sl_text *text_stage(shrink *s, prop_failure *failure, shrink_place place, uint32_t number)
{
    shrink_list list = open_stages(s, failure, place);
    *list.items = shrink_copy(s, *list.items, sizeof(sl_text), *list.length);
    return &((sl_text *)*list.items)[number];
}

static void shrink_text(shrink *s, shrink_text_open *open, shrink_place place, uint32_t number)
{
    prop_failure attempt = *s->best;
    size_t step = open(s, &attempt, place, number)->length / 2;
    for (; step > 0; step /= 2) {
        for (size_t at = 0;;) {
            attempt = *s->best;
            sl_text *text = open(s, &attempt, place, number);
            if (at >= text->length || s->tries == 0) break;
            size_t count = text->length - at < step ? text->length - at : step;
            char *copy = sl_arena_bytes(s->arena, text->length);
            if (copy == NULL) abort();
            memcpy(copy, text->data, at);
            memcpy(copy + at, text->data + at + count, text->length - at - count);
            *text = sl_text_make(copy, text->length - count);
            if (!shrink_try(s, &attempt)) at += count;
        }
    }
}

/* --- the rest --- */

static void shrink_way(shrink *s)
{
    prop_failure attempt;
#define SHRINK_SET(place, plain) \
    do { \
        attempt = *s->best; \
        if (attempt.place != (plain)) { \
            attempt.place = (plain); \
            shrink_try(s, &attempt); \
        } \
    } while (0)
    SHRINK_SET(way.gate, false);
    SHRINK_SET(way.gate_kernels, 1);
    SHRINK_SET(way.threads, 1);
    SHRINK_SET(way.batch_rows, 4096);
    SHRINK_SET(way.block_bytes, 0);
    SHRINK_SET(way.slice_bytes, 0);
    SHRINK_SET(way.tight, false);
    SHRINK_SET(c.unique, false);
    SHRINK_SET(c.ordered, false);
    SHRINK_SET(c.earliest, NULL);
#undef SHRINK_SET
    attempt = *s->best;
    attempt.c.profile = "default";
    if (strcmp(s->best->c.profile, "default") != 0) shrink_try(s, &attempt);
}

/* A section without its brackets, a file that is whole and plain. */
static void shrink_frame(shrink *s, shrink_place place)
{
    prop_failure attempt = *s->best;
    shrink_file(s, &attempt, place)->packed = false;
    if (s->best->c.files[place.file].packed) shrink_try(s, &attempt);
    attempt = *s->best;
    shrink_file(s, &attempt, place)->cut = 0;
    if (s->best->c.files[place.file].cut > 0) shrink_try(s, &attempt);
    for (; place.section < s->best->c.files[place.file].section_count; place.section++) {
        attempt = *s->best;
        prop_section *section = shrink_section(s, &attempt, place);
        if (section->open.length == 0 && sl_text_equal(section->between, SL_TEXT("\n"))) continue;
        section->open = SL_TEXT("");
        section->between = section->close = SL_TEXT("\n");
        shrink_try(s, &attempt);
    }
}

static void shrink_files(shrink *s, bool bytes)
{
    shrink_place at = {0, 0};
    shrink_parts(s, open_files, at, 1);
    for (at.file = 0; at.file < s->best->c.file_count; at.file++) {
        at.section = 0;
        shrink_parts(s, open_sections, at, 1);
        shrink_frame(s, at);
        for (at.section = 0; at.section < s->best->c.files[at.file].section_count; at.section++) {
            shrink_parts(s, open_items, at, 1);
            const prop_section *section = &s->best->c.files[at.file].sections[at.section];
            for (uint32_t i = 0; bytes && i < section->item_count; i++) {
                shrink_text(s, text_item, at, i);
                section = &s->best->c.files[at.file].sections[at.section];
            }
        }
    }
}

void prop_shrink(prop_lab *lab, prop_failure *failure, sl_arena *arena, uint32_t tries)
{
    shrink s = {.lab = lab, .best = failure, .arena = arena, .tries = tries, .better = true};
    const shrink_place nowhere = {0, 0};
    for (bool bytes = false; s.better && s.tries > 0; bytes = true) {
        s.better = !bytes; /* at least one round goes down to the bytes */
        shrink_queries(&s);
        shrink_files(&s, bytes);
        shrink_parts(&s, open_stages, nowhere, 1);
        for (uint32_t i = 0; bytes && i < s.best->c.queries[s.best->query].stage_count; i++)
            shrink_text(&s, text_stage, nowhere, i);
        shrink_way(&s);
    }
}

/* --- telling --- */

/* As it is, with a second line that a shell understands when it cannot be read. */
static void print_bytes(sl_text bytes)
{
    bool odd = false;
    for (size_t i = 0; i < bytes.length; i++) {
        unsigned char c = (unsigned char)bytes.data[i];
        odd |= (c < ' ' && c != '\n') || c > '~';
        odd |= c == '\n' && (i == 0 || bytes.data[i - 1] == '\n');
    }
    fwrite(bytes.data, 1, bytes.length, stdout);
    if (bytes.length == 0 || bytes.data[bytes.length - 1] != '\n') putchar('\n');
    if (!odd) return;
    printf("# the same, byte by byte: ");
    for (size_t i = 0; i < bytes.length; i++) {
        unsigned char c = (unsigned char)bytes.data[i];
        if (c < ' ' || c > '~' || c == '\\') printf("\\%03o", c);
        else putchar(c);
    }
    putchar('\n');
}

static void print_query(const prop_query *query, uint64_t seed, const char *which, uint32_t files)
{
    sl_buffer text;
    sl_buffer_init(&text);
    prop_query_text(query, &text);
    printf("query %s seed-%llu%s from", query->cql ? "cql" : "spl", (unsigned long long)seed,
           which);
    for (uint32_t f = 0; f < files; f++) printf(" file-%u", f);
    printf("\n%s\n", text.data == NULL ? "" : text.data);
    sl_buffer_fini(&text);
}

void prop_print_failure(prop_lab *lab, const prop_failure *failure, uint64_t seed)
{
    const prop_case *c = &failure->c;
    sl_buffer text;
    sl_buffer_init(&text);
    prop_way_text(&failure->way, &text);
    printf("# differs: %s; %s\n", failure->what, text.data);
    printf("# profile %s%s%s%s%s\n", c->profile, c->earliest == NULL ? "" : ", earliest ",
           c->earliest == NULL ? "" : c->earliest, c->unique ? ", unique" : "",
           c->ordered ? ", ordered" : "");
    for (uint32_t f = 0; f < c->file_count; f++) {
        sl_buffer_clear(&text);
        prop_file_bytes(&c->files[f], &text);
        printf("load file-%u whole%s\n", f, c->files[f].packed ? " # packed" : "");
        print_bytes(sl_buffer_text(&text));
        putchar('\n');
    }
    sl_buffer_fini(&text);
    if (!prop_lab_write(lab, c)) return;
    for (uint32_t q = 0; q < c->query_count; q++) {
        if (q == failure->query) continue;
        print_query(&c->queries[q], seed, "-beside", c->file_count);
        putchar('\n');
    }
    print_query(&c->queries[failure->query], seed, "", c->file_count);
    sl_buffer_init(&text);
    shrink_judge(lab, failure, &text);
    fputs(text.data == NULL ? "" : text.data, stdout);
    sl_buffer_fini(&text);
    fflush(stdout);
}
