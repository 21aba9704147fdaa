#include "layers.h"

#include <stdint.h>

/* SplitMix64 of a counter (Steele, Lea, Flood 2014): independent of order, so a mask can be made again anywhere */
static inline uint64_t scrambled(uint64_t counter) {
    uint64_t z = counter * 0x9E3779B97F4A7C15u;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

void lora_dropout(const float *x, float probability, uint64_t key, long count, float *kept) {
    const double threshold = (double)probability * 4294967296.0;
    const float scale = 1.0f / (1.0f - probability);
    for (long i = 0; i < count; i++) {
        const uint32_t draw = (uint32_t)(scrambled(scrambled(key) + (uint64_t)i) >> 32);
        kept[i] = (double)draw < threshold ? 0.0f : x[i] * scale;
    }
}
