/* Prints what kernels make of the same numbers on the path this processor supports; Scripts/check_arm.sh compares two processors. */
#include <stdio.h>
#include <stdlib.h>

#include "CKernels.h"

/* odd on purpose: every kernel meets whole vectors and a rest */
enum { ROWS = 37, COLUMNS = 96, WIDE = 75, HEADS = 3, HEAD = 32, COUNT = ROWS * COLUMNS };

static enum lora_kernel_path path;

static float noise(long index) { return (float)((index * 2654435761u >> 7) & 0xffff) / 32768 - 1; }

static float *floats(long count) {
    float *x = aligned_alloc(64, (size_t)(count * 4 + 63) / 64 * 64);
    for (long i = 0; i < count; i++) x[i] = noise(i + count);
    return x;
}

static uint16_t *brains(long count) {
    uint16_t *x = aligned_alloc(64, (size_t)(count * 2 + 63) / 64 * 64);
    lora_f32_to_bf16(floats(count), x, (size_t)count);
    return x;
}

static void show(const char *name, const float *x, long count) {
    for (long i = 0; i < count; i++) printf("%s[%ld] %.8g\n", name, i, x[i]);
}

static void show_brains(const char *name, const uint16_t *x, long count) {
    float *wide = floats(count);
    lora_bf16_to_f32(x, wide, (size_t)count);
    show(name, wide, count);
}

static void four_bits(void) {
    float bounds[15], table[16], *w = floats(COUNT), *absmax = floats(COUNT / 32), *out = floats(COUNT);
    for (int i = 0; i < 16; i++) table[i] = (float)i / 7.5f - 1;
    for (int i = 0; i < 15; i++) bounds[i] = (table[i] + table[i + 1]) / 2;
    uint8_t packed[COUNT / 2];
    lora_nf4_quantize(w, COUNT, 32, bounds, packed, absmax);
    const struct lora_nf4_tensor tensor = {.packed = packed, .table = table, .count = COUNT, .block = 32, .absmax = absmax};
    lora_nf4_decode(&tensor, 0, COUNT, out, LORA_ROUND_BF16, path);
    show("nf4_decode", out, COUNT);

    /* X [29, 96] · Wᵀ and dY [29, 37] · W */
    const long tokens = 29, left_rows = (tokens + 13) / 14 * 14, right = (ROWS + 31) / 32 * 32;
    uint32_t *l = (uint32_t *)floats(left_rows * COLUMNS), *r = (uint32_t *)floats(right * COLUMNS);
    lora_pack_left(path, brains(tokens * COLUMNS), 2 * COLUMNS, tokens, 2 * COLUMNS, l);
    lora_pack_right_nf4(path, &tensor, LORA_ROUND_BF16, COLUMNS, 0, ROWS, r);
    const struct lora_product_term up = {l, 4, 56, 56 * COLUMNS / 2, r, COLUMNS / 2};
    lora_product(path, LORA_BRAINS, &up, 1, tokens, ROWS, NULL, LORA_STORE_FLOATS, out, ROWS);
    show("product_up", out, tokens * ROWS);
    lora_pack_left(path, brains(tokens * ROWS), 2 * ROWS, tokens, 2 * ROWS, l);
    lora_pack_right_across_nf4(path, &tensor, LORA_ROUND_BF16, ROWS, COLUMNS, 0, COLUMNS, r);
    const struct lora_product_term down = {l, 4, 56, 56 * ((ROWS + 1) / 2), r, (ROWS + 1) / 2};
    lora_product(path, LORA_BRAINS, &down, 1, tokens, COLUMNS, NULL, LORA_STORE_FLOATS, out, COLUMNS);
    show("product_down", out, tokens * COLUMNS);
}

static void float_layers(void) {
    float *x = floats(COUNT), *w = floats(COLUMNS), *y = floats(COUNT), *z = floats(COUNT), *s = floats(ROWS);
    lora_rmsnorm_forward(path, x, w, 1e-5f, ROWS, COLUMNS, y, s);
    show("rmsnorm_forward", y, COUNT);
    lora_rmsnorm_backward(path, y, x, w, s, ROWS, COLUMNS, z);
    show("rmsnorm_backward", z, COUNT);
    lora_swiglu_forward(path, x, z, ROWS * WIDE, y);
    show("swiglu_forward", y, ROWS * WIDE);
    lora_swiglu_backward(path, x, y, floats(COUNT), ROWS * WIDE, z, y);
    show("swiglu_backward", z, ROWS * WIDE);
    int labels[ROWS];
    double losses[ROWS];
    for (int i = 0; i < ROWS; i++) labels[i] = i;
    lora_crossentropy_backward(path, x, labels, 1, ROWS, WIDE, losses);
    show("crossentropy_backward", x, ROWS * WIDE);
    struct lora_adamw step = {0.9f, 0.999f, 0.1f, 0.001f, 1e-8f, 0.999f, -1e-3f, 0.03f};
    float *m = floats(COUNT), *v = floats(COUNT);
    for (int i = 0; i < COUNT; i++) v[i] = v[i] * v[i];
    lora_adamw_step32(&step, y, z, m, v, COUNT, path);
    show("adamw", y, COUNT);
}

static void brain_layers(void) {
    float *x = floats(COUNT), *w = floats(COLUMNS), *s = floats(ROWS), *dx = floats(COUNT);
    uint16_t *y = brains(COUNT), *z = brains(COUNT), *h = brains(COUNT), *g = brains(COUNT);
    lora_brain_rmsnorm_forward(path, x, w, 1e-5f, ROWS, COLUMNS, y, s);
    show_brains("brain_rmsnorm_forward", y, COUNT);
    lora_brain_rmsnorm_backward(path, x, y, w, s, ROWS, COLUMNS, dx);
    show("brain_rmsnorm_backward", dx, COUNT);
    lora_brain_swiglu_backward(path, y, z, g, ROWS * WIDE, h, z, y);
    show_brains("brain_swiglu_backward", h, ROWS * WIDE);
    int labels[ROWS], positions[ROWS];
    double losses[ROWS];
    for (int i = 0; i < ROWS; i++) labels[i] = positions[i] = i;
    lora_brain_rotary(path, g, floats(ROWS * HEAD / 2), floats(ROWS * HEAD / 2), positions, 1, ROWS, HEADS, HEAD, HEAD);
    show_brains("brain_rotary", g, COUNT);
    lora_brain_crossentropy_backward(path, x, labels, 1, ROWS, WIDE, losses, h);
    show_brains("brain_crossentropy_backward", h, ROWS * WIDE);
}

static void attention(void) {
    const struct lora_attention shape = {HEAD, HEADS, 1, 0, 0.2f};
    const struct lora_attention_span span = {0, ROWS, 0, ROWS};
    const long narrow = ROWS * HEAD;
    float *q = floats(COUNT), *k = floats(narrow), *v = floats(narrow), *out = floats(COUNT), *sums = floats(ROWS * HEADS);
    float *dq = floats(COUNT), *dk = floats(narrow), *dv = floats(narrow), *scratch = floats(lora_attention_scratch(HEAD));
    for (long head = 0; head < HEADS; head++)
        lora_attention_forward(path, &shape, &span, head, 0, q, k, v, out, sums, scratch);
    show("attention_forward", out, COUNT);
    lora_attention_backward(path, &shape, &span, 0, q, k, v, out, sums, q, dq, dk, dv, scratch);
    show("attention_backward_q", dq, COUNT), show("attention_backward_k", dk, narrow), show("attention_backward_v", dv, narrow);

    uint16_t *bq = brains(COUNT), *bk = brains(narrow), *bv = brains(narrow), *bo = brains(COUNT), *bdq = brains(COUNT);
    uint16_t *bdk = brains(narrow), *bdv = brains(narrow);
    void *room = floats(lora_brain_attention_scratch(&shape, ROWS) / 4 + 16);
    for (long head = 0; head < HEADS; head++)
        lora_brain_attention_forward(path, &shape, &span, head, bq, bk, bv, bo, sums, room);
    show_brains("brain_attention_forward", bo, COUNT);
    lora_brain_attention_backward(path, &shape, &span, 0, bq, bk, bv, bo, sums, bq, bdq, bdk, bdv, room);
    show_brains("brain_attention_backward_q", bdq, COUNT), show_brains("brain_attention_backward_k", bdk, narrow);
}

int main(int count, char **words) {
    /* "portable" holds a processor that could do better to the path that ARM is compared with */
    path = count > 1 ? LORA_PATH_PORTABLE : lora_supported_kernel_path();
    fprintf(stderr, "path %d of %s\n", path, words[0]);
    four_bits();
    float_layers();
    brain_layers();
    attention();
    return 0;
}
