/*
 * faulting.c: class Faulting crashes in functions with names; kwargs.mode chooses where and how. It is built as it
 * is and stripped, when only what it exports has a name.
 */
#include "fixture.h"

#include <dlfcn.h>
#include <pthread.h>

#define NAMED __attribute__((noinline))

static const uw_host *host;

static NAMED void fault_static(void) {
    *(volatile int *)0 = 1;
    __asm__ volatile(""); /* the store stays in this function, and so does the call in its caller */
}

__attribute__((visibility("default"))) NAMED void fault_exported(void) {
    fault_static();
    __asm__ volatile("");
}

static NAMED void *fault_in_thread(void *data) {
    fault_static();
    return data;
}

static NAMED int fault_by_depth(volatile int depth) {
    volatile char room[1024];
    room[0] = (char)depth;
    return depth < 0 ? 0 : fault_by_depth(depth + 1) + room[0];
}

/* A piece that is given back has a neighbour of an impossible size: free aborts, with the lock of malloc held. */
static NAMED void fault_in_malloc(void) {
    size_t *volatile piece = malloc(2000);
    void *volatile neighbour = malloc(2000);
    for (int word = 250; word < 256; word++) piece[word] = SIZE_MAX;
    free(piece);
    free(neighbour);
}

static void *load(void *path) { return dlopen(path, RTLD_NOW); }

/* Crashes once another thread is within dlopen, where it stays. */
static NAMED void fault_while_loading(const uw_call *call) {
    static char path[512];
    fx_string(call->kwargs, "library", path, sizeof path);
    pthread_t thread;
    pthread_create(&thread, NULL, load, path);
    fx_gate(call->kwargs, "loading");
    fault_static();
    __asm__ volatile("");
}

static uw_status execute(void *instance, const uw_call *call) {
    (void)instance;
    char mode[32];
    fx_string(call->kwargs, "mode", mode, sizeof mode);
    if (!strcmp(mode, "static")) fault_static();
    if (!strcmp(mode, "exported")) fault_exported();
    if (!strcmp(mode, "depth")) fault_by_depth(0);
    if (!strcmp(mode, "malloc")) fault_in_malloc();
    if (!strcmp(mode, "loading")) fault_while_loading(call);
    if (!strcmp(mode, "files")) {
        while (open("/dev/null", O_RDONLY) >= 0) {}
        fault_static();
    }
    if (!strcmp(mode, "thread")) {
        pthread_t thread;
        pthread_create(&thread, NULL, fault_in_thread, NULL);
        pthread_join(thread, NULL);
    }
    if (!strcmp(mode, "late")) {
        char path[512];
        void *library = dlopen(fx_string(call->kwargs, "library", path, sizeof path), RTLD_NOW);
        void (*fault)(void) = library ? (void (*)(void))dlsym(library, "fault_exported") : NULL;
        if (fault) fault();
    }
    return fx_echo(host, call);
}

static uw_status create(
    const uw_plugin *plugin, const uw_host *given, uw_reply reply, void **instance) {
    (void)plugin, (void)reply, (void)instance;
    host = given;
    return UW_OK;
}

static void destroy(void *instance) { (void)instance; }

static const uw_plugin classes[] = {
    {FX_HEAD, .name = "Faulting", .create = create, .execute = execute, .destroy = destroy},
};

uw_status uw_plugin_entry(
    const uw_host *given, uw_text class_name, uw_reply reply, const uw_plugin **plugin) {
    return fx_choose(classes, FX_COUNT(classes), given, class_name, reply, plugin);
}
