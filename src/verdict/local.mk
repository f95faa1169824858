libjudge_a_SOURCES += \
	%D%/advice.c \
	%D%/evidence.c %D%/evidence.h \
	%D%/findings.c %D%/findings.h \
	%D%/host_guest.c %D%/host_guest.h \
	%D%/judge.c %D%/judge.h \
	%D%/link_limit.c %D%/link_limit.h \
	%D%/machine_id.c %D%/machine_id.h \
	%D%/marks.c %D%/marks.h \
	%D%/stage2.c %D%/stage2.h \
	%D%/timing_evidence.c \
	%D%/verdict_fields.c \
	%D%/violations.c %D%/violations.h \
	%D%/witness_agreement.c %D%/witness_agreement.h \
	%D%/witness_evidence.c \
	%D%/wording.c %D%/wording.h
