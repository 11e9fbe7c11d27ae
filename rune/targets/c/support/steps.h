/* Between two steps the same memory can change its type: the compiler must not carry anything across. */
#if defined(__GNUC__)
#define RUNE_STEP_ENDS() __asm__ __volatile__("" : : : "memory")
#else
#define RUNE_STEP_ENDS() ((void)0)
#endif
