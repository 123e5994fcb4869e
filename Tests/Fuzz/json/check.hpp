#pragma once

#include <cstdio>
#include <cstdlib>

/// Ends the fuzzer where a property does not hold; libFuzzer keeps the input.
#define CHECK(property)                                                                            \
    do {                                                                                           \
        if (!(property)) {                                                                         \
            fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__, #property);          \
            abort();                                                                               \
        }                                                                                          \
    } while (false)
