/* h = silu(g) · u, silu(g) = g · σ(g) */

static inline void ON_PATH(swiglu_lanes)(const float *gate, const float *up, float *hidden) {
    const vec g = load(gate);
    store(hidden, g * sigmoid(g) * load(up));
}

void ON_PATH(lora_swiglu_forward)(const float *gate, const float *up, long count, float *hidden) {
    long i = 0;
    for (; i + LANES <= count; i += LANES) ON_PATH(swiglu_lanes)(gate + i, up + i, hidden + i);
    if (i == count) return;
    /* the rest goes through the same arithmetic in a padded copy: an element's value never depends on its place */
    float tail[3][LANES] = {{0}};
    for (long rest = 0; rest < count - i; rest++) tail[0][rest] = gate[i + rest], tail[1][rest] = up[i + rest];
    ON_PATH(swiglu_lanes)(tail[0], tail[1], tail[2]);
    for (long rest = 0; rest < count - i; rest++) hidden[i + rest] = tail[2][rest];
}

/* du = dh·silu(g); dg = dh·u·σ(g)·(1 + g·(1 − σ(g))) */
static inline void ON_PATH(swiglu_gradient_lanes)(
    const float *d_hidden, const float *gate, const float *up, float *d_gate, float *d_up) {
#pragma clang fp contract(fast)
    const vec g = load(gate), u = load(up), dh = load(d_hidden);
    const vec s = sigmoid(g);
    store(d_up, dh * (g * s));
    store(d_gate, dh * u * (s * (1.0f + g * (1.0f - s))));
}

void ON_PATH(lora_swiglu_backward)(
    const float *d_hidden, const float *gate, const float *up, long count, float *d_gate, float *d_up) {
    long i = 0;
    for (; i + LANES <= count; i += LANES)
        ON_PATH(swiglu_gradient_lanes)(d_hidden + i, gate + i, up + i, d_gate + i, d_up + i);
    if (i == count) return;
    float tail[5][LANES] = {{0}};
    for (long rest = 0; rest < count - i; rest++) {
        tail[0][rest] = d_hidden[i + rest];
        tail[1][rest] = gate[i + rest];
        tail[2][rest] = up[i + rest];
    }
    ON_PATH(swiglu_gradient_lanes)(tail[0], tail[1], tail[2], tail[3], tail[4]);
    for (long rest = 0; rest < count - i; rest++) d_gate[i + rest] = tail[3][rest], d_up[i + rest] = tail[4][rest];
}
