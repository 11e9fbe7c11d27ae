/* Assumptions of the arithmetic below about the compiler and the processor: where one is wrong, this does not
 * compile. */
#define RUNE_ASSERT(name, condition) typedef char rune_assert_##name[(condition) ? 1 : -1]
RUNE_ASSERT(a_byte_has_8_bits, CHAR_BIT == 8);
RUNE_ASSERT(a_shift_to_the_right_keeps_the_sign, ((int32_t)-5 >> 1) == -3 && ((int64_t)-5 >> 1) == -3);
RUNE_ASSERT(integers_are_in_twos_complement, ((int32_t)-1 & 3) == 3);
RUNE_ASSERT(conversions_to_fewer_bits_wrap, (int32_t)UINT32_C(0xFFFFFFFE) == -2 && (int8_t)0x1FE == -2);
RUNE_ASSERT(an_int_has_32_bits_or_more, sizeof(int) >= 4);
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "This rune is for processors whose lowest byte comes first."
#endif
#if defined(__FAST_MATH__) || defined(__ASSOCIATIVE_MATH__) || defined(__RECIPROCAL_MATH__)
#error "-ffast-math changes results: compile this rune without it. -ffp-contract may be anything."
#endif
#if defined(__FINITE_MATH_ONLY__) && __FINITE_MATH_ONLY__
#error "-ffinite-math-only changes results: compile this rune without it."
#endif
