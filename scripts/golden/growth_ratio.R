# The growth of a whole from its parts, with its standard error: survey::svyratio.
# Prints the numbers that tests/engagement/test_impact_areas.py holds.
#     Rscript scripts/golden/growth_ratio.R
suppressMessages(library(survey))
parts <- data.frame(
  before = c(120, 80, 310, 45, 150),
  after = c(150, 85, 330, 70, 149)
)
design <- svydesign(ids = ~1, weights = ~1, data = parts)
found <- svyratio(~after, ~before, design)
cat(sprintf("%.10f %.10f\n", coef(found), SE(found)))
