/* Brain floats on the vectors of vector.h: 16-bit elements in memory, 32-bit floats in registers. */
#pragma once

#include <string.h>

#include "vector.h"

typedef uint16_t brains __attribute__((vector_size(LANES * 2)));
typedef uint16_t loose_brains __attribute__((vector_size(LANES * 2), aligned(2)));

static inline vec widen(brains value) { return (vec)(__builtin_convertvector(value, words) << 16); }

/* Rounds to nearest even; what is not a number stays so. */
static inline brains narrow(vec value) {
#if defined(LORA_HAS_BF16)
    return (brains)_mm512_cvtneps_pbh((__m512)value);
#else
    const words bits = (words)value;
    const words rounded = (bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16;
    const words is_nan = (words)(value != value);
    return __builtin_convertvector((rounded & ~is_nan) | (((bits >> 16) | 0x40u) & is_nan), brains);
#endif
}

static inline vec load_brains(const uint16_t *from) { return widen(*(const loose_brains *)from); }
static inline void store_brains(uint16_t *to, vec value) { *(loose_brains *)to = narrow(value); }

static inline float float_of_brain(uint16_t value) {
    const uint32_t bits = (uint32_t)value << 16;
    float result;
    memcpy(&result, &bits, 4);
    return result;
}

static inline uint16_t brain_of_float(float value) { return narrow(all(value))[0]; }
