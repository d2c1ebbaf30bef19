// Updates of parameters, one pass over each: SGD, momentum, AdaGrad, RMSProp, Adam, AdamW, Lion.
