/* y = w · x / √(mean(x²) + eps), row by row */

static inline float ON_PATH(dot)(const float *x, const float *y, long count) {
#pragma clang fp contract(fast)
    vec sums[2] = {{}, {}};
    long i = 0;
    for (; i + 2 * LANES <= count; i += 2 * LANES)
        for (int part = 0; part < 2; part++) sums[part] += load(x + i + part * LANES) * load(y + i + part * LANES);
    float sum = sum_of_lanes(sums[0] + sums[1]);
    for (; i < count; i++) sum += x[i] * y[i];
    return sum;
}

void ON_PATH(lora_rmsnorm_forward)(
    const float *x, const float *weight, float eps, long rows, long columns, float *y, float *inverse_rms) {
    for (long row = 0; row < rows; row++, x += columns, y += columns) {
        const float inverse = 1.0f / sqrtf(ON_PATH(dot)(x, x, columns) / (float)columns + eps);
        for (long i = 0; i < columns; i++) y[i] = weight[i] * (x[i] * inverse);
        inverse_rms[row] = inverse;
    }
}

/* dx += s·w·dy − x·s³·Σ(w·dy·x)/columns, s the saved 1/rms */
void ON_PATH(lora_rmsnorm_backward)(
    const float *dy, const float *x, const float *weight, const float *inverse_rms, long rows, long columns, float *dx) {
#pragma clang fp contract(fast)
    for (long row = 0; row < rows; row++, x += columns, dy += columns, dx += columns) {
        vec sums = {};
        long i = 0;
        for (; i + LANES <= columns; i += LANES) sums += load(weight + i) * load(dy + i) * load(x + i);
        float sum = sum_of_lanes(sums);
        for (; i < columns; i++) sum += weight[i] * dy[i] * x[i];
        const float inverse = inverse_rms[row];
        const float along = inverse * inverse * inverse * sum / (float)columns;
        for (i = 0; i < columns; i++) dx[i] += inverse * (weight[i] * dy[i]) - along * x[i];
    }
}

/* dweight += Σ dy·x·s over rows, a row after the other, so that columns may be shared among threads */
void ON_PATH(lora_rmsnorm_weight_gradient)(
    const float *dy, const float *x, const float *inverse_rms, long rows, long stride, long columns, float *dweight) {
#pragma clang fp contract(fast)
    for (long row = 0; row < rows; row++, x += stride, dy += stride) {
        const vec inverse = all(inverse_rms[row]);
        long i = 0;
        for (; i + LANES <= columns; i += LANES)
            store(dweight + i, load(dweight + i) + load(dy + i) * (load(x + i) * inverse));
        for (; i < columns; i++) dweight[i] += dy[i] * (x[i] * inverse_rms[row]);
    }
}
