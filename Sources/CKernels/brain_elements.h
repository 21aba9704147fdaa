/* SwiGLU and the rotary embedding on brain floats, element by element */
#pragma once

#include "brain_layers.h"

/* h = silu(g) · u, silu(g) = g · σ(g) */

INLINE void ON_PATH(brain_swiglu_lanes)(const uint16_t *gate, const uint16_t *up, long count, uint16_t *hidden) {
    const vec g = load_first_brains(gate, count);
    store_first_brains(hidden, g * sigmoid(g) * load_first_brains(up, count), count);
}

void ON_PATH(lora_brain_swiglu_forward)(const uint16_t *gate, const uint16_t *up, long count, uint16_t *hidden) {
    long i = 0;
    for (; i + LANES <= count; i += LANES) ON_PATH(brain_swiglu_lanes)(gate + i, up + i, LANES, hidden + i);
    if (i < count) ON_PATH(brain_swiglu_lanes)(gate + i, up + i, count - i, hidden + i);
}

/* du = dh·silu(g); dg = dh·u·σ(g)·(1 + g·(1 − σ(g))); and h again, the very bits of the forward pass, which kept none */
INLINE void ON_PATH(brain_swiglu_gradient_lanes)(
    const uint16_t *d_hidden, const uint16_t *gate, const uint16_t *up, long count, uint16_t *d_gate, uint16_t *d_up,
    uint16_t *hidden) {
#pragma clang fp contract(fast)
    const vec g = load_first_brains(gate, count), u = load_first_brains(up, count);
    const vec dh = load_first_brains(d_hidden, count);
    const vec s = sigmoid(g), silu = g * s;
    store_first_brains(hidden, silu * u, count);
    store_first_brains(d_up, dh * silu, count);
    store_first_brains(d_gate, dh * u * (s * (1.0f + g * (1.0f - s))), count);
}

void ON_PATH(lora_brain_swiglu_backward)(
    const uint16_t *d_hidden, const uint16_t *gate, const uint16_t *up, long count, uint16_t *d_gate, uint16_t *d_up,
    uint16_t *hidden) {
    long i = 0;
    for (; i + LANES <= count; i += LANES)
        ON_PATH(brain_swiglu_gradient_lanes)(
            d_hidden + i, gate + i, up + i, LANES, d_gate + i, d_up + i, hidden + i);
    if (i < count)
        ON_PATH(brain_swiglu_gradient_lanes)(
            d_hidden + i, gate + i, up + i, count - i, d_gate + i, d_up + i, hidden + i);
}

/* (xᵢ, xᵢ₊ₕ) turned by the angle of (position, i), h = rotated/2 */
INLINE void ON_PATH(brain_rotary_lanes)(
    uint16_t *x, long half, const float *cosines, const float *sines, float direction, long count) {
#pragma clang fp contract(fast)
    const vec first = load_first_brains(x, count), second = load_first_brains(x + half, count);
    const vec cosine = load_first(cosines, count), sine = direction * load_first(sines, count);
    store_first_brains(x, first * cosine - second * sine, count);
    store_first_brains(x + half, second * cosine + first * sine, count);
}

void ON_PATH(lora_brain_rotary)(
    uint16_t *x, const float *cosines, const float *sines, const int *positions, float direction, long rows, long heads,
    long head_size, long rotated) {
    const long half = rotated / 2;
    for (long row = 0; row < rows; row++) {
        const float *c = cosines + positions[row] * half, *s = sines + positions[row] * half;
        for (long head = 0; head < heads; head++, x += head_size) {
            long i = 0;
            for (; i + LANES <= half; i += LANES) ON_PATH(brain_rotary_lanes)(x + i, half, c + i, s + i, direction, LANES);
            if (i < half) ON_PATH(brain_rotary_lanes)(x + i, half, c + i, s + i, direction, half - i);
        }
    }
}
