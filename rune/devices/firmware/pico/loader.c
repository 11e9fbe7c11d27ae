/*
 * The second stage of booting from flash: the ROM reads these 256 bytes into RAM, checks their sum and runs them. They
 * let the core read flash as memory, by the plain read command (03h), which every serial flash has, at a quarter of the
 * core's clock; then the firmware begins behind them.
 */
#include "registers.h"

#define SSI_CONTROL_0 0x18000000u
#define SSI_CONTROL_1 0x18000004u
#define SSI_ENABLE 0x18000008u
#define SSI_CLOCK_DIVISOR 0x18000014u
#define SSI_SPI_CONTROL 0x180000F4u

__attribute__((used, noreturn, section(".loader"))) void loader(void)
{
    REGISTER(SSI_ENABLE) = 0;
    REGISTER(SSI_CLOCK_DIVISOR) = 4;
    REGISTER(SSI_CONTROL_0) = 31u << 16 /* 32 bits at a time */ | 3u << 8 /* a command is sent, then data read */;
    REGISTER(SSI_SPI_CONTROL) = 0x03u << 24 | 2u << 8 /* a command of 8 bits */ | 6u << 2 /* an address of 24 */;
    REGISTER(SSI_CONTROL_1) = 0;
    REGISTER(SSI_ENABLE) = 1;
    __asm__ volatile("bx %0" ::"r"(0x10000101u));
    __builtin_unreachable();
}
