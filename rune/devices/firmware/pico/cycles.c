/*
 * Cycles of the core: its timer counts 24 bits of them, the chip's counts microseconds. Together they count on without
 * an interrupt, which would be a part of what is counted.
 */
#include "firmware.h"
#include "registers.h"

#define CYCLES_A_MICROSECOND 125
#define TICKS 0xFFFFFFu

void start_counting(void)
{
    REGISTER(SYSTICK_RELOAD) = TICKS;
    REGISTER(SYSTICK_VALUE) = 0;
    REGISTER(SYSTICK_CONTROL) = 1u << 2 | 1u << 0;
}

uint32_t microseconds(void)
{
    return REGISTER(TIMER_MICROSECONDS);
}

struct moment now(void)
{
    const struct moment moment = {microseconds(), REGISTER(SYSTICK_VALUE)};
    return moment;
}

uint64_t cycles_between(struct moment from, struct moment to)
{
    const uint64_t about = (uint64_t)(to.microseconds - from.microseconds) * CYCLES_A_MICROSECOND;
    const uint32_t exact = (from.ticks - to.ticks) & TICKS; /* it counts down, and this many lowest bits are right */
    const int32_t beyond = (int32_t)((exact - (uint32_t)about) << 8) >> 8;
    return about + (uint64_t)(int64_t)beyond;
}
