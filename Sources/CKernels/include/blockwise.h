#ifndef LORA_BLOCKWISE_H
#define LORA_BLOCKWISE_H

#include <stddef.h>
#include <stdint.h>

/* Eight-bit quantization in blocks, the way bitsandbytes does it on CPUs: x / absmax selects one of 65,536 slots over [-1, 1],
 * and the slot holds the code. */
enum { LORA_SLOT_COUNT = 65536 };

/* slots[i] = the number of midpoints of `map` (256 values, ascending) strictly below -1 + 2 i / 65535. */
void lora_blockwise_slots(const float *map, uint8_t *slots);

/* One block: codes of x [count] and the block's absmax; all codes are 0 when the block is all zero. */
float lora_blockwise_quantize(const float *x, size_t count, const uint8_t *slots, uint8_t *codes);

/* The mean in float32, summed in the order of torch on one thread, so that even its last bits agree. */
float lora_mean(const float *x, size_t count);

#endif
