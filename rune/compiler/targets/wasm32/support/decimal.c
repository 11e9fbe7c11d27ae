/*
 * Shortest decimal of a double, by exact arithmetic: free-format printing as Steele and White, and Burger and Dybvig,
 * describe it. Slower than a table of powers would be, and without the table's ten kilobytes.
 */
#include "decimal.h"

#include <stdbool.h>

/* A natural number in base 2^32, lowest word first. 36 words hold every value that occurs (below 2^1140). */
#define WORDS 36
struct natural {
    uint32_t words[WORDS];
    int32_t count;
};

static void set(struct natural *number, uint64_t value)
{
    number->count = 0;
    for (; value; value >>= 32)
        number->words[number->count++] = (uint32_t)value;
}

static void multiply(struct natural *number, uint32_t factor)
{
    uint64_t carry = 0;
    for (int32_t i = 0; i < number->count; i++) {
        carry += (uint64_t)number->words[i] * factor;
        number->words[i] = (uint32_t)carry;
        carry >>= 32;
    }
    if (carry)
        number->words[number->count++] = (uint32_t)carry;
}

static void multiply_by_power_of_ten(struct natural *number, int32_t power)
{
    for (; power >= 9; power -= 9)
        multiply(number, 1000000000);
    for (; power > 0; power--)
        multiply(number, 10);
}

static void multiply_by_power_of_two(struct natural *number, int32_t power)
{
    for (; power >= 31; power -= 31)
        multiply(number, UINT32_C(1) << 31);
    multiply(number, UINT32_C(1) << power);
}

static uint32_t word(const struct natural *number, int32_t index)
{
    return index < number->count ? number->words[index] : 0;
}

/* The sign of left + more - right; `more` may be null. */
static int32_t compare(const struct natural *left, const struct natural *more, const struct natural *right)
{
    struct natural sum = *left;
    if (more) {
        int32_t longest = left->count > more->count ? left->count : more->count;
        uint64_t carry = 0;
        for (int32_t i = 0; i < longest; i++) {
            carry += (uint64_t)word(left, i) + word(more, i);
            sum.words[i] = (uint32_t)carry;
            carry >>= 32;
        }
        sum.count = longest;
        if (carry)
            sum.words[sum.count++] = (uint32_t)carry;
    }
    for (int32_t i = (sum.count > right->count ? sum.count : right->count) - 1; i >= 0; i--) {
        if (word(&sum, i) != word(right, i))
            return word(&sum, i) > word(right, i) ? 1 : -1;
    }
    return 0;
}

static void subtract(struct natural *left, const struct natural *right)
{
    int64_t carry = 0;
    for (int32_t i = 0; i < left->count; i++) {
        carry += (int64_t)left->words[i] - word(right, i);
        left->words[i] = (uint32_t)carry;
        carry >>= 32;
    }
    while (left->count && left->words[left->count - 1] == 0)
        left->count--;
}

/* 1233/4096 is log10(2), a little less: a guess of the power of ten that is right or too small by one or two. */
static int32_t guessed_power(uint64_t fraction, int32_t exponent)
{
    return ((63 - __builtin_clzll(fraction) + exponent) * 1233) >> 12;
}

/* Whether the search, which ends between two digits, takes the upper one: the nearer one, the even one of a tie. */
static bool rounds_up(bool low, bool high, int32_t half, char digit)
{
    return high && (!low || half > 0 || (half == 0 && (digit & 1)));
}

typedef unsigned __int128 wide;

static wide shifted(uint64_t value, int32_t count)
{
    uint64_t above = count == 0 ? 0 : count < 64 ? value >> (64 - count) : value << (count - 64);
    return (wide)above << 64 | (count < 64 ? value << count : 0);
}

/* In halves, because the compiler would call a library for a product of 128 bits. */
static wide times_ten(wide value)
{
    uint64_t low = (uint64_t)value;
    uint64_t first = (low & UINT32_MAX) * 10, second = (low >> 32) * 10 + (first >> 32);
    uint64_t high = (uint64_t)(value >> 64) * 10 + (second >> 32);
    return (wide)high << 64 | (second << 32 | (uint32_t)first);
}

/* `long_digits` in 128 bits, for exponents from -112 to 60: five times as fast, and what nearly every number needs. */
static int32_t short_digits(uint64_t fraction, int32_t exponent, bool narrow_below, char *digits, int32_t *point)
{
    int32_t spare = narrow_below ? 2 : 1;
    wide rest = shifted(fraction, spare + (exponent > 0 ? exponent : 0));
    wide unit = shifted(1, spare + (exponent < 0 ? -exponent : 0));
    wide below = shifted(1, exponent > 0 ? exponent : 0);
    wide above = narrow_below ? below + below : below;
    wide ends = (fraction & 1) == 0; /* a reader rounds a tie to even */
    int32_t power = guessed_power(fraction, exponent);
    for (int32_t i = 0; i < power; i++)
        unit = times_ten(unit);
    for (int32_t i = power; i < 0; i++) {
        rest = times_ten(rest);
        below = times_ten(below);
        above = times_ten(above);
    }
    for (; rest + above + ends > unit; power++)
        unit = times_ten(unit);
    *point = power;
    for (int32_t count = 0;;) {
        rest = times_ten(rest);
        below = times_ten(below);
        above = times_ten(above);
        char digit = 0;
        for (; rest >= unit; digit++)
            rest -= unit;
        bool low = rest < below + ends, high = rest + above + ends > unit;
        if (low || high) {
            int32_t half = rest + rest > unit ? 1 : rest + rest == unit ? 0 : -1;
            digits[count++] = (char)(digit + rounds_up(low, high, half, digit));
            return count;
        }
        digits[count++] = digit;
    }
}

/* Digits (values 0 to 9, at most 17) of fraction * 2^exponent, and the place of the decimal point before them. */
static int32_t long_digits(uint64_t fraction, int32_t exponent, bool narrow_below, char *digits, int32_t *point)
{
    /* value = rest / unit; it reads back from anywhere within below / unit and above / unit of it. */
    static struct natural rest, unit, below, above;
    int32_t spare = narrow_below ? 2 : 1;
    set(&rest, fraction);
    set(&unit, 1);
    set(&below, 1);
    multiply_by_power_of_two(&rest, spare + (exponent > 0 ? exponent : 0));
    multiply_by_power_of_two(&unit, spare + (exponent < 0 ? -exponent : 0));
    multiply_by_power_of_two(&below, exponent > 0 ? exponent : 0);
    above = below;
    if (narrow_below)
        multiply(&above, 2);
    bool ends_count = (fraction & 1) == 0; /* a reader rounds a tie to even */

    int32_t power = guessed_power(fraction, exponent);
    if (power >= 0)
        multiply_by_power_of_ten(&unit, power);
    else {
        multiply_by_power_of_ten(&rest, -power);
        multiply_by_power_of_ten(&below, -power);
        multiply_by_power_of_ten(&above, -power);
    }
    while (compare(&rest, &above, &unit) >= (ends_count ? 0 : 1)) {
        multiply(&unit, 10);
        power++;
    }
    *point = power;

    for (int32_t count = 0;;) {
        multiply(&rest, 10);
        multiply(&below, 10);
        multiply(&above, 10);
        char digit = 0;
        for (; compare(&rest, 0, &unit) >= 0; digit++)
            subtract(&rest, &unit);
        bool low = compare(&rest, 0, &below) < (ends_count ? 1 : 0);
        bool high = compare(&rest, &above, &unit) > (ends_count ? -1 : 0);
        if (low || high) {
            int32_t half = compare(&rest, &rest, &unit);
            digits[count++] = (char)(digit + rounds_up(low, high, half, digit));
            return count;
        }
        digits[count++] = digit;
    }
}

char *rune_decimal_unsigned(char *next, uint64_t number)
{
    char digits[20];
    int32_t count = 0;
    do
        digits[count++] = (char)('0' + number % 10);
    while (number /= 10);
    while (count)
        *next++ = digits[--count];
    return next;
}

char *rune_decimal_signed(char *next, int64_t number)
{
    if (number >= 0)
        return rune_decimal_unsigned(next, (uint64_t)number);
    *next++ = '-';
    return rune_decimal_unsigned(next, -(uint64_t)number);
}

static char *append_text(char *next, const char *text)
{
    while (*text)
        *next++ = *text++;
    return next;
}

static char *zeros(char *next, int32_t count)
{
    while (count-- > 0)
        *next++ = '0';
    return next;
}

char *rune_decimal_double(char *next, double number)
{
    uint64_t bits;
    __builtin_memcpy(&bits, &number, sizeof bits);
    uint64_t fraction = bits & ((UINT64_C(1) << 52) - 1);
    int32_t exponent = (int32_t)(bits >> 52 & 0x7ff);
    if (exponent == 0x7ff)
        return append_text(next, "null");
    if (bits >> 63)
        *next++ = '-';
    if (exponent == 0 && fraction == 0)
        return append_text(next, "0.0");

    char digits[20];
    int32_t point;
    bool narrow_below = fraction == 0 && exponent > 1;
    if (exponent)
        fraction |= UINT64_C(1) << 52;
    else
        exponent = 1;
    exponent -= 1075;
    bool is_short = exponent >= -112 && exponent <= 60;
    int32_t count = (is_short ? short_digits : long_digits)(fraction, exponent, narrow_below, digits, &point);
    for (int32_t i = 0; i < count; i++)
        digits[i] += '0';

    if (point > 0 && point <= 16) { /* 1234.0, 12.34 */
        for (int32_t i = 0; i < point; i++)
            *next++ = i < count ? digits[i] : '0';
        *next++ = '.';
        for (int32_t i = point; i < count; i++)
            *next++ = digits[i];
        return count > point ? next : append_text(next, "0");
    }
    if (point > -5 && point <= 0) { /* 0.001234 */
        next = zeros(append_text(next, "0."), -point);
        for (int32_t i = 0; i < count; i++)
            *next++ = digits[i];
        return next;
    }
    *next++ = digits[0]; /* 1e-7, 1.234e30 */
    if (count > 1)
        *next++ = '.';
    for (int32_t i = 1; i < count; i++)
        *next++ = digits[i];
    *next++ = 'e';
    return rune_decimal_signed(next, point - 1);
}
