/*
 * Between two steps the same memory can change its type: the compiler must not carry anything across. It stands inside
 * of a step, because gcc 12 leaves out calls of one that it wrongly takes for free of effects: of two equal steps whose
 * input and output it counts through by one pointer.
 */
#if defined(__GNUC__)
#define RUNE_STEP_ENDS() __asm__ __volatile__("" : : : "memory")
#else
#define RUNE_STEP_ENDS() ((void)0)
#endif
/* A program around the rune may define this, to learn which step runs. */
#ifndef RUNE_STEP_BEGINS
#define RUNE_STEP_BEGINS(step) ((void)0)
#endif
