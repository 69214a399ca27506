/* standalone_driver.c - runs a fuzz target over files, without libFuzzer.
 *
 * So that corpora are regression tests of every build: each argument is a file, or a directory
 * whose files are run. A directory without a file is a failure: it would test nothing. */
#include <dirent.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv);

/* A target that needs no preparation does not define it. */
__attribute__((weak)) int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    return 0;
}

static size_t driver_run_count;

static bool driver_run_file(const char *path, size_t bytes)
{
    FILE *stream = fopen(path, "rb");
    if (stream == NULL) {
        perror(path);
        return false;
    }
    /* Exactly as long as the input, so that ASan sees a read behind its end. */
    uint8_t *data = malloc(bytes > 0 ? bytes : 1);
    bool good = data != NULL && fread(data, 1, bytes, stream) == bytes;
    fclose(stream);
    if (good) {
        LLVMFuzzerTestOneInput(data, bytes);
        driver_run_count++;
    } else {
        fprintf(stderr, "%s: cannot be read\n", path);
    }
    free(data);
    return good;
}

static bool driver_run_directory(const char *path)
{
    DIR *directory = opendir(path);
    if (directory == NULL) {
        perror(path);
        return false;
    }
    bool good = true;
    const struct dirent *entry;
    while (good && (entry = readdir(directory)) != NULL) {
        char name[4096];
        struct stat about;
        int length = snprintf(name, sizeof name, "%s/%s", path, entry->d_name);
        if (length < 0 || (size_t)length >= sizeof name || stat(name, &about) != 0) good = false;
        else if (S_ISREG(about.st_mode)) good = driver_run_file(name, (size_t)about.st_size);
    }
    closedir(directory);
    return good;
}

int main(int argc, char **argv)
{
    LLVMFuzzerInitialize(&argc, &argv);
    for (int i = 1; i < argc; i++) {
        struct stat about;
        if (stat(argv[i], &about) != 0) {
            perror(argv[i]);
            return 1;
        }
        bool good = S_ISDIR(about.st_mode) ? driver_run_directory(argv[i])
                                           : driver_run_file(argv[i], (size_t)about.st_size);
        if (!good) return 1;
    }
    printf("%zu inputs\n", driver_run_count);
    return driver_run_count > 0 ? 0 : 1;
}
