/* Files and the end of the program by semihosting: the machine that emulates does it. */
#ifndef SEMIHOSTING_H
#define SEMIHOSTING_H

#include <stddef.h>
#include <stdint.h>

enum { OPEN = 0x01, CLOSE = 0x02, WRITE = 0x05, READ = 0x06, EXIT_EXTENDED = 0x20 };
enum { READ_BINARY = 1, WRITE_BINARY = 5 };

static inline uintptr_t host(uintptr_t operation, const void *arguments)
{
#if defined(__riscv)
    register uintptr_t result __asm__("a0") = operation;
    register const void *given __asm__("a1") = arguments;
    __asm__ volatile(".balign 16\n"
                     ".option push\n"
                     ".option norvc\n"
                     "slli x0, x0, 0x1f\n"
                     "ebreak\n"
                     "srai x0, x0, 7\n"
                     ".option pop\n"
                     : "+r"(result)
                     : "r"(given)
                     : "memory");
#else
    register uintptr_t result __asm__("r0") = operation;
    register const void *given __asm__("r1") = arguments;
    __asm__ volatile("bkpt 0xab" : "+r"(result) : "r"(given) : "memory");
#endif
    return result;
}

static inline uintptr_t host_open(const char *name, uintptr_t size, uintptr_t mode)
{
    const uintptr_t arguments[3] = {(uintptr_t)name, mode, size};
    return host(OPEN, arguments);
}

/* Returns whether all bytes were read. */
static inline int host_read(uintptr_t file, void *to, uintptr_t size)
{
    const uintptr_t arguments[3] = {file, (uintptr_t)to, size};
    return host(READ, arguments) == 0;
}

static inline int host_write(uintptr_t file, const void *from, uintptr_t size)
{
    const uintptr_t arguments[3] = {file, (uintptr_t)from, size};
    return host(WRITE, arguments) == 0;
}

static inline void host_exit(uintptr_t status)
{
    const uintptr_t arguments[2] = {0x20026, status}; /* the application ends */
    for (;;)
        host(EXIT_EXTENDED, arguments);
}

#endif
