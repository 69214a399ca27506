/* library.c - reads definitions at once, tables when they are asked for. */
#include "engine/library.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/number.h"
#include "base/yaml.h"
#include "detect/file.h"
#include "engine/conf.h"
#include "engine/csv.h"
#include "source/path.h"

enum {
    LIBRARY_FILES_MAX = 20000,
    LIBRARY_ARGS_MAX = 32,
    LIBRARY_NAME_MAX = 1000,  /* bytes of a macro's name */
    LIBRARY_MATCHES_MAX = 100 /* rows of a table that one row may match, when nothing is said */
};

/* What is said of a lookup; its table once it was asked for. */
typedef struct library_lookup {
    sl_text name;
    sl_text file;       /* path of the CSV file; empty: not known */
    sl_text match_type; /* "WILDCARD(a), CIDR(b)" */
    sl_text default_match;
    sl_text fields; /* "a, b": of a collection */
    uint64_t matches_max, matches_min;
    bool nocase;
    bool collection; /* rows that only a server has */
    bool defined;    /* more than a file that is there */
    bool tried;
    sl_lookup *table;   /* NULL: not tried, or at fault */
    const char *reason; /* why it cannot be used */
    sl_lookup *header;  /* the columns alone; NULL: not tried */
    const char *header_reason;
} library_lookup;

struct sl_library {
    sl_arena arena;
    sl_map macro_names; /* "name/2" */
    sl_macro *macros;
    uint32_t macro_capacity;
    sl_map lookup_names;
    library_lookup *lookups;
    uint32_t lookup_capacity;
};

sl_library *sl_library_new(void)
{
    sl_library *library = sl_calloc(1, sizeof *library);
    if (library == NULL) return NULL;
    sl_arena_init(&library->arena, /* bytes_max= */ 0);
    sl_map_init(&library->macro_names);
    sl_map_init(&library->lookup_names);
    return library;
}

void sl_library_free(sl_library *library)
{
    if (library == NULL) return;
    sl_map_fini(&library->macro_names);
    sl_map_fini(&library->lookup_names);
    free(library->macros);
    free(library->lookups);
    sl_arena_fini(&library->arena);
    free(library);
}

/* --- macros --- */

/* "name/2" in `room`; an empty text when the name is too long for a macro's. */
static sl_text library_macro_key(char room[LIBRARY_NAME_MAX + 16], sl_text name, uint32_t arg_count)
{
    if (name.length > LIBRARY_NAME_MAX) return SL_TEXT("");
    if (name.length > 0) memcpy(room, name.data, name.length);
    int more = snprintf(room + name.length, 16, "/%u", arg_count);
    return sl_text_make(room, name.length + (size_t)more);
}

static bool library_add_macro(sl_library *library, sl_text name, const sl_macro *macro)
{
    char room[LIBRARY_NAME_MAX + 16];
    sl_text key = library_macro_key(room, name, macro->arg_count);
    if (key.length == 0) return true; /* nobody can name it */
    uint32_t number = sl_map_add(&library->macro_names, key);
    if (number == SL_MAP_NONE) return false;
    if (number >= library->macro_capacity) {
        uint32_t capacity = library->macro_capacity * 2 + 64;
        sl_macro *macros = sl_realloc(library->macros, capacity * sizeof *macros);
        if (macros == NULL) return false;
        memset(macros + library->macro_capacity, 0,
               (capacity - library->macro_capacity) * sizeof *macros);
        library->macros = macros;
        library->macro_capacity = capacity;
    }
    library->macros[number] = *macro;
    return true;
}

bool sl_library_macro(const sl_library *library, sl_text name, uint32_t arg_count, sl_macro *out)
{
    char room[LIBRARY_NAME_MAX + 16];
    uint32_t number = sl_map_find(&library->macro_names, library_macro_key(room, name, arg_count));
    if (number == SL_MAP_NONE || library->macros[number].definition.data == NULL) return false;
    *out = library->macros[number];
    return true;
}

/* --- lookups --- */

static library_lookup *library_find(sl_library *library, sl_text name)
{
    uint32_t number = sl_map_find(&library->lookup_names, name);
    return number == SL_MAP_NONE ? NULL : &library->lookups[number];
}

/* The lookup of this name, new or old; NULL when memory ends. */
static library_lookup *library_open(sl_library *library, sl_text name)
{
    uint32_t number = sl_map_add(&library->lookup_names, name);
    if (number == SL_MAP_NONE) return NULL;
    if (number >= library->lookup_capacity) {
        uint32_t capacity = library->lookup_capacity * 2 + 64;
        library_lookup *lookups = sl_realloc(library->lookups, capacity * sizeof *lookups);
        if (lookups == NULL) return NULL;
        memset(lookups + library->lookup_capacity, 0,
               (capacity - library->lookup_capacity) * sizeof *lookups);
        library->lookups = lookups;
        library->lookup_capacity = capacity;
    }
    library_lookup *lookup = &library->lookups[number];
    if (lookup->name.data == NULL)
        *lookup = (library_lookup){.name = sl_map_key(&library->lookup_names, number),
                                   .matches_max = LIBRARY_MATCHES_MAX};
    return lookup;
}

/* "WILDCARD(a)" at `at` of a match_type: the way and the column; goes behind it. */
static bool library_match_at(sl_text text, size_t *at, sl_text *out_way, sl_text *out_column)
{
    while (*at < text.length && (text.data[*at] == ',' || text.data[*at] == ' ')) (*at)++;
    size_t open = sl_text_find_byte(text, '(', *at);
    size_t close = open == SIZE_MAX ? SIZE_MAX : sl_text_find_byte(text, ')', open);
    if (close == SIZE_MAX) return false;
    *out_way = sl_text_trim(sl_text_slice(text, *at, open));
    *out_column = sl_text_trim(sl_text_slice(text, open + 1, close));
    *at = close + 1;
    return true;
}

static const char *library_fault(sl_library *library, const char *format, ...) SL_PRINTF(2, 3);
static const char *library_fault(sl_library *library, const char *format, ...)
{
    sl_buffer text;
    sl_buffer_init(&text);
    va_list args;
    va_start(args, format);
    sl_buffer_vprintf(&text, format, args);
    va_end(args);
    sl_text copy =
        text.failed ? (sl_text){NULL, 0} : sl_arena_copy(&library->arena, sl_buffer_text(&text));
    sl_buffer_fini(&text);
    return copy.data == NULL ? "out of memory" : copy.data;
}

/* How each column is compared. NULL, or why match_type is at fault. */
static const char *library_matches(sl_library *library, const library_lookup *lookup,
                                   sl_lookup *table)
{
    sl_lookup_match *matches =
        SL_ARENA_ARRAY(&library->arena, table->column_count, sl_lookup_match);
    if (matches == NULL) return "out of memory";
    for (uint32_t c = 0; c < table->column_count; c++)
        matches[c] = lookup->nocase ? SL_LOOKUP_NOCASE : SL_LOOKUP_EXACT;
    table->matches = matches;
    size_t at = 0;
    sl_text way, column;
    while (library_match_at(lookup->match_type, &at, &way, &column)) {
        uint32_t c = 0;
        while (c < table->column_count && !sl_text_equal(table->columns[c], column)) c++;
        if (c == table->column_count) continue; /* published lookups have such; it means nothing */
        if (sl_text_equal_nocase(way, SL_TEXT("WILDCARD")))
            matches[c] = lookup->nocase ? SL_LOOKUP_WILDCARD_NOCASE : SL_LOOKUP_WILDCARD;
        else if (sl_text_equal_nocase(way, SL_TEXT("CIDR"))) matches[c] = SL_LOOKUP_CIDR;
        else if (!sl_text_equal_nocase(way, SL_TEXT("EXACT")))
            return library_fault(library, "its match_type has '%.*s', which is no way to match",
                                 SL_TEXT_ARG(way));
    }
    return NULL;
}

/* The columns of a collection; its rows are in a store of the vendor's server. There it is empty,
 * too, until somebody runs the searches that fill it. */
static const char *library_collection(sl_library *library, const library_lookup *lookup,
                                      sl_lookup *table)
{
    if (!lookup->collection) return "it names no CSV file";
    uint32_t room = 1;
    for (size_t i = 0; i < lookup->fields.length; i++) room += lookup->fields.data[i] == ',';
    sl_text *columns = SL_ARENA_ARRAY(&library->arena, room, sl_text);
    if (columns == NULL) return "out of memory";
    for (size_t at = 0; at < lookup->fields.length;) {
        size_t end = sl_text_find_byte(lookup->fields, ',', at);
        if (end == SIZE_MAX) end = lookup->fields.length;
        sl_text name = sl_text_trim(sl_text_slice(lookup->fields, at, end));
        if (name.length > 0 && !sl_text_equal(name, SL_TEXT("_key")))
            columns[table->column_count++] = name;
        at = end + 1;
    }
    table->columns = columns;
    table->unfilled = true;
    if (table->column_count > 0) return NULL;
    return "its rows are in a KV store, which is not here: put them into --lookups as a CSV file "
           "of its name";
}

/* The table's columns, and its rows if they take at most `bytes_max`; 0: not its rows. */
static const char *library_rows(sl_library *library, const library_lookup *lookup, size_t bytes_max,
                                sl_lookup *table)
{
    if (lookup->file.length == 0) return library_collection(library, lookup, table);
    sl_buffer reason;
    sl_buffer_init(&reason);
    const char *fault = NULL;
    sl_arena *arena = &library->arena;
    if (bytes_max == 0 ? !sl_csv_header(lookup->file, arena, table, &reason)
                       : !sl_csv_load(lookup->file, bytes_max, arena, table, &reason))
        fault = library_fault(library, "%.*s: %s", SL_TEXT_ARG(lookup->file),
                              reason.data == NULL ? "out of memory" : reason.data);
    sl_buffer_fini(&reason);
    return fault;
}

static const char *library_load(sl_library *library, library_lookup *lookup, size_t bytes_max)
{
    sl_lookup *table = SL_ARENA_NEW(&library->arena, sl_lookup);
    if (table == NULL) return "out of memory";
    const char *fault = library_rows(library, lookup, bytes_max, table);
    if (fault == NULL) fault = library_matches(library, lookup, table);
    if (fault != NULL) return fault;
    table->name = lookup->name;
    table->matches_max = lookup->matches_max > UINT32_MAX ? 0 : (uint32_t)lookup->matches_max;
    if (lookup->matches_min > 0) table->default_match = lookup->default_match;
    lookup->table = table;
    return NULL;
}

const sl_lookup *sl_library_lookup(sl_library *library, sl_text name, size_t bytes_max,
                                   const char **out_reason)
{
    *out_reason = NULL;
    library_lookup *lookup = library_find(library, name);
    if (lookup == NULL) return NULL;
    if (!lookup->tried) lookup->reason = library_load(library, lookup, bytes_max);
    lookup->tried = true;
    *out_reason = lookup->reason;
    return lookup->table;
}

const sl_text *sl_library_columns(sl_library *library, sl_text name, uint32_t *out_count,
                                  const char **out_reason)
{
    *out_reason = NULL;
    library_lookup *lookup = library_find(library, name);
    if (lookup == NULL) return NULL;
    if (lookup->header == NULL) {
        lookup->header = SL_ARENA_NEW(&library->arena, sl_lookup);
        if (lookup->header == NULL) return NULL;
        lookup->header_reason = library_rows(library, lookup, /* bytes_max= */ 0, lookup->header);
    }
    *out_reason = lookup->header_reason;
    *out_count = lookup->header->column_count;
    return *out_reason == NULL ? lookup->header->columns : NULL;
}

/* --- what files say --- */

typedef struct library_reader {
    sl_library *library;
    sl_text directory; /* of the files being read */
    sl_text root;      /* the directory that was asked for */
    sl_buffer *faults;
    bool failed; /* memory ended */
} library_reader;

static void library_say(library_reader *r, sl_text path, const char *what)
{
    sl_buffer_printf(r->faults, "%.*s: %s\n", SL_TEXT_ARG(path), what);
}

static sl_text library_copy(library_reader *r, sl_text text)
{
    sl_text copy = sl_arena_copy(&r->library->arena, text);
    r->failed |= copy.data == NULL;
    return copy;
}

/* What was read of it may not be what it is now. */
static void library_forget(library_lookup *lookup)
{
    lookup->tried = false;
    lookup->table = NULL;
    lookup->header = NULL;
}

/* A CSV file is a lookup by its name, and by its name without extension where no other lookup has
 * that. */
static void library_csv(library_reader *r, sl_text path, sl_text name)
{
    sl_text names[2] = {name, sl_text_slice(name, 0, name.length - 4)};
    for (size_t i = 0; i < SL_COUNT(names); i++) {
        library_lookup *lookup = library_open(r->library, names[i]);
        r->failed |= lookup == NULL;
        if (lookup == NULL) return;
        /* One that is said to be elsewhere stays so; one of the KV store has its rows here. */
        if (lookup->defined && !lookup->collection && i == 1) continue;
        lookup->file = library_copy(r, path);
        library_forget(lookup);
    }
}

/* The file that a definition names stands in the folder `lookups`, or beside the definition. */
static sl_text library_file(library_reader *r, sl_text name)
{
    struct stat about;
    sl_arena *arena = &r->library->arena;
    if (name.length == 0 || sl_text_find_byte(name, '/', 0) != SIZE_MAX) return SL_TEXT("");
    sl_text path =
        sl_arena_printf(arena, "%.*s/lookups/%.*s", SL_TEXT_ARG(r->root), SL_TEXT_ARG(name));
    if (path.data != NULL && sl_path_stat(path, &about) != 0)
        path = sl_arena_printf(arena, "%.*s/%.*s", SL_TEXT_ARG(r->directory), SL_TEXT_ARG(name));
    r->failed |= path.data == NULL;
    return path;
}

/* What a definition says under its keys, however it is written. */
typedef struct library_definition {
    sl_text name, filename, collection, fields, match_type, default_match;
    sl_text matches_max, matches_min, case_sensitive;
} library_definition;

static uint64_t library_count(sl_text text, uint64_t other)
{
    int64_t number;
    return sl_integer_parse(text, &number) && number >= 0 ? (uint64_t)number : other;
}

static void library_define(library_reader *r, const library_definition *d)
{
    library_lookup *lookup = library_open(r->library, d->name);
    r->failed |= lookup == NULL;
    if (lookup == NULL) return;
    lookup->defined = true;
    library_forget(lookup);
    lookup->match_type = library_copy(r, d->match_type);
    lookup->default_match = library_copy(r, d->default_match);
    lookup->fields = library_copy(r, d->fields);
    lookup->nocase = !sl_conf_bool(d->case_sensitive, /* other= */ true);
    lookup->matches_max = library_count(d->matches_max, LIBRARY_MATCHES_MAX);
    lookup->matches_min = library_count(d->matches_min, 0);
    if (d->filename.length > 0) lookup->file = library_file(r, d->filename);
    lookup->collection = d->filename.length == 0 && d->collection.length > 0;
}

static void library_define_macro(library_reader *r, sl_text name, sl_text definition,
                                 const sl_text *args, uint32_t arg_count)
{
    sl_text *names = SL_ARENA_ARRAY(&r->library->arena, arg_count, sl_text);
    if (names == NULL) {
        r->failed = true;
        return;
    }
    for (uint32_t i = 0; i < arg_count; i++) names[i] = library_copy(r, args[i]);
    sl_macro macro = {.definition = library_copy(r, sl_text_trim(definition)),
                      .arg_names = names,
                      .arg_count = arg_count};
    r->failed |= !library_add_macro(r->library, name, &macro);
}

/* --- YAML --- */

static sl_text library_scalar(const sl_yaml_node *root, const char *key)
{
    const sl_yaml_node *node = sl_yaml_get(root, key);
    return node == NULL ? (sl_text){NULL, 0} : sl_yaml_text(node);
}

static void library_yaml_macro(library_reader *r, const sl_yaml_node *root, sl_text path)
{
    sl_text args[LIBRARY_ARGS_MAX];
    const sl_yaml_node *list = sl_yaml_get(root, "arguments");
    uint32_t count = list == NULL ? 0 : sl_yaml_count(list);
    if (count > LIBRARY_ARGS_MAX) {
        library_say(r, path, "a macro has at most 32 arguments");
        return;
    }
    for (uint32_t i = 0; i < count; i++) args[i] = sl_yaml_text(sl_yaml_at(list, i));
    library_define_macro(r, library_scalar(root, "name"), library_scalar(root, "definition"), args,
                         count);
}

/* The texts of a list with commas between them; the text itself of a scalar. */
static void library_join(const sl_yaml_node *root, const char *key, sl_buffer *out)
{
    const sl_yaml_node *list = sl_yaml_get(root, key);
    if (list != NULL) sl_buffer_add(out, sl_yaml_text(list));
    for (uint32_t i = 0; list != NULL && i < sl_yaml_count(list); i++) {
        sl_buffer_add(out, sl_yaml_text(sl_yaml_at(list, i)));
        sl_buffer_add_byte(out, ',');
    }
}

static void library_yaml_lookup(library_reader *r, const sl_yaml_node *root, sl_text file_name)
{
    library_definition d = {.name = library_scalar(root, "name"),
                            .filename = library_scalar(root, "filename"),
                            .collection = library_scalar(root, "collection"),
                            .default_match = library_scalar(root, "default_match"),
                            .matches_max = library_scalar(root, "max_matches"),
                            .matches_min = library_scalar(root, "min_matches"),
                            .case_sensitive = library_scalar(root, "case_sensitive_match")};
    /* From 2025 on the kind is said, and the file has the name of the definition's. */
    sl_text type = library_scalar(root, "lookup_type");
    sl_buffer beside;
    sl_buffer_init(&beside);
    if (sl_text_equal(type, SL_TEXT("csv")) && d.filename.length == 0) {
        sl_buffer_add(&beside, sl_text_slice(file_name, 0, file_name.length - 4));
        sl_buffer_add_string(&beside, ".csv");
        d.filename = sl_buffer_text(&beside);
    }
    if (sl_text_equal(type, SL_TEXT("kvstore"))) d.collection = d.name;
    sl_buffer match_type, fields;
    sl_buffer_init(&match_type);
    sl_buffer_init(&fields);
    library_join(root, "match_type", &match_type);
    library_join(root, sl_yaml_get(root, "fields") != NULL ? "fields" : "fields_list", &fields);
    d.match_type = sl_buffer_text(&match_type);
    d.fields = sl_buffer_text(&fields);
    r->failed |= beside.failed || match_type.failed || fields.failed;
    library_define(r, &d);
    sl_buffer_fini(&fields);
    sl_buffer_fini(&match_type);
    sl_buffer_fini(&beside);
}

static void library_yaml(library_reader *r, sl_text path, sl_text file_name, sl_text text)
{
    sl_diags *diags = sl_calloc(1, sizeof *diags);
    if (diags == NULL) {
        r->failed = true;
        return;
    }
    sl_diags_init(diags);
    sl_yaml *yaml = sl_yaml_parse(text, diags);
    if (yaml == NULL) {
        library_say(r, path, diags->count > 0 ? diags->items[0].message : "out of memory");
    } else {
        const sl_yaml_node *root = sl_yaml_root(yaml);
        bool named =
            sl_yaml_kind_of(root) == SL_YAML_MAPPING && library_scalar(root, "name").length > 0;
        if (named && sl_yaml_get(root, "definition") != NULL) library_yaml_macro(r, root, path);
        else if (named
                 && (sl_yaml_get(root, "filename") != NULL
                     || sl_yaml_get(root, "collection") != NULL
                     || sl_yaml_get(root, "lookup_type") != NULL))
            library_yaml_lookup(r, root, file_name);
    }
    sl_yaml_free(yaml);
    free(diags);
}

/* --- .conf --- */

/* "name(2)": the name and how many arguments. */
static sl_text library_macro_stanza(sl_text stanza, uint32_t *out_count)
{
    size_t open = sl_text_find_byte(stanza, '(', 0);
    *out_count = 0;
    if (open == SIZE_MAX) return stanza;
    int64_t number;
    sl_text inside = sl_text_slice(stanza, open + 1, stanza.length - 1);
    if (sl_integer_parse(inside, &number) && number >= 0 && number <= LIBRARY_ARGS_MAX)
        *out_count = (uint32_t)number;
    return sl_text_trim(sl_text_slice(stanza, 0, open));
}

static void library_conf_macro(library_reader *r, const sl_conf *conf, const sl_conf_stanza *of)
{
    sl_text stanza = of->name, path = of->file;
    uint32_t wanted, count = 0;
    sl_text args[LIBRARY_ARGS_MAX];
    sl_text name = library_macro_stanza(stanza, &wanted);
    sl_text list = sl_conf_get(conf, stanza, "args");
    sl_text definition = sl_conf_get(conf, stanza, "definition");
    if (definition.length == 0) return;
    if (sl_conf_bool(sl_conf_get(conf, stanza, "iseval"), /* other= */ false)) {
        sl_buffer_printf(r->faults, "%.*s: macro '%.*s' computes its text (iseval): not run here\n",
                         SL_TEXT_ARG(path), SL_TEXT_ARG(name));
        return;
    }
    for (size_t at = 0; at < list.length && count < LIBRARY_ARGS_MAX;) {
        size_t comma = sl_text_find_byte(list, ',', at);
        if (comma == SIZE_MAX) comma = list.length;
        args[count++] = sl_text_trim(sl_text_slice(list, at, comma));
        at = comma + 1;
    }
    if (count != wanted) {
        sl_buffer_printf(r->faults, "%.*s: macro '%.*s' names %u arguments\n", SL_TEXT_ARG(path),
                         SL_TEXT_ARG(stanza), count);
        return;
    }
    library_define_macro(r, name, definition, args, count);
}

static void library_conf_lookup(library_reader *r, const sl_conf *conf, sl_text stanza)
{
    library_definition d = {.name = stanza,
                            .filename = sl_conf_get(conf, stanza, "filename"),
                            .collection = sl_conf_get(conf, stanza, "collection"),
                            .fields = sl_conf_get(conf, stanza, "fields_list"),
                            .match_type = sl_conf_get(conf, stanza, "match_type"),
                            .default_match = sl_conf_get(conf, stanza, "default_match"),
                            .matches_max = sl_conf_get(conf, stanza, "max_matches"),
                            .matches_min = sl_conf_get(conf, stanza, "min_matches"),
                            .case_sensitive = sl_conf_get(conf, stanza, "case_sensitive_match")};
    if (d.filename.length > 0 || d.collection.length > 0) library_define(r, &d);
}

/* The .conf files of the directory, local/ over default/. */
static void library_conf(library_reader *r)
{
    sl_conf *macros = sl_conf_new(&r->library->arena), *lookups = sl_conf_new(&r->library->arena);
    if (macros == NULL || lookups == NULL) {
        r->failed = true;
        return;
    }
    r->directory = r->root;
    (void)sl_conf_add_app(macros, r->root, "macros.conf", r->faults);
    (void)sl_conf_add_app(lookups, r->root, "transforms.conf", r->faults);
    r->failed |= macros->failed || lookups->failed;
    for (uint32_t i = 0; i < macros->stanza_names.count; i++)
        library_conf_macro(r, macros, &macros->stanzas[i]);
    for (uint32_t i = 0; i < lookups->stanza_names.count; i++)
        library_conf_lookup(r, lookups, lookups->stanzas[i].name);
}

/* --- directories --- */

static int library_wanted(const struct dirent *entry)
{
    sl_text name = sl_text_from(entry->d_name);
    if (name.length < 5 || name.data[0] == '.') return 0;
    return sl_text_ends(name, SL_TEXT(".csv")) || sl_text_ends(name, SL_TEXT(".yml"))
        || sl_text_ends(name, SL_TEXT(".yaml"));
}

static int library_compare(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static void library_entry(library_reader *r, const char *name)
{
    sl_arena scratch;
    sl_arena_init(&scratch, /* bytes_max= */ 0);
    sl_text path = sl_arena_printf(&scratch, "%.*s/%s", SL_TEXT_ARG(r->directory), name);
    sl_text file = sl_text_from(name), text;
    const char *reason;
    if (path.data == NULL) {
        r->failed = true;
    } else if (sl_text_ends(file, SL_TEXT(".csv"))) {
        library_csv(r, path, file);
    } else {
        sl_status status = sl_file_read(path, &scratch, &text, &reason);
        r->failed |= status == SL_NOMEM;
        if (status == SL_IO) library_say(r, path, reason);
        else if (status == SL_OK) library_yaml(r, path, file, text);
    }
    sl_arena_fini(&scratch);
}

/* False when the directory cannot be read: errno says why. */
static bool library_directory(library_reader *r)
{
    struct dirent **entries = NULL;
    sl_text path = library_copy(r, r->directory);
    if (path.data == NULL) return true;
    int count = scandir(path.data, &entries, library_wanted, library_compare);
    if (count < 0) return false;
    if (count > LIBRARY_FILES_MAX) library_say(r, r->directory, "more than 20,000 files");
    for (int i = 0; i < count; i++) {
        if (count <= LIBRARY_FILES_MAX && !r->failed) library_entry(r, entries[i]->d_name);
        free(entries[i]);
    }
    free(entries);
    return true;
}

bool sl_library_add(sl_library *library, sl_text directory, sl_buffer *faults)
{
    static const char *const below[] = {"lookups", "macros"};
    library_reader r = {
        .library = library, .directory = directory, .root = directory, .faults = faults};
    if (!library_directory(&r)) {
        library_say(&r, directory, sl_path_error(errno));
        return false;
    }
    for (size_t i = 0; i < SL_COUNT(below) && !r.failed; i++) {
        r.directory = sl_arena_printf(&library->arena, "%.*s/%s", SL_TEXT_ARG(directory), below[i]);
        if (r.directory.data == NULL) r.failed = true;
        else if (!library_directory(&r) && errno != ENOENT && errno != ENOTDIR)
            library_say(&r, r.directory, sl_path_error(errno));
    }
    if (!r.failed) library_conf(&r);
    if (r.failed) sl_buffer_add_string(faults, "out of memory\n");
    return !r.failed;
}
