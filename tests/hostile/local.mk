# The results that hostile.test gives to the programs are made by make.py.
TESTS += %D%/hostile.test
EXTRA_DIST += %D%/check.py %D%/hostile.test %D%/make.py
