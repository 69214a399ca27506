# How everything is compiled: the language, the warnings, the sanitizers.
if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
    set(CMAKE_BUILD_TYPE Release CACHE STRING "Release, Debug or RelWithDebInfo" FORCE)
endif()

set(CMAKE_C_STANDARD 17)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS OFF)
set(CMAKE_C_VISIBILITY_PRESET hidden)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

include(CheckPIESupported)
check_pie_supported(LANGUAGES C)

set(SL_SANITIZE "" CACHE STRING "Sanitizers for everything, as -fsanitize= takes them")
option(SL_FAULT_INJECTION "Let SL_FAIL_ALLOC=n make the n-th allocation fail" OFF)
option(SL_COVERAGE "Count which lines run" OFF)
option(SL_FUZZ "Build the fuzz targets with libFuzzer (clang)" OFF)

# What each target of the house links against.
add_library(strandline_warnings INTERFACE)
target_compile_options(strandline_warnings INTERFACE
    -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes
    -Wwrite-strings -Wundef -Wvla)
target_compile_definitions(strandline_warnings INTERFACE _GNU_SOURCE)

if(SL_SANITIZE)
    add_compile_options(-fsanitize=${SL_SANITIZE} -fno-sanitize-recover=all
                        -fno-omit-frame-pointer)
    add_link_options(-fsanitize=${SL_SANITIZE})
elseif(CMAKE_BUILD_TYPE STREQUAL "Release")
    add_compile_options(-fstack-protector-strong -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2)
    add_link_options(LINKER:-z,relro LINKER:-z,now)
endif()
if(SL_FAULT_INJECTION)
    add_compile_definitions(SL_FAULT_INJECTION)
endif()
if(SL_COVERAGE)
    add_compile_options(--coverage)
    add_link_options(--coverage)
endif()
if(SL_FUZZ)
    add_compile_options(-fsanitize=fuzzer-no-link)
endif()

# The environment of every test.
set(SL_TEST_ENVIRONMENT
    STRANDLINE_FORMATS=${PROJECT_SOURCE_DIR}/formats
    ASAN_OPTIONS=detect_leaks=1:strict_string_checks=1
    UBSAN_OPTIONS=print_stacktrace=1
    TSAN_OPTIONS=halt_on_error=1)
