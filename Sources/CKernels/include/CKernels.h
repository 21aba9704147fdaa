/* Kernels compute and nothing else: no allocation, no input or output, no globals but the threads of workers.h. The caller
 * owns all memory and has checked every size; one Swift door in Tensors does that for each kernel. */
#include "kernel_path.h"
#include "elementwise.h"
#include "elements.h"
#include "nf4.h"
#include "blockwise.h"
#include "adamw.h"
#include "layers.h"
#include "brain_layers.h"
#include "product.h"
#include "workers.h"
