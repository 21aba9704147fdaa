#pragma once

#include <stdint.h>

#include "attention.h"
#include "kernel_path.h"

/* The kernels of layers.h on brain floats: 16 bits in memory, 32 in registers, rounded once where a value is stored. */

void lora_brain_from_float(enum lora_kernel_path path, const float *x, long count, uint16_t *brains);

/// y = w · x · s of a 32-bit x, s = 1/√(mean(x²) + eps) kept in inverse_rms [rows]
void lora_brain_rmsnorm_forward(
    enum lora_kernel_path path, const float *x, const float *weight, float eps, long rows, long columns, uint16_t *y,
    float *inverse_rms);

/// dx += s·w·dy − x·s³·Σ(w·dy·x)/columns, dy and dx in 32 bits, x as it was kept
void lora_brain_rmsnorm_backward(
    enum lora_kernel_path path, const float *dy, const uint16_t *x, const float *weight, const float *inverse_rms, long rows,
    long columns, float *dx);

/// The norm of heads: x, y, dy and dx are brain floats; y may be x and dx may be dy.
void lora_brain_heads_rmsnorm_forward(
    enum lora_kernel_path path, const uint16_t *x, const float *weight, float eps, long rows, long columns, uint16_t *y,
    float *inverse_rms);
void lora_brain_heads_rmsnorm_backward(
    enum lora_kernel_path path, const uint16_t *dy, const uint16_t *x, const float *weight, const float *inverse_rms,
    long rows, long columns, uint16_t *dx);

/// h = silu(gate) · up
void lora_brain_swiglu_forward(
    enum lora_kernel_path path, const uint16_t *gate, const uint16_t *up, long count, uint16_t *hidden);

/// dg and du from dh, and h once more
void lora_brain_swiglu_backward(
    enum lora_kernel_path path, const uint16_t *d_hidden, const uint16_t *gate, const uint16_t *up, long count,
    uint16_t *d_gate, uint16_t *d_up, uint16_t *hidden);

/// See lora_rotary.
void lora_brain_rotary(
    enum lora_kernel_path path, uint16_t *x, const float *cosines, const float *sines, const int *positions, float direction,
    long rows, long heads, long head_size, long rotated);

/// losses[row] = −log softmax(logits[row])[labels[row]], and d_logits = scale · (softmax(logits) − onehot(label))
void lora_brain_crossentropy_backward(
    enum lora_kernel_path path, const float *logits, const int *labels, float scale, long rows, long columns, double *losses,
    uint16_t *d_logits);

/// One span and one query head; log_sums [tokens, query_heads].
void lora_brain_attention_forward(
    enum lora_kernel_path path, const struct lora_attention *shape, const struct lora_attention_span *span, long head,
    const uint16_t *queries, const uint16_t *keys, const uint16_t *values, uint16_t *out, float *log_sums, void *scratch);

/// One span and one key head: writes its columns of d_keys and d_values and those of its query heads in d_queries.
void lora_brain_attention_backward(
    enum lora_kernel_path path, const struct lora_attention *shape, const struct lora_attention_span *span, long key_head,
    const uint16_t *queries, const uint16_t *keys, const uint16_t *values, const uint16_t *out, const float *log_sums,
    const uint16_t *d_out, uint16_t *d_queries, uint16_t *d_keys, uint16_t *d_values, void *scratch);

/// Bytes of scratch, 64-byte aligned, that one call of either attention kernel needs.
long lora_brain_attention_scratch(const struct lora_attention *shape, long key_count);
