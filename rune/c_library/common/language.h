/* Differences between compilers: how a function is marked, whether giving up returns, and whether a product may be
 * fused with the sum that it goes into. Everything else is C99. */
#ifndef RUNE_LANGUAGE_H
#define RUNE_LANGUAGE_H

#if defined(__GNUC__)
#define RUNE_UNUSED __attribute__((unused))
#else
#define RUNE_UNUSED
#endif

/* A function that only some programs call. */
#define RUNE_FUNCTION RUNE_UNUSED static inline

/* A function that stays one: what it is given is not copied into it. */
#if defined(__GNUC__)
#define RUNE_APART __attribute__((noinline))
#else
#define RUNE_APART
#endif

/* A kernel: copied into each call and specialised for it where the target wants speed, else there once. */
#ifdef RUNE_SPECIALISED
#define RUNE_KERNEL static inline __attribute__((always_inline))
#else
#define RUNE_KERNEL RUNE_UNUSED static
#endif

/* Loops that are short and known when they are specialised. */
#ifdef RUNE_SPECIALISED
#define RUNE_UNROLLED _Pragma("clang loop unroll(full)")
#define RUNE_ROLLED _Pragma("clang loop unroll(disable)") /* where copies cost bytes and win nothing */
#else
#define RUNE_UNROLLED
#define RUNE_ROLLED
#endif

/* Where giving up returns, what follows it is harmless and the run ends with an error behind the block. */
#ifdef RUNE_FAIL_RETURNS
#define RUNE_NORETURN
#else
#define RUNE_NORETURN _Noreturn
#endif

/*
 * Products that are rounded before they go into a sum, whatever the compiler would fuse: gcc does by default, and ignores
 * the pragma that forbids it. WebAssembly has no fused operation.
 */
#if defined(__wasm__)
#define RUNE_PRODUCT(left, right) ((left) * (right))
#define RUNE_PRODUCT_F32(left, right) ((left) * (right))
#else
#if defined(__GNUC__) && (defined(__SSE2__) || defined(__x86_64__))
#define RUNE_OPAQUE(value) __asm__("" : "+x"(value))
#elif defined(__GNUC__) && defined(__aarch64__)
#define RUNE_OPAQUE(value) __asm__("" : "+w"(value))
#elif defined(__GNUC__)
#define RUNE_OPAQUE(value) __asm__("" : "+m"(value))
#else
#define RUNE_OPAQUE(value) ((void)(value))
#define RUNE_VOLATILE volatile
#endif
#ifndef RUNE_VOLATILE
#define RUNE_VOLATILE
#endif

RUNE_FUNCTION double rune_product(double left, double right)
{
    RUNE_VOLATILE double product = left * right;
    RUNE_OPAQUE(product);
    return product;
}

RUNE_FUNCTION float rune_product_f32(float left, float right)
{
    RUNE_VOLATILE float product = left * right;
    RUNE_OPAQUE(product);
    return product;
}

#define RUNE_PRODUCT(left, right) rune_product(left, right)
#define RUNE_PRODUCT_F32(left, right) rune_product_f32(left, right)
#endif

#endif
