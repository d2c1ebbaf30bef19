// Depthwise convolution and its gradients.
