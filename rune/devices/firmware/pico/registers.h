/* The registers of the RP2040 that the firmware touches, as its datasheet names them. */
#ifndef REGISTERS_H
#define REGISTERS_H

#include <stdint.h>

#define REGISTER(address) (*(volatile uint32_t *)(address))
/* The same registers, where a write clears or sets the bits that are 1 in it. */
#define SETS 0x2000u
#define CLEARS 0x3000u

#define RESETS_RESET 0x4000C000u
#define RESETS_DONE 0x4000C008u
#define CLOCKS_REF_CONTROL 0x40008030u
#define CLOCKS_REF_SELECTED 0x40008038u
#define CLOCKS_SYS_CONTROL 0x4000803Cu
#define CLOCKS_SYS_SELECTED 0x40008044u
#define CLOCKS_PERI_CONTROL 0x40008048u
#define XOSC_CONTROL 0x40024000u
#define XOSC_STATUS 0x40024004u
#define XOSC_STARTUP 0x4002400Cu
#define PLL_CONTROL 0x40028000u
#define PLL_POWER 0x40028004u
#define PLL_FEEDBACK 0x40028008u
#define PLL_DIVIDERS 0x4002800Cu
#define WATCHDOG_TICK 0x4005802Cu
#define TIMER_MICROSECONDS 0x40054028u
#define PIN_0_CONTROL 0x40014004u
#define PIN_1_CONTROL 0x4001400Cu
#define UART_DATA 0x40034000u
#define UART_FLAGS 0x40034018u
#define UART_WHOLE_DIVISOR 0x40034024u
#define UART_PART_DIVISOR 0x40034028u
#define UART_LINE 0x4003402Cu
#define UART_CONTROL 0x40034030u
#define SYSTICK_CONTROL 0xE000E010u
#define SYSTICK_RELOAD 0xE000E014u
#define SYSTICK_VALUE 0xE000E018u
#define VECTOR_TABLE 0xE000ED08u

#endif
