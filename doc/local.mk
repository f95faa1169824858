EXTRA_DIST += doc/lab-bw.png doc/method.md
