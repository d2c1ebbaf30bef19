// Softmax, cross-entropy, batch and layer normalisation, each with its gradient, in few passes.
