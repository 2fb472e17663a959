// libpq as a Swift module.
#include <libpq-fe.h>
