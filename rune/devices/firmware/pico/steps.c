/* The step of the rune that runs, and the cycles of each: the rune reports when one begins. */
#include "firmware.h"

volatile uint32_t program_step = BUSY;
static struct moment began;

void end_steps(void)
{
    if (program_step < BUSY)
        program_step_cycles[program_step] += (uint32_t)cycles_between(began, now());
    program_step = BUSY;
}

void program_step_begins(uint32_t step)
{
    end_steps();
    program_step = step;
    began = now();
}
