// Reductions: sums, means, products, extrema and where they are.
