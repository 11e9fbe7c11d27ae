/* The code at reset: the stack, the initial values of variables, the clocks; and the handler of faults. */
#include "firmware.h"
#include "registers.h"

extern uint32_t image_data[], data_start[], data_end[], bss_start[], bss_end[], stack_bottom[], stack_top[];
void start(void);
void entry(void);

/* By the fault's handler: the address lies on the stack, behind six registers. All that was under way is given up. */
__attribute__((naked, used)) static void trapped(void)
{
    __asm__ volatile("mov r0, sp\n"
                     "ldr r0, [r0, #24]\n"
                     "ldr r1, =stack_top\n"
                     "mov sp, r1\n"
                     "bl answer_fault\n");
}

__attribute__((used, section(".vectors"))) static const void *const vectors[16] = {
    stack_top, (const void *)start, (const void *)trapped, (const void *)trapped,
};

/* The first instruction of the image: the ROM jumps here after it filled RAM, and the loader where flash is read. */
__attribute__((naked, used, section(".entry"))) void entry(void)
{
    __asm__ volatile("cpsid i\n"
                     "ldr r0, =vectors\n"
                     "ldr r1, =0xE000ED08\n"
                     "str r0, [r1]\n"
                     "ldr r0, =stack_top\n"
                     "mov sp, r0\n"
                     "ldr r0, =start\n"
                     "bx r0\n"
                     ".ltorg\n");
}

/* 125 MHz by the crystal of 12 MHz, and a tick of a microsecond for the timer. */
static void start_clocks(void)
{
    const uint32_t needed = 1u << 5 | 1u << 8 | 1u << 12 | 1u << 21 | 1u << 22; /* pins, pads, PLL, timer, UART 0 */
    REGISTER(CLOCKS_SYS_CONTROL + CLEARS) = 1;
    while (REGISTER(CLOCKS_SYS_SELECTED) != 1) {
    }
    REGISTER(XOSC_STARTUP) = 47; /* a millisecond */
    REGISTER(XOSC_CONTROL) = 0xFABu << 12 | 0xAA0u;
    while (!(REGISTER(XOSC_STATUS) >> 31)) {
    }
    REGISTER(CLOCKS_REF_CONTROL) = 2;
    while (REGISTER(CLOCKS_REF_SELECTED) != 1u << 2) {
    }
    REGISTER(RESETS_RESET + SETS) = needed;
    REGISTER(RESETS_RESET + CLEARS) = needed;
    while ((REGISTER(RESETS_DONE) & needed) != needed) {
    }
    REGISTER(PLL_CONTROL) = 1;
    REGISTER(PLL_FEEDBACK) = 125; /* 1500 MHz */
    REGISTER(PLL_POWER + CLEARS) = 1u << 0 | 1u << 5;
    while (!(REGISTER(PLL_CONTROL) >> 31)) {
    }
    REGISTER(PLL_DIVIDERS) = 6u << 16 | 2u << 12;
    REGISTER(PLL_POWER + CLEARS) = 1u << 3;
    REGISTER(CLOCKS_SYS_CONTROL) = 0;
    REGISTER(CLOCKS_SYS_CONTROL + SETS) = 1;
    while (REGISTER(CLOCKS_SYS_SELECTED) != 2) {
    }
    REGISTER(CLOCKS_PERI_CONTROL) = 1u << 11;
    REGISTER(WATCHDOG_TICK) = 1u << 9 | 12;
}

void start(void)
{
    volatile uint32_t *here = stack_bottom;
    uint32_t *const stack = (uint32_t *)(uintptr_t)__builtin_frame_address(0);
    if (data_start != image_data)
        for (uint32_t *to = data_start, *from = image_data; to < data_end;)
            *to++ = *from++;
    for (volatile uint32_t *to = bss_start; to < bss_end;)
        *to++ = 0;
    for (; here < stack - 16; here++)
        *here = STACK_PAINT;
    start_clocks();
    start_line();
    start_counting();
    serve();
}
