#ifndef LORA_ADAMW_H
#define LORA_ADAMW_H

#include <stddef.h>
#include <stdint.h>

#include "kernel_path.h"

/* One step of AdamW with decoupled weight decay, decay first:
 *   m ← β1 m + (1 − β1) g;  v ← β2 v + (1 − β2) g²;  p ← p (1 − lr wd) − lr / (1 − β1^t) · m / (√v / √(1 − β2^t) + ε) */
struct lora_adamw {
    float beta1;
    float beta2;
    float rest1;       /* 1 − β1 */
    float rest2;       /* 1 − β2 */
    float epsilon;
    float keep;        /* 1 − lr · weight decay */
    float step_size;   /* −lr / (1 − β1^t) */
    float correction2; /* √(1 − β2^t) */
};

/* The same step as bitsandbytes writes it for 32-bit moments: p ← p · keep + scaled_step · m / (√v + scaled_epsilon). */
struct lora_adamw_scaled {
    float scaled_step;    /* −lr √(1 − β2^t) / (1 − β1^t) */
    float scaled_epsilon; /* ε √(1 − β2^t) */
};

/* Moments in 8 bits, one absmax per 256 elements. */
struct lora_moments8 {
    uint8_t *codes1; /* m, by the signed map */
    uint8_t *codes2; /* v, by the unsigned map */
    float *absmax1;
    float *absmax2;
    const float *map1;
    const float *map2;
    const uint8_t *slots1;
    const uint8_t *slots2;
};

enum { LORA_MOMENT_BLOCK = 256 };

/* As torch.optim.AdamW. */
void lora_adamw_step32(const struct lora_adamw *step, float *p, const float *g, float *m, float *v, size_t count,
                        enum lora_kernel_path path);

/* As bitsandbytes for tensors too small for 8-bit moments. */
void lora_adamw_step32_scaled(const struct lora_adamw *step, const struct lora_adamw_scaled *scaled, float *p, const float *g,
                              float *m, float *v, size_t count, enum lora_kernel_path path);

/* As bitsandbytes with 8-bit moments. The update uses the moments before they are rounded. */
void lora_adamw_step8(const struct lora_adamw *step, float *p, const float *g, const struct lora_moments8 *moments,
                      size_t count, enum lora_kernel_path path);

#endif
