#ifndef CLINUX_H
#define CLINUX_H

/* Calls of Linux that glibc's headers show to GNU programs alone, and so never to Swift. */

/* Lets two names of one file system change places in one step; 0, or -1 with errno as renameat2(2) sets it: EINVAL where the file system
   cannot. */
int lora_exchange(const char *one, const char *other);

#endif
