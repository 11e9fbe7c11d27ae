/* A rune on 32-bit Linux without a C library: frames from standard input, the bytes of the outputs to standard output. */
#include <stddef.h>
#include <stdint.h>

#include RUNE_HEADER

static int32_t call(int32_t number, int32_t a, const void *b, uint32_t c)
{
    int32_t result;
    __asm__ volatile("int $0x80" : "=a"(result) : "a"(number), "b"(a), "c"(b), "d"(c) : "memory");
    return result;
}

void *memcpy(void *restrict target, const void *restrict source, size_t size)
{
    volatile unsigned char *to = target; /* volatile, or the loop becomes a call of itself */
    const unsigned char *from = source;
    while (size--)
        *to++ = *from++;
    return target;
}

/* The division of 64 bits, which a compiler otherwise takes from its own library. */
static uint64_t divided(uint64_t number, uint64_t by, uint64_t *rest)
{
    uint64_t quotient = 0, left = 0;
    for (int i = 63; i >= 0; i--) {
        left = left << 1 | (number >> i & 1);
        quotient <<= 1;
        if (left >= by) {
            left -= by;
            quotient |= 1;
        }
    }
    *rest = left;
    return quotient;
}

uint64_t __udivdi3(uint64_t number, uint64_t by)
{
    uint64_t rest;
    return divided(number, by, &rest);
}

uint64_t __umoddi3(uint64_t number, uint64_t by)
{
    uint64_t rest;
    divided(number, by, &rest);
    return rest;
}

static INPUT_TYPE frame[INPUT_COUNT];
static struct OUTPUTS outputs;

static int read_frame(void)
{
    uint32_t have = 0;
    while (have < sizeof frame) {
        int32_t count = call(3, 0, (char *)frame + have, sizeof frame - have);
        if (count <= 0)
            return 0;
        have += (uint32_t)count;
    }
    return 1;
}

static void write_text(const char *bytes, uint32_t size)
{
    call(4, 1, bytes, size);
    call(4, 1, "\n", 1);
}

__attribute__((force_align_arg_pointer, noreturn)) void _start(void)
{
    int status = INIT();
    const struct INPUTS inputs = {frame};
    while (status == 0 && read_frame()) {
        status = RUN(&inputs, &outputs);
        for (int i = 0; status == 0 && i < TEXT_COUNT; i++)
            write_text(outputs.TEXT[i].bytes, outputs.TEXT[i].size);
        if (status == 0)
            call(4, 1, outputs.scores, sizeof outputs.scores);
#ifdef LAST_TEXT
        if (status == 0)
            write_text(outputs.LAST_TEXT[0].bytes, outputs.LAST_TEXT[0].size);
#endif
    }
    call(1, sizeof(void *) == 4 ? status : 99, 0, 0);
    __builtin_unreachable();
}
