#pragma once

#include <stddef.h>

/* One exchange over HTTP by libcurl, which is opened when it is first needed: with the thirty libraries it brings, it would cost
   every start of the program 6 ms. */

/* What is asked. Headers are lines `Name: value`. */
typedef struct {
    const char *url;
    const char *method;
    const char *const *headers;
    size_t header_count;
    const void *body; /* NULL without one */
    size_t body_size;
    long connect_milliseconds;
    long total_milliseconds; /* 0 without limit */
} lora_http_request;

/* Who hears the reply; any function that returns other than 0 ends the exchange. `moved` hears about every second how many bytes have
   been sent and received. */
typedef struct {
    void *context;
    int (*header)(void *context, const char *line, size_t count);
    int (*body)(void *context, const void *bytes, size_t count);
    int (*moved)(void *context, long long bytes);
} lora_http_listener;

typedef enum {
    LORA_HTTP_DONE,
    LORA_HTTP_STOPPED, /* by the listener */
    LORA_HTTP_BAD_URL,
    LORA_HTTP_UNREACHABLE,
    LORA_HTTP_INSECURE,
    LORA_HTTP_STALLED,
    LORA_HTTP_CUT,
    LORA_HTTP_OTHER,
} lora_http_outcome;

enum { LORA_HTTP_REASON_SIZE = 256 };

/* NULL once libcurl is open, else why it could not be opened. Any thread may ask. */
const char *lora_http_missing(void);

/* A connection that is kept open from one exchange to the next, for one thread at a time; NULL without memory. */
void *lora_http_open(void);
void lora_http_close(void *connection);

/* `reason` is filled where the outcome is other than LORA_HTTP_DONE. Redirects are not followed. */
lora_http_outcome lora_http_perform(
    void *connection, const lora_http_request *request, const lora_http_listener *listener, char reason[LORA_HTTP_REASON_SIZE]);
