/* The functions of serial.h. */
#include "serial.h"

char *rune_serial_bytes(char *next, const void *bytes, uint32_t size)
{
    __builtin_memcpy(next, bytes, size);
    return next + size;
}

char *rune_serial_text(char *next, struct rune_text text)
{
    static const char hexadecimal[] = "0123456789abcdef";
    *next++ = '"';
    for (uint32_t i = 0; i < text.size; i++) {
        unsigned char byte = (unsigned char)text.bytes[i];
        char letter = byte == '"'    ? '"'
                      : byte == '\\' ? '\\'
                      : byte == '\b' ? 'b'
                      : byte == '\f' ? 'f'
                      : byte == '\n' ? 'n'
                      : byte == '\r' ? 'r'
                      : byte == '\t' ? 't'
                      : byte < 0x20  ? 'u'
                                     : 0;
        if (!letter) {
            *next++ = (char)byte;
            continue;
        }
        *next++ = '\\';
        *next++ = letter;
        if (letter == 'u') {
            next = rune_serial_bytes(next, "00", 2);
            *next++ = hexadecimal[byte >> 4];
            *next++ = hexadecimal[byte & 15];
        }
    }
    *next++ = '"';
    return next;
}

#define RUNE_SERIAL(name, element, append)                                       \
    char *rune_serial_##name(char *next, const element *elements, uint32_t count) \
    {                                                                            \
        for (uint32_t i = 0; i < count; i++) {                                   \
            if (i)                                                               \
                *next++ = ',';                                                   \
            next = append(next, elements[i]);                                    \
        }                                                                        \
        return next;                                                             \
    }

RUNE_SERIAL(u8, uint8_t, rune_decimal_unsigned)
RUNE_SERIAL(i8, int8_t, rune_decimal_signed)
RUNE_SERIAL(u16, uint16_t, rune_decimal_unsigned)
RUNE_SERIAL(i16, int16_t, rune_decimal_signed)
RUNE_SERIAL(u32, uint32_t, rune_decimal_unsigned)
RUNE_SERIAL(i32, int32_t, rune_decimal_signed)
RUNE_SERIAL(f32, float, rune_decimal_double)
RUNE_SERIAL(u64, uint64_t, rune_decimal_unsigned)
RUNE_SERIAL(i64, int64_t, rune_decimal_signed)
RUNE_SERIAL(f64, double, rune_decimal_double)
RUNE_SERIAL(utf8, struct rune_text, rune_serial_text)

char *rune_tensor_utf8(char *next, const struct rune_text *elements, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        next = rune_serial_bytes(next, &elements[i].size, sizeof elements[i].size);
        next = rune_serial_bytes(next, elements[i].bytes, elements[i].size);
    }
    return next;
}

char *rune_serial_sizes(char *next, const int32_t *given, uint32_t axes, const int32_t *decided, int spaces)
{
    for (uint32_t axis = 0; axis < axes; axis++) {
        if (axis)
            *next++ = ',';
        if (axis && spaces)
            *next++ = ' ';
        next = rune_decimal_signed(next, given[axis] < 0 ? *decided++ : given[axis]);
    }
    return next;
}

char *rune_tensor_shape(char *next, const char *head, uint32_t head_size, const int32_t *given, uint32_t axes,
                        const int32_t *decided)
{
    char *sizes = rune_serial_bytes(next + 4, head, head_size);
    char *end = rune_serial_sizes(sizes, given, axes, decided, 1);
    uint32_t length = (uint32_t)(end - next) - 4 + 1, zeros = -length & 3;
    for (uint32_t i = 0; i < zeros; i++)
        *sizes++ = '0';
    end = rune_serial_sizes(sizes, given, axes, decided, 1);
    *end++ = ']';
    length += zeros;
    __builtin_memcpy(next, &length, sizeof length);
    return end;
}
