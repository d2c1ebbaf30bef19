// Matrix products: the micro-kernel that all of them and the convolutions share, and its blocking.
