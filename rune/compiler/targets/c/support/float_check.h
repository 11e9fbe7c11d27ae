/* Whether the processor rounds to nearest, halves to even, and keeps numbers that are very small: both can be switched. */
RUNE_FUNCTION int rune_arithmetic_is_exact(void)
{
    volatile float one = 1.0f, half = 0x1p-24f, odd = 0x1.000002p+0f, small = 0x1p-126f;
    volatile double wide = 1.0, wide_half = 0x1p-53, wide_odd = 0x1.0000000000001p+0, wide_small = 0x1p-1022;
    int is_exact = one + half == 1.0f && odd + half == 0x1.000004p+0f && -one - half == -1.0f && small * 0.5f > 0.0f;
    return is_exact && wide + wide_half == 1.0 && wide_odd + wide_half == 0x1.0000000000002p+0 &&
           -wide - wide_half == -1.0 && wide_small * 0.5 > 0.0;
}
