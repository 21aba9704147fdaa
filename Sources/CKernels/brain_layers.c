#include "brain_call.h"

#include "include/brain_layers.h"

void lora_brain_from_float(enum lora_kernel_path path, const float *x, long count, uint16_t *brains) {
    CALL(lora_brain_from_float, x, count, brains);
}

void lora_brain_rmsnorm_forward(enum lora_kernel_path path, const float *x, const float *weight, float eps, long rows,
    long columns, uint16_t *y, float *inverse_rms) {
    CALL(lora_brain_rmsnorm_forward, x, weight, eps, rows, columns, y, inverse_rms);
}

void lora_brain_rmsnorm_backward(enum lora_kernel_path path, const float *dy, const uint16_t *x,
    const float *weight, const float *inverse_rms, long rows, long columns, float *dx) {
    CALL(lora_brain_rmsnorm_backward, dy, x, weight, inverse_rms, rows, columns, dx);
}

void lora_brain_heads_rmsnorm_forward(enum lora_kernel_path path, const uint16_t *x, const float *weight, float eps,
    long rows, long columns, uint16_t *y, float *inverse_rms) {
    CALL(lora_brain_heads_rmsnorm_forward, x, weight, eps, rows, columns, y, inverse_rms);
}

void lora_brain_heads_rmsnorm_backward(enum lora_kernel_path path, const uint16_t *dy, const uint16_t *x,
    const float *weight, const float *inverse_rms, long rows, long columns, uint16_t *dx) {
    CALL(lora_brain_heads_rmsnorm_backward, dy, x, weight, inverse_rms, rows, columns, dx);
}

void lora_brain_swiglu_forward(enum lora_kernel_path path, const uint16_t *gate, const uint16_t *up, long count,
    uint16_t *hidden) {
    CALL(lora_brain_swiglu_forward, gate, up, count, hidden);
}

void lora_brain_swiglu_backward(enum lora_kernel_path path, const uint16_t *d_hidden, const uint16_t *gate,
    const uint16_t *up, long count, uint16_t *d_gate, uint16_t *d_up, uint16_t *hidden) {
    CALL(lora_brain_swiglu_backward, d_hidden, gate, up, count, d_gate, d_up, hidden);
}

void lora_brain_rotary(enum lora_kernel_path path, uint16_t *x, const float *cosines, const float *sines,
    const int *positions, float direction, long rows, long heads, long head_size, long rotated) {
    CALL(lora_brain_rotary, x, cosines, sines, positions, direction, rows, heads, head_size, rotated);
}

void lora_brain_crossentropy_backward(enum lora_kernel_path path, const float *logits, const int *labels, float scale,
    long rows, long columns, double *losses, uint16_t *d_logits) {
    CALL(lora_brain_crossentropy_backward, logits, labels, scale, rows, columns, losses, d_logits);
}

void lora_brain_attention_forward(enum lora_kernel_path path, const struct lora_attention *shape,
    const struct lora_attention_span *span, long head, const uint16_t *queries, const uint16_t *keys,
    const uint16_t *values, uint16_t *out, float *log_sums, void *scratch) {
    CALL(lora_brain_attention_forward, shape, span, head, queries, keys, values, out, log_sums, scratch);
}

void lora_brain_attention_backward(enum lora_kernel_path path, const struct lora_attention *shape,
    const struct lora_attention_span *span, long key_head, const uint16_t *queries, const uint16_t *keys,
    const uint16_t *values, const uint16_t *out, const float *log_sums, const uint16_t *d_out, uint16_t *d_queries,
    uint16_t *d_keys, uint16_t *d_values, void *scratch) {
    CALL(lora_brain_attention_backward, shape, span, key_head, queries, keys, values, out, log_sums, d_out, d_queries,
    d_keys, d_values, scratch);
}

long lora_brain_attention_scratch(const struct lora_attention *shape, long key_count) {
    return lora_brain_attention_scratch_portable(shape, key_count);
}
