/*
 * greeter.c: a plugin of Universal Worker, class Greeter.
 *
 * execute greets once, execute_stream again and again, until its client wants no more.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "json.h"
#include "universal_worker_plugin.h"

static const uw_host *host;

/* What POST /initialize sets, and GET /config shows. */
typedef struct configuration {
    char greeting[101];  /* as it stands between the quotes of a JSON string */
    unsigned long pause; /* between the lines of a stream, milliseconds */
} configuration;

static const configuration standard = {"Hello", 100};

static const char config_text[] =
    "{\"type\":\"object\",\"properties\":{"
    "\"greeting\":{\"type\":\"string\",\"default\":\"Hello\",\"description\":\"The word before the name.\"},"
    "\"pause\":{\"type\":\"integer\",\"minimum\":0,\"maximum\":1000,\"default\":100,"
    "\"description\":\"Milliseconds between the lines of a stream.\"}}}";

static const char arguments_text[] =
    "{\"/execute\":{\"type\":\"object\",\"properties\":{\"args\":{\"type\":\"array\"},"
    "\"kwargs\":{\"type\":\"object\",\"properties\":{"
    "\"who\":{\"type\":\"string\",\"description\":\"Who is greeted.\"},"
    "\"times\":{\"type\":\"integer\",\"minimum\":0,\"maximum\":1000,\"default\":3,"
    "\"description\":\"The lines of a stream.\"}}}}}}";

/* What a call is given, by name or by position. */
typedef struct arguments {
    uw_text who; /* likewise without its quotes */
    unsigned long times;
} arguments;

/* Reads the arguments; returns what is wrong with them, or NULL. */
static const char *read_arguments(const uw_call *call, arguments *given) {
    uw_text who = json_member(call->kwargs, "who"), times = json_member(call->kwargs, "times");
    if (who.length == 0) who = json_item(call->args, 0);
    if (times.length == 0) times = json_item(call->args, 1);
    given->times = 3;
    if (!json_string(who, 1000, &given->who)) return "who: expected a string of at most 1000 bytes";
    if (times.length > 0 && !json_count(times, 1000, &given->times))
        return "times: expected a whole number from 0 to 1000";
    return NULL;
}

/* Writes one JSON value; returns its length. */
static size_t greet(const configuration *config, uw_text who, char text[static 1200]) {
    int length = snprintf(
        text, 1200, "{\"greeting\":\"%s, %.*s!\"}", config->greeting, (int)who.length, who.data);
    return (size_t)length;
}

static uw_status execute(void *instance, const uw_call *call) {
    arguments given;
    const char *problem = read_arguments(call, &given);
    if (problem) {
        host->finish(call->id, UW_INVALID_ARGUMENT, problem, UW_NTS);
        return UW_OK;
    }
    char text[1200];
    size_t length = greet(instance, given.who, text);
    host->finish(call->id, UW_OK, text, length);
    return UW_OK;
}

/* Waits, but not for a call that is to stop. */
static uw_status pause_for(uw_call_id call, unsigned long milliseconds) {
    const struct timespec one = {.tv_nsec = 1000000};
    for (; milliseconds > 0 && !host->is_cancelled(call); milliseconds--) nanosleep(&one, NULL);
    return host->is_cancelled(call) ? UW_CANCELLED : UW_OK;
}

static uw_status execute_stream(void *instance, const uw_call *call) {
    const configuration *config = instance;
    arguments given;
    const char *problem = read_arguments(call, &given);
    if (problem) {
        host->finish(call->id, UW_INVALID_ARGUMENT, problem, UW_NTS);
        return UW_OK;
    }
    uw_status status = UW_OK;
    for (unsigned long line = 0; line < given.times && status == UW_OK; line++) {
        char text[1200];
        size_t length = greet(config, given.who, text);
        if (line > 0) status = pause_for(call->id, config->pause);
        /* Waits while the client is slow, and fails if it wants no more. */
        if (status == UW_OK) status = host->emit(call->id, text, length);
        if (status == UW_OK) host->progress(call->id, (line + 1.0) / given.times, NULL, 0);
    }
    host->finish(call->id, status == UW_OK || status == UW_CANCELLED ? status : UW_ERROR, NULL, 0);
    return UW_OK;
}

static uw_status initialize(void *instance, uw_text json, uw_reply reply) {
    configuration new = standard;
    uw_text greeting = json_member(json, "greeting"), pause = json_member(json, "pause"), inner;
    const char *problem = NULL;
    if (json.length > 0 && json.data[0] != '{') {
        problem = "expected an object";
    } else if (greeting.length > 0 && !json_string(greeting, sizeof new.greeting - 1, &inner)) {
        problem = "greeting: expected a string of at most 100 bytes";
    } else if (pause.length > 0 && !json_count(pause, 1000, &new.pause)) {
        problem = "pause: expected a whole number from 0 to 1000";
    }
    if (problem) {
        host->reply(reply, problem, UW_NTS);
        return UW_INVALID_ARGUMENT;
    }
    if (greeting.length > 0) snprintf(new.greeting, sizeof new.greeting, "%.*s", (int)inner.length, inner.data);
    *(configuration *)instance = new;
    return UW_OK;
}

static uw_status current_config(void *instance, uw_reply reply) {
    const configuration *config = instance;
    char text[200];
    int length = snprintf(text, sizeof text, "{\"greeting\":\"%s\",\"pause\":%lu}", config->greeting, config->pause);
    return host->reply(reply, text, (size_t)length);
}

static uw_status config_schema(void *instance, uw_reply reply) {
    (void)instance;
    return host->reply(reply, config_text, UW_NTS);
}

static uw_status body_schemas(void *instance, uw_reply reply) {
    (void)instance;
    return host->reply(reply, arguments_text, UW_NTS);
}

static uw_status create(const uw_plugin *plugin, const uw_host *given, uw_reply reply, void **instance) {
    (void)plugin, (void)reply;
    configuration *config = malloc(sizeof *config);
    if (!config) return UW_ERROR;
    *config = standard;
    *instance = config;
    host = given;
    return UW_OK;
}

static void destroy(void *instance) { free(instance); }

static const uw_plugin plugin_table = {
    .abi_major = UW_ABI_MAJOR,
    .abi_minor = UW_ABI_MINOR,
    .struct_size = sizeof plugin_table,
    .threading = UW_SERIAL,
    .flags = UW_POLLS_CANCELLED,
    .name = "Greeter",
    .version = "0.1",
    .create = create,
    .initialize = initialize,
    .config_schema = config_schema,
    .current_config = current_config,
    .execute = execute,
    .execute_stream = execute_stream,
    .destroy = destroy,
    .body_schemas = body_schemas,
};

uw_status uw_plugin_entry(const uw_host *given, uw_text name, uw_reply reply, const uw_plugin **plugin) {
    const char class_name[] = "Greeter";
    if (name.length != sizeof class_name - 1 || memcmp(name.data, class_name, name.length) != 0) {
        given->reply(reply, class_name, UW_NTS);
        return UW_UNKNOWN_CLASS;
    }
    *plugin = &plugin_table;
    return UW_OK;
}
