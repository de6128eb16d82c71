# Golden values of base R for tests/measures/test_disparity.py: exact ratios of rates.
#
#   Rscript scripts/golden/disparity.R tests/measures/golden
#
# poisson.test conditions on both counts together, as the product does. The cases are
# made up: large and small counts, equal and unequal bases, and nobody.

options(digits = 15)
out <- commandArgs(trailingOnly = TRUE)[1]
cases <- data.frame(
  n = c(1204, 87, 11, 3, 0, 40, 5),
  base = c(236047, 41000, 9000, 812, 500, 667315, 100),
  reference_n = c(2310, 340, 9, 14, 22, 1, 5),
  reference_base = c(1793173, 163000, 9500, 3511, 9000, 1793173, 100)
)
found <- lapply(seq_len(nrow(cases)), function(i) {
  with(cases[i, ], poisson.test(c(n, reference_n), c(base, reference_base)))
})
cases$ratio <- sapply(found, function(f) unname(f$estimate))
cases$lower <- sapply(found, function(f) f$conf.int[1])
cases$upper <- sapply(found, function(f) f$conf.int[2])
numbers <- c("ratio", "lower", "upper")
cases[numbers] <- lapply(cases[numbers], function(x) sprintf("%.12g", x))
write.csv(cases, file.path(out, "rate_ratios.csv"), row.names = FALSE, quote = FALSE)
