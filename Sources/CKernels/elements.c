#include "elements.h"

#include <string.h>

static inline float float_of(uint32_t bits) {
    float x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

static inline uint32_t bits_of(float x) {
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

/* Adding half an ulp less one, plus the lowest kept bit, rounds to nearest even. */
static inline uint32_t bf16_bits(float x) {
    const uint32_t bits = bits_of(x);
    const uint32_t rounded = (bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16;
    const uint32_t quiet = (bits >> 16) | 0x40u;
    return (bits & 0x7fffffffu) > 0x7f800000u ? quiet : rounded;
}

/* Half to float: shift the 15 bits into place and let a float product move the exponent, which also normalises
 * subnormal halves; infinity and NaN need the full exponent instead. */
static inline float f16_value(uint16_t half) {
    const uint32_t sign = (uint32_t)(half & 0x8000u) << 16;
    const uint32_t rest = (uint32_t)(half & 0x7fffu) << 13;
    const uint32_t scaled = bits_of(float_of(rest) * 0x1p112f);
    const uint32_t special = rest | 0x7f800000u | ((rest & 0x7fffffu) != 0 ? 0x400000u : 0u);
    return float_of(sign | ((half & 0x7c00u) == 0x7c00u ? special : scaled));
}

/* Float to half: normal results round on the integer; subnormal ones by adding 0.5, whose ulp is the half's smallest step. */
static inline uint16_t f16_bits(float x) {
    const uint32_t bits = bits_of(x);
    const uint32_t sign = (bits >> 16) & 0x8000u;
    const uint32_t magnitude = bits & 0x7fffffffu;
    const uint32_t normal = (magnitude - (112u << 23) + 0xfffu + ((magnitude >> 13) & 1u)) >> 13;
    const uint32_t subnormal = bits_of(float_of(magnitude < 0x38800000u ? magnitude : 0u) + 0.5f) - 0x3f000000u;
    const uint32_t nan = 0x7e00u | ((magnitude >> 13) & 0x3ffu);
    uint32_t half = magnitude < 0x38800000u ? subnormal : normal;
    half = magnitude >= 0x477ff000u ? 0x7c00u : half;
    half = magnitude > 0x7f800000u ? nan : half;
    return (uint16_t)(sign | half);
}

void lora_bf16_to_f32(const void *bytes, float *out, size_t count) {
    const char *in = bytes;
    for (size_t i = 0; i < count; i++) {
        uint16_t half;
        memcpy(&half, in + 2 * i, 2);
        out[i] = float_of((uint32_t)half << 16);
    }
}

void lora_f16_to_f32(const void *bytes, float *out, size_t count) {
    const char *in = bytes;
    for (size_t i = 0; i < count; i++) {
        uint16_t half;
        memcpy(&half, in + 2 * i, 2);
        out[i] = f16_value(half);
    }
}

void lora_f64_to_f32(const void *bytes, float *out, size_t count) {
    const char *in = bytes;
    for (size_t i = 0; i < count; i++) {
        double x;
        memcpy(&x, in + 8 * i, 8);
        out[i] = (float)x;
    }
}

void lora_f32_to_bf16(const float *x, void *bytes, size_t count) {
    char *out = bytes;
    for (size_t i = 0; i < count; i++) {
        const uint16_t half = (uint16_t)bf16_bits(x[i]);
        memcpy(out + 2 * i, &half, 2);
    }
}

void lora_f32_to_f16(const float *x, void *bytes, size_t count) {
    char *out = bytes;
    for (size_t i = 0; i < count; i++) {
        const uint16_t half = f16_bits(x[i]);
        memcpy(out + 2 * i, &half, 2);
    }
}

void lora_f32_to_f64(const float *x, void *bytes, size_t count) {
    char *out = bytes;
    for (size_t i = 0; i < count; i++) {
        const double wide = (double)x[i];
        memcpy(out + 8 * i, &wide, 8);
    }
}

void lora_round_to_bf16(float *x, size_t count) {
    for (size_t i = 0; i < count; i++) x[i] = float_of(bf16_bits(x[i]) << 16);
}

void lora_round_to_f16(float *x, size_t count) {
    for (size_t i = 0; i < count; i++) x[i] = f16_value(f16_bits(x[i]));
}

size_t lora_first_non_finite(const float *x, size_t count) {
    enum { chunk = 1024 };
    size_t start = 0;
    /* Whole chunks are judged without branches, so that the compiler can use vectors. */
    for (; start + chunk <= count; start += chunk) {
        uint32_t worst = 0;
        for (size_t i = start; i < start + chunk; i++) worst |= (bits_of(x[i]) & 0x7f800000u) == 0x7f800000u;
        if (worst) break;
    }
    for (size_t i = start; i < count; i++)
        if ((bits_of(x[i]) & 0x7f800000u) == 0x7f800000u) return i;
    return count;
}
