/* How deep the stack was, which the code at reset paints. */
#include "firmware.h"

extern uint32_t stack_bottom[], stack_top[];

uint32_t stack_used(void)
{
    const volatile uint32_t *here = stack_bottom;
    while (here < stack_top && *here == STACK_PAINT)
        here++;
    return (uint32_t)((uintptr_t)stack_top - (uintptr_t)here);
}

int stack_is_whole(void)
{
    return *(volatile uint32_t *)stack_bottom == STACK_PAINT;
}
