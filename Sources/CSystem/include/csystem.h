// The few GNU calls that Swift's Glibc module does not show.
#ifndef CSYSTEM_H
#define CSYSTEM_H

/// Names the calling thread; `name` must be at most 15 bytes and end in NUL.
void csystem_name_thread(const char *name);

#endif
