/* Between two steps the same memory can change its type: the compiler must not carry anything across. */
#if defined(__GNUC__)
#define RUNE_STEP_ENDS() __asm__ __volatile__("" : : : "memory")
#else
#define RUNE_STEP_ENDS() ((void)0)
#endif
/* A program around the rune may define this, to learn which step runs. */
#ifndef RUNE_STEP_BEGINS
#define RUNE_STEP_BEGINS(step) ((void)0)
#endif
