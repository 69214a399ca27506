/* yaml.h - YAML files as a read-only tree with places, over libfyaml.
 *
 * libfyaml rejects duplicate keys and keeps the text of scalars (08 stays "08"); nobody above
 * this file sees its types.
 *
 * Owner:    the caller of sl_yaml_parse.
 * Lifetime: nodes and texts until sl_yaml_free.
 * Threads:  one at a time. */
#ifndef SL_BASE_YAML_H
#define SL_BASE_YAML_H

#include "base/arena.h"
#include "base/text_map.h"

typedef struct sl_yaml sl_yaml;
typedef struct sl_yaml_node sl_yaml_node;

typedef enum sl_yaml_kind { SL_YAML_SCALAR, SL_YAML_SEQUENCE, SL_YAML_MAPPING } sl_yaml_kind;

/* Parses one document. On failure NULL, with an error in `diags` (spans in `text`). Depth is
 * limited to 64, aliases are expanded at most 1,000 times. `text` must outlive the tree. */
sl_yaml *sl_yaml_parse(sl_text text, sl_diags *diags);
void sl_yaml_free(sl_yaml *yaml);
/* The root, never NULL; an empty document is an empty mapping. */
const sl_yaml_node *sl_yaml_root(const sl_yaml *yaml);

sl_yaml_kind sl_yaml_kind_of(const sl_yaml_node *node);
sl_span sl_yaml_span(const sl_yaml_node *node);
/* The scalar's text after unquoting and folding; {NULL, 0} for others and for a null. */
sl_text sl_yaml_text(const sl_yaml_node *node);
/* Where that text stands in `file`, the text that was parsed. False when memory ends. */
bool sl_yaml_map(const sl_yaml_node *node, sl_text file, sl_arena *arena,
                 sl_text_map *out) SL_MUST_USE;
/* True for ~, null and an empty plain scalar. */
bool sl_yaml_is_null(const sl_yaml_node *node);
/* True when the scalar was written in quotes or as a block. */
bool sl_yaml_is_quoted(const sl_yaml_node *node);
/* Number of items of a sequence or pairs of a mapping, 0 for scalars. */
uint32_t sl_yaml_count(const sl_yaml_node *node);
/* Item of a sequence, or value of a mapping, by position. */
const sl_yaml_node *sl_yaml_at(const sl_yaml_node *node, uint32_t index);
/* Key of a mapping's pair by position, and its place. */
sl_text sl_yaml_key_at(const sl_yaml_node *node, uint32_t index);
sl_span sl_yaml_key_span_at(const sl_yaml_node *node, uint32_t index);
/* The value behind `key`, or NULL. */
const sl_yaml_node *sl_yaml_get(const sl_yaml_node *node, const char *key);

#endif
