/* The host's functions under the names of Rune's ABI v0. A rune imports those of them that it calls. */
#ifndef RUNE_HOST_H
#define RUNE_HOST_H

#include "rune.h"

#define RUNE_HOST(name) __attribute__((import_module("env"), import_name(#name)))

RUNE_HOST(_debug) int32_t host_debug(const char *message, uint32_t size);
RUNE_HOST(request_capability) int32_t host_request_capability(int32_t kind);
RUNE_HOST(request_capability_set_param)
int32_t host_set_parameter(int32_t capability, const char *key, uint32_t key_size, const void *value,
                           uint32_t value_size, int32_t value_kind);
RUNE_HOST(request_provider_response) int32_t host_read(void *buffer, uint32_t size, int32_t capability);
RUNE_HOST(request_output) int32_t host_request_output(int32_t kind);
RUNE_HOST(consume_output) int32_t host_send(int32_t output, const void *buffer, uint32_t size);

/* `inputs` and `outputs` describe the model's tensors, each as `f32[1, 2]`. The model's handle. */
RUNE_HOST(rune_model_load)
int32_t host_model_load(const void *mimetype, uint32_t mimetype_size, const void *model, uint32_t model_size,
                        const struct rune_text *inputs, uint32_t input_count, const struct rune_text *outputs,
                        uint32_t output_count);

/* One pointer for each tensor; the sizes follow from the descriptions. The host writes the outputs. */
RUNE_HOST(rune_model_infer)
int32_t host_model_infer(int32_t model, const void *const *inputs, void *const *outputs);

/* The resource's handle, or a negative number where the host does not have it. */
RUNE_HOST(rune_resource_open) int32_t host_resource_open(const char *name, uint32_t size);

/* Returns the number of bytes that were read: 0 at the end, a negative number after a failure. */
RUNE_HOST(rune_resource_read) int32_t host_resource_read(int32_t resource, void *buffer, uint32_t size);

#endif
