# Golden weights of R's survey package for tests/measures.
#
#   Rscript scripts/golden/survey_weights.R tests/measures/golden
#
# The respondents and margins are synthetic: drawn here, of nobody.

suppressMessages(library(survey))
options(digits = 15)
out <- commandArgs(trailingOnly = TRUE)[1]
set.seed(20240607)
n <- 500
cap <- 3

draw <- function(names, p) factor(sample(names, n, TRUE, p), levels = names)
margin <- function(names, people) setNames(people, names)
margins <- list(
  age = margin(
    c("16-24", "25-34", "35-44", "45-54", "55-64", "65-74", "75-84", "85+"),
    c(402, 410, 377, 362, 323, 260, 171, 65)
  ),
  sex = margin(c("Female", "Male"), c(1203, 1167)),
  ethnicity = margin(
    c("Asian", "Black", "Mixed", "Other", "White"), c(480, 170, 70, 60, 1590)
  ),
  area = margin(c("A", "B", "C", "D", "E", "F", "G"), c(900, 290, 250, 270, 170, 230, 260))
)
people <- data.frame(
  age = draw(names(margins$age), c(8, 10, 12, 15, 18, 19, 12, 6)),
  sex = draw(names(margins$sex), c(60, 40)),
  ethnicity = draw(names(margins$ethnicity), c(13, 6, 4, 3, 74)),
  area = draw(names(margins$area), c(29, 12, 10, 15, 16, 8, 10)),
  design = round(runif(n, 0.5, 2), 3)
)

control <- list(maxit = 5000, epsilon = 1e-13)
totals <- function(by, size) lapply(by, function(m) {
  data.frame(category = factor(names(m), levels = names(m)), Freq = size * m / sum(m))
})
raked <- function(data, start, by) {
  frame <- totals(by, nrow(data))
  frame <- Map(function(t, name) setNames(t, c(name, "Freq")), frame, names(by))
  formulas <- lapply(names(by), function(name) reformulate(name))
  design <- svydesign(~1, weights = start, data = data)
  w <- weights(rake(design, formulas, frame, control))
  unname(w / mean(w))
}

# Bounded raking: calibrate() with calfun = "raking" and bounds on final over initial
# weight. It wants totals of the columns of the model matrix.
bounded <- function(data, start, by) {
  start <- start / mean(start)
  parts <- unlist(lapply(by, function(m) (nrow(data) * m / sum(m))[-1]))
  population <- c(nrow(data), parts)
  formula <- reformulate(names(by))
  names(population) <- colnames(model.matrix(formula, data))
  design <- svydesign(~1, weights = start, data = data)
  unname(weights(calibrate(
    design, formula, population,
    calfun = "raking", bounds = c(0, cap), maxit = 500, epsilon = 1e-11
  )))
}

# Not stated: as a category of its own that keeps the share it has.
hidden <- people
hidden$ethnicity <- factor(
  ifelse(runif(n) < 0.06, "not stated", as.character(people$ethnicity))
)
hidden$sex <- factor(ifelse(runif(n) < 0.03, "not stated", as.character(people$sex)))
keep_share <- function(name) {
  if (!"not stated" %in% hidden[[name]]) return(margins[[name]])
  w <- people$design
  part <- sum(w[hidden[[name]] == "not stated"]) / sum(w)
  m <- margins[[name]] / sum(margins[[name]])
  m <- c(m * (1 - part), "not stated" = part)
  m[levels(hidden[[name]])]
}
with_hidden <- setNames(lapply(names(margins), keep_share), names(margins))
blank <- function(x) ifelse(x == "not stated", "", as.character(x))

cells <- expand.grid(sex = names(margins$sex), area = names(margins$area))
cells$population <- as.vector(outer(margins$sex, margins$area)) + 1000 * (1:14)
post <- svydesign(~1, weights = people$design, data = people)
post <- postStratify(
  post, ~ sex + area, data.frame(cells[1:2], Freq = cells$population)
)

result <- data.frame(
  people,
  ethnicity_or_none = blank(hidden$ethnicity),
  sex_or_none = blank(hidden$sex),
  raked = raked(people, rep(1, n), margins),
  raked_design = raked(people, people$design, margins),
  raked_capped = bounded(people, rep(1, n), margins),
  raked_design_capped = bounded(people, people$design, margins),
  raked_not_stated = raked(hidden, people$design, with_hidden),
  post_stratified = unname(weights(post) / mean(weights(post)))
)
save_table <- function(table, name) {
  numbers <- sapply(table, is.double)
  table[numbers] <- lapply(table[numbers], function(x) sprintf("%.12g", x))
  write.csv(table, file.path(out, name), row.names = FALSE, quote = FALSE)
}
save_table(result, "survey_weights.csv")
save_table(do.call(rbind, lapply(names(margins), function(d) {
  data.frame(dimension = d, category = names(margins[[d]]), population = margins[[d]])
})), "survey_margins.csv")
save_table(cells, "survey_cells.csv")
