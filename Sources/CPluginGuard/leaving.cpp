// Plugin code that leaves in ways that it should not: copies of the process, and exit.
#include "place.hpp"
#include "plugin_guard.h"

#include <cstdio>
#include <cstdlib>
#include <pthread.h>

int uwg_is_copy;

namespace {

uwg_exit_fn heard;
pid_t own_process;

void note_copy() { uwg_is_copy = 1; }

__attribute__((constructor)) void watch_forks() {
    (void)pthread_atfork(nullptr, nullptr, note_copy);
}

// Which of the plugin's code has done it.
void describe(char *text, size_t size, const char *how) {
    if (place.call) {
        const uw_text id = place.call->request_id;
        std::snprintf(
            text, size, "%s in %s, call %.*s", how, place.function, static_cast<int>(id.length),
            id.data);
    } else if (place.function) {
        std::snprintf(text, size, "%s in %s", how, place.function);
    } else {
        char name[16] = "";
        (void)pthread_getname_np(pthread_self(), name, sizeof name);
        std::snprintf(text, size, "%s on thread '%s'", how, name);
    }
}

[[noreturn]] void tell(const char *how) {
    char text[256];
    describe(text, sizeof text, how);
    heard(text);
    // What was printed before counts; if another thread holds a stream, only this one waits.
    (void)std::fflush(nullptr);
    for (;;) (void)pause();
}

// Each registers itself once more, for another thread that does the same meanwhile: glibc calls
// each registration once.
void exited(int code, void *) {
    if (uwg_is_copy || getpid() != own_process) return;
    (void)on_exit(exited, nullptr);
    char how[32];
    std::snprintf(how, sizeof how, "exit(%d)", code);
    tell(how);
}

void quickly_exited() {
    if (uwg_is_copy || getpid() != own_process) return;
    (void)at_quick_exit(quickly_exited);
    tell("quick_exit");
}

} // namespace

void uwg_watch_exit(uwg_exit_fn function) {
    own_process = getpid();
    heard = function;
    (void)on_exit(exited, nullptr);
    (void)at_quick_exit(quickly_exited);
}
