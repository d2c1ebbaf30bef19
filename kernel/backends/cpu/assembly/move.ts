// Op kernels that only move data: transpose, concatenate, slice, pad, gather, one-hot, tile.
