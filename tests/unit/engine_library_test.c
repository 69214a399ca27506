/* engine_library_test.c - macros and lookups from .conf files, YAML and CSV. */
#include "engine/library.h"

#include <stdlib.h>
#include <sys/stat.h>

#include "test.h"

typedef struct library_kit {
    char directory[64];
    sl_library *library;
    sl_buffer faults;
} library_kit;

static void kit_init(library_kit *kit)
{
    strcpy(kit->directory, "/tmp/sl-library-XXXXXX");
    if (mkdtemp(kit->directory) == NULL) TEST_FAIL("no directory");
    kit->library = sl_library_new();
    sl_buffer_init(&kit->faults);
}

static void kit_fini(library_kit *kit)
{
    char command[128];
    snprintf(command, sizeof command, "rm -rf %s", kit->directory);
    if (system(command) != 0) TEST_FAIL("%s", command);
    sl_library_free(kit->library);
    sl_buffer_fini(&kit->faults);
}

/* A file below the directory; `name` may have one folder in it, which is made. */
static void kit_file(const library_kit *kit, const char *name, const char *text)
{
    char path[256];
    const char *slash = strchr(name, '/');
    if (slash != NULL) {
        snprintf(path, sizeof path, "%s/%.*s", kit->directory, (int)(slash - name), name);
        mkdir(path, 0700);
    }
    snprintf(path, sizeof path, "%s/%s", kit->directory, name);
    FILE *file = fopen(path, "w");
    if (file == NULL) {
        TEST_FAIL("%s", path);
        return;
    }
    fputs(text, file);
    fclose(file);
}

static bool kit_add(library_kit *kit)
{
    return sl_library_add(kit->library, sl_text_from(kit->directory), &kit->faults);
}

static const sl_lookup *kit_lookup(library_kit *kit, const char *name, const char **reason)
{
    return sl_library_lookup(kit->library, sl_text_from(name), 1 << 20, reason);
}

TEST(finds_macros)
{
    library_kit kit;
    sl_macro macro;
    kit_init(&kit);
    kit_file(&kit, "macros.conf",
             "[trail]\ndefinition = index=aws\n[cut(2)]\nargs = field, n\n"
             "definition = eval $field$=substr($field$,1,$n$)\n"
             "[odd(2)]\nargs = one\ndefinition = x\n[sum(1)]\nargs=a\niseval = 1\ndefinition=1\n");
    kit_file(&kit, "macros/ctime.yml",
             "name: ctime\narguments:\n  - field\ndefinition: 'convert ctime($field$)'\n");
    kit_file(&kit, "local/macros.conf", "[trail]\ndefinition = index=mine\n");
    CHECK(kit_add(&kit));
    CHECK(sl_library_macro(kit.library, SL_TEXT("trail"), 0, &macro));
    CHECK_TEXT("index=mine", macro.definition); /* local replaces the rest */
    CHECK(sl_library_macro(kit.library, SL_TEXT("cut"), 2, &macro));
    CHECK(macro.arg_count == 2 && sl_text_equal(macro.arg_names[1], SL_TEXT("n")));
    CHECK(!sl_library_macro(kit.library, SL_TEXT("cut"), 1, &macro));
    CHECK(sl_library_macro(kit.library, SL_TEXT("ctime"), 1, &macro));
    CHECK_TEXT("convert ctime($field$)", macro.definition);
    CHECK(!sl_library_macro(kit.library, SL_TEXT("odd"), 2, &macro));
    sl_text faults = sl_buffer_text(&kit.faults);
    CHECK(sl_text_find(faults, SL_TEXT("macro 'odd(2)' names 1 arguments"), 0) != SIZE_MAX);
    CHECK(sl_text_find(faults, SL_TEXT("macro 'sum' computes its text"), 0) != SIZE_MAX);
    kit_fini(&kit);
}

TEST(finds_lookups)
{
    library_kit kit;
    const char *reason;
    kit_init(&kit);
    kit_file(&kit, "plain.csv", "user,team\nann,red\n");
    kit_file(&kit, "lookups/roles2024.csv", "role,privileged\n*Admin*,TRUE\n");
    kit_file(&kit, "lookups/roles.yml",
             "name: roles\nfilename: roles2024.csv\nmatch_type: WILDCARD(role)\n"
             "case_sensitive_match: 'false'\nmin_matches: 1\ndefault_match: 'false'\n"
             "max_matches: 1\n");
    kit_file(&kit, "default/transforms.conf",
             "[nets]\nfilename = nets.csv\nmatch_type = CIDR(net), EXACT(zone)\n"
             "[extract]\nREGEX = x\n");
    kit_file(&kit, "lookups/nets.csv", "net,zone,name\n10.0.0.0/8,a,home\n");
    CHECK(kit_add(&kit));
    CHECK_INT(0, kit.faults.length);
    const sl_lookup *plain = kit_lookup(&kit, "plain.csv", &reason);
    CHECK(plain != NULL && plain->matches[0] == SL_LOOKUP_EXACT && plain->matches_max == 100);
    CHECK(kit_lookup(&kit, "plain", &reason) != NULL);
    const sl_lookup *roles = kit_lookup(&kit, "roles", &reason);
    CHECK(roles != NULL && roles->matches[0] == SL_LOOKUP_WILDCARD_NOCASE);
    CHECK(roles != NULL && roles->matches[1] == SL_LOOKUP_NOCASE && roles->matches_max == 1);
    if (roles != NULL) CHECK_TEXT("false", roles->default_match);
    CHECK(roles == kit_lookup(&kit, "roles", &reason)); /* read once */
    const sl_lookup *nets = kit_lookup(&kit, "nets", &reason);
    CHECK(nets != NULL && nets->matches[0] == SL_LOOKUP_CIDR && nets->default_match.length == 0);
    CHECK(kit_lookup(&kit, "extract", &reason) == NULL && reason == NULL);
    kit_fini(&kit);
}

/* local/ changes single settings of what default/ defines. */
TEST(layers_definitions)
{
    library_kit kit;
    const char *reason;
    kit_init(&kit);
    kit_file(&kit, "default/transforms.conf",
             "[nets]\nfilename = nets.csv\nmatch_type = CIDR(net)\nmax_matches = 5\n");
    kit_file(&kit, "local/transforms.conf", "[nets]\nmax_matches = 1\n");
    kit_file(&kit, "lookups/nets.csv", "net,name\n10.0.0.0/8,home\n");
    CHECK(kit_add(&kit));
    CHECK_INT(0, kit.faults.length);
    const sl_lookup *nets = kit_lookup(&kit, "nets", &reason);
    CHECK(nets != NULL && nets->matches[0] == SL_LOOKUP_CIDR && nets->matches_max == 1);
    kit_fini(&kit);
}

static void check_reason(library_kit *kit, const char *name, const char *part)
{
    const char *reason;
    CHECK(kit_lookup(kit, name, &reason) == NULL);
    if (reason == NULL) TEST_FAIL("%s: no reason", name);
    else if (strstr(reason, part) == NULL) TEST_FAIL("%s: %s", name, reason);
}

TEST(says_why_a_lookup_cannot_be_used)
{
    library_kit kit;
    const char *reason;
    kit_init(&kit);
    kit_file(&kit, "twice.csv", "a,a\n");
    kit_file(&kit, "seen.yml", "name: seen\ncollection: seen\nfields_list: a, b\n");
    kit_file(&kit, "bare.yml", "name: bare\ncollection: bare\n");
    kit_file(&kit, "kept.yml", "name: kept\ncollection: kept\n");
    kit_file(&kit, "kept.csv", "a\n1\n");
    kit_file(&kit, "gone.yml", "name: gone\nfilename: gone.csv\n");
    kit_file(&kit, "up.yml", "name: up\nfilename: ../up.csv\n");
    kit_file(&kit, "way.yml", "name: way\nfilename: kept.csv\nmatch_type: FUZZY(a)\n");
    kit_file(&kit, "column.yml", "name: column\nfilename: kept.csv\nmatch_type: CIDR(b)\n");
    kit_file(&kit, "broken.yml", "name: [\n");
    CHECK(kit_add(&kit));
    check_reason(&kit, "twice", "its header names the column 'a' twice");
    const sl_lookup *seen = kit_lookup(&kit, "seen", &reason); /* as on a server that is new */
    CHECK(seen != NULL && seen->unfilled && seen->column_count == 2 && seen->row_count == 0);
    check_reason(&kit, "bare", "KV store");
    check_reason(&kit, "gone", "No such file");
    check_reason(&kit, "up", "it names no CSV file"); /* files stand in the library */
    check_reason(&kit, "way", "'FUZZY', which is no way to match");
    CHECK(kit_lookup(&kit, "column", &reason) != NULL); /* a column that is not there */
    CHECK(kit_lookup(&kit, "kept", &reason) != NULL);   /* its rows are here as a file */
    CHECK(sl_text_find(sl_buffer_text(&kit.faults), SL_TEXT("broken.yml: "), 0) != SIZE_MAX);
    sl_buffer_clear(&kit.faults);
    CHECK(!sl_library_add(kit.library, SL_TEXT("/nonexistent"), &kit.faults));
    CHECK_TEXT("/nonexistent: No such file or directory\n", sl_buffer_text(&kit.faults));
    kit_fini(&kit);
}

TEST_MAIN(RUN(finds_macros) RUN(finds_lookups) RUN(layers_definitions)
              RUN(says_why_a_lookup_cannot_be_used))
