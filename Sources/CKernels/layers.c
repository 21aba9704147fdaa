#include "layers.h"

#include "layer_paths.h"

#if defined(__x86_64__)
#define CALL(name, ...)                                             \
    switch (path) {                                                 \
    case LORA_PATH_AVX512_BF16:                                     \
    case LORA_PATH_AVX512: name##_avx512(__VA_ARGS__); break;       \
    case LORA_PATH_AVX2: name##_avx2(__VA_ARGS__); break;           \
    case LORA_PATH_NEON:                                            \
    case LORA_PATH_PORTABLE: name##_portable(__VA_ARGS__); break;   \
    }
#else
#define CALL(name, ...) (void)path, name##_portable(__VA_ARGS__)
#endif

void lora_rmsnorm_forward(
    enum lora_kernel_path path, const float *x, const float *weight, float eps, long rows, long columns, float *y, float
    *inverse_rms) {
    CALL(lora_rmsnorm_forward, x, weight, eps, rows, columns, y, inverse_rms);
}

void lora_rmsnorm_backward(
    enum lora_kernel_path path, const float *dy, const float *x, const float *weight, const float *inverse_rms, long rows,
    long columns, float *dx) {
    CALL(lora_rmsnorm_backward, dy, x, weight, inverse_rms, rows, columns, dx);
}

void lora_rmsnorm_weight_gradient(
    enum lora_kernel_path path, const float *dy, const float *x, const float *inverse_rms, long rows, long stride, long
    columns, float *dweight) {
    CALL(lora_rmsnorm_weight_gradient, dy, x, inverse_rms, rows, stride, columns, dweight);
}

void lora_swiglu_forward(
    enum lora_kernel_path path, const float *gate, const float *up, long count, float *hidden) {
    CALL(lora_swiglu_forward, gate, up, count, hidden);
}

void lora_swiglu_backward(
    enum lora_kernel_path path, const float *d_hidden, const float *gate, const float *up, long count, float *d_gate, float
    *d_up) {
    CALL(lora_swiglu_backward, d_hidden, gate, up, count, d_gate, d_up);
}

void lora_crossentropy_forward(
    enum lora_kernel_path path, const float *logits, const int *labels, long rows, long columns, double *losses) {
    CALL(lora_crossentropy_forward, logits, labels, rows, columns, losses);
}

void lora_crossentropy_backward(
    enum lora_kernel_path path, float *logits, const int *labels, float scale, long rows, long columns, double *losses) {
    CALL(lora_crossentropy_backward, logits, labels, scale, rows, columns, losses);
}

void lora_attention_forward(
    enum lora_kernel_path path, const struct lora_attention *shape, const struct lora_attention_span *span, long head, long
    first, const float *queries, const float *keys, const float *values, float *out, float *log_sums, float *scratch) {
    CALL(lora_attention_forward, shape, span, head, first, queries, keys, values, out, log_sums, scratch);
}

void lora_attention_backward(
    enum lora_kernel_path path, const struct lora_attention *shape, const struct lora_attention_span *span, long key_head,
    const float *queries, const float *keys, const float *values, const float *out, const float *log_sums, const float
    *d_out, float *d_queries, float *d_keys, float *d_values, float *scratch) {
    CALL(lora_attention_backward, shape, span, key_head, queries, keys, values, out, log_sums, d_out, d_queries, d_keys,
    d_values, scratch);
}

long lora_attention_scratch(long head_size) {
    /* the widest path pads a head to a multiple of 32 */
    const long width = (head_size + 31) / 32 * 32;
    return LORA_ATTENTION_TILE * (8 * width + 2 * LORA_ATTENTION_TILE);
}
