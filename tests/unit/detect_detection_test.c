/* detect_detection_test.c - detection files: sound, faulty, hostile, and where they are found. */
#include "detect/detection.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "test.h"

typedef struct detection_kit {
    char directory[64];
    sl_arena arena;
    sl_diags diags;
    sl_detection detection;
    sl_status status;
} detection_kit;

static void kit_init(detection_kit *kit)
{
    strcpy(kit->directory, "/tmp/sl-detect-XXXXXX");
    if (mkdtemp(kit->directory) == NULL) TEST_FAIL("no directory");
    sl_arena_init(&kit->arena, 0);
}

static void kit_fini(detection_kit *kit)
{
    char command[128];
    snprintf(command, sizeof command, "rm -rf %s", kit->directory);
    if (system(command) != 0) TEST_FAIL("%s", command);
    sl_arena_fini(&kit->arena);
}

static void kit_path(const detection_kit *kit, const char *name, char out[160])
{
    snprintf(out, 160, "%s/%s", kit->directory, name);
}

static void kit_file(const detection_kit *kit, const char *name, const char *text)
{
    char path[160];
    kit_path(kit, name, path);
    FILE *file = fopen(path, "w");
    if (file == NULL) {
        TEST_FAIL("%s", path);
        return;
    }
    fputs(text, file);
    fclose(file);
}

static void kit_load(detection_kit *kit, const char *text)
{
    char path[160];
    kit_path(kit, "x.detection.yml", path);
    kit_file(kit, "x.detection.yml", text);
    sl_diags_init(&kit->diags);
    kit->status = sl_detection_load(sl_text_from(path), &kit->arena, &kit->diags, &kit->detection);
}

#define HEAD "id: a-1\ntitle: Some title\nseverity: high\n"
#define TAIL "query: q.spl\nalert:\n  time: _time\n  actor: user\n"

TEST(loads_all_keys)
{
    detection_kit kit;
    kit_init(&kit);
    kit_file(&kit, "q.spl", "index=aws");
    kit_load(&kit,
             HEAD "technique: T1578.004\ntactic: Defense Evasion\nprofile: splunk-addon\n"
                  "language: cql\nsource: a page\n" TAIL);
    CHECK_INT(SL_OK, kit.status);
    CHECK_INT(0, kit.diags.count);
    CHECK_TEXT("a-1", kit.detection.id);
    CHECK_TEXT("Some title", kit.detection.title);
    CHECK_TEXT("T1578.004", kit.detection.technique);
    CHECK_TEXT("splunk-addon", kit.detection.profile);
    CHECK_TEXT("a page", kit.detection.origin);
    CHECK_INT(SL_SEVERITY_HIGH, kit.detection.severity);
    CHECK_INT(SL_LANG_CQL, kit.detection.language);
    CHECK_TEXT("index=aws", kit.detection.query_text);
    CHECK(sl_text_ends(kit.detection.query_path, SL_TEXT("/q.spl")));
    CHECK_TEXT("_time", kit.detection.columns[SL_ALERT_TIME]);
    CHECK_TEXT("user", kit.detection.columns[SL_ALERT_ACTOR]);
    CHECK_INT(0, kit.detection.columns[SL_ALERT_SCORE].length);
    kit_fini(&kit);
}

TEST(has_defaults)
{
    detection_kit kit;
    kit_init(&kit);
    kit_file(&kit, "q.spl", "x");
    kit_load(&kit, HEAD TAIL);
    CHECK_INT(SL_OK, kit.status);
    CHECK_TEXT("default", kit.detection.profile);
    CHECK_INT(SL_LANG_SPL, kit.detection.language);
    kit_fini(&kit);
}

/* The faults of a file, by their messages. */
static void check_fault(const char *text, const char *message, const char *hint)
{
    detection_kit kit;
    bool found = false;
    kit_init(&kit);
    kit_file(&kit, "q.spl", "x");
    kit_load(&kit, text);
    CHECK_INT(SL_QUERY, kit.status);
    for (uint32_t i = 0; i < kit.diags.count; i++) {
        const sl_diag *diag = &kit.diags.items[i];
        if (strcmp(diag->message, message) != 0) continue;
        found = true;
        if (hint != NULL) CHECK_TEXT(hint, sl_text_from(diag->hint));
        CHECK(diag->span.end <= kit.detection.source.length);
    }
    if (!found)
        TEST_FAIL("no '%s', but '%s'", message,
                  kit.diags.count == 0 ? "nothing" : kit.diags.items[0].message);
    kit_fini(&kit);
}

TEST(is_strict_about_keys)
{
    check_fault(HEAD TAIL "sevrity: low\n", "no key 'sevrity' in a detection",
                "did you mean 'severity'?");
    check_fault(HEAD TAIL "  operatoin: x\n", "no part 'operatoin' of an alert",
                "did you mean 'operation'?");
    check_fault("title: x\nseverity: low\n" TAIL, "'id' is missing", NULL);
    check_fault("", "'id', 'title', 'severity', 'query', 'alert' are missing", NULL);
    check_fault("[1, 2]\n", "a detection is a mapping of keys to values", NULL);
    check_fault("just text\n", "a detection is a mapping of keys to values", NULL);
}

TEST(is_strict_about_values)
{
    check_fault("id: a\ntitle: b\nseverity: hgih\n" TAIL, "no severity 'hgih'",
                "did you mean 'high'?");
    check_fault("id: a b\ntitle: b\nseverity: low\n" TAIL,
                "an id is made of letters, digits, '-', '_' and '.'", NULL);
    check_fault(HEAD "technique: 1578\n" TAIL, "not the number of an ATT&CK technique", NULL);
    check_fault(HEAD "technique: T1578.04\n" TAIL, "not the number of an ATT&CK technique", NULL);
    check_fault(HEAD "language: sql\n" TAIL, "no language 'sql'", "did you mean 'spl'?");
    check_fault(HEAD "profile: []\n" TAIL, "expected a text here", NULL);
    check_fault(HEAD "profile:\n" TAIL, "there is no text here", NULL);
    check_fault(HEAD "query: q.spl\nalert: _time\n", "expected the columns of an alert here", NULL);
}

TEST(says_all_faults_at_once)
{
    detection_kit kit;
    kit_init(&kit);
    kit_load(&kit, "id: a b\nseverity: none\nfoo: 1\nquery: q.spl\nalert: {tmie: x}\n");
    CHECK_INT(SL_QUERY, kit.status);
    CHECK_INT(6, kit.diags.error_count); /* and the query and the title that are not there */
    kit_fini(&kit);
}

TEST(reads_queries_beside_it_only)
{
    check_fault(HEAD "query: /etc/passwd\nalert: {}\n",
                "the query must be a file beside this one, or below", NULL);
    check_fault(HEAD "query: ../q.spl\nalert: {}\n",
                "the query must be a file beside this one, or below", NULL);
    check_fault(HEAD "query: a/../../q.spl\nalert: {}\n",
                "the query must be a file beside this one, or below", NULL);
    check_fault(HEAD "query: a/..\nalert: {}\n",
                "the query must be a file beside this one, or below", NULL);
    check_fault(HEAD "query: none.spl\nalert: {}\n",
                "the query cannot be read: No such file or directory", NULL);
    check_fault(HEAD "query: .\nlanguage: spl\nalert: {}\n",
                "the query cannot be read: it is a directory", NULL);
    check_fault(HEAD "query: q.txt\nalert: {}\n", "the query's name does not tell its language",
                "name it .spl or .cql, or add the key 'language'");
}

TEST(refuses_what_is_no_yaml)
{
    detection_kit kit;
    kit_init(&kit);
    kit_load(&kit, "id: [unclosed\n");
    CHECK_INT(SL_QUERY, kit.status);
    CHECK(kit.diags.error_count > 0);
    kit_load(&kit, "id: a\nid: b\n");
    CHECK_INT(SL_QUERY, kit.status);
    kit_load(&kit, "id: \xFF\xFE\n");
    CHECK_INT(SL_QUERY, kit.status);
    kit_fini(&kit);
}

TEST(says_what_cannot_be_read)
{
    detection_kit kit;
    kit_init(&kit);
    sl_diags_init(&kit.diags);
    CHECK_INT(SL_IO,
              sl_detection_load(SL_TEXT("/nowhere/x.detection.yml"), &kit.arena, &kit.diags,
                                &kit.detection));
    CHECK_TEXT("cannot be read: No such file or directory",
               sl_text_from(kit.diags.items[0].message));
    sl_diags_init(&kit.diags);
    CHECK_INT(
        SL_IO,
        sl_detection_load(sl_text_from(kit.directory), &kit.arena, &kit.diags, &kit.detection));
    kit_fini(&kit);
}

TEST(loads_the_published_ones)
{
    sl_arena arena;
    const sl_text *paths;
    uint32_t count;
    sl_arena_init(&arena, 0);
    CHECK_INT(SL_OK,
              sl_files_find(SL_TEXT(SL_SOURCE_DIR "/detections"), sl_detection_is_file, &arena,
                            &paths, &count));
    CHECK(count >= 2);
    for (uint32_t i = 0; i < count; i++) {
        sl_diags diags;
        sl_detection detection;
        sl_diags_init(&diags);
        CHECK_INT(SL_OK, sl_detection_load(paths[i], &arena, &diags, &detection));
        CHECK(detection.query_text.length > 0);
    }
    sl_arena_fini(&arena);
}

TEST(finds_them_in_order)
{
    detection_kit kit;
    const sl_text *paths;
    uint32_t count;
    char path[160];
    static const char *const directories[] = {"b", "a", "a/deep", ".hidden", "detection.yml.d"};
    kit_init(&kit);
    for (size_t i = 0; i < SL_COUNT(directories); i++) {
        kit_path(&kit, directories[i], path);
        CHECK_INT(0, mkdir(path, 0700));
    }
    kit_file(&kit, "b/detection.yml", "");
    kit_file(&kit, "a/deep/two.detection.yml", "");
    kit_file(&kit, "a/one.detection.yml", "");
    kit_file(&kit, "a/other.yml", "");
    kit_file(&kit, ".hidden/detection.yml", "");
    kit_path(&kit, "a/loop", path);
    CHECK_INT(0, symlink("..", path));
    CHECK_INT(SL_OK,
              sl_files_find(sl_text_from(kit.directory), sl_detection_is_file, &kit.arena, &paths,
                            &count));
    CHECK_INT(3, count);
    CHECK(count == 3 && sl_text_ends(paths[0], SL_TEXT("/a/deep/two.detection.yml")));
    CHECK(count == 3 && sl_text_ends(paths[1], SL_TEXT("/a/one.detection.yml")));
    CHECK(count == 3 && sl_text_ends(paths[2], SL_TEXT("/b/detection.yml")));

    kit_path(&kit, "a/other.yml", path);
    CHECK_INT(SL_OK,
              sl_files_find(sl_text_from(path), sl_detection_is_file, &kit.arena, &paths, &count));
    CHECK_INT(1, count);
    kit_path(&kit, "none", path);
    CHECK_INT(SL_IO,
              sl_files_find(sl_text_from(path), sl_detection_is_file, &kit.arena, &paths, &count));
    kit_fini(&kit);
}

TEST_MAIN(RUN(loads_all_keys) RUN(has_defaults) RUN(is_strict_about_keys)
              RUN(is_strict_about_values) RUN(says_all_faults_at_once)
                  RUN(reads_queries_beside_it_only) RUN(refuses_what_is_no_yaml)
                      RUN(says_what_cannot_be_read) RUN(loads_the_published_ones)
                          RUN(finds_them_in_order))
