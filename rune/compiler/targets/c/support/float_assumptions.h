/* Assumptions of the floating-point arithmetic. */
#if FLT_EVAL_METHOD != 0 && FLT_EVAL_METHOD != 16
#error "This compiler keeps more digits than a type has (FLT_EVAL_METHOD): on x86 compile with -msse2 -mfpmath=sse."
#endif
RUNE_ASSERT(a_float_is_ieee_binary32, FLT_RADIX == 2 && FLT_MANT_DIG == 24 && FLT_MAX_EXP == 128 && sizeof(float) == 4);
RUNE_ASSERT(a_double_is_ieee_binary64, DBL_MANT_DIG == 53 && DBL_MAX_EXP == 1024 && sizeof(double) == 8);
