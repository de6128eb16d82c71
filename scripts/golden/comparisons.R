# Golden values for tests/measures: shrinkage, spread of a funnel, difference of shares.
#
#   Rscript scripts/golden/comparisons.R tests/measures/golden
#
# Debian 12: r-base-core, r-cran-metafor, r-cran-epi. The inputs are made up here.

suppressMessages({
  library(metafor)
  library(Epi)
})
options(digits = 15)
out <- commandArgs(trailingOnly = TRUE)[1]
set.seed(20260101)

save_table <- function(table, name) {
  numbers <- sapply(table, is.double)
  table[numbers] <- lapply(table[numbers], function(x) sprintf("%.12g", x))
  write.csv(table, file.path(out, name), row.names = FALSE, quote = FALSE)
}

# The Fay-Herriot model is a random-effects meta-regression on the parents.
shrunk <- function(direct, variance, parent) {
  model <- rma(direct, variance, mods = ~ 0 + parent, method = "REML",
               control = list(threshold = 1e-14, maxiter = 1000))
  found <- blup(model)
  data.frame(
    parent, direct, variance,
    between = as.double(model$tau2), smoothed = found$pred, se = found$se
  )
}
parent <- factor(rep(c("N", "S", "W"), c(5, 8, 11)))
answers <- sample(5:120, 24)
true <- c(25, 32, 40)[parent] + rnorm(24, sd = 6)
variance <- 2100 / answers
direct <- true + rnorm(24, sd = sqrt(variance))
save_table(shrunk(direct, variance, parent), "metafor_shrunk.csv")

# The additive spread of a funnel whose target is the weighted mean on the root scale.
base <- round(exp(runif(30, log(200), log(20000))))
count <- rpois(30, base * exp(rnorm(30, log(0.05), 0.3)))
model <- rma(sqrt(count / base), 1 / (4 * base), method = "DL")
fixed <- rma(sqrt(count / base), 1 / (4 * base), method = "FE")
save_table(
  data.frame(count, base, root_mean = as.double(coef(fixed)), tau2 = model$tau2),
  "metafor_funnel.csv"
)

# Newcombe's hybrid score interval.
pairs <- data.frame(
  yes1 = c(56, 9, 6, 5, 0, 0, 10, 10, 300, 1),
  n1 = c(70, 10, 7, 56, 10, 10, 10, 10, 1000, 199),
  yes2 = c(48, 3, 2, 0, 0, 0, 0, 0, 281, 60),
  n2 = c(80, 10, 7, 29, 20, 10, 20, 10, 1000, 200)
)
found <- with(pairs, ci.pd(yes1, yes2, n1 - yes1, n2 - yes2, print = FALSE))
save_table(
  cbind(pairs, difference = found[, 5], lower = found[, 6], upper = found[, 7]),
  "epi_newcombe.csv"
)
