/* formats.c - strandline formats: the formats of logs, from the compiled catalog.
 *
 * What is printed is what a query sees, so it comes from the schemas and the recogniser, not from
 * the text of the files. */
#include "cli/cli.h"

#include "output/safe.h"

enum { FORMATS_TERM = 18, FORMATS_INDENT = 26 };

static const sl_text formats_no_text = {"", 0};

static void formats_value(sl_buffer *out, sl_value value)
{
    sl_plain_value(out, formats_no_text, value, NULL);
}

/* The tags of a presentation in one line: index=aws sourcetype=aws:cloudtrail. */
static void formats_tags(sl_buffer *out, const sl_presentation *presentation)
{
    for (uint32_t i = 0; i < presentation->tag_count; i++) {
        const sl_tag *tag = &presentation->tags[i];
        if (i > 0) sl_buffer_add_byte(out, ' ');
        sl_safe_text(out, tag->name);
        sl_buffer_add_byte(out, '=');
        formats_value(out, tag->value);
    }
}

/* "  term   line"; ends the line's buffer. Nothing when it is empty. */
static void formats_entry(sl_buffer *out, const char *term, sl_buffer *line, uint32_t width)
{
    if (line->length > 0)
        sl_cli_entry(out, sl_text_from(term), sl_buffer_text(line), FORMATS_TERM, width);
    out->failed |= line->failed;
    sl_buffer_fini(line);
}

static const sl_presentation *formats_find(const sl_schema *schema, sl_text name, sl_text profile)
{
    for (uint32_t i = 0; i < schema->presentation_count; i++) {
        const sl_presentation *presentation = &schema->presentations[i];
        if (sl_text_equal(presentation->name, name)
            && sl_text_equal(presentation->profile, profile))
            return presentation;
    }
    return NULL;
}

static const sl_presentation *formats_own(const sl_schema *schema)
{
    return formats_find(schema, formats_no_text, SL_TEXT("default"));
}

static void formats_list(const sl_catalog *catalog, sl_buffer *out, uint32_t width)
{
    for (uint32_t i = 0; i < catalog->count; i++) {
        const sl_schema *schema = catalog->formats[i].schema;
        const sl_presentation *own = formats_own(schema);
        if (i > 0) sl_buffer_add_byte(out, '\n');
        sl_buffer line;
        sl_buffer_init(&line);
        sl_cli_entry(out, schema->name, schema->title, FORMATS_TERM, width);
        if (own != NULL) formats_tags(&line, own);
        formats_entry(out, "", &line, width);
    }
    sl_buffer_add_string(out, "\nstrandline formats NAME prints what is known of one.\n");
}

static void formats_test(sl_buffer *out, const sl_recognise_test *test)
{
    sl_safe_text(out, test->key);
    for (uint32_t i = 0; i < test->value_count; i++) {
        sl_buffer_add_string(out, i == 0 ? " (" : ", ");
        sl_safe_text(out, test->values[i]);
    }
    if (test->value_count > 0) sl_buffer_add_byte(out, ')');
}

static void formats_tests(sl_buffer *out, const char *before, const sl_recognise_test *tests,
                          uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        sl_buffer_add_string(out, i > 0 ? ", " : before);
        formats_test(out, &tests[i]);
    }
}

static void formats_rules(sl_buffer *out, const char *title, const sl_recognise_rule *rules,
                          uint32_t count, uint32_t width)
{
    for (uint32_t i = 0; i < count; i++) {
        const sl_recognise_rule *rule = &rules[i];
        sl_buffer line;
        sl_buffer_init(&line);
        formats_tests(&line, "has ", rule->all, rule->all_count);
        formats_tests(&line, line.length > 0 ? "; and one of " : "has one of ", rule->any,
                      rule->any_count);
        formats_tests(&line, "; and none of ", rule->none, rule->none_count);
        formats_entry(out, i == 0 ? title : "or", &line, width);
    }
}

static void formats_envelopes(sl_buffer *out, const sl_recognise_format *format, uint32_t width)
{
    static const char *const kinds[] = {
        [SL_ENVELOPE_ARRAY] = "an array of records",
        [SL_ENVELOPE_OBJECT] = "a record",
        [SL_ENVELOPE_TEXT] = "objects with a record as text under",
    };
    for (uint32_t i = 0; i < format->envelope_count; i++) {
        const sl_envelope *envelope = &format->envelopes[i];
        sl_buffer line;
        sl_buffer_init(&line);
        sl_path_print(&line, envelope->path);
        sl_buffer_printf(&line, ": %s", kinds[envelope->kind]);
        if (envelope->kind == SL_ENVELOPE_TEXT) {
            sl_buffer_add_byte(&line, ' ');
            sl_safe_text(&line, envelope->text_key);
        }
        formats_entry(out, i == 0 ? "envelopes" : "", &line, width);
    }
}

static void formats_paths(sl_buffer *out, const char *title, const sl_path *paths, uint32_t count,
                          uint32_t width)
{
    sl_buffer line;
    sl_buffer_init(&line);
    for (uint32_t i = 0; i < count; i++) {
        if (i > 0) sl_buffer_add_string(&line, ", else ");
        sl_path_print(&line, paths[i]);
    }
    formats_entry(out, title, &line, width);
}

/* The derived fields that `base` (NULL: nothing) does not have just so. */
static void formats_derived(sl_buffer *out, const char *title, const sl_presentation *presentation,
                            const sl_presentation *base, uint32_t width)
{
    bool headed = false;
    for (uint32_t i = 0; i < presentation->derived_count; i++) {
        const sl_derived *derived = &presentation->derived[i], *same = NULL;
        if (base != NULL) same = sl_presentation_derived(base, derived->name);
        if (same != NULL && sl_text_equal(same->text, derived->text)) continue;
        if (!headed) {
            sl_buffer_printf(out, "\n%s\n", title);
            if (presentation->when_text.length > 0)
                sl_cli_entry(out, SL_TEXT("when"), presentation->when_text, FORMATS_TERM, width);
        }
        headed = true;
        sl_cli_entry(out, derived->name, derived->text, FORMATS_INDENT, width);
    }
}

static void formats_profiles(const sl_schema *schema, sl_buffer *out, uint32_t width)
{
    const sl_presentation *own = formats_own(schema);
    if (own != NULL) formats_derived(out, "Derived fields", own, NULL, width);
    for (uint32_t i = 0; i < schema->presentation_count; i++) {
        const sl_presentation *presentation = &schema->presentations[i];
        if (presentation == own || presentation->name.length > 0) continue;
        sl_buffer title;
        sl_buffer_init(&title);
        sl_buffer_add_string(&title, "Under the profile ");
        sl_safe_text(&title, presentation->profile);
        sl_buffer_add_string(&title, ", otherwise the same");
        formats_derived(out, title.data, presentation, own, width);
        out->failed |= title.failed;
        sl_buffer_fini(&title);
    }
}

static void formats_views(const sl_schema *schema, sl_buffer *out, uint32_t width)
{
    for (uint32_t i = 0; i < schema->presentation_count; i++) {
        const sl_presentation *view = &schema->presentations[i];
        if (view->name.length == 0 || !sl_text_equal(view->profile, SL_TEXT("default"))) continue;
        sl_buffer title;
        sl_buffer_init(&title);
        sl_buffer_add_string(&title, "As ");
        sl_safe_text(&title, view->name);
        sl_buffer_add_string(&title, " (");
        formats_tags(&title, view);
        sl_buffer_add_byte(&title, ')');
        if (view->when == NULL) sl_buffer_add_string(&title, ", all events");
        else sl_buffer_add_string(&title, ", the events of which `when` is true");
        formats_derived(out, title.data, view, NULL, width);
        out->failed |= title.failed;
        sl_buffer_fini(&title);
    }
}

static void formats_one(const sl_catalog *catalog, uint32_t number, sl_buffer *out, uint32_t width)
{
    const sl_catalog_format *entry = &catalog->formats[number];
    const sl_schema *schema = entry->schema;
    const sl_recognise_format *format = sl_recogniser_format(catalog->recogniser, number);
    const sl_presentation *own = formats_own(schema);
    sl_buffer line;
    sl_buffer_init(&line);
    sl_buffer_add(&line, schema->name);
    sl_buffer_add_string(&line, ": ");
    sl_buffer_add(&line, schema->title);
    sl_safe_text(out, sl_buffer_text(&line));
    sl_buffer_add_byte(out, '\n');
    if (schema->doc.length > 0) sl_cli_wrap(out, schema->doc, 0, 0, width);
    sl_buffer_add_byte(out, '\n');

    sl_cli_entry(out, SL_TEXT("file"), entry->path, FORMATS_TERM, width);
    sl_buffer_clear(&line);
    if (own != NULL) formats_tags(&line, own);
    formats_entry(out, "claims", &line, width);
    if (format->rule_count == 0)
        sl_cli_entry(out, SL_TEXT("recognised"), SL_TEXT("by nothing: it takes what is left"),
                     FORMATS_TERM, width);
    formats_rules(out, "recognised", format->rules, format->rule_count, width);
    formats_rules(out, "passed over", format->passed_over, format->passed_over_count, width);
    formats_envelopes(out, format, width);
    formats_paths(out, "time", schema->time_paths, schema->time_count, width);
    formats_paths(out, "identity", schema->identity_paths, schema->identity_count, width);
    formats_profiles(schema, out, width);
    formats_views(schema, out, width);
}

static void formats_json_field(sl_buffer *out, const char *key, sl_text text)
{
    sl_buffer_printf(out, "\"%s\":", key);
    sl_json_string(out, text);
    sl_buffer_add_byte(out, ',');
}

static void formats_json_presentation(sl_buffer *out, const sl_presentation *presentation)
{
    sl_buffer_add_byte(out, '{');
    formats_json_field(out, "profile", presentation->profile);
    if (presentation->name.length > 0) formats_json_field(out, "view", presentation->name);
    sl_buffer_add_string(out, "\"tags\":{");
    for (uint32_t i = 0; i < presentation->tag_count; i++) {
        if (i > 0) sl_buffer_add_byte(out, ',');
        sl_json_string(out, presentation->tags[i].name);
        sl_buffer_add_byte(out, ':');
        sl_json_value(out, formats_no_text, presentation->tags[i].value, NULL);
    }
    sl_buffer_add_string(out, "},\"fields\":{");
    for (uint32_t i = 0; i < presentation->derived_count; i++) {
        if (i > 0) sl_buffer_add_byte(out, ',');
        sl_json_string(out, presentation->derived[i].name);
        sl_buffer_add_byte(out, ':');
        sl_json_string(out, presentation->derived[i].text);
    }
    sl_buffer_add_string(out, "}}");
}

static void formats_json(const sl_catalog *catalog, uint32_t number, bool first, sl_buffer *out)
{
    const sl_catalog_format *entry = &catalog->formats[number];
    sl_buffer_add_string(out, first ? "[\n{" : ",\n{");
    formats_json_field(out, "name", entry->schema->name);
    formats_json_field(out, "title", entry->schema->title);
    formats_json_field(out, "doc", entry->schema->doc);
    formats_json_field(out, "file", entry->path);
    sl_buffer_add_string(out, "\"presentations\":[");
    for (uint32_t i = 0; i < entry->schema->presentation_count; i++) {
        if (i > 0) sl_buffer_add_byte(out, ',');
        formats_json_presentation(out, &entry->schema->presentations[i]);
    }
    sl_buffer_add_string(out, "]}");
}

static int formats_unknown(sl_cli *cli, const sl_catalog *catalog, const char *name)
{
    unsigned least = 4;
    sl_text nearest = formats_no_text;
    for (uint32_t i = 0; i < catalog->count; i++) {
        sl_text other = catalog->formats[i].schema->name;
        unsigned distance = sl_text_distance(sl_text_from(name), other, 3);
        if (distance >= least) continue;
        least = distance;
        nearest = other;
    }
    if (nearest.length == 0) sl_cli_say(cli, "no format '%s'", name);
    else sl_cli_say(cli, "no format '%s'; did you mean '%.*s'?", name, SL_TEXT_ARG(nearest));
    return SL_EXIT_QUERY;
}

/* Prints the format of this number, or all (SL_FORMAT_NONE). */
static int formats_print(sl_cli *cli, uint32_t number)
{
    const sl_catalog *catalog = sl_engine_catalog(cli->engine);
    uint32_t width = cli->terminal.width;
    sl_buffer out;
    sl_buffer_init(&out);
    if (cli->options.output == SL_WRITER_JSON) {
        bool first = true;
        for (uint32_t i = 0; i < catalog->count; i++) {
            if (number != SL_FORMAT_NONE && number != i) continue;
            formats_json(catalog, i, first, &out);
            first = false;
        }
        sl_buffer_add_string(&out, first ? "[]\n" : "\n]\n");
    } else if (number != SL_FORMAT_NONE) {
        formats_one(catalog, number, &out, width);
    } else {
        formats_list(catalog, &out, width);
    }
    sl_cli_print(cli, &out);
    int code = out.failed ? SL_EXIT_INPUT : SL_EXIT_OK;
    sl_buffer_fini(&out);
    return code;
}

int sl_cli_formats(sl_cli *cli)
{
    const sl_options *options = &cli->options;
    uint32_t number = SL_FORMAT_NONE;
    if (options->output != SL_WRITER_TABLE && options->output != SL_WRITER_JSON)
        return sl_cli_usage(cli, "the output is table or json");
    if (options->argument_count > 1) return sl_cli_usage(cli, "one format at a time");
    int code = sl_cli_engine(cli);
    if (code != SL_EXIT_OK) return code;
    const sl_catalog *catalog = sl_engine_catalog(cli->engine);
    if (options->argument_count == 1) {
        number = sl_catalog_find(catalog, sl_text_from(options->arguments[0]));
        if (number == SL_FORMAT_NONE) return formats_unknown(cli, catalog, options->arguments[0]);
    }
    return sl_cli_finish(cli, formats_print(cli, number));
}
