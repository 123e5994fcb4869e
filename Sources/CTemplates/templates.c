/*
 * The templates of `universal-worker new`, as parts of the binary; nothing touches them until one is asked for.
 *
 * One row for each file that is made. The end of a Makefile and of a README is that of all languages.
 */
#include "ctemplates.h"

#pragma clang diagnostic ignored "-Wc23-extensions" /* #embed */

static const char json[] = {
#embed "../../Templates/common/json.h"
};
static const char abi[] = {
#embed "../CWorkerPlugin/include/universal_worker_plugin.h"
};
static const char tests[] = {
#embed "../../Templates/common/tests.c"
};
static const char testing[] = {
#embed "../CWorkerPlugin/include/universal_worker_testing.h"
};
static const char settings[] = {
#embed "../../Templates/common/greeter.env"
};

static const char c_gitignore[] = {
#embed "../../Templates/c/.gitignore"
};
static const char c_greeter_c[] = {
#embed "../../Templates/c/greeter.c"
};
static const char c_makefile[] = {
#embed "../../Templates/c/Makefile"
    ,
#embed "../../Templates/common/Makefile"
};
static const char c_readme[] = {
#embed "../../Templates/c/README.md"
    ,
#embed "../../Templates/common/README.md"
};

static const char cpp_gitignore[] = {
#embed "../../Templates/cpp/.gitignore"
};
static const char cpp_greeter_cpp[] = {
#embed "../../Templates/cpp/greeter.cpp"
};
static const char cpp_makefile[] = {
#embed "../../Templates/cpp/Makefile"
    ,
#embed "../../Templates/common/Makefile"
};
static const char cpp_readme[] = {
#embed "../../Templates/cpp/README.md"
    ,
#embed "../../Templates/common/README.md"
};

static const char rust_gitignore[] = {
#embed "../../Templates/rust/.gitignore"
};
static const char rust_cargo_toml[] = {
#embed "../../Templates/rust/Cargo.toml"
};
static const char rust_abi_rs[] = {
#embed "../../Templates/rust/src/abi.rs"
};
static const char rust_json_rs[] = {
#embed "../../Templates/rust/src/json.rs"
};
static const char rust_lib_rs[] = {
#embed "../../Templates/rust/src/lib.rs"
};
static const char rust_plugin_rs[] = {
#embed "../../Templates/rust/src/plugin.rs"
};
static const char rust_makefile[] = {
#embed "../../Templates/rust/Makefile"
    ,
#embed "../../Templates/common/Makefile"
};
static const char rust_readme[] = {
#embed "../../Templates/rust/README.md"
    ,
#embed "../../Templates/common/README.md"
};

static const char swift_gitignore[] = {
#embed "../../Templates/swift/.gitignore"
};
static const char swift_package_swift[] = {
#embed "../../Templates/swift/Package.swift"
};
static const char swift_entry_swift[] = {
#embed "../../Templates/swift/Sources/Greeter/Entry.swift"
};
static const char swift_greeter_swift[] = {
#embed "../../Templates/swift/Sources/Greeter/Greeter.swift"
};
static const char swift_greetertests_swift[] = {
#embed "../../Templates/swift/Tests/GreeterTests/GreeterTests.swift"
};
static const char swift_makefile[] = {
#embed "../../Templates/swift/Makefile"
    ,
#embed "../../Templates/common/Makefile"
};
static const char swift_readme[] = {
#embed "../../Templates/swift/README.md"
    ,
#embed "../../Templates/common/README.md"
};

static const char python_gitignore[] = {
#embed "../../Templates/python/.gitignore"
};
static const char python_greeter_plugin_py[] = {
#embed "../../Templates/python/greeter_plugin.py"
};
static const char python_pyproject_toml[] = {
#embed "../../Templates/python/pyproject.toml"
};
static const char python_test_greeter_plugin_py[] = {
#embed "../../Templates/python/test_greeter_plugin.py"
};
static const char python_makefile[] = {
#embed "../../Templates/python/Makefile"
    ,
#embed "../../Templates/common/Makefile"
};
static const char python_readme[] = {
#embed "../../Templates/python/README.md"
    ,
#embed "../../Templates/common/README.md"
};
static const char python_settings[] = {
#embed "../../Templates/common/greeter.env"
    ,
#embed "../../Templates/python/greeter.env"
};

static const ctemplates_file files[] = {
    {"c", ".gitignore", c_gitignore, sizeof c_gitignore},
    {"c", "greeter.c", c_greeter_c, sizeof c_greeter_c},
    {"c", "Makefile", c_makefile, sizeof c_makefile},
    {"c", "README.md", c_readme, sizeof c_readme},
    {"c", "greeter.env", settings, sizeof settings},
    {"c", "tests.c", tests, sizeof tests},
    {"c", "json.h", json, sizeof json},
    {"c", "universal_worker_plugin.h", abi, sizeof abi},
    {"c", "universal_worker_testing.h", testing, sizeof testing},
    {"cpp", ".gitignore", cpp_gitignore, sizeof cpp_gitignore},
    {"cpp", "greeter.cpp", cpp_greeter_cpp, sizeof cpp_greeter_cpp},
    {"cpp", "Makefile", cpp_makefile, sizeof cpp_makefile},
    {"cpp", "README.md", cpp_readme, sizeof cpp_readme},
    {"cpp", "greeter.env", settings, sizeof settings},
    {"cpp", "tests.cpp", tests, sizeof tests},
    {"cpp", "json.h", json, sizeof json},
    {"cpp", "universal_worker_plugin.h", abi, sizeof abi},
    {"cpp", "universal_worker_testing.h", testing, sizeof testing},
    {"rust", ".gitignore", rust_gitignore, sizeof rust_gitignore},
    {"rust", "Cargo.toml", rust_cargo_toml, sizeof rust_cargo_toml},
    {"rust", "src/abi.rs", rust_abi_rs, sizeof rust_abi_rs},
    {"rust", "src/json.rs", rust_json_rs, sizeof rust_json_rs},
    {"rust", "src/lib.rs", rust_lib_rs, sizeof rust_lib_rs},
    {"rust", "src/plugin.rs", rust_plugin_rs, sizeof rust_plugin_rs},
    {"rust", "Makefile", rust_makefile, sizeof rust_makefile},
    {"rust", "README.md", rust_readme, sizeof rust_readme},
    {"rust", "greeter.env", settings, sizeof settings},
    {"rust", "universal_worker_plugin.h", abi, sizeof abi},
    {"swift", ".gitignore", swift_gitignore, sizeof swift_gitignore},
    {"swift", "Package.swift", swift_package_swift, sizeof swift_package_swift},
    {"swift", "Sources/Greeter/Entry.swift", swift_entry_swift, sizeof swift_entry_swift},
    {"swift", "Sources/Greeter/Greeter.swift", swift_greeter_swift, sizeof swift_greeter_swift},
    {"swift", "Tests/GreeterTests/GreeterTests.swift", swift_greetertests_swift, sizeof swift_greetertests_swift},
    {"swift", "Makefile", swift_makefile, sizeof swift_makefile},
    {"swift", "README.md", swift_readme, sizeof swift_readme},
    {"swift", "greeter.env", settings, sizeof settings},
    {"python", ".gitignore", python_gitignore, sizeof python_gitignore},
    {"python", "greeter_plugin.py", python_greeter_plugin_py, sizeof python_greeter_plugin_py},
    {"python", "pyproject.toml", python_pyproject_toml, sizeof python_pyproject_toml},
    {"python", "test_greeter_plugin.py", python_test_greeter_plugin_py, sizeof python_test_greeter_plugin_py},
    {"python", "Makefile", python_makefile, sizeof python_makefile},
    {"python", "README.md", python_readme, sizeof python_readme},
    {"python", "greeter.env", python_settings, sizeof python_settings},
};

const ctemplates_file *ctemplates_file_at(size_t index) {
    return index < sizeof files / sizeof *files ? &files[index] : NULL;
}
