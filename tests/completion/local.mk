TESTS += %D%/completion.test
EXTRA_DIST += %D%/completion.test %D%/drive.bash
