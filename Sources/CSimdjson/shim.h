/* Empty on purpose: simdjson is C++. The target exists for its pkg-config flags. */
