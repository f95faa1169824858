TESTS += %D%/troubleshooting.test
EXTRA_DIST += %D%/troubleshooting.test %D%/troubleshooting.py
