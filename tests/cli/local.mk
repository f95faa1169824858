TESTS += %D%/run.test %D%/bad-input.test
EXTRA_DIST += %D%/common.sh %D%/machine %D%/run.test %D%/bad-input.test
