EXTRA_DIST += doc/lab-bw.png
# Manual pages. A program's new page is one line here; tests/man holds it against --help.
dist_man1_MANS = \
	%D%/man/mmiobench.1 \
	%D%/man/mmiocompare.1 \
	%D%/man/mmiopair.1 \
	%D%/man/mmioplot.1
if HAVE_LIBBPF
dist_man1_MANS += %D%/man/mmiowitness.1
endif

# The format's page is results/README.md, so that there is one text.
nodist_man5_MANS = %D%/man/mmiobench-result.5
%D%/man/mmiobench-result.5: results/README.md %D%/man/result.awk
	$(AM_V_GEN)$(MKDIR_P) %D%/man && \
	$(AWK) -f $(srcdir)/%D%/man/result.awk $(srcdir)/results/README.md >$@.tmp && mv $@.tmp $@
CLEANFILES += %D%/man/mmiobench-result.5

EXTRA_DIST += CONTRIBUTING.md %D%/architecture.md %D%/method.md %D%/real-hardware.md %D%/troubleshooting.md %D%/man/result.awk %D%/man/mmiowitness.1

# for validators of results
dist_pkgdata_DATA += \
	results/mmiobench-compare-1.schema.json \
	results/mmiobench-result-1.schema.json \
	results/mmiobench-survey-1.schema.json \
	results/mmiobench-witness-2.schema.json \
	results/mmiobench-witnessed-1.schema.json

EXTRA_DIST += \
	%D%/ci/README.md \
	%D%/ci/ansible/ansible.cfg \
	%D%/ci/ansible/inventory.example.yml \
	%D%/ci/ansible/mmiobench.yml \
	%D%/ci/ansible/roles/mmiobench/defaults/main.yml \
	%D%/ci/ansible/roles/mmiobench/files/fleet.py \
	%D%/ci/ansible/roles/mmiobench/meta/argument_specs.yml \
	%D%/ci/ansible/roles/mmiobench/meta/main.yml \
	%D%/ci/ansible/roles/mmiobench/tasks/device.yml \
	%D%/ci/ansible/roles/mmiobench/tasks/main.yml \
	%D%/ci/ansible/roles/mmiobench/tasks/note.yml \
	%D%/ci/ansible/roles/mmiobench/tasks/summary.yml \
	%D%/ci/ansible/roles/mmiobench/vars/main.yml \
	%D%/ci/github/mmiobench.yml %D%/ci/github/mmiopair.yml \
	%D%/ci/lava/mmiobench.yaml %D%/ci/lava/mmiopair.yaml \
	%D%/ci/tmt/.fmf/version \
	%D%/ci/tmt/compare.fmf \
	%D%/ci/tmt/measure.fmf \
	%D%/ci/tmt/pair.fmf \
	%D%/ci/tmt/plan.fmf
