# Universal Worker: `make help` lists what there is.

PREFIX ?= /usr/local
DOC = $(PREFIX)/share/doc/universal-worker
# Where systemd looks for user units: below /usr, /usr/local or, as a user, ~/.local/share.
USER_UNIT_DIR ?= $(PREFIX)/lib/systemd/user
# Of docs, what those need who do not change the worker.
GUIDES := $(filter-out architecture assurance style,$(basename $(notdir $(wildcard docs/*.md))))
ZSH_DIR ?= $(PREFIX)/share/zsh/site-functions
BUILD := .build
BINARY := $(BUILD)/release/universal-worker
WHEEL := $(BUILD)/wheel
PAGE := $(BUILD)/page-python
OPENAPI := $(BUILD)/openapi
CLIENTS := $(BUILD)/clients
MANUAL := $(BUILD)/manual
# What apt-get brings for the daemon, for the Transcriber with its model and recordings, and for
# the checks in Python.
DAEMON := libmicrohttpd-dev pkg-config
EXAMPLE := libpocketsphinx-dev pocketsphinx-en-us pocketsphinx-testdata curl python3 python3-venv
CHECKS := python3 python3-venv curl
PROMETHEUS := prometheus
FUZZ := rapidjson-dev python3
CHROMIUM := chromium chromium-driver
PROXIES := haproxy nginx prometheus-blackbox-exporter openssl
CONTAINERS := mmdebstrap docker-compose iproute2 util-linux
PAGES := pandoc
PEERS := golang-go nginx libnginx-mod-http-lua lua-cjson python3 python3-venv
PACKERS := dpkg-dev chrpath lintian
SHELLS := zsh fish mandoc man-db
VALIDATE := kubernetes-validate==1.37.0 cloudcoil-models-prometheus-operator==0.80.1.0
# The compiler orders some instructions by addresses in its memory; where these are the same, so is the binary.
FIXED := $(shell setarch -R true 2>/dev/null && echo setarch -R)
RELEASE := -c release --static-swift-stdlib
# Debian's libmicrohttpd without TLS, to be linked in: into the wheel, and by `make build STATIC_MICROHTTPD=1`.
LINKED_IN := $(WHEEL)/libmicrohttpd
LINK_IN = PKG_CONFIG_PATH=$(CURDIR)/$(LINKED_IN)/lib/pkgconfig
# The builds under the sanitizers, debug, each in a folder of its own.
THREAD := --sanitize=thread --scratch-path $(BUILD)/thread -Xswiftc -DUW_THREAD_SANITIZER \
	-Xswiftc -disable-upcoming-feature -Xswiftc MemberImportVisibility
ADDRESS := --sanitize=address --scratch-path $(BUILD)/address

# When what is built was last changed: packages of the same sources are the same.
export SOURCE_DATE_EPOCH ?= $(shell git log -1 --format=%ct 2>/dev/null || stat -c %Y CHANGELOG.md)
DATE = $$(date -u -d @$(SOURCE_DATE_EPOCH) +%F)

.DELETE_ON_ERROR:
.PHONY: all help build deb release package-check check-reproducible manual manual-check demo test runner-check dialect-check quick one lint rooms fixtures compat host-check \
	check check-packages check-thread check-address check-portable check-repeat check-connections check-stress \
	check-kills fuzz check-fuzz soak check-wheel prometheus-check proxy-check container-check page-check openapi-check wheel bench bench-peers lifetime systemd-check install install-units install-sdk \
	need-daemon need-example need-checks need-prometheus need-proxies need-containers need-fuzz need-page need-packages need-pages need-peers need-shells \
	transcriber-python clean

all: build

## help: this list
help:
	@sed -n 's/^## \([a-z-]*\): /\1\t/p' $(firstword $(MAKEFILE_LIST)) | while IFS='	' read -r name text; \
		do printf '%-18s %s\n' "$$name" "$$text"; done

## build: the release binary, .build/release/universal-worker, its man page and completions
build: need-daemon $(MANUAL)/universal-worker.1
	$(if $(STATIC_MICROHTTPD),Python/wheel/libmicrohttpd.sh $(LINKED_IN))
	$(if $(STATIC_MICROHTTPD),$(LINK_IN)) $(FIXED) swift build $(RELEASE) --product universal-worker

# What is made from the table of options, by a tool of its own that is not installed.
$(MANUAL)/universal-worker.1: $(wildcard Sources/Manual/*.swift Sources/ManualTool/*.swift \
		Sources/WorkerCore/CommandLine/*.swift) Sources/WorkerCore/Version.swift
	$(FIXED) swift build $(RELEASE) --product manual
	mkdir -p $(MANUAL)
	$(BUILD)/release/manual bash > $(MANUAL)/universal-worker
	$(BUILD)/release/manual zsh > $(MANUAL)/_universal-worker
	$(BUILD)/release/manual fish > $(MANUAL)/universal-worker.fish
	$(BUILD)/release/manual man $(DATE) > $@

# The guide of the plugin ABI as a page, for packages.
$(MANUAL)/universal_worker_plugin.7: docs/plugin-abi.md packaging/plugin-page.sh $(MANUAL)/universal-worker.1
	packaging/plugin-page.sh "$$($(BUILD)/release/manual version)" $(DATE) > $@

## manual: both man pages and the completions, in .build/manual
manual: need-daemon need-pages $(MANUAL)/universal_worker_plugin.7

## manual-check: real shells complete what --help has, and no reader of man pages complains
manual-check: manual build need-checks need-shells
	python3 Tests/Packages/completion_check.py --worker $(BINARY) --files $(MANUAL)
	Tests/Packages/pages_check.sh $(MANUAL)/universal-worker.1 $(MANUAL)/universal_worker_plugin.7

## runner-check: the runner of Python plugins, under every Python from 3.8 on that is there
runner-check: need-checks
	python3 Python/tests/run.py

## dialect-check: the runner beside the later hosts' own workers, which it gets from PyPI
dialect-check: need-checks
	python3 Python/tests/originals/compare.py

## demo: a real plugin on real speech, in Python and native, start to end
demo: build transcriber-python
	swift build -c release --package-path Examples/Transcriber
	@echo "the tests of Examples/transcriber-python alone:"
	cd Examples/transcriber-python && $(CURDIR)/$(TRANSCRIBER)/bin/python -m unittest -q
	Examples/demo.sh $(BINARY) $(TRANSCRIBER)/bin/python

# The environment of Examples/transcriber-python, made anew when its packages change or its Python is gone.
TRANSCRIBER := $(BUILD)/transcriber-python
transcriber-python: need-example
	@packages=Examples/transcriber-python/requirements.txt; \
	if ! cmp -s $$packages $(TRANSCRIBER)/stamp || ! $(TRANSCRIBER)/bin/python -c 'import pocketsphinx'; then \
		echo "making $(TRANSCRIBER), an environment with" $$(grep -v '^#' $$packages); \
		rm -rf $(TRANSCRIBER) && python3 -m venv $(TRANSCRIBER) && \
		$(TRANSCRIBER)/bin/pip install --quiet --disable-pip-version-check --only-binary :all: \
			--no-deps -r $$packages && cp $$packages $(TRANSCRIBER)/stamp; \
	fi

## test: everything that decides whether a change may land
test: need-checks lint build fixtures
	swift build --build-tests
	swift test --skip-build --skip WorkerSDKTestingTests
	@# In a process of their own: the SDK has one host in a process, and other tests have theirs.
	swift test --skip-build --filter WorkerSDKTestingTests
	python3 Python/tests/run.py --python python3
	python3 Tests/quick_start.py
	$(MAKE) compat

## quick: the tests of the pure rooms alone, WorkerCore and WorkerJSON
quick: need-daemon
	UW_PURE=1 swift test --scratch-path $(BUILD)/pure --quiet

## one: the tests whose suite or name matches T, such as T=StreamFlowTests or T='slow reader'
one: fixtures
	@test -n '$(T)' || { echo "which tests? make one T=StreamFlowTests" >&2; exit 2; }
	swift build --build-tests
	swift test --skip-build --filter '$(T)'

## lint: format, layering and warnings
lint: rooms
	swift format lint --strict --recursive Package.swift Sources Tests Examples

# What can be checked of the architecture by a search; docs/architecture.md has the rules.
rooms:
	@Tests/check-rooms.sh

## fixtures: the plugins, broken and whole, that tests load
fixtures: need-daemon
	$(MAKE) --no-print-directory -C Tests/Fixtures
	$(MAKE) --no-print-directory -C Examples/Echo

## compat: the original's recorded answers, replayed against the binary with a plugin in C and in Python
compat: build need-checks
	for plugin in native python; do python3 Tests/Compatibility/replay.py --plugin $$plugin \
		--replay Tests/Compatibility/recorded.jsonl || exit 1; done

## host-check: three generations of hosts, unmodified, drive the binary with plugins of both kinds
HOST_CHECK_PACKAGES ?= 1
host-check: build fixtures need-checks
	Tests/Compatibility/venv.sh
	.venv/bin/python Tests/Compatibility/host_check.py --expect-parent-watch
	.venv/bin/python Tests/Compatibility/host_check.py --expect-parent-watch --plugin python \
		--packages $(HOST_CHECK_PACKAGES)
	.venv/bin/python Tests/Compatibility/host_check.py --expect-parent-watch --plugin python --switch --packages 0
	python3 Tests/Compatibility/later_hosts.py --packages $(HOST_CHECK_PACKAGES)

## check: the long runs, under the thread and address sanitizers, with many clients and under load
check: check-thread check-address check-portable check-repeat check-connections check-stress check-packages check-kills \
	check-wheel prometheus-check proxy-check container-check page-check openapi-check check-fuzz manual-check package-check \
	check-reproducible

check-thread: fixtures
	swift test $(THREAD) --filter 'WorkerCoreTests|PluginHostTests|WorkerHTTPTests'

## prometheus-check: a real Prometheus scrapes a worker under load; dashboard and alert rules in contrib
prometheus-check: build need-checks need-prometheus
	python3 Tests/Prometheus/prometheus_check.py

## proxy-check: workers and units behind HAProxy and nginx, with the files in contrib
proxy-check: build fixtures need-checks need-prometheus need-proxies $(CLIENTS)/stamp
	$(CLIENTS)/bin/python Tests/Operations/proxy_check.py

## container-check: the files for Kubernetes and compose, and the Containerfile's steps in a Debian root
container-check: build need-checks need-containers need-prometheus
	@cd $(BUILD) && mkdir -p containers && if ! echo '$(VALIDATE)' | cmp -s - containers/stamp; then \
		python3 -m venv containers && containers/bin/pip install --quiet --disable-pip-version-check $(VALIDATE) && \
		echo '$(VALIDATE)' > containers/stamp; \
	fi
	$(BUILD)/containers/bin/python Tests/Operations/container_check.py \
		--validate $(BUILD)/containers/bin/kubernetes-validate

## page-check: the page in a real Chromium, with plugins of both kinds; leaves pictures in .build/page
page-check: build fixtures need-checks need-page $(PAGE)/stamp
	$(PAGE)/bin/python Tests/Page/page_check.py

## openapi-check: GET /openapi.json is valid, and schemathesis finds it true, with plugins of both kinds
openapi-check: build fixtures need-checks $(OPENAPI)/stamp
	swift build --product SwiftPlugins
	$(OPENAPI)/bin/python Tests/OpenAPI/openapi_check.py

# httpx; Selenium, and axe-core, which judges contrast and labels; schemathesis; made anew when a list changes.
$(CLIENTS)/stamp: Tests/Operations/requirements.txt
$(PAGE)/stamp: Tests/Page/requirements.txt
$(OPENAPI)/stamp: Tests/OpenAPI/requirements.txt
$(CLIENTS)/stamp $(PAGE)/stamp $(OPENAPI)/stamp:
	rm -rf $(@D) && python3 -m venv $(@D)
	$(@D)/bin/pip install --quiet --disable-pip-version-check --only-binary :all: -r $<
	touch $@

## check-repeat: the tests N times (20) beside processes that burn all cores; stops at a failure
N ?= 20
check-repeat: fixtures
	swift build --build-tests
	Tests/repeat.sh $(N)

# The host with all of the real packages; host-check has the first of them.
check-packages: build need-checks
	Tests/Compatibility/venv.sh
	.venv/bin/python Tests/Compatibility/host_check.py --plugin python --packages 9 --only 'real package'
	python3 Tests/Compatibility/later_hosts.py --packages 9 --only 'real package'

check-address: fixtures
	ASAN_OPTIONS=detect_leaks=0 swift test $(ADDRESS) --skip WorkerSDKTestingTests
	ASAN_OPTIONS=detect_leaks=0 swift test $(ADDRESS) --filter WorkerSDKTestingTests

# The JSON reader as it is where the processor has no AVX2.
check-portable:
	swift test --scratch-path $(BUILD)/portable -Xcxx -DWORKER_JSON_PORTABLE --filter WorkerJSONTests

## check-connections: ten thousand idle connections, what they cost and what they leave behind
check-connections: build fixtures need-checks
	python3 Tests/Load/connections.py $(CHECK_CONNECTIONS_FLAGS)

## check-stress: a load of everything at once, under both sanitizers and on the release binary
check-stress: build fixtures need-checks
	swift build $(THREAD) --product universal-worker
	swift build $(ADDRESS) --product universal-worker
	for build in thread address; do \
		$(MAKE) --no-print-directory -C Tests/Fixtures OUT=$(CURDIR)/$(BUILD)/$$build/fixtures \
			CC="clang -fsanitize=$$build" $(CURDIR)/$(BUILD)/$$build/fixtures/mixed.so || exit 1; \
	done
	python3 Tests/Load/stress.py $(CHECK_STRESS_FLAGS)

## fuzz: all fuzzers share SECONDS (60); what they find ends it, and the input is kept
SECONDS ?= 60
fuzz: build fixtures need-fuzz
	$(MAKE) --no-print-directory -s -C Tests/Fuzz OUT=$(CURDIR)/$(BUILD)/fuzz
	python3 Tests/Fuzz/fuzz.py --seconds $(SECONDS)

## soak: a mixed load for MINUTES (10), half on a native and half on a Python plugin; nothing may grow
MINUTES ?= 10
soak: build fixtures need-checks
	python3 Tests/Load/soak.py --minutes $(MINUTES)

# The fuzzers for longer, the plugin's on both sanitizers, and every byte in the place of each of small requests.
check-fuzz:
	$(MAKE) fuzz SECONDS=300
	swift build $(THREAD) --product universal-worker
	swift build $(ADDRESS) --product universal-worker
	for build in thread address; do \
		$(MAKE) --no-print-directory -s -C Tests/Fuzz plugins BUILD=$$build OUT=$(CURDIR)/$(BUILD)/fuzz || exit 1; \
	done
	python3 Tests/Fuzz/fuzz_abi.py --seconds 120 --only thread,address
	python3 Tests/Fuzz/fuzz_http.py

## check-kills: Python, the worker and the host, killed KILLS times (300) at random moments
KILLS ?= 300
check-kills: build need-checks
	python3 Tests/Lifetime/random_kills.py --count $(KILLS)

## bench: the worker beside a bare C server and the original; BENCH=--quick for a short run
bench: build need-checks
	python3 Benchmarks/bench.py $(BENCH)

## bench-peers: the worker beside other servers of functions, from apt and PyPI; BENCH=--quick for a short run
bench-peers: build need-checks
	@$(MAKE) --no-print-directory need-peers || echo "going on without what is missing"
	python3 Benchmarks/peers/bench.py $(BENCH)

## lifetime: random ends of hosts and workers, and how long an end takes
lifetime: build fixtures need-checks
	python3 Tests/Lifetime/random_ends.py --latency 50
	python3 Tests/Lifetime/random_ends.py --count 40
	python3 Tests/Lifetime/random_kills.py --count 40

## systemd-check: the units, under a user manager of its own
systemd-check: build fixtures need-checks
	python3 Tests/Systemd/systemd_check.py --binary $(BINARY) $(SYSTEMD_CHECK_FLAGS)

## wheel: a wheel for pip below .build/wheel, with libmicrohttpd linked in
wheel: need-daemon
	Python/wheel/libmicrohttpd.sh $(LINKED_IN)
	$(LINK_IN) $(FIXED) swift build $(RELEASE) --scratch-path $(WHEEL)/swift --product universal-worker
	python3 Python/wheel/build.py $(WHEEL)/swift/release/universal-worker \
		$(LINKED_IN)/COPYING $(WHEEL)

# The wheel in an environment of its own: what auditwheel says, a class that is served, what is left.
check-wheel: wheel need-checks
	Python/wheel/check.sh $(WHEEL)/universal_worker-*.whl

## deb: a package for Debian 12 below .build/deb
deb: build manual need-packages
	packaging/deb.sh "$$($(BUILD)/release/manual version)" $(BUILD)/deb

## release: .deb, archive, wheel, bills of materials and checksums in .build/dist, if all agrees; TAG=1 tags
release:
	packaging/release.sh check
	$(MAKE) package-check check-wheel
	packaging/release.sh files
	$(if $(TAG),packaging/release.sh tag)

# The package of the last commit, built in two folders from nothing.
check-reproducible: need-packages
	packaging/reproducible.sh

## package-check: the package in a fresh Debian root: lintian, the quick start of README.md, and no trace after a purge
package-check: deb need-checks need-containers
	Tests/Packages/release_check.sh
	python3 Tests/Operations/package_check.py $(BUILD)/deb/universal-worker_*.deb

## install: what has been built, with header, WorkerSDK, guides, units, pages, completions and Echo, under PREFIX; builds nothing
install: install-units install-sdk
	install -D -m 755 $(BINARY) $(DESTDIR)$(PREFIX)/bin/universal-worker
	install -D -m 644 -t $(DESTDIR)$(PREFIX)/include $(wildcard Sources/CWorkerPlugin/include/*.h)
	install -D -m 644 -t $(DESTDIR)$(PREFIX)/share/man/man1 $(MANUAL)/universal-worker.1
	@# The guide as a page is there if pandoc has made it.
	for page in $(wildcard $(MANUAL)/*.7); do \
		install -D -m 644 -t $(DESTDIR)$(PREFIX)/share/man/man7 $$page || exit 1; \
	done
	install -D -m 644 -t $(DESTDIR)$(PREFIX)/share/bash-completion/completions $(MANUAL)/universal-worker
	install -D -m 644 -t $(DESTDIR)$(ZSH_DIR) $(MANUAL)/_universal-worker
	install -D -m 644 -t $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d $(MANUAL)/universal-worker.fish
	install -d $(DESTDIR)$(PREFIX)/lib/universal-worker/plugins $(DESTDIR)$(DOC)/examples/echo
	install -m 644 contrib/* Tests/Fixtures/rust_echo.rs Tests/Fixtures/go_echo.go $(DESTDIR)$(DOC)/examples
	install -m 644 Examples/Echo/echo.c Examples/Echo/Makefile Examples/Echo/README.md \
		$(DESTDIR)$(DOC)/examples/echo
	@# Paths into this tree become paths into the installed one.
	for guide in $(GUIDES); do \
		sed -E -f packaging/guides.sed -e 's|-I Sources/CWorkerPlugin/include|-I $(PREFIX)/include|' \
			docs/$$guide.md > $(DESTDIR)$(DOC)/$$guide.md && chmod 644 $(DESTDIR)$(DOC)/$$guide.md || exit 1; \
	done
	sed -i -e 's|\.\./\.\./Sources/CWorkerPlugin/include|../../../../../include|' \
		-e 's|\(docs/plugin-abi.md\](\.\./\.\./\)docs/|\1|' \
		$(DESTDIR)$(DOC)/examples/echo/Makefile $(DESTDIR)$(DOC)/examples/echo/README.md

# WorkerSDK, for packages that name it by its path.
install-sdk: SDK = $(DESTDIR)$(PREFIX)/share/universal-worker/sdk
install-sdk:
	install -D -m 644 packaging/sdk.swift $(SDK)/Package.swift
	for file in $$(find Sources/CWorkerPlugin Sources/WorkerSDK Sources/WorkerSDKTesting -type f); do \
		install -D -m 644 $$file $(SDK)/$$file || exit 1; \
	done

# The units are whole as they stand, for the default PREFIX; for another one its paths go in.
install-units: | $(BINARY)
	install -d $(DESTDIR)$(USER_UNIT_DIR)
	for unit in universal-worker@.service universal-worker@.socket; do \
		sed 's|/usr/local/|$(PREFIX)/|' systemd/$$unit > $(DESTDIR)$(USER_UNIT_DIR)/$$unit && \
		chmod 644 $(DESTDIR)$(USER_UNIT_DIR)/$$unit || exit 1; \
	done
	install -D -m 644 systemd/sandbox.conf $(DESTDIR)$(PREFIX)/share/universal-worker/sandbox.conf

$(BINARY):
	@echo "there is no $(BINARY) to install: run 'make build' first" >&2; exit 1

# As root, installs what is missing; otherwise says the one line that does.
need-daemon: PACKAGES = $(DAEMON)
need-example: PACKAGES = $(EXAMPLE)
need-checks: PACKAGES = $(CHECKS)
need-prometheus: PACKAGES = $(PROMETHEUS)
need-proxies: PACKAGES = $(PROXIES)
need-fuzz: PACKAGES = $(FUZZ)
need-containers: PACKAGES = $(CONTAINERS)
# Without docker's engine, which docker-compose recommends.
need-containers: APT_FLAGS = --no-install-recommends
need-page: PACKAGES = $(CHROMIUM)
need-pages: PACKAGES = $(PAGES)
need-peers: PACKAGES = $(PEERS)
need-packages: PACKAGES = $(PACKERS)
need-pages need-packages need-peers need-shells: APT_FLAGS = --no-install-recommends
need-shells: PACKAGES = $(SHELLS)
need-daemon need-example need-checks need-prometheus need-proxies need-containers need-fuzz need-page need-packages need-pages need-peers need-shells:
	@missing=""; for p in $(PACKAGES); do \
		dpkg-query -W -f '$${Status}' $$p 2>/dev/null | grep -q 'ok installed' || missing="$$missing $$p"; \
	done; \
	if [ -n "$$missing" ]; then \
		if [ "$$(id -u)" = 0 ]; then \
			echo "installing:$$missing"; \
			DEBIAN_FRONTEND=noninteractive; export DEBIAN_FRONTEND; \
			{ apt-get update -qq && apt-get install -y -qq $(APT_FLAGS) $$missing; } >/dev/null; \
		else \
			echo "missing:$$missing"; echo "run: sudo apt-get install $(APT_FLAGS)$$missing"; exit 1; \
		fi; \
	fi

## clean: removes what was built
clean:
	rm -rf $(BUILD) .venv Examples/*/.build Examples/*/*.so
