TESTS += %D%/method.test %D%/troubleshooting.test
EXTRA_DIST += %D%/method.test %D%/troubleshooting.test %D%/troubleshooting.py %D%/wording.py
