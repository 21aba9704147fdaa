#include "CKernels.h"
void lora_kernels_placeholder(void) {}
