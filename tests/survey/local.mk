TESTS += %D%/survey.test
EXTRA_DIST += %D%/make-fleet %D%/survey.test
