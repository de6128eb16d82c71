# Golden values of spdep for tests/spatial.
#
#   Rscript scripts/golden/spdep.R EXAMPLES tests/spatial/golden
#
# EXAMPLES is the folder `examples` of the installed libpysal, whose data are used:
# Columbus (49 neighbourhoods) and the North Carolina SIDS counts (100).

suppressMessages({
  library(sf)
  library(spdep)
})
options(digits = 15)
arguments <- commandArgs(trailingOnly = TRUE)
examples <- arguments[1]
out <- arguments[2]
draws <- 9999
set.seed(1)

save_table <- function(table, name) {
  file <- file.path(out, name)
  numbers <- sapply(table, is.double)
  table[numbers] <- lapply(table[numbers], function(x) sprintf("%.12g", x))
  write.csv(table, file, row.names = FALSE, quote = FALSE)
}

columbus <- st_read(file.path(examples, "columbus", "columbus.shp"), quiet = TRUE)
x <- columbus$CRIME
n <- length(x)
queen <- poly2nb(columbus, queen = TRUE)
rows <- nb2listw(queen, style = "W")
binary <- nb2listw(queen, style = "B")
with_self <- nb2listw(include.self(queen), style = "B")

# Conditional permutation in plain R: localmoran_perm and localC_perm of this version
# draw with replacement, so that one neighbour can be two.
tails <- function(i, statistic) {
  seen <- statistic(i, x[queen[[i]]])
  drawn <- replicate(draws, statistic(i, sample(x[-i], length(queen[[i]]))))
  c(sum(drawn <= seen + 1e-9), sum(drawn >= seen - 1e-9))
}
two_sided <- function(statistic) {
  counts <- sapply(seq_len(n), tails, statistic = statistic)
  pmin(1, 2 * (pmin(counts[1, ], counts[2, ]) + 1) / (draws + 1))
}

moran <- localmoran(x, rows, mlvar = FALSE)
star <- localG(x, with_self, return_internals = TRUE)
save_table(data.frame(
  id = columbus$POLYID,
  neighbours = card(queen),
  moran = moran[, "Ii"],
  moran_z = localmoran(x, rows, mlvar = TRUE)[, "Z.Ii"],
  moran_p = two_sided(function(i, others) mean(others)),
  geary = as.vector(localC(x, rows)),
  geary_p = two_sided(function(i, others) mean((x[i] - others)^2)),
  gi_star = attr(star, "internals")[, 1],
  gi_star_z = as.vector(star)
), "spdep_columbus.csv")

one <- function(name, test) {
  data.frame(
    statistic = name, value = test$estimate[[1]],
    expected = test$estimate[[2]], z_score = test$statistic[[1]]
  )
}
whole <- rbind(
  one("Moran's I", moran.test(x, rows)),
  one("Geary's c", geary.test(x, rows)),
  one("Getis-Ord G", globalG.test(x, binary))
)
# geary.test turns the sign of z round, so that a positive one means alike.
whole$z_score[2] <- -whole$z_score[2]
upper <- function(test) (sum(test$res[seq_len(draws)] >= test$statistic) + 1) / (draws + 1)
lower <- function(test) (sum(test$res[seq_len(draws)] <= test$statistic) + 1) / (draws + 1)
both <- function(test) min(1, 2 * min(upper(test), lower(test)))
whole$p_value <- c(
  both(moran.mc(x, rows, nsim = draws)), both(geary.mc(x, rows, nsim = draws)), NA
)
save_table(whole, "spdep_columbus_global.csv")

counties <- st_read(file.path(examples, "sids2", "sids2.shp"), quiet = TRUE)
county_rows <- nb2listw(poly2nb(counties, queen = TRUE), style = "W")
deaths <- counties$SID74
births <- counties$BIR74
# Rates that differ less than chance would make them: the estimated variance between
# counties is then negative.
flat <- round(births / 10)
eb <- EBImoran.mc(deaths, births, county_rows, nsim = draws)
save_table(data.frame(
  id = counties$FIPSNO,
  rate = EBest(deaths, births)$estmm,
  z = eb$z,
  flat_rate = EBest(flat, births)$estmm,
  flat_z = EBImoran.mc(flat, births, county_rows, nsim = 9)$z,
  local = localmoran(eb$z, county_rows, mlvar = FALSE)[, "Ii"]
), "spdep_sids.csv")
save_table(data.frame(
  statistic = "Empirical-Bayes Moran's I", value = eb$statistic[[1]], p_value = both(eb)
), "spdep_sids_global.csv")
