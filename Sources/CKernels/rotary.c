#include "layers.h"

void lora_rotary(
    float *x, const float *cosines, const float *sines, const int *positions, float direction, long rows, long heads,
    long head_size, long rotated) {
    const long half = rotated / 2;
    for (long row = 0; row < rows; row++) {
        const float *c = cosines + positions[row] * half, *s = sines + positions[row] * half;
        for (long head = 0; head < heads; head++, x += head_size)
            for (long i = 0; i < half; i++) {
                const float first = x[i], second = x[i + half], sine = direction * s[i];
                x[i] = first * c[i] - second * sine;
                x[i + half] = second * c[i] + first * sine;
            }
    }
}
