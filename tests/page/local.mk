TESTS += %D%/page.test
EXTRA_DIST += %D%/page.test %D%/page.py
