/* The code before main on a bare core: the stack, the initial values of variables, and the handler of faults. */
#include <stddef.h>
#include <stdint.h>

#include "semihosting.h"

extern uint32_t image_data[], data_start[], data_end[], bss_start[], bss_end[], stack_top[];
int main(void);
void start(void);
void fault(uint32_t address);

/* By words, then by bytes. In assembly or not, a compiler must not make a call of itself of it. */
__attribute__((optimize("no-tree-loop-distribute-patterns"))) void *memcpy(void *restrict target,
                                                                           const void *restrict source, size_t size)
{
    unsigned char *to = target;
    const unsigned char *from = source;
    if ((((uintptr_t)to | (uintptr_t)from) & 3) == 0) {
        uint32_t *words = target;
        const uint32_t *given = source;
        for (; size >= 16; size -= 16, words += 4, given += 4) {
            const uint32_t a = given[0], b = given[1], c = given[2], d = given[3];
            words[0] = a, words[1] = b, words[2] = c, words[3] = d;
        }
        for (; size >= 4; size -= 4)
            *words++ = *given++;
        to = (unsigned char *)words;
        from = (const unsigned char *)given;
    }
    while (size--)
        *to++ = *from++;
    return target;
}

__attribute__((optimize("no-tree-loop-distribute-patterns"))) void *memset(void *target, int byte, size_t size)
{
    unsigned char *to = target;
    while (size--)
        *to++ = (unsigned char)byte;
    return target;
}

/* The harness reads the address from the file. */
void fault(uint32_t address)
{
    const uintptr_t file = host_open("fault.bin", 9, WRITE_BINARY);
    host_write(file, &address, sizeof address);
    host_exit(2);
}

__attribute__((used, noreturn)) static void run(void)
{
    for (uint32_t *to = data_start, *from = image_data; to < data_end;)
        *to++ = *from++;
    for (uint32_t *to = bss_start; to < bss_end;)
        *to++ = 0;
    host_exit((uintptr_t)main());
    for (;;) {
    }
}

#if defined(__riscv)

__attribute__((naked, aligned(4))) static void trapped(void)
{
    __asm__ volatile(".option arch, +zicsr\n"
                     "csrr a0, mepc\n"
                     "la sp, stack_top\n"
                     "j fault\n");
}

__attribute__((naked, used, section(".vectors"))) void start(void)
{
    __asm__ volatile(".option arch, +zicsr\n"
                     "la sp, stack_top\n"
                     "la t0, %0\n"
                     "csrw mtvec, t0\n"
                     "j %1\n" ::"i"(trapped),
                     "i"(run));
}

#else

/* The address of the fault lies on the stack, behind six registers. */
__attribute__((naked)) static void trapped(void)
{
    __asm__ volatile("mov r0, sp\n"
                     "ldr r0, [r0, #24]\n"
                     "bl fault\n");
}

void start(void)
{
#if defined(__ARM_FP) || defined(__ARM_FEATURE_MVE)
    *(volatile uint32_t *)0xE000ED88 |= 0xFu << 20; /* switches the registers of floating point on */
    __asm__ volatile("dsb\n"
                     "isb\n");
#endif
    run();
}

__attribute__((used, section(".vectors"))) static const void *const vectors[16] = {
    stack_top, (const void *)start, (const void *)trapped, (const void *)trapped,
    (const void *)trapped, (const void *)trapped, (const void *)trapped,
};

#endif
