/* The host's functions under the names of Rune's ABI v0. A rune imports those of them that it calls. */
#ifndef RUNE_HOST_H
#define RUNE_HOST_H

#include <stdint.h>

#define RUNE_HOST(name) __attribute__((import_module("env"), import_name(#name)))

RUNE_HOST(_debug) int32_t host_debug(const char *message, uint32_t size);
RUNE_HOST(request_capability) int32_t host_request_capability(int32_t kind);
RUNE_HOST(request_capability_set_param)
int32_t host_set_parameter(int32_t capability, const char *key, uint32_t key_size, const void *value,
                           uint32_t value_size, int32_t value_kind);
RUNE_HOST(request_provider_response) int32_t host_read(void *buffer, uint32_t size, int32_t capability);
RUNE_HOST(request_output) int32_t host_request_output(int32_t kind);
RUNE_HOST(consume_output) int32_t host_send(int32_t output, const void *buffer, uint32_t size);

#endif
