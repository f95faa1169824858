EXTRA_DIST += doc/method.md
