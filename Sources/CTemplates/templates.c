/*
 * The templates of `universal-worker new`, as parts of the binary; nothing touches them until one is asked for.
 *
 * One row for each file that is made. The end of a Makefile and of a README is that of all languages.
 */
#include "ctemplates.h"

#pragma clang diagnostic ignored "-Wc23-extensions" /* #embed */

static const char json[] = {
#embed "../../Templates/common/json.h" suffix(, 0)
};
static const char abi[] = {
#embed "../CWorkerPlugin/include/universal_worker_plugin.h" suffix(, 0)
};
static const char tests[] = {
#embed "../../Templates/common/tests.c" suffix(, 0)
};
static const char testing[] = {
#embed "../CWorkerPlugin/include/universal_worker_testing.h" suffix(, 0)
};
static const char settings[] = {
#embed "../../Templates/common/greeter.env" suffix(, 0)
};

static const ctemplates_file files[] = {
    {"c", ".gitignore", (const char[]){
#embed "../../Templates/c/.gitignore" suffix(, 0)
    }},
    {"c", "greeter.c", (const char[]){
#embed "../../Templates/c/greeter.c" suffix(, 0)
    }},
    {"c", "Makefile", (const char[]){
#embed "../../Templates/c/Makefile"
    ,
#embed "../../Templates/common/Makefile" suffix(, 0)
    }},
    {"c", "README.md", (const char[]){
#embed "../../Templates/c/README.md"
    ,
#embed "../../Templates/common/README.md" suffix(, 0)
    }},
    {"c", "greeter.env", settings},
    {"c", "tests.c", tests},
    {"c", "json.h", json},
    {"c", "universal_worker_plugin.h", abi},
    {"c", "universal_worker_testing.h", testing},
    {"cpp", ".gitignore", (const char[]){
#embed "../../Templates/cpp/.gitignore" suffix(, 0)
    }},
    {"cpp", "greeter.cpp", (const char[]){
#embed "../../Templates/cpp/greeter.cpp" suffix(, 0)
    }},
    {"cpp", "Makefile", (const char[]){
#embed "../../Templates/cpp/Makefile"
    ,
#embed "../../Templates/common/Makefile" suffix(, 0)
    }},
    {"cpp", "README.md", (const char[]){
#embed "../../Templates/cpp/README.md"
    ,
#embed "../../Templates/common/README.md" suffix(, 0)
    }},
    {"cpp", "greeter.env", settings},
    {"cpp", "tests.cpp", tests},
    {"cpp", "json.h", json},
    {"cpp", "universal_worker_plugin.h", abi},
    {"cpp", "universal_worker_testing.h", testing},
    {"rust", ".gitignore", (const char[]){
#embed "../../Templates/rust/.gitignore" suffix(, 0)
    }},
    {"rust", "Cargo.toml", (const char[]){
#embed "../../Templates/rust/Cargo.toml" suffix(, 0)
    }},
    {"rust", "src/abi.rs", (const char[]){
#embed "../../Templates/rust/src/abi.rs" suffix(, 0)
    }},
    {"rust", "src/json.rs", (const char[]){
#embed "../../Templates/rust/src/json.rs" suffix(, 0)
    }},
    {"rust", "src/lib.rs", (const char[]){
#embed "../../Templates/rust/src/lib.rs" suffix(, 0)
    }},
    {"rust", "src/plugin.rs", (const char[]){
#embed "../../Templates/rust/src/plugin.rs" suffix(, 0)
    }},
    {"rust", "Makefile", (const char[]){
#embed "../../Templates/rust/Makefile"
    ,
#embed "../../Templates/common/Makefile" suffix(, 0)
    }},
    {"rust", "README.md", (const char[]){
#embed "../../Templates/rust/README.md"
    ,
#embed "../../Templates/common/README.md" suffix(, 0)
    }},
    {"rust", "greeter.env", settings},
    {"rust", "universal_worker_plugin.h", abi},
    {"swift", ".gitignore", (const char[]){
#embed "../../Templates/swift/.gitignore" suffix(, 0)
    }},
    {"swift", "Package.swift", (const char[]){
#embed "../../Templates/swift/Package.swift" suffix(, 0)
    }},
    {"swift", "Sources/Greeter/Entry.swift", (const char[]){
#embed "../../Templates/swift/Sources/Greeter/Entry.swift" suffix(, 0)
    }},
    {"swift", "Sources/Greeter/Greeter.swift", (const char[]){
#embed "../../Templates/swift/Sources/Greeter/Greeter.swift" suffix(, 0)
    }},
    {"swift", "Tests/GreeterTests/GreeterTests.swift", (const char[]){
#embed "../../Templates/swift/Tests/GreeterTests/GreeterTests.swift" suffix(, 0)
    }},
    {"swift", "Makefile", (const char[]){
#embed "../../Templates/swift/Makefile"
    ,
#embed "../../Templates/common/Makefile" suffix(, 0)
    }},
    {"swift", "README.md", (const char[]){
#embed "../../Templates/swift/README.md"
    ,
#embed "../../Templates/common/README.md" suffix(, 0)
    }},
    {"swift", "greeter.env", settings},
    {"python", ".gitignore", (const char[]){
#embed "../../Templates/python/.gitignore" suffix(, 0)
    }},
    {"python", "greeter_plugin.py", (const char[]){
#embed "../../Templates/python/greeter_plugin.py" suffix(, 0)
    }},
    {"python", "pyproject.toml", (const char[]){
#embed "../../Templates/python/pyproject.toml" suffix(, 0)
    }},
    {"python", "test_greeter_plugin.py", (const char[]){
#embed "../../Templates/python/test_greeter_plugin.py" suffix(, 0)
    }},
    {"python", "Makefile", (const char[]){
#embed "../../Templates/python/Makefile"
    ,
#embed "../../Templates/common/Makefile" suffix(, 0)
    }},
    {"python", "README.md", (const char[]){
#embed "../../Templates/python/README.md"
    ,
#embed "../../Templates/common/README.md" suffix(, 0)
    }},
    {"python", "greeter.env", (const char[]){
#embed "../../Templates/common/greeter.env"
    ,
#embed "../../Templates/python/greeter.env" suffix(, 0)
    }},
};

const ctemplates_file *ctemplates_file_at(size_t index) {
    return index < sizeof files / sizeof *files ? &files[index] : NULL;
}
