/* Resources that the host gives when the rune starts. */
#ifndef RUNE_RESOURCE_H
#define RUNE_RESOURCE_H

#include "rune.h"

/*
 * The bytes of the host's resource `name`, a terminated text; `otherwise` where the host does not have it. `buffer` has
 * room for `capacity` bytes and one more. Stops the run when there is neither, or more than fits.
 */
struct rune_text rune_resource(const char *name, char *buffer, uint32_t capacity, struct rune_text otherwise);

#endif
