// One GET through libcurl's easy interface.
#include "ctransfer.h"

#include <curl/curl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

typedef struct {
    CURL *handle;
    ctransfer_reply *reply;
    ctransfer_sink sink;
    void *context;
    int stopped;
} transfer;

static pthread_once_t once = PTHREAD_ONCE_INIT;
static void prepare(void) { curl_global_init(CURL_GLOBAL_DEFAULT); }

/// The value of a header line if it is the one named, without blanks around it; else NULL.
static char *header_value(char *line, const char *name) {
    size_t length = strlen(name);
    if (strncasecmp(line, name, length) != 0 || line[length] != ':') { return NULL; }
    char *value = line + length + 1;
    while (*value == ' ' || *value == '\t') { value++; }
    char *end = value + strlen(value);
    while (end > value && strchr(" \t\r\n", end[-1]) != NULL) { *--end = 0; }
    return value;
}

static void copy_tag(char *target, const char *tag) {
    if (strncmp(tag, "W/", 2) == 0) { tag += 2; }
    size_t length = strlen(tag);
    if (length >= 2 && tag[0] == '"' && tag[length - 1] == '"') {
        tag++;
        length -= 2;
    }
    if (length >= CTRANSFER_TEXT_BYTES) { return; }
    memcpy(target, tag, length);
    target[length] = 0;
}

static size_t on_header(char *bytes, size_t size, size_t count, void *context) {
    transfer *t = context;
    char line[1024];
    size_t length = size * count;
    if (length >= sizeof line) { return length; }  // none of those we read
    memcpy(line, bytes, length);
    line[length] = 0;
    char *value;
    if (strncmp(line, "HTTP/", 5) == 0) {  // a head begins; that of 100 Continue is none
        t->reply->first = t->reply->retry_seconds = t->reply->length = -1;
        t->reply->linked_etag[0] = 0;
    } else if ((value = header_value(line, "Content-Range")) != NULL) {
        long long first;
        if (sscanf(value, "bytes %lld-", &first) == 1) { t->reply->first = first; }
    } else if ((value = header_value(line, "Content-Length")) != NULL) {
        t->reply->length = strtoll(value, NULL, 10);
    } else if ((value = header_value(line, "Retry-After")) != NULL) {
        char *end;
        long long seconds = strtoll(value, &end, 10);
        if (end != value && *end == 0 && seconds >= 0) { t->reply->retry_seconds = seconds; }
    } else if ((value = header_value(line, "X-Linked-Etag")) != NULL) {
        copy_tag(t->reply->linked_etag, value);
    }
    return length;
}

static size_t on_body(char *bytes, size_t size, size_t count, void *context) {
    transfer *t = context;
    curl_easy_getinfo(t->handle, CURLINFO_RESPONSE_CODE, &t->reply->http_status);
    if (t->sink(t->context, t->reply, (const uint8_t *)bytes, size * count) != 0) {
        t->stopped = 1;
        return 0;
    }
    return size * count;
}

static ctransfer_status status_of(CURLcode code) {
    switch (code) {
    case CURLE_OK: return CTRANSFER_OK;
    case CURLE_UNSUPPORTED_PROTOCOL: case CURLE_URL_MALFORMAT: case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE: case CURLE_OUT_OF_MEMORY: case CURLE_FAILED_INIT:
        return CTRANSFER_REFUSED;
    default: return CTRANSFER_NETWORK;
    }
}

ctransfer_status ctransfer_get(
    const ctransfer_request *request, ctransfer_reply *reply, ctransfer_sink sink, void *context) {
    pthread_once(&once, prepare);
    memset(reply, 0, sizeof *reply);
    reply->length = reply->first = reply->retry_seconds = -1;
    CURL *handle = curl_easy_init();
    if (handle == NULL) {
        snprintf(reply->message, sizeof reply->message, "libcurl could not start");
        return CTRANSFER_REFUSED;
    }
    transfer t = {handle, reply, sink, context, 0};
    char error[CURL_ERROR_SIZE] = "", range[32], authorization[8192] = "";
    struct curl_slist *headers = NULL;
    if (request->authorization != NULL) {
        int length = snprintf(
            authorization, sizeof authorization, "Authorization: %s", request->authorization);
        if (length > 0 && (size_t)length < sizeof authorization) {
            headers = curl_slist_append(headers, authorization);
        }
    }
    curl_easy_setopt(handle, CURLOPT_URL, request->url);
    curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(handle, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);  // signals belong to the program
    curl_easy_setopt(handle, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
    curl_easy_setopt(handle, CURLOPT_USERAGENT, request->user_agent);
    curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT, request->connect_seconds);
    curl_easy_setopt(handle, CURLOPT_LOW_SPEED_LIMIT, 1L);
    curl_easy_setopt(handle, CURLOPT_LOW_SPEED_TIME, request->stall_seconds);
    curl_easy_setopt(handle, CURLOPT_ERRORBUFFER, error);
    curl_easy_setopt(handle, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(handle, CURLOPT_HEADERDATA, &t);
    curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(handle, CURLOPT_WRITEDATA, &t);
    if (headers != NULL) { curl_easy_setopt(handle, CURLOPT_HTTPHEADER, headers); }
    if (request->offset > 0) {
        snprintf(range, sizeof range, "%lld-", (long long)request->offset);
        curl_easy_setopt(handle, CURLOPT_RANGE, range);
    }
    CURLcode code = curl_easy_perform(handle);
    curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &reply->http_status);
    char *location = NULL;
    if (curl_easy_getinfo(handle, CURLINFO_REDIRECT_URL, &location) == CURLE_OK && location != NULL
        && strlen(location) < sizeof reply->location) {
        strcpy(reply->location, location);
    }
    if (code != CURLE_OK) {
        snprintf(reply->message, sizeof reply->message, "%s",
                 error[0] != 0 ? error : curl_easy_strerror(code));
    }
    curl_slist_free_all(headers);
    curl_easy_cleanup(handle);
    explicit_bzero(authorization, sizeof authorization);
    return t.stopped ? CTRANSFER_STOPPED : status_of(code);
}

const char *ctransfer_location(const ctransfer_reply *reply) { return reply->location; }

int ctransfer_origin(const char *url, char *origin, size_t size) {
    CURLU *parts = curl_url();
    char *scheme = NULL, *host = NULL, *port = NULL;
    int length = 0;
    if (parts != NULL && curl_url_set(parts, CURLUPART_URL, url, 0) == CURLUE_OK
        && curl_url_get(parts, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK
        && curl_url_get(parts, CURLUPART_HOST, &host, 0) == CURLUE_OK
        && curl_url_get(parts, CURLUPART_PORT, &port, CURLU_DEFAULT_PORT) == CURLUE_OK
        && (strcmp(scheme, "http") == 0 || strcmp(scheme, "https") == 0)) {
        length = snprintf(origin, size, "%s://%s:%s", scheme, host, port);
    }
    curl_free(scheme);
    curl_free(host);
    curl_free(port);
    curl_url_cleanup(parts);
    return length > 0 && (size_t)length < size;
}
