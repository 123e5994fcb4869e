// Where in the plugin's code the calling thread is.
#ifndef PLACE_HPP
#define PLACE_HPP

#include <universal_worker_plugin.h>

struct Place {
    // The function of the ABI; null outside of them. Kept when the thread ends inside of it.
    const char *function;
    // Its call, if it runs one.
    const uw_call *call;
};

extern __thread Place place;

#endif
