# Makes tests/measures/golden/dobson.csv: exact limits of weighted sums of Poisson counts
# (Dobson, Kuulasmaa, Eberle and Scherer, 1991) by plain R. From the root of the project,
# with r-base-core of Debian:
#     Rscript scripts/golden/dobson.R
set.seed(1991)
one <- function(case) {
  weights <- round(exp(rnorm(6, 2, 1.5)), 2)
  counts <- rpois(6, c(0.2, 1, 3, 10, 40, 200) * runif(1, 0.2, 3))
  if (sum(counts) == 0) counts[1] <- 1
  limits <- poisson.test(sum(counts))$conf.int
  y <- sum(weights * counts)
  scale <- sqrt(sum(weights^2 * counts) / sum(counts))
  data.frame(
    case = case, weight = weights, count = counts,
    lower = y + scale * (limits[1] - sum(counts)),
    upper = y + scale * (limits[2] - sum(counts))
  )
}
table <- do.call(rbind, lapply(1:12, one))
numbers <- c("lower", "upper")
table[numbers] <- lapply(table[numbers], function(x) sprintf("%.12g", x))
write.csv(table, "tests/measures/golden/dobson.csv", row.names = FALSE, quote = FALSE)
