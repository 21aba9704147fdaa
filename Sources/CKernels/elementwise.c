#include "elementwise.h"

void lora_scale(float *x, float factor, long count) {
    for (long i = 0; i < count; i++) x[i] *= factor;
}

void lora_add(float *sum, const float *x, const float *y, long count) {
    for (long i = 0; i < count; i++) sum[i] = x[i] + y[i];
}

double lora_squared_norm(const float *x, long count) {
    // four partial sums, so that additions overlap; their order is fixed
    double part[4] = {0, 0, 0, 0};
    long i = 0;
    for (; i + 4 <= count; i += 4)
        for (int lane = 0; lane < 4; lane++) part[lane] += (double)x[i + lane] * x[i + lane];
    for (; i < count; i++) part[0] += (double)x[i] * x[i];
    return (part[0] + part[1]) + (part[2] + part[3]);
}
