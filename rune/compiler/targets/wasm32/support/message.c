/* The functions of rune.h: messages, and failing with one; and the two functions of C that a compiler assumes. */
#include "host.h"
#include "rune.h"

#ifdef __wasm_bulk_memory__
void *memcpy(void *restrict target, const void *restrict source, size_t size)
{
    return __builtin_memcpy(target, source, size); /* one instruction, never a call of itself */
}

void *memset(void *target, int value, size_t size)
{
    return __builtin_memset(target, value, size);
}
#else
__attribute__((no_builtin)) void *memcpy(void *restrict target, const void *restrict source, size_t size)
{
    unsigned char *to = target;
    const unsigned char *from = source;
    while (size--)
        *to++ = *from++;
    return target;
}

__attribute__((no_builtin)) void *memset(void *target, int value, size_t size)
{
    unsigned char *to = target;
    while (size--)
        *to++ = (unsigned char)value;
    return target;
}
#endif

static void append_byte(struct rune_message *message, char byte)
{
    if (message->size < sizeof message->bytes)
        message->bytes[message->size++] = byte;
}

void rune_message_text(struct rune_message *message, const char *text)
{
    while (*text)
        append_byte(message, *text++);
}

void rune_message_number(struct rune_message *message, int64_t number)
{
    char digits[20];
    uint32_t count = 0;
    uint64_t rest = number < 0 ? -(uint64_t)number : (uint64_t)number;
    if (number < 0)
        append_byte(message, '-');
    do
        digits[count++] = (char)('0' + rest % 10);
    while (rest /= 10);
    while (count)
        append_byte(message, digits[--count]);
}

_Noreturn void rune_fail(const struct rune_message *message)
{
    static const char head[] = "{\"level\":\"ERROR\",\"message\":\"";
    static const char tail[] = "\",\"target\":\"rune\",\"module_path\":null,\"file\":null,\"line\":null}";
    char record[sizeof head + sizeof message->bytes + sizeof tail];
    uint32_t size = 0;
    for (const char *next = head; *next; next++)
        record[size++] = *next;
    for (uint32_t i = 0; i < message->size && i < sizeof message->bytes; i++)
        record[size++] = message->bytes[i];
    for (const char *next = tail; *next; next++)
        record[size++] = *next;
    host_debug(record, size);
    __builtin_trap();
}
