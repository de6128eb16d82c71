# Makes tests/spatial/golden/knox_points.csv and surveillance_knox.csv, the Knox test of
# seeded points by the R package surveillance (Meyer, Held and Hoehle, 2017). From the
# root of the project, with r-base-core and r-cran-surveillance of Debian:
#     Rscript scripts/golden/surveillance_knox.R
library(surveillance)

set.seed(20171004)
n <- 150
points <- data.frame(
  x = round(runif(n, 0, 1500) / 50) * 50, # snapped, so that some share a place
  y = round(runif(n, 0, 1500) / 50) * 50,
  day = sample(0:119, n, replace = TRUE)
)
# Twenty near repeats: the same place or next door, within the week.
again <- sample(n, 20)
points <- rbind(points, data.frame(
  x = points$x[again] + 50 * rbinom(20, 1, 0.5),
  y = points$y[again],
  day = points$day[again] + sample(1:6, 20, replace = TRUE)
))
write.csv(points, "tests/spatial/golden/knox_points.csv", row.names = FALSE)

dt <- dist(points$day)
ds <- dist(points[c("x", "y")])
rows <- expand.grid(metres = c(0, 100, 200, 350), days = c(3, 7, 14, 28))
found <- lapply(seq_len(nrow(rows)), function(i) {
  # A shade wider, because the distances are not whole numbers.
  eps <- rows$metres[i] + 1e-6
  set.seed(1)
  said <- capture.output(
    one <- knox(dt, ds, rows$days[i], eps, simulate.p.value = TRUE, B = 9999)
  )
  expected <- sum(dt <= rows$days[i]) * sum(ds <= eps) / length(dt)
  data.frame(
    rows[i, ],
    pairs = unname(one$statistic), expected = expected, p_value = one$p.value
  )
})
table <- do.call(rbind, found)
write.csv(table, "tests/spatial/golden/surveillance_knox.csv", row.names = FALSE)
