void lora_kernels_placeholder(void);
