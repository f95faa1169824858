EXTRA_DIST += \
	%D%/bundle %D%/bundle.d/README %D%/bundle.d/launcher \
	%D%/check %D%/deb %D%/demo %D%/fuzz %D%/install %D%/lab %D%/source %D%/side-by-side %D%/fidelity %D%/false-alarms \
	%D%/lab.d/build.sh %D%/lab.d/cache.sh %D%/lab.d/common.sh %D%/lab.d/guest %D%/lab.d/init \
	%D%/lab.d/machine.sh %D%/lab.d/matrix.sh %D%/lab.d/matrix-row %D%/lab.d/measure \
	%D%/lab.d/measure-aarch64 %D%/lab.d/measure-x86_64 %D%/lab.d/packages %D%/lab.d/script %D%/lab.d/vmm

# bash looks for a file of the command's name: one file, and a link for each other program
completiondir = $(datadir)/bash-completion/completions
dist_completion_DATA = %D%/completion/mmiobench
install-data-hook:
	cd $(DESTDIR)$(completiondir) && for p in $(bin_PROGRAMS); do \
		test $$p = mmiobench || ln -sf mmiobench $$p || exit; done
uninstall-hook:
	cd $(DESTDIR)$(completiondir) && rm -f $(bin_PROGRAMS)
