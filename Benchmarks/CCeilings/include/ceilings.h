#pragma once

#include "kernel_path.h"

/* What the processor's arithmetic units give when nothing waits for memory: multiplications and additions on registers alone, in the
 * instructions that products of brain floats use on a path. Writes the sums, so that no work can be left out, and returns the
 * floating-point operations done. */
double ceiling_products(enum lora_kernel_path path, long rounds, float sums[16]);
