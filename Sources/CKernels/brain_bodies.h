/* every kernel on brain floats, for the path that LANES and SUFFIX name */
#include "brain_paths.h"

#include "product_bodies.h"
#include "brain_nf4.h"
#include "brain_layers.h"
#include "brain_elements.h"
#include "brain_crossentropy.h"
#include "brain_attention_forward.h"
#include "brain_attention_backward.h"
