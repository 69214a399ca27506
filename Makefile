# The verbs of the project; ./bootstrap and CMakePresets.json do the work.
SOURCES = git ls-files -co --exclude-standard '*.c' '*.h'

all:
	./bootstrap build
test:
	./bootstrap test
demo:
	./bootstrap demo
dev asan tsan clang coverage:
	cmake --preset $@ && cmake --build --preset $@ && ctest --preset $@
fuzz:
	./bootstrap fuzz
fmt:
	$(SOURCES) | xargs clang-format-14 -i
check:
	tools/check-layers && tools/check-sizes && tools/check-docs
	$(SOURCES) | xargs clang-format-14 --dry-run --Werror
install: all
	cmake --install build
clean:
	./bootstrap clean

.PHONY: all test demo dev asan tsan clang coverage fuzz fmt check install clean
