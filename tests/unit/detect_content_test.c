/* detect_content_test.c - published detections of both schemas, and where a checkout is. */
#include "detect/content.h"

#include <stdlib.h>
#include <sys/stat.h>

#include "test.h"

typedef struct content_kit {
    char directory[64];
    sl_arena arena;
    sl_diags diags;
    sl_detection detection;
    sl_status status;
} content_kit;

static void kit_init(content_kit *kit)
{
    strcpy(kit->directory, "/tmp/sl-content-XXXXXX");
    if (mkdtemp(kit->directory) == NULL) TEST_FAIL("no directory");
    sl_arena_init(&kit->arena, 0);
}

static void kit_fini(content_kit *kit)
{
    char command[128];
    snprintf(command, sizeof command, "rm -rf %s", kit->directory);
    if (system(command) != 0) TEST_FAIL("%s", command);
    sl_arena_fini(&kit->arena);
}

static const char *kit_path(const content_kit *kit, const char *name)
{
    static char path[256];
    snprintf(path, sizeof path, "%s/%s", kit->directory, name);
    return path;
}

static void kit_file(const content_kit *kit, const char *name, const char *text)
{
    FILE *file = fopen(kit_path(kit, name), "w");
    if (file == NULL) {
        TEST_FAIL("%s", name);
        return;
    }
    fputs(text, file);
    fclose(file);
}

static void kit_load(content_kit *kit, const char *text)
{
    kit_file(kit, "x.yml", text);
    sl_diags_init(&kit->diags);
    kit->status = sl_content_load(sl_text_from(kit_path(kit, "x.yml")), &kit->arena, &kit->diags,
                                  &kit->detection);
}

static sl_text first_guess(const content_kit *kit, sl_alert_part part)
{
    const sl_detection_names *names = &kit->detection.guesses[part];
    return names->count == 0 ? SL_TEXT("(none)") : names->names[0];
}

TEST(reads_the_schema_with_tags)
{
    content_kit kit;
    kit_init(&kit);
    kit_load(&kit,
             "name: Some Thing\nid: 12-ab\nversion: 4\ndate: '2024-09-30'\n"
             "status: production\ntype: TTP\nsearch: '`cloudtrail` eventName=X\n\n  | stats"
             " count by user_arn'\ntags:\n  confidence: 80\n  impact: 100\n"
             "  mitre_attack_id:\n  - T1537\n  - T1098.001\n  observable:\n"
             "  - name: who\n    type: User\n    role:\n    - Attacker\n"
             "  - name: from\n    type: IP Address\n    role:\n    - Attacker\n"
             "  - name: what\n    type: Other\n    role:\n    - Victim\n"
             "tests:\n- name: True Positive Test\n");
    CHECK_INT(SL_OK, kit.status);
    const sl_detection *d = &kit.detection;
    CHECK_TEXT("Some Thing", d->title);
    CHECK_TEXT("12-ab", d->id);
    CHECK_TEXT("T1537, T1098.001", d->technique);
    CHECK_TEXT("splunk-addon", d->profile);
    CHECK(d->published && !d->deprecated && d->language == SL_LANG_SPL);
    CHECK_INT(SL_SEVERITY_HIGH, d->severity); /* 80 */
    CHECK(sl_text_starts(d->query_text, SL_TEXT("`cloudtrail` eventName=X")));
    CHECK_TEXT("who", first_guess(&kit, SL_ALERT_ACTOR));
    CHECK_TEXT("from", first_guess(&kit, SL_ALERT_ADDRESS));
    CHECK_TEXT("what", first_guess(&kit, SL_ALERT_RESOURCE));
    CHECK_TEXT("firstTime", first_guess(&kit, SL_ALERT_TIME));
    kit_fini(&kit);
}

TEST(reads_the_schema_with_a_finding)
{
    content_kit kit;
    kit_init(&kit);
    kit_load(&kit,
             "name: New\nid: 1\ncreation_date: '2026-09-29'\nstatus: production\n"
             "type: TTP\nsearch: |-\n  `cloudtrail` a=b\n  | stats count by user\n"
             "finding:\n  title: User $user$ did\n  entity:\n    field: login\n"
             "    type: user\n    score: 90\nthreat_objects:\n  - field: peer\n"
             "    type: ip_address\nmitre_attack_id:\n  - T1555.006\n");
    CHECK_INT(SL_OK, kit.status);
    CHECK_INT(SL_SEVERITY_CRITICAL, kit.detection.severity);
    CHECK_TEXT("T1555.006", kit.detection.technique);
    CHECK_TEXT("login", first_guess(&kit, SL_ALERT_ACTOR));
    CHECK_TEXT("peer", first_guess(&kit, SL_ALERT_ADDRESS));
    kit_load(&kit,
             "name: A\nid: 1\ntype: Anomaly\nsearch: x\nrba:\n  risk_objects:\n"
             "  - field: user\n    type: user\n    score: 25\n  - {field: h, type: system, "
             "score: 41}\n");
    CHECK_INT(SL_SEVERITY_MEDIUM, kit.detection.severity); /* the highest */
    kit_load(&kit, "name: H\nid: 1\ntype: Hunting\nsearch: x\nstatus: deprecated\n");
    CHECK_INT(SL_SEVERITY_INFORMATIONAL, kit.detection.severity);
    CHECK(kit.detection.deprecated);
    kit_fini(&kit);
}

TEST(says_what_is_missing)
{
    content_kit kit;
    kit_init(&kit);
    kit_load(&kit, "name: A\nid: 1\n");
    CHECK_INT(SL_QUERY, kit.status);
    CHECK(kit.diags.count == 1
          && strcmp(kit.diags.items[0].message, "no detection: 'search' is missing") == 0);
    kit_load(&kit, "- 1\n");
    CHECK_INT(SL_QUERY, kit.status);
    kit_load(&kit, "name: [\n");
    CHECK_INT(SL_QUERY, kit.status);
    kit_load(&kit,
             "name: A\nid: 1\nsearch: [x]\ntags: text\nfinding: 3\nrba: [1, [2, [3, [4]]]]\n");
    CHECK_INT(SL_QUERY, kit.status);
    kit_load(&kit, "title: x\nlogsource: {product: aws}\ndetection: {condition: a}\n");
    CHECK(kit.diags.count == 1 && kit.diags.items[0].code == SL_DIAG_REFUSED);
    kit_fini(&kit);
}

TEST(knows_where_the_search_stands)
{
    content_kit kit;
    kit_init(&kit);
    kit_load(&kit, "name: A\nid: 1\nsearch: 'a=''b''\n  | evil'\n");
    size_t at = sl_text_find(kit.detection.query_text, SL_TEXT("evil"), 0);
    sl_span span =
        sl_text_map_span(&kit.detection.query_map, (sl_span){(uint32_t)at, (uint32_t)at + 4});
    CHECK_TEXT("evil", sl_text_slice(kit.detection.query_source, span.start, span.end));
    CHECK_INT(4, sl_place_at(kit.detection.query_source, span.start).line);
    kit_fini(&kit);
}

TEST(finds_a_checkout)
{
    content_kit kit;
    sl_text root;
    const sl_text *paths;
    uint32_t count;
    kit_init(&kit);
    mkdir(kit_path(&kit, "detections"), 0700);
    mkdir(kit_path(&kit, "detections/cloud"), 0700);
    kit_file(&kit, "detections/cloud/b.yml", "x");
    kit_file(&kit, "detections/a.yml", "x");
    kit_file(&kit, "detections/readme.md", "x");
    CHECK_INT(SL_OK, sl_content_root(sl_text_from(kit.directory), &kit.arena, &root));
    CHECK_INT(0, root.length); /* no macros beside it: detections of another kind */
    mkdir(kit_path(&kit, "macros"), 0700);
    CHECK_INT(SL_OK,
              sl_content_root(sl_text_from(kit_path(&kit, "detections/cloud")), &kit.arena, &root));
    CHECK(sl_text_ends(root, sl_text_from(kit.directory)));
    CHECK_INT(SL_OK, sl_content_find(sl_text_from(kit.directory), &kit.arena, &paths, &count));
    CHECK(count == 2 && sl_text_ends(paths[0], SL_TEXT("/detections/a.yml")));
    CHECK_INT(SL_OK,
              sl_content_find(sl_text_from(kit_path(&kit, "detections/cloud/b.yml")), &kit.arena,
                              &paths, &count));
    CHECK_INT(1, count);
    CHECK_INT(SL_OK, sl_content_root(SL_TEXT("/nonexistent"), &kit.arena, &root));
    CHECK_INT(0, root.length);
    kit_fini(&kit);
}

TEST_MAIN(RUN(reads_the_schema_with_tags) RUN(reads_the_schema_with_a_finding)
              RUN(says_what_is_missing) RUN(knows_where_the_search_stands) RUN(finds_a_checkout))
