#include "CCurl.h"

#define CURL_DISABLE_TYPECHECK
#define CURL_DISABLE_DEPRECATION
#include <curl/curl.h>
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

static struct {
    pthread_once_t once;
    const char *missing;
    __typeof__(curl_global_init) *global_init;
    __typeof__(curl_easy_init) *init;
    __typeof__(curl_easy_reset) *reset;
    __typeof__(curl_easy_setopt) *set;
    __typeof__(curl_easy_perform) *perform;
    __typeof__(curl_easy_strerror) *words;
    __typeof__(curl_easy_cleanup) *cleanup;
    __typeof__(curl_slist_append) *append;
    __typeof__(curl_slist_free_all) *free_all;
} curl = {.once = PTHREAD_ONCE_INIT};

static void open_library(void) {
    static char reason[256];
    void *library = dlopen("libcurl.so.4", RTLD_NOW | RTLD_LOCAL);
    if (!library) snprintf(reason, sizeof reason, "%s", dlerror());
    if (!library) library = dlopen("libcurl-gnutls.so.4", RTLD_NOW | RTLD_LOCAL);
    curl.missing = reason;
    if (!library) return;
    struct { const char *name; void *place; } functions[] = {
        {"curl_global_init", &curl.global_init}, {"curl_easy_init", &curl.init}, {"curl_easy_reset", &curl.reset},
        {"curl_easy_setopt", &curl.set}, {"curl_easy_perform", &curl.perform}, {"curl_easy_strerror", &curl.words},
        {"curl_easy_cleanup", &curl.cleanup}, {"curl_slist_append", &curl.append}, {"curl_slist_free_all", &curl.free_all},
    };
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
        void *function = dlsym(library, functions[i].name);
        if (!function) {
            snprintf(reason, sizeof reason, "it lacks %s", functions[i].name);
            return;
        }
        memcpy(functions[i].place, &function, sizeof function);
    }
    if (curl.global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
        snprintf(reason, sizeof reason, "it does not start");
        return;
    }
    curl.missing = NULL;
}

const char *lora_http_missing(void) {
    pthread_once(&curl.once, open_library);
    return curl.missing;
}

void *lora_http_open(void) { return lora_http_missing() ? NULL : curl.init(); }

void lora_http_close(void *connection) { curl.cleanup(connection); }

static size_t hear_header(char *bytes, size_t size, size_t count, void *context) {
    const lora_http_listener *listener = context;
    return listener->header(listener->context, bytes, size * count) ? CURL_WRITEFUNC_ERROR : size * count;
}

static size_t hear_body(char *bytes, size_t size, size_t count, void *context) {
    const lora_http_listener *listener = context;
    return listener->body(listener->context, bytes, size * count) ? CURL_WRITEFUNC_ERROR : size * count;
}

static int hear_progress(void *context, curl_off_t total, curl_off_t now, curl_off_t to_send, curl_off_t sent) {
    (void)total, (void)to_send;
    const lora_http_listener *listener = context;
    return listener->moved(listener->context, now + sent);
}

static lora_http_outcome outcome(CURLcode code) {
    switch (code) {
    case CURLE_OK: return LORA_HTTP_DONE;
    case CURLE_ABORTED_BY_CALLBACK:
    case CURLE_WRITE_ERROR: return LORA_HTTP_STOPPED;
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL: return LORA_HTTP_BAD_URL;
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT: return LORA_HTTP_UNREACHABLE;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR: return LORA_HTTP_INSECURE;
    case CURLE_OPERATION_TIMEDOUT: return LORA_HTTP_STALLED;
    case CURLE_PARTIAL_FILE:
    case CURLE_GOT_NOTHING:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM: return LORA_HTTP_CUT;
    default: return LORA_HTTP_OTHER;
    }
}

static void set_body(CURL *handle, const lora_http_request *request) {
    if (strcmp(request->method, "HEAD") == 0) curl.set(handle, CURLOPT_NOBODY, 1L);
    if (!request->body) return;
    curl.set(handle, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body_size);
    curl.set(handle, CURLOPT_POSTFIELDS, request->body);
}

static void set_limits(CURL *handle, const lora_http_request *request) {
    curl.set(handle, CURLOPT_CONNECTTIMEOUT_MS, request->connect_milliseconds);
    curl.set(handle, CURLOPT_TIMEOUT_MS, request->total_milliseconds);
    curl.set(handle, CURLOPT_PROTOCOLS, (long)(CURLPROTO_HTTP | CURLPROTO_HTTPS));
    /* Signals would interrupt other threads. */
    curl.set(handle, CURLOPT_NOSIGNAL, 1L);
}

static void set_listener(CURL *handle, const lora_http_listener *listener) {
    curl.set(handle, CURLOPT_HEADERFUNCTION, hear_header);
    curl.set(handle, CURLOPT_HEADERDATA, listener);
    curl.set(handle, CURLOPT_WRITEFUNCTION, hear_body);
    curl.set(handle, CURLOPT_WRITEDATA, listener);
    curl.set(handle, CURLOPT_XFERINFOFUNCTION, hear_progress);
    curl.set(handle, CURLOPT_XFERINFODATA, listener);
    curl.set(handle, CURLOPT_NOPROGRESS, 0L);
}

lora_http_outcome lora_http_perform(
    void *handle, const lora_http_request *request, const lora_http_listener *listener, char reason[LORA_HTTP_REASON_SIZE]) {
    struct curl_slist *headers = NULL;
    for (size_t i = 0; i < request->header_count; i++) headers = curl.append(headers, request->headers[i]);
    reason[0] = 0;
    /* Keeps connections. */
    curl.reset(handle);
    curl.set(handle, CURLOPT_URL, request->url);
    set_body(handle, request);
    curl.set(handle, CURLOPT_CUSTOMREQUEST, request->method);
    curl.set(handle, CURLOPT_HTTPHEADER, headers);
    curl.set(handle, CURLOPT_ERRORBUFFER, reason);
    set_limits(handle, request);
    set_listener(handle, listener);
    CURLcode code = curl.perform(handle);
    curl.free_all(headers);
    curl.set(handle, CURLOPT_ERRORBUFFER, NULL);
    if (code != CURLE_OK && !reason[0]) snprintf(reason, LORA_HTTP_REASON_SIZE, "%s", curl.words(code));
    return outcome(code);
}
