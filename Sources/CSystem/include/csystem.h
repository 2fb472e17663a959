// The few GNU calls that Swift's Glibc module does not show.
#ifndef CSYSTEM_H
#define CSYSTEM_H

#include <spawn.h>

/// Names the calling thread; `name` must be at most 15 bytes and end in NUL.
void csystem_name_thread(const char *name);

/// Makes a program that is about to be spawned close every descriptor from `first` on.
/// Returns 0 or an error number.
int csystem_close_from(posix_spawn_file_actions_t *actions, int first);

/// Opens an empty file in memory that is closed in programs started; -1 and errno if there is none.
int csystem_memory_file(const char *name);

#endif
