// 2-D convolutions and their gradients, channels last, as matrix products whose left operand is gathered from the image.
