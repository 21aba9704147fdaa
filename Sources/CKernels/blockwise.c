#include "blockwise.h"

#include <float.h>
#include <math.h>

void lora_blockwise_slots(const float *map, uint8_t *slots) {
    int code = 0;
    for (int i = 0; i < LORA_SLOT_COUNT; i++) {
        const float value = -1.0f + 2.0f * (float)i / 65535.0f;
        while (code < 255 && 0.5f * (map[code] + map[code + 1]) < value) code++;
        slots[i] = (uint8_t)code;
    }
}

float lora_blockwise_quantize(const float *x, size_t count, const uint8_t *slots, uint8_t *codes) {
    float absmax = 0.0f;
    for (size_t i = 0; i < count; i++) {
        const float magnitude = fabsf(x[i]);
        absmax = magnitude > absmax ? magnitude : absmax;
    }
    const float inverse = 1.0f / absmax;
    /* the inverse of the smallest numbers is infinite, and a zero times that is none */
    if (!(inverse <= FLT_MAX)) {
        for (size_t i = 0; i < count; i++) codes[i] = 0;
        return 0.0f;
    }
    for (size_t i = 0; i < count; i++) {
        float ratio = x[i] * inverse;
        ratio = ratio > 1.0f ? 1.0f : ratio;
        ratio = ratio < -1.0f ? -1.0f : ratio;
        const float place = (ratio + 1.0f) * 0.5f * 65535.0f + 0.5f;
        codes[i] = slots[(uint16_t)place];
    }
    return absmax;
}

enum { lanes = 8, rows = 4, levels = 4 };

/* Adds row after row into level 0; every 2^k rows a level is emptied into the next, which keeps the error logarithmic. */
static void cascade(const float *x, size_t steps, size_t width, float *total /* [rows · width] */) {
    float sums[levels][rows * lanes] = {{0}};
    const size_t row = rows * width;
    unsigned bits = 0;
    while (((size_t)1 << bits) < steps) bits++;
    const unsigned power = bits / levels > 4 ? bits / levels : 4;
    const size_t stride = (size_t)1 << power;
    size_t i = 0;
    while (i + stride <= steps) {
        for (size_t j = 0; j < stride; j++, i++)
            for (size_t k = 0; k < row; k++) sums[0][k] += x[i * row + k];
        for (unsigned level = 1; level < levels; level++) {
            for (size_t k = 0; k < row; k++) {
                sums[level][k] += sums[level - 1][k];
                sums[level - 1][k] = 0;
            }
            if ((i & ((stride - 1) << (level * power))) != 0) break;
        }
    }
    for (; i < steps; i++)
        for (size_t k = 0; k < row; k++) sums[0][k] += x[i * row + k];
    for (unsigned level = 1; level < levels; level++)
        for (size_t k = 0; k < row; k++) sums[0][k] += sums[level][k];
    for (size_t k = 0; k < row; k++) total[k] = sums[0][k];
}

/* The sum of `groups` vectors of `width` lanes, four at a time, into `sum`. */
static void sum_vectors(const float *x, size_t groups, size_t width, float *sum) {
    float total[rows * lanes];
    const size_t steps = groups / rows;
    cascade(x, steps, width, total);
    for (size_t i = steps * rows; i < groups; i++)
        for (size_t k = 0; k < width; k++) total[k] += x[i * width + k];
    for (size_t row = 1; row < rows; row++)
        for (size_t k = 0; k < width; k++) total[k] += total[row * width + k];
    for (size_t k = 0; k < width; k++) sum[k] = total[k];
}

float lora_mean(const float *x, size_t count) {
    float sum[lanes];
    if (count < lanes) {
        sum_vectors(x, count, 1, sum);
        return sum[0] / (float)count;
    }
    const size_t groups = count / lanes;
    sum_vectors(x, groups, lanes, sum);
    float total = 0.0f;
    for (size_t i = groups * lanes; i < count; i++) total += x[i];
    for (size_t k = 0; k < lanes; k++) total += sum[k];
    return total / (float)count;
}
