// HTTP and HTTPS requests through libcurl, one at a time and blocking.
//
// libcurl's options are variadic calls that Swift cannot make. A redirect is never followed here:
// the caller sees where it leads and decides what goes with it.
#ifndef CTRANSFER_H
#define CTRANSFER_H

#include <stddef.h>
#include <stdint.h>

typedef enum ctransfer_status : int32_t {
    CTRANSFER_OK = 0,       // a whole reply came, whatever its HTTP status
    CTRANSFER_NETWORK = 1,  // no connection, or one that broke or stalled; worth another try
    CTRANSFER_REFUSED = 2,  // an address or a certificate that another try will not change
    CTRANSFER_STOPPED = 3,  // the sink wanted no more
} ctransfer_status;

typedef struct ctransfer_request {
    const char *url;            // http or https
    const char *authorization;  // the value of that header, or NULL
    const char *user_agent;
    int64_t offset;             // asks for the bytes from here on; 0 for all
    long connect_seconds;       // the longest wait for a connection
    long stall_seconds;         // the longest time without a byte
} ctransfer_request;

enum { CTRANSFER_URL_BYTES = 8192, CTRANSFER_TEXT_BYTES = 256 };

typedef struct ctransfer_reply {
    long http_status;
    int64_t length;                           // bytes of the body, -1 if not told
    int64_t first;                            // where the body begins in the file, -1 if not told
    int64_t retry_seconds;                    // Retry-After, -1 if not told
    char location[CTRANSFER_URL_BYTES];       // where a redirect leads, absolute; or empty
    char linked_etag[CTRANSFER_TEXT_BYTES];   // X-Linked-Etag without quotes, or empty
    char message[CTRANSFER_TEXT_BYTES];       // why it failed
} ctransfer_reply;

/// Takes a piece of the body; the head of `reply` is complete by then. Nonzero ends the transfer.
typedef int (*ctransfer_sink)(
    void *context, const ctransfer_reply *reply, const uint8_t *bytes, size_t count);

/// GETs a URL. Blocks; any thread.
ctransfer_status ctransfer_get(
    const ctransfer_request *request, ctransfer_reply *reply, ctransfer_sink sink, void *context);

/// The `location` of a reply: an array longer than Swift takes over from C.
const char *ctransfer_location(const ctransfer_reply *reply);

/// Writes "scheme://host:port" of a URL; 0 if it is not one of http or https, or does not fit.
int ctransfer_origin(const char *url, char *origin, size_t size);

#endif
