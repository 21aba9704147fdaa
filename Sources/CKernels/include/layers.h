#pragma once

#include "attention.h"
#include "kernel_path.h"

#include <stdint.h>

/* The kernels of a transformer layer. Matrices are row-major and dense; results of different paths agree to rounding, and on
 * one path they do not depend on how rows are shared among threads. */

/// y = w · x · s row by row, s = 1/√(mean(x²) + eps); keeps s in inverse_rms [rows]
void lora_rmsnorm_forward(
    enum lora_kernel_path path, const float *x, const float *weight, float eps, long rows, long columns, float *y,
    float *inverse_rms);

/// dx += s·w·dy − x·s³·Σ(w·dy·x)/columns
void lora_rmsnorm_backward(
    enum lora_kernel_path path, const float *dy, const float *x, const float *weight, const float *inverse_rms, long rows,
    long columns, float *dx);

/// dweight += Σ dy·x·s over rows that lie `stride` apart; the rows of a column are added in their order
void lora_rmsnorm_weight_gradient(
    enum lora_kernel_path path, const float *dy, const float *x, const float *inverse_rms, long rows, long stride,
    long columns, float *dweight);

/// h = silu(gate) · up
void lora_swiglu_forward(enum lora_kernel_path path, const float *gate, const float *up, long count, float *hidden);

/// du = dh · silu(gate), dg = dh · up · silu′(gate)
void lora_swiglu_backward(
    enum lora_kernel_path path, const float *d_hidden, const float *gate, const float *up, long count, float *d_gate,
    float *d_up);

/// losses[row] = −log softmax(logits[row])[labels[row]]
void lora_crossentropy_forward(
    enum lora_kernel_path path, const float *logits, const int *labels, long rows, long columns, double *losses);

/// the same losses, and logits ← scale · (softmax(logits) − onehot(label))
void lora_crossentropy_backward(
    enum lora_kernel_path path, float *logits, const int *labels, float scale, long rows, long columns, double *losses);

/// Rotates the first `rotated` dimensions of every head: (xᵢ, xᵢ₊ₕ) by the angle of (position, i), h = rotated/2. Tables are
/// [positions, h]; direction is 1 forward, −1 backward.
void lora_rotary(
    float *x, const float *cosines, const float *sines, const int *positions, float direction, long rows, long heads,
    long head_size, long rotated);

/// kept = x / (1 − probability) where the draw of (key, index) says so, else 0
void lora_dropout(const float *x, float probability, uint64_t key, long count, float *kept);

/// Queries [first, first + LORA_ATTENTION_TILE) of one span and one query head; log_sums [tokens, query_heads].
void lora_attention_forward(
    enum lora_kernel_path path, const struct lora_attention *shape, const struct lora_attention_span *span, long head,
    long first, const float *queries, const float *keys, const float *values, float *out, float *log_sums, float *scratch);

/// One span and one key head: writes its columns of d_keys and d_values and those of its query heads in d_queries.
void lora_attention_backward(
    enum lora_kernel_path path, const struct lora_attention *shape, const struct lora_attention_span *span, long key_head,
    const float *queries, const float *keys, const float *values, const float *out, const float *log_sums,
    const float *d_out, float *d_queries, float *d_keys, float *d_values, float *scratch);

/// Floats of scratch that one call of either attention kernel needs.
long lora_attention_scratch(long head_size);
