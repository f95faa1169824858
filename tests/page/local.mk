TESTS += %D%/errata.test %D%/page.test
EXTRA_DIST += %D%/altra-guest.json %D%/altra-host.json %D%/errata.test %D%/page.test %D%/page.py
