// 3 × 3 convolutions of stride 1 and their gradients by Winograd's minimal filtering, F(4 × 4, 3 × 3).
