/* yaml.c - builds the tree from libfyaml's events.
 *
 * The events are used rather than libfyaml's own documents, because the limits, the repeated
 * keys and the places are then ours: depth, aliases (which share their node, yet count with all
 * that is inside them, so that a few lines cannot grow without end) and size are checked while
 * the tree grows, without recursion. libfyaml stops in silence at bytes that are not UTF-8; so
 * the text is checked first. Its messages are collected, never printed. */
#include "base/yaml.h"

#include <assert.h>
#include <libfyaml.h>

#include "base/arena.h"
#include "base/map.h"
#include "base/memory.h"
#include "base/utf8.h"

enum {
    YAML_TEXT_MAX = 4 << 20,
    YAML_ARENA_MAX = 256 << 20,
    YAML_DEPTH_MAX = 64,
    YAML_EXPANSIONS_MAX = 1000,
    YAML_ANCHORS_MAX = 1000,
    YAML_NODES_MAX = 1000000, /* with every alias counted as what it stands for */
    YAML_FEW_KEYS = 16
};

/* An item of a sequence, or a pair of a mapping. */
typedef struct yaml_entry {
    const sl_yaml_node *node;
    sl_text key;
    sl_span key_span;
} yaml_entry;

struct sl_yaml_node {
    sl_yaml_kind kind;
    bool quoted, null;
    bool open; /* its end has not been seen */
    sl_span span;
    sl_text text;
    yaml_entry *entries;
    uint32_t count;
    uint32_t height;     /* of the tree below it, 0 for a scalar */
    uint32_t nodes;      /* in it, itself too, aliases expanded */
    uint32_t expansions; /* of aliases in it */
};

struct sl_yaml {
    sl_arena arena;
    sl_yaml_node *root;
};

/* A collection whose end has not been seen. */
typedef struct yaml_frame {
    sl_yaml_node *node;
    uint32_t capacity;
    bool has_key;
    sl_text key;
    sl_span key_span;
} yaml_frame;

typedef struct yaml_builder {
    sl_text text;
    sl_diags *diags;
    sl_yaml *yaml;
    yaml_frame stack[YAML_DEPTH_MAX];
    uint32_t depth;
    uint32_t last_end; /* where what was read last ended */
    uint32_t document_count;
    uint32_t error_count; /* of the caller's, before */
    bool ended;           /* the end of the text was reached */
    sl_map anchors;
    sl_yaml_node **anchored; /* by number in `anchors` */
} yaml_builder;

static bool yaml_no_memory(yaml_builder *builder)
{
    sl_diag_error(builder->diags, SL_DIAG_LIMIT, (sl_span){0, 0}, "the file needs too much memory");
    return false;
}

static bool yaml_is_control(uint32_t code)
{
    return (code < 0x20 && code != '\t' && code != '\n' && code != '\r') || code == 0x7F;
}

/* False, and an error, when the text holds what no YAML file may. */
static bool yaml_check_text(sl_text text, sl_diags *diags)
{
    if (text.length > YAML_TEXT_MAX) {
        sl_diag_error(diags, SL_DIAG_LIMIT, (sl_span){0, 0}, "the file is larger than 4 MiB");
        return false;
    }
    bool valid = sl_utf8_valid(text);
    for (size_t at = 0, bytes; at < text.length; at += bytes) {
        uint32_t code;
        bytes = sl_utf8_decode(text, at, &code);
        bool broken = !valid && bytes == 1 && code == 0xFFFD;
        if (!broken && !yaml_is_control(code)) continue;
        sl_span span = {(uint32_t)at, (uint32_t)(at + bytes)};
        if (broken) sl_diag_error(diags, SL_DIAG_FORMAT, span, "this is not UTF-8");
        else sl_diag_error(diags, SL_DIAG_FORMAT, span, "a control character");
        return false;
    }
    return true;
}

/* Byte offset of a 1-based line and column, as libfyaml counts them. */
static uint32_t yaml_offset_at(sl_text text, int line, int column)
{
    size_t at = 0;
    for (; line > 1; line--) {
        size_t newline = sl_text_find_byte(text, '\n', at);
        if (newline == SIZE_MAX) return (uint32_t)text.length;
        at = newline + 1;
    }
    for (; column > 1 && at < text.length && text.data[at] != '\n'; column--) {
        uint32_t code;
        at += sl_utf8_decode(text, at, &code);
    }
    return (uint32_t)at;
}

static uint32_t yaml_clamp(const yaml_builder *builder, size_t offset)
{
    return (uint32_t)(offset < builder->text.length ? offset : builder->text.length);
}

/* The event's place; where it has none, the end of what came before. */
static sl_span yaml_event_span(const yaml_builder *builder, struct fy_event *event)
{
    const struct fy_mark *start = fy_event_start_mark(event), *end = fy_event_end_mark(event);
    if (start == NULL || end == NULL) return (sl_span){builder->last_end, builder->last_end};
    sl_span span = {yaml_clamp(builder, start->input_pos), yaml_clamp(builder, end->input_pos)};
    if (span.end < span.start) span.end = span.start;
    return span;
}

static sl_yaml_node *yaml_new_node(yaml_builder *builder, sl_yaml_kind kind, sl_span span)
{
    sl_yaml_node *node = SL_ARENA_NEW(&builder->yaml->arena, sl_yaml_node);
    if (node == NULL) {
        yaml_no_memory(builder);
        return NULL;
    }
    node->kind = kind;
    node->span = span;
    node->nodes = 1;
    return node;
}

static bool yaml_add_entry(yaml_builder *builder, yaml_frame *frame, const sl_yaml_node *node)
{
    sl_yaml_node *parent = frame->node;
    if (parent->count == frame->capacity) {
        uint32_t capacity = frame->capacity == 0 ? 4 : frame->capacity * 2;
        yaml_entry *entries = SL_ARENA_ARRAY(&builder->yaml->arena, capacity, yaml_entry);
        if (entries == NULL) return yaml_no_memory(builder);
        if (parent->count > 0) memcpy(entries, parent->entries, parent->count * sizeof *entries);
        parent->entries = entries;
        frame->capacity = capacity;
    }
    parent->entries[parent->count++] = (yaml_entry){node, frame->key, frame->key_span};
    frame->has_key = false;
    frame->key = (sl_text){NULL, 0};
    return true;
}

/* Adds what is in `node` to what is in `parent`; false, and an error, at a limit. */
static bool yaml_weigh(yaml_builder *builder, sl_yaml_node *parent, const sl_yaml_node *node,
                       sl_span span)
{
    parent->nodes += node->nodes;
    parent->expansions += node->expansions;
    if (parent->height < node->height + 1) parent->height = node->height + 1;
    if (parent->expansions > YAML_EXPANSIONS_MAX || parent->nodes > YAML_NODES_MAX) {
        sl_diag_error(builder->diags, SL_DIAG_LIMIT, span,
                      "more than %d aliases, or %d values in them", YAML_EXPANSIONS_MAX,
                      YAML_NODES_MAX);
        return false;
    }
    if (builder->depth + node->height > YAML_DEPTH_MAX) {
        sl_diag_error(builder->diags, SL_DIAG_LIMIT, span, "nested more than %d deep",
                      YAML_DEPTH_MAX);
        return false;
    }
    return true;
}

/* Puts a finished node, standing at `span`, where it belongs: the innermost collection, or the
 * root. */
static bool yaml_place(yaml_builder *builder, sl_yaml_node *node, sl_span span)
{
    if (span.end > builder->last_end) builder->last_end = span.end;
    if (builder->depth == 0) {
        builder->yaml->root = node;
        return true;
    }
    yaml_frame *frame = &builder->stack[builder->depth - 1];
    if (!yaml_weigh(builder, frame->node, node, span)) return false;
    if (frame->node->kind == SL_YAML_SEQUENCE || frame->has_key)
        return yaml_add_entry(builder, frame, node);
    if (node->kind != SL_YAML_SCALAR || node->null) {
        sl_diag_error(builder->diags, SL_DIAG_FORMAT, span, "a key must be a text");
        return false;
    }
    frame->has_key = true;
    frame->key = node->text;
    frame->key_span = span;
    return true;
}

/* Remembers the node under the event's anchor, if it has one. */
static bool yaml_anchor(yaml_builder *builder, struct fy_event *event, sl_yaml_node *node)
{
    struct fy_token *token = fy_event_get_anchor_token(event);
    if (token == NULL) return true;
    if (builder->anchored == NULL)
        builder->anchored = SL_ARENA_ARRAY(&builder->yaml->arena, YAML_ANCHORS_MAX, sl_yaml_node *);
    if (builder->anchored == NULL) return yaml_no_memory(builder);
    size_t length = 0;
    const char *name = fy_token_get_text(token, &length);
    if (name == NULL) return yaml_no_memory(builder);
    uint32_t number = sl_map_add(&builder->anchors, sl_text_make(name, length));
    if (number == SL_MAP_NONE) return yaml_no_memory(builder);
    if (number >= YAML_ANCHORS_MAX) {
        sl_diag_error(builder->diags, SL_DIAG_LIMIT, node->span, "more than %d anchors",
                      YAML_ANCHORS_MAX);
        return false;
    }
    builder->anchored[number] = node;
    return true;
}

static bool yaml_add_alias(yaml_builder *builder, struct fy_event *event)
{
    sl_span span = yaml_event_span(builder, event);
    if (span.start > 0 && builder->text.data[span.start - 1] == '*') span.start--;
    size_t length = 0;
    const char *name = fy_token_get_text(event->alias.anchor, &length);
    sl_text text = sl_text_make(name, name == NULL ? 0 : length);
    uint32_t number = sl_map_find(&builder->anchors, text);
    if (number == SL_MAP_NONE) {
        sl_diag_error(builder->diags, SL_DIAG_FORMAT, span, "no anchor '%.*s'", SL_TEXT_ARG(text));
        return false;
    }
    sl_yaml_node *target = builder->anchored[number];
    if (target->open) {
        sl_diag_error(builder->diags, SL_DIAG_FORMAT, span, "an alias inside what it stands for");
        return false;
    }
    /* A node of its own with the place of the alias; the contents are shared. */
    sl_yaml_node *node = yaml_new_node(builder, target->kind, span);
    if (node == NULL) return false;
    *node = *target;
    node->span = span;
    node->expansions++;
    return yaml_place(builder, node, span);
}

/* False, and an error, for a tag other than !!str, which makes a text of what follows. */
static bool yaml_take_tag(yaml_builder *builder, struct fy_event *event, bool *out_text)
{
    struct fy_token *token = fy_event_get_tag_token(event);
    if (token == NULL) return true;
    const struct fy_mark *start = fy_token_start_mark(token), *end = fy_token_end_mark(token);
    sl_span span = {builder->last_end, builder->last_end};
    if (start != NULL) span.start = yaml_clamp(builder, start->input_pos);
    if (end != NULL) span.end = yaml_clamp(builder, end->input_pos);
    sl_text tag = sl_text_slice(builder->text, span.start, span.end);
    *out_text = sl_text_equal(tag, SL_TEXT("!!str")) || sl_text_equal(tag, SL_TEXT("!"));
    if (*out_text) return true;
    sl_diag_error(builder->diags, SL_DIAG_FORMAT, span, "a tag that is not known here");
    return false;
}

static bool yaml_says_null(sl_text t)
{
    return t.length == 0 || sl_text_equal(t, SL_TEXT("~")) || sl_text_equal(t, SL_TEXT("null"))
        || sl_text_equal(t, SL_TEXT("Null")) || sl_text_equal(t, SL_TEXT("NULL"));
}

/* The scalar's place with its quotes. */
static sl_span yaml_with_quotes(sl_text text, sl_span span, enum fy_scalar_style style)
{
    if (style != FYSS_SINGLE_QUOTED && style != FYSS_DOUBLE_QUOTED) return span;
    char quote = style == FYSS_SINGLE_QUOTED ? '\'' : '"';
    if (span.start > 0 && text.data[span.start - 1] == quote) span.start--;
    if (span.end < text.length && text.data[span.end] == quote) span.end++;
    return span;
}

static bool yaml_is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* The white space from `at` on: the end of one line is a space, of more are one less, and the
 * blanks around them go; blanks alone stay. Where it ends. */
static size_t yaml_fold(sl_text raw, size_t at, sl_buffer *out)
{
    size_t end = at;
    unsigned lines = 0;
    while (end < raw.length && yaml_is_space(raw.data[end])) lines += raw.data[end++] == '\n';
    if (lines == 0) sl_buffer_add(out, sl_text_slice(raw, at, end));
    if (lines == 1) sl_buffer_add_byte(out, ' ');
    for (; lines > 1; lines--) sl_buffer_add_byte(out, '\n');
    return end;
}

/* libfyaml 0.7 loses bytes behind two doubled quotes in a row: such a scalar is read here. */
static void yaml_read_single(sl_text raw, sl_buffer *out)
{
    sl_text inside = sl_text_slice(raw, 0, raw.length - 1);
    for (size_t at = 1; at < inside.length;) {
        if (yaml_is_space(inside.data[at])) {
            at = yaml_fold(inside, at, out);
            continue;
        }
        sl_buffer_add_byte(out, inside.data[at]);
        at += inside.data[at] == '\'' ? 2 : 1;
    }
}

/* The scalar's text as it is kept, or NULL: memory ended. */
static const char *yaml_keep_text(yaml_builder *builder, sl_span span, enum fy_scalar_style style,
                                  sl_text text, sl_text *out)
{
    sl_text raw = sl_text_slice(builder->text, span.start, span.end);
    sl_buffer read;
    sl_buffer_init(&read);
    if (style == FYSS_SINGLE_QUOTED && sl_text_find(raw, SL_TEXT("''''"), 1) != SIZE_MAX) {
        yaml_read_single(raw, &read);
        text = sl_buffer_text(&read);
    }
    *out = read.failed ? (sl_text){NULL, 0} : sl_arena_copy(&builder->yaml->arena, text);
    sl_buffer_fini(&read);
    return out->data;
}

static bool yaml_add_scalar(yaml_builder *builder, struct fy_event *event)
{
    struct fy_token *token = event->scalar.value;
    size_t length = 0;
    const char *data = token == NULL ? "" : fy_token_get_text(token, &length);
    if (data == NULL) return yaml_no_memory(builder);
    enum fy_scalar_style style = token == NULL ? FYSS_PLAIN : fy_token_scalar_style(token);
    /* libfyaml 0.7 gives a block that is empty at the end of the file a NUL byte. */
    if ((style == FYSS_LITERAL || style == FYSS_FOLDED) && length == 1 && data[0] == '\0')
        length = 0;
    sl_span span = yaml_with_quotes(builder->text, yaml_event_span(builder, event), style);

    sl_yaml_node *node = yaml_new_node(builder, SL_YAML_SCALAR, span);
    if (node == NULL) return false;
    node->quoted = style != FYSS_PLAIN && style != FYSS_ANY;
    bool text = false;
    if (!yaml_take_tag(builder, event, &text)) return false;
    node->quoted = node->quoted || text;
    node->null = !node->quoted && yaml_says_null(sl_text_make(data, length));
    if (!node->null) {
        sl_text read = sl_text_make(data, length);
        if (yaml_keep_text(builder, span, style, read, &node->text) == NULL)
            return yaml_no_memory(builder);
    }
    return yaml_anchor(builder, event, node) && yaml_place(builder, node, span);
}

static bool yaml_begin(yaml_builder *builder, struct fy_event *event, sl_yaml_kind kind)
{
    sl_span span = yaml_event_span(builder, event);
    if (builder->depth == YAML_DEPTH_MAX) {
        sl_diag_error(builder->diags, SL_DIAG_LIMIT, span, "nested more than %d deep",
                      YAML_DEPTH_MAX);
        return false;
    }
    sl_yaml_node *node = yaml_new_node(builder, kind, span);
    bool text;
    if (node == NULL || !yaml_take_tag(builder, event, &text)) return false;
    node->open = true;
    if (span.end > builder->last_end) builder->last_end = span.end;
    builder->stack[builder->depth++] = (yaml_frame){.node = node};
    return yaml_anchor(builder, event, node);
}

/* The position of the first key that stood before, or the count. */
static uint32_t yaml_find_repeated(const sl_yaml_node *node)
{
    if (node->count <= YAML_FEW_KEYS) {
        for (uint32_t i = 1; i < node->count; i++)
            for (uint32_t j = 0; j < i; j++)
                if (sl_text_equal(node->entries[i].key, node->entries[j].key)) return i;
        return node->count;
    }
    sl_map seen;
    uint32_t i = 0;
    sl_map_init(&seen);
    while (i < node->count && sl_map_add(&seen, node->entries[i].key) == i) i++;
    sl_map_fini(&seen);
    return i;
}

static bool yaml_end(yaml_builder *builder, struct fy_event *event)
{
    assert(builder->depth > 0);
    sl_span span = yaml_event_span(builder, event);
    sl_yaml_node *node = builder->stack[--builder->depth].node;
    node->open = false;
    /* Block collections end with their last item, not where the next line begins. */
    node->span.end = span.end > span.start ? span.end : builder->last_end;
    if (node->span.end < node->span.start) node->span.end = node->span.start;
    uint32_t repeated = node->count;
    if (node->kind == SL_YAML_MAPPING) repeated = yaml_find_repeated(node);
    if (repeated < node->count) {
        const yaml_entry *entry = &node->entries[repeated];
        sl_diag_error(builder->diags, SL_DIAG_FORMAT, entry->key_span, "the key '%.*s' is repeated",
                      SL_TEXT_ARG(entry->key));
        return false;
    }
    return yaml_place(builder, node, node->span);
}

static bool yaml_begin_document(yaml_builder *builder, struct fy_event *event)
{
    if (builder->document_count++ == 0) return true;
    sl_diag_error(builder->diags, SL_DIAG_FORMAT, yaml_event_span(builder, event),
                  "a second document, where one is expected");
    return false;
}

/* True when nothing but blanks stands behind the stream's end. */
static bool yaml_is_all_read(const yaml_builder *builder, struct fy_event *event)
{
    sl_span span = yaml_event_span(builder, event);
    return sl_text_trim(sl_text_slice(builder->text, span.end, builder->text.length)).length == 0;
}

static bool yaml_take_event(yaml_builder *builder, struct fy_event *event)
{
    switch (event->type) {
    case FYET_DOCUMENT_START: return yaml_begin_document(builder, event);
    case FYET_SCALAR: return yaml_add_scalar(builder, event);
    case FYET_ALIAS: return yaml_add_alias(builder, event);
    case FYET_SEQUENCE_START: return yaml_begin(builder, event, SL_YAML_SEQUENCE);
    case FYET_MAPPING_START: return yaml_begin(builder, event, SL_YAML_MAPPING);
    case FYET_SEQUENCE_END:
    case FYET_MAPPING_END: return yaml_end(builder, event);
    case FYET_STREAM_END: builder->ended = yaml_is_all_read(builder, event); return true;
    default: return true;
    }
}

/* libfyaml's messages, as ours. */
static void yaml_report(yaml_builder *builder, struct fy_diag *diag)
{
    void *at = NULL;
    struct fy_diag_error *error;
    while ((error = fy_diag_errors_iterate(diag, &at)) != NULL) {
        uint32_t start = yaml_offset_at(builder->text, error->line, error->column);
        sl_span span = {start, yaml_clamp(builder, (size_t)start + 1)};
        sl_diag_error(builder->diags, SL_DIAG_FORMAT, span, "%s", error->msg);
    }
    if (builder->diags->error_count == builder->error_count)
        sl_diag_error(builder->diags, SL_DIAG_FORMAT, (sl_span){0, 0}, "this is not YAML");
}

/* Where libfyaml would print. */
static void yaml_print_nothing(struct fy_diag *diag, void *user, const char *text, size_t length)
{
    (void)diag, (void)user, (void)text, (void)length;
}

static struct fy_diag *yaml_new_diag(void)
{
    struct fy_diag_cfg config;
    fy_diag_cfg_default(&config);
    config.fp = NULL;
    config.output_fn = yaml_print_nothing;
    config.level = FYET_ERROR;
    config.colorize = false;
    struct fy_diag *diag = sl_fail_alloc() ? NULL : fy_diag_create(&config);
    if (diag != NULL) fy_diag_set_collect_errors(diag, true);
    return diag;
}

static bool yaml_build(yaml_builder *builder)
{
    bool built = false;
    struct fy_parser *parser = NULL;
    struct fy_event *event;
    struct fy_diag *diag = yaml_new_diag();
    if (diag == NULL) return yaml_no_memory(builder);
    struct fy_parse_cfg config = {
        /* Published files have quoted texts that go on at the beginning of a line, which YAML
         * forbids and every other reader takes. */
        .flags = FYPCF_QUIET | FYPCF_COLLECT_DIAG | FYPCF_JSON_NONE | FYPCF_DEFAULT_VERSION_1_2
            | FYPCF_SLOPPY_FLOW_INDENTATION,
        .diag = diag,
    };
    if (!sl_fail_alloc()) parser = fy_parser_create(&config);
    if (parser == NULL || fy_parser_set_string(parser, builder->text.data, builder->text.length)) {
        yaml_no_memory(builder);
        goto done;
    }
    while ((event = fy_parser_parse(parser)) != NULL) {
        bool taken = yaml_take_event(builder, event);
        fy_parser_event_free(parser, event);
        if (!taken) goto done;
    }
    if (fy_parser_get_stream_error(parser) || !builder->ended || builder->depth > 0) {
        yaml_report(builder, diag);
        goto done;
    }
    built = true;
done:
    fy_parser_destroy(parser);
    fy_diag_destroy(diag);
    return built;
}

sl_yaml *sl_yaml_parse(sl_text text, sl_diags *diags)
{
    assert(diags != NULL);

    if (text.length == 0) text.data = "";
    if (!yaml_check_text(text, diags)) return NULL;
    yaml_builder *builder = sl_calloc(1, sizeof *builder);
    sl_yaml *yaml = sl_calloc(1, sizeof *yaml);
    bool built = false;
    if (builder == NULL || yaml == NULL) {
        sl_diag_error(diags, SL_DIAG_LIMIT, (sl_span){0, 0}, "out of memory");
        goto done;
    }
    sl_arena_init(&yaml->arena, YAML_ARENA_MAX);
    *builder = (yaml_builder){.text = text, .diags = diags, .yaml = yaml};
    builder->error_count = diags->error_count;
    sl_map_init(&builder->anchors);
    built = yaml_build(builder);
    if (built && (yaml->root == NULL || yaml->root->null)) {
        sl_span span = yaml->root == NULL ? (sl_span){0, 0} : yaml->root->span;
        yaml->root = yaml_new_node(builder, SL_YAML_MAPPING, span);
        built = yaml->root != NULL;
    }
    sl_map_fini(&builder->anchors);
done:
    free(builder);
    if (built) return yaml;
    sl_yaml_free(yaml);
    return NULL;
}

void sl_yaml_free(sl_yaml *yaml)
{
    if (yaml == NULL) return;
    sl_arena_fini(&yaml->arena);
    free(yaml);
}

const sl_yaml_node *sl_yaml_root(const sl_yaml *yaml)
{
    assert(yaml != NULL);
    return yaml->root;
}

sl_yaml_kind sl_yaml_kind_of(const sl_yaml_node *node)
{
    return node->kind;
}

sl_span sl_yaml_span(const sl_yaml_node *node)
{
    return node->span;
}

sl_text sl_yaml_text(const sl_yaml_node *node)
{
    return node->text;
}

bool sl_yaml_is_null(const sl_yaml_node *node)
{
    return node->null;
}

bool sl_yaml_is_quoted(const sl_yaml_node *node)
{
    return node->quoted;
}

uint32_t sl_yaml_count(const sl_yaml_node *node)
{
    return node->count;
}

const sl_yaml_node *sl_yaml_at(const sl_yaml_node *node, uint32_t index)
{
    assert(index < node->count);
    return node->entries[index].node;
}

sl_text sl_yaml_key_at(const sl_yaml_node *node, uint32_t index)
{
    assert(index < node->count);
    return node->entries[index].key;
}

sl_span sl_yaml_key_span_at(const sl_yaml_node *node, uint32_t index)
{
    assert(index < node->count);
    return node->entries[index].key_span;
}

const sl_yaml_node *sl_yaml_get(const sl_yaml_node *node, const char *key)
{
    sl_text name = sl_text_from(key);
    if (node->kind != SL_YAML_MAPPING) return NULL;
    for (uint32_t i = 0; i < node->count; i++)
        if (sl_text_equal(node->entries[i].key, name)) return node->entries[i].node;
    return NULL;
}
