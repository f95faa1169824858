TESTS += %D%/man.test %D%/lint.test
EXTRA_DIST += %D%/man.test %D%/man_check.py %D%/lint.test
