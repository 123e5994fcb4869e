/*
 * Tests of the plugin without a worker. What it breaks of the ABI's rules ends them too, with what it was.
 */
#include "universal_worker_testing.h"

#undef NDEBUG
#include <assert.h>

static void a_greeting_is_what_the_configuration_says(void) {
    assert(uwt_initialize("{\"greeting\":\"Good day\",\"pause\":0}").status == UW_OK);
    uwt_call call = uwt_execute("[\"you\"]", NULL);
    assert(call.status == UW_OK);
    assert(strcmp(call.text, "{\"greeting\":\"Good day, you!\"}") == 0);
}

static void a_wrong_configuration_is_refused_by_name(void) {
    uwt_result result = uwt_initialize("{\"pause\":-1}");
    assert(result.status == UW_INVALID_ARGUMENT);
    assert(strcmp(result.text, "pause: expected a whole number from 0 to 1000") == 0);
}

static void an_argument_of_another_type_is_refused_by_name(void) {
    uwt_call call = uwt_execute(NULL, "{\"who\":7}");
    assert(call.status == UW_INVALID_ARGUMENT);
    assert(strstr(call.text, "who: expected a string"));
}

static void a_stream_greets_as_often_as_it_is_asked_to(void) {
    /* The last of equal keys counts, also if it is spelt with escapes. */
    uwt_call call = uwt_stream(NULL, "{\"who\":[\"]\"],\"\\u0077ho\":\"you\",\"times\":2}");
    assert(call.status == UW_OK && call.chunk_count == 2);
    assert(strcmp(call.chunks[1], "{\"greeting\":\"Good day, you!\"}") == 0);
    assert(call.progress == 1.0);
}

static void a_stream_that_is_cancelled_stops(void) {
    uwt_call call;
    memset(&call, 0, sizeof call);
    call.kind = UWT_STREAM;
    call.args = "[\"you\", 1000]";
    call.cancel_at = UWT_CHUNK;
    call.cancel_count = 2;
    call = uwt_run(call);
    assert(call.status == UW_CANCELLED && call.chunk_count == 2);
}

int main(void) {
    uwt_open(uw_plugin_entry, "Greeter");
    a_greeting_is_what_the_configuration_says();
    a_wrong_configuration_is_refused_by_name();
    an_argument_of_another_type_is_refused_by_name();
    a_stream_greets_as_often_as_it_is_asked_to();
    a_stream_that_is_cancelled_stops();
    uwt_close();
    puts("5 tests passed");
    return 0;
}
