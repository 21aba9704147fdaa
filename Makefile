# The two commands a newcomer needs are `make demo` and `make test`; both install what is missing first.

SWIFT_FLAGS := --explicit-target-dependency-import-check error
LORA := .build/release/lora
# headers and libraries that Sources/C* bind to
PACKAGES := libsqlite3-dev libreadline-dev libopenblas-dev libgit2-dev libssh2-1-dev libcurl4-openssl-dev zlib1g-dev \
	pkg-config
# other people's programs that the tests hold ours against
TEST_PACKAGES := git git-lfs openssh-client openssh-server

.PHONY: demo test sanitize build release lint format setup test-setup peft-check merge-check clone-check kill-test kill-registry-test \
	kill-push-test failing-machine-test full-disk-test flip-test processes-test permissions-test checks-test report-check data-check-test simulate hostile-folders-test bench bench-kernels \
	bench-registry arm-check install uninstall clean

demo: release
	@Scripts/demo.sh $(LORA)

# What only debuggers and editors read takes a seventh of the building.
test: setup test-setup
	swift build --build-tests -debug-info-format none $(SWIFT_FLAGS)
	swift test --skip-build --parallel

# The kernel tests under the address and undefined-behaviour sanitizers, on every kernel path of this processor.
sanitize: setup
	Scripts/sanitize.sh

build: setup
	swift build $(SWIFT_FLAGS)

# Swift's own libraries are linked in: the binary runs where no Swift is, and starts sooner than the loader finds them.
release: setup
	swift build -c release --static-swift-stdlib $(SWIFT_FLAGS)

# The program, a manual page for each verb and completions; what is built already is installed, so that root needs no Swift.
PREFIX := /usr/local
DESTDIR :=
install:
	@test -x $(LORA) || $(MAKE) release
	@Scripts/install.sh install $(LORA) "$(PREFIX)" "$(DESTDIR)"

uninstall:
	@Scripts/install.sh uninstall $(LORA) "$(PREFIX)" "$(DESTDIR)"

lint:
	swift format lint --strict --recursive --parallel Sources Tests Benchmarks Package.swift
	Scripts/lint.sh

format:
	swift format --in-place --recursive --parallel Sources Tests Benchmarks Package.swift

setup:
	@Scripts/setup.sh $(PACKAGES)

test-setup:
	@Scripts/setup.sh $(TEST_PACKAGES)

# Kills a tiny training KILLS times at random moments; CI takes 100, and 300 is the longer run.
KILLS := 100
kill-test: release
	Scripts/kill_training.sh $(LORA) $(KILLS)

# Kills registrations, promotions, rollbacks, alias moves, archivings, prunings, renamings, pushes and rebuilds ROUNDS times 100 times, each
# round in a registry of its own: with every renaming the tags and journals that each verification reads grow.
ROUNDS := 5
kill-registry-test: release
	for round in $$(seq $(ROUNDS)); do Scripts/kill_registry.sh $(LORA) 100 || exit 1; done

# Lets the machine fail under every call by which a verb changes the disk; takes about an hour on two cores.
failing-machine-test: release
	Scripts/failing_machine.py --lora $(LORA)

# Leaves verbs on a small disk without room, files or leave to write; needs root, and is left out elsewhere.
full-disk-test: release
	Scripts/full_disk.py --lora $(LORA)

# Kills pushes and pulls between two registries and a bare repository PUSHES_KILLED times.
PUSHES_KILLED := 200
kill-push-test: release
	Scripts/kill_push.sh $(LORA) $(PUSHES_KILLED)

# A version cloned by git and git-lfs, compared byte for byte, and loaded by PEFT.
clone-check: release test-setup
	Scripts/check_clone.sh $(LORA) --peft

# Flips one bit FLIPS times in everything a registry keeps, and expects to be told each time.
FLIPS := 10000
flip-test: release
	Scripts/flip_bits.py --lora $(LORA) --flips $(FLIPS)

# Eight processes, shells among them, do OPERATIONS things each in one registry.
OPERATIONS := 1000
processes-test: release
	Scripts/many_processes.py --lora $(LORA) --operations $(OPERATIONS)

# Umasks, other users, inherited groups, registries that may only be read; most of it needs root.
permissions-test: release
	Scripts/permissions.sh $(LORA)

# Two and eight checks that may act start at once, CHECK_ROUNDS times, some after a kill and with a stale lock.
CHECK_ROUNDS := 100
checks-test: release
	Scripts/simultaneous_checks.py --lora $(LORA) --rounds $(CHECK_ROUNDS)

# Opens a report in headless Chromium, which is installed for it, at two widths: no message, no request, nothing cut off.
report-check: release
	@Scripts/setup.sh chromium
	Scripts/check_report.py --lora $(LORA)

# A thousand faults planted in 20,000 rows, and a million short rows against the clock.
PLANTED_SEED := 1
data-check-test: release
	Scripts/data_check_trial.py --lora $(LORA) --seed $(PLANTED_SEED)
	Scripts/data_check_trial.py --lora $(LORA) --scale 1000000

# Ten thousand adapters over five years by the default policy, timed.
simulate: release
	time $(LORA) simulate --adapters 10000 --years 5

hostile-folders-test: release
	Scripts/hostile_folders.sh $(LORA)

peft-check: release
	Scripts/check_peft.py --lora $(LORA)

# What `lora merge` writes, loaded by transformers and held against PEFT's merge; and its peak memory on models of few and of many layers.
merge-check: release
	Scripts/check_merge.py --lora $(LORA)
	Scripts/merge_memory.py --lora $(LORA)

# Runs `lora` and PEFT + bitsandbytes in turn and writes Benchmarks/RESULTS.md; the first time it fetches about 6 GB of Python
# and makes models of 22 GB.
bench: release
	swift build -c release --static-swift-stdlib --product kernel-bench
	Benchmarks/compare.py --lora $(LORA)

# Every kernel's rate on every path, beside what the machine gives at most, and what decoding NF4 costs.
bench-kernels: setup
	swift run -c release --static-swift-stdlib kernel-bench

# Lists, filters, checks and completes in registries of 1,000 and 10,000 adapters, which the first time takes some minutes to make.
bench-registry: release
	Benchmarks/registry_bench.py --lora $(LORA) --write

# The kernels built for 64-bit ARM and run under QEMU, every number held against this processor's portable kernels.
arm-check:
	Scripts/check_arm.sh

clean:
	swift package clean
